import { and, eq, lt } from 'drizzle-orm';
import { z } from 'zod';
import { db, formTokens } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { hashToken } from '#lib/tokens.ts';
import type { Member } from '../people/types.ts';

/** The hidden field of a form that must not write twice: drawn anew for each form that is shown (`newToken`), kept when it comes back with an error. */
export const formToken = z.string().max(100).optional();

/**
 * What the same form made when it was sent before: the id of the thread or post, or null for the first time. The same form is the same
 * token with the same words: who goes back, changes the text and sends it again means another post.
 */
export function madeBefore(actor: Member, token: string, words: readonly string[]): number | null {
  return db.select({ ref: formTokens.ref }).from(formTokens).where(and(eq(formTokens.id, keyOf(actor, token, words)), eq(formTokens.memberId, actor.id))).get()?.ref ?? null;
}

/** Remembers what a form made, the last time that it made something. Call inside the transaction that writes it. */
export function rememberForm(actor: Member, token: string, words: readonly string[], ref: number): void {
  db.insert(formTokens).values({ id: keyOf(actor, token, words), memberId: actor.id, ref }).onConflictDoUpdate({ target: formTokens.id, set: { ref, at: new Date() } }).run();
}

const keyOf = (actor: Member, token: string, words: readonly string[]) => hashToken(JSON.stringify([actor.id, token, ...words]));

/** Forgets forms after a day: nobody sends one again so late. */
export function forgetOldForms(now = new Date()): void {
  db.delete(formTokens).where(lt(formTokens.at, addDays(now, -1))).run();
}
