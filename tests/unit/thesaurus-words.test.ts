import { describe, expect, test } from 'vitest';
import { distinctWords, wordKey } from '#domain/thesaurus/words.ts';

describe('what two spellings of one word have in common', () => {
  test.each([
    ['3-1-1', '3 1 1'], ['Call–Centre', 'call centre'], ['Citoyenneté', 'citoyennete'], ['citizens’ charter', 'citizens charter'], ['I&R', 'i&r'], ['24/7', '24 7'], ['  By-Law ', 'by law'], ['…', ''], ['Straße', 'straße'],
  ])('%s', (word, key) => expect(wordKey(word)).toBe(key));

  test('what is not the same stays apart', () => expect(new Set(['bylaw', 'by-law', 'FCR', 'FC R'].map(wordKey)).size).toBe(4));
});

test('of several words each is kept once, in its order, less the given ones and the empty ones', () => {
  expect(distinctWords(['Trash', 'refuse', '', 'trash', '-', 'garbage'], ['Refuse'])).toEqual(['Trash', 'garbage']);
});
