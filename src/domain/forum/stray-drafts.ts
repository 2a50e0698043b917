import { and, count, desc, eq, gt, like, notLike, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { db, knownBrowsers, members, strayDrafts, transaction } from '#db/client.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { makeCookie, noCookieOf, type Browser, type Cookie } from '../people/cookies.ts';
import { browserCookie } from '../people/known-browsers.ts';
import { isWithinLimit } from '../people/limits.ts';
import { writerOf } from '../people/traps.ts';
import { bringHome, draftInput, type DraftFields } from './drafts.ts';

/*
 * A member writes, and meanwhile their session ends. What they send is kept for them: under the hash of a random token that only a cookie of their
 * browser holds, and for the member alone for whom the form was made. To get it takes both, that browser and signing in as that member.
 */

/** Name of the cookie that is set when a text is sent after its session has ended. */
export const strayCookie = 'hub_draft';

/** Hours for which a stray waits. */
const waitingHours = 24;
/** Strays that wait for one member: more are not theirs. Of drafts as many as of other forms: whoever sits at a browser of theirs can send such forms, and must not take the place of what they wrote. */
const mostWaiting = 20;

const strayInput = draftInput.extend({ writer: z.string().transform(writerOf) });

export const noStrayCookie = () => noCookieOf(strayCookie);

/**
 * Keeps what was sent without a session. Returns the cookie by which its writer gets it back; null where the form does not say in our hand whose it is, or too much waits already.
 * @param address of the request, for the limit
 */
export function keepStray(typed: unknown, address: string): Cookie | null {
  const { success, data } = strayInput.safeParse(typed);
  if (!success || data.writer === null || !isWithinLimit('strayPerAddress', address)) return null;
  const { writer: memberId, place, fields } = data;
  return putStray({ memberId, place, fields }, waitingHours);
}

function putStray({ memberId, place, fields }: { memberId: number; place: string; fields: DraftFields }, hours: number): Cookie | null {
  return transaction(() => {
    const known = db.select({ id: members.id }).from(members).where(eq(members.id, memberId)).get();
    const sameKind = (place.startsWith(formPlace) ? like : notLike)(strayDrafts.place, `${formPlace}%`);
    const waiting = db.select({ n: count() }).from(strayDrafts).where(and(eq(strayDrafts.memberId, memberId), sameKind)).get()?.n ?? 0;
    if (!known || waiting >= mostWaiting) return null;
    const token = newToken();
    db.insert(strayDrafts).values({ id: hashToken(token), memberId, place, fields, expiresAt: new Date(Date.now() + hours * 3_600_000) }).run();
    return makeCookie(strayCookie, token, hours * 3600);
  });
}

/** Any other form of members: which one it is, and the path of its page. */
export interface SentForm { action: string; path: string }
/** What the place of such a form begins with; no draft has one. */
const formPlace = 'form:';
const placeOfForm = ({ action, path }: SentForm) => `${formPlace}${action} ${path}`;
/** Hours for which the words of such a form wait. */
const formHours = 1;
/** Never kept: what proves who somebody is, and what a form says of itself. */
const neverKept = /^(?:password|current|code|token|shown|website|writer)$|^_/;
/** Forms of which nothing is kept: they are about joining, signing in or leaving, and short. */
const neverKeptForms = /^(?:(?:security|proof|signIn)\..*|members\.(?:join|joinInvited|confirm|signIn|requestReset|setNewPassword|setUp|changePassword|leave))$/;

/** Whether a field of a form is kept for who sent it without a session. */
export const isKept = (action: string, field: string): boolean => !neverKeptForms.test(action) && !neverKept.test(field);
const formFields = z.record(z.string().max(60), z.union([z.string(), z.array(z.string()).max(60)]))
  .refine((fields) => Object.keys(fields).length <= 60 && JSON.stringify(fields).length <= 60_000);

/** Keeps the words of a form that was sent without a session, for the member who signed in last with this browser. Returns as `keepStray`. */
export function keepForm(form: SentForm, typed: DraftFields, browser: Browser, address: string): Cookie | null {
  const { success, data } = formFields.safeParse(Object.fromEntries(Object.entries(typed).filter(([name]) => isKept(form.action, name))));
  const token = browser.cookie(browserCookie);
  const last = token && db.select({ memberId: knownBrowsers.memberId }).from(knownBrowsers).where(eq(knownBrowsers.browser, hashToken(token))).orderBy(desc(knownBrowsers.lastUsedAt)).get();
  if (!success || !last || !Object.values(data).some((value) => value.length > 0) || !isWithinLimit('strayFormPerAddress', address)) return null;
  return putStray({ memberId: last.memberId, place: placeOfForm(form), fields: data }, formHours);
}

/**
 * The words that were sent with this form and this browser when nobody was signed in there, and when; null when there are none. Whoever sat there may have sent them: they
 * are shown to nobody who does not ask for them.
 */
export function keptForm(memberId: number, form: SentForm, browser: Browser): { fields: DraftFields; at: Date } | null {
  const mine = keptFor(memberId, form, browser);
  const kept = mine && db.select().from(strayDrafts).where(and(mine, gt(strayDrafts.expiresAt, new Date()))).get();
  return kept ? { fields: kept.fields, at: new Date(kept.expiresAt.getTime() - formHours * 3_600_000) } : null;
}

/** Forgets them, when they have been sent again or are not wanted. Whether there were any. */
export function forgetForm(memberId: number, form: SentForm, browser: Browser): boolean {
  const mine = keptFor(memberId, form, browser);
  return mine !== null && db.delete(strayDrafts).where(mine).run().changes > 0;
}

function keptFor(memberId: number, form: SentForm, browser: Browser): SQL | null {
  const token = browser.cookie(strayCookie);
  return token ? and(eq(strayDrafts.id, hashToken(token)), eq(strayDrafts.memberId, memberId), eq(strayDrafts.place, placeOfForm(form))) ?? null : null;
}

/** Gives a member who has just signed in what they sent before, as a draft at its place. Whether there was anything for them; of others it stays. */
export function claimStray(memberId: number, token: string): boolean {
  return transaction(() => {
    const mine = and(eq(strayDrafts.id, hashToken(token)), eq(strayDrafts.memberId, memberId));
    const stray = db.select().from(strayDrafts).where(and(mine, gt(strayDrafts.expiresAt, new Date()))).get();
    if (!stray || stray.place.startsWith(formPlace)) return false;
    bringHome(memberId, stray);
    db.delete(strayDrafts).where(mine).run();
    return true;
  });
}
