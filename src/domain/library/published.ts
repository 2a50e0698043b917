import { z } from 'zod';
import { db, prepared } from '#db/client.ts';
import { populationBand } from '../vocabulary.ts';
import { resourceKinds, type ResourceKind } from './types.ts';

/** What choosing and counting needs of a published resource. */
export interface Published {
  id: string;
  kind: ResourceKind;
  type: string;
  year: number | null;
  place: string | null;
  themes: readonly string[];
  /** Code of the population band of its place. */
  population: string | null;
  channels: readonly string[];
  language: string;
  evidence: string | null;
}

type Row = [id: string, kind: string, type: string, year: number | null, place: string | null, population: number | null, language: string, evidence: string | null, channels: string | null, publishedAt: number];

let shelf: { of: object; at: number; rows: readonly Published[] } | null = null;

/**
 * Every published resource, newest first. Read once and kept until the library changes, in this process or another: counting facets
 * over tens of thousands of wide rows would cost SQLite a hundred times what it costs here. Do not call inside a transaction that writes.
 */
export function publishedResources(): readonly Published[] {
  const at = (changeCount().get() as { value: number } | undefined)?.value ?? 0;
  if (shelf?.at === at && shelf.of === db.$client) return shelf.rows;
  shelf = { of: db.$client, at, rows: readAll() };
  return shelf.rows;
}
const changeCount = prepared((d) => d.$client.prepare(`select value from facts where name = 'library'`));

/** Thousands of rows say the same few things, so each is kept once. Put in order here: SQLite would take twice as long. */
function readAll(): Published[] {
  const words = new Map<string, string>();
  const once = (text: string) => words.get(text) ?? (words.set(text, text), text);
  const word = (text: string | null) => (text ? once(text) : null);
  const lists = new Map<string, readonly string[]>();
  const list = (json = '[]') => {
    const known = lists.get(json) ?? [...new Set(codes.parse(JSON.parse(json)))].map(once);
    lists.set(json, known);
    return known;
  };
  const themesOf = new Map((allThemes().all() as [string, string][]).map(([id, themes]) => [id, list(themes)]));
  const none = list();
  const rows = (all().all() as Row[]).sort((a, b) => b[9] - a[9] || compare(a[1], b[1]) || compare(a[0], b[0]));
  return rows.map(([id, kind, type, year, place, population, language, evidence, channels]) => ({
    id, kind: resourceKinds.find((k) => k === kind) ?? 'reference', type: once(type), year, place: word(place), themes: themesOf.get(id) ?? none, population: populationBand(population),
    channels: channels === null ? none : list(channels), language: once(language), evidence: word(evidence),
  }));
}
const codes = z.array(z.string()).catch([]);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const all = prepared((d) => d.$client.prepare(`
  select id, kind, type, year, place, population, language, evidence, case json_type(details, '$.channels') when 'array' then json_extract(details, '$.channels') end, published_at
  from resources where status = 'published'`).raw());
const allThemes = prepared((d) => d.$client.prepare(`select resource_id, json_group_array(theme) from resource_themes group by resource_id`).raw());

/** Title or people of every published resource, by id: read when a list is first sorted by it, and not kept. */
export function wordsOfPublished(name: 'title' | 'people'): [id: string, words: string | null][] {
  return (name === 'title' ? titles() : people()).all() as [string, string | null][];
}
const titles = prepared((d) => d.$client.prepare(`select id, title from resources where status = 'published'`).raw());
const people = prepared((d) => d.$client.prepare(`select id, people from resources where status = 'published'`).raw());

/** Says that a resource was put, changed or taken out. Call inside the transaction of the change. */
export function countLibraryChange(): void {
  counting().run();
}
const counting = prepared((d) => d.$client.prepare(`insert into facts (name, value) values ('library', 1) on conflict (name) do update set value = value + 1`));
