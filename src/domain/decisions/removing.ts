import { and, eq, inArray, isNull, ne } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { cases, db, decisions, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { Denied } from '../errors.ts';
import { postUrl } from '../forum/addresses.ts';
import { findPost, type FoundPost } from '../forum/posts.ts';
import { findThread, type Thread } from '../forum/threads.ts';
import { recordAct } from '../moderation/log.ts';
import { whyNotOwn } from '../people/coordinators.ts';
import { mustModerateForum, mustModerateIn, mustModerateSomething } from '../people/permissions.ts';
import { computeTrust } from '../people/trust.ts';
import type { Member } from '../people/types.ts';
import { decide } from './deciding.ts';
import { openCaseOf } from './flagging.ts';
import { show } from './hiding.ts';
import { tellRestored } from './letters.ts';
import { asReply, asTakenOut, openingPost, postSubject } from './subjects.ts';
import { whyNotAppealed } from './taking-back.ts';

const reason = text({ missing: 'Please give the reason: it stands in the public log.', max: 1_000 });

export const removePostInput = z.object({ postId: rowId, reason });

/** Removes somebody's post or comment in passing: a case is opened and decided at once, so its author may appeal. Throws Denied, NotFound. */
export function removePost(actor: Member, input: z.output<typeof removePostInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const { post, isThread } = postSubject(actor, input.postId);
    mustModerateForum(actor, post.thread.forumId);
    if (post.removed && !post.hidden) throw new Denied('This post was removed already.');
    if (isThread) throw new Denied('This is the opening post: remove the whole thread instead.');
    decide(actor, { caseId: openCaseOf({ postId: post.id }), outcome: 'remove', reason: input.reason });
    return { url: postUrl(post.id) };
  });
}

export const removeThreadInput = z.object({ threadId: rowId, reason });

/** The same for a thread, which is a decision about its opening post. */
export function removeThread(actor: Member, input: z.output<typeof removeThreadInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const thread = findThread(actor, input.threadId);
    mustModerateForum(actor, thread.forumId);
    if (thread.forumId === null) throw new Denied('Comments belong to their resource: remove single comments, or retire the resource.');
    if (thread.removed && !thread.hidden) throw new Denied('This thread was removed already.');
    decide(actor, { caseId: openCaseOf({ postId: openingPost(thread.id) }), outcome: 'remove', reason: input.reason });
    return { url: thread.url };
  });
}

export const restorePostInput = z.object({ postId: rowId, reason });

/** Why a coordinator does not remove a thread that stands, in a sentence; null when they may. */
export const whyThreadNotRemoved = (actor: { id: number }, thread: Thread): string | null => whyNotOwn(actor, thread.authorId, thread.forumId);

/** Brings back a post that a coordinator removed, takes the decision to remove it back and tells its author; what its author took back stays taken back. Throws Denied, NotFound. */
export function restorePost(actor: Member, input: z.output<typeof restorePostInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    // Also where it has come to stand first in its thread since: it was removed as a post.
    const subject = asReply(postSubject(actor, input.postId));
    const { post } = subject;
    mustModerateIn(actor, post.thread);
    const refused = whyNotRestored(actor, post);
    if (refused !== null) throw new Denied(refused);
    show(subject, actor);
    recordAct(actor, 'restore post', `a post in “${post.thread.title}”`, subject.url, input.reason);
    takenBack(actor, post);
    if (subject.author.id !== actor.id) tellRestored(subject, input.reason);
    return { url: postUrl(post.id) };
  });
}

export const restoreThreadInput = z.object({ threadId: rowId, reason });

/** Brings a removed thread back, takes the decision to remove it back and tells its author. Throws Denied, NotFound. */
export function restoreThread(actor: Member, input: z.output<typeof restoreThreadInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const thread = findThread(actor, input.threadId);
    mustModerateIn(actor, thread);
    const refused = whyThreadNotRestored(actor, thread);
    if (refused !== null) throw new Denied(refused);
    const subject = postSubject(actor, openingPost(thread.id));
    show(subject, actor);
    // Its opening post may have been removed before, as a reply.
    const opening = asTakenOut(postSubject(actor, subject.post.id));
    if (!opening.isThread && opening.post.removedById !== opening.post.authorId) show(opening, actor);
    recordAct(actor, 'restore thread', thread.title, thread.url, input.reason);
    takenBack(actor, subject.post);
    if (subject.author.id !== actor.id) tellRestored(subject, input.reason);
    return { url: thread.url };
  });
}

/** Why a coordinator does not bring a post back, in a sentence; null when they may. */
export function whyNotRestored(actor: { id: number }, post: FoundPost): string | null {
  if (!post.removed || post.removedById === post.authorId) return 'Only what a coordinator removed can be brought back.';
  return post.number === 1 && post.thread.removed && !post.thread.hidden ? 'Its thread is removed, and it comes back with that: restore the thread.' : whyRemovalStays(actor, post);
}

/** The same of a thread. */
export function whyThreadNotRestored(actor: Member, thread: Thread): string | null {
  if (thread.hidden) return 'This thread is hidden until its flags are decided: decide them in the queue.';
  return thread.removed ? whyRemovalStays(actor, postSubject(actor, openingPost(thread.id)).post) : 'This thread is not removed.';
}

/** Which of these posts a coordinator may bring back, by id. */
export function restorable(actor: Member, posts: readonly { id: number; removed: { by: 'author' | 'coordinator' } | null }[]): Set<number> {
  return new Set(posts.flatMap(({ id, removed }) => (removed?.by === 'coordinator' && whyNotRestored(actor, findPost(actor, id)) === null ? [id] : [])));
}

/** A removal is somebody else's to take back where it is about oneself, or was appealed. */
function whyRemovalStays(actor: { id: number }, post: FoundPost): string | null {
  const own = whyNotOwn(actor, post.authorId, post.thread.forumId);
  if (own !== null) return own;
  const removal = alias(cases, 'removal');
  const appeal = db.select({ closedAt: cases.closedAt }).from(decisions).innerJoin(removal, eq(removal.id, decisions.caseId)).innerJoin(cases, eq(cases.decisionId, decisions.id))
    .where(and(eq(removal.postId, post.id), ne(removal.kind, 'confirmation'), eq(decisions.outcome, 'remove'), isNull(decisions.undoneAt), isNull(decisions.overturnedAt))).get();
  return appeal ? whyNotAppealed(appeal) : null;
}

function takenBack(actor: Member, post: { id: number; authorId: number }): void {
  const about = db.select({ id: cases.id }).from(cases).where(and(eq(cases.postId, post.id), ne(cases.kind, 'confirmation')));
  db.update(decisions).set({ undoneAt: new Date(), undoneById: actor.id }).where(and(inArray(decisions.caseId, about), eq(decisions.outcome, 'remove'), isNull(decisions.undoneAt))).run();
  computeTrust(post.authorId);
}
