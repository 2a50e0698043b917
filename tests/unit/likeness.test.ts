import { describe, expect, test } from 'vitest';
import { distance, explain, pairsOfWeights, parts, readWeights, saysNothingCounts, usualWeights, type Likenable, type Weights } from '#domain/places/likeness.ts';
import { randomFrom } from '../support/random.ts';

const random = randomFrom(311);
const or = <T>(value: T): T | null => (random.chance(0.25) ? null : value);
const anyPlace = (): Likenable => ({
  population: or(Math.round(10 ** random.from([1.5, 2.2, 3.9, 4.4, 5.1, 5.12, 6.3]))), kind: or(random.from(['municipality', 'county', 'consolidated'])), form: or(random.from(['council-manager', 'mayor-council'])),
  stage: or(random.from(['none', 'planning', 'running', 'renewing'])), systems: random.from([[], ['Plaza CRM'], ['plaza crm', 'Own'], ['Own'], ['Lark', 'Own', 'Plaza CRM'], ['Lark', 'lark']]), region: or(random.from(['CO', 'ON', 'TX'])), country: or(random.from(['US', 'CA'])),
});
const anyWeights = (): Weights => ({ population: random.from([0, 1, 2, 3]), kind: random.from([0, 1, 2, 3]), form: random.from([0, 1, 2, 3]), stage: random.from([0, 1, 2, 3]), stack: random.from([0, 1, 2, 3]), region: random.from([0, 1, 2, 3]) });
const cases = Array.from({ length: 2_000 }, () => ({ a: anyPlace(), b: anyPlace(), weights: anyWeights() }));

describe('the distance of two places', () => {
  test('is the same both ways, between 0 and 1', () => {
    for (const { a, b, weights } of cases) {
      const far = distance(a, b, weights);
      expect(distance(b, a, weights)).toBe(far);
      expect(far).toBeGreaterThanOrEqual(0);
      expect(far).toBeLessThanOrEqual(1);
    }
  });

  test('is 0 for a place and itself, whatever is known of it', () => {
    for (const { a, weights } of cases) expect(distance(a, a, weights)).toBe(0);
  });

  test('does not look at a part without weight', () => {
    for (const { a, b, weights } of cases) {
      for (const part of parts) {
        const without = { ...weights, [part]: 0 };
        const field = part === 'stack' ? 'systems' : part;
        const others = part === 'region' ? [{ region: 'NS', country: 'GB' }] : [{ [field]: part === 'stack' ? ['Something else'] : part === 'population' ? 1 : 'other' }];
        for (const other of others) expect(distance(a, { ...b, ...other }, without)).toBe(distance(a, b, without));
        expect(explain(a, b, without).some((said) => said.part === part)).toBe(false);
      }
    }
  });

  test('is the mean of the parts that are explained, by their weights', () => {
    for (const { a, b, weights } of cases) {
      const said = explain(a, b, weights);
      const weighed = said.reduce((sum, { part }) => sum + weights[part], 0);
      expect(distance(a, b, weights)).toBeCloseTo(weighed === 0 ? 0 : said.reduce((sum, { part, far }) => sum + weights[part] * far, 0) / weighed, 12);
    }
  });

  test('grows with the difference in size, on a logarithmic scale', () => {
    const only: Weights = { population: 1, kind: 0, form: 0, stage: 0, stack: 0, region: 0 };
    const of = (population: number): Likenable => ({ population, kind: null, form: null, stage: null, systems: [], region: null, country: null });
    const far = (a: number, b: number) => distance(of(a), of(b), only);
    expect(far(10_000, 20_000)).toBeCloseTo(far(100_000, 200_000), 4);
    expect(far(100_000, 120_000)).toBeLessThan(far(100_000, 300_000));
    expect(far(100, 1_000_000)).toBe(1);
  });

  test('is told in words', () => {
    const ours: Likenable = { population: 100_000, kind: 'municipality', form: 'council-manager', stage: 'running', systems: ['Plaza CRM'], region: 'CO', country: 'US' };
    const words = (other: Partial<Likenable>) => explain(ours, { ...ours, ...other }, usualWeights).map((part) => part.words);
    expect(words({})).toEqual(['about as many people', 'same kind of government', 'same form of government', 'same stage', 'both use Plaza CRM', 'also in Colorado']);
    expect(words({ population: 250_000, kind: 'county', form: null, stage: 'planning', systems: [], region: 'TX' }))
      .toEqual(['2.5 times as many people', 'kind of government: county', 'form of government not known', 'stage: planning, buying', 'systems not known', 'in Texas']);
    expect(words({ population: 25_000, region: 'ON', country: 'CA' })).toEqual(expect.arrayContaining(['a population 4 times smaller', 'in Canada']));
  });
});

describe('weights in an address', () => {
  test('say the same when they are read back, and nothing when they are the usual', () => {
    expect(pairsOfWeights(usualWeights)).toEqual([]);
    for (const { weights } of cases.slice(0, 200)) expect(readWeights(new URLSearchParams(pairsOfWeights(weights)))).toEqual(weights);
    expect(readWeights(new URLSearchParams('by-population=9&by-stage=x&by-kind=-1'))).toEqual(usualWeights);
    // If nothing counted, every place would be alike.
    const nothing = new URLSearchParams(parts.map((part) => [`by-${part}`, '0']));
    expect([readWeights(nothing), saysNothingCounts(nothing), saysNothingCounts(new URLSearchParams('by-kind=0'))]).toEqual([usualWeights, true, false]);
  });
});
