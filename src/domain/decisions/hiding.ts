import { eq } from 'drizzle-orm';
import { bumpChanges, db, posts, prepared, threads } from '#db/client.ts';
import { blankQuotes, restoreQuotes } from '../forum/blanked-quotes.ts';
import { hideTitle, showTitle } from '../forum/hidden-titles.ts';
import { placesIn } from '../forum/moving-posts.ts';
import { markRemoved, markRestored } from '../forum/posts.ts';
import { dropThreadFromSearch, indexWholeThread } from '../forum/searchable.ts';
import { tellOfShown } from '../forum/telling-again.ts';
import { withdrawLettersAbout } from '../mail/withdrawing.ts';
import { stateOf, type Subject } from './subjects.ts';

type PostSubject = Extract<Subject, { kind: 'post' }>;

/**
 * Takes a post, or the thread it opens, out of everybody's view until a coordinator decides; `own` leaves in view what others wrote in a thread.
 * Returns whether it was only the text of an opening post, and the title. Call inside a transaction.
 */
export function hide(subject: PostSubject, what: 'all' | 'own' = 'all'): 'all' | 'text' {
  const hides = what === 'own' && subject.isThread && othersIn().get(subject.post.thread.id, subject.post.authorId) ? 'text' : 'all';
  if (stateOf(subject).removed) return hides;
  // Nobody's name stands for it: the author's own is the one that tells nothing about who flagged.
  if (subject.isThread && hides === 'all') markThread(subject.post.thread.id, { at: new Date(), by: null, reason: 'It is hidden while coordinators look at it.', hidden: true });
  else markRemoved(subject.post, { id: subject.post.authorId }, null, true);
  if (hides === 'text') hideTitle(subject.post.id, subject.post.thread.id);
  blankQuotes(subject.post.id);
  return hides;
}
const othersIn = prepared((d) => d.$client.prepare('select 1 from posts where thread_id = ? and author_id <> ? and removed_at is null limit 1'));

/** Removes a post, or the thread it opens, by decision. Call inside a transaction. */
export function remove(subject: PostSubject, by: { id: number }, reason: string): void {
  if (subject.isThread) {
    markThread(subject.post.thread.id, { at: new Date(), by: by.id, reason, hidden: false });
    // Its text and title go and come back with it from now on.
    if (subject.post.hidden) markRestored(subject.post);
    showTitle(subject.post.id);
  } else markRemoved(subject.post, by, reason);
  blankQuotes(subject.post.id);
}

/** Shows it again, as it stood before, and tells those who were not told meanwhile. Call inside a transaction. */
export function show(subject: PostSubject): void {
  if (!stateOf(subject).removed) return;
  const { id, thread } = subject.post;
  const since = outOfViewSince(subject);
  if (subject.isThread && thread.removed) {
    markThread(thread.id, { at: null, by: null, reason: null, hidden: false });
    indexWholeThread(thread.id);
  } else markRestored(subject.post);
  showTitle(id);
  restoreQuotes(id);
  tellOfShown(subject.isThread && thread.removed ? placesIn(thread.id).map((p) => p.id) : [id], since);
}

function outOfViewSince({ post, isThread }: PostSubject): Date {
  const row = isThread && post.thread.removed ? db.select({ at: threads.removedAt }).from(threads).where(eq(threads.id, post.thread.id)).get() : db.select({ at: posts.removedAt }).from(posts).where(eq(posts.id, post.id)).get();
  return row?.at ?? new Date();
}

function markThread(id: number, { at, by, reason, hidden }: { at: Date | null; by: number | null; reason: string | null; hidden: boolean }): void {
  db.update(threads).set({ removedAt: at, removedById: by, removedReason: reason, hidden }).where(eq(threads.id, id)).run();
  if (at) {
    dropThreadFromSearch(id);
    withdrawLettersAbout(placesIn(id).map((p) => p.id));
  }
  bumpChanges();
}
