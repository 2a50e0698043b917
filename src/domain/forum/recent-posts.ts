import { and, desc, eq, isNotNull, isNull, type SQL } from 'drizzle-orm';
import { db, forums, members, posts, resources, threads } from '#db/client.ts';
import { plainText } from '#lib/markdown.ts';
import { isNamedAuthor, isNamedPost, nameless, personColumns } from '../anonymity.ts';
import type { Term } from '../library/types.ts';
import { writerName } from '../people/members.ts';
import { postUrl, threadUrl } from './addresses.ts';
import { themesOfThread } from './threads.ts';
import { visibleThreads } from './visible.ts';

/** A post as feeds carry it: what every visitor may see. */
export interface RecentPost {
  /** Its permanent address. */
  url: string;
  /** Of its thread, or of the resource that is commented on. */
  title: string;
  thread: string;
  opening: boolean;
  /** Of the forum; null for a comment. */
  forum: string | null;
  author: string;
  /** Its words, without markup, at most 1,000 characters. */
  words: string;
  at: Date;
  editedAt: Date | null;
  themes: Term[];
}

function recent(where: SQL | undefined, by: 'thread' | 'post', limit: number): RecentPost[] {
  const order = by === 'thread' ? [desc(threads.createdAt), desc(threads.id)] : [desc(posts.createdAt), desc(posts.id)];
  return db.select({
    id: posts.id, number: posts.number, html: posts.html, at: posts.createdAt, editedAt: posts.editedAt, author: personColumns(members),
    threadId: threads.id, slug: threads.slug, title: threads.title, forumSlug: forums.slug, forum: forums.name, resourceSlug: resources.slug, resource: resources.title,
  }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).leftJoin(members, isNamedAuthor(members))
    .leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(resources, and(eq(resources.id, threads.resourceId), eq(resources.status, 'published')))
    .where(and(where, isNull(posts.removedAt), visibleThreads(null))).orderBy(...order).limit(limit).all()
    // Comments on what is not in the library any more are nobody's to read.
    .filter((row) => row.forumSlug !== null || row.resourceSlug !== null)
    .map((row) => {
      const words = plainText(row.html);
      return {
        url: postUrl(row.id), title: row.resource ?? row.title, thread: threadUrl({ ...row, id: row.threadId }), opening: row.forumSlug !== null && row.number === 1, forum: row.forum, author: writerName(row.author ?? nameless),
        words: words.length > 1_000 ? `${words.slice(0, 1_000)}…` : words, at: row.at, editedAt: row.editedAt, themes: themesOfThread(row.threadId),
      };
    });
}

/** The opening posts of the newest threads of the forums, or of one of them. */
export function newestThreads(limit: number, forumId?: number): RecentPost[] {
  return recent(and(eq(posts.number, 1), forumId === undefined ? isNotNull(threads.forumId) : eq(threads.forumId, forumId)), 'thread', limit);
}

/** The newest posts of a thread. */
export function newestPostsIn(threadId: number, limit: number): RecentPost[] {
  return recent(eq(posts.threadId, threadId), 'post', limit);
}

/** The newest posts and comments of a member, without those that are not under their name. */
export function newestPostsBy(memberId: number, limit: number): RecentPost[] {
  return recent(and(eq(posts.authorId, memberId), isNamedPost()), 'post', limit);
}
