import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBibtex } from '#domain/library/bibtex.ts';
import { issued, type Csl } from '#domain/library/csl.ts';
import { normaliseDoi, TitleIndex, workKey } from '#domain/library/exchange/duplicates.ts';
import { readRecords } from '#domain/library/exchange/reading.ts';

const { works } = readBibtex(readFileSync(resolve(import.meta.dirname, '../../content/references.bib'), 'utf8'));
const sample = (name: string): Csl[] => [...readRecords('ris', readFileSync(resolve(import.meta.dirname, '../fixtures/import-samples', name), 'utf8'))].flatMap((r) => r.record?.csl ?? []);
const key = (title: string, year?: number, ...author: NonNullable<Csl['author']>) => workKey({ title, author, ...(year !== undefined && { issued: { 'date-parts': [[year]] } }) });

test.each(['10.1000/ABC', 'https://doi.org/10.1000/abc', 'http://dx.doi.org/10.1000/abc', 'doi: 10.1000/abc', 'DOI:10.1000/abc.', 'doi.org/10.1000%2Fabc', ' 10.1000/abc '])('%s is one DOI', (doi) => expect(normaliseDoi(doi)).toBe('10.1000/abc'));

describe('the key of a work', () => {
  const first = key('The Façade: Ångström’s “Open–Data” & Co.', 2012, { family: 'de Jong', given: 'J.' });

  test.each([
    ['case, accents, punctuation', key('the facade. angstroms open data and co', 2012, { family: 'De Jong', given: 'Jorrit' })],
    ['no article', key('Façade — Ångström\'s Open‐Data & Co', 2012, { family: 'Jong', given: 'Jorrit', 'non-dropping-particle': 'de' })],
    ['markup', key('The <i>Façade</i>: Ångström’s Open-Data & Co', 2012, { family: 'Jong', 'dropping-particle': 'de' })],
  ])('is the same with %s', (_, other) => expect(other).toBe(first));

  test('names: umlauts, hyphens, a person or city in one piece', () => {
    expect(key('A', 2012, { family: 'Müller-Lüdenscheidt' })).toBe(key('A', 2012, { family: 'Mueller Luedenscheidt' }));
    expect(key('A', 2012, { literal: 'City of Chicago' })).toBe(key('A', 2012, { family: 'Chicago', given: 'City of' }));
    expect(key('A', 2012, { literal: 'Housing Department, City of Austin' })).not.toBe(key('A', 2012, { literal: 'Water Department, City of Austin' }));
    expect(workKey({ title: 'A title', editor: [{ family: 'Eds' }], issued: { literal: 'Spring 2012' } })).toBe('title|2012|eds');
  });

  test('tells year, author and subtitle apart; says nothing where nearly nothing is known', () => {
    expect(new Set([first, key('The Façade', 2012, { family: 'de Jong' }), key('The Façade: Ångström’s “Open–Data” & Co.', 2013, { family: 'de Jong' }), key('The Façade: Ångström’s “Open–Data” & Co.', 2012, { family: 'Kim' })]).size).toBe(4);
    expect([key(''), key('Home'), key('City services'), key('– …', 2012)]).toEqual(['', '', '', '']);
    expect(key('How four cities built a 311 line')).not.toBe('');
    expect(key('LA 311')).toBe(key('LA 311'));
    expect(key('LA 311 calls of citizens')).toContain('la 311');
  });

  test('is different for all works of the bibliography', () => expect(new Set(works.map((w) => workKey(w.csl))).size).toBe(works.length));
});

