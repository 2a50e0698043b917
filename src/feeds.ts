import type { APIRoute } from 'astro';
import { NotFound } from '#domain/errors.ts';
import { findForum } from '#domain/forum/forums.ts';
import { newestPostsBy, newestPostsIn, newestThreads, newestThreadsOn, type RecentPost } from '#domain/forum/recent-posts.ts';
import { findThread } from '#domain/forum/threads.ts';
import { readFilters, writeFilters, type Filters } from '#domain/library/filters.ts';
import { latestResources, namesOf } from '#domain/library/list.ts';
import { findTheme } from '#domain/library/themes.ts';
import type { ResourceRow } from '#domain/library/types.ts';
import { findProfile } from '#domain/people/members.ts';
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

/** Answers with the newest 30 on a theme, from the library and the forums together, by when they came to the hub. */
export const feedOfTheme = (ending: 'atom' | 'json'): APIRoute => ({ params }) => {
  const { name, url } = settings();
  const theme = findTheme(params['theme'] ?? '');
  const resources = latestResources({ ...readFilters(new URLSearchParams()), theme: [theme.code] }, most).map(itemOfResource);
  const items = [...resources, ...newestThreadsOn(theme.code, most).map(itemOfPost)].sort((a, b) => b.published.getTime() - a.published.getTime()).slice(0, most);
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
function itemOfMatch({ url, lasting, title, meta, snippet, at }: Match): FeedItem {
  return { id: settings().url + lasting, url: settings().url + url, title, summary: [meta, snippet].filter(Boolean).join(': '), published: at, updated: at, author: null, tags: [] };
}

/** A resource as feeds carry it. */
export function itemOfResource({ slug, title, type, people, venue, year, themes, summary, publishedAt, updatedAt }: ResourceRow): FeedItem {
  return {
    url: `${settings().url}/library/${slug}`, title, summary: summary || [type.label, people, venue, year].filter(Boolean).join(', '),
    published: publishedAt ?? updatedAt, updated: updatedAt, author: people, tags: [type, ...themes],
  };
}

/** A post as feeds carry it; its permanent address is its name for ever. */
function itemOfPost({ url, title, opening, forum, author, words, html, at, editedAt, themes }: RecentPost): FeedItem {
  const prefix = opening ? '' : forum === null ? 'Comment on: ' : 'Re: ';
  return { url: settings().url + url, title: prefix + title, summary: words, html, published: at, updated: editedAt ?? at, author, tags: themes };
}

function feedOfPosts(ending: 'atom' | 'json', of: { id: string; title: string; path: string }, posts: readonly RecentPost[]): Response {
  const { name, url } = settings();
  const items = posts.map(itemOfPost);
  return feedResponse(ending, { id: url + of.id, title: `${name}: ${of.title}`, page: url + of.path, self: `${url}${of.path}.${ending}`, updated: newestOf(items), items });
}

/** Answers with the newest threads of all forums, each with the words of its opening post. */
export const feedOfForums = (ending: 'atom' | 'json'): APIRoute => () => feedOfPosts(ending, { id: '/forums', title: 'new in the forums', path: '/forums' }, newestThreads(most));

const endingOf = (params: Record<string, string | undefined>): 'atom' | 'json' => {
  const ending = params['ending'];
  if (ending !== 'atom' && ending !== 'json') throw new NotFound();
  return ending;
};

/** Answers with the newest threads of a forum. */
export const feedOfForum: APIRoute = ({ params }) => {
  const ending = endingOf(params);
  const forum = findForum(params['forum'] ?? '');
  return feedOfPosts(ending, { id: `/forums/${forum.slug}`, title: forum.name, path: `/forums/${forum.slug}` }, newestThreads(most, forum.id));
};

/** Answers with the newest posts of a thread; under a former address it leads to the one of today. */
export const feedOfThread: APIRoute = ({ params, url: { pathname }, redirect }) => {
  const ending = endingOf(params);
  // Whoever reads feeds is nobody in particular: what coordinators alone see is in none.
  const thread = findThread(null, Number(/^\d+/.exec(params['thread'] ?? '')?.[0] ?? NaN));
  if (!thread.forum) throw new NotFound('There is no thread at this address.');
  if (pathname !== `${thread.url}.${ending}`) return redirect(`${thread.url}.${ending}`, 301);
  return feedOfPosts(ending, { id: `/forums/threads/${thread.id}`, title: thread.title, path: thread.url }, newestPostsIn(thread.id, most));
};

/** Answers with the newest posts and comments of a member. */
export const feedOfMember: APIRoute = ({ params }) => {
  const ending = endingOf(params);
  const member = findProfile(null, params['handle'] ?? '');
  return feedOfPosts(ending, { id: `/members/${member.handle}`, title: member.name, path: `/members/${member.handle}` }, newestPostsBy(member.id, most));
};
