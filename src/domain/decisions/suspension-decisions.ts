import { and, desc, eq, gt, gte, isNotNull, isNull, ne, notExists, sql } from 'drizzle-orm';
import { appeals, cases, db, decisions, members, suspensions, transaction } from '#db/client.ts';
import { addDays, formatDate } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { post } from '../mail/outbox.ts';
import { takenOver } from '../people/former-standings.ts';
import { formerCoordinator } from '../people/former.ts';
import type { Member } from '../people/types.ts';
import { daysToAppeal, howToAppeal, ofSuspension } from './outcomes.ts';
import type { Decision } from './subjects.ts';

/*
 * That somebody is suspended is a decision about them like any other, so that they can appeal it: it stands as a warning, in a case of its own that is
 * closed already, and keeps until when they were suspended before, and how many days it added: each stands by itself.
 */

/** Keeps a suspension as a decision. Call inside its transaction. Returns the number under which it can be appealed. */
export function keepAsDecision(actor: { id: number }, { id: memberId, suspendedUntil }: Pick<Member, 'id' | 'suspendedUntil'>, { reason, days }: { reason: string; days: number }, at = new Date()): number {
  const { id: caseId } = db.insert(cases).values({ kind: 'flags', memberId, openedAt: at, closedAt: at }).returning({ id: cases.id }).get();
  const before = { suspendedUntil: suspendedUntil && suspendedUntil > at ? suspendedUntil.getTime() : null, days };
  return db.insert(decisions).values({ caseId, outcome: 'warn', reason, deciderId: actor.id, authorId: memberId, before, at }).returning({ id: decisions.id }).get().id;
}

/** Lets those appeal who were suspended before suspensions were decisions, or before they confirmed their address, and tells them once it is confirmed; one that was taken over with an address was there to appeal for whoever had it. Does so once. */
export function keepOldSuspensions(now = new Date()): void {
  transaction(() => {
    const isNone = notExists(db.select({ id: decisions.id }).from(decisions).where(and(eq(decisions.authorId, members.id), ofSuspension)));
    for (const member of db.select().from(members).where(and(isNotNull(members.emailConfirmedAt), gt(members.suspendedUntil, now), ne(members.suspendedReason, takenOver.suspended), isNone)).all()) {
      const { suspendedUntil: until, suspendedReason: reason } = member;
      if (!until || !reason) continue;
      const by = db.select({ id: suspensions.byId }).from(suspensions).where(eq(suspensions.memberId, member.id)).orderBy(desc(suspensions.id)).get()?.id ?? formerCoordinator();
      const decision = keepAsDecision({ id: by }, { id: member.id, suspendedUntil: null }, { reason, days: (until.getTime() - now.getTime()) / 86_400_000 }, now);
      post(member.email, `You can appeal your suspension on ${settings().name}`, [`Your account is suspended until ${formatDate(until)}. The reason given: ${reason}`, howToAppeal(decision)]);
    }
  });
}

/** Why somebody is suspended still when one decision on it is overturned: for the reason of the newest of the others. */
export function reasonBesides({ id, authorId }: Pick<Decision, 'id' | 'authorId'>): string | null {
  return db.select({ reason: decisions.reason }).from(decisions).where(and(onNewest(authorId), ne(decisions.id, id))).orderBy(desc(decisions.id)).get()?.reason ?? null;
}

/** Decisions on the newest suspension of a member, without what was overturned. */
const onNewest = (memberId: number) => and(eq(decisions.authorId, memberId), ofSuspension, gte(decisions.id, newest(memberId)), isNull(decisions.overturnedAt));

/** The decisions on the suspension that a member is under, the newest first: the one to suspend them, and those to make it longer; without what was overturned, or is too old to appeal. Appealed ones are among them, told apart, as are those that made it longer. */
export function suspensionsToAppeal({ id }: Member, now = new Date()): { id: number; at: Date; longer: boolean; appealed: boolean }[] {
  return db.select({ id: decisions.id, at: decisions.at, longer: sql<boolean>`json_type(${decisions.before}, '$.suspendedUntil') <> 'null'`.mapWith(Boolean), appealed: sql<boolean>`${appeals.decisionId} is not null`.mapWith(Boolean) }).from(decisions).leftJoin(appeals, eq(appeals.decisionId, decisions.id))
    .where(and(onNewest(id), gt(decisions.at, addDays(now, -daysToAppeal)))).orderBy(desc(decisions.id)).all();
}

/** Whether a decision is on the newest suspension of its member: one on an older one changes nothing any more. */
export const isOnNewest = ({ id, authorId }: Pick<Decision, 'id' | 'authorId'>): boolean => id >= newest(authorId);

/** The number of the decision with which a member's newest suspension began. */
function newest(memberId: number): number {
  return db.select({ id: decisions.id }).from(decisions).where(and(eq(decisions.authorId, memberId), sql`json_type(${decisions.before}, '$.suspendedUntil') = 'null'`)).orderBy(desc(decisions.id)).get()?.id ?? 0;
}
