import { inArray } from 'drizzle-orm';
import { db, resources, themes } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { resourceTypes } from '../vocabulary.ts';
import { facetNames, toggled, writeFilters, type FacetName, type Filters } from './filters.ts';
import { publishedResources, type Published } from './published.ts';
import { rowsOf } from './rows.ts';
import type { Facet, FacetValue, ResourceRow } from './types.ts';

export interface ActiveFilter { facet: FacetName; label: string; value: string; /** The list without it. */ href: string }

export interface ResourceList {
  resources: ResourceRow[];
  total: number;
  paging: Paging;
  facets: Facet[];
  active: ActiveFilter[];
}

/**
 * One page of 20 published resources with facets; each count is what the list would hold with the facet's other values off and all
 * other facets as they are. `extra` is kept in the addresses (such as view=table). A fixed number of queries.
 */
export function listResources(asked: Filters, extra: Record<string, string | null> = {}): ResourceList {
  const filters = known(asked);
  const { matching, counts } = narrowed(filters);
  const slice = paging(matching.length, 20, filters.page);
  const ids = sorted(matching, filters, slice.offset + slice.size).slice(slice.offset, slice.offset + slice.size).map((r) => r.id);
  const facets = facetNames.map((name) => facet(name, counts[name], filters, extra));
  const active = facets.flatMap(({ name, values }) => values.filter((v) => v.selected).map((v) => ({ facet: name, label: v.label, value: v.code, href: v.href })));
  return { resources: rowsOf(ids), total: matching.length, paging: slice, facets, active };
}

/** The newest published resources that the filters let through, at most `limit`: what feeds carry. */
export function latestResources(filters: Filters, limit: number): (ResourceRow & { publishedAt: Date; updatedAt: Date })[] {
  const rows = rowsOf(narrowed(known(filters)).matching.slice(0, limit).map((r) => r.id));
  if (!rows.length) return [];
  const dates = new Map(db.select({ id: resources.id, publishedAt: resources.publishedAt, updatedAt: resources.updatedAt }).from(resources)
    .where(inArray(resources.id, rows.map((r) => r.id))).all().map((d) => [d.id, d]));
  return rows.map((row) => {
    const updatedAt = dates.get(row.id)?.updatedAt ?? new Date(0);
    return { ...row, updatedAt, publishedAt: dates.get(row.id)?.publishedAt ?? updatedAt };
  });
}

const valuesOf: Record<FacetName, (r: Published) => readonly string[]> = {
  type: (r) => [r.type], theme: (r) => r.themes, year: (r) => (r.year === null ? [] : [String(r.year)]), place: (r) => (r.place === null ? [] : [r.place]),
};

/** The filters without values that nothing in the library has and no vocabulary knows, so that nobody puts words into the page's title. */
function known(filters: Filters): Filters {
  const themes = filters.theme.length ? themeWords() : typeWords;
  const words = { type: typeWords, theme: themes, year: null, place: null };
  const keep = (name: FacetName) => filters[name].filter((value) => words[name]?.has(value) || publishedResources().some((r) => valuesOf[name](r).includes(value)));
  return { ...filters, type: keep('type'), theme: keep('theme'), year: keep('year'), place: keep('place') };
}

/** One pass: what has all of the filters is in the list and in every count; what lacks just one is in that facet's count. */
function narrowed(filters: Filters): { matching: Published[]; counts: Record<FacetName, Map<string, number>> } {
  const chosen = facetNames.filter((name) => filters[name].length > 0).map((name) => ({ name, values: new Set(filters[name]) }));
  const counts: Record<FacetName, Map<string, number>> = { type: new Map(), theme: new Map(), year: new Map(), place: new Map() };
  const count = (name: FacetName, r: Published) => { for (const value of valuesOf[name](r)) counts[name].set(value, (counts[name].get(value) ?? 0) + 1); };
  const matching: Published[] = [];
  for (const r of publishedResources()) {
    const lacking = chosen.filter(({ name, values }) => !valuesOf[name](r).some((value) => values.has(value)));
    if (lacking.length === 0) {
      matching.push(r);
      for (const name of facetNames) count(name, r);
    } else if (lacking.length === 1 && lacking[0]) count(lacking[0].name, r);
  }
  return { matching, counts };
}

const byTitle = new Intl.Collator('en', { numeric: true });
const titleOrders = new WeakMap<readonly Published[], Map<string, number>>();

/** Place of each resource in the order of titles; worked out once for as long as the library stays the same. */
function titleOrder(): Map<string, number> {
  const all = publishedResources();
  const order = titleOrders.get(all) ?? new Map(all.toSorted((a, b) => byTitle.compare(a.title, b.title)).map((r, at) => [r.id, at]));
  titleOrders.set(all, order);
  return order;
}

/** The first `enough` of the list in the order asked for; `matching` comes newest first. */
function sorted(matching: Published[], { sort }: Filters, enough: number): Published[] {
  if (sort === 'title') {
    const order = titleOrder();
    return matching.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  }
  if (sort === 'year') return matching.toSorted((a, b) => (b.year ?? -Infinity) - (a.year ?? -Infinity));
  return sort === 'used' ? mostUsedFirst(matching, enough) : matching;
}

function mostUsedFirst(matching: Published[], enough: number): Published[] {
  const waiting = new Map(matching.map((r) => [r.id, r]));
  const first: Published[] = [];
  const reads = db.$client.prepare(`select ref from reads where kind = 'resource' order by count desc`).pluck().iterate() as IterableIterator<string>;
  for (const id of reads) {
    const read = waiting.get(id);
    if (read) first.push(read);
    waiting.delete(id);
    if (first.length >= enough) break;
  }
  return [...first, ...waiting.values()];
}

const labels: Record<FacetName, string> = { type: 'Type', theme: 'Theme', year: 'Year', place: 'Place' };

function facet(name: FacetName, counts: Map<string, number>, filters: Filters, extra: Record<string, string | null>): Facet {
  const words = name === 'theme' ? themeWords() : typeWords;
  // A selected value stays in sight even where nothing carries it under the other filters.
  for (const code of filters[name]) if (!counts.has(code)) counts.set(code, 0);
  const values = [...counts].map(([code, n]): FacetValue => ({
    code, label: words.get(code)?.label ?? code, count: n, selected: filters[name].includes(code), href: `/library${writeFilters(toggled(filters, name, code), extra)}`,
  }));
  const position = (v: FacetValue) => words.get(v.code)?.position ?? 99;
  return { name, label: labels[name], values: values.sort({
    type: (a: FacetValue, b: FacetValue) => position(a) - position(b),
    theme: (a: FacetValue, b: FacetValue) => position(a) - position(b),
    year: (a: FacetValue, b: FacetValue) => Number(b.code) - Number(a.code),
    place: (a: FacetValue, b: FacetValue) => b.count - a.count || byTitle.compare(a.label, b.label),
  }[name]) };
}

const typeWords = new Map(resourceTypes.map((type, position) => [type.code, { label: type.plural, position }]));
const themeWords = () => new Map(db.select().from(themes).all().map((theme) => [theme.code, theme]));
