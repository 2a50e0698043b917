import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, facts, members, transaction } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { post } from '../mail/outbox.ts';
import { Denied, Invalid } from '../errors.ts';
import { confirmAddress } from './admitting.ts';
import { mustBeFree } from './free-names.ts';
import { countAttempt, forgetAttempts, isWithinLimit } from './limits.ts';
import { deadLink, makeLink, memberOfLink, useLink } from './links.ts';
import { emailField, memberByEmail, memberById, nameField, nameMissing } from './members.ts';
import { hashPassword, hasPassword, isPasswordOf, mustNotTellOf, newPasswordField, putPassword } from './passwords.ts';
import { mustHaveProved } from './proving.ts';
import { endSessionsOf, type Session } from './sessions.ts';
import type { Member } from './types.ts';

export const resetInput = z.object({ email: emailField });

/** Mails a link for a new password if the address has an account; the answer on the screen is the same either way. Throws TooMany. */
export function requestReset(input: z.output<typeof resetInput>, address: string): void {
  countAttempt('resetPerAddress', address);
  // Somebody else must not be able to keep an owner from their link: past the limit the answer is the same, and the last link stays good.
  const mayMail = isWithinLimit('resetPerAccount', input.email);
  const { name, url } = settings();
  transaction(() => {
    // One write in either case, so that the time does not tell who has an account.
    countResetAsked();
    const member = memberByEmail(input.email);
    if (!member || !mayMail) return;
    post(member.email, `A new password for ${name}`, [
      'Please open this link to choose a new password:',
      `${url}/reset/new?token=${makeLink('reset', member.id)}`,
      'It works once, for two hours. If you did not ask for it, leave it: your password stays as it is.',
    ]);
  });
}

function countResetAsked(): void {
  db.insert(facts).values({ name: 'resets-asked', value: 1 }).onConflictDoUpdate({ target: facts.name, set: { value: sql`${facts.value} + 1` } }).run();
}

/** Whom a link for a new password is for, without using it up: a member, or somebody whose address is not confirmed yet, who says their name too. Null when it does not work any more. */
export function readResetLink(token: string): { joins: boolean } | null {
  const id = memberOfLink('reset', token);
  return id === null ? null : { joins: !memberById(id).emailConfirmed };
}

export const newPasswordInput = z.object({ token: z.string({ error: 'The link is incomplete.' }), name: nameField.nullish(), password: newPasswordField });

/**
 * Sets a new password by a mailed link, ends every session, and returns the member's id to sign them in. The link proves the address too: where it was not confirmed, whoever asked to
 * join with it may have been a stranger, and nothing that was typed then counts. Throws Busy, Denied, Invalid, TooMany.
 */
export async function setNewPassword(input: z.output<typeof newPasswordInput>, address: string): Promise<number> {
  countAttempt('linkPerAddress', address);
  const owner = memberOfLink('reset', input.token);
  if (owner === null) throw new Denied(deadLink);
  const member = memberById(owner);
  const name = member.emailConfirmed ? member.name : input.name;
  if (!name) throw new Invalid({ name: nameMissing });
  if (!member.emailConfirmed) mustBeFree(name);
  mustNotTellOf(input.password, { ...member, name });
  const passwordHash = await hashPassword(input.password, address);
  return transaction(() => {
    const id = useLink('reset', input.token);
    if (id === null) throw new Error('A reset link without a member.');
    if (!memberById(id).emailConfirmed) db.update(members).set({ name, application: null }).where(eq(members.id, id)).run();
    putPassword(id, passwordHash);
    confirmAddress(id);
    endSessionsOf(id);
    if (member.emailConfirmed) tellOfChange(member.email);
    // Whoever was kept out by somebody's guesses is not any more.
    forgetAttempts('signInAnywhere', member.email);
    forgetAttempts('signInPerAccount', `${member.email} ${address}`);
    return id;
  });
}

export const changePasswordInput = z.object({
  current: z.string({ error: 'Please enter your present password.' }),
  password: newPasswordField,
});

/** Changes the password of somebody who is signed in and ends all their sessions; the caller starts a new one. Throws Invalid, TooMany. */
export async function changePassword(actor: Member, input: z.output<typeof changePasswordInput>): Promise<void> {
  countAttempt('signInPerAccount', `change ${actor.id}`);
  if (!await isPasswordOf(actor.id, input.current, actor.id)) throw new Invalid({ current: 'This is not your present password.' });
  await replacePassword(actor, input.password);
}

export const choosePasswordInput = z.object({ password: newPasswordField });

/** Gives a first password to somebody who has signed in without one so far, and ends all their sessions; the caller starts a new one. Throws Denied, Invalid. */
export async function choosePassword(session: Session, input: z.output<typeof choosePasswordInput>): Promise<void> {
  mustHaveProved(session);
  if (hasPassword(session.member.id)) throw new Denied('You have a password already: to change it takes the present one.');
  await replacePassword(session.member, input.password);
}

async function replacePassword(member: Member, password: string): Promise<void> {
  mustNotTellOf(password, member);
  const passwordHash = await hashPassword(password, member.id);
  transaction(() => {
    putPassword(member.id, passwordHash);
    endSessionsOf(member.id);
    tellOfChange(member.email);
  });
}

function tellOfChange(email: string): void {
  post(email, `Your password on ${settings().name} was changed`, [
    'Your password was changed just now, and every other browser was signed out.',
    `If it was not you, set a new one at once: ${settings().url}/reset`,
  ]);
}
