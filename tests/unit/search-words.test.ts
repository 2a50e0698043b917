import { describe, expect, test } from 'vitest';
import { distance, hasOperator, otherWords, stemOf, titleKey, wordsOf } from '#lib/search-words.ts';
import { otherSpelling } from '#lib/spellings.ts';

test.each([
  ['Montréal’s 3-1-1: a call-center', ['montreals', '311', 'a', 'call', 'center']],
  ['2010-2012, 24-7', ['2010', '2012', '24', '7']],
  ['', []], ['—…!', []],
])('the words of %j', (text, words) => expect(wordsOf(text)).toEqual(words));

test.each([['The Agents’ Knowledge Base', 'agents knowledge base'], ['A', 'a'], ['An  Übersicht', 'ubersicht'], ['Theory', 'theory']])('%j is sorted as %j', (title, key) => expect(titleKey(title)).toBe(key));

test.each([['pothole', 'potholes'], ['city', 'cities'], ['staffing', 'staffed'], ['report', 'reporting'], ['agent', 'agents']])('%s and %s are forms of one word', (a, b) => expect(stemOf(a)).toBe(stemOf(b)));
test.each([['call', 'centre'], ['snow', 'show'], ['bus', 'but']])('%s and %s are not', (a, b) => expect(stemOf(a)).not.toBe(stemOf(b)));

describe('spelling', () => {
  test.each([
    ['centre', 'center'], ['centers', 'centres'], ['neighborhood', 'neighbourhood'], ['behaviour', 'behavior'], ['program', 'programme'], ['organization', 'organisation'], ['prioritise', 'prioritize'],
    ['cancelled', 'canceled'], ['canceling', 'cancelling'], ['licence', 'license'], ['catalog', 'catalogue'], ['labor', 'labour'], ['analyze', 'analyse'],
  ])('%s is also %s', (word, other) => expect(otherSpelling(word)).toBe(other));
  test.each(['programming', 'exercise', 'advertise', 'laboratory', 'cancel', 'travel', 'model', 'snow', 'collaboration', 'histories', ''])('%s is written the same everywhere', (word) => expect(otherSpelling(word)).toBeNull());
  test('goes there and back', () => {
    for (const word of ['centre', 'neighbourhoods', 'programme', 'organisations', 'cancelled', 'honour', 'grey', 'defence']) expect(otherSpelling(otherSpelling(word) ?? '')).toBe(word);
  });
  test('what stands in a text is found both ways', () => expect(otherWords('The centre took 3-1-1 calls for a program.')).toEqual(['center', 'programme', '311']));
});

test.each([
  ['pothole', 'pothole', 0], ['potholle', 'pothole', 1], ['pothoel', 'pothole', 1], ['pothle', 'pothole', 1], ['pathole', 'pothole', 1], ['pthole', 'pothoel', 2], ['snow', 'staffing', 3], ['', 'ab', 2],
])('from %j to %j it takes %d steps', (a, b, steps) => expect(distance(a, b, 2)).toBe(steps));

test.each(['-pothole', 'IN:Threads', 'snow -pothole', '"service level"', 'snow "plough', '-"call centre"', '“service level”', 'snow -„call centre“', 'type:practice boston', 'boston year:2015', '-in:threads snow', 'author:"Ben', 'trash OR garbage', 'trash | garbage'])('only the full search reads %s', (typed) => expect(hasOperator(typed)).toBe(true));
test.each(['pothole', '3-1-1', 'call-center', 'a - b', '--', 'type', 'type: ', 'http://x.org', 'prototype:x', 'for or against', 'OR', 'snow OR', '5" pipe', 'Portland OR', '-', '"', '“'])('%s is words', (typed) => expect(hasOperator(typed)).toBe(false));
