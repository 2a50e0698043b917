import { sql, type SQL } from 'drizzle-orm';
import { prepared, threads } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { isNamelessStarter } from '../anonymity.ts';
import { mustSignIn } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { threadUrl } from './addresses.ts';
import type { FollowKind, FollowLevel } from './follows.ts';

/** Something for which a member has set how closely they follow it, or that they follow by writing in it. */
export interface Followed {
  kind: FollowKind;
  ref: string;
  level: FollowLevel;
  /** Came about by writing. */
  auto: boolean;
  name: string;
  url: string;
}

interface Row { kind: FollowKind; ref: string; level: FollowLevel; auto: number; name: string; address: string; resource: string | null; slug: string | null }

/** One page of 50 of all that the viewer has set: forums, themes, members, then threads, the latest first. What is not there any more is left out. Throws SignInRequired. */
export function listFollows(viewer: Viewer, page: string | null): { follows: Followed[]; total: number; paging: Paging } {
  mustSignIn(viewer);
  const total = number().get({ member: viewer.id }) as number;
  const slice = paging(total, 50, page);
  const rows = some().all({ member: viewer.id, size: slice.size, offset: slice.offset }) as Row[];
  return {
    follows: rows.map(({ kind, ref, level, auto, name, address, resource, slug }) => ({
      kind, ref, level, auto: auto === 1, name, url: kind === 'thread' ? threadUrl({ id: Number(ref), slug: slug ?? '', forumSlug: resource === null ? address : null, resourceSlug: resource }) : address,
    })), total, paging: slice,
  };
}

const all = `
  select f.kind, f.ref, f.level, f.auto, f.at, 1 as place, o.name, '/forums/' || o.slug as address, null as resource, null as slug from follows f join forums o on o.id = cast(f.ref as integer) where f.member_id = @member and f.kind = 'forum'
  union all select f.kind, f.ref, f.level, f.auto, f.at, 2, h.label, '/themes/' || h.code, null, null from follows f join themes h on h.code = f.ref where f.member_id = @member and f.kind = 'theme'
  union all select f.kind, f.ref, f.level, f.auto, f.at, 3, m.name, '/members/' || m.handle, null, null from follows f join members m on m.id = cast(f.ref as integer) where f.member_id = @member and f.kind = 'member'
  union all select f.kind, f.ref, f.level, f.auto, f.at, 4, t.title, o.slug, s.slug, t.slug from follows f join threads t on t.id = cast(f.ref as integer) and t.removed_at is null
    left join forums o on o.id = t.forum_id left join resources s on s.id = t.resource_id where f.member_id = @member and f.kind = 'thread' and (s.id is null or s.status = 'published')`;
const number = prepared((d) => d.$client.prepare(`select count(*) from (${all})`).pluck());
const some = prepared((d) => d.$client.prepare(`select * from (${all}) order by place, at desc, ref limit @size offset @offset`));

/**
 * Which threads a member tracks or follows: by a level on the thread itself, which decides, or on its forum, one of its themes or who started
 * it. For queries over `threads`; muted ones are left out by `unmutedThreads`.
 */
export function followedThreads(memberId: number): SQL {
  const close = (kind: FollowKind) => sql.raw(`from follows f where f.member_id = ${Number(memberId)} and f.kind = '${kind}' and f.level in ('tracking', 'following')`);
  return sql`${threads.id} in (
    select cast(f.ref as integer) ${close('thread')}
    union select t.id from threads t where t.forum_id in (select cast(f.ref as integer) ${close('forum')})
    union select h.thread_id from thread_themes h where h.theme in (select f.ref ${close('theme')})
    union select t.id from threads t where t.author_id in (select cast(f.ref as integer) ${close('member')}) and not ${sql.raw(isNamelessStarter('t.id', 't.author_id'))})
    and coalesce((select f.level from follows f where f.member_id = ${memberId} and f.kind = 'thread' and f.ref = cast(${threads.id} as text)), 'tracking') in ('tracking', 'following')`;
}
