import { and, desc, eq, isNotNull, isNull } from 'drizzle-orm';
import { cases, db, decisions } from '#db/client.ts';
import type { Viewer } from '../people/types.ts';

/** What coordinators asked the author of a post to change, and until when; null when nothing was asked, or the case is closed. For the author alone. */
export function askedToEdit(viewer: Viewer, postId: number): { reason: string; until: Date } | null {
  if (!viewer) return null;
  const row = db.select({ reason: decisions.reason, until: cases.editBy }).from(cases).innerJoin(decisions, eq(decisions.caseId, cases.id))
    .where(and(eq(cases.postId, postId), isNull(cases.closedAt), isNotNull(cases.editBy), eq(decisions.outcome, 'ask'), isNull(decisions.undoneAt), eq(decisions.authorId, viewer.id)))
    .orderBy(desc(decisions.id)).limit(1).get();
  return row?.until ? { reason: row.reason, until: row.until } : null;
}
