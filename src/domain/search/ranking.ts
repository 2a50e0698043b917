import { prepared } from '#db/client.ts';
import { attributes, kinds, type Attributes } from './attributes.ts';
import { expand, type Alternative, type Expanded, type Group } from './groups.ts';
import { hitsOf, inPeople, phrase } from './matching.ts';
import type { Query, Term } from './query.ts';
import { fold, sameWords, standsIn, stemsIn, stopWords, wordsIn } from './words.ts';

/** Everything that was found, before it is narrowed and shown. */
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
  /** Documents that meet any group, in no order. */
  documents: readonly number[];
  /** Units whose title is what was typed. */
  exact: ReadonlySet<number>;
  /** How many units have everything that was asked for; the others have most of it. */
  whole: number;
}

/*
 * The numbers of this file were chosen on one half of the judged queries (tests/search-quality), by hand from what a search over a grid found
 * to be flat and good, so that none of them fits single queries.
 */

/** Below this many whole matches, what has part of the words is shown too. */
const enough = 15;
/** The share of what was asked for (rare words count more) that a document needs to be shown without the rest. */
const leastShare = 0.3;

/** Finds what a query asks for among all documents, or among those with an id above `after`. */
export function rank(query: Query, after = 0): Ranking {
  const expanded = expand(query);
  const ways = waysOf(expanded);
  const ranking = rankBy(query, expanded, after);
  if (ranking.whole > 0 || query.clauses.length < 2) return ranking;
  const bold = expand(query, true);
  if (waysOf(bold) === ways) return ranking;
  const bolder = rankBy(query, bold, after);
  return bolder.whole > 0 ? bolder : ranking;
}

const waysOf = ({ groups }: Expanded) => groups.reduce((sum, { alternatives }) => sum + alternatives.length, 0);

/** Whether a unit has everything that was asked for. */
export function meetsAll({ expanded: { groups }, met }: Ranking, unit: number): boolean {
  const everyBit = 2 ** groups.length - 1;
  return ((met[unit] ?? 0) & everyBit) === everyBit;
}

function rankBy(query: Query, expanded: Expanded, after: number): Ranking {
  const all = attributes();
  const { groups } = expanded;
  const score = new Float32Array(all.size);
  const met = new Uint32Array(all.size);
  const best = new Int32Array(all.size);
  const metAlone = new Uint32Array(all.size);
  const documents: number[] = [];
  const passes = filterOf(all, groups, query.without, after);
  const exact = exactTitles(all, query, passes);
  const weighing = groups.filter((group) => group.weighs);
  const units = weighing.length > 0 ? weigh(all, weighing, passes, { score, met, best, metAlone, documents }) : everything(all, groups, passes, { score, best });
  for (const unit of exact) {
    if (best[unit] === 0) units.push(unit);
    best[unit] = unit;
    met[unit] = 2 ** weighing.length - 1;
  }
  const kept = cover(weighing, units, { score, met });
  return { all, expanded: { ...expanded, groups: weighing }, units: Int32Array.from(kept.units), score, met, best, metAlone, documents, exact, whole: kept.whole };
}

interface Marks { score: Float32Array; met: Uint32Array; best: Int32Array; metAlone: Uint32Array; documents: number[] }

