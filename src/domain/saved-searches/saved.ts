import { and, asc, eq } from 'drizzle-orm';
import { db, prepared, savedSearches } from '#db/client.ts';
import { sql } from 'drizzle-orm';
import { isStopped, stopToken } from '../mail/stopping.ts';
import { mustSignIn } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import type { SearchAsk } from '../search/narrowing.ts';
import { askOf, queryOf, wordsOf } from './asks.ts';

/** A saved search as its owner sees it. */
export interface SavedSearch {
  id: number;
  name: string;
  /** What it asks for, in words. */
  words: string;
  url: string;
  feeds: { atom: string; json: string };
  mail: boolean;
  since: Date;
}

/** The viewer's saved searches in the order of their names, and the token that resumes the letters about them when they are stopped. Throws SignInRequired. */
export function listSavedSearches(viewer: Viewer): { searches: SavedSearch[]; stopped: string | null } {
  mustSignIn(viewer);
  const rows = db.select().from(savedSearches).where(eq(savedSearches.memberId, viewer.id)).orderBy(sql`${savedSearches.name} collate nocase`, asc(savedSearches.id)).all();
  return {
    searches: rows.map(({ id, name, query, mail, createdAt }) => ({ id, name, words: wordsOf(askOf(query)), url: `/search?${query}`, feeds: feedsOf(query), mail, since: createdAt })),
    stopped: isStopped(viewer.id, 'searches') ? stopToken(viewer.id, 'searches') : null,
  };
}

/** The viewer's own saved search that asks the same, or null; null for visitors. */
export function savedSearchFor(viewer: Viewer, ask: SearchAsk): { id: number; name: string } | null {
  if (!viewer) return null;
  return byQuery().get({ memberId: viewer.id, query: queryOf(ask) }) ?? null;
}
const byQuery = prepared((d) => d.select({ id: savedSearches.id, name: savedSearches.name }).from(savedSearches)
  .where(and(eq(savedSearches.memberId, sql.placeholder('memberId')), eq(savedSearches.query, sql.placeholder('query')))).prepare());

/** Where feed readers find what a search newly finds, whether or not anybody saved it. */
export function feedsOf(query: string): { atom: string; json: string } {
  return { atom: `/search.atom?${query}`, json: `/search.feed.json?${query}` };
}
