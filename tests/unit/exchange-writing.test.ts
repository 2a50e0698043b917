import { parse } from '@retorquere/bibtex-parser';
import { parse as parseCsv } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { validateCsl } from '#domain/library/csl.ts';
import type { ExchangeFormat, ExchangeRecord } from '#domain/library/exchange/record.ts';
import { readRecords } from '#domain/library/exchange/reading.ts';
import { writeRecords } from '#domain/library/exchange/writing.ts';
import { resourceTypes } from '#domain/vocabulary.ts';

const work: ExchangeRecord = {
  key: 'nam2012work', type: 'journal-article', themes: ['equity', 'open311'], place: null, region: null, country: null, population: null, channels: [], serviceAreas: [], language: 'en', evidence: null, rights: null, rightsNote: null,
  csl: {
    id: 'nam2012work', type: 'article-journal', title: 'Costs & benefits of NYC311: 100% {open}', author: [{ family: 'Nam', given: 'Taewoo' }, { family: 'Jong', given: 'Jorrit', 'non-dropping-particle': 'de' }, { literal: 'Barnes and Noble' }], issued: { 'date-parts': [[2012, 5, 3]] },
    'container-title': 'A Journal', volume: '3', issue: '2', page: '1–9', DOI: '10.1000/a_b', URL: 'https://a.org/?a=1&b=2#c', keyword: 'own words', abstract: 'One.\nTwo.', language: 'en',
  },
};
const written = (format: ExchangeFormat, ...records: ExchangeRecord[]) => [...writeRecords(format, records)].join('');

test('BibTeX is what other programs read: names in their parts, signs escaped, words with capitals kept', () => {
  const text = written('bib', work);
  expect(text).toBe(`@article{nam2012work,
  author = {Nam, Taewoo and de Jong, Jorrit and {Barnes and Noble}},
  title = {Costs \\& benefits of {NYC311}: 100\\% \\textbraceleft{}open\\textbraceright{}},
  journal = {A Journal},
  year = {2012},
  month = {may},
  day = {3},
  volume = {3},
  number = {2},
  pages = {1--9},
  abstract = {One. Two.},
  doi = {10.1000/a\\_b},
  url = {https://a.org/?a=1\\&b=2\\#c},
  language = {en},
  keywords = {equity, open311, own words},
  annote = {practice-hub: {"csl":{"abstract":"One.\\nTwo."}}}
}

`);
  const { entries, errors } = parse(text, { english: false, sentenceCase: false });
  expect(errors.filter((e) => !e.input?.includes('nTwo'))).toEqual([]);
  expect(entries[0]).toMatchObject({ type: 'article', key: 'nam2012work', fields: { title: 'Costs & benefits of NYC311: 100% {open}', author: [{ lastName: 'Nam' }, { lastName: 'Jong', prefix: 'de' }, { name: 'Barnes and Noble' }] } });
});

test('RIS begins with TY, ends with ER, and has the tags that reference managers know', () => {
  expect(written('ris', work).split('\r\n')).toEqual([
    'TY  - JOUR', 'ID  - nam2012work', 'TI  - Costs & benefits of NYC311: 100% {open}', 'AU  - Nam, Taewoo', 'AU  - de Jong, Jorrit', 'AU  - Barnes and Noble', 'PY  - 2012', 'DA  - 2012/05/03/', 'T2  - A Journal', 'VL  - 3', 'IS  - 2', 'SP  - 1', 'EP  - 9',
    'LA  - en', 'DO  - 10.1000/a_b', 'UR  - https://a.org/?a=1&b=2#c', 'AB  - One.', 'Two.', 'KW  - equity', 'KW  - open311', 'KW  - own words', 'ER  - ', '', '',
  ]);
});

test.each([
  ['journal-article', 'JOUR'], ['book', 'BOOK'], ['book-chapter', 'CHAP'], ['report', 'RPRT'], ['manual', 'RPRT'], ['case-study', 'RPRT'], ['conference-paper', 'CPAPER'], ['thesis', 'THES'], ['newspaper-article', 'NEWS'], ['magazine-article', 'MGZN'],
  ['website', 'ELEC'], ['presentation', 'SLIDE'], ['legal', 'STAT'], ['standard', 'STAND'], ['dataset', 'DATA'], ['template', 'GEN'], ['software', 'COMP'],
])('a %s is %s in RIS', (type, ris) => expect(written('ris', { ...work, type })).toContain(`TY  - ${ris}\r\n`));

test('no line of a record can end it early or begin another', () => {
  for (const text of ['x\nER  - \nTY  - BOOK', 'a\rER  - ', 'ER  - ']) {
    const ris = written('ris', { ...work, place: text, csl: { ...work.csl, title: `T ${text}`, abstract: text, note: text, publisher: text, custom: { AN: text } } });
    expect(ris.match(/^(?:TY|ER) {2}- /gm)).toEqual(['TY  - ', 'ER  - ']);
  }
});

test('CSL-JSON is valid CSL-JSON, one item a line, of every type', () => {
  const text = written('csl.json', ...resourceTypes.map(({ code }) => ({ ...work, key: `k-${code}`, type: code, place: 'Boston' })));
  const items: unknown = JSON.parse(text);
  if (!Array.isArray(items)) throw new Error('No list.');
  expect(items).toHaveLength(resourceTypes.length);
  for (const item of items) expect(validateCsl(item)).toHaveProperty('csl');
  expect(items[2]).toMatchObject({ id: 'k-journal-article', type: 'article-journal', keyword: 'equity, open311, own words', custom: { 'practice-hub': { place: 'Boston' } } });
  expect(text.split('\n')).toHaveLength(resourceTypes.length + 3);
  expect(written('csl.json')).toBe('[\n\n]\n');
});

describe('CSV', () => {
  const dangerous = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1', '=HYPERLINK("http://evil";"x")', "'=1", "''=1"];

  test('has a row of headings and, per record, one row of RFC 4180', () => {
    const text = written('csv', work, { ...work, key: 'b' });
    expect(text.startsWith('\uFEFFkey,type,title,author,')).toBe(true);
    expect(text.endsWith('\r\n')).toBe(true);
    const rows: string[][] = parseCsv(text, { bom: true });
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(rows[1]).toEqual(expect.arrayContaining(['Nam, Taewoo; de Jong, Jorrit; Barnes and Noble', '2012-05-03', 'One.\nTwo.', 'equity; open311']));
    expect(rows[1]?.at(-1)).toBe('');
  });

  test('gives a spreadsheet no formula, and gives back what was there', () => {
    for (const text of dangerous) {
      const record = { ...work, place: text, csl: { ...work.csl, title: text, publisher: text, author: [{ literal: text }], keyword: text, note: text, custom: { x: text } } };
      const csv = written('csv', record);
      const rows: string[][] = parseCsv(csv, { bom: true });
      expect(rows.flat().filter((cell) => /^[=+\-@\t\r＝＋－＠]/.test(cell))).toEqual([]);
      expect([...readRecords('csv', csv)].map((r) => r.record)).toEqual([record]);
    }
  });
});

test('writing is lazy: nothing is asked for before it is needed', () => {
  let asked = 0;
  const records = function* () { for (;;) { asked++; yield work; } };
  for (const format of ['bib', 'ris', 'csl.json', 'csv'] as const) {
    asked = 0;
    const writing = writeRecords(format, records());
    writing.next();
    writing.next();
    expect(asked).toBe(2);
  }
});
