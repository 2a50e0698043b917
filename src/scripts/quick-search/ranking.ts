import { emptyWords, otherWords, stemOf, titleKey, wordsOf } from '#lib/search-words.ts';
import type { Found } from './directory.ts';

/** Something found and how well Pagefind thinks it fits, from 0 to 1. */
export interface Candidate { found: Found; fit: number }

/** Best first: the title that was typed, titles that begin so, then by title, people, and Pagefind's own opinion of the whole text. Each address once. */
export function rank(query: string, words: readonly string[], candidates: readonly Candidate[]): Found[] {
  const key = titleKey(query);
  const best = new Map<string, { found: Found; score: number }>();
  for (const { found, fit } of candidates) {
    const score = fit + scoreOf(found, key, words);
    if (score > (best.get(found.url)?.score ?? -1)) best.set(found.url, { found, score });
  }
  return [...best.values()].sort((a, b) => b.score - a.score).map(({ found }) => found);
}

function scoreOf(found: Found, key: string, words: readonly string[]): number {
  const title = titleKey(found.title);
  if (title === key) return 100;
  const said = words.filter((word) => !emptyWords.has(word));
  const inTitle = shareOf(said, [...wordsOf(found.title), ...otherWords(found.title)]);
  const inPeople = shareOf(said, wordsOf(`${found.people} ${found.year}`));
  return (title.startsWith(key) && key.length > 3 ? 2 : 0) + 1.5 * inTitle ** 2 + 0.8 * inPeople + (inTitle + inPeople >= 1 ? 0.5 : 0);
}

/** Which part of the words a text has, in any form. */
function shareOf(words: readonly string[], text: readonly string[]): number {
  const stems = new Set(text.map(stemOf));
  const has = (word: string) => stems.has(stemOf(word)) || (word.length > 2 && text.some((other) => other.startsWith(word)));
  return words.length === 0 ? 0 : words.filter(has).length / words.length;
}
