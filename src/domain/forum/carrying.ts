import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { db, follows, mailStops, prepared, threadReads } from '#db/client.ts';
import { followByWriting, followLevels } from './follows.ts';
import { placesIn, type Place } from './moving-posts.ts';

/*
 * What members have set and read goes along when posts move between threads. A position is one number for a thread, so that of posts that come to
 * stand among each other some that were not read count as read; what was read never becomes unread.
 */

const followingSchema = z.object({ level: z.enum(followLevels), auto: z.boolean() });
type Following = z.infer<typeof followingSchema>;

/** What an act changed for members in the thread that posts went to. */
export const carriedSchema = z.object({
  follows: z.array(z.object({ memberId: z.number(), before: followingSchema.nullable(), after: followingSchema })),
  /** Members for whom letters about it were stopped. */
  stops: z.array(z.number()),
  reads: z.array(z.object({ memberId: z.number(), before: z.number().nullable(), after: z.number() })),
});
export type Carried = z.infer<typeof carriedSchema>;

interface Position { memberId: number; threadId: number; number: number }

const positionsIn = (threadIds: readonly number[]): Position[] =>
  db.select().from(threadReads).where(inArray(threadReads.threadId, [...threadIds])).all();

/**
 * Moves posts between threads and lets every member's positions follow what they have read. Returns the positions that changed.
 * @param move moves them; no post comes from or goes to any other thread
 */
export function carryReads(threadIds: readonly number[], move: () => void): { memberId: number; threadId: number; before: number | null; after: number }[] {
  const stood = threadIds.map((id) => ({ id, places: placesIn(id) }));
  const positions = positionsIn(threadIds);
  move();
  const members = Map.groupBy(positions, ({ memberId }) => memberId);
  const changed = threadIds.flatMap((to) => {
    const stands = new Map(placesIn(to).map(({ id, number }) => [id, number]));
    // Nobody reads a thread that has gone; undone, it is as far read as it was.
    if (stands.size === 0) return [];
    const reaches = new Map(stood.map(({ id, places }) => [id, reachOf(places, stands)]));
    return [...members].flatMap(([memberId, read]) => {
      const before = read.find(({ threadId }) => threadId === to)?.number ?? null;
      const after = Math.max(0, ...read.map(({ threadId, number }) => reaches.get(threadId)?.(number) ?? 0));
      return after === (before ?? 0) ? [] : [{ memberId, threadId: to, before, after }];
    });
  });
  for (const { memberId, threadId, after } of changed) putPosition(memberId, threadId, after || null);
  return changed;
}

/** How far in the thread where posts stand now somebody has come who read their old one up to a number. */
function reachOf(places: readonly Place[], stands: ReadonlyMap<number, number>): (number: number) => number {
  let farthest = 0;
  const reach = places.map(({ id, number }) => ({ number, farthest: (farthest = Math.max(farthest, stands.get(id) ?? 0)) }));
  return (number) => reach.findLast((place) => place.number <= number)?.farthest ?? 0;
}

function putPosition(memberId: number, threadId: number, number: number | null): void {
  db.delete(threadReads).where(and(eq(threadReads.memberId, memberId), eq(threadReads.threadId, threadId))).run();
  if (number !== null) db.insert(threadReads).values({ memberId, threadId, number }).run();
}

/**
 * The same for undoing: whoever has read no further since has the positions again that they had before the act.
 * @param to the thread that posts went to  @param keptIn a thread whose positions stand as they were before the act
 */
export function carryReadsBack(reads: Carried['reads'], threads: { from: number; to: number; keptIn: number | null }, move: () => void): void {
  const { from, to, keptIn } = threads;
  const positions = new Map(positionsIn([from, to]).map(({ memberId, threadId, number }) => [`${memberId} ${threadId}`, number]));
  const unmoved = reads.filter(({ memberId, after }) => positions.get(`${memberId} ${to}`) === after);
  carryReads([from, to], move);
  for (const { memberId, before } of unmoved) {
    putPosition(memberId, to, before);
    if (keptIn !== null) putPosition(memberId, keptIn, positions.get(`${memberId} ${keptIn}`) ?? null);
  }
}

