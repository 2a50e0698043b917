import { asc, inArray, sql } from 'drizzle-orm';
import { db, prepared, resources } from '#db/client.ts';
import { TitleIndex } from './exchange/duplicates.ts';
import type { ResourceKind } from './types.ts';

/** What tells whether two resources are the same work. */
export interface KnownWork { id: string; kind: ResourceKind; title: string; /** In lower case. */ doi: string | null; url: string | null; /** See `workKey`. */ key: string }

/** Where a resource stands that another could be a duplicate of. */
export const comparable = ['published', 'draft', 'submitted', 'in-review'] as const;

/** Everything published or waiting, kept in memory to be compared with. */
export interface KnownWorks {
  works: ReadonlyMap<string, KnownWork>;
  /** Works with nearly this title, the nearest first; `score` is 1 for the same. */
  similar: (title: string, key: string) => { id: string; score: number }[];
  /** Works under this address on the web. */
  under: (url: string) => readonly string[];
}

/** Of so many titles that changed since, the index is made anew. */
const mostOutdated = 500;
/** Milliseconds after the last use: then the index is let go, which takes some tens of megabytes. */
const keptFor = 10 * 60_000;

interface Shelf extends KnownWorks { of: object; at: string; index: TitleIndex; outdated: number }
let shelf: Shelf | null = null;
let letGo: NodeJS.Timeout | undefined;

/**
 * The works to compare with: read once, and after a change of the library, in this process or another, only what changed is taken up anew.
 * A later call may return another object. Not inside a transaction that has written.
 */
export function knownWorks(): KnownWorks {
  clearTimeout(letGo);
  letGo = setTimeout(() => { shelf = null; }, keptFor).unref();
  const at = String(state().get());
  if (shelf?.at === at && shelf.of === db.$client) return shelf;
  const before = shelf?.of === db.$client && shelf.outdated < mostOutdated ? shelf : null;
  const works = new Map(read().map((work) => [work.id, work]));
  const index = before?.index ?? new TitleIndex();
  const changed = [...works.values()].filter((work) => entry(before?.works.get(work.id)) !== entry(work));
  for (const work of changed) index.add(entry(work), work.title, work.key);
  const gone = [...before?.works.values() ?? []].filter((work) => entry(works.get(work.id)) !== entry(work)).length;
  const urls = Map.groupBy([...works.values()].filter((work) => work.url), (work) => bareUrl(work.url ?? ''));
  shelf = {
    of: db.$client, at, index, works, outdated: (before?.outdated ?? 0) + gone,
    similar: (title, key) => index.similar(title, key).map(({ id, score }) => ({ id: id.slice(0, id.indexOf('\n')), score, entry: id })).filter((found) => entry(works.get(found.id)) === found.entry),
    under: (url) => (urls.get(bareUrl(url)) ?? []).map((work) => work.id),
  };
  return shelf;
}

/** The name of a work in the index: another as soon as what is compared changes. */
const entry = (work: KnownWork | undefined) => (work ? `${work.id}\n${work.key}\n${work.title}` : '');

/** An address without what does not tell two pages apart. */
export const bareUrl = (url: string): string => url.trim().toLowerCase().replace(/^https?:\/\/(?:www\.)?/, '').replace(/#.*$/, '').replace(/\/+$/, '');

const read = (): KnownWork[] => db.select({ id: resources.id, kind: resources.kind, title: resources.title, doi: sql<string | null>`lower(${resources.doi})`, url: resources.url, key: resources.workKey })
  .from(resources).where(inArray(resources.status, comparable)).orderBy(asc(resources.id)).all();
// What is only suggested is new in the table and no change of the library yet.
const state = prepared((d) => d.$client.prepare(`select coalesce((select value from facts where name = 'library'), 0) || ' ' || coalesce((select max(rowid) from resources), 0)`).pluck());
