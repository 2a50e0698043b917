import { and, eq, inArray, isNull, notExists, sql } from 'drizzle-orm';
import { caseNotes, cases, corrections, db, decisions, flags, heldFiles, heldPosts } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { isWrittenNamelessly } from '../anonymity.ts';
import { postUrl } from '../forum/addresses.ts';
import { formerMember } from '../people/former.ts';
import { tell } from './letters.ts';
import { ofSuspension } from './outcomes.ts';
import { withdrawHeld } from './taking-back-held.ts';
import { flaggersOf } from './subjects.ts';

/**
 * Closes the open cases about posts whose author takes them along: there is nothing left to decide. The coordinators read why, and whoever told them is told. That the author has
 * left is not said where they wrote without their name: it would tell who it was. Call inside the transaction of their leaving.
 */
export function closeCasesOfLeaver(memberId: number, postIds: readonly number[], now = new Date()): void {
  const open = db.select({ id: cases.id, postId: cases.postId }).from(cases).where(and(sql`${cases.postId} in (select value from json_each(${JSON.stringify(postIds)}))`, isNull(cases.closedAt))).all();
  for (const { id, postId } of open) {
    if (postId === null) continue;
    const nameless = isWrittenNamelessly(postId);
    close(id, nameless ? null : 'The author has left the hub and deleted this: there is nothing left to decide.', now);
    tellAllBut(memberId, id, { noun: 'post', what: nameless ? 'Its author has deleted it' : 'Its author has left and deleted it', url: postUrl(postId) });
  }
}

/**
 * Keeps the cases about the profile of somebody who leaves, as cases about a former member: an open one is closed as above, of a decided one it stays to be read what was decided.
 * What was decided to suspend them goes with them. Call inside the transaction of their leaving, when what was said in them names them no more.
 */
export function keepCasesOfProfile(memberId: number, now = new Date()): void {
  const ofProfile = and(eq(cases.memberId, memberId), notExists(db.select({ id: decisions.id }).from(decisions).where(and(eq(decisions.caseId, cases.id), ofSuspension))));
  for (const { id } of db.select({ id: cases.id }).from(cases).where(and(ofProfile, isNull(cases.closedAt))).all()) {
    close(id, 'The member has left the hub: there is nothing left to decide.', now);
    tellAllBut(memberId, id, { noun: 'profile', what: 'Its owner has left the hub', url: '/members' });
  }
  db.update(cases).set({ memberId: formerMember() }).where(ofProfile).run();
}

/**
 * Takes back what a member proposed to correct and nobody has accepted: an open case is closed, and no decision that is undone can publish their words. Call inside the
 * transaction of their leaving, while the flags name them.
 */
export function forgetCorrectionsOf(memberId: number, now = new Date()): void {
  const proposed = inArray(corrections.caseId, db.select({ id: flags.caseId }).from(flags).where(eq(flags.memberId, memberId)));
  const taken = db.update(corrections).set({ wrong: takenBack, source: takenBack }).where(and(proposed, isNull(corrections.acceptedAt))).returning({ id: corrections.caseId }).all().map(({ id }) => id);
  for (const { id } of db.select({ id: cases.id }).from(cases).where(and(inArray(cases.id, taken), isNull(cases.closedAt))).all()) {
    close(id, 'Whoever proposed this correction has left the hub: there is nothing left to decide.', now);
  }
}
const takenBack = 'Taken back by whoever proposed it.';

/**
 * Empties what somebody who deletes what they wrote had sent without their name for a coordinator to look at first; what waits is taken back, as they could have done themselves.
 * Its cases stay, since that they are gone would tell who has left. Call inside the transaction of their leaving.
 */
export function emptyHeldOf(memberId: number, now = new Date()): void {
  const theirs = and(eq(heldPosts.authorId, memberId), eq(heldPosts.nameless, true));
  for (const { id } of db.select({ id: heldPosts.id }).from(heldPosts).where(and(theirs, eq(heldPosts.state, 'waiting'), isNull(heldPosts.withdrawnAt))).all()) withdrawHeld(id, now);
  const ids = db.update(heldPosts).set({ markdown: 'Removed.', title: sql`iif(title is null, null, 'Removed by its author')`, input: {} }).where(theirs).returning({ id: heldPosts.id }).all().map(({ id }) => id);
  db.delete(heldFiles).where(inArray(heldFiles.heldId, ids)).run();
}

function close(caseId: number, note: string | null, now: Date): void {
  db.update(cases).set({ closedAt: now, editBy: null, claimedById: null, claimedUntil: null }).where(eq(cases.id, caseId)).run();
  if (note !== null) db.insert(caseNotes).values({ caseId, byId: formerMember(), text: note, at: now }).run();
}

function tellAllBut(memberId: number, caseId: number, { noun, what, url }: { noun: string; what: string; url: string }): void {
  for (const flagger of flaggersOf(caseId)) {
    if (flagger.id === memberId) continue;
    tell(flagger, { subject: `About what you flagged on ${settings().name}`, paragraphs: [`You told us about a ${noun}. ${what}, so there is nothing left to decide.`, 'Thank you for looking after this place.'] },
      { reason: 'flagged', words: `About a ${noun} that you flagged: ${what.replace('Its', 'its')}.`, url });
  }
}
