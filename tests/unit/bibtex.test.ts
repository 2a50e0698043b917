import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBibtex } from '#domain/library/bibtex.ts';
import { readName, shortPeople, writeName } from '#domain/library/names.ts';
import { resourceTypes } from '#domain/vocabulary.ts';

const { works, problems } = readBibtex(readFileSync(resolve(import.meta.dirname, '../../content/references.bib'), 'utf8'));
const work = (key: string) => {
  const found = works.find((w) => w.key === key);
  if (!found) throw new Error(`No ${key}.`);
  return found;
};

describe('the bibliography', () => {
  // The file begins with the works the hub started from; editors add below.
  const first = works.slice(0, 163);

  test('gives all works without a problem, the first 163 as they were sorted by hand', () => {
    expect(problems).toEqual([]);
    expect(first).toHaveLength(163);
    expect(first.filter((w) => w.checked)).toHaveLength(135);
  });

  test('leaves no LaTeX, brace or markup in a title, name or venue', () => {
    const texts = works.flatMap((w) => [w.csl.title, w.venue ?? '', ...(w.csl.author ?? []).flatMap((n) => [n.family ?? '', n.given ?? '', n.literal ?? ''])]);
    expect(texts.filter((t) => /[{}\\<>]|--|``|''/.test(t))).toEqual([]);
    expect(works.filter((w) => !w.csl.author?.length).map((w) => w.key)).toEqual([]);
  });

  test('every work has a type of the vocabulary and at least one theme', () => {
    const known = new Set(resourceTypes.map((t) => t.code));
    expect(works.filter((w) => !known.has(w.type) || !w.themes.length)).toEqual([]);
  });

  test('each type has as many works as were sorted by hand', () => {
    const counts = Object.fromEntries([...Map.groupBy(first, (w) => w.type)].map(([type, of]) => [type, of.length]));
    expect(counts).toEqual({
      'journal-article': 61, book: 10, 'book-chapter': 2, 'conference-paper': 5, report: 24, 'case-study': 4, standard: 3, thesis: 1,
      'magazine-article': 14, website: 21, manual: 2, 'newspaper-article': 11, presentation: 2, legal: 3,
    });
  });

  test.each([
    ['baltsun1998nonemergency', 'newspaper-article'], ['kcur2023', 'newspaper-article'], ['johnson2010hundred', 'magazine-article'], ['crtc2004_71', 'legal'], ['fcc1997n11', 'legal'],
    ['fcc1997news', 'website'], ['open311georeport', 'standard'], ['open311site', 'website'], ['iso18295_1', 'standard'], ['holmes2007orange', 'case-study'],
    ['kontokosta2017equity', 'conference-paper'], ['chattanooga_midsized', 'presentation'], ['nam2014changingface', 'journal-article'], ['wu2015determinants', 'thesis'],
  ])('%s is a %s', (key, type) => expect(work(key).type).toBe(type));

  test('accents, particles, organisations, missing years', () => {
    expect(work('aksin2007modern').csl.author?.[0]).toEqual({ family: 'Akşin', given: 'Zeynep' });
    expect(work('harvard_residents_report').csl.author?.at(-1)).toEqual({ family: 'Jong', given: 'Jorrit', 'non-dropping-particle': 'de' });
    expect(work('pak2017fixmystreet').csl.author?.at(-1)).toEqual({ family: 'Vande Moere', given: 'Andrew' });
    expect(work('cops2005minneapolis').csl.author).toEqual([{ literal: 'City of Minneapolis' }, { literal: 'The MACRO Group' }]);
    expect(work('cops2005minneapolis').csl.issued).toBeUndefined();
    expect(work('nyc2023state311').csl.publisher).toBe('NYC311, Office of Technology and Innovation');
    expect(work('obrien2015ecometrics').csl.title).toContain('“Broken Windows”');
    expect(work('open311georeport')).toMatchObject({ venue: 'Open311 wiki', csl: { URL: 'http://wiki.open311.org/GeoReport_v2/' } });
    expect(work('crtc2004_71').csl.language).toBe('fr');
    expect(work('liu2024quantifying').csl.custom).toEqual({ eprint: '2204.08620', archiveprefix: 'arXiv' });
    expect(first.filter((w) => w.csl.issued).length).toBe(140);
  });

  test('what cannot be read is told by line and field, the rest still comes', () => {
    const source = '@article{good, title = {A title}, author = {Ash, Ann}, year = {2001}}\n\n@book{bad, title = {No end}, year = {12},\n  author = {B}}\n\n@misc{, title = {x}}\n@misc{good, title = {y}}\n@misc{open, title = {never closed\n';
    const answer = readBibtex(source);
    expect(answer.works.map((w) => w.key)).toEqual(['good']);
    expect(answer.problems.map((p) => [p.line, p.field])).toEqual(expect.arrayContaining([[3, 'year'], [6, 'key']]));
    expect(answer.problems.some((p) => p.message.includes('given twice'))).toBe(true);
    expect(answer.problems.some((p) => p.line >= 7 && p.field === 'entry')).toBe(true);
  });
});

describe('names', () => {
  test.each([[['Holmes'], 'Holmes'], [['Nam', 'Pardo'], 'Nam & Pardo'], [['Mazerolle', 'Rogan', 'Frank'], 'Mazerolle et al.'], [[], null]] as const)('%j is %s', (families, short) => {
    expect(shortPeople(families.map((family) => ({ family })))).toBe(short);
  });
  test.each(['Nam, Taewoo', 'de Jong, Jorrit', 'King, Martin Luther, Jr.', 'City of Chicago', '{City of Portland, Oregon}'])('"%s" reads and writes back', (line) => {
    expect(writeName(readName(line))).toBe(line);
  });
});
