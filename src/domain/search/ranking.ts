import { prepared } from '#db/client.ts';
import { attributes, documentState, kinds, type Attributes } from './attributes.ts';
import { expand, type Alternative, type Expanded, type Group } from './groups.ts';
import { byPeople, hitsOf, phrase } from './matching.ts';
import type { Query, Term } from './query.ts';
import { those } from './units.ts';
import { fold, sameWords, sense, sensesIn, standsIn, stemOfSenses, stopWords, wordsIn, wordsKey } from './words.ts';

/** Everything that was found, before it is narrowed and shown. It holds until the next ranking is made: its columns are used again. */
export interface Ranking {
  all: Attributes;
  expanded: Expanded;
  /** What is found once (see Attributes.unit): all of them, in no order. */
  units: Int32Array;
  /** How well each unit fits, by unit id. */
  score: Float32Array;
  /** Bit n is set where a unit meets group n. */
  met: Uint32Array;
  /** The document of each unit that fits best. */
  best: Int32Array;
  /** Bit n is set where a document by itself meets group n. */
  metAlone: Uint32Array;
  /** Documents of these units that meet any group, in no order. */
  documents: Int32Array;
  /** Operators, which narrow what is found. */
  narrowing: readonly Group[];
  /** Units whose title is what was typed. */
  exact: ReadonlySet<number>;
  /** The query without its words that say little, but for the first, where that is one: what, 311. Empty where it is none. */
  asks: readonly string[];
  /** How many units have everything that was asked for; the others have most of it. */
  whole: number;
}

/*
 * The numbers of this file were chosen on one half of the judged queries (tests/search-quality), by hand from what a search over a grid found
 * to be flat and good, so that none of them fits single queries.
 */

/** Below this many whole matches, what has part of the words is shown too. */
const enough = 15;
/** One word of two is worth showing only where fewer have both, and behind them. */
const few = 5;
/** The share of what was asked for (rare words count more) that a document needs to be shown without the rest. */
const leastShare = 0.3;

/** Finds what a query asks for among all documents, or among those with an id above `after`. */
export function rank(query: Query, after = 0): Ranking {
  const expanded = expand(query);
  const ways = waysOf(expanded);
  const ranking = rankBy(query, expanded, after, shared);
  if (ranking.whole > 0 || query.clauses.length < 2) return ranking;
  const bold = expand(query, true);
  if (waysOf(bold) === ways) return ranking;
  const bolder = rankBy(query, bold, after, spare);
  return bolder.whole > 0 ? bolder : ranking;
}

function askedIn({ text }: Query): string[] {
  const [first = '', ...rest] = wordsIn(text);
  const telling = rest.filter((word) => !stopWords.has(word.toLowerCase()));
  return stopWords.has(first.toLowerCase()) && telling.length > 0 ? [first, ...telling].map(sense) : [];
}

const waysOf = ({ groups }: Expanded) => groups.reduce((sum, { alternatives }) => sum + alternatives.length, 0);

/** Those of some units that have everything that was asked for. */
export function wholeOf({ expanded: { groups }, met }: Ranking, units: Int32Array): Int32Array {
  const everyBit = 2 ** groups.length - 1;
  return those(units, (unit) => ((met[unit] ?? 0) & everyBit) === everyBit);
}

function rankBy(query: Query, expanded: Expanded, after: number, columns: Columns): Ranking {
  const all = attributes();
  const passes = filterOf(all, expanded.groups, query.without, after);
  const exact = exactTitles(all, query, passes);
  const [groups, narrowing] = [expanded.groups.filter(({ weighs }) => weighs), expanded.groups.filter(({ weighs }) => !weighs)];
  clear(columns, all.size);
  const found = groups.length > 0 ? weighed(all, groups, passes, exact, columns) : everything(all, expanded.groups.length + query.without.length > 0, passes, columns);
  const missed = [...exact].filter((unit) => columns.best[unit] === 0);
  for (const unit of exact) columns.best[unit] = unit;
  const { score, met, best, metAlone } = columns;
  return { all, expanded: { ...expanded, groups }, narrowing, asks: askedIn(query), score, met, best, metAlone, exact, ...found, units: missed.length > 0 ? Int32Array.from([...found.units, ...missed]) : found.units, whole: found.whole + missed.length };
}

/** Columns by document or unit, and room for lists of them. */
interface Columns extends Pick<Ranking, 'score' | 'met' | 'best' | 'metAlone'> {
  /** How well each document fits by itself. */
  own: Float32Array;
  inGroup: Float32Array;
  inUnit: Float32Array;
  wanted: Uint8Array;
  units: Int32Array;
  documents: Int32Array;
  touched: Int32Array;
}

