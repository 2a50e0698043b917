import { and, eq, gt, inArray, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import { acceptedAnswers, db, forums, forumThemes, members, posts, resources, threads, threadThemes } from '#db/client.ts';
import { plainText } from '#lib/markdown.ts';
import { isNamelessPost, isNamelessStarter, writerIn } from '../anonymity.ts';
import { dropDocument, dropThreadDocuments, putDocument } from '../search/documents.ts';
import { putStanding } from '../search/standing.ts';
import { postUrl, threadUrl } from './addresses.ts';
import { wordsOfPostFiles } from './post-files.ts';

/** Puts a forum itself into the search documents, or takes out one that is gone. Call inside the transaction of the change. */
export function indexForum(forumId: number): void {
  const forum = db.select().from(forums).where(eq(forums.id, forumId)).get();
  if (!forum) return dropDocument('forum', String(forumId));
  const codes = db.select({ theme: forumThemes.theme }).from(forumThemes).where(eq(forumThemes.forumId, forumId)).all().map((t) => t.theme);
  putStanding({ kind: 'forum', ref: String(forumId), url: `/forums/${forum.slug}`, title: forum.name, summary: forum.description, body: '', themes: codes });
}

/** Puts a thread of a forum, with its opening post, into the search documents. Call inside the transaction of the change. */
export function indexThread(threadId: number): void {
  const row = db.select({ thread: threads, forumSlug: forums.slug, author: findableName(isNamelessStarter('threads.id', 'threads.author_id')), postId: posts.id, html: posts.html, taken: posts.removedAt }).from(threads)
    .innerJoin(forums, eq(forums.id, threads.forumId)).innerJoin(members, eq(members.id, threads.authorId))
    .innerJoin(posts, and(eq(posts.threadId, threads.id), eq(posts.number, 1)))
    .where(and(eq(threads.id, threadId), isNull(threads.removedAt))).get();
  if (!row) return;
  putDocument({
    kind: 'thread', ref: String(threadId), threadId, url: threadUrl({ ...row.thread, forumSlug: row.forumSlug, resourceSlug: null }),
    title: row.thread.title, people: row.author, summary: '', body: row.taken === null ? wordsOf(row.postId, row.html) : '', type: row.thread.kind, themes: themesOf(threadId),
    year: row.thread.createdAt.getUTCFullYear(), place: null, accepted: row.thread.kind === 'question' && hasAccepted(eq(acceptedAnswers.threadId, threadId)), at: row.thread.createdAt,
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
    title: '', people: row.author, summary: '', body: wordsOf(postId, row.post.html), type: row.thread.resourceId === null ? row.thread.kind : 'comment',
    themes: themesOf(row.thread.id), year: row.post.createdAt.getUTCFullYear(), place: null, accepted: row.thread.kind === 'question' && hasAccepted(eq(acceptedAnswers.postId, postId)), at: row.post.createdAt,
  });
}

/** Puts a post where it is found by: one that opens a thread with it. Call inside the transaction of the change. */
export function indexWritten(postId: number): void {
  const opened = db.select({ id: threads.id }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).where(and(eq(posts.id, postId), eq(posts.number, 1), isNotNull(threads.forumId))).get();
  if (opened) indexThread(opened.id);
  else indexPost(postId);
}

/** Puts a thread and everything written in it back, as when it is restored. */
export function indexWholeThread(threadId: number): void {
  indexThread(threadId);
  for (const post of db.select({ id: posts.id, number: posts.number }).from(posts).where(eq(posts.threadId, threadId)).all()) {
    if (post.number > 1) indexPost(post.id);
  }
}

/** Brings the search documents in step after posts were moved between threads: an opening post is found with its thread. */
export function reindexMoved(threadIds: readonly number[], postIds: readonly number[]): void {
  const removed = db.select({ id: threads.id }).from(threads).where(and(inArray(threads.id, [...threadIds]), isNotNull(threads.removedAt))).all();
  for (const { id } of removed) dropDocument('thread', String(id));
  for (const id of threadIds) indexThread(id);
  for (const id of postIds) {
    const opens = db.select({ number: posts.number }).from(posts).where(and(eq(posts.id, id), eq(posts.number, 1))).get() !== undefined;
    if (opens) dropDocument('post', String(id));
    else indexPost(id);
  }
}

export const dropPostFromSearch = (postId: number): void => dropDocument('post', String(postId));
export const dropThreadFromSearch = (threadId: number): void => dropThreadDocuments(threadId);

/** A name by which a text is found; none for whoever wrote it without. */
const findableName = (hidden: string) => sql<string>`case when ${sql.raw(hidden)} then '' else ${sql.raw(writerIn('members'))} end`;

const hasAccepted = (which: SQL) => db.select({ id: acceptedAnswers.postId }).from(acceptedAnswers)
  .innerJoin(posts, eq(posts.id, acceptedAnswers.postId)).where(and(which, gt(posts.number, 1), isNull(posts.removedAt))).get() !== undefined;

/** The words of a post and of its files. */
function wordsOf(postId: number, html: string): string {
  return [plainText(html), wordsOfPostFiles(postId)].filter(Boolean).join(' ');
}

function themesOf(threadId: number): string[] {
  return db.select({ theme: threadThemes.theme }).from(threadThemes).where(eq(threadThemes.threadId, threadId)).all().map((t) => t.theme);
}