/** Whether a document passes the operators and has nothing of what is not wanted; a thread whose opening post is not wanted is not wanted. */
function filterOf(all: Attributes, groups: readonly Group[], without: readonly Term[], after: number): (id: number) => boolean {
  const narrowing = groups.filter((group) => !group.weighs).map((group) => group.alternatives.flatMap((a) => a.passes ?? []));
  if (narrowing.length === 0 && without.length === 0) return (id) => id > after && all.kind[id] !== 0;
  const unwanted = new Uint8Array(all.size);
  const not: ((all: Attributes, id: number) => boolean)[] = [];
  for (const term of without) {
    if (term.kind !== 'field') for (const id of hitsOf(phrase(term.words)).ids) unwanted[id] = 1;
    else if ('passes' in term.field) not.push(term.field.passes);
    else for (const id of hitsOf(term.field.people.map((word) => `(${inPeople(phrase([word]))})`).join(' AND ')).ids) unwanted[id] = 1;
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

/** Columns by document that one ranking needs and no longer: the same ones serve all. */
let scratch = scratchFor(0);

function scratchFor(size: number) {
  return { size, own: new Float32Array(size), allowed: new Int8Array(size), known: new Uint8Array(size), inGroup: new Float32Array(size), inUnit: new Float32Array(size) };
}

function cleared(size: number): typeof scratch {
  if (scratch.size < size) return (scratch = scratchFor(Math.ceil(size * 1.1)));
  for (const column of [scratch.own, scratch.allowed, scratch.known, scratch.inGroup, scratch.inUnit]) column.fill(0);
  return scratch;
}

/** Adds up what each group weighs in each document, and in each thread the most that any of its posts has. Returns the units that meet any group. */
function weigh(all: Attributes, groups: readonly Group[], passes: (id: number) => boolean, { score, met, best, metAlone, documents }: Marks): number[] {
  const { own, allowed, known, inGroup, inUnit } = cleared(all.size);
  const units: number[] = [];
  const rarities = groups.map((group, n) => {
    const touched: number[] = [];
    const meets = (id: number, weight: number) => {
      if (allowed[id] === 0) allowed[id] = passes(id) ? 1 : -1;
      if (allowed[id] !== 1) return;
      const before = inGroup[id] ?? 0;
      if (before === 0) touched.push(id);
      if (weight > before) inGroup[id] = weight;
    };
    for (const { match, passes: has, weight } of group.alternatives) {
      if (match !== null) {
        const hits = hitsOf(match);
        for (let at = 0; at < hits.ids.length; at++) meets(hits.ids[at] ?? 0, Math.max(0.01, (hits.weight[at] ?? 0) * weight));
      } else if (has) for (let id = 1; id < all.size; id++) if (all.kind[id] && has(all, id)) meets(id, weight);
    }
    const rare = touched.length > 0 ? rarity(all, touched.length) : 0;
    const touchedUnits: number[] = [];
    for (const id of touched) {
      const weight = inGroup[id] ?? 0;
      inGroup[id] = 0;
      if (known[id] === 0) documents.push(id);
      known[id] = 1;
      metAlone[id] = (metAlone[id] ?? 0) | (1 << n);
      own[id] = (own[id] ?? 0) + weight * rare;
      const unit = all.unit[id] ?? id;
      if (inUnit[unit] === 0) touchedUnits.push(unit);
      inUnit[unit] = Math.max(inUnit[unit] ?? 0, weight);
    }
    for (const unit of touchedUnits) {
      if (met[unit] === 0) units.push(unit);
      met[unit] = (met[unit] ?? 0) | (1 << n);
      score[unit] = (score[unit] ?? 0) + (inUnit[unit] ?? 0) * rare;
      inUnit[unit] = 0;
    }
    return rare;
  });
  addPairs(groups, rarities, (id, weight) => {
    if (known[id] !== 1) return;
    own[id] = (own[id] ?? 0) + weight;
    const unit = all.unit[id] ?? id;
    score[unit] = (score[unit] ?? 0) + weight;
  });
  for (const id of documents) {
    const unit = all.unit[id] ?? id;
    const before = best[unit] ?? 0;
    if (before === 0 || (own[id] ?? 0) > (own[before] ?? 0)) best[unit] = id;
  }
  for (const unit of units) score[unit] = (1 - ownShare) * (score[unit] ?? 0) + ownShare * (own[best[unit] ?? 0] ?? 0);
  groups.forEach((group, n) => { group.rarity = rarities[n] ?? 0; });
  return units;
}

function addPairs(groups: readonly Group[], rarities: readonly number[], add: (id: number, weight: number) => void): void {
  for (let n = 0; n + 1 < groups.length; n++) {
    const [a, b] = [groups[n]?.word, groups[n + 1]?.word];
    if (!a || !b || b.at !== a.at + 1) continue;
    const { ids, weight } = hitsOf(phrase([a.text, b.text]));
    const rare = ((rarities[n] ?? 0) + (rarities[n + 1] ?? 0)) / 2;
    for (let at = 0; at < ids.length; at++) add(ids[at] ?? 0, (weight[at] ?? 0) * rare * pairWeight);
  }
}

/** With operators alone: all that passes, the newest first. */
function everything(all: Attributes, groups: readonly Group[], passes: (id: number) => boolean, { score, best }: Pick<Marks, 'score' | 'best'>): number[] {
  const units: number[] = [];
  if (groups.length === 0) return units;
  for (let id = 1; id < all.size; id++) {
    const unit = all.unit[id] ?? id;
    if (!passes(id) || (best[unit] ?? 0) !== 0) continue;
    best[unit] = id;
    // Days since 1970, so that a float tells them apart.
    score[unit] = all.year[id] && kinds[all.kind[id] ?? 0] === 'resource' ? Date.UTC(all.year[id] ?? 1970, 6, 1) / 86_400_000 + 30_000 : (all.at[id] ?? 0) / 86_400_000 + 30_000;
    units.push(unit);
  }
  return units;
}

/** Keeps what has everything that was asked for; where that is little, also what has part of it. */
function cover(groups: readonly Group[], units: readonly number[], { score, met }: Pick<Marks, 'score' | 'met'>): { units: number[]; whole: number } {
  const everyBit = 2 ** groups.length - 1;
  const needed = groups.reduce((bits, group, n) => (group.required ? bits | (1 << n) : bits), 0);
  // A word that nothing has counts like half an ordinary one.
  const ordinary = groups.reduce((sum, group) => sum + group.rarity, 0) / Math.max(1, groups.filter((group) => group.rarity > 0).length);
  const rarities = groups.map((group) => group.rarity || ordinary / 2);
  const total = rarities.reduce((sum, r) => sum + r, 0) || 1;
  const whole = units.filter((unit) => ((met[unit] ?? 0) & everyBit) === everyBit);
  if (groups.length < 2 || whole.length >= enough) return { units: whole, whole: whole.length };
  const shareOf = new Map<number, number>();
  const share = (bits: number) => {
    let known = shareOf.get(bits);
    if (known === undefined) shareOf.set(bits, known = rarities.reduce((sum, r, n) => (bits & (1 << n) ? sum + r : sum), 0) / total);
    return known;
  };
  // One word of two is worth showing only where nothing has both. A whole sentence may well lack some of its words.
  const least = groups.length === 2 ? (whole.length > 0 ? 2 : 0) : leastShare;
  const strictness = groups.length > 3 ? 1 : 2;
  const kept = units.filter((unit) => {
    const bits = (met[unit] ?? 0) & everyBit;
    if (bits === everyBit) return true;
    const has = share(bits);
    if ((bits & needed) !== needed || has < least) return false;
    score[unit] = (score[unit] ?? 0) * has ** strictness;
    return true;
  });
  return { units: kept, whole: whole.length };
}

/** Units whose title is what was typed, whatever the case, accents and punctuation. */
function exactTitles(all: Attributes, query: Query, passes: (id: number) => boolean): Set<number> {
  const words = wordsIn(query.text).slice(0, 60);
  if (words.length === 0) return new Set();
  const rows = titled().all(`title : ^ ${phrase(words)}`) as { id: number; title: string }[];
  return new Set(rows.filter(({ id, title }) => sameWords(title, query.text) && id < all.size && passes(id)).map(({ id }) => all.unit[id] ?? id));
}
const titled = prepared((d) => d.$client.prepare(`
  select d.id, d.title from (select rowid as id from search_index where search_index match ? order by bm25(search_index, 1.0, 0, 0, 0) limit 50) m join search_documents d on d.id = m.id`));

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
  const titles = titlesOf(looked);
  const value = new Map(looked.map((unit) => [unit, exact.has(unit) ? Infinity : (score[unit] ?? 0) * titleFactor(ranking, titles.get(unit)) * factorOf(ranking, unit)]));
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
    chosen = units.filter((unit) => stepOf(unit) >= step);
  }
  return [...chosen].sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || b - a).slice(0, many);
}

