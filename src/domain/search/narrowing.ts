import { db, themes, untilChange } from '#db/client.ts';
import type { Facet } from '../library/types.ts';
import { kinds, type Attributes } from './attributes.ts';
import { typeLabel } from './operators.ts';
import { mostTyped } from './query.ts';
import { those } from './units.ts';

/** What somebody asks for: words with operators, and what the list is narrowed by. */
export interface SearchAsk { q: string; kind?: string | null; type?: string | null; theme?: string | null; place?: string | null; year?: string | null; page?: string | null }

/** The kinds that a search has tabs for: where a thing is at home. */
export const homes = [
  { code: 'resource', label: 'Library' }, { code: 'thread', label: 'Discussions' }, { code: 'member', label: 'People' }, { code: 'page', label: 'Themes and pages' },
] as const;
export type Home = (typeof homes)[number]['code'];

const homeOfKind: Record<(typeof kinds)[number], Home> = { '': 'page', resource: 'resource', thread: 'thread', post: 'thread', member: 'member', forum: 'page', theme: 'page', page: 'page' };
export const homeOf = (all: Attributes, unit: number): Home => homeOfKind[kinds[all.kind[unit] ?? 0] ?? ''];
/** Index into `homes` of each of `kinds`. */
const homeIndexes = kinds.map((kind) => homes.findIndex(({ code }) => code === homeOfKind[kind]));

/** The address of a search; `page` is left out of the first. */
export function addressOf(ask: SearchAsk): string {
  const query = new URLSearchParams({ q: ask.q });
  for (const name of ['kind', 'type', 'theme', 'place', 'year', 'page'] as const) { const value = ask[name]; if (value) query.set(name, value); }
  return `/search?${query}`;
}

/** Reads a search from the parameters of an address. */
export function readAsk(params: URLSearchParams): SearchAsk {
  const [q = '', ...rest] = [(params.get('q') ?? '').trim(), ...['kind', 'type', 'theme', 'place', 'year', 'page'].map((name) => params.get(name))];
  const [kind, type, theme, place, year, page] = rest;
  return { q: [...q].slice(0, mostTyped).join(''), kind: kind ?? null, type: type ?? null, theme: theme ?? null, place: place ?? null, year: year ?? null, page: page ?? null };
}

type Name = 'kind' | 'type' | 'theme' | 'place' | 'year';

export interface Narrowed {
  units: Int32Array;
  tabs: { code: string; label: string; count: number; selected: boolean; href: string }[];
  facets: Facet[];
}

const noBits = 0;

/** A year as an index without a sign. */
const yearBits = 16;
const indexOfYear = (year: number) => year & (2 ** yearBits - 1);
const yearCounts = new Uint32Array(2 ** yearBits);

/** Keeps what passes the chosen filters, and counts for every value of every filter how many there would be with it. */
export function narrow(all: Attributes, units: Int32Array, ask: SearchAsk): Narrowed {
  const kind = ask.kind ? homes.findIndex(({ code }) => code === ask.kind) : null;
  const type = ask.type ? all.typeCodes.indexOf(ask.type) : null;
  const theme = ask.theme ? bitOf(all, ask.theme) : null;
  const place = ask.place ? all.placeNames.indexOf(ask.place) : null;
  const year = ask.year ? Number(/^\d{4}$/.exec(ask.year)?.[0] ?? -1) : null;
  const counts = { kind: new Uint32Array(homes.length), type: new Uint32Array(all.typeCodes.length), theme: new Uint32Array(all.themeCodes.length), place: new Uint32Array(all.placeNames.length), year: yearCounts.fill(0) };
  const years: number[] = [];
  const count = (of: Uint32Array, value: number) => (of[value] = (of[value] ?? 0) + 1);
  const kept = those(units, (unit) => {
    const has = { kind: homeIndexes[all.kind[unit] ?? 0] ?? 0, type: all.type[unit] ?? 0, theme: all.themes[unit] ?? noBits, place: all.place[unit] ?? 0, year: all.year[unit] ?? 0 };
    const misses = {
      kind: Number(kind !== null && kind !== has.kind), type: Number(type !== null && type !== has.type), theme: Number(theme !== null && !(has.theme & theme)),
      place: Number(place !== null && place !== has.place), year: Number(year !== null && year !== has.year),
    };
    const missed = misses.kind + misses.type + misses.theme + misses.place + misses.year;
    if (missed > 1) return false;
    // Of what misses one filter, only that filter counts it.
    if (missed === misses.kind) count(counts.kind, has.kind);
    if (missed === misses.type) count(counts.type, has.type);
    if (missed === misses.theme) for (let bits = has.theme; bits !== 0; bits &= bits - 1) count(counts.theme, 31 - Math.clz32(bits & -bits));
    if (missed === misses.place && has.place) count(counts.place, has.place);
    if (missed === misses.year && has.year && count(counts.year, indexOfYear(has.year)) === 1) years.push(has.year);
    return missed === 0;
  });
  const labels = themeLabels();
  return {
    units: kept,
    tabs: [
      { code: '', label: 'Everything', count: counts.kind.reduce((sum, many) => sum + many, 0) },
      ...homes.map(({ code, label }, n) => ({ code, label, count: counts.kind[n] ?? 0 })),
    ].map((tab) => ({ ...tab, selected: (ask.kind ?? '') === tab.code, href: addressOf({ ...ask, kind: tab.code, page: null }) })),
    facets: [
      facetOf('type', ask, countedIn(counts.type, all.typeCodes), typeLabel), facetOf('theme', ask, countedIn(counts.theme, all.themeCodes), (code) => labels.get(code) ?? code),
      facetOf('year', ask, years.map((n) => ({ code: String(n), count: counts.year[indexOfYear(n)] ?? 0 })), (code) => code), facetOf('place', ask, countedIn(counts.place, all.placeNames), (code) => code),
    ],
  };
}

function countedIn(counts: Uint32Array, codes: readonly string[]): { code: string; count: number }[] {
  const counted: { code: string; count: number }[] = [];
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] ?? 0;
    if (count > 0) counted.push({ code: codes[index] ?? '', count });
  }
  return counted;
}

const themeLabels = untilChange(() => new Map(db.select({ code: themes.code, label: themes.label }).from(themes).all().map((t) => [t.code, t.label])));

/** The bit of a theme that no document has is one that none can have. */
const bitOf = (all: Attributes, code: string) => (all.themeCodes.includes(code) ? 1 << all.themeCodes.indexOf(code) : noBits);

const facetLabels = { type: 'Type', theme: 'Theme', year: 'Year', place: 'Place' };
/** Values that a facet shows; years and places have no end. */
const mostValues = 40;

function facetOf(name: Exclude<Name, 'kind'>, ask: SearchAsk, counted: { code: string; count: number }[], labelOf: (code: string) => string): Facet {
  const chosen = ask[name];
  const known = chosen && !counted.some(({ code }) => code === chosen) ? [...counted, { code: chosen, count: 0 }] : counted;
  const values = known.map(({ code, count }) => ({ code, label: labelOf(code), count, selected: code === chosen }))
    .sort((a, b) => Number(b.selected) - Number(a.selected) || b.count - a.count || (name === 'year' ? b.code.localeCompare(a.code) : a.label.localeCompare(b.label)));
  return { name, label: facetLabels[name], values: values.slice(0, mostValues).map((value) => ({ ...value, href: addressOf({ ...ask, [name]: value.selected ? null : value.code, page: null }) })) };
}
