import { z } from 'zod';
import { Invalid } from '../errors.ts';
import { codeField, mustHaveOneStep, takeSecondFactor } from './authenticators.ts';
import type { Cookie } from './cookies.ts';
import { countAttempt, forgetAttempts } from './limits.ts';
import { isPasswordOf } from './passwords.ts';
import { proveSession, type Session } from './sessions.ts';

/*
 * Somebody who is signed in shows once more who they are, before they change how they sign in. Passkeys (passkeys.ts) and mailed links (mailed-links.ts)
 * do it too. Each returns the cookie under which the session goes on.
 */

export const proveByPasswordInput = z.object({ password: z.string({ error: 'Please enter your password.' }) });

/** Throws Denied where there is a second step, Invalid, TooMany. */
export async function proveByPassword(session: Session, input: z.output<typeof proveByPasswordInput>): Promise<Cookie> {
  mustHaveOneStep(session.member.id);
  const who = `change ${session.member.id}`;
  countAttempt('signInPerAccount', who);
  if (!await isPasswordOf(session.member.id, input.password, session.member.id)) throw new Invalid({ password: 'This is not your password.' });
  forgetAttempts('signInPerAccount', who);
  return proveSession(session);
}

export const proveByCodeInput = z.object({ code: codeField });

/** Throws Invalid, TooMany. */
export function proveByCode(session: Session, input: z.output<typeof proveByCodeInput>, address: string): Cookie {
  takeSecondFactor(session.member.id, input.code, address);
  return proveSession(session);
}
