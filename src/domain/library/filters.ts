import { pairsOfWeights, readWeights, usualWeights, type Weights } from '../places/likeness.ts';

/** What a list can be narrowed by, in the order in which it is offered; also the names in the address. */
export const facetNames = ['type', 'theme', 'year', 'place', 'population', 'channel', 'language', 'evidence'] as const;
export type FacetName = (typeof facetNames)[number];
export const isFacetName = (value: string | null): value is FacetName => facetNames.some((name) => name === value);

export const sorts = { newest: 'Newest first', title: 'Title', person: 'Author', year: 'Year', used: 'Most used', alike: 'Most alike first' } as const;
export type Sort = keyof typeof sorts;
const isSort = (value: string): value is Sort => Object.hasOwn(sorts, value);

/** What an order is called the other way round. */
export const reversed: Record<Sort, string> = { newest: 'Oldest first', title: 'Title from Z to A', person: 'Author from Z to A', year: 'Earliest year first', used: 'Least used first', alike: 'Least alike first' };

/** What a list of the library is narrowed to. Several values of a facet mean any of them, several facets mean all of them. */
export interface Filters extends Record<FacetName, string[]> {
  sort: Sort;
  /** The other way round: titles from Z, years from the oldest. */
  reverse: boolean;
  /** Slug of the place that theirs are to be like: what is about no place is left out, and the most alike come first. */
  like: string | null;
  weights: Weights;
  page: string | null;
}

export const noFilters: Filters = { type: [], theme: [], year: [], place: [], population: [], channel: [], language: [], evidence: [], sort: 'newest', reverse: false, like: null, weights: usualWeights, page: null };

/** The order where none is asked for. */
export const usualSort = ({ like }: Pick<Partial<Filters>, 'like'>): Sort => (like ? 'alike' : 'newest');

/** Reads the query part of an address; what means nothing is passed over. Years may be a span, as `year=2010..2015`, or `from=2010&to=2015` as a form sends it. */
export function readFilters(query: URLSearchParams): Filters {
  const values = (name: FacetName) => [...new Set(query.getAll(name).map((v) => v.trim()).filter((v) => v && v.length <= 100))].slice(0, 20);
  const like = query.get('like')?.trim().slice(0, 100) || null;
  const [, minus, sort = ''] = /^(-?)(.*)$/.exec(query.get('sort') ?? '') ?? [];
  const known = isSort(sort) && (sort !== 'alike' || like !== null);
  const span = `${query.get('from')?.trim() ?? ''}..${query.get('to')?.trim() ?? ''}`;
  const years = [...values('year'), span].flatMap((year) => (/^\d{4}$/.test(year) ? [year] : readSpan(year) ? [writeSpan(year)] : []));
  return {
    type: values('type'), theme: values('theme'), year: [...new Set(years)], place: values('place'),
    population: values('population'), channel: values('channel'), language: values('language'), evidence: values('evidence'),
    sort: known ? sort : usualSort({ like }), reverse: minus === '-' && known, like, weights: readWeights(query), page: query.get('page'),
  };
}

/** First and last year of a span such as "2010..2015", "2010.." or "..2015"; null for anything else. */
export function readSpan(value: string): { from: number; to: number } | null {
  const [, from = '', to = ''] = /^(\d{4})?\.\.(\d{4})?$/.exec(value) ?? [];
  if (!from && !to) return null;
  const years = [from ? Number(from) : 0, to ? Number(to) : 9999].sort((a, b) => a - b);
  return { from: years[0] ?? 0, to: years[1] ?? 9999 };
}

/** The span with the earlier year first. */
function writeSpan(value: string): string {
  const [, from, to] = /^(\d{4})\.\.(\d{4})$/.exec(value) ?? [];
  return from && to && from > to ? `${to}..${from}` : value;
}

/** Names and values of the query part that says the same, without what is the default; `more` after them. */
export function pairsOf(filters: Partial<Filters>, more: Record<string, string | null> = {}): [name: string, value: string][] {
  const pairs = facetNames.flatMap((name) => (filters[name] ?? []).map((value): [string, string] => [name, value]));
  if (filters.like) pairs.push(['like', filters.like], ...pairsOfWeights(filters.weights ?? usualWeights));
  if (filters.sort && (filters.sort !== usualSort(filters) || filters.reverse)) pairs.push(['sort', `${filters.reverse ? '-' : ''}${filters.sort}`]);
  for (const [name, value] of Object.entries(more)) if (value !== null) pairs.push([name, value]);
  if (filters.page && filters.page !== '1') pairs.push(['page', filters.page]);
  return pairs;
}

/** The query part that says the same: "?type=report&year=2012", or nothing. */
export function writeFilters(filters: Partial<Filters>, more: Record<string, string | null> = {}): string {
  const text = new URLSearchParams(pairsOf(filters, more)).toString();
  return text && `?${text}`;
}

/** The filters with one value switched on or off, back on the first page. */
export function toggled(filters: Filters, name: FacetName, value: string): Filters {
  const values = filters[name];
  return { ...filters, page: null, [name]: values.includes(value) ? values.filter((v) => v !== value) : [...values, value] };
}
