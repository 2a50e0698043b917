import { isDeepStrictEqual } from 'node:util';
import { and, eq, isNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, cases, corrections, db, decisions, flags, forums, heldPosts, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { isStandIn } from '#lib/former-host.ts';
import { Denied, Invalid } from '../errors.ts';
import { lookAgainAtQuotes } from '../forum/blanked-quotes.ts';
import { commentInput, createComment } from '../forum/comments.ts';
import { bringBackConfirmation, standingWords } from '../forum/confirming.ts';
import { moveThreadByDecision } from '../forum/moderating.ts';
import { createPost, postInput } from '../forum/posts.ts';
import { createThread, threadInput } from '../forum/starting-threads.ts';
import { withholdWithDecision } from '../forum/withholding-versions.ts';
import { recordAct, type Act } from '../moderation/log.ts';
import { learn } from '../moderation/spam-words.ts';
import { mustModerateSomething } from '../people/permissions.ts';
import { computeTrust } from '../people/trust.ts';
import type { Member } from '../people/types.ts';
import { mustBeFor, workOfHeld } from './case-areas.ts';
import { releaseFiles } from './held-files.ts';
import { hasPlace, wouldShow } from './held-places.ts';
import { hide, remove, show } from './hiding.ts';
import { tellAuthor, tellFlaggers, tellUndone } from './letters.ts';
import { hoursToEdit, isSuspension, outcomesFor, type Outcome } from './outcomes.ts';
import { admitsNobodyElse, hasProposed, mustHandle, whyNotDecided } from './queue.ts';
import { asDecided, asReply, asTakenOut, caseById, decisionById, hasLeft, isUnnamed, openingPost, postSubject, shownSubject, stateOf, subjectOf, type Case, type Decision, type Held, type Subject } from './subjects.ts';
import { setSuspensionBack } from './suspending.ts';
import { isOnNewest } from './suspension-decisions.ts';
import { whyNotTakenBack } from './taking-back.ts';

const outcomeCodes = ['keep', 'remove', 'ask', 'warn', 'move', 'correct', 'approve', 'decline', 'uphold', 'overturn'] as const satisfies readonly Outcome[];

export const decideInput = z.object({
  caseId: rowId,
  outcome: z.enum(outcomeCodes, { error: 'Please choose what to do.' }),
  reason: text({ missing: 'Please give the reason: those whom it concerns receive it.', max: 1_000 }),
  /** Where a thread moves. */
  forum: z.string().nullish(),
});

/**
 * Decides a case: does what was decided, closes the case (asking to edit leaves it open for the answer), and tells the author and those who flagged why.
 * Throws Denied when it is decided, when another is on it, when it is the actor's own, or when the actor proposed it or made the decision that is appealed; Invalid.
 */
export function decide(actor: Member, input: z.output<typeof decideInput>, now = new Date()): { url: string; decisionId: number } {
  mustModerateSomething(actor);
  return transaction(() => {
    const row = caseById(input.caseId);
    mustHandle(actor, row, now);
    const subject = subjectOf(actor, row);
    if (!outcomesFor(row.kind, subject, hasLeft(subject)).includes(input.outcome)) throw new Invalid({ outcome: 'This cannot be decided here.' });
    const barred = whyNotDecided(actor, row, subject, now);
    if (barred !== null) throw new Denied(barred);
    if (subject.kind === 'appeal' && subject.decision.undoneAt && input.outcome === 'uphold') throw new Invalid({ outcome: 'The decision was taken back meanwhile, so it cannot stand: overturn it.' });
    const first = subject.kind === 'appeal' ? subject.decision.deciderId : null;
    const nobodyElse = first === actor.id || subject.author.id === actor.id || hasProposed(actor.id, row);
    const before = snapshot(subject, row);
    const begun = db.insert(decisions).values({
      caseId: row.id, outcome: input.outcome, reason: input.reason, deciderId: actor.id, authorId: subject.author.id, firstDeciderId: first, nobodyElse, before, at: now,
    }).returning().get();
    const told = publicReason(row, input.reason);
    const { still, left } = carryOut(actor, { row, subject, outcome: input.outcome, reason: told, forum: input.forum ?? null, now });
    const movedTo = input.outcome === 'move' && still.kind === 'post' ? still.post.thread.forumId : null;
    const decision = { ...begun, before: { ...before, ...(movedTo !== null && { movedTo }), ...(left !== null && { left }) } };
    db.update(decisions).set({ before: decision.before }).where(eq(decisions.id, decision.id)).run();
    db.update(cases).set(input.outcome === 'ask' ? { editBy: new Date(now.getTime() + hoursToEdit * 3_600_000) } : { closedAt: now, editBy: null, claimedById: null, claimedUntil: null }).where(eq(cases.id, row.id)).run();
    // Whatever is decided now: it may have been edited out before anybody flagged it.
    if (subject.kind === 'post' && isAboutPersonalData(row)) withholdWithDecision(actor, subject.post, told);
    if (subject.kind === 'post' && row.kind === 'flags') lookAgainAtQuotes({ postId: subject.post.id });
    writeLog(actor, decision, row.kind, subject, admitsNobodyElse(decision, subject) ? `${told} ${nobodyElseDecided}` : told);
    tellAuthor(decision, row.kind, still);
    tellFlaggers(subject.kind === 'appeal' ? subject.decision.caseId : row.id, decision, still.kind === 'appeal' ? still.about : still);
    computeTrust(subject.author.id, now);
    bumpChanges();
    return { url: `/desk/flags/${row.id}`, decisionId: decision.id };
  });
}

function snapshot(subject: Subject, row: Case): Decision['before'] {
  if (subject.kind !== 'post' || row.kind !== 'flags') return {};
  return { ...stateOf(subject), opens: subject.isThread, ...(!subject.isThread && subject.post.thread.removed && { away: true }), ...(subject.isThread && subject.post.hidden && { text: true }), ...(subject.post.thread.forumId !== null && { forumId: subject.post.thread.forumId }) };
}

const nobodyElseDecided = '(There was nobody else who could decide.)';

export const nothingMore = 'It was looked at because of a resident’s personal data; nothing more is said here.';

/** What everybody may read as the reason: of a resident's personal data it says nothing more. */
export function publicReason(row: Case, reason: string): string {
  return isAboutPersonalData(row) ? nothingMore : reason;
}

function isAboutPersonalData(row: Case): boolean {
  const original = row.decisionId === null ? row.id : decisionById(row.decisionId).caseId;
  return db.select({ id: flags.id }).from(flags).where(and(eq(flags.caseId, original), eq(flags.reason, 'personal-data'))).limit(1).get() !== undefined;
}

interface Carrying { row: Case; subject: Subject; outcome: Outcome; reason: string; forum: string | null; now: Date }

/** Does what was decided. Returns the subject as it stands afterwards, and what was not taken back with a decision that is overturned, in a sentence. */
function carryOut(actor: Member, { row, subject, outcome, reason, forum, now }: Carrying): { still: Subject; left: string | null } {
  if (subject.kind === 'post') {
    const { removed, hidden } = stateOf(subject);
    if (outcome === 'remove' && (hidden || !removed)) remove(subject, actor, reason);
    if (row.kind === 'flags' && hidden && (outcome === 'keep' || outcome === 'warn' || outcome === 'move')) show(subject, actor);
    if (outcome === 'move') moveThreadByDecision(actor, { threadId: subject.post.thread.id, forum: forum ?? '', reason });
    if (outcome === 'correct') accept(row.id, actor.id, 'coordinator', now);
    if (row.kind === 'flags' && outcome !== 'ask') learnFrom(row, subject.post.markdown, outcome);
  }
  if (subject.kind === 'held') {
    if (outcome === 'approve') publish(subject.held, subject.author);
    else turnDown(subject.held);
    learn(subject.held.markdown, outcome === 'approve' ? 'good' : 'spam');
  }
  const left = subject.kind === 'appeal' && outcome === 'overturn' ? overturn(actor, subject, now) : null;
  return { still: subjectOf(actor, row), left };
}

/** Words of what was flagged as spam teach the hub, either way. */
function learnFrom(row: Case, markdown: string, outcome: Outcome): void {
  const asSpam = db.select({ id: flags.id }).from(flags).where(and(eq(flags.caseId, row.id), eq(flags.reason, 'spam'))).limit(1).get();
  if (asSpam) learn(markdown, outcome === 'remove' ? 'spam' : 'good');
}

/**
 * Runs the command that was held, with its files, in the author's name: as it could have been run when it was written, also when they were suspended
 * since. There may be no place for it any more: then it was right to write it, and it stands nowhere.
 */
function publish(held: Held, writer: Member): void {
  // Who wrote without a name and has left since stays as they were: nothing tells that they have.
  const author = { ...writer, suspendedUntil: null, ...(isStandIn(writer) && { emailConfirmed: true, waiting: false }) };
  const beside = () => ({ files: releaseFiles(held.id), waited: true, unnamed: held.nameless });
  const made = hasPlace(held) && !wouldShow(held) ? {
    thread: () => openingPost(createThread(author, { ...threadInput.parse(held.input), ...beside() }).id), post: () => createPost(author, { ...postInput.parse(held.input), ...beside() }).id,
    comment: () => createComment(author, { ...commentInput.parse({ ...held.input, resourceId: workOfHeld(held.id) }), ...beside() }).id,
  }[held.kind]() : null;
  db.update(heldPosts).set({ state: 'approved', postId: made }).where(eq(heldPosts.id, held.id)).run();
}

/** Does not let through what was held. */
function turnDown(held: Held): void {
  db.update(heldPosts).set({ state: 'declined' }).where(eq(heldPosts.id, held.id)).run();
}

/** Lets a correction stand under its post. Call inside a transaction. */
export function accept(caseId: number, byId: number, as: 'author' | 'coordinator', now: Date): void {
  db.update(corrections).set({ acceptedAt: now, acceptedById: byId, acceptedAs: as }).where(eq(corrections.caseId, caseId)).run();
}

/** @returns what did not become as it was, in a sentence; null when all did */
function overturn(actor: Member, { decision, about }: Extract<Subject, { kind: 'appeal' }>, now: Date): string | null {
  let left: string | null = null;
  if (decision.outcome === 'decline' && about.kind === 'held') publish(about.held, about.author);
  else left = takeBack(actor, decision, about, { hidden: false });
  db.update(decisions).set({ overturnedAt: now }).where(eq(decisions.id, decision.id)).run();
  // What a flag hides waits for a decision about the flag still.
  const waits = about.kind === 'post' && stateOf(postSubject(actor, about.post.id)).hidden;
  db.update(cases).set({ editBy: null, ...(!waits && { closedAt: now }) }).where(and(eq(cases.id, decision.caseId), isNull(cases.closedAt))).run();
  return left;
}

/**
 * Sets back what a decision has changed: `before` says how it stood. A thread that was moved again since stays where it is.
 * @returns what did not become as it was, in a sentence for its author; null when all did
 */
function takeBack(actor: Member, decision: Decision, subject: Subject, before: Decision['before']): string | null {
  if (isSuspension(decision)) {
    if (isOnNewest(decision)) setSuspensionBack(actor, subject.author, decision);
    return null;
  }
  if (decision.before.confirmation) bringBackConfirmation(decision.before.confirmation);
  if (decision.outcome === 'correct') db.update(corrections).set({ acceptedAt: null, acceptedById: null, acceptedAs: null }).where(eq(corrections.caseId, decision.caseId)).run();
  if (decision.outcome === 'decline' && subject.kind === 'held') db.update(heldPosts).set({ state: 'waiting' }).where(eq(heldPosts.id, subject.held.id)).run();
  if (subject.kind !== 'post') return null;
  const stays = (...why: (string | null)[]) => [...why, whyOutOfView(actor, decision, subject, before)].filter((sentence) => sentence !== null).join(' ') || null;
  if (decision.before.hidden === undefined || decision.outcome === 'ask') return stays();
  // What its author had taken back before stays taken back.
  if (decision.before.removed && !decision.before.hidden) return null;
  // Only what this decision took out of view comes back: what a flag, another decision or its author took away since stays away.
  const out = decision.before.opens === false ? asReply(subject) : asTakenOut(subject);
  if (decision.outcome === 'remove' && isOutByDecision(decision, out)) show(out, actor);
  const home = decision.outcome === 'move' ? moveHome(actor, decision, subject) : null;
  if (before.hidden) {
    const now = postSubject(actor, subject.post.id);
    hide(now, before.text || (now.isThread && !out.isThread) ? 'own' : 'all');
  }
  return stays(home);
}

/** What keeps a post out of view after a decision was taken back that did not, in a sentence; null where nothing does, and where its author knows why. */
function whyOutOfView(actor: Member, { outcome }: Decision, subject: Extract<Subject, { kind: 'post' }>, before: Decision['before']): string | null {
  const now = postSubject(actor, subject.post.id);
  if (stateOf(now).hidden) return before.hidden ? null : 'It stays hidden until the flags on it are decided.';
  return outcome === 'remove' && !before.away && !subject.isThread && now.post.thread.removed ? 'Its thread is out of view, and it shows again only with that.' : null;
}

/** Moves a thread back to where it was before the decision to move it. @returns why it stays where it is, in a sentence; null when it does not */
function moveHome(actor: Member, { before: { forumId, movedTo } }: Decision, { isThread, post: { thread } }: Extract<Subject, { kind: 'post' }>): string | null {
  if (!isThread) return 'Its thread was merged with another since, so it stays there.';
  const here = `it stays in the forum ${thread.forum?.name ?? ''}.`;
  if (movedTo !== undefined && movedTo !== thread.forumId) return `It was moved again since, so ${here}`;
  if (forumId === undefined || forumId === thread.forumId) return null;
  const home = db.select({ slug: forums.slug }).from(forums).where(and(eq(forums.id, forumId), isNull(forums.closedReason))).get();
  if (!home) return `The forum it came from is closed or gone, so ${here}`;
  moveThreadByDecision(actor, { threadId: thread.id, forum: home.slug, reason: 'A decision was taken back.' });
  return null;
}

/** Whether it is a coordinator's removal that keeps it out of view now: no flag that waits, and not its author. One who decides about themselves is both. */
function isOutByDecision({ deciderId }: Decision, subject: Extract<Subject, { kind: 'post' }>): boolean {
  const { removed, hidden } = stateOf(subject);
  const { removedById, authorId } = subject.post;
  return removed && !hidden && (subject.isThread || removedById !== authorId || deciderId === authorId);
}

function writeLog(actor: Member, { outcome }: Decision, kind: Case['kind'], subject: Subject, reason: string): void {
  const { aboutId } = namedAuthor(subject);
  if (subject.kind === 'member') return recordAct(actor, 'decide about profile', subject.author.name, subject.url, reason, { aboutId });
  // What is decided about a person is for coordinators, and so is what came of their appeal.
  if (subject.kind === 'appeal' && subject.about.kind === 'member') return recordAct(actor, outcome === 'uphold' ? 'uphold decision on member' : 'overturn decision on member', subject.about.words, subject.url, reason, { aboutId });
  if (subject.kind === 'appeal' && subject.about.kind === 'confirmation') {
    const { post, author, said } = subject.about;
    const overturned = isDeepStrictEqual(standingWords(post.id, author.id), said) ? 'overturn removal of confirmation' : 'overturn removal of replaced confirmation';
    return recordAct(actor, outcome === 'uphold' ? 'uphold removal of confirmation' : overturned, `a post in “${post.thread.title}”`, subject.url, reason, { aboutId });
  }
  const acts: Record<Outcome, Act | null> = {
    keep: kind === 'correction' ? 'decline correction' : 'keep post', remove: subject.kind === 'post' && subject.isThread ? 'remove thread' : 'remove post', ask: 'ask to edit', warn: 'warn author',
    // Moving writes its own line.
    move: null, correct: 'accept correction', approve: 'approve post', decline: 'decline post', uphold: 'uphold decision', overturn: 'overturn decision',
  };
  const act = acts[outcome];
  // What was never shown is not named, and leads nowhere.
  const held = subject.kind === 'held' || (subject.kind === 'appeal' && subject.about.kind === 'held');
  if (act) recordAct(actor, act, held ? 'a post that waited' : subject.words, held ? null : subject.url, reason, { aboutId });
}

/** Whose line of the log it is, where whoever reads may know. */
function namedAuthor(subject: Subject): { aboutId: number | null } {
  return { aboutId: isUnnamed(shownSubject(subject)) ? null : subject.author.id };
}

export const undoInput = z.object({ decisionId: rowId, reason: text({ missing: 'Please give the reason: the author receives it.', max: 1_000 }) });

/** Takes a decision back: everything is as it was before it, but for what `left` says in a sentence, and the case is open again. Throws Denied. */
export function undoDecision(actor: Member, input: z.output<typeof undoInput>, now = new Date()): { url: string; left: string | null } {
  mustModerateSomething(actor);
  return transaction(() => {
    const decision = decisionById(input.decisionId);
    const row = caseById(decision.caseId);
    mustBeFor(actor, row.id);
    const subject = asDecided(decision, subjectOf(actor, row));
    const refused = whyNotTakenBack(actor, decision, row, subject, now);
    if (refused !== null) throw new Denied(refused);
    const left = takeBack(actor, decision, subject, decision.before);
    const withNobodyElse = (reason: string) => (decision.authorId === actor.id && !isUnnamed(shownSubject(subject)) ? `${reason} ${nobodyElseDecided}` : reason);
    db.update(decisions).set({ undoneAt: now, undoneById: actor.id, before: { ...decision.before, ...(left !== null && { left }) } }).where(eq(decisions.id, decision.id)).run();
    const other = row.postId === null ? undefined : db.select({ id: cases.id }).from(cases).where(and(eq(cases.postId, row.postId), eq(cases.kind, 'flags'), isNull(cases.closedAt), ne(cases.id, row.id))).get();
    if (!other) db.update(cases).set({ closedAt: null, editBy: null }).where(eq(cases.id, row.id)).run();
    if (subject.kind === 'post' && row.kind === 'flags') lookAgainAtQuotes({ postId: subject.post.id });
    if (subject.kind === 'member') recordAct(actor, 'decide about profile', subject.author.name, subject.url, `Taken back: ${withNobodyElse(input.reason)}`, namedAuthor(subject));
    else recordAct(actor, 'undo decision', subject.kind === 'held' ? 'a post that waited' : subject.words, subject.kind === 'held' ? null : subject.url, withNobodyElse(publicReason(row, input.reason)), namedAuthor(subject));
    tellUndone(decision.id, subject, input.reason, left);
    computeTrust(decision.authorId, now);
    bumpChanges();
    return { url: `/desk/flags/${row.id}`, left };
  });
}
