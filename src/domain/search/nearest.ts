import { correctionsOf } from './spelling.ts';
import { readQuery, type Query, type Term } from './query.ts';
import { rank, topOf } from './ranking.ts';
import { shown, type Result } from './results.ts';
import { stopWords, wordsIn } from './words.ts';

const most = 5;

/**
 * What comes nearest to a query that found nothing: its words one by one, those of quotes, authors and places among them, and then words that begin like
 * them. Nothing that has what was not wanted. At most five.
 */
export function nearest(typed: string): Result[] {
  const { clauses, without } = readQuery(typed);
  const words = [...new Set(clauses.flatMap(({ terms }) => terms.flatMap(wordsOf)))].filter((word) => !stopWords.has(word.toLowerCase())).slice(0, 8);
  const tries = [words, words.flatMap((word) => correctionsOf(word, 2).map((c) => c.word)), words.flatMap((word) => (word.length > 4 ? correctionsOf(word.slice(0, -1), 1).map((c) => c.word) : []))];
  for (const some of tries.filter((of) => of.length > 0)) {
    const ranking = rank(anyOf(some, without));
    if (ranking.units.length > 0) return shown(ranking, topOf(ranking, ranking.units, most));
  }
  return [];
}

function wordsOf(term: Term): readonly string[] {
  if (term.kind !== 'field') return term.words;
  return ['author', 'place'].includes(term.field.name) ? wordsIn(term.field.value) : [];
}

const anyOf = (words: readonly string[], without: readonly Term[]): Query =>
  ({ text: words.join(' '), clauses: [{ terms: words.map((word) => ({ kind: 'word', words: [word], unfinished: false })) }], without });
