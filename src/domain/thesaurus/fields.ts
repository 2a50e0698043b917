import { z } from 'zod';
import { line } from '#lib/fields.ts';
import { distinctWords, longestWord, wordKey } from './words.ts';

/** A list of words as somebody types it, one on each line or with commas between; each word is kept once. */
export function wordList(most: number) {
  return z.string().nullish().transform((typed) => distinctWords((typed ?? '').split(/[\n\r,;]+/).map((word) => word.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim())))
    .pipe(z.array(z.string().max(longestWord, `Please keep each word to ${longestWord} characters.`)).max(most, `Please give ${most} words at most.`));
}

/** A single word, or a few that belong together. */
export const wordField = line({ missing: 'Give the word that you prefer.', max: longestWord }).refine((word) => wordKey(word) !== '', 'Give a word with letters or digits.');