/**
 * Lets those who follow a thread follow another one as closely: all of them, or those who chose it and the authors given. There the closer level
 * holds; but what came about by writing does not change what was chosen there, and muted comes along only where nothing is set.
 */
export function carryFollows(from: number, to: number, authors: readonly number[] | null = null): Pick<Carried, 'follows' | 'stops'> {
  const there = new Map(setOn(to).map(({ memberId, ...set }) => [memberId, set]));
  const carried = setOn(from).filter(({ memberId, auto }) => authors === null || !auto || authors.includes(memberId)).flatMap(({ memberId, ...set }) => {
    const before = there.get(memberId) ?? null;
    const after = before === null ? set : closer(before, set);
    return after === before ? [] : [{ memberId, before, after }];
  });
  for (const { memberId, after } of carried) putFollow(memberId, to, after);
  const stops = carried.filter(({ memberId, before }) => before === null && carryStop().run({ memberId, from: `thread-${from}`, to: `thread-${to}` }).changes > 0);
  return { follows: carried, stops: stops.map(({ memberId }) => memberId) };
}
const carryStop = prepared((d) => d.$client.prepare(`
  insert into mail_stops (member_id, subject) select member_id, @to from mail_stops where member_id = @memberId and subject = @from on conflict do nothing`));

function closer(there: Following, coming: Following): Following {
  const isCloser = followLevels.indexOf(coming.level) > followLevels.indexOf(there.level);
  return isCloser && (!coming.auto || there.auto) ? coming : there;
}

/** Takes back what `carryFollows` set, where nobody has set anything else since; who has written there since the act follows it by that. */
export function takeFollowsBack(threadId: number, { follows: carried, stops }: Pick<Carried, 'follows' | 'stops'>, act: Date): void {
  const now = new Map(setOn(threadId).map(({ memberId, ...set }) => [memberId, set]));
  for (const { memberId, before, after } of carried) {
    const set = now.get(memberId);
    if (set?.level !== after.level || set.auto !== after.auto) continue;
    putFollow(memberId, threadId, before);
    if (before === null && after.auto && writesIn(threadId, memberId, act)) followByWriting(memberId, threadId, 'replied');
    if (stops.includes(memberId)) db.delete(mailStops).where(and(eq(mailStops.memberId, memberId), eq(mailStops.subject, `thread-${threadId}`))).run();
  }
}

/**
 * Lets those whose posts went back to where they were written follow that thread as they have chosen for the other one since the act, or else as if their posts
 * had always stood there; and the other one only where they have other posts or chose it.
 */
export function carryWriting(from: number, to: number, authors: readonly number[], act: Date): void {
  for (const id of authors) {
    const set = db.select({ level: follows.level, auto: follows.auto, at: follows.at }).from(follows).where(and(onThread(from), eq(follows.memberId, id))).get();
    if (set && !set.auto && set.at >= act && setOn(to).every(({ memberId }) => memberId !== id)) putFollow(id, to, { level: set.level, auto: false });
    followByWriting(id, to, 'replied');
    carryStop().run({ memberId: id, from: `thread-${from}`, to: `thread-${to}` });
    if (set?.auto && !writesIn(from, id, new Date(0))) putFollow(id, from, null);
  }
}

const writesIn = (threadId: number, memberId: number, since: Date): boolean => written().get(threadId, memberId, since.getTime()) !== undefined;
const written = prepared((d) => d.$client.prepare('select 1 from posts where thread_id = ? and author_id = ? and removed_at is null and created_at >= ? limit 1'));

const onThread = (threadId: number) => and(eq(follows.kind, 'thread'), eq(follows.ref, String(threadId)));

function setOn(threadId: number): ({ memberId: number } & Following)[] {
  return db.select({ memberId: follows.memberId, level: follows.level, auto: follows.auto }).from(follows).where(onThread(threadId)).all();
}

function putFollow(memberId: number, threadId: number, set: Following | null): void {
  db.delete(follows).where(and(onThread(threadId), eq(follows.memberId, memberId))).run();
  if (set) db.insert(follows).values({ memberId, kind: 'thread', ref: String(threadId), ...set }).run();
}