describe('the same ten works from several programs', () => {
  const [zotero, endnote, scholar] = [sample('dinosaurs_zotero.ris'), sample('dinosaurs_endnote.ris'), sample('dinosaurs_googlescholar.ris')];
  /** As Google Scholar writes them: no DOI, no full stops after initials, other dashes, a publisher more. */
  const asScholar = endnote.map(({ DOI: _, ...csl }): Csl => ({
    ...csl, title: csl.title.replaceAll('-', '\u2010').replace(': ', ' \u2013 '), author: (csl.author ?? []).map((n) => ({ ...n, given: n.given?.replace(/[. ]/g, '') })), publisher: 'Wiley Online Library',
  }));

  test('by DOI', () => expect(new Set(zotero.map((w) => normaliseDoi(w.DOI ?? '')))).toEqual(new Set(endnote.map((w) => normaliseDoi(w.DOI ?? '')))));

  test('by title, year and first author, without a DOI', () => {
    const keys = new Set(zotero.map(workKey));
    expect(keys.size).toBe(10);
    expect(new Set(endnote.map(workKey))).toEqual(keys);
    expect(new Set(asScholar.map(workKey))).toEqual(keys);
  });

  test('ten others on dinosaurs are ten others, and an erratum is not what it corrects', () => {
    const index = new TitleIndex();
    for (const csl of zotero) index.add(csl.DOI ?? '', csl.title, workKey(csl));
    for (const csl of scholar) expect([csl.title, index.similar(csl.title, workKey(csl))]).toEqual([csl.title, []]);
    for (const csl of endnote) expect(index.similar(csl.title, workKey(csl)).map((s) => s.id)).toEqual([csl.DOI]);
    expect(scholar.filter((csl) => zotero.some((z) => workKey(z) === workKey(csl)))).toEqual([]);
  });
});

interface Pair { what: string; a: Partial<Csl>; b: Partial<Csl>; same: boolean }

/** Pairs made of real works: each work varied as carelessness, programs and publishers vary it. */
function labelled(): Pair[] {
  const pairs: Pair[] = [];
  const put = (what: string, a: Partial<Csl>, b: Partial<Csl>, same: boolean) => pairs.push({ what, a, b, same });
  const year = (csl: Partial<Csl>, by: number): Partial<Csl> => { const y = issued(csl).year; return y === null ? csl : { ...csl, issued: { 'date-parts': [[y + by]] } }; };
  for (const [at, { csl }] of works.entries()) {
    const { title } = csl;
    const long = title.length > 25;
    const spot = 5 + (at % Math.max(1, title.length - 10));
    const letter = title.slice(spot).search(/[a-z]{2}/) + spot;
    const retitled = (changed: string) => ({ ...csl, title: changed });
    const [main] = title.split(/[:?] /);
    const subtitled = main && main !== title && main.length >= 20 && main.split(' ').length >= 3 && !/\d{4}$|\b[IVX\d]+$/.test(main);
    if (at % 4 === 0 && long) {
      put('a letter lost', csl, retitled(title.slice(0, letter) + title.slice(letter + 1)), true);
      put('letters swapped', csl, { ...retitled(title.slice(0, letter) + title.charAt(letter + 1) + title.charAt(letter) + title.slice(letter + 2)), issued: undefined }, true);
    }
    if (at % 4 === 1) {
      put('capitals', csl, retitled(title.toUpperCase()), true);
      put('no year', csl, { ...csl, issued: undefined }, true);
      put('other signs', csl, retitled(`“${title.replaceAll('-', '–').replaceAll("'", '’').replaceAll(':', ' —')}.”`), true);
    }
    if (at % 4 === 2) {
      put('another article', csl, retitled(`The ${title.replace(/^(?:The|A|An) /, '')}`), true);
      put('no author', csl, { ...csl, author: undefined, editor: undefined }, true);
      put('initials only, a year later', csl, { ...year(csl, csl.type === 'article-journal' && !/report|annual|survey|awards|audit|review|plan/i.test(title) ? 1 : 0), author: csl.author?.map((n) => ({ ...n, given: n.given?.charAt(0) })) }, true);
    }
    if (at % 4 === 3 && long) put('a letter doubled, & for and', csl, { ...retitled((title.slice(0, letter) + title.charAt(letter) + title.slice(letter)).replace(/ and /g, ' & ')), issued: undefined }, true);
    if (subtitled) put('no subtitle', csl, retitled(main), true);
    if (at % 5 === 0) put('part 1 and part 2', retitled(`${title}, Part 1`), retitled(`${title}, Part 2`), false);
    if (at % 5 === 1) put('volumes', retitled(`${title}: Volume II`), retitled(`${title}: Volume III`), false);
    if (at % 5 === 2 && issued(csl).year !== null) put('editions', { ...csl, edition: '2' }, { ...year(csl, 6), edition: '3' }, false);
    if (at % 5 === 3) put('annual reports', { ...retitled('Annual Report of the 311 Contact Center'), issued: { 'date-parts': [[2005]] } }, { ...retitled('Annual Report of the 311 Contact Center'), issued: { 'date-parts': [[2006]] } }, false);
    if (at % 5 === 4) put('years in titles', retitled(`${title} 2011`), retitled(`${title} 2012`), false);
    if (at % 6 === 0) put('erratum', csl, retitled(`Erratum to: ${title}`), false);
    if (at % 6 === 1) put('a part of it', csl, retitled(`${title}: Part 2`), false);
    if (at % 6 === 2) put('another author', retitled('Customer service plan for residents'), { ...retitled('Customer service plan for residents'), author: [{ literal: `City of ${['Zurich', 'Quebec', 'Xenia'][at % 3]}` }] }, false);
    if (at % 6 === 3) put('another city', retitled('What residents of Boston ask their city for'), retitled('What residents of Toronto ask their city for'), false);
    if (at % 6 === 4) put('a reply', csl, retitled(`A Reply to “${title}”`), false);
  }
  return pairs;
}