const columnsFor = (size: number): Columns => ({
  score: new Float32Array(size), met: new Uint32Array(size), best: new Int32Array(size), metAlone: new Uint32Array(size),
  own: new Float32Array(size), inGroup: new Float32Array(size), inUnit: new Float32Array(size), wanted: new Uint8Array(size),
  units: new Int32Array(size), documents: new Int32Array(size), touched: new Int32Array(size),
});

/** The same columns serve one ranking after the other; the second ones where two are compared. */
const shared = columnsFor(0);
const spare = columnsFor(0);

function clear(columns: Columns, size: number): void {
  if (columns.own.length < size) Object.assign(columns, columnsFor(Math.ceil(size * 1.1)));
  else for (const column of [columns.score, columns.met, columns.best, columns.metAlone, columns.own, columns.wanted]) column.fill(0);
}

type Passes = (id: number) => boolean;
type Found = Pick<Ranking, 'units' | 'documents' | 'whole'>;

/** Which documents meet the groups is found first, for all; how well is weighed only for what is kept. */
function weighed(all: Attributes, groups: readonly Group[], passes: Passes, exact: ReadonlySet<number>, columns: Columns): Found {
  const ways = groups.map((group) => waysToMeet(all, group));
  const units = meet(all, groups, ways, passes, columns);
  for (const unit of exact) columns.met[unit] = 2 ** groups.length - 1;
  const kept = cover(groups, units, columns.met);
  return { units: kept.units, whole: kept.whole, documents: weigh(all, groups, ways, kept, columns) };
}

/** Whether a document passes the operators and has nothing of what is not wanted; a thread whose opening post is not wanted is not wanted. */
function filterOf(all: Attributes, groups: readonly Group[], without: readonly Term[], after: number): Passes {
  const narrowing = groups.filter((group) => !group.weighs).map((group) => group.alternatives.flatMap((a) => a.passes ?? []));
  if (narrowing.length === 0 && without.length === 0) return (id) => id > after && all.kind[id] !== 0;
  const unwanted = new Uint8Array(all.size);
  const not: ((all: Attributes, id: number) => boolean)[] = [];
  for (const term of without) {
    if (term.kind !== 'field') for (const id of hitsOf(phrase(term.words)).ids) unwanted[id] = 1;
    else if ('passes' in term.field) not.push(term.field.passes);
    else for (const id of hitsOf(byPeople(term.field.people)).ids) unwanted[id] = 1;
  }
  return (id) => id > after && all.kind[id] !== 0 && unwanted[id] === 0 && unwanted[all.unit[id] ?? id] === 0
    && narrowing.every((any) => any.some((passes) => passes(all, id))) && !not.some((passes) => passes(all, id));
}

/** Rare words tell more: logarithm of one over the share of documents that have it. */
const rarity = (all: Attributes, many: number) => Math.log(1 + (all.count - many + 0.5) / (many + 0.5));

/** Words side by side as they were typed weigh so much of what both weigh. */
const pairWeight = 0.3;
/** How much of a thread's weight its best post has alone; the rest is what its posts have together. */
const ownShare = 0.8;

/** Documents that meet a group in one way, with how much it weighs in each; without weights it is the same in all. */
interface Way { ids: Int32Array; weights: Float32Array | null; factor: number }

function waysToMeet(all: Attributes, { alternatives }: Group): Way[] {
  return alternatives.map(({ match, passes, weight: factor }) => {
    if (match === null) return { ids: passes ? idsThat(all, passes) : new Int32Array(), weights: null, factor };
    const { ids, weight: weights } = hitsOf(match);
    return { ids, weights, factor };
  });
}

function idsThat(all: Attributes, has: (all: Attributes, id: number) => boolean): Int32Array {
  const ids: number[] = [];
  for (let id = 1; id < all.size; id++) if (all.kind[id] && has(all, id)) ids.push(id);
  return Int32Array.from(ids);
}

/** Notes which groups each document and each unit meets, and how rare each group is. Returns the units that meet any. */
function meet(all: Attributes, groups: readonly Group[], ways: readonly Way[][], passes: Passes, { met, metAlone, units }: Columns): Int32Array {
  const { unit: unitOf } = all;
  let many = 0;
  for (const [n, group] of groups.entries()) {
    const bit = 1 << n;
    let documents = 0;
    for (const { ids } of ways[n] ?? []) {
      for (let at = 0; at < ids.length; at++) {
        const id = ids[at] ?? 0;
        const before = metAlone[id] ?? 0;
        if ((before & bit) !== 0 || (before === 0 && !passes(id))) continue;
        metAlone[id] = before | bit;
        documents++;
        const unit = unitOf[id] ?? id;
        if (met[unit] === 0) units[many++] = unit;
        met[unit] = (met[unit] ?? 0) | bit;
      }
    }
    group.rarity = documents > 0 ? rarity(all, documents) : 0;
  }
  return units.subarray(0, many);
}

