import { and, eq, isNull, lt, notExists, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, cases, confirmationFlags, confirmations, db, decisions, members, posts, prepared, refusedConfirmations, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { foldWords } from '#lib/find-words.ts';
import { line, optionalText, rowId } from '#lib/fields.ts';
import { isNameless } from '../anonymity.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { whyHeld } from '../moderation/holding.ts';
import { countAttempt, countForLevel } from '../people/limits.ts';
import { mustModerateForum, mustModerateSomething, mustWrite } from '../people/permissions.ts';
import { trapFields, type Trap } from '../people/traps.ts';
import type { Member, Viewer } from '../people/types.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { postPlace } from './addresses.ts';
import { canReply, findPost, mustReply, type FoundPost } from './posts.ts';
import type { Thread } from './threads.ts';

/** "Works for us too", said of a reply. `vendor` of whoever says it. */
export interface Confirmation { memberId: number; name: string; vendor: boolean; place: string; year: number; note: string | null }

/** Whether replies in this thread can be confirmed by the viewer at all: in questions, by whoever may add to it, did not ask and writes there under their name. */
export function canConfirmIn(viewer: Viewer, thread: Thread): viewer is Member {
  return viewer !== null && canReply(viewer, thread) && thread.kind === 'question' && thread.forumId !== null && viewer.id !== thread.authorId && !isNameless(viewer.id, thread.id);
}

/** What was said of the posts of a thread between two numbers, oldest first, by id of the post. */
export function confirmationsBetween(threadId: number, first: number, last: number): Map<number, Confirmation[]> {
  const found = new Map<number, Confirmation[]>();
  for (const { postId, vendor, ...confirmation } of between().all({ threadId, first, last }) as (Omit<Confirmation, 'vendor'> & { postId: number; vendor: 0 | 1 })[]) {
    found.set(postId, [...found.get(postId) ?? [], { ...confirmation, vendor: vendor === 1, note: confirmation.note && threadsByNumber(confirmation.note) }]);
  }
  return found;
}
const between = prepared((d) => d.$client.prepare(`
  select c.post_id as postId, c.member_id as memberId, m.name, m.vendor, c.place, c.year, c.note from posts p
  cross join confirmations c on c.post_id = p.id join members m on m.id = c.member_id
  where p.thread_id = @threadId and p.number between @first and @last and p.removed_at is null order by p.number, c.created_at, c.member_id`));

/** A reply with what the viewer has said of it, or would say first: the place of their profile and this year. For the form. Throws NotFound, Denied. */
export function ownConfirmation(viewer: Viewer, postId: number): { post: FoundPost; said: boolean; place: string; year: number; note: string } {
  mustWrite(viewer);
  const post = confirmable(viewer, postId);
  const own = db.select().from(confirmations).where(one(postId, viewer.id)).get();
  const place = own?.place ?? db.select({ place: members.place }).from(members).where(eq(members.id, viewer.id)).get()?.place ?? '';
  return { post, said: own !== undefined, place, year: own?.year ?? new Date().getUTCFullYear(), note: own?.note ?? '' };
}

export const confirmInput = z.object({
  postId: rowId,
  place: line({ missing: 'Where does it work? Name the city, county or agency.', max: 80 }),
  year: z.coerce.number({ error: 'Please give the year in four digits.' }).int('Please give the year in four digits.').min(2000, 'Not before 2000, please.'),
  note: optionalText(200),
  ...trapFields,
});

/**
 * Says of a reply to somebody else's question that it works elsewhere too; said again, it takes the place of what the member said before, but not
 * while that is flagged. It is never held for a look: what would be is refused, and so is what was removed. Throws NotFound, Denied, Invalid, TooMany.
 */
export function confirmPost(actor: Member, { postId, website, shown, ...said }: z.output<typeof confirmInput>): { url: string } {
  mustWrite(actor);
  const now = new Date();
  if (said.year > now.getUTCFullYear() + 1) throw new Invalid({ year: 'This year or next year at the latest.' });
  countAttempt('editPerMember', actor.id);
  return transaction(() => {
    const post = confirmable(actor, postId);
    mustNotBeHeld(actor, said, { website, shown });
    mustNotBeRefused(postId, actor.id, said);
    const own = db.select().from(confirmations).where(one(postId, actor.id)).get();
    const changed = own && (own.place !== said.place || own.year !== said.year || own.note !== said.note);
    if (changed && isFlagged(postId, actor.id)) throw new Denied('This was flagged, and a coordinator looks at it as it stands: until then you can take it back, and not change it.');
    if (!own) countForLevel(actor, 'confirmationsPerDay', 'place');
    db.insert(confirmations).values({ postId, memberId: actor.id, ...said, at: now })
      .onConflictDoUpdate({ target: [confirmations.postId, confirmations.memberId], set: { ...said, at: now } }).run();
    bumpChanges();
    return { url: postPlace(post.thread.url, post.number) };
  });
}

function mustNotBeHeld(actor: Member, { place, note }: { place: string; note: string | null }, trap: Trap): void {
  const hold = whyHeld(actor, note === null ? place : `${place}\n\n${note}`, trap);
  if (hold) throw new Invalid({ [note === null ? 'place' : 'note']: hold.why === 'first' ? 'What new members write first waits for a coordinator, and this cannot wait: please write a reply first.' : 'This looks like advertising to the hub. Please say it in other words, without links.' });
}

function mustNotBeRefused(postId: number, memberId: number, said: { place: string; note: string | null }): void {
  const before = db.select().from(refusedConfirmations).where(and(eq(refusedConfirmations.postId, postId), eq(refusedConfirmations.memberId, memberId))).all();
  if (before.some((words) => lettersOf(words) === lettersOf(said))) throw new Invalid({ [said.note === null ? 'place' : 'note']: 'A coordinator has removed this, or you took it back while it was flagged: please say it in other words.' });
}

const lettersOf = ({ place, note }: { place: string; note: string | null }) => foldWords(`${place} ${note ?? ''}`).replace(/[^\p{L}\p{N}]+/gu, '');

function isFlagged(postId: number, memberId: number): boolean {
  return db.select({ id: confirmationFlags.id }).from(confirmationFlags).where(and(eq(confirmationFlags.postId, postId), eq(confirmationFlags.memberId, memberId), isNull(confirmationFlags.closedAt))).limit(1).get() !== undefined;
}

/** What it takes, with the words that are kept, to bring back what was taken away; moments in milliseconds. */
export interface Refused { words: number; year: number; createdAt: number; at: number }

/** Takes away what was said, with its flags, and remembers the words for a year. Call inside a transaction. */
export function refuseConfirmation(postId: number, memberId: number): Refused {
  const said = db.delete(confirmations).where(one(postId, memberId)).returning().get();
  if (!said) throw new NotFound('Nothing of the kind is said of this post.');
  const { id: words } = db.insert(refusedConfirmations).values({ postId, memberId, place: said.place, note: said.note }).returning({ id: refusedConfirmations.id }).get();
  bumpChanges();
  return { words, year: said.year, createdAt: said.createdAt.getTime(), at: said.at.getTime() };
}

/** What was taken away, as it was said; null when its words are forgotten. */
export function refusedWords({ words, year }: Refused): Pick<Confirmation, 'place' | 'year' | 'note'> | null {
  const kept = db.select({ place: refusedConfirmations.place, note: refusedConfirmations.note }).from(refusedConfirmations).where(eq(refusedConfirmations.id, words)).get();
  return kept ? { ...kept, year } : null;
}

/** What a member says of a reply now; null when it is nothing. */
export function standingWords(postId: number, memberId: number): Pick<Confirmation, 'place' | 'year' | 'note'> | null {
  return db.select({ place: confirmations.place, year: confirmations.year, note: confirmations.note }).from(confirmations).where(one(postId, memberId)).get() ?? null;
}

/**
 * Brings back what was taken away, and forgets that its words were refused. What its author has said in other words since stays; where they write without their name
 * by now, as earlier versions let happen, nothing comes back, as it would name them. Call inside a transaction.
 */
export function bringBackConfirmation({ words, year, createdAt, at }: Refused): void {
  const kept = db.delete(refusedConfirmations).where(eq(refusedConfirmations.id, words)).returning().get();
  if (!kept) return;
  const { postId, memberId, place, note } = kept;
  const threadId = db.select({ id: posts.threadId }).from(posts).where(eq(posts.id, postId)).get()?.id;
  if (threadId === undefined || isNameless(memberId, threadId)) return;
  db.insert(confirmations).values({ postId, memberId, place, year, note, createdAt: new Date(createdAt), at: new Date(at) }).onConflictDoNothing().run();
  bumpChanges();
}

const daysRefused = 365;

/** Forgets words that were taken away a year ago; not while an appeal about them waits. */
export function forgetRefusedConfirmations(now = new Date()): void {
  db.delete(refusedConfirmations).where(and(lt(refusedConfirmations.at, addDays(now, -daysRefused)), notExists(
    db.select({ id: cases.id }).from(cases).innerJoin(decisions, eq(decisions.id, cases.decisionId)).where(and(isNull(cases.closedAt), sql`${decisions.before} ->> '$.confirmation.words' = ${refusedConfirmations.id}`))))).run();
}

export const unconfirmInput = z.object({ postId: rowId });

/** Takes back what one said of a reply. Throws NotFound. */
export function unconfirmPost(actor: Member, { postId }: z.output<typeof unconfirmInput>): { url: string } {
  mustWrite(actor);
  return transaction(() => {
    const post = findPost(actor, postId);
    if (isFlagged(postId, actor.id)) refuseConfirmation(postId, actor.id);
    else if (db.delete(confirmations).where(one(postId, actor.id)).run().changes === 0) throw new NotFound('You have said nothing of this post.');
    bumpChanges();
    return { url: postPlace(post.thread.url, post.number) };
  });
}

function confirmable(viewer: Member, postId: number): FoundPost {
  const post = findPost(viewer, postId);
  if (post.thread.kind !== 'question' || post.thread.forumId === null || post.number === 1 || post.removed) throw new Denied('Only a reply to a question can be confirmed.');
  if (post.authorId === viewer.id) throw new Denied('This is your own answer: others say whether it works for them.');
  if (viewer.id === post.thread.authorId) throw new Denied('You asked this question: accept the answer instead.');
  // Their place would tell who asked for a colleague.
  if (isNameless(viewer.id, post.thread.id)) throw new Denied('You write here without your name, and your place would show it: say in a reply that it works.');
  mustReply(viewer, post.thread);
  return post;
}

const one = (postId: number, memberId: number) => and(eq(confirmations.postId, postId), eq(confirmations.memberId, memberId));

/** What a member said of a reply, for the form that takes it away. For coordinators. Throws SignInRequired, Denied, NotFound. */
export function confirmationBy(viewer: Viewer, which: { postId: number; memberId: number }): { post: FoundPost; confirmation: Confirmation } {
  mustModerateSomething(viewer);
  const found = findConfirmation(viewer, which);
  mustModerateForum(viewer, found.post.thread.forumId);
  return found;
}

/** What a member said of a reply that the viewer may see. Throws NotFound, Gone. */
export function findConfirmation(viewer: Viewer, { postId, memberId }: { postId: number; memberId: number }): { post: FoundPost; confirmation: Confirmation } {
  const post = findPost(viewer, postId);
  const confirmation = db.select({ memberId: members.id, name: members.name, vendor: members.vendor, place: confirmations.place, year: confirmations.year, note: confirmations.note }).from(confirmations)
    .innerJoin(members, eq(members.id, confirmations.memberId)).where(one(postId, memberId)).get();
  if (!confirmation) throw new NotFound('Nothing of the kind is said of this post.');
  return { post, confirmation };
}