describe('pairs of works', () => {
  const pairs = labelled();
  const found = ({ a, b }: Pair): boolean => {
    const [keyA, keyB] = [workKey(a), workKey(b)];
    const index = new TitleIndex();
    index.add('a', a.title ?? '', keyA);
    return (keyA !== '' && keyA === keyB) || index.similar(b.title ?? '', keyB).length > 0;
  };
  const judged = pairs.map((pair) => ({ ...pair, found: found(pair) }));

  test('are recognised: of a hundred told at least 98 are one work, of a hundred that are one at least 90 are told', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(200);
    expect(pairs.filter((p) => !p.same).length).toBeGreaterThanOrEqual(100);
    const told = judged.filter((p) => p.found);
    const right = told.filter((p) => p.same);
    const wrong = judged.filter((p) => p.found !== p.same).map((p) => `${p.same ? 'missed' : 'mistaken'} ${p.what}: ${p.a.title} | ${p.b.title}`);
    expect(right.length / told.length, wrong.join('\n')).toBeGreaterThanOrEqual(0.98);
    expect(right.length / pairs.filter((p) => p.same).length, wrong.join('\n')).toBeGreaterThanOrEqual(0.9);
  });

  test('of the bibliography: no two are told', () => {
    const index = new TitleIndex();
    for (const { key: id, csl } of works) index.add(id, csl.title, workKey(csl));
    expect(works.flatMap(({ key: id, csl }) => index.similar(csl.title, workKey(csl)).filter((s) => s.id !== id).map((s) => `${id} ${s.id}`))).toEqual([]);
    const bare = new TitleIndex();
    for (const { key: id, csl } of works) bare.add(id, csl.title);
    // By their titles alone, two web sites and what was written about them.
    expect(works.flatMap(({ key: id, csl }) => bare.similar(csl.title).filter((s) => s.id > id).map((s) => `${id} ${s.id}`))).toEqual(['carrizales2004cdgp ncpp_cdgp', 'goldsmith2018wwc whatworkscities']);
  });

  test('the nearest comes first, ten at most, and an unknown title finds nothing', () => {
    const index = new TitleIndex();
    for (let at = 0; at < 15; at++) index.add(`x${at}`, 'Measuring the wait at the counter');
    index.add('near', 'Measuring the waits at the counters');
    expect(index.similar('Measuring the waits at the counters')[0]).toEqual({ id: 'near', score: 1 });
    expect(index.similar('Measuring the wait at the counter')).toHaveLength(10);
    expect(index.similar('Something else altogether')).toEqual([]);
    expect(index.similar('')).toEqual([]);
    expect(index.similar('漢字')).toEqual([]);
  });

  test('twenty thousand titles are searched in a few milliseconds each', { timeout: 60_000 }, () => {
    const words = [...new Set(works.flatMap(({ csl }) => csl.title.split(/\s+/)))];
    const titles = Array.from({ length: 20_000 }, (_, at) => Array.from({ length: 6 + (at % 7) }, (__, n) => words[(at * 31 + n * n * 97 + n * at * 7) % words.length]).join(' '));
    const index = new TitleIndex();
    titles.forEach((title, at) => index.add(String(at), title));
    const started = process.cpuUsage();
    for (let at = 0; at < 500; at++) index.similar(titles[at * 37] ?? '');
    expect(process.cpuUsage(started).user / 1000 / 500).toBeLessThan(10);
  });
});