interface Titles { title: readonly string[]; people: readonly string[] }

function titlesOf(units: readonly number[]): Map<number, Titles> {
  const rows = titlesById().all(JSON.stringify(units)) as { id: number; title: string; people: string }[];
  return new Map(rows.map(({ id, title, people }) => [id, { title: stemsIn(title), people: stemsIn(people) }]));
}
const titlesById = prepared((d) => d.$client.prepare('select id, title, people from search_documents where id in (select value from json_each(?))'));

/** A title that has the words counts, the more of them the more; a title that is little else counts more still. */
function titleFactor({ expanded: { groups } }: Ranking, titles: Titles | undefined): number {
  if (!titles || groups.length === 0) return 1;
  let [total, inTitle, inPeopleToo, used] = [0, 0, 0, 0];
  for (const group of groups) {
    const rare = group.rarity + 0.1;
    total += rare;
    const titled = bestIn(group.alternatives, titles.title);
    if (titled) {
      inTitle += rare * Math.min(1, titled.weight + 0.1);
      used += titled.stems.length;
    } else if (bestIn(group.alternatives, titles.people)) inPeopleToo += rare;
  }
  const share = inTitle / total;
  const telling = titles.title.filter((word) => !stopWords.has(word)).length || 1;
  const all = (inTitle + inPeopleToo) / total;
  return 1 + 1.2 * share ** 2 + (share > 0.95 ? 0.35 + 0.5 * Math.min(1, used / telling) : 0) + (inPeopleToo > 0 ? 0.4 * all ** 2 : 0);
}

const bestIn = (alternatives: readonly Alternative[], words: readonly string[]) =>
  alternatives.reduce<Alternative | null>((best, a) => (a.stems.length > 0 && (!best || a.weight > best.weight) && (a.how.by === 'beginning' ? words.some((w) => w.startsWith(fold(a.stems[0] ?? ''))) : standsIn(a.stems, words)) ? a : best), null);

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

