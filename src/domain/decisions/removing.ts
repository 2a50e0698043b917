import { and, eq, inArray, isNull } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { cases, db, decisions, posts, transaction } from '#db/client.ts';
import { Denied, NotFound } from '../errors.ts';
import { removePostInput, removeThreadInput, restorePost, restorePostInput, restoreThread, threadActInput } from '../forum/moderating.ts';
import { findPost } from '../forum/posts.ts';
import { findThread } from '../forum/threads.ts';
import { mustCoordinate } from '../people/permissions.ts';
import { computeTrust } from '../people/trust.ts';
import type { Member } from '../people/types.ts';
import { decide } from './deciding.ts';
import { openCaseOf } from './flagging.ts';
import { whyNotOwn } from './queue.ts';
import { restoreQuotes } from '../forum/blanked-quotes.ts';

/** Removes somebody's post or comment in passing: a case is opened and decided at once, so its author may appeal. Throws Denied, NotFound. */
export function removePostByDecision(actor: Member, input: z.output<typeof removePostInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const post = findPost(actor, input.postId);
    if (post.removed && !post.hidden) throw new Denied('This post was removed already.');
    if (post.number === 1 && post.thread.forumId !== null) throw new Denied('This is the opening post: remove the whole thread instead.');
    decide(actor, { caseId: openCaseOf({ postId: post.id }), outcome: 'remove', reason: input.reason });
    return { url: `/posts/${post.id}` };
  });
}

/** The same for a thread, which is a decision about its opening post. */
export function removeThreadByDecision(actor: Member, input: z.output<typeof removeThreadInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const thread = findThread(actor, input.threadId);
    if (thread.forumId === null) throw new Denied('Comments belong to their resource: remove single comments, or retire the resource.');
    if (thread.removed && !thread.hidden) throw new Denied('This thread was removed already.');
    decide(actor, { caseId: openCaseOf({ postId: openingPost(thread.id) }), outcome: 'remove', reason: input.reason });
    return { url: thread.url };
  });
}

/** Brings back a post that a coordinator removed; the decision to remove it counts as taken back. Throws Denied. */
export function restorePostByDecision(actor: Member, input: z.output<typeof restorePostInput>): { url: string } {
  return transaction(() => {
    mustRestore(actor, findPost(actor, input.postId));
    const restored = restorePost(actor, input);
    takenBack(actor, input.postId);
    return restored;
  });
}

/** Brings a removed thread back; the decision to remove it counts as taken back. Throws Denied. */
export function restoreThreadByDecision(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const thread = findThread(actor, input.threadId);
    if (thread.hidden) throw new Denied('This thread is hidden until its flags are decided: decide them in the queue.');
    if (!thread.removed) throw new Denied('This thread is not removed.');
    const opening = openingPost(thread.id);
    mustRestore(actor, { id: opening, authorId: thread.authorId });
    const restored = restoreThread(actor, { ...input, threadId: thread.id });
    takenBack(actor, opening);
    return restored;
  });
}

function openingPost(threadId: number): number {
  const row = db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, threadId), eq(posts.number, 1))).get();
  if (!row) throw new NotFound('There is no thread at this address.');
  return row.id;
}

/** Throws Denied where the removal is somebody else's to take back: one's own, or one that was appealed. */
function mustRestore(actor: Member, post: { id: number; authorId: number }): void {
  const own = whyNotOwn(actor, post.authorId);
  if (own !== null) throw new Denied(own);
  const removal = alias(cases, 'removal');
  const appeal = db.select({ closedAt: cases.closedAt }).from(decisions).innerJoin(removal, eq(removal.id, decisions.caseId)).innerJoin(cases, eq(cases.decisionId, decisions.id))
    .where(and(eq(removal.postId, post.id), eq(decisions.outcome, 'remove'), isNull(decisions.undoneAt), isNull(decisions.overturnedAt))).get();
  if (appeal) throw new Denied(appeal.closedAt === null ? 'The author has appealed: decide about the appeal.' : 'A decision about an appeal is final.');
}

function takenBack(actor: Member, postId: number): void {
  const about = db.select({ id: cases.id }).from(cases).where(eq(cases.postId, postId));
  db.update(decisions).set({ undoneAt: new Date(), undoneById: actor.id }).where(and(inArray(decisions.caseId, about), eq(decisions.outcome, 'remove'), isNull(decisions.undoneAt))).run();
  restoreQuotes(postId);
  computeTrust(findPost(actor, postId).authorId);
}
