import { prepared } from '#db/client.ts';
import { isNamelessPost } from '../anonymity.ts';
import { postUrl } from '../forum/addresses.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import type { Outcome } from './outcomes.ts';

/** A case about something of a member's, with what was decided last. */
export interface CaseOfMember { id: number; about: 'post' | 'profile'; title: string | null; openedAt: Date; outcome: Outcome | null; open: boolean }

/**
 * The flags and corrections about a member's posts and profile, the newest first, at most 20; their suspensions are told elsewhere. For coordinators of all. What they wrote without their name
 * is not among them: here it would stand under it.
 */
export function casesOfMember(viewer: Viewer, memberId: number): CaseOfMember[] {
  mustCoordinate(viewer);
  const rows = about().all({ memberId }) as { id: number; title: string | null; profile: number; openedAt: number; outcome: Outcome | null; open: number }[];
  return rows.map(({ profile, openedAt, open, ...row }) => ({ ...row, about: profile ? 'profile' : 'post', openedAt: new Date(openedAt), open: open === 1 }));
}
const about = prepared((d) => d.$client.prepare(`
  select c.id, t.title, c.member_id is not null as profile, c.opened_at as openedAt, c.closed_at is null as open,
    (select outcome from decisions d where d.case_id = c.id and d.undone_at is null order by d.id desc limit 1) as outcome
  from cases c left join posts p on p.id = c.post_id left join threads t on t.id = p.thread_id
  where (c.member_id = @memberId and not exists (select 1 from decisions d where d.case_id = c.id and json_type(d.before, '$.suspendedUntil') is not null)) or (p.author_id = @memberId and c.kind <> 'confirmation' and not ${isNamelessPost('p.id')}) order by c.id desc limit 20`));

/** A post as a line. */
export interface PostOfMember { title: string; url: string; at: Date; removed: boolean }

/** What a member wrote last under their name, at most 15, removed posts too. For coordinators of all. */
export function latestPostsOf(viewer: Viewer, memberId: number): PostOfMember[] {
  mustCoordinate(viewer);
  const rows = latest().all({ memberId }) as { id: number; title: string; at: number; removed: number }[];
  return rows.map(({ id, title, at, removed }) => ({ title, url: postUrl(id), at: new Date(at), removed: removed === 1 }));
}
const latest = prepared((d) => d.$client.prepare(`
  select p.id, t.title, p.created_at as at, (p.removed_at is not null or t.removed_at is not null) as removed
  from posts p join threads t on t.id = p.thread_id where p.author_id = @memberId and not ${isNamelessPost('p.id')} order by p.created_at desc, p.id desc limit 15`));
