export const facetNames = ['type', 'theme', 'year', 'place'] as const;
export type FacetName = (typeof facetNames)[number];

export const sorts = { newest: 'Newest first', title: 'Title', year: 'Year of publication', used: 'Most used' } as const;
export type Sort = keyof typeof sorts;
const isSort = (value: string | null): value is Sort => value !== null && Object.hasOwn(sorts, value);

/** What a list of the library is narrowed to. Several values of a facet mean any of them, several facets mean all of them. */
export interface Filters {
  type: string[];
  theme: string[];
  year: string[];
  place: string[];
  sort: Sort;
  page: string | null;
}

export const noFilters: Filters = { type: [], theme: [], year: [], place: [], sort: 'newest', page: null };

/** Reads the query part of an address; what means nothing is passed over. */
export function readFilters(query: URLSearchParams): Filters {
  const values = (name: FacetName) => [...new Set(query.getAll(name).map((v) => v.trim()).filter((v) => v && v.length <= 100))].slice(0, 20);
  const sort = query.get('sort');
  return { type: values('type'), theme: values('theme'), year: values('year').filter((y) => /^\d{4}$/.test(y)), place: values('place'), sort: isSort(sort) ? sort : 'newest', page: query.get('page') };
}

/** The query part that says the same, without what is the default: "?type=report&year=2012", or nothing. */
export function writeFilters(filters: Partial<Filters>, more: Record<string, string | null> = {}): string {
  const query = new URLSearchParams();
  for (const name of facetNames) for (const value of filters[name] ?? []) query.append(name, value);
  if (filters.sort && filters.sort !== 'newest') query.set('sort', filters.sort);
  for (const [name, value] of Object.entries(more)) if (value !== null) query.set(name, value);
  if (filters.page && filters.page !== '1') query.set('page', filters.page);
  const text = query.toString();
  return text && `?${text}`;
}

/** The filters with one value switched on or off, back on the first page. */
export function toggled(filters: Filters, name: FacetName, value: string): Filters {
  const values = filters[name];
  return { ...filters, page: null, [name]: values.includes(value) ? values.filter((v) => v !== value) : [...values, value] };
}
