import { prepared } from '#db/client.ts';
import { escapeHtml, plainText } from '#lib/markdown.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { isNamelessPost } from '../anonymity.ts';
import { blockedBy, hasBlocked } from '../blocked.ts';
import type { Viewer } from '../people/types.ts';
import type { DocumentKind } from './attributes.ts';
import type { Alternative, Group, How } from './groups.ts';
import { markMatches, type Marks } from './marks.ts';
import { hitsOf } from './matching.ts';
import { homeOf, narrow, type Narrowed, type SearchAsk } from './narrowing.ts';
import { typeLabel } from './operators.ts';
import { readQuery } from './query.ts';
import { marksOf, rank, topOf, wholeOf, type Ranking } from './ranking.ts';
import { stem, stemOfSenses } from './words.ts';

/** What was found, by its name. */
export interface Named {
  kind: Exclude<DocumentKind, 'post'>;
  title: string;
  /** A thread leads to its best post. */
  url: string;
  typeLabel: string;
  meta: string;
  /** An accepted answer, or a question that has one. */
  accepted: boolean;
  /** Of the search document that stands for it. */
  documentId: number;
}

/** The same with the words that were found. */
export interface Result extends Named {
  /** The title with <mark> around what was found. */
  titleHtml: string;
  snippetHtml: string;
  /** Why it was found, in a few words. */
  why: string;
}

/** The snippet as words without markup. */
export const snippetText = ({ snippetHtml }: Pick<Result, 'snippetHtml'>): string => plainText(snippetHtml.replace(/<\/?mark>/g, ''));

export interface SearchAnswer extends Pick<Narrowed, 'tabs' | 'facets'> {
  total: number;
  /** How many of them have everything that was asked for; the others follow with most of it. */
  whole: number;
  results: Result[];
  paging: Paging;
  /** The query as it was searched, with its spelling mended; null where nothing was mended. */
  corrected: string | null;
  /** A likelier spelling, of a word that was found but hardly. */
  likelier: string | null;
}

const perPage = 20;
/** Of one kind at most so many among the first results, where other kinds have something too. */
const mostOfAKind = 12;
/** The first page is put together from so many, whichever page is asked for. */
const mixedFrom = 60;
/** Nobody reads further; a robot does. */
const deepest = 10_000;

/** Finds what is meant among everything public. Whatever is typed, it answers. A page holds 20 results; counts are over everything found. */
export function search(ask: SearchAsk): SearchAnswer {
  const query = readQuery(ask.q);
  const ranking = rank(query);
  const { units, tabs, facets } = narrow(ranking.all, ranking.units, ask);
  const slice = paging(Math.min(units.length, deepest), perPage, ask.page ?? null);
  const top = mixed(ranking, topOf(ranking, units, Math.max(slice.offset + slice.size, mixedFrom)));
  const { corrected, likelier } = ranking.expanded;
  return {
    total: units.length, whole: wholeOf(ranking, units).length, results: shown(ranking, top.slice(slice.offset, slice.offset + slice.size)), paging: slice, tabs, facets, corrected, likelier,
  };
}

/** Ids of the documents that stand for everything found, the best first. */
export function allFound(ask: SearchAsk): number[] {
  const ranking = rank(readQuery(ask.q));
  const { units } = narrow(ranking.all, ranking.units, ask);
  return topOf(ranking, units, units.length);
}

/** Which of these results somebody wrote, or is, whom the viewer has blocked: ids of documents. What is written without a name is none of them. */
export function blockedAmong(viewer: Viewer, results: readonly Pick<Result, 'documentId'>[]): ReadonlySet<number> {
  if (!viewer || blockedBy(viewer).size === 0) return new Set();
  return new Set(byBlocked().all({ viewer: viewer.id, ids: JSON.stringify(results.map(({ documentId }) => documentId)) }) as number[]);
}
const byBlocked = prepared((d) => d.$client.prepare(`
  select d.id from json_each(@ids) j join search_documents d on d.id = j.value left join posts p on p.id = case d.kind when 'post' then cast(d.ref as integer) when 'thread' then (select id from posts where thread_id = d.thread_id and number = 1) end
  where (d.kind = 'member' and ${hasBlocked('@viewer', 'cast(d.ref as integer)')}) or (p.id is not null and ${hasBlocked('@viewer', 'p.author_id')} and not ${isNamelessPost('p.id')})`).pluck());

