import { describe, expect, test, vi } from 'vitest';
import { phraseFinder } from '#lib/find-phrases.ts';
import { randomFrom } from '../support/random.ts';

describe('phrases in a text', () => {
  test('are those that stand in it as whole words', () => {
    const { below } = randomFrom(311);
    const some = (most: number) => Array.from({ length: 1 + below(most) }, () => 'abc'[below(3)] ?? 'a');
    for (let round = 0; round < 300; round++) {
      const phrases = Array.from({ length: 12 }, (_, key) => ({ words: some(5), key }));
      const text = some(30);
      const expected = phrases.filter(({ words }) => ` ${text.join(' ')} `.includes(` ${words.join(' ')} `)).map(({ key }) => key);
      expect([...phraseFinder(phrases)(text)].sort((a, b) => a - b)).toEqual(expected);
    }
    expect(phraseFinder([{ words: [], key: 1 }, { words: ['ab'], key: 2 }])(['abc', 'a', 'b']).size).toBe(0);
  });

  test('are looked up a few times a word, however many and alike they are', () => {
    const phrases = Array.from({ length: 2_000 }, (_, key) => ({ words: [...Array<string>(key % 100).fill('a'), 'b'], key }));
    const find = phraseFinder(phrases);
    const text = Array<string>(20_000).fill('a');
    const looks = vi.spyOn(Map.prototype, 'get');
    const found = find(text);
    const times = looks.mock.calls.length;
    looks.mockRestore();
    expect([found.size, times < 3 * text.length]).toEqual([0, true]);
  });
});
