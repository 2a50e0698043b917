import { thesaurusEntries, type ThesaurusEntry } from '../search/thesaurus.ts';
import { wordKey } from './words.ts';

/** Where an entry stands on the public page. */
export function entryUrl({ id }: { id: number }): string {
  return `/thesaurus#word-${id}`;
}

/** The entries in which a word, a related one too, holds what was typed: without regard to case, accents, hyphens and blanks. All of them for an empty text. */
export function entriesMatching(typed: string): readonly ThesaurusEntry[] {
  const wanted = unspaced(typed);
  return wanted ? thesaurusEntries().filter((entry) => [entry.term, ...entry.also, ...entry.related].some((word) => unspaced(word).includes(wanted))) : thesaurusEntries();
}

const unspaced = (text: string) => wordKey(text).replaceAll(' ', '');

/** Entries under their first letter, digits together under `0-9`, in the order given. */
export function byLetter(entries: readonly ThesaurusEntry[]): { letter: string; entries: ThesaurusEntry[] }[] {
  const groups = new Map<string, ThesaurusEntry[]>();
  for (const entry of entries) {
    const first = wordKey(entry.term).charAt(0).toUpperCase();
    const letter = /\p{Letter}/u.test(first) ? first : '0-9';
    const group = groups.get(letter);
    if (group) group.push(entry);
    else groups.set(letter, [entry]);
  }
  return [...groups].map(([letter, list]) => ({ letter, entries: list }));
}

/** A word and the entry that has it. */
export interface TakenWord { word: string; entry: { id: number; term: string } }

/** Which of these words stand in an entry already, other than the one with the number `except`. */
export function takenWords(words: readonly string[], except: number | null = null): TakenWord[] {
  const holders = new Map(thesaurusEntries().filter(({ id }) => id !== except).flatMap(({ id, term, also }) => [term, ...also].map((word) => [wordKey(word), { id, term }] as const)));
  return words.flatMap((word) => {
    const entry = holders.get(wordKey(word));
    return entry ? [{ word, entry }] : [];
  });
}
