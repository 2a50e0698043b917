import { setImmediate as afterOthers } from 'node:timers/promises';
import { prepared } from '#db/client.ts';
import { distance } from '#lib/search-words.ts';
import { otherSpelling } from '#lib/spellings.ts';
import { attributes, documentState } from './attributes.ts';
import { documentRemovals } from './documents.ts';
import { phrase } from './matching.ts';
import { fold, stopWords } from './words.ts';

/**
 * The words of the documents as they are written (the index has only their stems), by length, with a mask of their letters: what a mistyped
 * word may have meant is found among them by going through all of a fitting length.
 */
interface Vocabulary {
  /** How many documents have the word, about. */
  count: Map<string, number>;
  byLength: { words: string[]; masks: number[] }[];
  /** Those with digits in them, which nothing is corrected to: philly311. */
  numbered: string[];
  /** Documents are read in this order down to the first; the rest is done while nobody asks. */
  next: number;
  /** Letters of texts that may still be read; titles, names and summaries are always. */
  budget: number;
  state: number;
  /** How often words had been taken away before they were read: while that stands, all of them stand somewhere. */
  removals: number;
}

/** So many letters have the words of a field; reading takes about a second for ten million. */
const mostLetters = 10_000_000;

/** Documents that have the stem of a word and are looked at for the word itself. */
const mostLookedAt = 100;

let known: Vocabulary | null = null;
let knownFor: unknown = null;

const queries = prepared((d) => ({
  connection: d,
  last: d.$client.prepare('select coalesce(max(id), 0) from search_documents').pluck(),
  some: d.$client.prepare(`select id, title, people, summary, case when @bodies then substr(body, 1, 20000) else '' end as body from search_documents where id <= @from order by id desc limit 200`),
  having: d.$client.prepare(`select d.id, title, people, summary, substr(body, 1, 20000) as body from (select rowid as found from search_index where search_index match ? order by rowid desc limit ${mostLookedAt}) join search_documents d on d.id = found`),
  changed: d.$client.prepare(`select d.id, title, people, summary, substr(body, 1, 20000) as body from search_documents d where id in (select document_id from search_changes where id > ? order by id limit 500)`),
}));
interface Texts { id: number; title: string; people: string; summary: string; body: string }

/** Milliseconds in which the words of a small hub are read at once; the rest of a large one is read between requests. */
const patience = 400;
/** A hub with more words than this has enough of them. */
const mostWords = 150_000;

function vocabulary(): Vocabulary {
  const { connection, last, changed } = queries();
  if (known === null || knownFor !== connection) {
    known = { count: new Map(), byLength: Array.from({ length: 31 }, () => ({ words: [], masks: [] })), numbered: [], next: last.get() as number, budget: mostLetters, state: documentState(), removals: documentRemovals() };
    knownFor = connection;
    readSome(known, patience);
    if (known.next > 0) void readRest(known);
  }
  const now = documentState();
  if (known.state !== now) {
    for (const texts of changed.all(known.state) as Texts[]) read(known, texts);
    known.state = now;
  }
  return known;
}

function readSome(words: Vocabulary, milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (words.next > 0 && performance.now() < until) {
    const rows = queries().some.all({ from: words.next, bodies: Number(words.budget > 0) }) as Texts[];
    for (const row of rows) read(words, row);
    words.next = rows.length < 200 || words.count.size > mostWords ? 0 : (rows.at(-1)?.id ?? 1) - 1;
  }
}

async function readRest(words: Vocabulary): Promise<void> {
  while (words.next > 0) {
    await afterOthers();
    if (known !== words || queries().connection !== knownFor) return;
    readSome(words, 4);
  }
}

/** From a letter on: numbers alone are no words. */
const plainWords = /(?<![\p{L}\p{M}\p{N}])\p{L}[\p{L}\p{M}\p{N}]{2,29}(?![\p{L}\p{M}\p{N}])/gu;

function read(words: Vocabulary, { title, people, summary, body }: Texts): void {
  words.budget -= body.length;
  for (const word of new Set(fold(`${title} ${people} ${summary} ${body}`).match(plainWords))) {
    const before = words.count.get(word) ?? 0;
    words.count.set(word, before + 1);
    if (before > 0) continue;
    if (/\p{N}/u.test(word)) {
      words.numbered.push(word);
      continue;
    }
    const same = words.byLength[word.length];
    if (!same) continue;
    same.words.push(word);
    same.masks.push(maskOf(word));
  }
}

