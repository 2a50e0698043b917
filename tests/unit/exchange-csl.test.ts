import { describe, expect, test } from 'vitest';
import { cslVariables, issued, peopleOf, readCsl, validateCsl } from '#domain/library/csl.ts';
import { resourceTypes } from '#domain/vocabulary.ts';

const valid = { id: 'nam2014', type: 'report', title: 'A title' };
const problemsOf = (item: unknown) => { const checked = validateCsl(item); return 'problems' in checked ? checked.problems.map((p) => p.field) : []; };
const cslOf = (item: object) => { const checked = validateCsl({ ...valid, ...item }); if ('problems' in checked) throw new Error(JSON.stringify(checked.problems)); return checked.csl; };

describe('CSL-JSON 1.0.2', () => {
  test.each(resourceTypes.map((t) => [t.code, t.csl]))('the type of %s is a type of CSL: %s', (_, type) => expect(problemsOf({ ...valid, type })).toEqual([]));

  test('an unknown type, an unknown variable, a missing title or id are told', () => {
    expect(problemsOf({ ...valid, type: 'magazine' })).toEqual(['type']);
    expect(problemsOf({ ...valid, publishr: 'x' })).toEqual(['publishr']);
    expect(problemsOf({ id: 'x', type: 'book' })).toEqual(['title']);
    expect(problemsOf({ ...valid, title: ' ' })).toEqual(['title']);
    expect(problemsOf({ type: 'book', title: 'x' })).toEqual(['id']);
    for (const nonsense of [null, undefined, 3, 'x', [], [valid]]) expect(problemsOf(nonsense)).toEqual(['item']);
  });

  test('every message is a sentence', () => {
    const checked = validateCsl({ type: 'x', title: 3, author: [{ famly: 'x' }], issued: { 'date-parts': [['May']] }, volume: {}, abstract: 1, foo: 1 });
    const messages = 'problems' in checked ? checked.problems.map((p) => p.message) : [];
    expect(messages).toHaveLength(8);
    for (const message of messages) expect(message).toMatch(/^[A-Z].*[^.]\.$/);
  });

  test('all text variables take text and nothing else, number variables text or numbers', () => {
    for (const name of cslVariables.texts) {
      expect(problemsOf({ ...valid, [name]: 'x' })).toEqual([]);
      expect(problemsOf({ ...valid, [name]: 3 })).toEqual([name]);
    }
    for (const name of cslVariables.numbers) {
      expect(problemsOf({ ...valid, [name]: 'x' })).toEqual([]);
      expect(cslOf({ [name]: 3 })).toMatchObject({ [name]: '3' });
      expect(problemsOf({ ...valid, [name]: [3] })).toEqual([name]);
    }
    expect(cslVariables.people).toEqual(expect.arrayContaining(['author', 'editor', 'translator', 'director', 'series-creator', 'narrator', 'guest']));
  });

  test('names have their parts, and only those', () => {
    for (const role of cslVariables.people) expect(problemsOf({ ...valid, [role]: [{ family: 'Beethoven', given: 'Ludwig', 'dropping-particle': 'van', suffix: 'Jr.', 'comma-suffix': 1, 'static-ordering': 'true', 'parse-names': false }, { literal: 'City' }] })).toEqual([]);
    expect(problemsOf({ ...valid, author: [{ family: 'A', nickname: 'B' }] })).toEqual(['author.0.nickname']);
    expect(problemsOf({ ...valid, author: [{ family: 3 }] })).toEqual(['author.0.family']);
    expect(problemsOf({ ...valid, author: { family: 'A' } })).toEqual(['author']);
    expect(problemsOf({ ...valid, author: ['A, B'] })).toEqual(['author.0']);
  });

  test('dates come in parts, as numbers or numeric text, as EDTF, raw or in words', () => {
    expect(cslOf({ issued: { 'date-parts': [['2012', 5, '03']] } }).issued).toEqual({ 'date-parts': [[2012, 5, 3]] });
    expect(cslOf({ issued: { 'date-parts': [[2012], [2013]], circa: 1, season: 2 } }).issued).toEqual({ 'date-parts': [[2012], [2013]], circa: 1, season: '2' });
    expect(cslOf({ issued: '2012-05/2013' }).issued).toEqual({ 'date-parts': [[2012, 5], [2013]] });
    expect(cslOf({ issued: '2012~' }).issued).toEqual({ 'date-parts': [[2012]], circa: true });
    expect(cslOf({ issued: '2012-21' }).issued).toEqual({ 'date-parts': [[2012, 21]] });
    expect(cslOf({ issued: '199X' }).issued).toEqual({ raw: '199X' });
    for (const date of [{ raw: 'May 2012' }, { literal: 'in press' }, { edtf: '2012' }]) expect(cslOf({ accessed: date }).accessed).toEqual(date);
    for (const wrong of [{ 'date-parts': [] }, { 'date-parts': [[]] }, { 'date-parts': [[1, 2, 3, 4]] }, { 'date-parts': [[1], [2], [3]] }, { 'date-parts': [['May']] }, { 'date-parts': [[2012.5]] }, { year: 2012 }, 2012]) expect(problemsOf({ ...valid, issued: wrong })).toHaveLength(1);
  });

  test('custom keeps anything, as text', () => expect(cslOf({ custom: { a: 'x', b: [1, { c: true }], d: 3 } }).custom).toEqual({ a: 'x', b: '[1,{"c":true}]', d: '3' }));
});

describe('a stored record', () => {
  test('gives what is valid of it', () => {
    expect(readCsl({ ...valid, volume: 3, author: [{ family: 'A' }], issued: { nonsense: 1 }, unknown: 1 })).toEqual({ ...valid, volume: '3', author: [{ family: 'A' }] });
    expect(readCsl({ title: 'Only a title' })).toEqual({ title: 'Only a title' });
  });

  test('tells year and month, from words too', () => {
    expect(issued({ issued: { 'date-parts': [[2012, 5]] } })).toEqual({ year: 2012, month: 5 });
    expect(issued({ issued: { 'date-parts': [[2012, 21]] } })).toEqual({ year: 2012, month: null });
    expect(issued({ issued: { raw: 'Spring of 2012' } })).toEqual({ year: 2012, month: null });
    expect(issued({ issued: { literal: 'in press' } })).toEqual({ year: null, month: null });
    expect(issued({})).toEqual({ year: null, month: null });
  });

  test('names its editors where it has no author', () => {
    expect(peopleOf({ author: [], editor: [{ family: 'E' }] })).toEqual([{ family: 'E' }]);
    expect(peopleOf({ author: [{ family: 'A' }], editor: [{ family: 'E' }] })).toEqual([{ family: 'A' }]);
  });
});
