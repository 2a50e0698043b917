import { db, themes, untilChange } from '#db/client.ts';
import { knownPlaces } from '../places/known.ts';
import { channels, evidenceLevels, populationBands, resourceTypes } from '../vocabulary.ts';
import { isInUse, type Narrowed } from './facet-index.ts';
import { facetNames, readSpan, toggled, writeFilters, type FacetName, type Filters } from './filters.ts';
import type { Facet, FacetValue, Term } from './types.ts';

const labels: Record<FacetName, string> = {
  type: 'Type', theme: 'Theme', year: 'Year', place: 'Place', population: 'Population', channel: 'Channel', language: 'Language', evidence: 'Evidence',
};

type Words = ReadonlyMap<string, { label: string; position: number }>;
const wordsOf = (terms: readonly Term[]): Words => new Map(terms.map(({ code, label }, position) => [code, { label, position }]));
const noWords: Words = new Map();
const fixed: Record<Exclude<FacetName, 'theme'>, Words> = {
  type: wordsOf(resourceTypes.map(({ code, plural }) => ({ code, label: plural }))), population: wordsOf(populationBands), channel: wordsOf(channels),
  evidence: wordsOf(evidenceLevels), year: noWords, place: noWords, language: noWords,
};
const themeWords = untilChange((): Words => wordsOf(db.select({ code: themes.code, label: themes.label }).from(themes).orderBy(themes.position).all()));
const words = (name: FacetName): Words => (name === 'theme' ? themeWords() : fixed[name]);

const languageNames = new Intl.DisplayNames(['en'], { type: 'language' });

/** "French" for fr; what is no language code stands for itself. */
export function languageName(code: string): string {
  return /^[a-z]{2,3}$/i.test(code) ? languageNames.of(code) ?? code : code;
}

/** The words for a value of a facet: "2010 to 2015", "French". */
export function labelOf(name: FacetName, value: string): string {
  const span = name === 'year' ? readSpan(value) : null;
  if (span) return span.from === 0 ? `up to ${span.to}` : span.to === 9999 ? `from ${span.from}` : `${span.from} to ${span.to}`;
  return name === 'language' ? languageName(value) : words(name).get(value)?.label ?? value;
}

/** The filters without values that nothing in the library has and no vocabulary knows, so that nobody puts words into the page's title. */
export function knownFilters(filters: Filters): Filters {
  const known = { ...filters };
  if (filters.like !== null && !knownPlaces().bySlug.has(filters.like)) Object.assign(known, { like: null, sort: filters.sort === 'alike' ? 'newest' : filters.sort });
  for (const name of facetNames) known[name] = filters[name].filter((value) => words(name).has(value) || isInUse(name, value) || (name === 'year' && readSpan(value) !== null));
  return known;
}

const byLabel = new Intl.Collator('en', { numeric: true });
type Compare = (a: CountedValue, b: CountedValue) => number;
const byCount: Compare = (a, b) => b.count - a.count || byLabel.compare(a.label, b.label);
const byVocabulary = (name: FacetName): Compare => (a, b) => (words(name).get(a.code)?.position ?? 999) - (words(name).get(b.code)?.position ?? 999) || byLabel.compare(a.label, b.label);
const orders: Record<FacetName, Compare> = {
  type: byVocabulary('type'), theme: byVocabulary('theme'), year: (a, b) => (a.code < b.code ? 1 : -1), place: byCount,
  population: byVocabulary('population'), channel: byCount, language: byCount, evidence: byVocabulary('evidence'),
};

/** How many values of a facet stand beside the list; all of them have a page of their own. */
const beside = 24;

/** Every facet that has values, each with the first 24 and those that are chosen. `extra` is kept in the addresses. */
export function facetsOf(filters: Filters, narrowed: Narrowed, extra: Record<string, string | null>): Facet[] {
  return facetNames.flatMap((name) => {
    const all = countedValues(name, filters, narrowed);
    const shown = all.filter((value, at) => at < beside || value.selected);
    const rest = shown.length < all.length ? { count: all.length, href: `/library${writeFilters({ ...filters, page: null }, { ...extra, facet: name })}` } : undefined;
    return all.length ? [{ name, label: labels[name], values: withAddresses(name, shown, filters, extra), all: rest }] : [];
  });
}

/** A facet with all of its values: what stands by its count beside the list stands by its name here, to be found. */
export function wholeFacet(name: FacetName, filters: Filters, narrowed: Narrowed, extra: Record<string, string | null>): Facet {
  const values = withAddresses(name, countedValues(name, filters, narrowed), filters, extra);
  return { name, label: labels[name], values: orders[name] === byCount ? values.sort((a, b) => byLabel.compare(a.label, b.label)) : values };
}

type CountedValue = Omit<FacetValue, 'href'>;

function countedValues(name: FacetName, filters: Filters, narrowed: Narrowed): CountedValue[] {
  const counts = narrowed.counts(name);
  // A selected value stays in sight even where nothing carries it under the other filters.
  for (const value of filters[name]) {
    const span = name === 'year' ? readSpan(value) : null;
    counts.set(value, span ? narrowed.countOfSpan(span.from, span.to) : counts.get(value) ?? 0);
  }
  return [...counts].map(([code, count]) => ({ code, label: labelOf(name, code), count, selected: filters[name].includes(code) })).sort(orders[name]);
}

const withAddresses = (name: FacetName, values: readonly CountedValue[], filters: Filters, extra: Record<string, string | null>): FacetValue[] =>
  values.map((value) => ({ ...value, href: `/library${writeFilters(toggled(filters, name, value.code), extra)}` }));
