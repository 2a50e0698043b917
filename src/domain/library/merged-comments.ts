import { and, asc, count as total, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, posts, resources, threads } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';

/** How the comments of a duplicate came to the one that stays: with their thread, or as posts at the end of its own. */
export const movedCommentsSchema = z.discriminatedUnion('as', [
  z.object({ as: z.literal('thread'), thread: z.number(), title: z.string(), slug: z.string(), lastNumber: z.number() }),
  z.object({ as: z.literal('posts'), from: z.number(), to: z.number(), lastNumber: z.number(), posts: z.array(z.object({ id: z.number(), number: z.number() })) }),
]);
export type MovedComments = z.infer<typeof movedCommentsSchema>;

const threadOf = (resourceId: string) => db.select().from(threads).where(eq(threads.resourceId, resourceId)).get();

/**
 * Moves the comments of one resource to another: the thread itself where the other has none, else its posts, with new numbers, to the end of
 * the other's. Permanent addresses of posts go with them. Call inside a transaction; search is the caller's.
 */
export function moveComments(fromId: string, toId: string): MovedComments | null {
  const from = threadOf(fromId);
  if (!from) return null;
  const to = threadOf(toId);
  if (!to) {
    const target = db.select({ title: resources.title }).from(resources).where(eq(resources.id, toId)).get();
    db.update(threads).set({ resourceId: toId, ...(target && { title: target.title, slug: slugify(target.title) }) }).where(eq(threads.id, from.id)).run();
    return { as: 'thread', thread: from.id, title: from.title, slug: from.slug, lastNumber: from.lastNumber };
  }
  const moved = db.select({ id: posts.id, number: posts.number }).from(posts).where(eq(posts.threadId, from.id)).orderBy(asc(posts.number)).all();
  moved.forEach(({ id }, at) => db.update(posts).set({ threadId: to.id, number: to.lastNumber + at + 1 }).where(eq(posts.id, id)).run());
  db.update(threads).set({ lastNumber: to.lastNumber + moved.length }).where(eq(threads.id, to.id)).run();
  keepCount(from.id);
  keepCount(to.id);
  return { as: 'posts', from: from.id, to: to.id, lastNumber: to.lastNumber, posts: moved };
}

/** Moves comments back where they were; what was written since stays with the one it was written on. Call inside a transaction; search is the caller's. */
export function moveCommentsBack(moved: MovedComments, fromId: string, toId: string): void {
  if (moved.as === 'thread') takeThreadBack(moved, fromId, toId);
  else takePostsBack(moved);
}

function takeThreadBack({ thread, title, slug, lastNumber }: Extract<MovedComments, { as: 'thread' }>, fromId: string, toId: string): void {
  const newer = db.select().from(posts).where(and(eq(posts.threadId, thread), gt(posts.number, lastNumber))).orderBy(asc(posts.number)).all();
  db.update(threads).set({ resourceId: fromId, title, slug, lastNumber }).where(eq(threads.id, thread)).run();
  const [first] = newer;
  if (first) {
    const kept = db.select({ title: resources.title }).from(resources).where(eq(resources.id, toId)).get();
    const { id } = db.insert(threads).values({
      resourceId: toId, title: kept?.title ?? title, slug: slugify(kept?.title ?? title), authorId: first.authorId, lastPosterId: first.authorId, createdAt: first.createdAt, lastPostAt: first.createdAt, lastNumber: newer.length,
    }).returning({ id: threads.id }).get();
    newer.forEach((post, at) => db.update(posts).set({ threadId: id, number: at + 1 }).where(eq(posts.id, post.id)).run());
    keepCount(id);
  }
  keepCount(thread);
}

function takePostsBack({ from, to, lastNumber, posts: moved }: Extract<MovedComments, { as: 'posts' }>): void {
  const there = new Set(db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, to), inArray(posts.id, moved.map((p) => p.id)))).all().map((p) => p.id));
  for (const { id, number } of moved) if (there.has(id)) db.update(posts).set({ threadId: from, number }).where(eq(posts.id, id)).run();
  const highest = db.select({ n: sql<number | null>`max(${posts.number})` }).from(posts).where(eq(posts.threadId, to)).get()?.n ?? 0;
  db.update(threads).set({ lastNumber: Math.max(lastNumber, highest) }).where(eq(threads.id, to)).run();
  keepCount(from);
  keepCount(to);
}

/** Sets a thread's counters from its posts. */
function keepCount(threadId: number): void {
  const standing = and(eq(posts.threadId, threadId), isNull(posts.removedAt));
  const n = db.select({ n: total() }).from(posts).where(standing).get()?.n ?? 0;
  const last = db.select({ at: posts.createdAt, by: posts.authorId }).from(posts).where(standing).orderBy(sql`${posts.createdAt} desc, ${posts.number} desc`).limit(1).get();
  db.update(threads).set({ postCount: n, ...(last && { lastPostAt: last.at, lastPosterId: last.by }) }).where(eq(threads.id, threadId)).run();
}
