import { prepared } from '#db/client.ts';
import { distancesTo } from './alike.ts';
import { facetNames, readSpan, type FacetName, type Filters, type Sort } from './filters.ts';
import { wordsOfPublished, publishedResources, type Published } from './published.ts';

/** The values of one facet over all published resources, as numbers: what counting goes through again and again. */
interface Column {
  /** Every value there is; its place here is its number. */
  values: readonly string[];
  numberOf: ReadonlyMap<string, number>;
  /** The numbers of resource n stand in `numbers` from `starts[n]` up to `starts[n + 1]`. */
  starts: Uint32Array;
  numbers: Uint32Array;
}

const valuesOf: Record<FacetName, (r: Published) => readonly string[]> = {
  type: (r) => [r.type], theme: (r) => r.themes, year: (r) => one(r.year === null ? null : String(r.year)), place: (r) => one(r.place),
  population: (r) => one(r.population), channel: (r) => r.channels, language: (r) => [r.language], evidence: (r) => one(r.evidence),
};
const none: readonly string[] = [];
const one = (value: string | null) => (value === null ? none : [value]);

let kept: { of: readonly Published[]; columns: Record<FacetName, Column>; orders: Map<Sort, Order>; numberOf: Map<string, number> | null } | null = null;

/** The columns of all published resources; made again when the library has changed. */
function index() {
  const of = publishedResources();
  if (kept?.of === of) return kept;
  const column = (name: FacetName) => columnOf(of, valuesOf[name]);
  kept = {
    of, orders: new Map(), numberOf: null, columns: {
      type: column('type'), theme: column('theme'), year: column('year'), place: column('place'),
      population: column('population'), channel: column('channel'), language: column('language'), evidence: column('evidence'),
    },
  };
  return kept;
}

/** Number of a resource by its id. */
function numbers(): Map<string, number> {
  const shelf = index();
  return (shelf.numberOf ??= new Map(shelf.of.map((r, at) => [r.id, at])));
}

function columnOf(rows: readonly Published[], read: (r: Published) => readonly string[]): Column {
  const numberOf = new Map<string, number>();
  const starts = new Uint32Array(rows.length + 1);
  const numbers: number[] = [];
  rows.forEach((row, at) => {
    for (const value of read(row)) {
      const number = numberOf.get(value) ?? numberOf.size;
      numberOf.set(value, number);
      numbers.push(number);
    }
    starts[at + 1] = numbers.length;
  });
  return { values: [...numberOf.keys()], numberOf, starts, numbers: Uint32Array.from(numbers) };
}

/** Whether anything published has this value. */
export function isInUse(name: FacetName, value: string): boolean {
  return index().columns[name].numberOf.has(value);
}

/** What is left of the library under some filters. */
export interface Narrowed {
  total: number;
  /** How often each value of a facet would occur with the facet's own values off and all others as they are; values that would not are left out. */
  counts: (name: FacetName) => Map<string, number>;
  /** How many of these have a year of this span. */
  countOfSpan: (from: number, to: number) => number;
  /** Ids in the order asked for, without the first `skip`, at most `limit`. */
  ids: (skip: number, limit: number) => string[];
}

/** One pass over the library for the facets that have values chosen; what has all of them is in the list and in every count, what lacks just one is in that facet's count. */
export function narrow(filters: Filters): Narrowed {
  const { of, columns } = index();
  const lacks = new Uint8Array(of.length);
  const lacking = new Int8Array(of.length).fill(-1);
  facetNames.forEach((name, number) => { if (filters[name].length) markLacking(columns[name], wanted(columns[name], filters[name]), lacks, (at) => { lacking[at] = number; }); });
  const distances = filters.like === null ? null : distancesTo(filters.like, filters.weights);
  // What is about no place lacks something that is no facet's: no count has it.
  if (distances) of.forEach(({ id }, at) => { if (!distances.has(id)) { lacks[at] = (lacks[at] ?? 0) + 1; lacking[at] = -1; } });
  let total = 0;
  for (const n of lacks) if (n === 0) total++;
  const countsFor = (name: FacetName, each: (number: number) => void) => {
    const { starts, numbers } = columns[name];
    const own = facetNames.indexOf(name);
    for (let at = 0; at < lacks.length; at++) {
      if (lacks[at] === 0 || (lacks[at] === 1 && lacking[at] === own)) for (let i = starts[at] ?? 0; i < (starts[at + 1] ?? 0); i++) each(numbers[i] ?? 0);
    }
  };
  return {
    total,
    counts: (name) => {
      const { values } = columns[name];
      const counts = new Uint32Array(values.length);
      countsFor(name, (number) => { counts[number] = (counts[number] ?? 0) + 1; });
      return new Map(values.flatMap((value, number): [string, number][] => (counts[number] ? [[value, counts[number]]] : [])));
    },
    countOfSpan: (from, to) => {
      const { values } = columns.year;
      let n = 0;
      countsFor('year', (number) => { if (Number(values[number]) >= from && Number(values[number]) <= to) n++; });
      return n;
    },
    ids: (skip, limit) => {
      const ids: string[] = [];
      for (const at of distances && filters.sort === 'alike' ? mostAlikeFirst(of, distances, filters.reverse) : order(filters)) {
        if (ids.length >= limit) break;
        if (lacks[at] !== 0 || skip-- > 0) continue;
        const row = of[at];
        if (row) ids.push(row.id);
      }
      return ids;
    },
  };
}

