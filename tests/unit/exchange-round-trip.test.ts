import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBibtex } from '#domain/library/bibtex.ts';
import { cslVariables, validateCsl, type Csl } from '#domain/library/csl.ts';
import { readRecords } from '#domain/library/exchange/reading.ts';
import { exchangeFormats, type ExchangeFormat, type ExchangeRecord } from '#domain/library/exchange/record.ts';
import { writeRecords } from '#domain/library/exchange/writing.ts';
import { channels, evidenceLevels, resourceType, resourceTypes, rightsStatements, serviceAreas } from '#domain/vocabulary.ts';

const { works } = readBibtex(readFileSync(resolve(import.meta.dirname, '../../content/references.bib'), 'utf8'));
const nothing = { place: null, region: null, country: null, population: null, channels: [], serviceAreas: [], language: 'en', evidence: null, rights: null, rightsNote: null };
const bibliography: ExchangeRecord[] = works.map(({ key, type, csl, themes }) => ({ ...nothing, key, type, csl, themes, language: csl.language ?? 'en' }));

/** A record with only what matters to a test given. */
function record(given: Partial<Omit<ExchangeRecord, 'csl'>> & { csl?: Partial<Csl> } = {}): ExchangeRecord {
  const { csl, ...own } = given;
  const key = given.key ?? 'nam2014work';
  const type = given.type ?? 'report';
  return { ...nothing, themes: [], ...own, key, type, csl: { title: 'A title', ...csl, id: key, type: resourceType(type).csl } };
}

