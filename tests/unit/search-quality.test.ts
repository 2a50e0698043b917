import { describe, expect, test } from 'vitest';
import { corpus, sampleThreads } from '../search-quality/corpus.ts';
import { classes, classNames, readJudged } from '../search-quality/judged.ts';
import { dcg, gradesOf, mean, ndcg, reciprocalRank, type Grade } from '../search-quality/metrics.ts';

describe('the judged set', () => {
  const set = readJudged();
  const titles = corpus();

  test('every judged address is in the library or the sample community', () => {
    expect(titles.size).toBeGreaterThan(200);
    expect(set.flatMap(({ q, judged }) => [...judged.keys()].filter((address) => !titles.has(address)).map((address) => `${q}: ${address}`))).toEqual([]);
  });
  test.each(classNames.options)('there are enough queries of class %s, and the halves are equal', (name) => {
    const of = set.filter((query) => query.class === name);
    expect(of.length).toBeGreaterThanOrEqual(classes[name]);
    expect(Math.abs(of.length - 2 * of.filter(({ split }) => split === 'tune').length)).toBeLessThanOrEqual(1);
  });
  test('no query is there twice', () => {
    const asked = set.map(({ q }) => q.toLowerCase().replace(/\s+/g, ' ').trim());
    expect(asked.filter((q, i) => asked.indexOf(q) !== i)).toEqual([]);
  });
  test('every query can be answered', () => {
    expect(set.filter(({ judged, foundFrom }) => ![...judged.values()].some((grade) => grade >= foundFrom)).map(({ q }) => q)).toEqual([]);
  });
  test('an exact title is the title of the one thing that was meant', () => {
    const wrong = set.filter((query) => query.class === 'exact-title').filter(({ q, judged }) => {
      const meant = [...judged].filter(([, grade]) => grade === 3).map(([address]) => titles.get(address));
      return meant.length !== 1 || meant[0] !== q;
    });
    expect(wrong.map(({ q }) => q)).toEqual([]);
  });
});

test('the samples have questions with one accepted answer and questions without', () => {
  const threads = sampleThreads();
  expect(threads.filter(({ kind, accepted }) => accepted > (kind === 'question' ? 1 : 0)).map(({ title }) => title)).toEqual([]);
  const questions = threads.filter(({ kind }) => kind === 'question');
  const share = questions.filter(({ accepted }) => accepted === 1).length / questions.length;
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThan(0.75);
});

describe('the metrics', () => {
  test('a reciprocal rank is one over the place of the first that counts', () => {
    expect(reciprocalRank([3, 0], 3)).toBe(1);
    expect(reciprocalRank([0, 1, 2, 3], 2)).toBe(1 / 3);
    expect(reciprocalRank([0, 1, 2, 3], 3)).toBe(1 / 4);
    expect(reciprocalRank([1, 1], 2)).toBe(0);
    expect(reciprocalRank([], 2)).toBe(0);
  });
  test('cumulated gain by hand: 7/1 + 3/1.58496 + 0 + 1/2.32193', () => {
    expect(dcg([3, 2, 0, 1], 10)).toBeCloseTo(7 + 1.89279 + 0.43068, 4);
    expect(dcg([3, 2, 0, 1], 1)).toBe(7);
    expect(dcg([], 10)).toBe(0);
  });
  test('it is divided by the best order of all that was judged, found or not', () => {
    const judged: Grade[] = [1, 3, 2];
    expect(ndcg([3, 2, 1], judged, 10)).toBe(1);
    expect(ndcg([3, 2, 0, 1], judged, 10)).toBeCloseTo(9.32347 / (7 + 1.89279 + 0.5), 4);
    expect(ndcg([0, 0, 3], judged, 10)).toBeCloseTo(3.5 / 9.39279, 4);
    expect(ndcg([0, 3], [3], 1)).toBe(0);
    expect(ndcg([0], [], 10)).toBe(0);
    // Never over 1, however many were judged beyond the depth.
    expect(ndcg([3], [3, 3, 3], 1)).toBe(1);
  });
  test('a result that comes twice counts once and keeps its second place', () => {
    expect(gradesOf(['/a', '/a', '/x', '/b'], new Map<string, Grade>([['/a', 3], ['/b', 1]]))).toEqual([3, 0, 0, 1]);
  });
  test('a mean of nothing is nothing', () => {
    expect(mean([])).toBe(0);
    expect(mean([1, 0, 0.5])).toBe(0.5);
  });
});
