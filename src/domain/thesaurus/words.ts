/** Limits of an entry, for content/ and for the browser alike; lengths in characters. */
export const longestWord = 80;
export const mostWords = 20;
export const longestNote = 200;

/** What two spellings of one word have in common: no case, no accents, no apostrophes, one blank for whatever stands between letters and digits. */
export function wordKey(word: string): string {
  return word.normalize('NFKD').replace(/\p{Mark}/gu, '').toLowerCase().replace(/['’]/g, '').replace(/[^\p{Letter}\p{Number}&]+/gu, ' ').trim();
}

/** The words without those that say the same as an earlier one, or as one of `less`; empty ones go too. */
export function distinctWords(words: readonly string[], less: readonly string[] = []): string[] {
  const known = new Set(['', ...less.map(wordKey)]);
  return words.filter((word) => {
    const key = wordKey(word);
    return !known.has(key) && known.add(key);
  });
}

/** Now, but after another moment, also within one millisecond: it tells versions of an entry apart. */
export function later(than: Date): Date {
  return new Date(Math.max(Date.now(), than.getTime() + 1));
}
