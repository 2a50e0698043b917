import { and, eq } from 'drizzle-orm';
import { cases, db, decisions, heldPosts, posts, prepared } from '#db/client.ts';
import { isStandIn } from '#lib/former-host.ts';
import { isWrittenNamelessly, nameless } from '../anonymity.ts';
import { NotFound } from '../errors.ts';
import { postUrl } from '../forum/addresses.ts';
import { refusedWords, standingWords, type Confirmation } from '../forum/confirming.ts';
import { findPost, type FoundPost } from '../forum/posts.ts';
import { noAreas } from '../people/areas.ts';
import { formerWithin } from '../people/former.ts';
import { memberById } from '../people/members.ts';
import type { Member } from '../people/types.ts';
import { threadOfHeldSql, workOfHeldSql } from './case-areas.ts';
import { ofSuspension } from './outcomes.ts';

export type Case = typeof cases.$inferSelect;
export type Decision = typeof decisions.$inferSelect;
export type Held = typeof heldPosts.$inferSelect;

/** What a case is about, with whoever is answerable for it. `said` of a "works for us too" that was removed is null when its words are back or forgotten; where it stood is not named in `words`. */
export type Subject =
  | { kind: 'post'; post: FoundPost; author: Member; isThread: boolean; words: string; url: string }
  | { kind: 'member'; author: Member; suspension: boolean; left: boolean; words: string; url: string }
  | { kind: 'confirmation'; post: FoundPost; said: Pick<Confirmation, 'place' | 'year' | 'note'> | null; author: Member; words: string; url: string }
  | { kind: 'held'; held: Held; author: Member; words: string; url: string }
  | { kind: 'appeal'; decision: Decision; about: Subject; author: Member; words: string; url: string };

/** The case with this number; throws NotFound. */
export function caseById(id: number): Case {
  const row = Number.isSafeInteger(id) ? db.select().from(cases).where(eq(cases.id, id)).get() : undefined;
  if (!row) throw new NotFound('There is no such case.');
  return row;
}

/** The decision with this number; throws NotFound. */
export function decisionById(id: number): Decision {
  const row = Number.isSafeInteger(id) ? db.select().from(decisions).where(eq(decisions.id, id)).get() : undefined;
  if (!row) throw new NotFound('There is no such decision.');
  return row;
}

/** What a case is about, as far as the viewer may see it. Throws NotFound, Gone. */
export function subjectOf(viewer: Member, row: Pick<Case, 'postId' | 'memberId' | 'heldId' | 'decisionId'> & Partial<Pick<Case, 'id' | 'kind'>>): Subject {
  if (row.kind === 'confirmation' && row.id !== undefined && row.postId !== null) return confirmationSubject(viewer, row.id, row.postId);
  if (row.postId !== null) return postSubject(viewer, row.postId);
  if (row.memberId !== null) {
    const author = memberById(row.memberId);
    const suspension = row.id !== undefined && db.select({ id: decisions.id }).from(decisions).where(and(eq(decisions.caseId, row.id), ofSuspension)).get() !== undefined;
    const left = isStandIn(author);
    return { kind: 'member', author, suspension, left, words: `the ${suspension ? 'suspension' : 'profile'} of ${left ? formerWithin : author.name}`, url: left ? '/members' : `/members/${author.handle}` };
  }
  if (row.heldId !== null) {
    const held = db.select().from(heldPosts).where(eq(heldPosts.id, row.heldId)).get();
    if (!held) throw new NotFound('There is no such post.');
    return { kind: 'held', held, author: memberById(held.authorId), words: heldWords(held, titleOfHeld(held)), url: addressOfHeld(held) ?? `/posts/held/${held.id}` };
  }
  const decision = decisionById(row.decisionId ?? NaN);
  const about = asDecided(decision, subjectOf(viewer, caseById(decision.caseId)));
  return { kind: 'appeal', decision, about, author: memberById(decision.authorId), words: `the decision about ${about.words}`, url: about.url };
}