/** Numbers of the resources that are about a place, the most alike first; what is equally alike stays newest first. */
function mostAlikeFirst(of: readonly Published[], distances: ReadonlyMap<string, number>, reverse: boolean): number[] {
  const far = (at: number) => distances.get(of[at]?.id ?? '') ?? Infinity;
  const about = [...of.keys()].filter((at) => far(at) !== Infinity);
  return about.sort((a, b) => (reverse ? far(b) - far(a) : far(a) - far(b)) || a - b);
}

/** Which numbers of a column are asked for; a span of years stands for every year in it. */
function wanted({ values, numberOf }: Column, asked: readonly string[]): Uint8Array {
  const marks = new Uint8Array(values.length);
  for (const value of asked) {
    const number = numberOf.get(value);
    if (number !== undefined) marks[number] = 1;
    const span = readSpan(value);
    if (span && number === undefined) values.forEach((year, at) => { if (Number(year) >= span.from && Number(year) <= span.to) marks[at] = 1; });
  }
  return marks;
}

function markLacking({ starts, numbers }: Column, marks: Uint8Array, lacks: Uint8Array, tell: (at: number) => void): void {
  for (let at = 0; at < lacks.length; at++) {
    let has = false;
    for (let i = starts[at] ?? 0; i < (starts[at + 1] ?? 0) && !has; i++) has = marks[numbers[i] ?? 0] === 1;
    if (!has) {
      lacks[at] = (lacks[at] ?? 0) + 1;
      tell(at);
    }
  }
}

/** Numbers of resources in some order; from `known` on come those that lack what is sorted by. */
interface Order { places: Uint32Array; known: number }

/** The numbers of all published resources in the order asked for. What lacks the words or year that it is sorted by comes last, either way round. */
function order({ sort, reverse }: Filters): Uint32Array {
  const { of, orders } = index();
  const { places, known } = sort === 'used' ? mostUsedFirst(of) : orders.get(sort) ?? makeOrder(sort, of);
  if (sort !== 'used') orders.set(sort, { places, known });
  if (!reverse) return places;
  const turned = places.slice();
  turned.subarray(0, known).reverse();
  return turned;
}

const byWords = new Intl.Collator('en', { numeric: true });

function makeOrder(sort: Exclude<Sort, 'used'>, of: readonly Published[]): Order {
  const places = Uint32Array.from(of, (_, at) => at);
  if (sort === 'newest' || sort === 'alike') return { places, known: of.length };
  if (sort === 'year') {
    const year = (at: number) => of[at]?.year ?? -Infinity;
    return { places: places.sort((a, b) => year(b) - year(a) || a - b), known: of.filter((r) => r.year !== null).length };
  }
  const wordsOf = new Map(wordsOfPublished(sort === 'title' ? 'title' : 'people'));
  const words = of.map((r) => wordsOf.get(r.id)?.trim() ?? '');
  const compare = (a: string, b: string) => (a && b ? byWords.compare(a, b) : Number(b !== '') - Number(a !== ''));
  return { places: places.sort((a, b) => compare(words[a] ?? '', words[b] ?? '') || a - b), known: words.filter(Boolean).length };
}

/** Readings move no change counter, so this is worked out each time. */
function mostUsedFirst(of: readonly Published[]): Order {
  const numberOf = numbers();
  const places = new Uint32Array(of.length);
  const placed = new Uint8Array(of.length);
  let next = 0;
  const place = (at: number) => {
    if (placed[at]) return;
    places[next++] = at;
    placed[at] = 1;
  };
  for (const id of mostRead().all() as string[]) {
    const at = numberOf.get(id);
    if (at !== undefined) place(at);
  }
  for (let at = 0; at < of.length; at++) place(at);
  return { places, known: of.length };
}
const mostRead = prepared((d) => d.$client.prepare(`select ref from reads where kind = 'resource' order by count desc`).pluck());
