import { and, inArray, isNull, notInArray, or, type SQL } from 'drizzle-orm';
import { db, formerThreads, threads } from '#db/client.ts';
import { canModerateSomething, forumsOf } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';

/** Which threads a viewer may see: removed ones only coordinators, of some forums only there, and nobody what went into another thread. Every query over threads uses it. */
export function visibleThreads(viewer: Viewer): SQL | undefined {
  const moderated = forumsOf(viewer);
  if (moderated === null || moderated.length === 0) return threadsVisible(moderated === null);
  return and(threadsVisible(true), or(isNull(threads.removedAt), inArray(threads.forumId, [...moderated])));
}

/** Whether there are threads that this viewer sees and others do not. */
export const seesRemovedThreads = (viewer: Viewer): boolean => canModerateSomething(viewer);

/** The same for queries that are prepared once for coordinators and once for everybody else. */
export function threadsVisible(moderates: boolean): SQL | undefined {
  return moderates ? notInArray(threads.id, db.select({ id: formerThreads.threadId }).from(formerThreads)) : and(isNull(threads.removedAt));
}
