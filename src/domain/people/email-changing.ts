import { and, eq, gt, isNotNull, isNull, lt } from 'drizzle-orm';
import { z } from 'zod';
import { agencyAccounts, authenticators, db, emailChanges, knownBrowsers, members, passkeys, passwords, recoveryCodes, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { Denied, Invalid } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { rememberStanding, takeOverStanding } from './former-standings.ts';
import { rememberFormer } from './former-traces.ts';
import { countAttempt } from './limits.ts';
import { deadLink, forgetLinksOf, makeLink } from './links.ts';
import { forgetSignInLinksOf } from './mailed-links.ts';
import { emailField, memberByEmail, memberById } from './members.ts';
import { mustHaveProved } from './proving.ts';
import { endSessionsOf, type Session } from './sessions.ts';
import { settleVerification } from './verification.ts';

const daysToConfirm = 1;
const daysToUndo = 7;

export const changeEmailInput = z.object({ email: emailField });

/**
 * Asks to change the member's address: a link goes to the new one, and nothing changes before it is opened. If somebody else has that address, the answer on the
 * screen is the same, and so is what is kept and exported; the letter says so. Throws Denied, Invalid, TooMany.
 */
export function requestEmailChange(session: Session, input: z.output<typeof changeEmailInput>): void {
  mustHaveProved(session);
  const { member } = session;
  const { email } = input;
  if (email === member.email) throw new Invalid({ email: 'This is your address already.' });
  countAttempt('emailPerMember', member.id);
  const { name, url } = settings();
  transaction(() => {
    const token = newToken(16);
    db.delete(emailChanges).where(and(eq(emailChanges.memberId, member.id), isNull(emailChanges.confirmedAt))).run();
    db.insert(emailChanges).values({ id: hashToken(token), memberId: member.id, oldEmail: member.email, newEmail: email, expiresAt: addDays(new Date(), daysToConfirm) }).run();
    if (memberByEmail(email)?.emailConfirmedAt) {
      post(email, `You already have an account on ${name}`, [`Somebody, most likely you, asked to use this address for another account on ${name}. It has an account already: ${url}/sign-in`, 'If it was not you, you need not do anything.']);
      return;
    }
    post(email, `Confirm your new e-mail address for ${name}`, [`Please open this link, signed in as @${member.handle}, to use this address for the account @${member.handle} from now on:`, `${url}/account/email/confirm?token=${token}`, 'It works once, for one day. If this is not your account, do nothing, and nothing happens.']);
  });
}

const waiting = (token: string) => and(eq(emailChanges.id, hashToken(token)), isNull(emailChanges.confirmedAt), gt(emailChanges.expiresAt, new Date()));
const undoable = (token: string) => and(eq(emailChanges.undoId, hashToken(token)), isNull(emailChanges.undoneAt), gt(emailChanges.confirmedAt, addDays(new Date(), -daysToUndo)));

/** The change that a link from a letter confirms or takes back, without using it up; null when it does not work any more. */
export function readEmailChange(which: 'confirm' | 'undo', token: string): { memberId: number; handle: string; oldEmail: string; newEmail: string } | null {
  return db.select({ memberId: members.id, handle: members.handle, oldEmail: emailChanges.oldEmail, newEmail: emailChanges.newEmail }).from(emailChanges).innerJoin(members, eq(members.id, emailChanges.memberId)).where((which === 'confirm' ? waiting : undoable)(token)).get() ?? null;
}

export const emailLinkInput = z.object({ token: z.string({ error: 'The link is incomplete.' }).max(100) });

/** Said to whoever opens the link of another account. */
export const notYourChange = (handle: string): string => `This link belongs to the account @${handle}: sign in as that account to use it. If it is not yours, do nothing.`;

/**
 * Changes the address with the link that came to the new one, for whoever is signed in as the account that asked: a stranger's click must not give somebody an address.
 * The old one is told, with a way back for a week. Throws Denied, TooMany.
 */
export function confirmEmailChange({ member }: Pick<Session, 'member'>, input: z.output<typeof emailLinkInput>, address: string): void {
  countAttempt('linkPerAddress', address);
  const asked = readEmailChange('confirm', input.token);
  if (asked && asked.memberId !== member.id) throw new Denied(notYourChange(asked.handle));
  const undo = newToken(16);
  transaction(() => {
    const change = db.update(emailChanges).set({ confirmedAt: new Date(), undoId: hashToken(undo) }).where(waiting(input.token)).returning().get();
    if (!change) throw new Denied(deadLink);
    // What holds for somebody is written down for all their addresses when they leave: for one that is forgotten before, now.
    rememberStanding(memberById(change.memberId), rememberFormer(change.memberId, 'email', member.email));
    putEmail(change.memberId, change.newEmail);
    const { name, url } = settings();
    post(change.oldEmail, `Your e-mail address on ${name} was changed`, [
      `Your account uses ${change.newEmail} from now on. If you changed it, you need not do anything.`,
      'If it was not you, take it back with this link. It works for a week, signs every browser out, ends your password and lets you choose a new one:', `${url}/account/email/undo?token=${undo}`,
    ]);
  });
}

/** Takes a change of address back with the link that came to the old one: every session ends, the password and ways of signing in that were added meanwhile go, and a link for a new password goes to the old address. Throws Denied, TooMany. */
export function undoEmailChange(input: z.output<typeof emailLinkInput>, address: string): void {
  countAttempt('linkPerAddress', address);
  transaction(() => {
    const change = db.update(emailChanges).set({ undoneAt: new Date() }).where(undoable(input.token)).returning().get();
    if (!change) throw new Denied(deadLink);
    const { memberId, oldEmail } = change;
    putEmail(memberId, oldEmail);
    // Whoever changed it may have changed it again since.
    db.update(emailChanges).set({ undoneAt: new Date() }).where(and(eq(emailChanges.memberId, memberId), isNotNull(emailChanges.confirmedAt), isNull(emailChanges.undoneAt), gt(emailChanges.confirmedAt, change.confirmedAt ?? new Date(0)))).run();
    db.delete(emailChanges).where(and(eq(emailChanges.memberId, memberId), isNull(emailChanges.confirmedAt))).run();
    removeAddedSince(memberId, addDays(change.confirmedAt ?? new Date(), -1));
    // Whoever changed the address knew the password, or has set another one since.
    db.delete(passwords).where(eq(passwords.memberId, memberId)).run();
    db.delete(knownBrowsers).where(eq(knownBrowsers.memberId, memberId)).run();
    endSessionsOf(memberId);
    const { name, url } = settings();
    post(oldEmail, `A new password for ${name}`, ['Your account uses this address again, every browser was signed out, and your password does not work any more, nor do passkeys, agencies and a second step that were added shortly before the change or since. Please choose a new password:', `${url}/reset/new?token=${makeLink('reset', memberId)}`, `The link works once, for two hours. Later you get another one here: ${url}/reset`]);
  });
}

/** Whoever changed the address may have opened other ways in for themselves, or shut the owner out by a second step. */
function removeAddedSince(memberId: number, since: Date): void {
  db.delete(passkeys).where(and(eq(passkeys.memberId, memberId), gt(passkeys.createdAt, since))).run();
  db.delete(agencyAccounts).where(and(eq(agencyAccounts.memberId, memberId), gt(agencyAccounts.createdAt, since))).run();
  const removed = db.delete(authenticators).where(and(eq(authenticators.memberId, memberId), gt(authenticators.createdAt, since))).run().changes;
  if (removed) db.delete(recoveryCodes).where(eq(recoveryCodes.memberId, memberId)).run();
}

/** Links that were mailed to the former address work no more. */
function putEmail(memberId: number, email: string): void {
  const holder = memberByEmail(email);
  if (holder && holder.id !== memberId) {
    if (holder.emailConfirmedAt) throw new Denied('Somebody else has an account with this address meanwhile.');
    // Asked for and never confirmed: whoever holds the address has just shown that they are somebody else.
    db.delete(members).where(eq(members.id, holder.id)).run();
  }
  db.update(members).set({ email }).where(eq(members.id, memberId)).run();
  takeOverStanding(memberId);
  settleVerification(memberId);
  forgetLinksOf(memberId);
  forgetSignInLinksOf(memberId);
}

/** Throws away changes that nobody can confirm or take back any more. */
export function forgetOldEmailChanges(): void {
  db.delete(emailChanges).where(lt(emailChanges.expiresAt, addDays(new Date(), -(daysToUndo + daysToConfirm)))).run();
}
