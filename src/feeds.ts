import type { APIRoute } from 'astro';
import { threadsOfTheme } from '#domain/forum/threads.ts';
import type { ThreadRow } from '#domain/forum/types.ts';
import { readFilters, writeFilters, type Filters } from '#domain/library/filters.ts';
import { latestResources, namesOf } from '#domain/library/list.ts';
import { findTheme } from '#domain/library/themes.ts';
import type { ResourceRow } from '#domain/library/types.ts';
import { askOf, queryOf, wordsOf } from '#domain/saved-searches/asks.ts';
import { feedsOf } from '#domain/saved-searches/saved.ts';
import { newestMatches, type Match } from '#domain/search/matches.ts';
import { feedResponse, newestOf, type FeedItem } from '#lib/feeds.ts';
import { settings } from '#lib/settings.ts';

const most = 30;

/** Answers with the newest 30 of a list of the library; the same query parameters as /library. */
export const feedOfList = (ending: 'atom' | 'json'): APIRoute => ({ url: { searchParams } }) => {
  const { name, url } = settings();
  const filters: Filters = { ...readFilters(searchParams), sort: 'newest', reverse: false, page: null };
  const query = writeFilters(filters);
  const items = latestResources(filters, most).map(itemOfResource);
  const narrowed = namesOf(filters).join(', ');
  return feedResponse(ending, {
    id: `${url}/library${query}`, title: `${name}: new in the library${narrowed && ` (${narrowed})`}`,
    page: `${url}/library${query}`, self: `${url}/library.${ending}${query}`, updated: newestOf(items), items,
  });
};

/** Answers with the newest 30 on a theme, from the library and the forums together. */
export const feedOfTheme = (ending: 'atom' | 'json'): APIRoute => ({ params }) => {
  const { name, url } = settings();
  const theme = findTheme(params['theme'] ?? '');
  const resources = latestResources({ ...readFilters(new URLSearchParams()), theme: [theme.code] }, most).map(itemOfResource);
  const items = [...resources, ...threadsOfTheme(null, theme.code, most).map(itemOfThread)].sort((a, b) => b.published.getTime() - a.published.getTime()).slice(0, most);
  const page = `${url}/themes/${theme.code}`;
  return feedResponse(ending, { id: page, title: `${name}: ${theme.label}`, page, self: `${page}.${ending}`, updated: newestOf(items), items });
};

/** Answers with the newest 50 that a search finds; the same query parameters as /search. */
export const feedOfSearch = (ending: 'atom' | 'json'): APIRoute => ({ url: { searchParams } }) => {
  const { name, url } = settings();
  const ask = askOf(searchParams);
  const query = queryOf(ask);
  const items = newestMatches(ask, 50).map(itemOfMatch);
  const page = `${url}/search?${query}`;
  return feedResponse(ending, { id: page, title: `${name}: ${wordsOf(ask) || 'search'}`, page, self: url + feedsOf(query)[ending], updated: newestOf(items), items });
};

/** Something found as feeds carry it. */
function itemOfMatch({ url, title, meta, snippet, at }: Match): FeedItem {
  return { url: settings().url + url, title, summary: [meta, snippet].filter(Boolean).join(': '), published: at, updated: at, author: null, tags: [] };
}

/** A resource as feeds carry it. */
export function itemOfResource({ slug, title, type, people, venue, year, themes, summary, publishedAt, updatedAt }: ResourceRow): FeedItem {
  return {
    url: `${settings().url}/library/${slug}`, title, summary: summary || [type.label, people, venue, year].filter(Boolean).join(', '),
    published: publishedAt ?? updatedAt, updated: updatedAt, author: people, tags: [type, ...themes],
  };
}

/** A thread as feeds carry it. */
function itemOfThread({ url, title, author, createdAt, lastPostAt, forum, replies, themes }: ThreadRow): FeedItem {
  const summary = `A discussion${forum ? ` in ${forum.name}` : ''}, ${replies === 1 ? '1 reply' : `${replies} replies`}.`;
  return { url: settings().url + url, title, summary, published: createdAt, updated: lastPostAt, author: author.name, tags: themes };
}
