import { prepared } from '#db/client.ts';
import { attributes, documentState } from './attributes.ts';

/** Which documents have some words. */
export interface Hits {
  /** Ascending. */
  ids: Int32Array;
  /** How much the words weigh in each, about 0 to 2.2: bm25 without its part for how rare they are. */
  weight: Float32Array;
}

/** Words side by side as a question to the index; nothing in them can be an operator. */
export const phrase = (words: readonly string[]): string => `"${words.join(' ')}"`;
/** Words that stand near each other, within about two sentences, in any order. */
export const near = (words: readonly string[]): string => `NEAR(${words.map((word) => phrase([word])).join(' ')}, 30)`;
/** The same with the last word as the beginning of one. */
export const beginning = (words: readonly string[]): string => `${phrase(words)}*`;
/** The same in the names of authors and writers only. */
export const inPeople = (match: string): string => `people : ${match}`;

/** All of these words in the names of authors and writers; a name with an apostrophe is two words for the index: O'Brien, D'Souza. */
export function byPeople(words: readonly string[], as = phrase): string {
  return words.map((word) => {
    const ways = /^[dlo]\p{L}{3}/iu.test(word) ? [[word], [word.slice(0, 1), word.slice(1)]] : [[word]];
    return `(${ways.map((way) => inPeople(as(way))).join(' OR ')})`;
  }).join(' AND ');
}

/** The last used stand at the end. */
const kept = new Map<string, Hits>();
let keptFor: unknown = null;
let keptAt = -1;
/** Documents in all that kept answers may name, 8 bytes each. */
const mostKeptIds = 1_000_000;
let keptIds = 0;

/** What has these words now; the match is made by the functions above. Remembered until a document changes. */
export function hitsOf(match: string): Hits {
  const { connection } = queries();
  const now = documentState();
  if (keptFor !== connection || keptAt !== now) {
    kept.clear();
    [keptFor, keptAt, keptIds] = [connection, now, 0];
  }
  const known = kept.get(match);
  const hits = known ?? ask(match);
  if (connection.$client.inTransaction) return hits;
  kept.delete(match);
  kept.set(match, hits);
  // An answer of nothing takes room too.
  if (!known) keptIds += hits.ids.length + 100;
  for (const [oldest, { ids }] of kept) {
    if (keptIds <= mostKeptIds) break;
    kept.delete(oldest);
    keptIds -= ids.length + 100;
  }
  return hits;
}

/** The people of the first document that a match finds. */
export const firstPeople = (match: string): string => (queries().people.get(hitsOf(match).ids[0] ?? 0) ?? '') as string;

/** Weighing each match by bm25 costs about 1 µs; words that so many documents have tell little, and the column they stand in is enough. */
const mostWeighed = 8_000;
/** What a word weighs that stands in the title, with the people, in the summary, or only in the text. */
const columnWeights = { title: 2, people: 1.7, summary: 1.4, body: 0.8 };

function ask(match: string): Hits {
  const { ids: idsOf, weighed } = queries();
  const ids = Int32Array.from(idsOf.all(match) as number[]);
  const rarity = Math.log((attributes().count - ids.length + 0.5) / (ids.length + 0.5));
  if (ids.length > mostWeighed || rarity < 0.3) return { ids, weight: byColumn(match, ids) };
  const weight = new Float32Array(ids.length);
  (weighed.all(match) as number[]).forEach((rank, n) => { weight[n] = -rank / rarity; });
  return { ids, weight };
}

function byColumn(match: string, ids: Int32Array): Float32Array {
  const weight = new Float32Array(ids.length).fill(columnWeights.body);
  for (const column of ['summary', 'people', 'title'] as const) {
    let at = 0;
    for (const id of queries().ids.all(`${column} : (${match.replace(/^people : /, '')})`) as number[]) {
      while ((ids[at] ?? Infinity) < id) at++;
      if (ids[at] === id) weight[at] = columnWeights[column];
    }
  }
  return weight;
}

const queries = prepared((d) => ({
  connection: d,
  ids: d.$client.prepare('select rowid from search_index where search_index match ? order by rowid').pluck(),
  weighed: d.$client.prepare('select bm25(search_index, 10.0, 5.0, 3.0, 1.0) from search_index where search_index match ? order by rowid').pluck(),
  people: d.$client.prepare('select people from search_documents where id = ?').pluck(),
}));