/** Adds up what each group weighs in each document of some units, and in each unit the most that any of its documents has. Returns the documents. */
function weigh(all: Attributes, groups: readonly Group[], ways: readonly Way[][], { units, shareOf }: Kept, columns: Columns): Int32Array {
  const { score, best, metAlone, own, inGroup, inUnit, wanted, documents, touched } = columns;
  const { unit: unitOf } = all;
  for (const unit of units) wanted[unit] = 1;
  let many = 0;
  for (const [n, { rarity: rare }] of groups.entries()) {
    const bit = 1 << n;
    let end = 0;
    for (const { ids, weights, factor } of ways[n] ?? []) {
      for (let at = 0; at < ids.length; at++) {
        const id = ids[at] ?? 0;
        if (wanted[unitOf[id] ?? id] === 0 || ((metAlone[id] ?? 0) & bit) === 0) continue;
        const before = inGroup[id] ?? 0;
        if (before === 0) touched[end++] = id;
        const weight = weights === null ? factor : Math.max(0.01, (weights[at] ?? 0) * factor);
        if (weight > before) inGroup[id] = weight;
      }
    }
    for (let at = 0; at < end; at++) {
      const id = touched[at] ?? 0;
      const weight = inGroup[id] ?? 0;
      inGroup[id] = 0;
      // Met by none of the groups before.
      if (((metAlone[id] ?? 0) & (bit - 1)) === 0) documents[many++] = id;
      own[id] = (own[id] ?? 0) + weight * rare;
      const unit = unitOf[id] ?? id;
      if (weight > (inUnit[unit] ?? 0)) inUnit[unit] = weight;
    }
    for (const unit of units) {
      score[unit] = (score[unit] ?? 0) + (inUnit[unit] ?? 0) * rare;
      inUnit[unit] = 0;
    }
  }
  addPairs(groups, (id, weight) => {
    const unit = all.unit[id] ?? id;
    if (wanted[unit] === 0 || metAlone[id] === 0) return;
    own[id] = (own[id] ?? 0) + weight;
    score[unit] = (score[unit] ?? 0) + weight;
  });
  const weighedDocuments = documents.subarray(0, many);
  for (const id of weighedDocuments) {
    const unit = all.unit[id] ?? id;
    const before = best[unit] ?? 0;
    if (before === 0 || (own[id] ?? 0) > (own[before] ?? 0)) best[unit] = id;
  }
  for (const unit of units) {
    score[unit] = (1 - ownShare) * (score[unit] ?? 0) + ownShare * (own[best[unit] ?? 0] ?? 0);
    score[unit] = (score[unit] ?? 0) * shareOf(unit);
  }
  return weighedDocuments;
}

function addPairs(groups: readonly Group[], add: (id: number, weight: number) => void): void {
  for (let n = 0; n + 1 < groups.length; n++) {
    const [first, second] = [groups[n], groups[n + 1]];
    if (!first?.word || !second?.word || second.word.at !== first.word.at + 1) continue;
    const { ids, weight } = hitsOf(phrase([first.word.text, second.word.text]));
    const rare = (first.rarity + second.rarity) / 2;
    for (let at = 0; at < ids.length; at++) add(ids[at] ?? 0, (weight[at] ?? 0) * rare * pairWeight);
  }
}

/** With operators alone, or with only what is not wanted: all that passes, the newest first. */
function everything(all: Attributes, isAsked: boolean, passes: Passes, { score, best, units }: Columns): Found {
  let many = 0;
  for (let id = 1; isAsked && id < all.size; id++) {
    const unit = all.unit[id] ?? id;
    if (!passes(id) || (best[unit] ?? 0) !== 0) continue;
    best[unit] = id;
    // Days since 1970, so that a float tells them apart.
    score[unit] = all.year[id] && kinds[all.kind[id] ?? 0] === 'resource' ? Date.UTC(all.year[id] ?? 1970, 6, 1) / 86_400_000 + 30_000 : (all.at[id] ?? 0) / 86_400_000 + 30_000;
    units[many++] = unit;
  }
  return { units: units.subarray(0, many), documents: new Int32Array(), whole: many };
}

