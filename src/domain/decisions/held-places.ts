import { and, eq } from 'drizzle-orm';
import { db, forums, prepared, resources } from '#db/client.ts';
import { isNameless, isNamelessPost } from '../anonymity.ts';
import { findThread } from '../forum/threads.ts';
import { threadOfHeld, workOfHeld } from './case-areas.ts';
import { keeper } from './flagging.ts';
import type { Held } from './subjects.ts';

/** Whether there is a place for what somebody wrote that is held: the forum of a thread, the thread of a reply, the work of a comment. None is for what its author has deleted. */
export function hasPlace(held: Held): boolean {
  if (Object.keys(held.input).length === 0) return false;
  if (held.kind === 'thread') {
    const forum = db.select({ startedBy: forums.startedBy }).from(forums).where(eq(forums.slug, String(held.input['forum']))).get();
    return forum !== undefined && !(held.nameless && forum.startedBy === 'coordinators');
  }
  if (held.kind === 'comment') return db.select({ id: resources.id }).from(resources).where(and(eq(resources.id, workOfHeld(held.id) ?? ''), eq(resources.status, 'published'))).get() !== undefined;
  const threadId = threadOfHeld(held.id);
  if (threadId === null) return false;
  const thread = findThread(keeper, threadId);
  return (!thread.removed || thread.hidden) && (thread.resourceStatus === null || thread.resourceStatus === 'published');
}

/**
 * Whether letting a reply through would show who wrote without a name: its author is known in its thread by now as they were not when they wrote it. Threads are not moved so while it
 * waits (`mustShowNobody`); this is for what earlier versions left behind, and said to nobody, as it would name them.
 */
export function wouldShow({ id, kind, authorId, nameless }: Held): boolean {
  const threadId = kind === 'post' ? threadOfHeld(id) : null;
  if (threadId === null) return false;
  const now = isNameless(authorId, threadId);
  return nameless !== now && (now || namedThere().get({ authorId, threadId }) !== undefined);
}
const namedThere = prepared((d) => d.$client.prepare(`
  select 1 where exists (select 1 from posts p where p.thread_id = @threadId and p.author_id = @authorId and not ${isNamelessPost('p.id')})
    or exists (select 1 from posts p join (select post_id, member_id from reactions union select post_id, by_id from accepted_answers union select post_id, member_id from confirmations) s on s.post_id = p.id
      where p.thread_id = @threadId and s.member_id = @authorId)`));

/** Why nothing is decided about what is held for now, in a sentence: its thread is hidden, and whether a reply is in place there is seen when the flags are decided. Null where it can be. */
export function whyItWaits(held: Held): string | null {
  const threadId = held.kind === 'post' && held.postId === null ? threadOfHeld(held.id) : null;
  return threadId !== null && findThread(keeper, threadId).hidden ? 'The thread is hidden until its flags are decided: decide those first.' : null;
}
