import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { cases, db, decisions, heldFiles, heldPosts, transaction } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { newToken } from '#lib/tokens.ts';
import { Denied, NotFound } from '../errors.ts';
import { bringHome, draftPlace, type DraftFields } from '../forum/drafts.ts';
import { recordAct } from '../moderation/log.ts';
import { mustSignIn } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { isClaimed, threadOfHeld, workOfHeld } from './case-areas.ts';
import type { Held } from './subjects.ts';

export const takeBackHeldInput = z.object({ heldId: rowId });

/**
 * Takes back what one wrote, nobody has decided about and nobody is on: it is a draft again where it was written, without its files, to be changed and sent or thrown
 * away. Coordinators still find it as taken back. Throws NotFound, Denied.
 */
export function takeBackHeld(actor: Member, { heldId }: z.output<typeof takeBackHeldInput>, now = new Date()): { url: string } {
  mustSignIn(actor);
  return transaction(() => {
    const held = db.select().from(heldPosts).where(and(eq(heldPosts.id, heldId), eq(heldPosts.authorId, actor.id))).get();
    if (!held) throw new NotFound('There is no such post.');
    if (held.withdrawnAt !== null) throw new Denied('You have taken this back already.');
    const why = whyItStays(held, now);
    if (why !== null) throw new Denied(why);
    // As of a form of its own: what was kept of the one that sent it is another text by now.
    bringHome(actor.id, { place: placeOf(held), fields: { ...asTyped(held.input), token: newToken(16) } });
    withdrawHeld(held.id, now);
    return { url: '/account/drafts' };
  });
}

/** Ends the waiting of what its author takes back. The log names nobody: who wrote may have asked for a colleague, and coordinators read it in the case. Call inside a transaction. */
export function withdrawHeld(heldId: number, now: Date): void {
  db.update(heldPosts).set({ withdrawnAt: now }).where(eq(heldPosts.id, heldId)).run();
  db.delete(heldFiles).where(eq(heldFiles.heldId, heldId)).run();
  for (const { id } of db.update(cases).set({ closedAt: now, claimedById: null, claimedUntil: null }).where(eq(cases.heldId, heldId)).returning({ id: cases.id }).all()) {
    recordAct(null, 'withdraw post', 'a post that waited', `/desk/flags/${id}`);
  }
}

/** Why a post that waits is not taken back, in a sentence: somebody has decided about it, which stays in the books, or is on it. Null where it is. */
export function whyItStays({ id, state }: Pick<Held, 'id' | 'state'>, now = new Date()): string | null {
  const decided = db.select({ id: decisions.id }).from(decisions).innerJoin(cases, eq(cases.id, decisions.caseId)).where(eq(cases.heldId, id)).limit(1).get() !== undefined;
  if (state !== 'waiting' || decided) return 'A coordinator has looked at this already, so it stays with them.';
  return db.select().from(cases).where(eq(cases.heldId, id)).all().some((row) => isClaimed(row, now)) ? 'A coordinator is looking at this just now, so it stays with them.' : null;
}

function placeOf({ id, kind }: Held): string {
  if (kind === 'thread') return draftPlace.newThread;
  return kind === 'comment' ? draftPlace.comment(workOfHeld(id) ?? '') : draftPlace.reply(threadOfHeld(id) ?? 0);
}

/** What a command was given as its form had it. */
function asTyped(input: Held['input']): DraftFields {
  return Object.fromEntries(Object.entries(input).flatMap(([name, value]): [string, string | string[]][] => {
    if (Array.isArray(value)) return [[name, value.map(String)]];
    return typeof value === 'string' || typeof value === 'number' || value === true ? [[name, String(value)]] : [];
  }));
}
