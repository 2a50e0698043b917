/** How well a result answers a query: 3 = exactly what was meant, 2 = clearly useful, 1 = on the topic, 0 = not judged or not relevant. */
export type Grade = 0 | 1 | 2 | 3;

/**
 * One over the place (from 1) of the first result whose grade is at least `relevantFrom`; 0 when there is none. Its mean over queries is the
 * MRR: E. M. Voorhees, "The TREC-8 Question Answering Track Report", TREC 1999.
 * @param grades of the results, best first
 */
export function reciprocalRank(grades: Grade[], relevantFrom: Grade): number {
  const place = grades.findIndex((grade) => grade >= relevantFrom);
  return place === -1 ? 0 : 1 / (place + 1);
}

/**
 * Discounted cumulated gain of the first `depth` results, gain 2^grade − 1, discount log2(place + 1). The measure is K. Järvelin and
 * J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002; this gain and discount, which has no place that goes
 * without discount, are those of C. Burges et al., "Learning to rank using gradient descent", ICML 2005.
 */
export function dcg(grades: Grade[], depth: number): number {
  return grades.slice(0, depth).reduce<number>((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0);
}

/**
 * `dcg` divided by that of the best order there is, between 0 and 1; 0 when nothing was judged.
 * @param judged every grade given for the query, in any order, found or not
 */
export function ndcg(grades: Grade[], judged: Grade[], depth: number): number {
  const ideal = dcg([...judged].sort((a, b) => b - a), depth);
  return ideal === 0 ? 0 : dcg(grades, depth) / ideal;
}

/** The mean; 0 of nothing. */
export function mean(numbers: number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}

/** The grades of results, best first. A result that was there already counts for nothing the second time but keeps its place. */
export function gradesOf(addresses: string[], judged: ReadonlyMap<string, Grade>): Grade[] {
  return addresses.map((address, i) => (addresses.indexOf(address) === i ? judged.get(address) ?? 0 : 0));
}
