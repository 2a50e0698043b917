import type { Database } from 'better-sqlite3';
import { wordsOf } from '#lib/search-words.ts';
import { stem, stopWords, wordsIn } from './words.ts';

/** Words side by side, as stems, and what else the thesaurus calls them in one word. */
interface Run { stems: readonly string[]; acronym: boolean; others: readonly string[] }

/**
 * Reads the thesaurus for finding what else the words of a text are called: IVR where it says "phone menu", trash where it says "garbage". Only what is one
 * word: by the words of a longer name each alone ("net" of "net promoter score") nothing should be found.
 */
export function openTwins(sqlite: Database): (text: string) => string[] {
  const entries = sqlite.prepare<[], { term: string; also: string }>('select term, also from thesaurus_entries where removed_at is null order by id').all();
  const byFirst = new Map<string, Run[]>();
  for (const { term, also } of entries) {
    const names = [term, ...JSON.parse(also) as string[]];
    const others = names.flatMap((name) => { const [only, second] = wordsOf(name); return only !== undefined && second === undefined ? [only] : []; });
    for (const name of others.length > 0 ? names : []) {
      const words = wordsIn(name);
      const stems = words.map(stem);
      const [first] = stems;
      if (first !== undefined && !(words.length === 1 && stopWords.has(name.toLowerCase()))) byFirst.set(first, [...byFirst.get(first) ?? [], { stems, acronym: /^[\p{Lu}\d]{2,6}s?$/u.test(name) && /\p{L}/u.test(name), others }]);
    }
  }
  return (text) => {
    const words = wordsIn(text);
    const stems = words.map(stem);
    const found = new Set<string>();
    stems.forEach((first, at) => {
      for (const { stems: run, acronym, others } of byFirst.get(first) ?? []) {
        // "care" is no CARE.
        if ((!acronym || words[at] !== words[at]?.toLowerCase()) && run.every((one, n) => stems[at + n] === one)) for (const other of others) found.add(other);
      }
    });
    for (const word of wordsOf(text)) found.delete(word);
    return [...found];
  };
}
