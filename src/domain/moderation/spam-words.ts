import { eq } from 'drizzle-orm';
import { db, prepared, spamWords, transaction } from '#db/client.ts';

/** Words of a text as the filter counts them: lower case, of 3 to 30 letters, each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}][\p{L}\p{N}'’-]{2,29}/gu) ?? [])].slice(0, 400);
}

/** Takes note of a decision: the words of this text were spam, or good. Call inside a transaction. */
export function learn(text: string, as: 'spam' | 'good'): void {
  const change = { spam: as === 'spam' ? 1 : 0, good: as === 'good' ? 1 : 0 };
  transaction(() => { for (const word of [...wordsOf(text), ' texts']) count().run({ word, ...change }); });
}
const count = prepared((d) => d.$client.prepare(`
  insert into spam_words (word, spam, good) values (@word, @spam, @good) on conflict (word) do update set spam = spam_words.spam + excluded.spam, good = spam_words.good + excluded.good`));

/** Forgets every word in which part of one of these names stands, also as "Rosa's" or "rosa-delgado": who leaves is told of by no word. */
export function unlearn(names: readonly string[]): void {
  const parts = new Set(names.flatMap((name) => name.toLowerCase().match(/\p{L}[\p{L}\p{N}]+/gu) ?? []));
  const words = db.select({ word: spamWords.word }).from(spamWords).all().filter(({ word }) => word.split(/['’-]/).some((part) => parts.has(part)));
  for (const { word } of words) db.delete(spamWords).where(eq(spamWords.word, word)).run();
}

/**
 * How likely a text is spam, from 0 to 1, by the words of texts that coordinators decided about (naive Bayes with Laplace's rule,
 * the 15 most telling words, as Paul Graham's "A Plan for Spam" of 2002 has it). 0.5 while fewer than 10 of each were decided.
 */
export function likelihood(text: string): number {
  const texts = db.select().from(spamWords).where(eq(spamWords.word, ' texts')).get();
  if (!texts || texts.spam < 10 || texts.good < 10) return 0.5;
  const seen = known().all(JSON.stringify(wordsOf(text))) as { word: string; spam: number; good: number }[];
  const logOdds = seen.map(({ spam, good }) => Math.log((spam + 1) / (texts.spam + 2)) - Math.log((good + 1) / (texts.good + 2)));
  const telling = logOdds.sort((a, b) => Math.abs(b) - Math.abs(a)).slice(0, 15).reduce((sum, odds) => sum + odds, 0);
  return 1 / (1 + Math.exp(-telling));
}
const known = prepared((d) => d.$client.prepare('select word, spam, good from spam_words where word in (select value from json_each(?))'));
