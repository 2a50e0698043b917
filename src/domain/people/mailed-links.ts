import { and, eq, gt, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, facts, members, signInLinks, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { Denied } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { mustHaveOneStep } from './authenticators.ts';
import { makeCookie, type Browser, type Cookie } from './cookies.ts';
import { mailConfirmation } from './joining.ts';
import { countAttempt, isWithinLimit } from './limits.ts';
import { deadLink } from './links.ts';
import { emailField, memberByEmail } from './members.ts';
import { proveSession, type Session } from './sessions.ts';
import { safeNext } from './signing-in.ts';

/** Minutes for which a link signs in. */
const minutes = 15;

/** Name of the cookie by which a browser is known that asked for a link. */
const askedCookie = 'hub_asked';

export const signInLinkInput = z.object({ email: emailField, next: z.string().nullish() });

/**
 * Mails a link that signs in, if the address has an account; the answer is the same either way. Returns the cookie by which the browser
 * that asked is known when the link is opened. Throws TooMany.
 */
export function requestSignInLink(input: z.output<typeof signInLinkInput>, address: string): Cookie {
  countAttempt('linkAskedPerAddress', address);
  // Past the limit the answer is the same, and the last link stays good: nobody is kept from theirs.
  const mayMail = isWithinLimit('linkPerAccount', input.email);
  const browser = newToken();
  transaction(() => {
    // One write in either case, so that the time does not tell who has an account.
    countLinkAsked();
    const member = memberByEmail(input.email);
    if (!member || !mayMail) return;
    if (!member.emailConfirmedAt) return mailConfirmation(member.id, member.email);
    mailLink(member, { browser: hashToken(browser), next: safeNext(input.next), sessionId: null });
  });
  return makeCookie(askedCookie, browser, minutes * 60);
}

export const proofLinkInput = z.object({ next: z.string().max(500).nullish().catch(null) });

/** Mails somebody who is signed in a link that proves, in this very session, that it is still them; from there they go on to where they were going. Throws Denied where there is a second step, TooMany. */
export function requestProofLink(session: Session, { next }: z.output<typeof proofLinkInput> = {}): void {
  mustHaveOneStep(session.member.id);
  // Counted by member: who knows the address must not keep its owner from proving that it is them.
  countAttempt('proofLinkPerMember', session.member.id);
  transaction(() => mailLink(session.member, { browser: '', next: next ? safeNext(next) : '/account/security?proved', sessionId: session.id }));
}

function countLinkAsked(): void {
  db.insert(facts).values({ name: 'links-asked', value: 1 }).onConflictDoUpdate({ target: facts.name, set: { value: sql`${facts.value} + 1` } }).run();
}

function mailLink(member: { id: number; email: string }, link: { browser: string; next: string; sessionId: string | null }): void {
  const { name, url } = settings();
  const token = newToken(16);
  db.delete(signInLinks).where(and(eq(signInLinks.memberId, member.id), link.sessionId ? isNotNull(signInLinks.sessionId) : isNull(signInLinks.sessionId))).run();
  db.insert(signInLinks).values({ id: hashToken(token), memberId: member.id, ...link, expiresAt: new Date(Date.now() + minutes * 60_000) }).run();
  const [subject, what, path] = link.sessionId
    ? [`Prove that it is you: ${name}`, 'Please open this link in the browser in which you are signed in:', '/account/prove']
    : [`Sign in to ${name}`, 'Please open this link to sign in:', '/sign-in/link'];
  post(member.email, subject, [what, `${url}${path}?token=${token}`, `It works once, for ${minutes} minutes. If you did not ask for it, leave it: nothing happens.`]);
}

const usable = (token: string) => and(eq(signInLinks.id, hashToken(token)), isNull(signInLinks.usedAt), gt(signInLinks.expiresAt, new Date()));

/** Whose sign-in link this is and whether this browser asked for it, without using it up; null when it does not work any more. */
export function readSignInLink(token: string, browser: Browser): { email: string; askedHere: boolean } | null {
  const row = db.select({ email: members.email, browser: signInLinks.browser }).from(signInLinks).innerJoin(members, eq(members.id, signInLinks.memberId))
    .where(and(usable(token), isNull(signInLinks.sessionId))).get();
  return row ? { email: row.email, askedHere: row.browser === hashToken(browser.cookie(askedCookie) ?? '') } : null;
}

/** Whether this link proves this session, without using it up. */
export function proofLinkWorks(session: Session, token: string): boolean {
  return db.select({ id: signInLinks.id }).from(signInLinks).where(and(usable(token), eq(signInLinks.sessionId, session.id))).get() !== undefined;
}

export const linkInput = z.object({ token: z.string({ error: 'The link is incomplete.' }).max(100) });

/** Uses a sign-in link up: of two at the same time one works. Returns whose it was and where they wanted to go. Throws Denied, TooMany. */
export function signInByLink(input: z.output<typeof linkInput>, address: string): { memberId: number; next: string } {
  countAttempt('linkPerAddress', address);
  const used = db.update(signInLinks).set({ usedAt: new Date() }).where(and(usable(input.token), isNull(signInLinks.sessionId)))
    .returning({ memberId: signInLinks.memberId, next: signInLinks.next }).get();
  if (!used) throw new Denied(deadLink);
  return used;
}

/** Uses a link up that proves this session. Returns its new cookie and where they wanted to go. Throws Denied. */
export function proveByLink(session: Session, input: z.output<typeof linkInput>): { cookie: Cookie; next: string } {
  mustHaveOneStep(session.member.id);
  const used = db.update(signInLinks).set({ usedAt: new Date() }).where(and(usable(input.token), eq(signInLinks.sessionId, session.id))).returning({ next: signInLinks.next }).get();
  if (!used) throw new Denied(deadLink);
  return { cookie: proveSession(session), next: used.next };
}

/** Makes all links of a member that sign in stop working. Call inside a transaction. */
export function forgetSignInLinksOf(memberId: number): void {
  db.delete(signInLinks).where(eq(signInLinks.memberId, memberId)).run();
}

/** Throws away links that have expired. */
export function forgetOldSignInLinks(): void {
  db.delete(signInLinks).where(lt(signInLinks.expiresAt, addDays(new Date(), -1))).run();
}
