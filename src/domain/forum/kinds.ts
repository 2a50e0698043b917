import { and, eq, inArray, isNull } from 'drizzle-orm';
import { acceptedAnswers, db, posts } from '#db/client.ts';
import { isWrittenNamelessly } from '../anonymity.ts';
import { coordinatorKinds, threadKindWords, type ThreadKind } from './types.ts';

/**
 * Why a thread with these posts of one of the kind `from`, the opening one first, cannot be of this kind, in a sentence; null when it can. Only a question
 * shows accepted answers, which are kept and not shown where one is merged into something else; and what coordinators start would say of a post without a name that one of them wrote it.
 */
export function whyNotOfKind(from: ThreadKind, kind: ThreadKind, postIds: readonly number[]): string | null {
  const [opening, ...replies] = postIds;
  if (from === 'question' && kind !== 'question' && db.select({ id: acceptedAnswers.postId }).from(acceptedAnswers).innerJoin(posts, eq(posts.id, acceptedAnswers.postId)).where(and(inArray(acceptedAnswers.postId, replies), isNull(posts.removedAt))).get()) {
    return 'It has an accepted answer, and only a question has one: take that back first.';
  }
  if (coordinatorKinds.includes(kind) && opening !== undefined && isWrittenNamelessly(opening)) {
    return `It was written without a name. ${threadKindWords[kind].many} are by coordinators, so this would look as if one of them had asked.`;
  }
  return null;
}
