import { inArray } from 'drizzle-orm';
import { acceptedAnswers, db } from '#db/client.ts';
import { isWrittenNamelessly } from '../anonymity.ts';
import { coordinatorKinds, threadKindWords, type ThreadKind } from './types.ts';

/**
 * Why a thread with these posts, the opening one first, cannot be of this kind, in a sentence; null when it can. Only a question has accepted
 * answers, and what coordinators start would say of a post without a name that one of them wrote it.
 */
export function whyNotOfKind(kind: ThreadKind, postIds: readonly number[]): string | null {
  const [opening, ...replies] = postIds;
  if (kind !== 'question' && db.select({ id: acceptedAnswers.postId }).from(acceptedAnswers).where(inArray(acceptedAnswers.postId, replies)).get()) {
    return 'It has an accepted answer, and only a question has one: take that back first.';
  }
  if (coordinatorKinds.includes(kind) && opening !== undefined && isWrittenNamelessly(opening)) {
    return `It was written without a name. ${threadKindWords[kind].many} are by coordinators, so this would look as if one of them had asked.`;
  }
  return null;
}
