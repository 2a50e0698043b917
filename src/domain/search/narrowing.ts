import { db, themes } from '#db/client.ts';
import type { Facet } from '../library/types.ts';
import { kinds, type Attributes } from './attributes.ts';
import { typeLabel } from './operators.ts';
import { mostTyped } from './query.ts';

/** What somebody asks for: words with operators, and what the list is narrowed by. */
export interface SearchAsk { q: string; kind?: string | null; type?: string | null; theme?: string | null; place?: string | null; year?: string | null; page?: string | null }

/** The kinds that a search has tabs for: where a thing is at home. */
export const homes = [
  { code: 'resource', label: 'Library' }, { code: 'thread', label: 'Discussions' }, { code: 'member', label: 'People' }, { code: 'page', label: 'Themes and pages' },
] as const;
export type Home = (typeof homes)[number]['code'];

const homeOfKind: Record<(typeof kinds)[number], Home> = { '': 'page', resource: 'resource', thread: 'thread', post: 'thread', member: 'member', forum: 'page', theme: 'page', page: 'page' };
export const homeOf = (all: Attributes, unit: number): Home => homeOfKind[kinds[all.kind[unit] ?? 0] ?? ''];

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

/** Keeps what passes the chosen filters, and counts for every value of every filter how many there would be with it. */
export function narrow(all: Attributes, units: Int32Array, ask: SearchAsk): Narrowed {
  const chosen = {
    kind: ask.kind || null, type: ask.type ? all.typeCodes.indexOf(ask.type) : null, theme: ask.theme ? bitOf(all, ask.theme) : null,
    place: ask.place ? all.placeNames.indexOf(ask.place) : null, year: ask.year ? Number(/^\d{4}$/.exec(ask.year)?.[0] ?? -1) : null,
  };
  const counts: Record<Name, Map<string | number, number>> = { kind: new Map(), type: new Map(), theme: new Map(), place: new Map(), year: new Map() };
  const add = (name: Name, value: string | number) => { counts[name].set(value, (counts[name].get(value) ?? 0) + 1); };
  const kept = units.filter((unit) => {
    const home = homeOf(all, unit);
    const has = { type: all.type[unit] ?? 0, theme: all.themes[unit] ?? noBits, place: all.place[unit] ?? 0, year: all.year[unit] ?? 0 };
    const misses: Name[] = [];
    if (chosen.kind !== null && chosen.kind !== home) misses.push('kind');
    if (chosen.type !== null && chosen.type !== has.type) misses.push('type');
    if (chosen.theme !== null && !(has.theme & chosen.theme)) misses.push('theme');
    if (chosen.place !== null && chosen.place !== has.place) misses.push('place');
    if (chosen.year !== null && chosen.year !== has.year) misses.push('year');
    if (misses.length > 1) return false;
    const counted = (name: Name) => misses.length === 0 || misses[0] === name;
    if (counted('kind')) add('kind', home);
    if (counted('type')) add('type', has.type);
    if (counted('theme')) for (let n = 0; n < all.themeCodes.length; n++) if (has.theme & (1 << n)) add('theme', n);
    if (counted('place') && has.place) add('place', has.place);
    if (counted('year') && has.year) add('year', has.year);
    return misses.length === 0;
  });
  const labels = new Map(db.select({ code: themes.code, label: themes.label }).from(themes).all().map((t) => [t.code, t.label]));
  const values = (name: Exclude<Name, 'kind'>, codes: readonly string[] | null, labelOf: (code: string) => string) => facetOf(name, ask, [...counts[name]].map(([value, count]) => ({ code: codes ? codes[Number(value)] ?? '' : String(value), count })), labelOf);
  return {
    units: kept,
    tabs: [
      { code: '', label: 'Everything', count: homes.reduce((sum, { code }) => sum + (counts.kind.get(code) ?? 0), 0) },
      ...homes.map(({ code, label }) => ({ code, label, count: counts.kind.get(code) ?? 0 })),
    ].map((tab) => ({ ...tab, selected: (ask.kind ?? '') === tab.code, href: addressOf({ ...ask, kind: tab.code, page: null }) })),
    facets: [
      values('type', all.typeCodes, typeLabel), values('theme', all.themeCodes, (code) => labels.get(code) ?? code),
      values('year', null, (code) => code), values('place', all.placeNames, (code) => code),
    ],
  };
}

/** The bit of a theme that no document has is one that none can have. */
const bitOf = (all: Attributes, code: string) => (all.themeCodes.includes(code) ? 1 << all.themeCodes.indexOf(code) : noBits);

const facetLabels = { type: 'Type', theme: 'Theme', year: 'Year', place: 'Place' };
/** Values that a facet shows; years and places have no end. */
const mostValues = 40;

function facetOf(name: Exclude<Name, 'kind'>, ask: SearchAsk, counted: { code: string; count: number }[], labelOf: (code: string) => string): Facet {
  const chosen = ask[name];
  const known = chosen && !counted.some(({ code }) => code === chosen) ? [...counted, { code: chosen, count: 0 }] : counted;
  const values = known.map(({ code, count }) => ({
    code, label: labelOf(code), count, selected: code === chosen, href: addressOf({ ...ask, [name]: code === chosen ? null : code, page: null }),
  })).sort((a, b) => Number(b.selected) - Number(a.selected) || b.count - a.count || (name === 'year' ? b.code.localeCompare(a.code) : a.label.localeCompare(b.label)));
  return { name, label: facetLabels[name], values: values.slice(0, mostValues) };
}
