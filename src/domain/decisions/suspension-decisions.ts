import { and, desc, eq, gt, gte, isNull, sql } from 'drizzle-orm';
import { cases, db, decisions } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import type { Member } from '../people/types.ts';
import { daysToAppeal, ofSuspension } from './outcomes.ts';
import type { Decision } from './subjects.ts';

/*
 * That somebody is suspended is a decision about them like any other, so that they can appeal it: it stands as a warning, in a case of its own that is
 * closed already, and keeps until when they were suspended before.
 */

/** Keeps a suspension as a decision. Call inside its transaction. Returns the number under which it can be appealed. */
export function keepAsDecision(actor: Member, { id: memberId, suspendedUntil }: Member, reason: string, at = new Date()): number {
  const { id: caseId } = db.insert(cases).values({ kind: 'flags', memberId, openedAt: at, closedAt: at }).returning({ id: cases.id }).get();
  const before = { suspendedUntil: suspendedUntil && suspendedUntil > at ? suspendedUntil.getTime() : null };
  return db.insert(decisions).values({ caseId, outcome: 'warn', reason, deciderId: actor.id, authorId: memberId, before, at }).returning({ id: decisions.id }).get().id;
}

/** The decisions on the suspension that a member is under, the newest first: the one to suspend them, and those to make it longer; without what was overturned, or is too old to appeal. */
export function suspensionsToAppeal({ id }: Member, now = new Date()): { id: number; at: Date }[] {
  return db.select({ id: decisions.id, at: decisions.at }).from(decisions)
    .where(and(eq(decisions.authorId, id), ofSuspension, gte(decisions.id, newest(id)), isNull(decisions.overturnedAt), gt(decisions.at, addDays(now, -daysToAppeal)))).orderBy(desc(decisions.id)).all();
}

/** Whether a decision is on the newest suspension of its member: one on an older one changes nothing any more. */
export const isOnNewest = ({ id, authorId }: Pick<Decision, 'id' | 'authorId'>): boolean => id >= newest(authorId);

/** The number of the decision with which a member's newest suspension began. */
function newest(memberId: number): number {
  return db.select({ id: decisions.id }).from(decisions).where(and(eq(decisions.authorId, memberId), sql`json_type(${decisions.before}, '$.suspendedUntil') = 'null'`)).orderBy(desc(decisions.id)).get()?.id ?? 0;
}
