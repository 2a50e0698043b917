import { randomInt } from 'node:crypto';
import { and, eq, isNull, lt, count } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { toString as toSvg } from 'qrcode';
import { z } from 'zod';
import { authenticators, db, foldLog, members, recoveryCodes, transaction } from '#db/client.ts';
import { isSealed, seal, unseal } from '#lib/sealing.ts';
import { settings } from '#lib/settings.ts';
import { hashToken } from '#lib/tokens.ts';
import { Denied, Invalid } from '../errors.ts';
import type { Browser, Cookie } from './cookies.ts';
import { countAttempt, forgetAttempts } from './limits.ts';
import { mustHaveProved } from './proving.ts';
import { tellOfChange } from './security-letters.ts';
import type { Session } from './sessions.ts';
import { beginStep, currentStep, takeStep } from './steps.ts';
import type { Member } from './types.ts';

/** Seconds for which a code is shown (RFC 6238). */
const period = 30;
/** Clocks differ, and typing takes a while: the code before and the one after count too. */
const window = 1;

/** A code of an authenticator as people type it, blanks and all. */
export const codeField = z.string({ error: 'Please enter the code.' }).transform((code) => code.replaceAll(/[\s-]/g, '').toLowerCase()).pipe(z.string().min(1, 'Please enter the code.').max(60));

const totpOf = (secret: string, account = '') => new TOTP({ issuer: settings().name, label: account, secret: Secret.fromBase32(secret), period });

/** A sealed secret is good for its member alone. */
const purposeOf = (memberId: number) => `authenticator ${memberId}`;

/** Seals secrets that stand in the database as they are, from before they were sealed. Returns how many. */
export function sealAuthenticators(): number {
  const open = db.select({ memberId: authenticators.memberId, secret: authenticators.secret }).from(authenticators).all().filter(({ secret }) => !isSealed(secret));
  if (open.length === 0) return 0;
  transaction(() => {
    for (const { memberId, secret } of open) db.update(authenticators).set({ secret: seal(secret, purposeOf(memberId)) }).where(eq(authenticators.memberId, memberId)).run();
  });
  foldLog();
  return open.length;
}

/** Whether signing in takes a second factor for this member. */
export function hasAuthenticator(memberId: number): boolean {
  return db.select({ memberId: authenticators.memberId }).from(authenticators).where(eq(authenticators.memberId, memberId)).get() !== undefined;
}

/** For proofs that are one factor alone: whoever has a second step shows a code or a passkey, as when they sign in. Throws Denied. */
export function mustHaveOneStep(memberId: number): void {
  if (hasAuthenticator(memberId)) throw new Denied('You sign in with a second step, so this takes a code from your app, a recovery code or a passkey.');
}

/** What the app needs: a QR code as SVG, and the same to type; and the cookie that binds it to the browser in which it is shown. */
export interface AuthenticatorSetUp { qrCode: string; key: string; cookie: Cookie | null }

/** A secret that waits in this browser to be confirmed by a first code; the same one while it waits. Throws Denied while another one is in force or too long after the last proof. */
export async function prepareAuthenticator(session: Session, browser: Browser): Promise<AuthenticatorSetUp> {
  mustHaveProved(session);
  const { id, email } = session.member;
  if (hasAuthenticator(id)) throw new Denied('You have an authenticator app already. Remove it first.');
  const waiting = waitingSecret(id, browser);
  const secret = waiting ?? new Secret({ size: 20 }).base32;
  const qrCode = await toSvg(totpOf(secret, email).toString(), { type: 'svg', margin: 2 });
  return { qrCode, key: secret.replaceAll(/(.{4})(?=.)/g, '$1 '), cookie: waiting ? null : beginStep('authenticator', id, { secret: seal(secret, purposeOf(id)) }) };
}

function waitingSecret(memberId: number, browser: Browser): string | null {
  const step = currentStep('authenticator', browser);
  return step?.memberId === memberId ? unseal(step.data['secret'] ?? '', purposeOf(memberId)) : null;
}

export const confirmAuthenticatorInput = z.object({ code: codeField });

/** Puts the authenticator in force with a first code from it. Returns ten recovery codes, shown this once. Throws Invalid, Denied, TooMany. */
export function confirmAuthenticator(session: Session, input: z.output<typeof confirmAuthenticatorInput>, browser: Browser): string[] {
  mustHaveProved(session);
  const { member } = session;
  countAttempt('codePerMember', member.id);
  return transaction(() => {
    if (hasAuthenticator(member.id)) throw new Denied('You have an authenticator app already.');
    const secret = waitingSecret(member.id, browser);
    if (!secret) throw new Denied('That took too long. Please start again.');
    const lastStep = stepOf(secret, input.code);
    if (lastStep === null) throw new Invalid({ code: 'This is not the code that the app shows now. If it keeps failing, check the clock of your phone.' });
    takeStep('authenticator', browser);
    db.insert(authenticators).values({ memberId: member.id, secret: seal(secret, purposeOf(member.id)), lastStep }).run();
    tellOfChange(member.email, 'A second step was added to your sign-in', 'From now on, signing in takes a code from your authenticator app.');
    return newRecoveryCodes(member.id);
  });
}

