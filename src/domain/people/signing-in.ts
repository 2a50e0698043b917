import { z } from 'zod';
import { transaction } from '#db/client.ts';
import { Invalid } from '../errors.ts';
import type { Browser } from './cookies.ts';
import { isKnownBrowser } from './known-browsers.ts';
import { countAttempt, forgetAttempts, isWithinLimit } from './limits.ts';
import { mailConfirmation } from './joining.ts';
import { emailField, memberByEmail } from './members.ts';
import { isPasswordOf, mustHaveTurn } from './passwords.ts';

export const signInInput = z.object({
  email: emailField,
  password: z.string({ error: 'Please enter your password.' }),
  next: z.string().nullish(),
});

const wrong = { password: 'E-mail address and password do not match, or the address is not confirmed yet. Please check both, and your mail: the letter with the link may wait there.' };

/**
 * Checks e-mail address and password; returns the member's id. An unknown address, a wrong password and an address that is not confirmed get the same answer in
 * the same time: whoever asked to join with an address would learn else whether it had an account. To the latter the link is mailed again.
 * Throws Busy, Invalid, TooMany.
 */
export async function signIn(input: { email: string; password: string }, address: string, browser?: Browser): Promise<number> {
  const member = memberByEmail(input.email);
  // Whoever guesses from many addresses, or sends more than can be looked at, must not lock the owner out of the browsers they have used before.
  const isKnown = member && browser && isKnownBrowser(member.id, browser);
  const asker = isKnown ? member.id : address;
  mustHaveTurn(asker);
  countAttempt('signInPerAddress', address);
  countAttempt('signInPerAccount', `${input.email} ${address}`);
  if (!isKnown) countAttempt('signInAnywhere', input.email);
  const isRight = await isPasswordOf(member?.id ?? null, input.password, asker);
  if (!member?.emailConfirmedAt || !isRight) {
    const mayMail = isWithinLimit('confirmPerAccount', input.email);
    if (member && isRight && mayMail) transaction(() => mailConfirmation(member.id, member.email));
    throw new Invalid(wrong);
  }
  forgetAttempts('signInPerAccount', `${input.email} ${address}`);
  forgetAttempts('signInAnywhere', input.email);
  return member.id;
}

/** Where somebody goes who has just become a member: to their first steps, and from there on to where they were. */
export function welcomeThen(next: string | null | undefined): string {
  const path = safeNext(next);
  return path === '/' ? '/welcome' : `/welcome?next=${encodeURIComponent(path)}`;
}

/** A path of this site to go to after signing in: anything else becomes the home page, so that no link can lead away. */
export function safeNext(next: string | null | undefined): string {
  if (!next || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.includes('\\')) return '/';
  return next;
}
