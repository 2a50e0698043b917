import { prepared } from '#db/client.ts';
import { canWrite } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import type { Thread } from './threads.ts';
import { reactionKinds, type PostReaction, type ReactionKind } from './types.ts';

/** What each reaction says. */
export const reactionWords: Record<ReactionKind, string> = {
  helpful: 'Helpful', thanks: 'Thanks', 'we-do-this-too': 'We do this too', 'same-question': 'Same question',
};

/** The reactions that make sense for a post: only the opening post of a question asks something, and it answers nothing. */
export function reactionsFor(thread: { kind: string; forumId: number | null }, number: number): readonly ReactionKind[] {
  const asks = thread.forumId !== null && thread.kind === 'question' && number === 1;
  return asks ? ['same-question', 'thanks'] : ['helpful', 'thanks', 'we-do-this-too'];
}

/** Whether this person may react in a thread at all; not to their own posts. */
export function canReact(viewer: Viewer, thread: Thread): boolean {
  return canWrite(viewer) && !thread.removed && thread.forumClosedReason === null && (thread.resourceStatus === null || thread.resourceStatus === 'published');
}

const counted = prepared((d) => d.$client.prepare(`
  select r.post_id as postId, r.kind, count(*) as n, max(r.member_id = @viewerId) as mine from posts p cross join reactions r on r.post_id = p.id
  where p.thread_id = @threadId and p.number between @first and @last group by r.post_id, r.kind`));

/** The reactions to the posts of a thread with these numbers, by the posts' ids, in the order of the kinds. One query however many posts. */
export function reactionsBetween(viewer: Viewer, threadId: number, first: number, last: number): Map<number, PostReaction[]> {
  const rows = counted().all({ threadId, first, last, viewerId: viewer?.id ?? 0 }) as { postId: number; kind: ReactionKind; n: number; mine: number }[];
  const byPost = new Map<number, PostReaction[]>();
  for (const kind of reactionKinds) {
    for (const row of rows) if (row.kind === kind) byPost.set(row.postId, [...(byPost.get(row.postId) ?? []), { kind, count: row.n, mine: row.mine === 1 }]);
  }
  return byPost;
}
