import type { Viewer } from '../people/types.ts';
import { attributes } from './attributes.ts';
import { hitsOf, phrase } from './matching.ts';
import { homeOf } from './narrowing.ts';
import { readQuery } from './query.ts';
import { rank, topOf } from './ranking.ts';
import { blockedAmong, named, type Named } from './results.ts';
import { stopWords, wordsIn } from './words.ts';

const mostOfEach = { resource: 3, thread: 3, member: 0, page: 0 };
/** So many words of a title tell enough of what it is about. */
const mostWords = 6;

/**
 * Threads and resources that may answer what somebody is about to ask, the likeliest first; at most three of each unless `most` says otherwise. None by
 * whom the viewer has blocked. `title` is read as words, whatever stands in it.
 */
export function likelyAnswers(viewer: Viewer, title: string, most = mostOfEach): Named[] {
  const words = tellingWords(title);
  // One word says too little yet.
  if (words.length < 2) return [];
  const ranking = rank(readQuery(`${words.join(' ')} `));
  const had = { resource: 0, thread: 0, member: 0, page: 0 };
  const found = named(ranking, topOf(ranking, ranking.units, 60, 100).filter((unit) => had[homeOf(ranking.all, unit)]++ < most[homeOf(ranking.all, unit)]));
  const blocked = blockedAmong(viewer, found);
  return found.filter(({ documentId }) => !blocked.has(documentId));
}

/** The rarest words of a title, in its order: what half of the hub has tells nothing. */
function tellingWords(title: string): string[] {
  const words = [...new Set(wordsIn(title))].filter((word) => !stopWords.has(word.toLowerCase())).slice(0, 20);
  const many = new Map(words.map((word) => [word, hitsOf(phrase([word])).ids.length]));
  const commonest = attributes().count / 5;
  const rare = words.toSorted((a, b) => (many.get(a) ?? 0) - (many.get(b) ?? 0)).filter((word, n) => n < 2 || (many.get(word) ?? 0) < commonest).slice(0, mostWords);
  return words.filter((word) => rare.includes(word));
}
