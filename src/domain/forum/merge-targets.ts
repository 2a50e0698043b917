import { inArray } from 'drizzle-orm';
import { db, searchDocuments } from '#db/client.ts';
import { likelyAnswers } from '../search/likely-answers.ts';
import { withAnyWord } from '../search/nearest.ts';
import { search } from '../search/results.ts';
import { canModerateIn, mustModerateForum } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { forumsToMoveTo } from './forums.ts';
import { numberTyped } from './naming-threads.ts';
import { latestThreads, threadRows, type Thread } from './threads.ts';
import type { ThreadRow } from './types.ts';

const mostFound = 10;
const mostSimilar = 5;
const mostRecent = 5;

/** `found` by what somebody typed; `forum` is the name of the forum of the `recent` ones. */
export interface ThreadTargets { found: ThreadRow[]; similar: ThreadRow[]; recent: ThreadRow[]; forum: string }

/**
 * Threads that a thread, or posts of it, may belong to: those that typed words find, those with a similar title, the likeliest first, and then others of its
 * forum by newest post; each once. For coordinators of its forum; only those of theirs to which something can be added.
 */
export function mergeTargets(viewer: Viewer, thread: Thread, typed = ''): ThreadTargets {
  mustModerateForum(viewer, thread.forumId);
  const mine = new Map(forumsToMoveTo(viewer, null).map(({ slug, id }) => [slug, id]));
  const takes = (id: number, forumId: number | undefined) => forumId !== undefined && canModerateIn(viewer, { id, forumId });
  const others = (rows: ThreadRow[]) => rows.filter(({ id, removed, forum }) => id !== thread.id && !removed && forum !== null && takes(id, mine.get(forum.slug)));
  const words = numberTyped(typed) === null ? typed.trim().slice(0, 200) : '';
  const found = words ? others(threadRows(viewer, threadsOfDocuments(search({ q: words, kind: 'thread' }).results.map(({ documentId }) => documentId)))).slice(0, mostFound) : [];
  const likely = likelyAnswers(null, thread.title, { resource: 0, thread: mostSimilar + 1, member: 0, page: 0 });
  // The thread itself is among them; where hardly another one is, what comes near is better than nothing.
  const documents = [...likely, ...(likely.length > 2 ? [] : withAnyWord(thread.title))].map(({ documentId }) => documentId);
  const without = (rows: ThreadRow[], shown: ThreadRow[]) => others(rows).filter(({ id }) => !shown.some((row) => row.id === id));
  const similar = without(threadRows(viewer, threadsOfDocuments(documents)), found).slice(0, mostSimilar);
  const latest = thread.forumId === null ? [] : latestThreads(viewer, { forumId: thread.forumId }, mostSimilar + mostRecent + 1);
  return { found, similar, recent: without(latest, [...found, ...similar]).slice(0, mostRecent), forum: thread.forum?.name ?? '' };
}

function threadsOfDocuments(ids: readonly number[]): number[] {
  const rows = db.select({ id: searchDocuments.id, threadId: searchDocuments.threadId }).from(searchDocuments).where(inArray(searchDocuments.id, [...ids])).all();
  const of = new Map(rows.map(({ id, threadId }) => [id, threadId]));
  return [...new Set(ids.flatMap((id) => of.get(id) ?? []))];
}
