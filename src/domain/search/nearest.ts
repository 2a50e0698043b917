import { correctionsOf } from './spelling.ts';
import { readQuery, withoutQuotes, type Clause, type Term } from './query.ts';
import { rank, topOf } from './ranking.ts';
import { shown, type Result } from './results.ts';
import { stopWords, wordsIn } from './words.ts';

const most = 5;
const mostWords = 16;

export interface Nearest {
  /** At most five. */
  results: Result[];
  /** What was typed with its spelling mended, where that finds something; null where not. */
  corrected: string | null;
}

/**
 * What comes nearest to a query that found nothing: what has the most of its words, those of quotes, authors and places among them and their spelling mended; then
 * what has any of them. Nothing that has what was not wanted.
 */
export function nearest(typed: string): Nearest {
  const { text, clauses, without } = readQuery(typed);
  // Words that say little stay: the thesaurus may have them.
  const words = clauses.flatMap(({ terms }) => terms.flatMap(wordsOf)).slice(0, mostWords);
  const ranking = rank({ text, clauses: words.map((word) => ({ terms: [plain(word)] })), without });
  if (tellingWords(clauses).length === 0 || ranking.units.length === 0) return { results: withAnyWord(typed), corrected: null };
  const results = shown(ranking, topOf(ranking, ranking.units, most));
  const { corrected } = ranking.expanded;
  return { results, corrected: corrected && (rank(readQuery(corrected)).whole > 0 ? corrected : unquoted(corrected)) };
}

function unquoted(typed: string): string | null {
  const words = withoutQuotes(typed);
  return rank(readQuery(words)).units.length > 0 ? words : null;
}

/** What has any of the words of a query, or words that begin like them, the best first. Nothing that has what was not wanted. At most five. */
export function withAnyWord(typed: string): Result[] {
  const { clauses, without } = readQuery(typed);
  const words = tellingWords(clauses);
  const tries = [words, words.flatMap((word) => correctionsOf(word, 2).map((c) => c.word)), words.flatMap((word) => (word.length > 4 ? correctionsOf(word.slice(0, -1), 1).map((c) => c.word) : []))];
  for (const some of tries.filter((of) => of.length > 0)) {
    const ranking = rank({ text: some.join(' '), clauses: [{ terms: some.map(plain) }], without });
    if (ranking.units.length > 0) return shown(ranking, topOf(ranking, ranking.units, most));
  }
  return [];
}

const tellingWords = (clauses: readonly Clause[]): string[] => [...new Set(clauses.flatMap(({ terms }) => terms.flatMap(wordsOf)))].filter((word) => !stopWords.has(word.toLowerCase())).slice(0, 8);

const plain = (word: string): Term => ({ kind: 'word', words: [word], unfinished: false });

function wordsOf(term: Term): readonly string[] {
  if (term.kind !== 'field') return term.words;
  return ['author', 'place'].includes(term.field.name) ? wordsIn(term.field.value) : [];
}