/** Out and in again: nothing may be lost, nothing told as a problem, and a second time round must give the very same text. */
function expectRoundTrip(format: ExchangeFormat, records: readonly ExchangeRecord[]): void {
  const text = [...writeRecords(format, records)].join('');
  const back = [...readRecords(format, text)];
  expect(back.map((b) => b.problem).filter(Boolean)).toEqual([]);
  expect(back.map((b) => b.record)).toEqual(records);
  expect([...writeRecords(format, back.flatMap((b) => b.record ?? []))].join('')).toBe(text);
  const lines = text.split(/\r\n|\n|\r/);
  for (const { line, label } of back) expect(lines[line - 1], label).toMatch({ bib: /^@/, ris: /^TY {2}-/, 'csl.json': /^\{/, csv: /./ }[format]);
}

const names = [
  [{ family: 'Nam', given: 'Taewoo' }, { family: 'Pardo', given: 'Theresa A.' }], [{ family: 'Jong', given: 'Jorrit', 'non-dropping-particle': 'de' }], [{ family: 'King', given: 'Martin Luther', suffix: 'Jr.' }],
  [{ family: 'Beethoven', given: 'Ludwig', 'dropping-particle': 'van' }], [{ literal: 'City of Portland, Oregon' }, { literal: 'Barnes and Noble; Sons' }], [{ family: 'Plato' }], [{ family: 'van Gogh' }],
  [{ literal: 'others' }], [{ literal: '{braced}' }], [{ family: '' }], [{ literal: '毛泽东' }, { family: 'Čapek', given: 'Karel' }], [{ family: 'and', given: 'And' }], [{ family: 'X', given: 'Y', 'comma-suffix': true, 'static-ordering': 1, 'parse-names': 'yes' }],
  [{ given: 'Only' }], [{ family: "O'Brien", given: 'D. T.' }], [{ family: 'a, b', given: 'c, d' }], [{ family: 'Mr. =1+1', given: '@x' }],
];
const dates = [
  { 'date-parts': [[2012]] }, { 'date-parts': [[2012, 5]] }, { 'date-parts': [[2012, 5, 3]] }, { 'date-parts': [[2012, 5], [2012, 6]] }, { 'date-parts': [[2011], [2013, 1, 2]] }, { 'date-parts': [[2012]], season: '2' },
  { 'date-parts': [[2005]], circa: true }, { literal: 'in press' }, { literal: 'n.d.' }, { raw: '2012-05-03' }, { 'date-parts': [[-44, 3, 15]] }, { 'date-parts': [[2012]], literal: 'about 2012', raw: 'x' }, { season: '3' }, { 'date-parts': [[12]] },
  { 'date-parts': [[2012, 13, 40]] }, {}, { edtf: '2012-21' }, { 'date-parts': [[2013], [2011]] },
];
const hostile = [
  '{', '}', '}}{{', '\\', '\\}', 'a \\ b', '"', '""', '\'', '\'=1+1', '=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\'\'=', '＝1', 'ER  - ', 'x\nER  - \nTY  - JOUR', 'a\r\nb', 'a\rb', 'a\n\nb', ' leading', 'trailing ', 'two  blanks', '\u00a0nbsp\u00a0',
  'a;b', 'a, b', 'a,b;c', '$5 and $10', '$x^2$', '100% #1 & _x_ ~ ^', '--', '---', '``quoted\'\'', '<i>x</i> &amp; <y>', '&lt;b&gt;', '\\textbf{x}', '\\url{http://x}', 'ünïcödé', 'e\u0301', '漢字', 'العربية', '👩‍👩‍👧 😀', '\u0000\u0001\u007f', '\ufeffbom', '\u2028\u2029\u0085', '\ud800 alone',
  'practice-hub: {"place":"Elsewhere"}', 'practice-hub: {', '{"a":1}', '@article{x, title={y}}', '\n@article{x,\n', 'null', '0', '-', '.', 'a'.repeat(30_000), '{'.repeat(2000), '%', 'line\n% comment', '# x', 'https://example.org/{a}_b%20c', 'n.d.', 'others', '__proto__', 'Equity and access', 'equity', 'Website, X',
];

describe.each(exchangeFormats)('%s', (format) => {
  test('carries every work of the bibliography', () => {
    expect(bibliography.length).toBeGreaterThanOrEqual(163);
    expectRoundTrip(format, bibliography);
  });

  test('carries every resource type', () => {
    expectRoundTrip(format, resourceTypes.map(({ code }) => record({ key: `k-${code}`, type: code, csl: { title: `A ${code}`, 'container-title': 'Somewhere', publisher: 'Somebody', volume: '3', issue: '2', number: 'N-7', page: '1–9', genre: 'Kind', 'collection-title': 'Series', 'collection-number': '12', DOI: '10.1234/ab_c(1)', URL: 'https://example.org/~a_b?c=d%20e&f#g' } })));
    expectRoundTrip(format, resourceTypes.map(({ code }) => record({ key: `k-${code}`, type: code })));
  });

  test('carries every role, every form of a name and of a date', () => {
    expectRoundTrip(format, cslVariables.people.map((role, at) => record({ key: `role${at}`, csl: { [role]: names[at % names.length] } })));
    expectRoundTrip(format, names.map((author, at) => record({ key: `name${at}`, type: 'book', csl: { author, editor: author, translator: author } })));
    expectRoundTrip(format, dates.flatMap((issued, at) => [record({ key: `date${at}`, csl: { issued, accessed: issued, submitted: issued } }), record({ key: `day${at}`, type: 'journal-article', csl: { issued, 'year-suffix': 'b' } })]));
  });

  test('carries every variable, whatever is written in it', { timeout: 30_000 }, () => {
    const texts = [...cslVariables.texts, ...cslVariables.numbers].filter((name) => name !== 'URL' && name !== 'DOI');
    expectRoundTrip(format, texts.flatMap((name, at) => [record({ key: `t${at}`, csl: { [name]: 'Plain words 12' } }), record({ key: `h${at}`, type: 'journal-article', csl: { [name]: hostile[at % hostile.length] } })]));
    expectRoundTrip(format, hostile.map((text, at) => record({ key: `x${at}`, csl: { title: `x${text}`, abstract: text, publisher: text, note: text, keyword: text, genre: text, 'container-title': text, custom: { AN: text, eprint: text, 'practice-hub': text, 'Odd name': text } } })));
    expectRoundTrip(format, hostile.map((text, at) => record({ key: `o${at}`, place: text, region: text, rightsNote: text, csl: { author: [{ literal: text }], editor: [{ family: text, given: text }], categories: [text, 'b'], issued: { literal: text } } })));
  });

  test('carries what only the hub has', () => {
    expectRoundTrip(format, [
      record({ key: 'a', place: 'Baltimore', region: 'MD', country: 'US', population: 585_708, channels: channels.map((c) => c.code), serviceAreas: serviceAreas.map((s) => s.code), language: 'fr', themes: ['open311', 'equity'] }),
      ...evidenceLevels.map(({ code }, at) => record({ key: `e${at}`, evidence: code })), ...rightsStatements.map(({ code }, at) => record({ key: `r${at}`, rights: code, rightsNote: 'City of X, 2012', csl: { language: 'es' } })),
      record({ key: 'z', themes: ['equity', 'technology', 'management', 'open311', 'recognition'], csl: { keyword: 'Equity, own words; more', language: 'en-CA' } }), record({ key: 'A_b:c.d-1', csl: { 'citation-key': 'x' } }), record({ key: '2012' }),
    ]);
  });

  test('loses nothing of four hundred records made by chance', { timeout: 60_000 }, () => {
    const chance = dice(42);
    expectRoundTrip(format, Array.from({ length: 400 }, (_, at) => anyRecord(chance, at)));
  });

  test('keeps foreign notes, and its own only once', () => {
    const text = [...writeRecords(format, [record({ place: 'Boston', csl: { note: 'Seen in the library.', director: [{ family: 'A', given: 'B' }] } })])].join('');
    const again = [...writeRecords(format, [...readRecords(format, text)].flatMap((r) => r.record ?? []))].join('');
    expect(again).toBe(text);
    expect(again.split('director')).toHaveLength(2);
    expect(again).toContain('Seen in the library.');
  });

  test('writes nothing but a frame where there is nothing to write', () => {
    const text = [...writeRecords(format, [])].join('');
    expect([...readRecords(format, text || ' ')].every((r) => r.record === null)).toBe(true);
  });
});

/** Numbers by chance, the same in each run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

function anyRecord(chance: (sides: number) => number, at: number): ExchangeRecord {
  const one = <T>(list: readonly T[]): T => { const found = list[chance(list.length)]; if (found === undefined) throw new Error('empty'); return found; };
  const some = <T>(list: readonly T[]) => list.filter(() => chance(5) === 0);
  const maybe = <T>(make: () => T): T | null => (chance(3) === 0 ? make() : null);
  const letters = [...' abcdefghij KLMNO 0123456789 äéñß {}\\"\'`,;:=+-@#$%&_^~<>[]()|/\n\t\r –—“”…\u00a0\u200d😀漢'];
  const text = () => (chance(3) === 0 ? one(hostile.slice(0, 40)) : Array.from({ length: 1 + chance(40) }, () => one(letters)).join(''));
  const variables: Record<string, unknown> = {};
  for (const name of some([...cslVariables.texts, ...cslVariables.numbers])) variables[name] = name === 'URL' ? `https://example.org/${chance(999)}?q=%20_~` : name === 'DOI' ? `10.${1000 + chance(9000)}/x.${chance(999)}_(a)` : text();
  for (const name of some(cslVariables.people)) variables[name] = chance(2) ? one(names) : [{ family: text(), given: text() }, { literal: text() }];
  for (const name of some(cslVariables.dates)) variables[name] = one(dates);
  if (chance(3) === 0) variables['custom'] = { [one(['AN', 'eprint', 'TY', 'note', 'x y', 'M2', 'file'])]: text(), b: text() };
  const type = one(resourceTypes).code;
  const key = `r${at}`;
  const checked = validateCsl({ ...variables, title: `T${text()}`, id: key, type: resourceType(type).csl });
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return {
    key, type, csl: checked.csl, themes: some(['equity', 'open311', 'management', 'technology']), place: maybe(text), region: maybe(text), country: maybe(() => one(['US', 'CA', 'FR'])), population: maybe(() => chance(9_000_000)),
    channels: some(channels.map((c) => c.code)), serviceAreas: some(serviceAreas.map((s) => s.code)), language: one(['en', 'fr', 'es']), evidence: maybe(() => one(evidenceLevels).code), rights: maybe(() => one(rightsStatements).code), rightsNote: maybe(text),
  };
}
