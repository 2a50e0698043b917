import { prepared } from '#db/client.ts';
import { isNamelessPost } from '../anonymity.ts';
import type { Viewer } from '../people/types.ts';

/** Days for which, and posts up to which, somebody is new here; whichever ends first. */
const days = 30;
const posts = 5;

/** Who of these writers is new here, for members to be kind to: neither trusted nor a coordinator, and somebody at all, not who stands for former members. Visitors are not told. What somebody wrote without their name does not count, since the count would tell. */
export function newHere(viewer: Viewer, memberIds: readonly number[], now = new Date()): ReadonlySet<number> {
  if (!viewer || memberIds.length === 0) return new Set();
  return new Set(newOnes().all({ ids: JSON.stringify([...new Set(memberIds)]), since: now.getTime() - days * 86_400_000 }) as number[]);
}
const newOnes = prepared((d) => d.$client.prepare(`
  select m.id from members m where m.id in (select value from json_each(@ids)) and m.role = 'member' and m.created_at > @since and m.email_confirmed_at is not null
    and not exists (select 1 from trust_levels t where t.member_id = m.id and t.level = 'trusted') and not exists (select 1 from coordinator_areas a where a.member_id = m.id)
    and (select count(*) from (select 1 from posts p where p.author_id = m.id and p.removed_at is null and not ${isNamelessPost('p.id')} limit ${posts + 1})) <= ${posts}`).pluck());
