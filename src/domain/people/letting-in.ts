import { Denied, Invalid } from '../errors.ts';
import { z } from 'zod';
import { linkPendingAgency } from './agencies.ts';
import { codeField, hasAuthenticator, takeSecondFactor } from './authenticators.ts';
import type { Browser, Cookie } from './cookies.ts';
import { noteBrowser } from './known-browsers.ts';
import { endSession, sessionCookie, startSession } from './sessions.ts';
import { safeNext } from './signing-in.ts';
import { beginStep, currentStep, noStep, takeStep } from './steps.ts';

/** How somebody showed who they are. A passkey asks its owner for a finger, a face or a PIN, so that it is two factors in one. */
export type Way = 'password' | 'link' | 'passkey' | 'agency';

/** What is to happen in the browser: cookies to set, and the path to go to. */
export interface Entrance { cookies: Cookie[]; next: string; memberId: number | null }

/** Lets a member in who has shown who they are, or asks for their second factor first. `next` is any text; only paths of this site are followed. */
export async function letIn(memberId: number, way: Way, browser: Browser, next: string | null | undefined): Promise<Entrance> {
  const target = safeNext(next);
  if (way === 'passkey' || !hasAuthenticator(memberId)) return begin(memberId, browser, target);
  return { cookies: [beginStep('second', memberId, { next: target })], next: '/sign-in/second', memberId: null };
}

/** Whether the browser is at the second factor. */
export function awaitsSecondFactor(browser: Browser): boolean {
  return currentStep('second', browser) !== null;
}

export const secondFactorInput = z.object({ code: codeField });

/** Takes the second factor and lets its owner in. Throws Denied when the first is too long ago, Invalid, TooMany. */
export async function giveSecondFactor(input: z.output<typeof secondFactorInput>, address: string, browser: Browser): Promise<Entrance> {
  const step = currentStep('second', browser);
  if (!step?.memberId) throw new Denied('That took too long. Please start again.');
  takeSecondFactor(step.memberId, input.code, address);
  if (!takeStep('second', browser)) throw new Invalid({ code: 'This code was used already.' });
  const entrance = await begin(step.memberId, browser, step.data['next'] ?? '/');
  return { ...entrance, cookies: [noStep('second'), ...entrance.cookies] };
}

/** A new session under a new token; the one that the browser had is over. */
async function begin(memberId: number, browser: Browser, next: string): Promise<Entrance> {
  const former = browser.cookie(sessionCookie);
  if (former) await endSession(former);
  const linked = linkPendingAgency(memberId, browser);
  return { cookies: [await startSession(memberId, browser.name), noteBrowser(memberId, browser), ...linked], next, memberId };
}
