import { asc, eq, and, isNull, sql } from 'drizzle-orm';
import { members, posts, prepared } from '#db/client.ts';
import { foldWords, snippetOf, wordsToFind } from '#lib/find-words.ts';
import { plainText } from '#lib/markdown.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { isNamedAuthor, nameless, personColumns } from '../anonymity.ts';
import type { Author } from '../people/types.ts';
import { postPlace, postsPerPage } from './addresses.ts';
import type { Thread } from './threads.ts';

/** A post of a thread in which all the words stand. */
export interface ThreadHit {
  id: number;
  number: number;
  /** Where it stands. */
  url: string;
  author: Author;
  createdAt: Date;
  /** Escaped HTML with <mark> around the words. */
  snippetHtml: string;
}

const standingPosts = prepared((d) => d.select({ id: posts.id, number: posts.number, createdAt: posts.createdAt, html: posts.html, author: personColumns(members) })
  .from(posts).leftJoin(members, isNamedAuthor(members)).where(and(eq(posts.threadId, sql.placeholder('threadId')), isNull(posts.removedAt))).orderBy(asc(posts.number)).prepare());

/**
 * The posts of a thread (as `findThread` gave it to this viewer) in which every one of the words stands, in their order, 20 a page. Parts of
 * words count, capitals and accents do not. No words find nothing.
 */
export function findInThread(thread: Thread, typed: string, page: string | null): { hits: ThreadHit[]; total: number; paging: Paging } {
  const words = wordsToFind(typed);
  const found = words.length === 0 ? [] : standingPosts().all({ threadId: thread.id }).flatMap(({ html, author, ...post }) => {
    const text = plainText(html);
    const folded = foldWords(text);
    return words.every((word) => folded.includes(word)) ? [{ ...post, author: author ?? nameless, text }] : [];
  });
  const slice = paging(found.length, postsPerPage, page);
  const hits = found.slice(slice.offset, slice.offset + slice.size).map(({ text, ...post }) => ({ ...post, url: postPlace(thread.url, post.number), snippetHtml: snippetOf(text, words) }));
  return { hits, total: found.length, paging: slice };
}
