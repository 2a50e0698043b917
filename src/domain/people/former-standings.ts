import { createHmac } from 'node:crypto';
import { and, eq, gt, isNotNull, lte } from 'drizzle-orm';
import { bumpChanges, db, emailChanges, formerStandings, members, suspensions, verifications } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { hubSecret } from '../secrets.ts';
import { isLastAdministrator } from './administrators.ts';
import { formerOf } from './former-traces.ts';
import type { Member } from './types.ts';

/*
 * Nobody gets rid of a suspension by leaving and joining again: what coordinators decided about somebody holds for their addresses until its end. Of an address the
 * hub keeps a keyed hash and nothing else, so that it knows one that comes back and can name none.
 */

const daysOfDenial = 365;
const reasons = {
  suspended: 'Whoever had this address before was suspended when they left the hub; the suspension lasts until its end.',
  denied: 'Whoever had this address before was not to be verified when they left the hub.',
} as const;

/** Remembers, of somebody who leaves, until when they may not write and that they are not to be verified. Call inside the transaction of their leaving. */
export function rememberStanding(member: Member, emails: readonly string[], now = new Date()): void {
  const denied = db.select({ id: verifications.memberId }).from(verifications).where(and(eq(verifications.memberId, member.id), eq(verifications.method, 'denied'))).get();
  const standings = [
    ...(member.suspendedUntil && member.suspendedUntil > now ? [{ kind: 'suspended' as const, until: member.suspendedUntil }] : []),
    ...(denied ? [{ kind: 'denied' as const, until: addDays(now, daysOfDenial) }] : []),
  ];
  const changes = db.select({ old: emailChanges.oldEmail, fresh: emailChanges.newEmail }).from(emailChanges).where(and(eq(emailChanges.memberId, member.id), isNotNull(emailChanges.confirmedAt))).all();
  const confirmed = new Set([member.email, ...formerOf(member.id, 'email'), ...changes.flatMap(({ old, fresh }) => [old, fresh])]);
  for (const email of emails) {
    // Whoever confirmed the address here took over what held for it: how they leave is what holds now. Of an agency's account nothing was taken over.
    if (confirmed.has(email)) db.delete(formerStandings).where(eq(formerStandings.hash, hashOf(email))).run();
    for (const standing of standings) db.insert(formerStandings).values({ hash: hashOf(email), ...standing }).onConflictDoNothing().run();
  }
}

/** Lets whoever has just confirmed an address take over what holds for it. Call inside the transaction of the confirmation, before it is found out whether they are verified. */
export function takeOverStanding(memberId: number, now = new Date()): void {
  const member = db.select().from(members).where(eq(members.id, memberId)).get();
  if (!member) return;
  for (const { kind, until } of db.select().from(formerStandings).where(and(eq(formerStandings.hash, hashOf(member.email)), gt(formerStandings.until, now))).all()) {
    if (kind === 'denied') {
      const denied = { method: 'denied' as const, domain: null, reason: reasons.denied, byId: null, at: now };
      db.insert(verifications).values({ memberId, ...denied }).onConflictDoUpdate({ target: verifications.memberId, set: denied }).run();
    } else if (isLastAdministrator(member, now)) {
      // The hub must keep somebody who can act: whoever looks after it alone is suspended by nobody.
      continue;
    } else if (!member.suspendedUntil || member.suspendedUntil < until) {
      db.update(members).set({ suspendedUntil: until, suspendedReason: reasons.suspended }).where(eq(members.id, memberId)).run();
      db.insert(suspensions).values({ memberId, kind: 'suspended', until, reason: reasons.suspended }).run();
    }
    bumpChanges();
  }
}

/** Forgets what does not hold any more. */
export function forgetOldStandings(): void {
  db.delete(formerStandings).where(lte(formerStandings.until, new Date())).run();
}

const hashOf = (email: string) => createHmac('sha256', hubSecret('addresses')).update(email.toLowerCase()).digest('hex');
