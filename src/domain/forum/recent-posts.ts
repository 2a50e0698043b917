import { and, desc, eq, inArray, isNotNull, isNull, type SQL } from 'drizzle-orm';
import { db, forums, members, posts, resources, threads, threadThemes } from '#db/client.ts';
import { ownWordsInBrief } from '#lib/markdown.ts';
import { isNamedAuthor, isNamedPost, nameless, personColumns } from '../anonymity.ts';
import type { Term } from '../library/types.ts';
import { writerName } from '../people/members.ts';
import { postUrl, threadUrl } from './addresses.ts';
import { elsewhere, filesAsHtml } from './outside.ts';
import { filesOfOnePost } from './post-files.ts';
import { themesOfThread } from './threads.ts';
import { withTitles } from './titles.ts';
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
  /** The beginning of what its writer says themselves, on one line, at most about 300 characters. */
  words: string;
  /** All of it as HTML that holds anywhere: addresses are absolute, and its pictures and documents stand below. */
  html: string;
  at: Date;
  editedAt: Date | null;
  themes: Term[];
}

function recent(where: SQL | undefined, by: 'thread' | 'post', limit: number): RecentPost[] {
  const order = by === 'thread' ? [desc(threads.createdAt), desc(threads.id)] : [desc(posts.createdAt), desc(posts.id)];
  const rows = db.select({
    id: posts.id, number: posts.number, html: posts.html, at: posts.createdAt, editedAt: posts.editedAt, author: personColumns(members),
    threadId: threads.id, slug: threads.slug, title: threads.title, forumSlug: forums.slug, forum: forums.name, resourceSlug: resources.slug, resource: resources.title,
  }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).leftJoin(members, isNamedAuthor(members))
    .leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(resources, and(eq(resources.id, threads.resourceId), eq(resources.status, 'published')))
    .where(and(where, isNull(posts.removedAt), visibleThreads(null))).orderBy(...order).limit(limit).all()
    // Comments on what is not in the library any more are nobody's to read.
    .filter((row) => row.forumSlug !== null || row.resourceSlug !== null);
  const htmls = withTitles(rows.map((row) => row.html));
  return rows.map((row, at) => {
    const words = ownWordsInBrief(row.html);
    return {
      url: postUrl(row.id), title: row.resource ?? row.title, thread: threadUrl({ ...row, id: row.threadId }), opening: row.forumSlug !== null && row.number === 1, forum: row.forum, author: writerName(row.author ?? nameless),
      words: words.length > 300 ? `${words.slice(0, 300).replace(/\s+\S*$/, '')} …` : words, html: elsewhere(row.id, (htmls[at] ?? '') + filesAsHtml(filesOfOnePost(row.id))),
      at: row.at, editedAt: row.editedAt, themes: themesOfThread(row.threadId),
    };
  });
}

/** The opening posts of the newest threads of the forums, or of one of them. */
export function newestThreads(limit: number, forumId?: number): RecentPost[] {
  return recent(and(eq(posts.number, 1), forumId === undefined ? isNotNull(threads.forumId) : eq(threads.forumId, forumId)), 'thread', limit);
}

/** The opening posts of the newest threads of the forums on a theme. */
export function newestThreadsOn(theme: string, limit: number): RecentPost[] {
  const onTheme = db.select({ id: threadThemes.threadId }).from(threadThemes).where(eq(threadThemes.theme, theme));
  return recent(and(eq(posts.number, 1), isNotNull(threads.forumId), inArray(threads.id, onTheme)), 'thread', limit);
}

/** The newest posts of a thread. */
export function newestPostsIn(threadId: number, limit: number): RecentPost[] {
  return recent(eq(posts.threadId, threadId), 'post', limit);
}

/** The newest posts and comments of a member, without those that are not under their name. */
export function newestPostsBy(memberId: number, limit: number): RecentPost[] {
  return recent(and(eq(posts.authorId, memberId), isNamedPost()), 'post', limit);
}
