import { z } from 'zod';
import { prepared, quickTransaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { isNamelessStarter } from '../anonymity.ts';
import { mustSignIn } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { findForum } from './forums.ts';
import { mutesSomething, notMuted } from './muted.ts';

/** What is older counts as read: nobody catches up on it by numbers, and the counts stay quick. */
const daysCounted = 60;

/** What a member has not read of a thread. */
export interface Unread {
  /** Posts of others that stand. */
  count: number;
  /** Number of the first of them. */
  first: number;
}

/**
 * A post is unread for a member when it is by somebody else, stands, has a higher number than those up to which they have read its thread, and
 * is newer than: their joining, the last time they marked its forum or everything as read, and sixty days ago.
 */
const unreadPost = `p.thread_id = t.id and p.number > coalesce((select r.number from thread_reads r where r.member_id = @member and r.thread_id = t.id), 0)
  and p.removed_at is null and p.author_id <> @member and p.created_at > max(@since, coalesce((select k.before from read_marks k where k.member_id = @member and k.forum_id = t.forum_id), 0))`;

/** From when on things can be unread for a member, wherever they are. */
function since(member: Member, now = new Date()): number {
  return Math.max((mark().get(member.id) as number | undefined) ?? 0, addDays(now, -daysCounted).getTime());
}
const mark = prepared((d) => d.$client.prepare(`
  select max(m.created_at, coalesce((select k.before from read_marks k where k.member_id = m.id and k.forum_id = 0), 0)) from members m where m.id = ?`).pluck());

/** What the viewer has not read of some threads, by id; those with nothing new are missing. Empty for visitors. */
export function unreadOf(viewer: Viewer, threadIds: readonly number[]): Map<number, Unread> {
  if (!viewer || threadIds.length === 0) return new Map();
  const rows = ofThreads().all({ member: viewer.id, since: since(viewer), ids: JSON.stringify(threadIds) }) as { id: number; count: number; first: number }[];
  return new Map(rows.map(({ id, count, first }) => [id, { count, first }]));
}
const ofThreads = prepared((d) => d.$client.prepare(`
  select t.id, count(*) as count, min(p.number) as first from json_each(@ids) j cross join threads t on t.id = j.value and t.last_post_at > @since cross join posts p on ${unreadPost} group by t.id`));

/** How many threads of each forum have something unread for the viewer, by id of the forum; 100 stands for more. Empty for visitors. */
export function unreadByForum(viewer: Viewer): Map<number, number> {
  if (!viewer) return new Map();
  const counting = mutesSomething(viewer) ? byForumUnmuted() : byForum();
  const rows = counting.all({ member: viewer.id, since: since(viewer) }) as { forum: number; threads: number }[];
  return new Map(rows.map(({ forum, threads }) => [forum, threads]));
}
const unreadThreads = (besides: string) => `
  select * from (select f.id as forum, (select count(*) from (select 1 from threads t where t.forum_id = f.id and t.removed_at is null and t.last_post_at > @since
    and exists (select 1 from posts p where ${unreadPost}) ${besides} order by t.last_post_at desc limit 100)) as threads from forums f) where threads > 0`;
const byForum = prepared((d) => d.$client.prepare(unreadThreads('')));
const byForumUnmuted = prepared((d) => d.$client.prepare(unreadThreads(`and ${notMuted('t', '@member')}`)));

/**
 * Notes that a page showed the viewer the posts of a thread from `first` to `number`: what they were told of them is read, and so is all that stands before,
 * unless something before the page is unread; then that stays the first. Nothing that others see changes.
 */
export function noteReading(viewer: Viewer, threadId: number, number: number, first = 1): void {
  if (!viewer || number < 1) return;
  const skips = first > 1 && (unreadOf(viewer, [threadId]).get(threadId)?.first ?? first) < first;
  const given = { member: viewer.id, thread: threadId, number, first: skips ? first : 1, readTo: skips ? 0 : number };
  // Most pages are opened again and again: only what changes something is written.
  if (!isNews().get(given)) return;
  quickTransaction(() => {
    if (!skips) read().run(given);
    readTold().run({ ...given, now: Date.now() });
  });
}
const isNews = prepared((d) => d.$client.prepare(`
  select 1 where @readTo > coalesce((select number from thread_reads where member_id = @member and thread_id = @thread), 0)
    or exists (select 1 from notifications n join posts p on p.id = n.post_id where n.member_id = @member and n.read_at is null and p.thread_id = @thread and p.number between @first and @number)`));
const read = prepared((d) => d.$client.prepare(`
  insert into thread_reads (member_id, thread_id, number) values (@member, @thread, @number)
  on conflict (member_id, thread_id) do update set number = max(number, excluded.number)`));
const readTold = prepared((d) => d.$client.prepare(`
  update notifications set read_at = @now where member_id = @member and read_at is null
    and exists (select 1 from posts p where p.id = notifications.post_id and p.thread_id = @thread and p.number between @first and @number)`));

export const markReadInput = z.object({ /** Address of a forum; empty for all of them. */ forum: z.string().max(200).nullish() });

/** Counts everything written so far, in one forum or in all, as read. Throws NotFound. */
export function markRead(actor: Member, { forum }: z.output<typeof markReadInput>): { url: string } {
  mustSignIn(actor);
  const found = forum ? findForum(forum) : null;
  marking().run(actor.id, found?.id ?? 0, Date.now());
  return { url: found ? `/forums/${found.slug}` : '/forums' };
}
const marking = prepared((d) => d.$client.prepare('insert into read_marks (member_id, forum_id, before) values (?, ?, ?) on conflict (member_id, forum_id) do update set before = excluded.before'));

/**
 * Threads that a member tracks or follows, themselves or by forum, theme or who started them, with something unread. It begins from what
 * they follow, not from the threads, so that it costs by the former.
 */
const tracked = `
  with close as (select kind, ref from follows where member_id = @member and level in ('tracking', 'following')),
  candidates (id) as (
    select cast(c.ref as integer) from close c where c.kind = 'thread'
    union select t.id from close c cross join threads t on t.forum_id = cast(c.ref as integer) and t.removed_at is null and t.last_post_at > @since where c.kind = 'forum'
    union select t.id from close c cross join thread_themes h on h.theme = c.ref cross join threads t on t.id = h.thread_id and t.last_post_at > @since where c.kind = 'theme'
    union select t.id from close c cross join threads t on t.author_id = cast(c.ref as integer) and t.last_post_at > @since and not ${isNamelessStarter('t.id', 't.author_id')} where c.kind = 'member')
  select t.id from candidates c cross join threads t on t.id = c.id left join resources s on s.id = t.resource_id
  where t.removed_at is null and t.last_post_at > @since and (t.resource_id is null or s.status = 'published')
    and exists (select 1 from posts p where ${unreadPost}) and ${notMuted('t', '@member')}
    and coalesce((select f.level from follows f where f.member_id = @member and f.kind = 'thread' and f.ref = cast(t.id as text)), 'tracking') in ('tracking', 'following')`;

/** How many threads that the viewer tracks or follows have something unread; 100 stands for more. 0 for visitors. */
export function countTracked(viewer: Viewer): number {
  // Most members follow nothing, and every page asks.
  return viewer && tracks().get(viewer.id) !== undefined ? (trackedCount().get({ member: viewer.id, since: since(viewer) }) as number) : 0;
}
const tracks = prepared((d) => d.$client.prepare(`select 1 from follows where member_id = ? and level in ('tracking', 'following') limit 1`));
const trackedCount = prepared((d) => d.$client.prepare(`select count(*) from (${tracked} limit 100)`).pluck());

/** Ids of those threads, the one written to last first, at most 100. */
export function trackedUnread(viewer: Viewer): number[] {
  return viewer ? (trackedIds().all({ member: viewer.id, since: since(viewer) }) as number[]) : [];
}
const trackedIds = prepared((d) => d.$client.prepare(`${tracked} order by t.last_post_at desc limit 100`).pluck());
