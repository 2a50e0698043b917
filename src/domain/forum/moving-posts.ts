import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import { acceptedAnswers, db, formerThreads, notifications, posts, prepared, threads } from '#db/client.ts';
import { Denied } from '../errors.ts';
import type { Member } from '../people/types.ts';
import { recount } from './posts.ts';
import { reindexMoved } from './searchable.ts';

export interface Place { id: number; number: number }

/** The posts of a thread with their numbers, removed ones too, in order. */
export function placesIn(threadId: number): Place[] {
  return db.select({ id: posts.id, number: posts.number }).from(posts).where(eq(posts.threadId, threadId)).orderBy(asc(posts.number)).all();
}

/** Who wrote these posts, each once. */
export function authorsOf(postIds: readonly number[]): number[] {
  return db.selectDistinct({ id: posts.authorId }).from(posts).where(inArray(posts.id, [...postIds])).all().map(({ id }) => id);
}

/** Puts posts at the end of a thread, in this order, each with the next number. */
export function appendPosts(threadId: number, ids: readonly number[]): void {
  const { last } = db.select({ last: threads.lastNumber }).from(threads).where(eq(threads.id, threadId)).get() ?? { last: 0 };
  ids.forEach((id, at) => setPlace().run(threadId, last + at + 1, id));
  db.update(threads).set({ lastNumber: last + ids.length }).where(eq(threads.id, threadId)).run();
}
const setPlace = prepared((d) => d.$client.prepare('update posts set thread_id = ?, number = ? where id = ?'));

/** Puts posts back where they stood; whose number was given to another one since comes to the end. Returns how many those are. */
export function putBack(threadId: number, places: readonly Place[]): number {
  const taken = new Set(placesIn(threadId).map((p) => p.number));
  const [late, home] = [places.filter((p) => taken.has(p.number)), places.filter((p) => !taken.has(p.number))];
  for (const { id, number } of home) setPlace().run(threadId, number, id);
  keepLastNumber(threadId, 0);
  appendPosts(threadId, late.map((p) => p.id));
  return late.length;
}

/** Gives posts of one thread new numbers, all at once: none may be free before another has left it. */
export function renumber(threadId: number, places: readonly Place[]): void {
  const beyond = 1_000_000_000;
  for (const { id, number } of places) setPlace().run(threadId, beyond + number, id);
  for (const { id, number } of places) setPlace().run(threadId, number, id);
}

/** Lets what came after `number` follow it without a gap, and the next post after that. */
export function closeUp(threadId: number, number: number): void {
  const later = db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, threadId), gt(posts.number, number))).orderBy(asc(posts.number)).all();
  renumber(threadId, later.map(({ id }, at) => ({ id, number: number + at + 1 })));
  db.update(threads).set({ lastNumber: number + later.length }).where(eq(threads.id, threadId)).run();
}

/** Numbers go on after the highest there is, and never before `least`. */
function keepLastNumber(threadId: number, least: number): void {
  db.update(threads).set({ lastNumber: sql`max(${threads.lastNumber}, ${least}, coalesce((select max(number) from posts where thread_id = ${threadId}), 0))` }).where(eq(threads.id, threadId)).run();
}

/** Marks a thread as gone into another one: its address leads there. Its posts must have left it. */
export function leadTo(actor: Member, threadId: number, intoId: number, why: string): void {
  db.update(threads).set({ removedAt: new Date(), removedReason: why, removedById: actor.id }).where(eq(threads.id, threadId)).run();
  db.insert(formerThreads).values({ threadId, intoId }).run();
}

/** The reverse of `leadTo`. */
export function standAgain(threadId: number): void {
  db.delete(formerThreads).where(eq(formerThreads.threadId, threadId)).run();
  db.update(threads).set({ removedAt: null, removedReason: null, removedById: null }).where(eq(threads.id, threadId)).run();
}

/** Brings counters, accepted answers, notifications and search in step after these posts were moved between these threads. */
export function settleThreads(threadIds: readonly number[], moved: readonly number[]): void {
  for (const id of threadIds) recount(id);
  db.update(acceptedAnswers).set({ threadId: sql`(select p.thread_id from posts p where p.id = ${acceptedAnswers.postId})` }).where(inArray(acceptedAnswers.threadId, [...threadIds])).run();
  db.update(notifications).set({ threadId: sql`(select p.thread_id from posts p where p.id = ${notifications.postId})` }).where(inArray(notifications.postId, [...moved])).run();
  reindexMoved(threadIds, moved);
}

/** For undoing: throws Denied when a thread has gone into another one since, or, where that matters, was removed. */
export function mustStandStill(threadId: number, { removed = false } = {}): void {
  const row = db.select({ title: threads.title, removedAt: threads.removedAt, into: formerThreads.intoId }).from(threads)
    .leftJoin(formerThreads, eq(formerThreads.threadId, threads.id)).where(eq(threads.id, threadId)).get();
  if (!row) throw new Denied('This thread is not there any more.');
  if (row.into !== null) throw new Denied(`“${row.title}” has gone into another thread since: undo that first.`);
  if (row.removedAt !== null && !removed) throw new Denied(`“${row.title}” was removed since: bring it back first.`);
}
