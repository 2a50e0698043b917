import { and, eq, isNull, sql, type SQL } from 'drizzle-orm';
import { acceptedAnswers, db, forums, members, posts, resources, threads, threadThemes } from '#db/client.ts';
import { plainText } from '#lib/markdown.ts';
import { isNamelessIn, isNamelessPost } from '../anonymity.ts';
import { dropDocument, dropThreadDocuments, putDocument } from '../search/documents.ts';
import { postUrl, threadUrl } from './addresses.ts';

/** Puts a thread of a forum, with its opening post, into the search documents. Call inside the transaction of the change. */
export function indexThread(threadId: number): void {
  const row = db.select({ thread: threads, forumSlug: forums.slug, author: findableName(isNamelessIn('threads.id', 'threads.author_id')), html: posts.html }).from(threads)
    .innerJoin(forums, eq(forums.id, threads.forumId)).innerJoin(members, eq(members.id, threads.authorId))
    .innerJoin(posts, and(eq(posts.threadId, threads.id), eq(posts.number, 1)))
    .where(and(eq(threads.id, threadId), isNull(threads.removedAt))).get();
  if (!row) return;
  putDocument({
    kind: 'thread', ref: String(threadId), threadId, url: threadUrl({ ...row.thread, forumSlug: row.forumSlug, resourceSlug: null }),
    title: row.thread.title, people: row.author, summary: '', body: plainText(row.html), type: row.thread.kind, themes: themesOf(threadId),
    year: row.thread.createdAt.getUTCFullYear(), place: null, accepted: hasAccepted(eq(acceptedAnswers.threadId, threadId)), at: row.thread.createdAt,
  });
}

/** Puts a reply or comment into the search documents. Call inside the transaction of the change. */
export function indexPost(postId: number): void {
  const row = db.select({ post: posts, thread: threads, author: findableName(isNamelessPost('posts.id')), resourceStatus: resources.status }).from(posts)
    .innerJoin(threads, eq(threads.id, posts.threadId)).innerJoin(members, eq(members.id, posts.authorId))
    .leftJoin(resources, eq(resources.id, threads.resourceId))
    .where(and(eq(posts.id, postId), isNull(posts.removedAt), isNull(threads.removedAt))).get();
  if (!row || (row.resourceStatus !== null && row.resourceStatus !== 'published')) return;
  putDocument({
    kind: 'post', ref: String(postId), threadId: row.thread.id, url: postUrl(postId),
    title: '', people: row.author, summary: '', body: plainText(row.post.html), type: row.thread.resourceId === null ? row.thread.kind : 'comment',
    themes: themesOf(row.thread.id), year: row.post.createdAt.getUTCFullYear(), place: null, accepted: hasAccepted(eq(acceptedAnswers.postId, postId)), at: row.post.createdAt,
  });
}

/** Puts a thread and everything written in it back, as when it is restored. */
export function indexWholeThread(threadId: number): void {
  indexThread(threadId);
  for (const post of db.select({ id: posts.id, number: posts.number }).from(posts).where(eq(posts.threadId, threadId)).all()) {
    if (post.number > 1) indexPost(post.id);
  }
}

export const dropPostFromSearch = (postId: number): void => dropDocument('post', String(postId));
export const dropThreadFromSearch = (threadId: number): void => dropThreadDocuments(threadId);

/** A name by which a text is found; none for whoever wrote it without. */
const findableName = (hidden: string) => sql<string>`case when ${sql.raw(hidden)} then '' else ${members.name} end`;

const hasAccepted = (which: SQL) => db.select({ id: acceptedAnswers.postId }).from(acceptedAnswers)
  .innerJoin(posts, eq(posts.id, acceptedAnswers.postId)).where(and(which, isNull(posts.removedAt))).get() !== undefined;

function themesOf(threadId: number): string[] {
  return db.select({ theme: threadThemes.theme }).from(threadThemes).where(eq(threadThemes.threadId, threadId)).all().map((t) => t.theme);
}
