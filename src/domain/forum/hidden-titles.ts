import { and, eq } from 'drizzle-orm';
import { db, hiddenTitles, posts, threads } from '#db/client.ts';
import { withdrawLettersAbout } from '../mail/withdrawing.ts';
import { placesIn } from './moving-posts.ts';
import { retitle } from './retitling.ts';

/** What a thread is called whose opening text alone is hidden: its title may say what had to go. */
export const titleMeanwhile = 'A thread waiting for a decision';

/** Calls a thread otherwise until coordinators have decided about its opening post: its title, its address, and letters about it that wait. Call inside the transaction that hides the post. */
export function hideTitle(postId: number, threadId: number): void {
  const title = db.select({ title: threads.title }).from(threads).where(eq(threads.id, threadId)).get()?.title ?? '';
  db.insert(hiddenTitles).values({ postId, threadId, title }).onConflictDoNothing().run();
  withdrawLettersAbout(placesIn(threadId).map((p) => p.id));
  retitle(threadId, titleMeanwhile);
}

/** Hides the title that a thread has been given back while its opening text is still hidden. Call inside the transaction that gave it back. */
export function hideTitleThatCameBack(threadId: number): void {
  const opening = db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, threadId), eq(posts.number, 1), eq(posts.hidden, true))).get();
  if (opening) hideTitle(opening.id, threadId);
}

/** Calls the thread that a post opened as before. Call inside the transaction that shows the post, or takes its thread out of view. */
export function showTitle(postId: number): void {
  const hidden = db.delete(hiddenTitles).where(eq(hiddenTitles.postId, postId)).returning().get();
  if (hidden) retitle(hidden.threadId, hidden.title);
}

/** The own title of a thread that is called otherwise meanwhile, which is forgotten; null of any other. Call inside the transaction that gives it a title. */
export function takeHiddenTitle(threadId: number): string | null {
  return db.delete(hiddenTitles).where(eq(hiddenTitles.threadId, threadId)).returning({ title: hiddenTitles.title }).get()?.title ?? null;
}
