import { homeOf, narrow } from './narrowing.ts';
import { readQuery } from './query.ts';
import { rank, topOf } from './ranking.ts';
import { shown, type Result } from './results.ts';

const mostThreads = 3;
const mostResources = 3;

/** Threads and resources that may answer what somebody is about to ask, the likeliest first; at most three of each. `title` is read as words, whatever stands in it. */
export function likelyAnswers(title: string): Result[] {
  const words = title.replace(/[":|]|\bOR\b|(?<=^|\s)-/g, ' ').trim();
  // One word says too little yet.
  if (words.split(/\s+/).length < 2) return [];
  const ranking = rank(readQuery(`${words} `));
  const { units } = narrow(ranking.all, ranking.units, { q: words });
  const had = { resource: 0, thread: 0, member: 0, page: 0 };
  const most = { resource: mostResources, thread: mostThreads, member: 0, page: 0 };
  const likely = topOf(ranking, units, 40).filter((unit) => had[homeOf(ranking.all, unit)]++ < most[homeOf(ranking.all, unit)]);
  return shown(ranking, likely);
}