/** Takes the authenticator and its recovery codes away; where there is none, nothing happens. Throws Denied. */
export function removeAuthenticator(session: Session): void {
  mustHaveProved(session);
  const { member } = session;
  transaction(() => {
    const gone = db.delete(authenticators).where(eq(authenticators.memberId, member.id)).run().changes;
    if (!gone) return;
    db.delete(recoveryCodes).where(eq(recoveryCodes.memberId, member.id)).run();
    tellOfChange(member.email, 'The second step was removed from your sign-in', 'Signing in takes no code from an authenticator app any more.');
  });
}

/** Ten new recovery codes; those given before stop working. Throws Denied. */
export function renewRecoveryCodes(session: Session): string[] {
  mustHaveProved(session);
  const { member } = session;
  if (!hasAuthenticator(member.id)) throw new Denied('There is no authenticator app to recover from.');
  return transaction(() => {
    tellOfChange(member.email, 'You have new recovery codes', 'Ten new recovery codes were made; those you had do not work any more.');
    return newRecoveryCodes(member.id);
  });
}

/** How many recovery codes are left. */
export function recoveryCodesLeft(member: Member): number {
  return db.select({ n: count() }).from(recoveryCodes).where(and(eq(recoveryCodes.memberId, member.id), isNull(recoveryCodes.usedAt))).get()?.n ?? 0;
}

/**
 * Takes a code from the app or a recovery code, each once. Wrong ones are counted by member and address, and by member alone at a rate at which guessing
 * takes years; recovery codes are too long to guess and always taken, so nobody can keep the owner out for good. Throws Invalid, TooMany.
 */
export function takeSecondFactor(memberId: number, code: string, address: string): void {
  if (takeRecoveryCode(memberId, code)) return;
  countAttempt('codePerAccount', `${memberId} ${address}`);
  countAttempt('codePerMember', memberId);
  if (!takeCode(memberId, code)) throw new Invalid({ code: whyNot(memberId, code) });
  forgetAttempts('codePerAccount', `${memberId} ${address}`);
}

function whyNot(memberId: number, code: string): string {
  if (/^\d+$/.test(code)) return 'This code is not right, or was used already. Wait for the next one in your app.';
  const used = db.select({ id: recoveryCodes.id }).from(recoveryCodes).where(and(eq(recoveryCodes.id, hashToken(code)), eq(recoveryCodes.memberId, memberId))).get();
  return used ? 'This recovery code was used already. Take another one.' : 'This is none of your recovery codes. Please look at the spelling, or take another one.';
}

/** Whether the app shows this code about now, and neither it nor a later one was taken before. */
function takeCode(memberId: number, code: string): boolean {
  const row = db.select().from(authenticators).where(eq(authenticators.memberId, memberId)).get();
  // Sealed with a key that is lost, no code is right; recovery codes and passkeys still are.
  const secret = row ? unseal(row.secret, purposeOf(memberId)) : null;
  const lastStep = secret === null ? null : stepOf(secret, code);
  if (lastStep === null) return false;
  return db.update(authenticators).set({ lastStep }).where(and(eq(authenticators.memberId, memberId), lt(authenticators.lastStep, lastStep))).run().changes === 1;
}

/** The time step to which a code belongs, or null when it is none of about now. Compares in constant time. */
function stepOf(secret: string, code: string): number | null {
  const now = Date.now();
  const delta = /^\d{6}$/.test(code) ? totpOf(secret).validate({ token: code, window, timestamp: now }) : null;
  return delta === null ? null : Math.floor(now / 1000 / period) + delta;
}

const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const recoveryLength = 24;

function newRecoveryCodes(memberId: number): string[] {
  const codes = Array.from({ length: 10 }, () => Array.from({ length: recoveryLength }, () => letters[randomInt(letters.length)]).join(''));
  db.delete(recoveryCodes).where(eq(recoveryCodes.memberId, memberId)).run();
  db.insert(recoveryCodes).values(codes.map((code) => ({ id: hashToken(code), memberId }))).run();
  return codes.map((code) => code.replaceAll(/(.{6})(?=.)/g, '$1-'));
}

function takeRecoveryCode(memberId: number, code: string): boolean {
  if (code.length !== recoveryLength) return false;
  return transaction(() => {
    const taken = db.update(recoveryCodes).set({ usedAt: new Date() })
      .where(and(eq(recoveryCodes.id, hashToken(code)), eq(recoveryCodes.memberId, memberId), isNull(recoveryCodes.usedAt))).run().changes === 1;
    const member = taken ? db.select({ email: members.email }).from(members).where(eq(members.id, memberId)).get() : undefined;
    if (member) tellOfChange(member.email, 'A recovery code was used', 'One of your recovery codes was used just now, and works no more.');
    return taken;
  });
}
