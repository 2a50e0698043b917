import { eq } from 'drizzle-orm';
import { bumpChanges, db, threads } from '#db/client.ts';
import { markRemoved, markRestored } from '../forum/posts.ts';
import { dropThreadFromSearch, indexWholeThread } from '../forum/searchable.ts';
import { blankQuotes, restoreQuotes } from '../forum/blanked-quotes.ts';
import { stateOf, type Subject } from './subjects.ts';

type PostSubject = Extract<Subject, { kind: 'post' }>;

/** Takes a post, or the thread it opens, out of everybody's view until a coordinator decides. Call inside a transaction. */
export function hide(subject: PostSubject): void {
  if (stateOf(subject).removed) return;
  // Nobody's name stands for it: the author's own is the one that tells nothing about who flagged.
  if (subject.isThread) markThread(subject.post.thread.id, { at: new Date(), by: null, reason: 'It is hidden while coordinators look at it.', hidden: true });
  else markRemoved(subject.post, { id: subject.post.authorId }, null, true);
  blankQuotes(subject.post.id);
}

/** Removes a post, or the thread it opens, by decision. Call inside a transaction. */
export function remove(subject: PostSubject, by: { id: number }, reason: string): void {
  if (subject.isThread) markThread(subject.post.thread.id, { at: new Date(), by: by.id, reason, hidden: false });
  else markRemoved(subject.post, by, reason);
  blankQuotes(subject.post.id);
}

/** Shows it again, as it stood before. Call inside a transaction. */
export function show(subject: PostSubject): void {
  if (!stateOf(subject).removed) return;
  if (subject.isThread) {
    markThread(subject.post.thread.id, { at: null, by: null, reason: null, hidden: false });
    indexWholeThread(subject.post.thread.id);
  } else markRestored(subject.post);
  restoreQuotes(subject.post.id);
}

function markThread(id: number, { at, by, reason, hidden }: { at: Date | null; by: number | null; reason: string | null; hidden: boolean }): void {
  db.update(threads).set({ removedAt: at, removedById: by, removedReason: reason, hidden }).where(eq(threads.id, id)).run();
  if (at) dropThreadFromSearch(id);
  bumpChanges();
}
