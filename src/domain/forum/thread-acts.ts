import { and, count, desc, eq, inArray, isNull, ne, or, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { db, forums, members, prepared, threadActs, threads } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { wordsOfAct, type Act } from '../moderation/log.ts';
import { whyNotOwn } from '../people/coordinators.ts';
import { forumsOf, mustModerateSomething } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { postUrl, threadUrl } from './addresses.ts';
import { carriedSchema } from './carrying.ts';
import { threadKinds } from './types.ts';

const moment = z.number().nullable();

/** Columns of a thread that acts change; times in milliseconds. */
export const threadFieldsSchema = z.object({
  title: z.string(), slug: z.string(), kind: z.enum(threadKinds), forumId: z.number().nullable(), pinned: z.boolean(), lockedAt: moment, lockedReason: z.string().nullable(),
}).partial();
export type ThreadFields = z.infer<typeof threadFieldsSchema>;

const closingSchema = z.object({ byId: z.number(), at: z.number(), reason: z.string() }).nullable();
export type Closing = z.infer<typeof closingSchema>;

const placesSchema = z.array(z.object({ id: z.number(), number: z.number() }));

/** What an act remembers for its undoing. */
export const undoSchema = z.discriminatedUnion('as', [
  /** Columns of the thread itself. */
  z.object({ as: z.literal('fields'), before: threadFieldsSchema, after: threadFieldsSchema }),
  z.object({ as: z.literal('closing'), before: closingSchema, after: closingSchema }),
  /** Nothing: a removal is a decision, which is taken back by restoring the thread. */
  z.object({ as: z.literal('removal') }),
  /** Some posts went to another thread, made for them (`fresh`) or not. `lastNumber` is the other's before, `posts` where they stood. */
  z.object({ as: z.literal('posts'), from: z.number(), to: z.number(), fresh: z.boolean(), lastNumber: z.number(), posts: placesSchema, carried: carriedSchema.optional(), left: z.array(z.string()).optional() }),
  /** A whole thread went into another; `own` are the numbers of the other's posts where they were changed. */
  z.object({ as: z.literal('thread'), from: z.number(), to: z.number(), lastNumber: z.number(), posts: placesSchema, own: placesSchema.nullable(), carried: carriedSchema.optional(), left: z.array(z.string()).optional() }),
]);
export type Undo = z.infer<typeof undoSchema>;

/** Whether posts were moved from or to one of these threads after an act, or were moved back. */
export function movedSince(actId: number, threadIds: readonly [number, number]): boolean {
  return later().get({ act: actId, one: threadIds[0], other: threadIds[1] }) !== undefined;
}
const later = prepared((d) => d.$client.prepare(`
  select 1 from thread_acts a join thread_acts this on this.id = @act
  where a.act in ('merge threads', 'split thread') and a.id <> this.id and (a.id > this.id or a.undone_at >= this.at) and (a.thread_id in (@one, @other) or a.other_id in (@one, @other)) limit 1`));

/** Remembers what was done to a thread. Call inside the transaction of the act. */
export function noteAct(actor: { id: number }, act: Act, threadId: number, reason: string | null, undo: Undo, otherId: number | null = null): void {
  db.insert(threadActs).values({ act, threadId, otherId, byId: actor.id, reason, undo }).run();
}

/** Says of the removal of a thread that it was taken back. Call inside the transaction that shows the thread again. */
export function noteThreadBack(actor: { id: number }, threadId: number): void {
  db.update(threadActs).set({ undoneAt: new Date(), undoneById: actor.id }).where(and(eq(threadActs.threadId, threadId), eq(threadActs.act, removal), isNull(threadActs.undoneAt))).run();
}
const removal: Act = 'remove thread';

/** Why a coordinator does not take back what somebody else has done to a thread that they started themselves. Null also when there is nobody else. */
export function whyNotOnOwn(actor: { id: number }, thread: { authorId: number; forumId: number | null }, byId: number | null): string | null {
  return byId === null || byId === actor.id ? null : whyNotOwn(actor, thread.authorId, thread.forumId);
}

/** Who did this to a thread last, by a decision too, as far as it was not taken back; null when nobody did. */
export function lastBy(threadId: number, act: 'lock thread' | 'move thread'): number | null {
  return (lastOf().get({ threadId, act }) as number | undefined) ?? null;
}
const lastOf = prepared((d) => d.$client.prepare(`
  select by_id from (
    select by_id, at from thread_acts where thread_id = @threadId and act = @act and undone_at is null
    union all select d.decider_id, d.at from posts p join cases c on c.post_id = p.id join decisions d on d.case_id = c.id
      where p.thread_id = @threadId and @act = 'move thread' and d.outcome = 'move' and d.undone_at is null and d.overturned_at is null)
  order by at desc limit 1`).pluck());

/** Something that was done to a thread, as coordinators see it. */
export interface ThreadAct {
  id: number; at: Date; words: string; reason: string | null;
  by: { name: string; handle: string } | null;
  thread: { id: number; title: string; url: string };
  /** The other thread of a split or merge. */
  other: { title: string; url: string } | null;
  /** A removal: the thread's own page has the form that restores it. */
  removal: boolean;
  undoneAt: Date | null;
  undoneBy: string | null;
  /** Not by who started the thread, when another has done it. */
  mayUndo: boolean;
  /** What undoing did not put back as it was, in sentences. */
  left: string[];
}

const undoer = alias(members, 'undoer');
const other = alias(threads, 'other');
const otherForum = alias(forums, 'other_forum');

function selectActs() {
  return db.select({
    id: threadActs.id, at: threadActs.at, act: threadActs.act, reason: threadActs.reason, undo: threadActs.undo, undoneAt: threadActs.undoneAt, undoneBy: undoer.name,
    name: members.name, handle: members.handle, byId: threadActs.byId, authorId: threads.authorId, forumId: threads.forumId, otherAuthorId: other.authorId, otherForumId: other.forumId,
    thread: { id: threads.id, title: threads.title, slug: threads.slug, forumSlug: forums.slug }, otherId: other.id, otherTitle: other.title, otherSlug: other.slug, otherForum: otherForum.slug,
  }).from(threadActs).innerJoin(threads, eq(threads.id, threadActs.threadId)).leftJoin(other, eq(other.id, threadActs.otherId))
    .leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(otherForum, eq(otherForum.id, other.forumId))
    .leftJoin(members, eq(members.id, threadActs.byId)).leftJoin(undoer, eq(undoer.id, threadActs.undoneById));
}
type ActRow = ReturnType<ReturnType<typeof selectActs>['all']>[number];

const linked = (thread: { id: number; title: string; slug: string; forumSlug: string | null }) => ({ title: thread.title, url: threadUrl({ ...thread, resourceSlug: null }) });

const ownActs = new Set<string>(['close thread', 'reopen thread']);

function shown(viewer: Member, row: ActRow): ThreadAct {
  const touched = [row, ...(row.otherAuthorId === null ? [] : [{ authorId: row.otherAuthorId, forumId: row.otherForumId }])];
  const undo = undoSchema.parse(row.undo);
  return {
    id: row.id, at: row.at, words: wordsOfAct(row.act), reason: row.reason,
    // Who started a thread may have closed it without being named; all else is an act of the house, which the log names too.
    by: row.name !== null && row.handle !== null && !(row.byId === row.authorId && ownActs.has(row.act)) ? { name: row.name, handle: row.handle } : null,
    thread: { id: row.thread.id, ...linked(row.thread) },
    other: row.otherId !== null && row.otherTitle !== null && row.otherSlug !== null ? linked({ id: row.otherId, title: row.otherTitle, slug: row.otherSlug, forumSlug: row.otherForum }) : null,
    mayUndo: row.undoneAt === null && touched.every((thread) => whyNotOnOwn(viewer, thread, row.byId) === null),
    removal: undo.as === 'removal', undoneAt: row.undoneAt, undoneBy: row.undoneBy, left: 'left' in undo ? undo.left ?? [] : [],
  };
}

/** Acts whose threads, both of them where there are two, stand in forums that this viewer coordinates. */
function inOwnForums(viewer: Viewer): SQL | undefined {
  const own = forumsOf(viewer);
  return own === null ? undefined : and(inArray(threads.forumId, [...own]), or(isNull(threadActs.otherId), inArray(other.forumId, [...own])));
}

/** What was done to a thread and can be undone there as an act of its own, the newest first, at most ten. For coordinators of its forum. */
export function actsOn(viewer: Viewer, threadId: number): ThreadAct[] {
  mustModerateSomething(viewer);
  return selectActs().where(and(inOwnForums(viewer), or(eq(threadActs.threadId, threadId), eq(threadActs.otherId, threadId)), ne(threadActs.act, removal), isNull(threadActs.undoneAt)))
    .orderBy(desc(threadActs.id)).limit(10).all().map((row) => shown(viewer, row));
}

/** Everything that was done to threads of a coordinator's forums, the newest first, 30 a page. */
export function listActs(viewer: Viewer, page: string | null): { acts: ThreadAct[]; paging: Paging } {
  mustModerateSomething(viewer);
  const where = inOwnForums(viewer);
  const slice = paging(db.select({ n: count() }).from(threadActs).innerJoin(threads, eq(threads.id, threadActs.threadId)).leftJoin(other, eq(other.id, threadActs.otherId)).where(where).get()?.n ?? 0, 30, page);
  const rows = selectActs().where(where).orderBy(desc(threadActs.id)).limit(slice.size).offset(slice.offset).all();
  return { acts: rows.map((row) => shown(viewer, row)), paging: slice };
}

/** A note in the old place of posts that stand in another thread now. */
export interface MovedNote {
  /** It stands before the first post with a higher number. */
  number: number;
  /** Of all that were moved: addresses of posts that lead here find the note. */
  numbers: number[];
  /** Where the first of them stands; null where this viewer may not see it. */
  to: { url: string; title: string } | null;
}

/** The notes among the posts of a thread with these numbers: how many were moved, and where to. What has come back since, with a merge, is not away, and what has gone again is so by the last time. */
export function movedFrom(threadId: number, first: number, last: number): MovedNote[] {
  const noted = new Set<number>();
  return (splitsOf().all(threadId) as string[]).flatMap((places) => {
    const back = new Set(hereAgain().all({ threadId, places }) as number[]);
    const away = placesSchema.parse(JSON.parse(places)).filter(({ id }) => !back.has(id) && !noted.has(id));
    for (const { id } of away) noted.add(id);
    const gone = away.filter(({ number }) => number >= first && number <= last);
    const [start] = gone;
    if (!start) return [];
    const title = titleOfPost().get(start.id) as string | undefined;
    return [{ number: start.number, numbers: gone.map(({ number }) => number), to: title === undefined ? null : { url: postUrl(start.id), title } }];
  }).sort((a, b) => a.number - b.number);
}
const splitsOf = prepared((d) => d.$client.prepare(`select undo ->> '$.posts' from thread_acts where thread_id = ? and act = 'split thread' and undone_at is null order by id desc`).pluck());
const hereAgain = prepared((d) => d.$client.prepare(`select p.id from posts p where p.thread_id = @threadId and p.id in (select value ->> '$.id' from json_each(@places))`).pluck());
const titleOfPost = prepared((d) => d.$client.prepare('select t.title from posts p join threads t on t.id = p.thread_id where p.id = ? and t.removed_at is null').pluck());

/** That another thread went into this one. */
export interface MergedNote {
  at: Date;
  posts: number;
  /** Its first post that still stands, and what the other thread was called; null where that post is out of view, whose title may have to be so too. */
  first: { url: string; title: string } | null;
}

/** The threads that went into this one, in the order of time. */
export function mergedInto(threadId: number): MergedNote[] {
  return (mergesInto().all(threadId) as { at: number; title: string; places: string }[]).map(({ at, title, places }) => {
    const posts = placesSchema.parse(JSON.parse(places));
    const opening = posts.find(({ number }) => number === 1);
    return { at: new Date(at), posts: posts.length, first: opening && standing().get(opening.id) !== undefined ? { url: postUrl(opening.id), title } : null };
  });
}
const mergesInto = prepared((d) => d.$client.prepare(`
  select a.at, t.title, a.undo ->> '$.posts' as places from thread_acts a join threads t on t.id = a.thread_id where a.other_id = ? and a.act = 'merge threads' and a.undone_at is null order by a.id`));
const standing = prepared((d) => d.$client.prepare('select 1 from posts p join threads t on t.id = p.thread_id where p.id = ? and p.removed_at is null and t.removed_at is null').pluck());
