import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { acceptedAnswers, answerChecks, bumpChanges, db, transaction } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { Denied } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { canModerateForum, canWrite, mustWrite } from '../people/permissions.ts';
import { computeTrust } from '../people/trust.ts';
import type { Member, Viewer } from '../people/types.ts';
import { postPlace, postUrl } from './addresses.ts';
import { forgetAccepted, notifyOfAccepted } from './notifying.ts';
import { findPost, type FoundPost } from './posts.ts';
import { indexPost, indexThread } from './searchable.ts';
import type { Thread } from './threads.ts';

/** Whether the viewer may say which replies answer the question: who asked it, or a coordinator, while its forum is open. */
export function canAccept(viewer: Viewer, thread: Thread): boolean {
  return thread.kind === 'question' && thread.forumId !== null && !thread.removed && thread.forumClosedReason === null && canWrite(viewer) && (viewer.id === thread.authorId || canModerateForum(viewer, thread.forumId));
}

export const acceptInput = z.object({ postId: rowId });

/** Says that a reply answers the question; there may be several. Returns where the question stands. Throws NotFound, Gone, Denied. */
export function acceptAnswer(actor: Member, { postId }: z.output<typeof acceptInput>): { url: string } {
  return onAnswer(actor, postId, (post) => {
    const { changes } = db.insert(acceptedAnswers).values({ postId, threadId: post.thread.id, byId: actor.id }).onConflictDoNothing().run();
    if (changes > 0) notifyOfAccepted(postId, actor.id);
    if (changes && actor.id !== post.thread.authorId) recordAct(actor, 'accept answer', `an answer to “${post.thread.title}”`, postUrl(postId));
  });
}

/** Takes back that a reply answers the question. */
export function unacceptAnswer(actor: Member, { postId }: z.output<typeof acceptInput>): { url: string } {
  return onAnswer(actor, postId, (post) => {
    const { changes } = db.delete(acceptedAnswers).where(eq(acceptedAnswers.postId, postId)).run();
    db.delete(answerChecks).where(eq(answerChecks.postId, postId)).run();
    forgetAccepted(postId);
    if (changes && actor.id !== post.thread.authorId) recordAct(actor, 'unaccept answer', `an answer to “${post.thread.title}”`, postUrl(postId));
  });
}

function onAnswer(actor: Member, postId: number, act: (post: FoundPost) => void): { url: string } {
  mustWrite(actor);
  return transaction(() => {
    const post = findPost(actor, postId);
    if (post.thread.forumClosedReason !== null) throw new Denied(`The forum is closed, so nothing in it changes. The reason given: ${post.thread.forumClosedReason}`);
    if (!canAccept(actor, post.thread)) throw new Denied('Only who asked the question, or a coordinator, says what answers it.');
    if (post.number === 1 || post.removed) throw new Denied('Only a reply can be the answer.');
    act(post);
    indexPost(postId);
    indexThread(post.thread.id);
    computeTrust(post.authorId);
    bumpChanges();
    return { url: postPlace(post.thread.url, post.number) };
  });
}
