import { and, isNull, notInArray, type SQL } from 'drizzle-orm';
import { db, formerThreads, threads } from '#db/client.ts';
import { canModerate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';

/** Which threads a viewer may see: removed ones only coordinators, and nobody what went into another thread. Every query over threads uses it. */
export function visibleThreads(viewer: Viewer): SQL | undefined {
  return threadsVisible(canModerate(viewer));
}

/** The same for queries that are prepared once for coordinators and once for everybody else. */
export function threadsVisible(moderates: boolean): SQL | undefined {
  return moderates ? notInArray(threads.id, db.select({ id: formerThreads.threadId }).from(formerThreads)) : and(isNull(threads.removedAt));
}
