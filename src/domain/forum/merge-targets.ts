import { inArray } from 'drizzle-orm';
import { db, searchDocuments } from '#db/client.ts';
import { likelyAnswers } from '../search/likely-answers.ts';
import { nearest } from '../search/nearest.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { latestThreads, threadRows, type Thread } from './threads.ts';
import type { ThreadRow } from './types.ts';

const mostSimilar = 5;
const mostRecent = 5;

/** Threads that a thread may belong to: those with a similar title, the likeliest first, and then others of its forum by newest post. For coordinators. */
export function mergeTargets(viewer: Viewer, thread: Thread): { similar: ThreadRow[]; recent: ThreadRow[] } {
  mustCoordinate(viewer);
  const others = (rows: ThreadRow[]) => rows.filter(({ id, removed, forum }) => id !== thread.id && !removed && forum !== null);
  const likely = likelyAnswers(thread.title, { resource: 0, thread: mostSimilar + 1, member: 0, page: 0 });
  // The thread itself is among them; where hardly another one is, what comes near is better than nothing.
  const documents = [...likely, ...(likely.length > 2 ? [] : nearest(thread.title))].map(({ documentId }) => documentId);
  const found = threadsOfDocuments(documents);
  const similar = others(threadRows(viewer, found)).slice(0, mostSimilar);
  const latest = thread.forumId === null ? [] : latestThreads(viewer, { forumId: thread.forumId }, mostSimilar + mostRecent + 1);
  return { similar, recent: others(latest).filter(({ id }) => !similar.some((row) => row.id === id)).slice(0, mostRecent) };
}

function threadsOfDocuments(ids: readonly number[]): number[] {
  const rows = db.select({ id: searchDocuments.id, threadId: searchDocuments.threadId }).from(searchDocuments).where(inArray(searchDocuments.id, [...ids])).all();
  const of = new Map(rows.map(({ id, threadId }) => [id, threadId]));
  return [...new Set(ids.flatMap((id) => of.get(id) ?? []))];
}
