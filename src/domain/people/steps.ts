import { and, eq, gt, lt } from 'drizzle-orm';
import { db, signInSteps } from '#db/client.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { makeCookie, noCookieOf, type Browser, type Cookie } from './cookies.ts';

/*
 * Signing in may take two visits: to an agency's site and back, to a second factor. What must be known again is kept here under the hash of a random
 * token that only a cookie of the browser holds, so that nobody can finish in one browser what was begun in another.
 */

type Purpose = (typeof signInSteps.$inferSelect)['purpose'];

export interface Step {
  id: string;
  memberId: number | null;
  data: Record<string, string>;
}

const minutes: Record<Purpose, number> = { second: 10, passkey: 5, agency: 10, 'agency-link': 30, authenticator: 30 };

const cookieName = (purpose: Purpose) => `hub_${purpose}`;

/** Begins a step in a browser. */
export function beginStep(purpose: Purpose, memberId: number | null, data: Record<string, string>): Cookie {
  const token = newToken();
  db.insert(signInSteps).values({ id: hashToken(token), purpose, memberId, data, expiresAt: new Date(Date.now() + minutes[purpose] * 60_000) }).run();
  return makeCookie(cookieName(purpose), token, minutes[purpose] * 60);
}

const stepOf = (purpose: Purpose, browser: Browser) =>
  and(eq(signInSteps.id, hashToken(browser.cookie(cookieName(purpose)) ?? '')), eq(signInSteps.purpose, purpose), gt(signInSteps.expiresAt, new Date()));

/** The step that is under way in a browser, or null. */
export function currentStep(purpose: Purpose, browser: Browser): Step | null {
  return db.select().from(signInSteps).where(stepOf(purpose, browser)).get() ?? null;
}

/** Takes the step that is under way in a browser: of two at the same time one gets it, the other null. */
export function takeStep(purpose: Purpose, browser: Browser): Step | null {
  return db.delete(signInSteps).where(stepOf(purpose, browser)).returning().get() ?? null;
}

/** The cookie to set when a step is over. */
export const noStep = (purpose: Purpose) => noCookieOf(cookieName(purpose));

/** Throws away steps that nobody finished. */
export function forgetOldSteps(): void {
  db.delete(signInSteps).where(lt(signInSteps.expiresAt, new Date())).run();
}