/** One bit for each letter that a word has. */
function maskOf(word: string): number {
  let mask = 0;
  for (let n = 0; n < word.length; n++) mask |= 1 << (word.charCodeAt(n) % 32);
  return mask;
}

function bitsOf(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

/** About how many documents have the word as it is written here. */
export function commonness(word: string): number {
  const count = vocabulary().count.get(fold(word)) ?? 0;
  return count > 0 && isThere(fold(word)) ? count : 0;
}

/** Whether a word of the vocabulary still stands in a document: it keeps those of texts that were changed or removed since, and what may not be read must not be offered either. */
function isThere(word: string): boolean {
  const { connection, having } = queries();
  const [state, removals] = [documentState(), documentRemovals()];
  if (vocabulary().removals === removals) return true;
  if (lookedFor !== connection || lookedAt !== removals || connection.$client.inTransaction) {
    looked.clear();
    [lookedFor, lookedAt] = [connection, connection.$client.inTransaction ? -1 : removals];
  }
  // What stands somewhere does so until words are taken away; what does not may come with any document.
  const before = looked.get(word);
  if (before === true || before === state) return before === true;
  const itself = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])${word}(?![\\p{L}\\p{M}\\p{N}])`, 'u');
  let found = false;
  for (const { title, people, summary, body } of having.iterate(phrase([word])) as IterableIterator<Texts>) if ((found = itself.test(fold(`${title} ${people} ${summary} ${body}`)))) break;
  looked.set(word, found || state);
  return found;
}
/** True, or the state of the documents in which it stood nowhere. */
const looked = new Map<string, true | number>();
let lookedFor: unknown = null;
let lookedAt = -1;

/** Reads the attributes and words of all documents; for the start of the hub, so that the first who searches need not wait. */
export function readWords(): void {
  attributes();
  vocabulary();
}

export interface Correction {
  word: string;
  /** Letters that are other, missing, too many or changed over: 1 or 2. */
  distance: number;
}

/** What a word may have been meant to be, among the words of the documents and some `others`, the likeliest first, at most `most`. Of three letters the first is taken to be right, or left out; shorter ones and numbers are not corrected. */
export function correctionsOf(typed: string, most: number, others: readonly string[] = []): Correction[] {
  const word = fold(typed);
  if (word.length < 3 || word.length > 30 || /\p{N}/u.test(word)) return [];
  const furthest = word.length < 5 ? 1 : 2;
  const mask = maskOf(word);
  const { byLength, count } = vocabulary();
  const found: (Correction & { rank: number })[] = [];
  const look = (other: string, otherMask: number) => {
    if (bitsOf(otherMask ^ mask) > 2 * furthest) return;
    const letters = distance(word, other, furthest);
    if (letters === 0 || letters > furthest || stopWords.has(other) || (word.length === 3 && other.length < 4 && other[0] !== word[0]) || !isSlip(word, other, letters)) return;
    // Nearness decides, then how the word begins, how often it is used, and its length.
    const rank = letters * 10 - (other[0] === word[0] ? 4 : 0) - 2 * Math.log10(1 + (count.get(other) ?? 0)) + (other.length === word.length ? 0 : 0.5);
    found.push({ word: other, distance: letters, rank });
  };
  for (let length = Math.max(3, word.length - furthest); length <= word.length + furthest; length++) {
    const same = byLength[length];
    for (let n = 0; same && n < same.words.length; n++) look(same.words[n] ?? '', same.masks[n] ?? 0);
  }
  for (const other of others) if (!count.has(other)) look(other, maskOf(other));
  found.sort((a, b) => a.rank - b.rank);
  const there: Correction[] = [];
  for (const { word: to, distance: letters } of found) {
    if (there.length === most) break;
    if (others.includes(to) || isThere(to)) there.push({ word: to, distance: letters });
  }
  return there;
}

/** Letters that stand for each other when somebody writes by ear. */
const alike = ['aeiouy', 'cks'];
const keys = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const placeOf = (letter: string) => {
  const row = keys.findIndex((letters) => letters.includes(letter));
  return { row, column: (keys[row]?.indexOf(letter) ?? NaN) + row / 4 };
};

function isNeighbour(a: string, b: string): boolean {
  const [one, other] = [placeOf(a), placeOf(b)];
  return Math.abs(one.row - other.row) <= 1 && Math.abs(one.column - other.column) <= 1;
}

/**
 * Whether one word may be the other mistyped. A long one is known by the letters that are left; a short one with just any other letter is another
 * word (rich is not rice, shopper not stopped), so that its letters may only be changed over, missing, doubled, the next key, or one that sounds alike.
 */
function isSlip(word: string, other: string, letters: number): boolean {
  if (word.length > (letters === 1 ? 4 : 7)) return true;
  if (word.length !== other.length) return Math.abs(word.length - other.length) === 1;
  const isSwap = (n: number) => word[n] === other[n + 1] && word[n + 1] === other[n];
  return [...word].every((letter, n) => {
    const meant = other[n] ?? '';
    return letter === meant || isSwap(n) || isSwap(n - 1) || isNeighbour(letter, meant) || alike.some((some) => some.includes(letter) && some.includes(meant));
  });
}

/** Words that begin so, the most common first, at most `most`; to be looked for, not to be shown: some may stand nowhere any more. */
export function completionsOf(typed: string, most: number): string[] {
  const word = fold(typed);
  const { byLength, numbered, count } = vocabulary();
  const found = [...byLength.slice(word.length + 1).flatMap((same) => same.words), ...numbered].filter((other) => other.startsWith(word) && other !== word);
  return found.sort((a, b) => (count.get(b) ?? 0) - (count.get(a) ?? 0)).slice(0, most);
}

/** Endings and letter groups that are spelled in two ways in the United States and in Britain or Canada. */
const twins: readonly (readonly [RegExp, string])[] = [
  [/our(?=$|s|ed|ing|ful|able|ite|hood|ly|al)/, 'or'], [/or(?=$|s|ed|ing|ful|able|ite|hood|ly|al)/, 'our'],
  [/(?<=[bcdghptv])re(?=$|s$|d$)/, 'er'], [/(?<=[bcdghptv])er(?=$|s$|ed$)/, 're'],
  [/is(?=e$|es$|ed$|ing$|er$|ers$|ation$|ations$|ational$)/, 'iz'], [/iz(?=e$|es$|ed$|ing$|er$|ers$|ation$|ations$|ational$)/, 'is'],
  [/ys(?=e$|es$|ed$|ing$|er$)/, 'yz'], [/yz(?=e$|es$|ed$|ing$|er$)/, 'ys'],
  [/ogue(?=$|s$)/, 'og'], [/og(?=$|s$)/, 'ogue'], [/enc(?=e$|es$|ed$|ing$)/, 'ens'], [/ens(?=e$|es$|ed$|ing$)/, 'enc'], [/ctis(?=e$|es$|ed$|ing$)/, 'ctic'], [/ctic(?=e$|es$|ed$|ing$)/, 'ctis'],
  [/(?<=[aeiouy][^aeiouy]*[aeiouy])ll(?=ed$|ing$|er$|ers$|or$|ors$|ment$|ments$)/, 'l'], [/(?<=[aeiouy][^aeiouy]*[aeiouy])l(?=ed$|ing$|er$|ers$|or$|ors$|ment$|ments$)/, 'll'],
  [/amme(?=$|s$|d$)/, 'am'], [/am(?=$|s$)/, 'amme'], [/ae/, 'e'], [/oe(?!$|s$)/, 'e'], [/dgement/, 'dgment'], [/dgment/, 'dgement'],
];
/** How else a word may be spelled on the other side of the border or the ocean, generously; whether it is, only the documents tell. */
export function spellingTwins(typed: string): string[] {
  const word = fold(typed);
  if (word.length < 4 || stopWords.has(word)) return [];
  const found = new Set<string>();
  for (const [from, to] of twins) if (from.test(word)) found.add(word.replace(from, to));
  const other = otherSpelling(word);
  if (other) found.add(other);
  return [...found].filter((twin) => !stopWords.has(twin));
}
