import { describe, expect, test } from 'vitest';
import { addDays, formatDate, formatTime, isoDate } from '#lib/dates.ts';
import { idIn, line, optionalText, text } from '#lib/fields.ts';
import { diffText } from '#lib/text-diff.ts';
import { mapSize, northAmerica } from '#lib/map.ts';
import { paging } from '#lib/paging.ts';
import { slugify } from '#lib/slug.ts';
import { hashToken, newToken } from '#lib/tokens.ts';

describe('dates', () => {
  const moment = new Date('2026-11-03T23:59:30Z');
  test('are written the same for everybody', () => {
    expect([formatDate(moment), formatTime(moment), isoDate(moment)]).toEqual(['3 Nov 2026', '3 Nov 2026, 23:59 UTC', '2026-11-03']);
    expect(isoDate(addDays(moment, 0.5))).toBe('2026-11-04');
  });
});

describe('slugs', () => {
  test.each([
    ['Staffing the centre', 'staffing-the-centre'], ['Montréal: 311 à l’hôtel de ville', 'montreal-311-a-lhotel-de-ville'], ['  ***  ', 'untitled'], ['日本', 'untitled'], ['C++ & C#', 'c-c'],
    ['a'.repeat(80), 'a'.repeat(60)], ['one two three four five six seven eight nine ten eleven twelve', 'one-two-three-four-five-six-seven-eight-nine-ten-eleven'],
  ])('%j → %s', (title, slug) => expect(slugify(title)).toBe(slug.slice(0, 60)));
});

describe('paging', () => {
  test.each([[0, '1', 1, 1, 0], [20, '1', 1, 1, 0], [21, '2', 2, 2, 20], [21, '99', 2, 2, 20], [21, '-1', 1, 2, 0], [21, 'x', 1, 2, 0], [21, '1e9', 2, 2, 20], [21, 'Infinity', 1, 2, 0], [21, null, 1, 2, 0], [41, '2.9', 2, 3, 20]] as const)(
    '%j rows, page %j', (total, wanted, page, pages, offset) => expect(paging(total, 20, wanted)).toMatchObject({ page, pages, offset }));
});

describe('fields', () => {
  const title = text({ missing: 'Missing.', min: 3, tooShort: 'Short.', max: 5 });
  test.each([[' abc ', 'abc'], ['a\r\nbc', 'a\nbc'], ['ab\u0000c', 'abc']])('%j is taken as %j', (given, taken) => expect(title.parse(given)).toBe(taken));
  test.each([[null, 'Missing.'], ['', 'Missing.'], ['  ', 'Missing.'], ['ab', 'Short.'], ['abcdef', 'Please keep it to 5 characters.']])('%j is answered %j', (given, sentence) =>
    expect(title.safeParse(given).error?.issues.map((i) => i.message)).toEqual([sentence]));
  test('an optional one may be empty', () => expect([null, '', ' ', ' x '].map((t) => optionalText(5).parse(t))).toEqual([null, null, null, 'x']));
});

describe('tokens', () => {
  test('are long, different and kept only as hashes', () => {
    const [a, b] = [newToken(), newToken()];
    expect(a).toMatch(/^[\w-]{43}$/);
    expect(a).not.toBe(b);
    expect(hashToken(a)).toMatch(/^[\da-f]{64}$/);
  });
});

describe('what an address and a field say', () => {
  test.each([['10', 10], ['1e1', NaN], ['10.0', NaN], [' 10', NaN], ['010', NaN], ['-1', NaN], ['', NaN], [undefined, NaN], ['0x10', NaN], ['9'.repeat(16), NaN]])('%j is the number %d', (param, id) => expect(idIn(param)).toBe(id));

  test('what Unicode says is no character is dropped', () => {
    expect(line({ missing: 'x', max: 20 }).parse('a\uFFFEb\uFFFFc\u{1FFFE}d\uFDD0')).toBe('abcd');
    expect(text({ missing: 'x', max: 20 }).parse('half \uD800')).toBe('half \uFFFD');
  });
});

describe('a text that was written anew', () => {
  test('stands after the old one as a whole', () => {
    const parts = diffText('We count the weeks of a year and send them to the city.', 'Nobody here has ever asked what a call costs, and the auditors wanted to.');
    expect(parts.map(({ kind }) => kind)).toEqual(['removed', 'added']);
  });

  test('word by word where most of it stayed', () => {
    expect(diffText('We count the weeks of a year.', 'We count the days of a long year.').map(({ kind }) => kind)).toContain('same');
    expect(diffText('Good.', 'Good. Much was added behind it, far more than there was before.').map(({ kind }) => kind)).toEqual(['same', 'added']);
  });
});

test('the whole of the United States and Canada is on the map: no edge cuts it', () => {
  const { land, project } = northAmerica();
  const points = [...land.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  expect(points.length).toBeGreaterThan(300);
  expect(points.filter(([x, y]) => x <= 1 || y <= 1 || x >= mapSize.width - 1 || y >= mapSize.height - 1)).toEqual([]);
  for (const [longitude, latitude] of [[-156.8, 71.3], [-157.9, 21.3], [-62.3, 82.5], [-52.7, 47.6], [-81.8, 24.6]] as const) expect(project(longitude, latitude)).not.toBeNull();
});
