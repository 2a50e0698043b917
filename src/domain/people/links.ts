import { and, asc, desc, eq, gt, isNull, lt, or } from 'drizzle-orm';
import { db, links } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { Denied } from '../errors.ts';

/** Said of a link that is not good any more, whatever the reason. */
export const deadLink = 'This link does not work any more: it was used, has expired, or a newer letter was sent.';

type Purpose = (typeof links.$inferSelect)['purpose'];

const days: Record<Purpose, number> = { confirm: 3, reset: 1 / 12, 'set-up': 1 };

/** What somebody typed who asked to join. */
export interface Typed { name: string; passwordHash: string; application: string | null }

/** A new link that works once; earlier ones for the same purpose and person stop working. Returns the token to mail. Call inside a transaction. */
export function makeLink(purpose: 'reset' | 'set-up', memberId: number | null): string {
  db.delete(links).where(and(eq(links.purpose, purpose), memberId === null ? isNull(links.memberId) : eq(links.memberId, memberId))).run();
  return putLink(purpose, memberId, null);
}

/** A new link that confirms an address, with what was typed. Earlier ones stay good: a stranger who joins with the same address would else end them. Returns the token to mail. Call inside a transaction. */
export const makeConfirmLink = (memberId: number, typed: Typed | null): string => putLink('confirm', memberId, typed);

function putLink(purpose: Purpose, memberId: number | null, typed: Typed | null): string {
  // Short enough for a line of plain-text mail, so that a link is never broken.
  const token = newToken(16);
  db.insert(links).values({ id: hashToken(token), purpose, memberId, ...typed, expiresAt: addDays(new Date(), days[purpose]) }).run();
  return token;
}

const usable = (purpose: Purpose, token: string) =>
  and(eq(links.id, hashToken(token)), eq(links.purpose, purpose), isNull(links.usedAt), gt(links.expiresAt, new Date()));

/** Whether this link still works, without using it up. */
export function linkWorks(purpose: Purpose, token: string): boolean {
  return db.select({ id: links.id }).from(links).where(usable(purpose, token)).get() !== undefined;
}

/** Whose link this is while it still works, or null. */
export function memberOfLink(purpose: Purpose, token: string): number | null {
  return db.select({ memberId: links.memberId }).from(links).where(usable(purpose, token)).get()?.memberId ?? null;
}

/** What was typed with this link that confirms an address, then what was typed with others of the same person that still work, the earliest first. */
export function typedWith(token: string, memberId: number): Typed[] {
  return db.select({ name: links.name, passwordHash: links.passwordHash, application: links.application }).from(links)
    .where(and(eq(links.memberId, memberId), eq(links.purpose, 'confirm'), isNull(links.usedAt), gt(links.expiresAt, new Date())))
    .orderBy(desc(eq(links.id, hashToken(token))), asc(links.expiresAt)).all()
    .flatMap(({ name, passwordHash, application }) => (name !== null && passwordHash !== null ? [{ name, passwordHash, application }] : []));
}

/** Forgets the links that confirm an address which is confirmed. Call inside a transaction. */
export function forgetConfirmLinks(memberId: number): void {
  db.delete(links).where(and(eq(links.memberId, memberId), eq(links.purpose, 'confirm'))).run();
}

/**
 * Uses the link up and says whose it was. Call inside the transaction of what the link allows.
 * Throws Denied when it was used before, has expired or never existed.
 */
export function useLink(purpose: Purpose, token: string): number | null {
  const used = db.update(links).set({ usedAt: new Date() }).where(usable(purpose, token)).returning({ memberId: links.memberId }).get();
  if (!used) throw new Denied(deadLink);
  return used.memberId;
}

/** Makes every link that was mailed to a member stop working. Call inside a transaction. */
export function forgetLinksOf(memberId: number): void {
  db.delete(links).where(eq(links.memberId, memberId)).run();
}

/** Throws away links that were used or have expired. */
export function forgetOldLinks(): void {
  db.delete(links).where(or(lt(links.expiresAt, addDays(new Date(), -7)), lt(links.usedAt, addDays(new Date(), -7)))).run();
}
