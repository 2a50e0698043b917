import { describe, expect, test } from 'vitest';
import { readQuery, sameWords, wordsIn, titleHasAll } from '#domain/search/query.ts';

describe('what was typed becomes a safe question', () => {
  test.each([
    ['staffing levels', '"staffing" AND "levels"*', '"staffing" OR "levels"*'],
    ['staffing ', '"staffing"', null],
    ['"service level" target', '"service level" AND "target"*', '"service level" OR "target"*'],
    ['"service level', '"service" AND "level"*', '"service" OR "level"*'],
    ['call-centre', '"call centre"', null],
    ['3-1-1', '"3 1 1"', null],
    ["O'Brien", '"O Brien"', null],
    ['what is the 311', '"311"*', null],
    ['what is', '"what" AND "is"', '"what" OR "is"'],
    ['NOT OR AND NEAR(a b)', '"NEAR a" AND "b"', '"NEAR a" OR "b"'],
    ['title:x* ^y -z (', '"title x" AND "y" AND "z"', '"title x" OR "y" OR "z"'],
    ['Montréal', '"Montréal"*', null],
  ])('%s', (typed, all, any) => {
    const query = readQuery(typed);
    expect([query?.all.begun, query?.any?.begun ?? null]).toEqual([all, any]);
    expect(query?.all.whole).toBe(all.replaceAll('*', ''));
  });
  test.each(['', '   ', '"""', '*', '()', '-', '\u0000'])('%j asks nothing', (typed) => expect(readQuery(typed)).toBeNull());
  test('very long text is cut', () => expect(wordsIn(readQuery('word '.repeat(5000))?.all.begun ?? '').length).toBeLessThan(40));
});

test('titles are the same whatever case, accents and punctuation', () => {
  expect(sameWords('Montréal: 311, expliqué', 'montreal 311 explique')).toBe(true);
  expect(sameWords('Staffing the centre', 'Staffing a centre')).toBe(false);
});

describe('a title that has every word', () => {
  test.each([
    ['Staffing the centre', 'staffing', true], ['Staffing the centre', 'staff centre', true], ['Staffing the centre', 'station', false], ['Measuring honestly', 'measure', true],
    ['Équité et accès', 'equite', true], ['Buses', 'bus', false], ['Call centres', 'the', false], ['The agents’ knowledge base', 'knowledge base for agents', true],
  ])('%j, %j: %s', (title, typed, has) => expect(titleHasAll(title, typed)).toBe(has));
});