/** A post, or the thread it opens, as what a case may be about. Throws NotFound, Gone. */
export function postSubject(coordinator: Member, postId: number): Extract<Subject, { kind: 'post' }> {
  const post = findPost(coordinator, postId);
  const reply: Extract<Subject, { kind: 'post' }> = {
    kind: 'post', post, isThread: false, author: memberById(post.authorId), url: postUrl(post.id), words: `a ${post.thread.forumId === null ? 'comment on' : 'post in'} “${titleOf(post)}”`,
  };
  return post.number === 1 && post.thread.forumId !== null ? { ...reply, isThread: true, url: post.thread.url, words: `the thread “${titleOf(post)}”` } : reply;
}

/** The id of the post that opens a thread. Throws NotFound. */
export function openingPost(threadId: number): number {
  const row = db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, threadId), eq(posts.number, 1))).get();
  if (!row) throw new NotFound('There is no thread at this address.');
  return row.id;
}

const titleOf = ({ thread }: FoundPost): string => thread.hiddenTitle ?? thread.title;

/** What a subject is called for whoever keeps no order here: the thread of others in which a post stands is named only while everybody reads its title. */
export function publicWords(subject: Subject): string {
  if (subject.kind === 'appeal') return `the decision about ${publicWords(subject.about)}`;
  if (subject.kind === 'held') return heldWords(subject.held, publicTitleOfHeld(subject.held));
  if (subject.kind !== 'post' || subject.isThread) return subject.words;
  const { removed, resourceStatus, hiddenTitle } = subject.post.thread;
  return removed || hiddenTitle !== null || (resourceStatus !== null && resourceStatus !== 'published') ? `a ${nounOf(subject)}` : subject.words;
}

/** What somebody said of a reply, with its words as they were removed, or, where a decision kept it, as they stand. Throws NotFound, Gone. */
export function confirmationSubject(viewer: Member, caseId: number, postId: number): Extract<Subject, { kind: 'confirmation' }> {
  const decision = db.select().from(decisions).where(eq(decisions.caseId, caseId)).get();
  if (!decision) throw new NotFound('There is no such decision.');
  const { confirmation } = decision.before;
  return { kind: 'confirmation', post: findPost(viewer, postId), said: confirmation ? refusedWords(confirmation) : standingWords(postId, decision.authorId), author: memberById(decision.authorId), words: 'a “works for us too” below an answer', url: postUrl(postId) };
}

function heldWords({ kind, state: decided, withdrawnAt }: Held, title: string | null): string {
  const state = withdrawnAt !== null ? 'that was taken back' : decided === 'waiting' ? 'that waits' : 'that waited';
  if (kind === 'thread') return `the thread “${title}” ${state}`;
  return title === null ? `a ${kind} ${state}` : `a ${kind} ${state}, ${kind === 'post' ? 'in' : 'on'} “${title}”`;
}

/** The title of what somebody wrote for that is held, as it is now, or of the thread it begins; null where it is out of view, or hidden. */
export function publicTitleOfHeld({ id }: Pick<Held, 'id'>): string | null {
  return publicTitle().get(id) as string | null;
}

/** The same for coordinators, who read also what is out of view. */
export function titleOfHeld({ id }: Pick<Held, 'id'>): string | null {
  return title().get(id) as string | null;
}

const titleSql = (ofThread: string, ofWork: string) => `case x.kind when 'thread' then x.title when 'post' then (select ${ofThread}) else (select ${ofWork}) end`;
const inThread = `from threads v left join hidden_titles h on h.thread_id = v.id where v.id = ${threadOfHeldSql('x')}`;
const onWork = `from resources v where v.id = ${workOfHeldSql('x')}`;

