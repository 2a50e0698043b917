import { and, eq } from 'drizzle-orm';
import { db, forums, resources } from '#db/client.ts';
import { findThread } from '../forum/threads.ts';
import { keeper } from './flagging.ts';
import type { Held } from './subjects.ts';

/** Whether what somebody wrote that is held was written for is there: the forum of a thread, the thread of a reply, the work of a comment. */
export function hasPlace({ threadId, resourceId, input }: Held): boolean {
  if (resourceId !== null) return db.select({ id: resources.id }).from(resources).where(and(eq(resources.id, resourceId), eq(resources.status, 'published'))).get() !== undefined;
  if (threadId === null) return db.select({ id: forums.id }).from(forums).where(eq(forums.slug, String(input['forum']))).get() !== undefined;
  const thread = findThread(keeper, threadId);
  return !thread.removed && (thread.resourceStatus === null || thread.resourceStatus === 'published');
}