interface Kept {
  units: Int32Array;
  whole: number;
  /** What the weight of a unit is multiplied by: 1, or less where it has only part of what was asked for. */
  shareOf: (unit: number) => number;
}

/** Keeps what has everything that was asked for; where that is little, also what has part of it. */
function cover(groups: readonly Group[], units: Int32Array, met: Uint32Array): Kept {
  const everyBit = 2 ** groups.length - 1;
  const bitsOf = (unit: number) => (met[unit] ?? 0) & everyBit;
  const whole = those(units, (unit) => bitsOf(unit) === everyBit);
  if (groups.length < 2 || whole.length >= enough) return { units: whole, whole: whole.length, shareOf: () => 1 };
  const needed = groups.reduce((bits, group, n) => (group.required ? bits | (1 << n) : bits), 0);
  // A word that nothing has counts like half an ordinary one; a lone letter is none without the others.
  const ordinary = groups.reduce((sum, group) => sum + group.rarity, 0) / Math.max(1, groups.filter((group) => group.rarity > 0).length);
  const rarities = groups.map((group) => (group.label.length === 1 ? 0 : group.rarity || ordinary / 2));
  const total = rarities.reduce((sum, r) => sum + r, 0) || 1;
  const known = new Map<number, number>();
  const share = (bits: number) => {
    let part = known.get(bits);
    if (part === undefined) known.set(bits, part = rarities.reduce((sum, r, n) => (bits & (1 << n) ? sum + r : sum), 0) / total);
    return part;
  };
  // A whole sentence may well lack some of its words.
  const least = groups.length === 2 ? (whole.length >= few ? 2 : 0) : leastShare;
  const strictness = groups.length === 2 ? 6 : groups.length === 3 ? 2 : 1;
  const kept = those(units, (unit) => {
    const bits = bitsOf(unit);
    return bits === everyBit || ((bits & needed) === needed && share(bits) > 0 && share(bits) >= least);
  });
  return { units: kept, whole: whole.length, shareOf: (unit) => (bitsOf(unit) === everyBit ? 1 : share(bitsOf(unit)) ** strictness) };
}

/** Units whose title is what was typed, whatever the case, accents and punctuation. */
function exactTitles(all: Attributes, query: Query, passes: Passes): Set<number> {
  const key = wordsKey(query.text);
  if (key === 0) return new Set();
  const ids: number[] = [];
  for (let id = all.title.indexOf(key); id >= 0; id = all.title.indexOf(key, id + 1)) if (passes(id)) ids.push(id);
  const rows = titles().byId.all(JSON.stringify(ids)) as { id: number; title: string }[];
  return new Set(rows.filter(({ title }) => sameWords(title, query.text)).map(({ id }) => all.unit[id] ?? id));
}

/** How many of the best are looked at once more, with their titles. */
const lookedAt = 300;

/**
 * The units that stand at the top, the best first, at least as many as asked for if there are so many. However many are asked for, the first of them are the same.
 * @param looks how many are looked at with their titles; the others stand behind them by their weight alone
 */
export function topOf(ranking: Ranking, units: Int32Array, many: number, looks = lookedAt): number[] {
  const { score, exact, all } = ranking;
  const some = strongest(units, score, Math.max(many, looks) + exact.size);
  for (const unit of exact) if (!some.includes(unit) && units.includes(unit)) some.unshift(unit);
  const looked = some.slice(0, looks);
  const known = titlesOf(looked);
  const value = new Map(looked.map((unit) => [unit, exact.has(unit) ? Infinity : (score[unit] ?? 0) * titleFactor(ranking, known.get(unit)) * factorOf(ranking, unit)]));
  looked.sort((a, b) => (value.get(b) ?? 0) - (value.get(a) ?? 0) || (all.at[b] ?? 0) - (all.at[a] ?? 0) || a - b);
  return [...looked, ...some.slice(looks)].slice(0, many);
}

/** The best `many` by score, in order: only those above a threshold are sorted. */
function strongest(units: Int32Array, score: Float32Array, many: number): number[] {
  let chosen: readonly number[] | Int32Array = units;
  if (units.length > 4 * many) {
    let most = 0;
    for (const unit of units) most = Math.max(most, score[unit] ?? 0);
    const steps = new Uint32Array(1025);
    const stepOf = (unit: number) => Math.floor(((score[unit] ?? 0) / most) * 1024);
    for (const unit of units) steps[stepOf(unit)] = (steps[stepOf(unit)] ?? 0) + 1;
    let step = 1025;
    for (let sum = 0; step > 0 && sum < many;) sum += steps[--step] ?? 0;
    chosen = those(units, (unit) => stepOf(unit) >= step);
  }
  return [...chosen].sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || b - a).slice(0, many);
}

