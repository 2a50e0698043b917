import { and, count, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, strayDrafts, transaction } from '#db/client.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { makeCookie, noCookieOf, type Cookie } from '../people/cookies.ts';
import { isWithinLimit } from '../people/limits.ts';
import { writerOf } from '../people/traps.ts';
import { bringHome, draftInput } from './drafts.ts';

/*
 * A member writes, and meanwhile their session ends. What they send is kept for them: under the hash of a random token that only a cookie of their
 * browser holds, and for the member alone for whom the form was made. To get it takes both, that browser and signing in as that member.
 */

/** Name of the cookie that is set when a text is sent after its session has ended. */
export const strayCookie = 'hub_draft';

/** Hours for which a stray waits. */
const waitingHours = 24;
/** Strays that wait for one member: more are not theirs. */
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
  return transaction(() => {
    const known = db.select({ id: members.id }).from(members).where(eq(members.id, memberId)).get();
    const waiting = db.select({ n: count() }).from(strayDrafts).where(eq(strayDrafts.memberId, memberId)).get()?.n ?? 0;
    if (!known || waiting >= mostWaiting) return null;
    const token = newToken();
    db.insert(strayDrafts).values({ id: hashToken(token), memberId, place, fields, expiresAt: new Date(Date.now() + waitingHours * 3_600_000) }).run();
    return makeCookie(strayCookie, token, waitingHours * 3600);
  });
}

/** Gives a member who has just signed in what they sent before, as a draft at its place. Whether there was anything for them; of others it stays. */
export function claimStray(memberId: number, token: string): boolean {
  return transaction(() => {
    const mine = and(eq(strayDrafts.id, hashToken(token)), eq(strayDrafts.memberId, memberId));
    const stray = db.select().from(strayDrafts).where(and(mine, gt(strayDrafts.expiresAt, new Date()))).get();
    if (!stray) return false;
    bringHome(memberId, stray);
    db.delete(strayDrafts).where(mine).run();
    return true;
  });
}
