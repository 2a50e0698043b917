import { and, eq, lt } from 'drizzle-orm';
import { db, knownBrowsers, members, transaction } from '#db/client.ts';
import { addDays, formatTime } from '#lib/dates.ts';
import { deviceWords } from '#lib/device-words.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { makeCookie, type Browser, type Cookie } from './cookies.ts';
import { tellOfChange } from './security-letters.ts';

/** Name of the cookie by which a browser is known again. It allows nothing: it only saves its owner a letter. */
export const browserCookie = 'hub_browser';

/** Days after which a browser that nobody signs in with is forgotten; browsers keep no cookie longer. */
const daysKnown = 400;

/**
 * Notes in which browser a member has just signed in, and writes to them when it is none in which they ever did; the first of all is no news to them.
 * Returns the cookie by which it is known next time.
 */
export function noteBrowser(memberId: number, browser: Browser): Cookie {
  const token = browser.cookie(browserCookie) ?? newToken();
  const hash = hashToken(token);
  transaction(() => {
    const known = db.select().from(knownBrowsers).where(eq(knownBrowsers.memberId, memberId)).all();
    if (known.length > 0 && !known.some((k) => k.browser === hash)) tellOfNewBrowser(memberId, browser);
    const lastUsedAt = new Date();
    db.insert(knownBrowsers).values({ memberId, browser: hash, lastUsedAt })
      .onConflictDoUpdate({ target: [knownBrowsers.memberId, knownBrowsers.browser], set: { lastUsedAt } }).run();
  });
  return makeCookie(browserCookie, token, daysKnown * 86_400);
}

function tellOfNewBrowser(memberId: number, browser: Browser): void {
  const member = db.select({ email: members.email }).from(members).where(eq(members.id, memberId)).get();
  if (!member) return;
  tellOfChange(member.email, 'A new sign-in', `Your account was used to sign in with a browser that we had not seen before: ${deviceWords(browser.name)}, ${formatTime(new Date())}. If it was you, you need not do anything.`);
}

/** Whether a member has signed in with this browser before. */
export function isKnownBrowser(memberId: number, browser: Browser): boolean {
  const hash = hashToken(browser.cookie(browserCookie) ?? '');
  return db.select().from(knownBrowsers).where(and(eq(knownBrowsers.memberId, memberId), eq(knownBrowsers.browser, hash))).get() !== undefined;
}

/** Forgets browsers that nobody signed in with for so long that their cookie is gone. */
export function forgetOldBrowsers(): void {
  db.delete(knownBrowsers).where(lt(knownBrowsers.lastUsedAt, addDays(new Date(), -daysKnown))).run();
}