interface Titles { title: readonly string[]; people: readonly string[] }

/** Those of common words are looked at again and again: remembered until a document changes. */
const titlesKnown = new Map<number, Titles>();
let titlesFor: unknown = null;
let titlesAt = -1;
const mostTitles = 10_000;

function titlesOf(units: readonly number[]): ReadonlyMap<number, Titles> {
  const { connection, byId } = titles();
  const now = documentState();
  if (titlesFor !== connection || titlesAt !== now || titlesKnown.size > mostTitles || connection.$client.inTransaction) {
    titlesKnown.clear();
    [titlesFor, titlesAt] = [connection, connection.$client.inTransaction ? -1 : now];
  }
  const rows = byId.all(JSON.stringify(units.filter((unit) => !titlesKnown.has(unit)))) as { id: number; title: string; people: string }[];
  for (const { id, title, people } of rows) titlesKnown.set(id, { title: sensesIn(title), people: sensesIn(people) });
  return titlesKnown;
}
const titles = prepared((d) => ({ connection: d, byId: d.$client.prepare('select id, title, people from search_documents where id in (select value from json_each(?))') }));

/** A title that has the words counts, the more of them the more; a title that is little else counts more still. */
function titleFactor({ expanded: { groups }, asks }: Ranking, titles: Titles | undefined): number {
  if (!titles || groups.length === 0) return 1;
  let [total, inTitle, inPeopleToo, used, alike] = [0, 0, 0, 0, 0];
  for (const group of groups) {
    const rare = group.rarity + 0.1;
    total += rare;
    const titled = bestIn(group.alternatives, titles.title);
    if (titled) {
      inTitle += rare * Math.min(1, titled.weight + 0.1);
      used += titled.senses.length;
    } else if (bestIn(group.alternatives, titles.people)) inPeopleToo += rare;
    else if (isOnlyAlike(group.alternatives, titles.title)) alike += rare;
  }
  const share = inTitle / total;
  const telling = titles.title.filter((word) => !stopWords.has(word)).length || 1;
  const all = (inTitle + inPeopleToo) / total;
  // What 311 and … are, to who asks: what is 311?
  const asTyped = asks.length > 0 && asks.every((word, at) => titles.title[at] === word) ? 2.5 : 0;
  return 1 + asTyped - 0.85 * (alike / total) + 1.6 * share ** 1.5 + (share > 0.95 ? 0.35 + 0.5 * Math.min(1, used / telling) : 0) + (inPeopleToo > 0 ? 0.4 * all ** 2 : 0);
}

/** Whether a title has but the stem of a word, in another sense: the index has counted it for the word. */
const isOnlyAlike = (alternatives: readonly Alternative[], title: readonly string[]) =>
  alternatives.some(({ senses }) => senses.some((sense) => {
    const stem = stemOfSenses(sense);
    return stem !== null && title.some((word) => stemOfSenses(word) === stem);
  }));

const bestIn = (alternatives: readonly Alternative[], words: readonly string[]) =>
  alternatives.reduce<Alternative | null>((best, a) => (a.senses.length > 0 && (!best || a.weight > best.weight) && (a.how.by === 'beginning' ? words.some((w) => w.startsWith(fold(a.senses[0] ?? ''))) : standsIn(a.senses, words)) ? a : best), null);

/** What decides between things that fit alike: our own pieces, accepted answers, and what is newer. */
function factorOf({ all, best }: Ranking, unit: number): number {
  const kind = kinds[all.kind[unit] ?? 0];
  const type = all.typeCodes[all.type[unit] ?? 0];
  const own = type === 'article' || type === 'practice' ? 1.2 : kind === 'resource' || kind === 'thread' ? 1 : 0.95;
  const accepted = all.accepted[best[unit] ?? unit] || all.accepted[unit] ? 1.04 : 1;
  const years = kind === 'resource' && all.year[unit] ? new Date().getUTCFullYear() - (all.year[unit] ?? 0) : (Date.now() - (all.at[unit] ?? 0)) / (365.25 * 86_400_000);
  return own * accepted * (1 + 0.05 * Math.exp(-Math.max(0, years) / 5));
}

/** For marking: everything the groups are met by, as one question to the index; null where nothing is. */
export function marksOf({ groups }: Expanded): string | null {
  const matches = new Set(groups.flatMap((group) => group.alternatives.flatMap((a) => a.match ?? [])));
  return matches.size ? [...matches].map((match) => `(${match})`).join(' OR ') : null;
}