/** Puts the first page together: no kind has more than its share of it while another kind has something to show. */
function mixed({ all }: Ranking, whole: number[]): number[] {
  const top = whole.slice(0, mixedFrom);
  const had = new Map<string, number>();
  const first: number[] = [];
  for (const unit of top) {
    const home = homeOf(all, unit);
    const many = had.get(home) ?? 0;
    if (first.length === perPage || many >= mostOfAKind) continue;
    had.set(home, many + 1);
    first.push(unit);
  }
  if (first.length < perPage) {
    const chosen = new Set(first);
    const filling = new Set(top.filter((unit) => !chosen.has(unit)).slice(0, perPage - first.length));
    // What fills up keeps its place by rank.
    first.splice(0, first.length, ...top.filter((unit) => chosen.has(unit) || filling.has(unit)));
  }
  const on = new Set(first);
  return [...first, ...whole.filter((unit) => !on.has(unit))];
}

interface Document { id: number; kind: DocumentKind; url: string; title: string; people: string; type: string; year: number | null; place: string | null; accepted: number; thread_id: number | null }
const documentById = prepared((d) => d.$client.prepare('select id, kind, url, title, people, type, year, place, accepted, thread_id from search_documents where id = ?'));
const threadOf = prepared((d) => d.$client.prepare(`
  select threads.title as title, forums.name as forum from threads left join forums on forums.id = threads.forum_id where threads.id = ?`));

const bestOf = ({ best }: Ranking, units: readonly number[]) => units.map((unit) => best[unit] || unit);

/** Some of the units as they are shown, in the order given: a thread by its best post. */
export function shown(ranking: Ranking, units: readonly number[]): Result[] {
  return shownDocuments(ranking, bestOf(ranking, units));
}

/** The same for a list of names alone. */
export function named(ranking: Ranking, units: readonly number[]): Named[] {
  return bestOf(ranking, units).flatMap((id) => {
    const document = documentById().get(id) as Document | undefined;
    return document ? [name(document)] : [];
  });
}

/** Some documents as they are shown, in the order given. */
export function shownDocuments(ranking: Ranking, documents: readonly number[]): Result[] {
  const match = marksOf(ranking.expanded);
  const marks = match && documents.length ? markMatches(match, documents) : new Map<number, Marks>();
  return documents.flatMap((id) => {
    const document = documentById().get(id) as Document | undefined;
    return document ? [show(ranking, ranking.all.unit[id] ?? id, document, marks.get(id))] : [];
  });
}

function name(document: Document): Named {
  const thread = document.thread_id === null ? undefined : threadOf().get(document.thread_id) as { title: string; forum: string | null } | undefined;
  return {
    kind: document.kind === 'post' ? 'thread' : document.kind, title: document.title || thread?.title || document.url, url: document.url,
    typeLabel: typeLabel(document.type), meta: metaOf(document, thread?.forum ?? null), accepted: document.accepted === 1, documentId: document.id,
  };
}

function show(ranking: Ranking, unit: number, document: Document, marks: Marks | undefined): Result {
  const named = name(document);
  return {
    ...named, titleHtml: document.title && marks ? marks.title : escapeHtml(named.title),
    snippetHtml: (marks?.found.summary || !marks?.found.body ? marks?.summary || marks?.snippet : marks?.snippet) ?? '', why: whyOf(ranking, unit, document, marks),
  };
}

function metaOf(document: Document, forum: string | null): string {
  if (document.kind === 'resource') return [document.people, document.place, document.year].filter(Boolean).join(' · ');
  // A thread is called by its title and shown by its best post.
  const wrote = document.kind === 'post' && document.type !== 'comment' ? 'reply by' : 'by';
  return [forum, document.people && `${wrote} ${document.people}`].filter(Boolean).join(' · ');
}

