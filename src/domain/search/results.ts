import { db, prepared, themes } from '#db/client.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { resourceType } from '../vocabulary.ts';
import type { Facet } from '../library/types.ts';
import { candidatesOf, type Candidate } from './candidates.ts';
import { markMatches, type Marks } from './marks.ts';
import { sameWords, titleHasAll } from './query.ts';

export interface SearchAsk { q: string; kind?: string | null; type?: string | null; theme?: string | null; page?: string | null }

export interface Result {
  kind: 'resource' | 'thread';
  title: string;
  /** The title with <mark> around what was found. */
  titleHtml: string;
  /** A thread leads to its best post. */
  url: string;
  snippetHtml: string;
  typeLabel: string;
  why: string;
  meta: string;
}

export interface SearchAnswer {
  total: number;
  /** True when so much was found that only the best part was counted. */
  more: boolean;
  /** True when nothing has all the words, so these have some. */
  loose: boolean;
  results: Result[];
  paging: Paging;
  kinds: { code: string; label: string; count: number; selected: boolean; href: string }[];
  facets: Facet[];
}

/** Finds resources and threads. Whatever is typed, it answers. `page` holds 20 results; counts are over everything found. */
export function search(ask: SearchAsk): SearchAnswer {
  const { found, more, loose, match } = candidatesOf(ask.q);
  const best = oncePerThread(ranked(found, ask.q));
  const passes = (c: Candidate, besides?: string) =>
    (besides === 'kind' || !ask.kind || homeOf(c) === ask.kind) && (besides === 'type' || !ask.type || c.type === ask.type)
    && (besides === 'theme' || !ask.theme || c.themes.includes(` ${ask.theme} `));
  const kept = best.filter((c) => passes(c));
  const slice = paging(kept.length, 20, ask.page ?? null);
  const shown = kept.slice(slice.offset, slice.offset + slice.size);
  const marks = shown.length ? markMatches(match, shown.map((c) => c.id)) : new Map<number, Marks>();
  const count = (besides: string, codesOf: (c: Candidate) => string[]) => {
    const counts = new Map<string, number>();
    for (const c of best) if (passes(c, besides)) for (const code of codesOf(c)) counts.set(code, (counts.get(code) ?? 0) + 1);
    return counts;
  };
  const kinds = count('kind', (c) => [homeOf(c)]);
  const labels = new Map(db.select({ code: themes.code, label: themes.label }).from(themes).all().map((t) => [t.code, t.label]));
  return {
    total: kept.length, more, loose, paging: slice, results: shown.map((c) => show(c, marks.get(c.id))),
    kinds: [
      { code: '', label: 'Everything', count: (kinds.get('resource') ?? 0) + (kinds.get('thread') ?? 0) },
      { code: 'resource', label: 'Library', count: kinds.get('resource') ?? 0 },
      { code: 'thread', label: 'Forums', count: kinds.get('thread') ?? 0 },
    ].map((k) => ({ ...k, selected: (ask.kind ?? '') === k.code, href: addressOf({ ...ask, kind: k.code, page: null }) })),
    facets: [
      facet('type', 'Type', ask, count('type', (c) => [c.type]), typeLabel),
      facet('theme', 'Theme', ask, count('theme', (c) => c.themes.trim().split(' ').filter(Boolean)), (code) => labels.get(code) ?? code),
    ],
  };
}

/** The address of a search. */
export function addressOf(ask: SearchAsk): string {
  const query = new URLSearchParams({ q: ask.q });
  for (const name of ['kind', 'type', 'theme', 'page'] as const) { const value = ask[name]; if (value) query.set(name, value); }
  return `/search?${query}`;
}

/** A post or comment belongs to where it is read: the forums, or the library. */
const homeOf = (c: Candidate) => (c.kind === 'resource' || c.type === 'comment' ? 'resource' : 'thread');

/** The exact title comes before everything, then titles with every word of the query, then what bm25 says (smaller is better). */
function ranked(found: Candidate[], q: string): Candidate[] {
  const tier = new Map(found.map((c) => [c.id, !c.title ? 2 : sameWords(c.title, q) ? 0 : titleHasAll(c.title, q) ? 1 : 2]));
  return found.sort((a, b) => (tier.get(a.id) ?? 2) - (tier.get(b.id) ?? 2) || a.rank - b.rank || b.at - a.at || a.id - b.id);
}

function oncePerThread(found: readonly Candidate[]): Candidate[] {
  const seen = new Set<number>();
  return found.filter((c) => c.thread_id === null || (!seen.has(c.thread_id) && seen.add(c.thread_id)));
}

function facet(name: 'type' | 'theme', label: string, ask: SearchAsk, counts: Map<string, number>, labelOf: (code: string) => string): Facet {
  const chosen = ask[name];
  if (chosen && !counts.has(chosen)) counts.set(chosen, 0);
  const values = [...counts].map(([code, n]) => ({
    code, label: labelOf(code), count: n, selected: code === chosen, href: addressOf({ ...ask, [name]: code === chosen ? null : code, page: null }),
  }));
  return { name, label, values: values.sort((a, b) => b.count - a.count || a.label.localeCompare(b.label)) };
}

const threadTypes = new Map([['discussion', 'Discussion'], ['question', 'Question'], ['announcement', 'Announcement'], ['comment', 'Comment']]);
const typeLabel = (type: string) => threadTypes.get(type) ?? resourceType(type).label;

function show(c: Candidate, marks: Marks | undefined): Result {
  const thread = c.thread_id === null ? undefined : threadTitle().get(c.thread_id) as { title: string; forum: string | null } | undefined;
  const title = c.title || thread?.title || c.url;
  const found = marks?.found;
  const where = [
    found?.title && 'the title', found?.people && (c.kind === 'resource' ? 'the authors' : 'the name of the writer'), found?.summary && 'the summary',
    found?.body && !found.title && !found.summary && (c.kind === 'post' && c.type !== 'comment' ? 'a reply' : 'the text'),
  ].filter(Boolean);
  const snippet = (found?.summary || !found?.body ? marks?.summary || marks?.snippet : marks?.snippet) ?? '';
  return {
    kind: homeOf(c), title, titleHtml: c.title && marks ? marks.title : escapeHtml(title), url: c.url, snippetHtml: snippet, typeLabel: typeLabel(c.type),
    why: where.length ? `Found in ${where.join(' and ')}` : '',
    meta: (c.kind === 'resource' ? [c.meta_people, c.place, c.year] : [thread?.forum, `by ${c.meta_people}`]).filter(Boolean).join(' · '),
  };
}

const threadTitle = prepared((d) => d.$client.prepare(`
  select threads.title as title, forums.name as forum from threads left join forums on forums.id = threads.forum_id where threads.id = ?`));
