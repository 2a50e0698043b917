import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { cases, confirmationFlags, db, decisions, flags, members, posts, threads, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, NotFound } from '../errors.ts';
import { postPlace, postUrl } from '../forum/addresses.ts';
import { confirmationBy, findConfirmation, refuseConfirmation, unconfirmPost, type Confirmation, type unconfirmInput } from '../forum/confirming.ts';
import type { FoundPost } from '../forum/posts.ts';
import { sameSince } from '../forum/sent-again.ts';
import { recordAct } from '../moderation/log.ts';
import { flagReasonCodes, type FlagReason } from '../moderation/reasons.ts';
import { countForLevel } from '../people/limits.ts';
import { coordinatorsBesides, whyNotOwn } from '../people/coordinators.ts';
import { forumsOf, mustModerateSomething, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { publicReason } from './deciding.ts';
import { tell, tellAuthor, tellFlaggers } from './letters.ts';
import { confirmationSubject, type Case } from './subjects.ts';

/*
 * A "works for us too" is a line below somebody else's reply: flagging it must not hide that reply, so it has flags of its own and waits in no case. A
 * coordinator removes the line, a decision that its author may appeal, or keeps it, a decision too; whoever flagged it is told, also when its author takes it back.
 */

type Which = { postId: number; memberId: number };

/** What was said of a reply, as the form that flags it shows it. Throws SignInRequired, Denied, NotFound. */
export function flaggableConfirmation(viewer: Viewer, which: Which): { post: FoundPost; confirmation: Confirmation } {
  mustWrite(viewer);
  const found = findConfirmation(viewer, which);
  if (found.post.removed || found.post.thread.removed || found.post.thread.kind !== 'question') throw new NotFound('This is not shown any more.');
  if (which.memberId === viewer.id) throw new Denied('You said this yourself: you can change it, or take it back.');
  return found;
}

export const flagConfirmationInput = z.object({
  postId: rowId, memberId: rowId, reason: z.enum(flagReasonCodes, { error: 'Please choose what is wrong.' }),
  note: text({ missing: 'Please say what you mean, in a sentence.', max: 1_000 }),
});

/** Tells the coordinators about a "works for us too". The same flag, sent again within ten minutes, is the first one. Throws NotFound, Denied, TooMany. */
export function flagConfirmation(actor: Member, { reason, note, ...which }: z.output<typeof flagConfirmationInput>): { url: string } {
  return transaction(() => {
    flaggableConfirmation(actor, which);
    const known = db.select({ reason: confirmationFlags.reason, note: confirmationFlags.note, at: confirmationFlags.at }).from(confirmationFlags).where(and(openFlagsOf(which), eq(confirmationFlags.byId, actor.id))).get();
    const url = postUrl(which.postId);
    if (known && known.reason === reason && known.note === note && known.at > sameSince()) return { url };
    if (known) throw new Denied('You have told the coordinators about this already. They will write to you when they have decided.');
    countForLevel(actor, 'flagsPerDay', 'reason');
    db.insert(confirmationFlags).values({ ...which, byId: actor.id, reason, note }).run();
    return { url };
  });
}

const openFlagsOf = ({ postId, memberId }: Which) => and(eq(confirmationFlags.postId, postId), eq(confirmationFlags.memberId, memberId), isNull(confirmationFlags.closedAt));

export interface ConfirmationFlag { reason: FlagReason; note: string; at: Date; by: { name: string; handle: string } }

/** What was said of a reply, with the flags that wait; of one's own nobody learns who flagged it; `barred` says why this viewer does not decide. For coordinators. Throws SignInRequired, Denied, NotFound. */
export function flaggedConfirmation(viewer: Viewer, which: Which): { post: FoundPost; confirmation: Confirmation; flags: ConfirmationFlag[]; barred: string | null } {
  const found = confirmationBy(viewer, which);
  const rows = db.select({ reason: confirmationFlags.reason, note: confirmationFlags.note, at: confirmationFlags.at, by: { name: members.name, handle: members.handle } })
    .from(confirmationFlags).innerJoin(members, eq(members.id, confirmationFlags.byId)).where(openFlagsOf(which)).orderBy(asc(confirmationFlags.id)).all();
  return { ...found, barred: viewer && whyBarred(viewer, which, found.post.thread.forumId), flags: viewer?.id === which.memberId ? [] : rows.map((row) => ({ ...row, reason: row.reason as FlagReason })) };
}

/** Every "works for us too" that was flagged and waits, the oldest first. For coordinators. */
export function flaggedConfirmations(viewer: Viewer): (Which & { words: string; name: string; since: Date })[] {
  mustModerateSomething(viewer);
  // A coordinator of some forums may not even find what is out of view in others.
  const own = forumsOf(viewer);
  const rows = db.select({ postId: confirmationFlags.postId, memberId: confirmationFlags.memberId, at: confirmationFlags.at }).from(confirmationFlags)
    .innerJoin(posts, eq(posts.id, confirmationFlags.postId)).innerJoin(threads, eq(threads.id, posts.threadId))
    .where(and(isNull(confirmationFlags.closedAt), own === null ? undefined : inArray(threads.forumId, [...own]))).orderBy(asc(confirmationFlags.id)).all();
  const first = new Map(rows.toReversed().map((row) => [`${row.postId} ${row.memberId}`, row]));
  return [...first.values()].toSorted((a, b) => a.at.getTime() - b.at.getTime()).map(({ at, ...which }) => {
    const { post, confirmation } = findConfirmation(viewer, which);
    return { ...which, words: `“works for us too” in “${post.thread.title}”`, name: confirmation.name, since: at };
  });
}

/** Why this coordinator does not decide: they said it themselves, or flagged it. Null also when there is nobody else. */
function whyBarred(actor: Member, which: Which, forumId: number | null): string | null {
  const own = whyNotOwn(actor, which.memberId, forumId);
  if (own !== null || coordinatorsBesides([actor.id, which.memberId], new Date(), forumId).length === 0) return own;
  return flaggersOf(which).some(({ id }) => id === actor.id) ? 'You have flagged this, so a different coordinator decides about it.' : null;
}

function mustDecide(actor: Member, which: Which): FoundPost {
  const { post } = confirmationBy(actor, which);
  const barred = whyBarred(actor, which, post.thread.forumId);
  if (barred !== null) throw new Denied(barred);
  return post;
}

/** Takes back what one said of a reply; whoever flagged it is told. Throws NotFound. */
export function takeBackConfirmation(actor: Member, input: z.output<typeof unconfirmInput>): { url: string } {
  return transaction(() => {
    const which = { postId: input.postId, memberId: actor.id };
    const flaggers = flaggersOf(which);
    const back = unconfirmPost(actor, input);
    tellOfTakingBack(flaggers, which);
    return back;
  });
}

export const removeConfirmationInput = z.object({ postId: rowId, memberId: rowId, reason: text({ missing: 'Please give the reason: it stands in the public log.', max: 1_000 }) });

/** Takes away what somebody said of a reply: a decision in a case of its own that is closed at once, with the flags on it. Its author, who may appeal, and whoever flagged it are told why. For coordinators. Throws Denied, NotFound. */
export function removeConfirmation(actor: Member, { reason, ...which }: z.output<typeof removeConfirmationInput>, now = new Date()): { url: string } {
  return transaction(() => {
    const { thread, number } = mustDecide(actor, which);
    decideAbout(actor, which, { outcome: 'remove', reason, now });
    return { url: postPlace(thread.url, number) };
  });
}

/** A closed case of what somebody said of a reply, to which the flags that wait on it go. */
function caseWithFlags(which: Which, now: Date): Case {
  const told = db.delete(confirmationFlags).where(openFlagsOf(which)).returning().all().toSorted((a, b) => a.id - b.id);
  const row = db.insert(cases).values({ kind: 'confirmation', postId: which.postId, openedAt: told[0]?.at ?? now, closedAt: now }).returning().get();
  for (const { byId, reason, note, at } of told) db.insert(flags).values({ caseId: row.id, memberId: byId, reason, note, at }).run();
  return row;
}

/** Lets it stand, by a decision too; its author and whoever flagged it are told why. For coordinators, not about what they said or flagged themselves. Throws Denied, NotFound. */
export function keepConfirmation(actor: Member, { reason, ...which }: z.output<typeof removeConfirmationInput>, now = new Date()): { url: string } {
  return transaction(() => {
    mustDecide(actor, which);
    if (flaggersOf(which).length === 0) throw new Denied('Nobody has flagged this, or it was decided already.');
    decideAbout(actor, which, { outcome: 'keep', reason, now });
    return { url: '/desk/flags' };
  });
}

interface Deciding { outcome: 'keep' | 'remove'; reason: string; now: Date }

/** Writes the decision with its case, into the log, and to its author and whoever flagged it. */
function decideAbout(actor: Member, which: Which, { outcome, reason, now }: Deciding): void {
  const row = caseWithFlags(which, now);
  const nobodyElse = which.memberId === actor.id;
  const before = outcome === 'remove' ? { confirmation: refuseConfirmation(which.postId, which.memberId) } : {};
  const decision = db.insert(decisions).values({ caseId: row.id, outcome, reason, deciderId: actor.id, authorId: which.memberId, nobodyElse, before, at: now }).returning().get();
  const subject = confirmationSubject(actor, row.id, which.postId);
  const told = publicReason(row, reason);
  recordAct(actor, `${outcome} confirmation`, `a post in “${subject.post.thread.title}”`, postUrl(which.postId), nobodyElse ? `${told} (There was nobody else who could decide.)` : told, { aboutId: which.memberId });
  tellAuthor(decision, row.kind, subject);
  tellFlaggers(row.id, decision, subject);
}

function flaggersOf(which: Which): { id: number; email: string }[] {
  return db.select({ id: members.id, email: members.email }).from(confirmationFlags).innerJoin(members, eq(members.id, confirmationFlags.byId)).where(openFlagsOf(which)).all();
}

function tellOfTakingBack(flaggers: readonly { id: number; email: string }[], { postId }: Which): void {
  const { name, url } = settings();
  for (const flagger of flaggers) {
    tell(flagger, {
      subject: `About what you flagged on ${name}`,
      paragraphs: ['You told us about a “works for us too” below an answer. Its author has taken it back.', url + postUrl(postId), 'Thank you for looking after this place.'],
    }, { reason: 'flagged', words: 'About a “works for us too” that you flagged: its author has taken it back.', url: postUrl(postId) });
  }
}
