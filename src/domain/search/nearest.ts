import { correctionsOf } from './spelling.ts';
import { readQuery } from './query.ts';
import { rank, topOf } from './ranking.ts';
import { shown, type Result } from './results.ts';
import { stopWords, wordsIn } from './words.ts';

const most = 5;

/** What comes nearest to a query that found nothing: its words one by one, without operators and quotes, and then words that begin like them. At most five. */
export function nearest(typed: string): Result[] {
  const words = wordsIn(typed.replace(/\b\w+:("[^"]*"|\S+)/g, ' ')).filter((word) => !stopWords.has(word.toLowerCase())).slice(0, 8);
  const tries = [words.join(' OR '), words.flatMap((word) => correctionsOf(word, 2).map((c) => c.word)).join(' OR '), words.flatMap((word) => (word.length > 4 ? correctionsOf(word.slice(0, -1), 1).map((c) => c.word) : [])).join(' OR ')];
  for (const q of tries) {
    if (!q) continue;
    const ranking = rank(readQuery(q));
    if (ranking.units.length > 0) return shown(ranking, topOf(ranking, ranking.units, most));
  }
  return [];
}
