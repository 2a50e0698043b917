import { eq } from 'drizzle-orm';
import { closedThreads, db, threads } from '#db/client.ts';
import { NotFound } from '../errors.ts';
import type { Closing, ThreadFields } from './thread-acts.ts';

/** The columns of a thread that acts change, as they are now. */
export function fieldsOf(threadId: number): Required<ThreadFields> {
  const row = db.select().from(threads).where(eq(threads.id, threadId)).get();
  if (!row) throw new NotFound('There is no such thread.');
  const { title, slug, kind, forumId, pinned, lockedReason } = row;
  return { title, slug, kind, forumId, pinned, lockedReason, lockedAt: row.lockedAt?.getTime() ?? null };
}

/** Those of the fields that are named in `like`. */
export function sameFields(fields: Required<ThreadFields>, like: ThreadFields): ThreadFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name in like));
}

/** Whether every one of these fields is now as `after` says. */
export function areStill(threadId: number, after: ThreadFields): boolean {
  const now = new Map<string, unknown>(Object.entries(fieldsOf(threadId)));
  return Object.entries(after).every(([name, value]) => now.get(name) === value);
}

/** Writes fields of a thread. Search, log and caches are the caller's. */
export function putFields(threadId: number, { lockedAt, ...fields }: ThreadFields): void {
  db.update(threads).set({ ...fields, ...(lockedAt !== undefined && { lockedAt: lockedAt === null ? null : new Date(lockedAt) }) }).where(eq(threads.id, threadId)).run();
}

/** How a thread was closed; null for one that is open. */
export function closingOf(threadId: number): Closing {
  const row = db.select().from(closedThreads).where(eq(closedThreads.threadId, threadId)).get();
  return row ? { byId: row.byId, at: row.at.getTime(), reason: row.reason } : null;
}

/** Closes a thread, or opens it with null. */
export function putClosing(threadId: number, closing: Closing): void {
  db.delete(closedThreads).where(eq(closedThreads.threadId, threadId)).run();
  if (closing) db.insert(closedThreads).values({ threadId, byId: closing.byId, at: new Date(closing.at), reason: closing.reason }).run();
}