/** The public one for a row `x` of held posts, as a value of SQL. */
export const publicTitleOfHeldSql = titleSql(`v.title ${inThread} and v.removed_at is null and h.title is null`, `v.title ${onWork} and v.status = 'published'`);
const publicTitle = prepared((d) => d.$client.prepare(`select ${publicTitleOfHeldSql} from held_posts x where x.id = ?`).pluck());
const title = prepared((d) => d.$client.prepare(`select ${titleSql(`coalesce(h.title, v.title) ${inThread}`, `v.title ${onWork}`)} from held_posts x where x.id = ?`).pluck());

/** The permanent address of what was held, which names no title; null where it stands nowhere. */
export const addressOfHeld = ({ postId }: Pick<Held, 'postId'>): string | null => (postId === null ? null : postUrl(postId));

/** What it is, in one word that fits after "your" and names nothing. */
export function nounOf(subject: Subject): 'thread' | 'post' | 'comment' | 'profile' | 'account' | '“works for us too”' {
  switch (subject.kind) {
    case 'post': return subject.isThread ? 'thread' : subject.post.thread.forumId === null ? 'comment' : 'post';
    case 'held': return subject.held.kind;
    case 'confirmation': return '“works for us too”';
    case 'member': return subject.suspension ? 'account' : 'profile';
    case 'appeal': return nounOf(subject.about);
  }
}

/** Whether a post, or the thread it opens (or the text of its opening post alone), is taken out of view now. */
export function stateOf({ post, isThread }: Extract<Subject, { kind: 'post' }>): { removed: boolean; hidden: boolean } {
  return isThread ? { removed: post.thread.removed || post.hidden, hidden: post.thread.hidden || post.hidden } : { removed: post.removed, hidden: post.hidden };
}

/** A post for itself, also where it opens a thread by now. */
export function asReply(subject: Extract<Subject, { kind: 'post' }>): Extract<Subject, { kind: 'post' }> {
  return subject.isThread ? { ...subject, isThread: false, url: postUrl(subject.post.id), words: `a post in “${titleOf(subject.post)}”` } : subject;
}

/** What a decision was about: a post that has come to open a thread since is that post. */
export function asDecided({ before }: Pick<Decision, 'before'>, subject: Subject): Subject {
  return subject.kind === 'post' && before.opens === false ? asReply(subject) : subject;
}

/** The same as what was taken out of view: an opening post that was removed as a reply, and opens its thread again since a merge was undone, is that post and not the thread. */
export function asTakenOut(subject: Extract<Subject, { kind: 'post' }>): Extract<Subject, { kind: 'post' }> {
  const { removed, hidden, thread } = subject.post;
  return removed && !hidden && !thread.removed ? asReply(subject) : subject;
}

/** What a case is about as it is shown: whoever wrote it without a name has none here either. `author` of the other one is for letters, trust and what somebody may decide. */
export function shownSubject(subject: Subject): Subject {
  if (subject.kind === 'appeal') {
    const about = shownSubject(subject.about);
    return { ...subject, about, author: isUnnamed(about) ? about.author : subject.author };
  }
  return isNamelesslyWritten(subject) ? { ...subject, author: unnamed } : subject;
}

/** Whether its author has left, as far as it may be known: of who wrote without a name it is not. */
export const hasLeft = (subject: Subject): boolean => isStandIn(shownSubject(subject).author);

/** Whether a subject as it is shown has an author without a name. */
export const isUnnamed = (shown: Subject): boolean => shown.author.id === nameless.id;

function isNamelesslyWritten(subject: Subject): boolean {
  if (subject.kind === 'post') return isWrittenNamelessly(subject.post.id);
  return subject.kind === 'held' && subject.held.nameless;
}

const unnamed: Member = { ...nameless, areas: noAreas, email: '', emailConfirmed: true, waiting: false, suspendedUntil: null };

/** E-mail addresses and names of those who flagged in a case. */
export function flaggersOf(caseId: number): { id: number; name: string; email: string }[] {
  return flaggers().all(caseId) as { id: number; name: string; email: string }[];
}
const flaggers = prepared((d) => d.$client.prepare('select m.id, m.name, m.email from flags f join members m on m.id = f.member_id where f.case_id = ? order by f.id'));

