import { thesaurusEntries, type ThesaurusEntry } from './thesaurus.ts';
import { fold, sense, stopWords, wordsIn } from './words.ts';

/** Another way to say the same, as words. */
export interface Synonym { words: string[]; text: string; acronym: boolean }

/** What stands in the thesaurus under a run of words. */
export interface Found {
  /** How many words of the run it covers. */
  length: number;
  /** The run as the thesaurus writes it. */
  text: string;
  same: Synonym[];
  /** Near, but not the same: for when nothing else is found. */
  related: Synonym[];
}

interface Lookup { entries: readonly ThesaurusEntry[]; bySenses: Map<string, { text: string; entries: ThesaurusEntry[] }>; longest: number; words: string[] }
let lookup: Lookup | null = null;

const keyOf = (words: readonly string[]) => words.map(sense).join(' ');
const isAcronym = (text: string) => /^[\p{Lu}\d]{2,6}s?$/u.test(text);
const asSynonym = (text: string): Synonym => ({ words: wordsIn(text), text, acronym: isAcronym(text) });

function current(): Lookup {
  const entries = thesaurusEntries();
  if (lookup?.entries === entries) return lookup;
  const bySenses: Lookup['bySenses'] = new Map();
  let longest = 1;
  for (const entry of entries) {
    for (const text of [entry.term, ...entry.also]) {
      const words = wordsIn(text);
      const key = keyOf(words);
      longest = Math.max(longest, words.length);
      const known = bySenses.get(key);
      if (!known) bySenses.set(key, { text, entries: [entry] });
      else if (!known.entries.includes(entry)) known.entries.push(entry);
    }
  }
  const words = new Set(entries.flatMap((entry) => [entry.term, ...entry.also]).flatMap(wordsIn).map(fold));
  return (lookup = { entries, bySenses, longest, words: [...words] });
}

/** The single words of the thesaurus: words of the field, whether a document has them or not. */
export const thesaurusWords = (): readonly string[] => current().words;

/** The longest run of words from `at` on that the thesaurus has; null for none. */
export function synonymsAt(words: readonly string[], at: number): Found | null {
  const { bySenses, longest } = current();
  for (let length = Math.min(longest, words.length - at); length > 0; length--) {
    const run = words.slice(at, at + length);
    const [only = ''] = run;
    // "it" and "us" are words unless somebody shouts.
    if (length === 1 && stopWords.has(only.toLowerCase()) && only !== only.toUpperCase()) continue;
    const key = keyOf(run);
    const known = bySenses.get(key);
    if (!known) continue;
    const others = (texts: readonly string[]) => texts.map(asSynonym).filter((s) => s.words.length > 0 && keyOf(s.words) !== key);
    return {
      length, text: known.text,
      same: known.entries.flatMap((entry) => others([entry.term, ...entry.also])),
      related: known.entries.flatMap((entry) => others(entry.related)),
    };
  }
  return null;
}
