import { createHmac } from 'node:crypto';
import { and, eq, gt, isNotNull, lte } from 'drizzle-orm';
import { bumpChanges, db, emailChanges, formerLevels, formerStandings, members, suspensions, trustLevels, verifications } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { hubSecret } from '../secrets.ts';
import { isLastAdministrator } from './administrators.ts';
import { formerOf } from './former-traces.ts';
import { changeLevel } from './trust.ts';
import type { Member } from './types.ts';

/*
 * Nobody gets rid of a suspension, or of a level of trust that a coordinator keeps them at, by leaving and joining again: what coordinators decided about somebody holds for their addresses until its end. Of an address the
 * hub keeps a keyed hash and nothing else, so that it knows one that comes back and can name none.
 */

/** For how long a denied verification and a level that is kept hold. */
const daysOfDenial = 365;
/** Why somebody is suspended, not verified or kept at a level who has taken that over with an address. */
export const takenOver = {
  suspended: 'Whoever had this address before was suspended when they left the hub; the suspension lasts until its end.',
  denied: 'Whoever had this address before was not to be verified when they left the hub.',
  level: 'A coordinator has kept whoever had this address before at this level.',
} as const;

/** Remembers, of somebody who leaves these addresses, until when they may not write and that they are not to be verified. Call inside the transaction of their leaving. */
export function rememberStanding(member: Member, emails: readonly string[], now = new Date()): void {
  const denied = db.select({ id: verifications.memberId }).from(verifications).where(and(eq(verifications.memberId, member.id), eq(verifications.method, 'denied'))).get();
  const standings = [
    ...(member.suspendedUntil && member.suspendedUntil > now ? [{ kind: 'suspended' as const, until: member.suspendedUntil }] : []),
    ...(denied ? [{ kind: 'denied' as const, until: addDays(now, daysOfDenial) }] : []),
  ];
  const level = keptLevel(member.id);
  const changes = db.select({ old: emailChanges.oldEmail, fresh: emailChanges.newEmail }).from(emailChanges).where(and(eq(emailChanges.memberId, member.id), isNotNull(emailChanges.confirmedAt))).all();
  const confirmed = new Set([member.email, ...formerOf(member.id, 'email'), ...changes.flatMap(({ old, fresh }) => [old, fresh])]);
  for (const email of emails) {
    // Whoever confirmed the address here took over what held for it: how they leave is what holds now. Of an agency's account nothing was taken over.
    if (confirmed.has(email)) for (const table of [formerStandings, formerLevels]) db.delete(table).where(eq(table.hash, hashOf(email))).run();
    for (const standing of standings) db.insert(formerStandings).values({ hash: hashOf(email), ...standing }).onConflictDoNothing().run();
    if (level) db.insert(formerLevels).values({ hash: hashOf(email), level, until: addDays(now, daysOfDenial) }).onConflictDoNothing().run();
  }
}

/** The level below the highest at which a coordinator keeps a member. */
function keptLevel(memberId: number): 'new' | 'member' | null {
  const level = db.select({ level: trustLevels.level }).from(trustLevels).where(and(eq(trustLevels.memberId, memberId), eq(trustLevels.locked, true))).get()?.level;
  return level === undefined || level === 'trusted' ? null : level;
}

/** Lets whoever has just confirmed an address take over what holds for it. Call inside the transaction of the confirmation, before it is found out whether they are verified. */
export function takeOverStanding(memberId: number, now = new Date()): void {
  const member = db.select().from(members).where(eq(members.id, memberId)).get();
  if (!member) return;
  for (const { kind, until } of db.select().from(formerStandings).where(and(eq(formerStandings.hash, hashOf(member.email)), gt(formerStandings.until, now))).all()) {
    if (kind === 'denied') {
      const denied = { method: 'denied' as const, domain: null, reason: takenOver.denied, byId: null, at: now };
      db.insert(verifications).values({ memberId, ...denied }).onConflictDoUpdate({ target: verifications.memberId, set: denied }).run();
    } else if (isLastAdministrator(member, now)) {
      // The hub must keep somebody who can act: whoever looks after it alone is suspended by nobody.
      continue;
    } else if (!member.suspendedUntil || member.suspendedUntil < until) {
      db.update(members).set({ suspendedUntil: until, suspendedReason: takenOver.suspended }).where(eq(members.id, memberId)).run();
      db.insert(suspensions).values({ memberId, kind: 'suspended', until, reason: takenOver.suspended }).run();
    }
    bumpChanges();
  }
  takeOverLevel(member.id, hashOf(member.email), now);
}

/** Whoever has a level already does not get a higher one by it, and one that a coordinator has set stays. */
function takeOverLevel(memberId: number, hash: string, now: Date): void {
  const former = db.select({ level: formerLevels.level }).from(formerLevels).where(and(eq(formerLevels.hash, hash), gt(formerLevels.until, now))).get();
  const own = db.select({ level: trustLevels.level, locked: trustLevels.locked }).from(trustLevels).where(eq(trustLevels.memberId, memberId)).get();
  if (!former || own?.locked) return;
  const to = own?.level === 'new' ? 'new' : former.level;
  changeLevel({ memberId, from: own?.level ?? 'new', to, reason: takenOver.level, byId: null, locked: true });
  bumpChanges();
}

/** Forgets what does not hold any more. */
export function forgetOldStandings(): void {
  for (const table of [formerStandings, formerLevels]) db.delete(table).where(lte(table.until, new Date())).run();
}

const hashOf = (email: string) => createHmac('sha256', hubSecret('addresses')).update(email.toLowerCase()).digest('hex');
