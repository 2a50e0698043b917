import { and, isNull, type SQL } from 'drizzle-orm';
import { threads } from '#db/client.ts';
import { canModerate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';

/** Which threads a viewer may see: removed ones only coordinators. Every query over threads uses it. */
export function visibleThreads(viewer: Viewer): SQL | undefined {
  return canModerate(viewer) ? undefined : and(isNull(threads.removedAt));
}
