import { paging, type Paging } from '#lib/paging.ts';
import { knownPlaces } from '../places/known.ts';
import { narrow } from './facet-index.ts';
import { facetsOf, knownFilters, labelOf, wholeFacet } from './facets.ts';
import { facetNames, type FacetName, type Filters } from './filters.ts';
import { rowsOf } from './rows.ts';
import type { Facet, ResourceRow } from './types.ts';

export interface ActiveFilter {
  facet: FacetName;
  /** What the facet is called, and the value. */
  name: string;
  label: string;
  value: string;
  /** The list without it. */
  href: string;
}

export interface ResourceList {
  /** The filters that mean something here: what no vocabulary and nothing in the library knows is left out. */
  filters: Filters;
  resources: ResourceRow[];
  total: number;
  paging: Paging;
  facets: Facet[];
  active: ActiveFilter[];
}

/**
 * One page of published resources, 20 unless `size` says otherwise, with facets; each count is what the list would hold with the facet's
 * other values off and all other facets as they are. `extra` is kept in the addresses (such as view=table). A fixed number of queries.
 */
export function listResources(asked: Filters, extra: Record<string, string | null> = {}, size = 20): ResourceList {
  const filters = knownFilters(asked);
  const narrowed = narrow(filters);
  const slice = paging(narrowed.total, size, filters.page);
  const facets = facetsOf(filters, narrowed, extra);
  const active = facets.flatMap(({ name, label: facet, values }) => values.filter((v) => v.selected).map((v) => ({ facet: name, name: facet, label: v.label, value: v.code, href: v.href })));
  return { filters, resources: rowsOf(narrowed.ids(slice.offset, slice.size)), total: narrowed.total, paging: slice, facets, active };
}

/** All values of one facet under the filters. */
export function listFacet(asked: Filters, name: FacetName, extra: Record<string, string | null> = {}): Facet {
  const filters = knownFilters(asked);
  return wholeFacet(name, filters, narrow(filters), extra);
}

/** The filters in words, such as "Reports", "2010 to 2015". */
export function namesOf(asked: Filters): string[] {
  const filters = knownFilters(asked);
  const like = filters.like === null ? undefined : knownPlaces().bySlug.get(filters.like);
  return [...facetNames.flatMap((name) => filters[name].map((value) => labelOf(name, value))), ...(like ? [`places like ${like.label}`] : [])];
}

/** Ids of every published resource that the filters let through, in the order asked for: what exports carry. */
export function listedIds(asked: Filters): string[] {
  return narrow(knownFilters(asked)).ids(0, Infinity);
}

/** The newest published resources that the filters let through, at most `limit`: what feeds carry. */
export function latestResources(filters: Filters, limit: number): ResourceRow[] {
  return rowsOf(narrow(knownFilters({ ...filters, sort: 'newest', reverse: false })).ids(0, limit));
}
