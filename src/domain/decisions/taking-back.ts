import { and, eq, gt, isNull, ne, or } from 'drizzle-orm';
import { cases, db, decisions } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { whyNotOwn } from '../people/coordinators.ts';
import { forumOfCase } from './case-areas.ts';
import { daysToAppeal, isSuspension } from './outcomes.ts';
import type { Case, Decision, Subject } from './subjects.ts';

/** Why a coordinator does not take a decision back, in a sentence; null when they may. `subject` is what the case of the decision is about. */
export function whyNotTakenBack(actor: { id: number }, decision: Decision, { id: caseId, postId }: Pick<Case, 'id' | 'postId'>, subject: Subject, now = new Date()): string | null {
  if (decision.undoneAt) return 'This decision was taken back already.';
  if (['uphold', 'overturn'].includes(decision.outcome)) return finalAfterAppeal;
  if (decision.outcome === 'approve') return 'Everybody has been able to see it: flag it, and decide about that.';
  const own = whyNotOwn(actor, decision.authorId, forumOfCase(caseId), now);
  if (own !== null) return own;
  if (subject.kind === 'confirmation') return decision.outcome === 'keep' ? 'It can be flagged again, and then removed.' : 'Its author can appeal, or say it in other words.';
  if (subject.kind === 'member' && subject.left) return 'The member has left the hub: there is nothing left to decide.';
  if (isSuspension(decision)) return 'A suspension is ended on the page of the member.';
  const appeal = db.select({ closedAt: cases.closedAt }).from(cases).where(eq(cases.decisionId, decision.id)).get();
  if (appeal) return whyNotAppealed(appeal);
  // So long, threads are not moved so that its author would have a name where it would stand, or none (see mustShowNobody).
  if (decision.outcome === 'decline' && addDays(decision.at, daysToAppeal) < now) return `Nobody has appealed within ${daysToAppeal} days: it is final.`;
  const removedSince = postId === null ? undefined : and(eq(cases.postId, postId), ne(cases.kind, 'confirmation'), eq(decisions.outcome, 'remove'), isNull(decisions.overturnedAt));
  const later = db.select({ id: decisions.id }).from(decisions).innerJoin(cases, eq(cases.id, decisions.caseId))
    .where(and(or(eq(cases.id, caseId), removedSince), isNull(decisions.undoneAt), gt(decisions.id, decision.id))).get();
  return later ? 'Something was decided after this: take that back first.' : null;
}

const finalAfterAppeal = 'A decision about an appeal is final.';

/** What keeps a decision that was appealed from being taken back. */
export const whyNotAppealed = (appeal: Pick<Case, 'closedAt'>): string => (appeal.closedAt === null ? 'The author has appealed: a coordinator of the whole hub decides about the appeal.' : finalAfterAppeal);