/** Why something was found: where the words stand, what else they were taken for, and what it has not. */
function whyOf(ranking: Ranking, unit: number, document: Document, marks: Marks | undefined): string {
  const { groups } = ranking.expanded;
  const found = marks?.found;
  const where = [
    found?.title && (document.kind === 'member' ? 'the name' : 'the title'), found?.people && (document.kind === 'resource' ? 'the authors' : 'the name of the writer'), found?.summary && (document.kind === 'member' ? 'what they do' : 'the summary'),
    found?.body && !found.title && !found.summary && (document.kind === 'post' ? (document.type === 'comment' ? 'a comment' : 'a reply') : 'the text'),
  ].filter((part) => typeof part === 'string');
  const alike = (marks?.alike ?? []).filter((word) => !isMetOtherwise(groups, stem(word), document.id)).map((word) => `“${word}”`);
  const met = ranking.met[unit] ?? 0;
  const missing = groups.filter((_, n) => !(met & (1 << n))).map((group) => `“${group.label}”`);
  const isOnlyThat = alike.length > 0 && groups.length - missing.length === 1;
  const parts = [
    ranking.exact.has(unit) ? `The ${document.kind === 'member' ? 'name' : 'title'} you typed` : where.length ? `Found in ${listed(where)}${isOnlyThat ? ` as ${listed(alike)}` : ''}` : '', alike.length > 0 && !isOnlyThat ? `Like what you typed: ${listed(alike)}` : '', ...hows(ranking, unit, document.id, new Set(marks?.alike.map(stem))), missing.length ? `Without ${listed(missing)}` : '',
  ];
  return parts.filter(Boolean).join(' · ');
}

/** Whether what is looked for by a word of this stem is there in other words, too. */
function isMetOtherwise(groups: readonly Group[], stem: string, id: number): boolean {
  const isOfStem = ({ senses }: Alternative) => senses.some((sense) => stemOfSenses(sense) === stem);
  return groups.some(({ alternatives }) => alternatives.some(isOfStem) && alternatives.some((a) => a.match !== null && !isOfStem(a) && has(hitsOf(a.match).ids, id)));
}

const list = new Intl.ListFormat('en-CA');
const listed = (parts: readonly string[]) => list.format(parts);

/** What was typed was taken for something else: told only where the document has that, and not what was typed, and not where only words of its stem stand that mean another thing. */
function hows({ all, expanded: { groups }, narrowing }: Ranking, unit: number, id: number, alike: ReadonlySet<string | null>): string[] {
  const said = [...groups, ...narrowing].flatMap(({ alternatives }) => {
    for (const { match, passes, how, senses } of alternatives) {
      if (senses.some((sense) => alike.has(stemOfSenses(sense)))) continue;
      const fits = match === null ? [id, unit].find((one) => passes?.(all, one)) : has(hitsOf(match).ids, id) ? id : undefined;
      if (fits !== undefined) return [how.by === 'attribute' ? how.says(all, fits) : sentence(how)];
    }
    return [];
  });
  return [...new Set(said)].filter(Boolean);
}

/** Whether an id is among ascending ones. */
function has(ids: Int32Array, id: number): boolean {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id;
}

function sentence(how: How): string {
  if (how.by === 'spelling') return `Spelling of “${how.typed}” corrected to “${how.as}”`;
  if (how.by === 'twin') return `“${how.typed}” also written “${how.as}”`;
  if (how.by === 'synonym' && how.apart) return `${listed(how.apart.map((word) => `“${word}”`))}, for “${how.typed}” or “${how.as}”`;
  if (how.by === 'synonym') return `“${how.typed}” also called “${how.as}”`;
  if (how.by === 'beginning') return `Begins with “${how.typed}”`;
  return how.by === 'related' ? `“${how.as}” is near to “${how.typed}”` : '';
}
