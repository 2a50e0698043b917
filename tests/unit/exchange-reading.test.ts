import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatOf, mediaTypeOf } from '#domain/library/exchange/formats.ts';
import { Keywords } from '#domain/library/exchange/keywords.ts';
import { longestText, readRecords } from '#domain/library/exchange/reading.ts';
import type { ExchangeFormat, ExchangeRecord } from '#domain/library/exchange/record.ts';
import { writeRecords } from '#domain/library/exchange/writing.ts';

const sample = (name: string) => readFileSync(resolve(import.meta.dirname, '../fixtures/import-samples', name), 'utf8');
const read = (format: ExchangeFormat, text: string) => [...readRecords(format, text)];

/** The one record of a text. */
function one(format: ExchangeFormat, text: string): ExchangeRecord {
  const [first, ...more] = read(format, text);
  if (!first?.record || more.length) throw new Error(`Not one record: ${JSON.stringify([first, ...more])}`);
  return first.record;
}

describe('BibTeX', () => {
  const records = read('bib', sample('pysal_access_references.bib'));
  const work = (key: string) => records.find((r) => r.record?.key === key)?.record?.csl;

  test('the sample of PySAL comes in whole', () => {
    expect(records).toHaveLength(64);
    expect(records.filter((r) => r.problem)).toEqual([]);
    expect(records.flatMap((r) => Object.values(r.record?.csl ?? {})).filter((v) => typeof v === 'string' && /[{}\\]|--|&amp;/.test(v))).toEqual([]);
    const lines = sample('pysal_access_references.bib').split('\n');
    for (const { line, record } of records) expect(lines[line - 1]).toContain(`{${record?.key}`);
  });

  test('accents, braces, quoted values, odd years, days, pages with blanks, DOIs as addresses', () => {
    expect(work('1976_weibull_axiomatic_accessibility')).toMatchObject({ author: [{ family: 'Weibull', given: 'Jörgen W.' }], page: '357–379', ISSN: '0166-0462' });
    expect(work('2017_apparicio_distance_types')?.author?.map((n) => n.given)).toEqual(['Philippe', 'Jérémy', 'Anne-Sophie', 'Simon', 'Lise', 'Éric']);
    expect(work('2015_polo_location_allocation')).toMatchObject({ author: [{ family: 'Polo' }, { family: 'Acosta' }, { family: 'Ferreira' }, { family: 'Dias', given: 'Ricardo Augusto' }], issued: { 'date-parts': [[2015, 3]] } });
    expect(work('2007_rickets_medically_underserved')?.author?.[4]).toEqual({ family: 'Taylor', given: 'Richard Lee Donald H.', suffix: 'Jr.' });
    expect(work('1999_dijst_action_spaces_planning')).toMatchObject({ issued: { 'date-parts': [[1999, 6, 1]] }, 'year-suffix': 'a' });
    expect(work('2005_tiwari_spatial_filters_population')).toMatchObject({ type: 'chapter', DOI: '10.1007/3-540-26772-7_50', 'publisher-place': 'Berlin, Heidelberg' });
    expect(work('2013_salonen_travel_times_car_transport')?.DOI).toBe('10.1016/j.jtrangeo.2013.06.011');
    expect(work('ipums')?.DOI).toBe('10.18128/D010.V7.0');
    expect(work('osm')).toMatchObject({ type: 'webpage', title: 'North America data retrieved from http://download.geofabrik.de/', author: [{ literal: 'OpenStreetMap contributors' }], issued: { 'date-parts': [[2018, 6, 1]] } });
    expect(work('150130_fransen_cb2scfa')?.author?.[2]).toEqual({ family: 'De Maeyer', given: 'Philippe' });
    expect(work('2014_weinhold_understanding_shortages')?.accessed).toEqual({ 'date-parts': [[2018, 3, 8]] });
    expect(work('1982_joseph_potential_physical_accessibility_rural')?.['container-title']).toBe('Social Science & Medicine');
  });

  test('an entry that is broken gives its line and reason, the rest comes', () => {
    const found = read('bib', '% a comment with @article{no, title = {No}}\n@string{pa = "Public " # {Administration}}\n@article{a, title = {First}, journal = pa # { Review}, year = 2001}\n\n@book{b, title = {Never closed, year = 2002\n\n@misc{c,\n  title = "The "best" of it",\n  year = {2003}\n  howpublished = {A place}}\n@misc{, title = {}}\n@comment{@book{x, title={No}}}\n@phdthesis{d, title={Last}, school={U}');
    expect(found.map((r) => [r.line, r.label, r.record?.key ?? null])).toEqual([[3, 'First', 'a'], [5, '@book', null], [7, 'The "best" of it', 'c'], [11, 'A work without a title', null], [13, 'Last', null]].map(([line, label, key]) => [line, label === '@book' ? 'b' : label, key]));
    expect(found[0]?.record?.csl['container-title']).toBe('Public Administration Review');
    expect(found.map((r) => r.problem)).toEqual([null, expect.stringContaining('title'), null, 'It has no title.', expect.stringContaining('no end')]);
  });

  test('a missing key is made from author, year and title; one that is no address is cleaned and kept', () => {
    expect(one('bib', '@article{title = {The Façade of Öpen Data}, author = {Çelik, Ayşe and B, C}, year = {2012}}').key).toBe('celik2012facade');
    expect(one('bib', '@article{DBLP:journals/corr/abs-1 2, title = {T}}')).toMatchObject({ key: 'DBLP:journals-corr-abs-1-2', csl: { 'citation-key': 'DBLP:journals/corr/abs-1 2' } });
    expect(one('bib', '@misc{x, title = {311}}').key).toBe('x');
    expect(one('bib', '@misc{, title = {311}}').key).toBe('work311');
  });

  test.each([
    ['year = 2012, month = {Sept.}', { 'date-parts': [[2012, 9]] }], ['year = 2012, month = may # "~15"', { 'date-parts': [[2012, 5, 15]] }], ['year = 2012, month = "May--June"', { 'date-parts': [[2012, 5], [2012, 6]] }],
    ['date = {2012-05-03}', { 'date-parts': [[2012, 5, 3]] }], ['date = {2012-05/2013-01}', { 'date-parts': [[2012, 5], [2013, 1]] }], ['year = {2012/2013}', { 'date-parts': [[2012], [2013]] }], ['year = {c. 2005}', { 'date-parts': [[2005]], circa: true }],
    ['year = {in press}', { literal: 'in press' }], ['year = 2012, month = {Octember}', { 'date-parts': [[2012]] }], ['year = {}', undefined], ['year = 2012, month = {mars}', { 'date-parts': [[2012, 3]] }],
  ])('the date %s', (fields, date) => expect(one('bib', `@misc{a, title = {T}, ${fields}}`).csl.issued).toEqual(date));

  test('an unknown month and fields nobody knows are kept, files of the sender are not', () => {
    expect(one('bib', '@misc{a, title = {T}, year = 2012, month = {Octember}, shelf = {A 3}, file = {:C\\:/x.pdf:PDF}, owner = {me}}').csl.custom).toEqual({ month: 'Octember', shelf: 'A 3' });
  });

  test('dollars, percents, signs, formulas, addresses', () => {
    const titleOf = (latex: string) => one('bib', `@misc{a, title = {${latex}}}`).csl.title;
    expect(titleOf('Saving $5 and $10 million')).toBe('Saving $5 and $10 million');
    expect(titleOf('100% of H$_2$O \\& CO\\textsubscript{2} at $x^{2}$')).toBe('100% of H₂O & CO₂ at x²');
    expect(titleOf('1 < 2 and \\textless x\\textgreater')).toBe('1 < 2 and <x>');
    expect(titleOf('\\emph{What} {NYC}\'s ``call\'\' --- \\"{O}l \\^{\\i}le \\L\\\'od\\\'z')).toBe('What NYC\'s “call” — Öl île Łódź');
    expect(titleOf('See \\url{http://a.org/b_c%20d~e} and \\unknown{this}')).toBe('See http://a.org/b_c%20d~e and this');
  });

  test('a chapter takes from its book by crossref, wherever that stands', () => {
    const [chapter] = read('bib', '@incollection{c, title = {Chapter}, author = {A, B}, pages = {1--9}, crossref = {Book}}\n@book{book, title = {The Book}, editor = {E, F}, publisher = {P}, year = 2012}');
    expect(chapter?.record?.csl).toMatchObject({ 'container-title': 'The Book', editor: [{ family: 'E', given: 'F' }], publisher: 'P', issued: { 'date-parts': [[2012]] }, page: '1–9' });
  });

  test('types: what is not known is a web site when its address is all it has, else a report, and its word is kept', () => {
    expect(one('bib', '@patent{a, title = {T}, url = {https://x.org}}')).toMatchObject({ type: 'website', csl: { type: 'webpage', custom: { 'original-type': 'patent' } } });
    expect(one('bib', '@patent{a, title = {T}, url = {https://x.org}, publisher = {P}}')).toMatchObject({ type: 'report', csl: { custom: { 'original-type': 'patent' } } });
    expect(one('bib', '@misc{a, title = {T}}')).toMatchObject({ type: 'report', csl: { type: 'report' } });
    expect(one('bib', '@article{a, title = {T}, journal = {X}, entrysubtype = {newspaper}}').type).toBe('newspaper-article');
  });
});

describe('RIS', () => {
  const [zotero, endnote, scholar] = ['zotero', 'endnote', 'googlescholar'].map((name) => read('ris', sample(`dinosaurs_${name}.ris`)));

  test('the three samples come in whole, each record at its line', () => {
    for (const [name, records] of Object.entries({ zotero, endnote, googlescholar: scholar })) {
      expect(records).toHaveLength(10);
      const lines = sample(`dinosaurs_${name}.ris`).split('\n');
      for (const { line, record, problem } of records ?? []) {
        expect(problem).toBeNull();
        expect(lines[line - 1]).toBe('TY  - JOUR');
        expect(record).toMatchObject({ type: 'journal-article', csl: { issued: { 'date-parts': [[expect.any(Number)]] }, author: expect.arrayContaining([{ family: expect.any(String), given: expect.any(String) }]) } });
      }
    }
  });

  test('EndNote: lists and paragraphs that go on without a tag', () => {
    const first = endnote?.[0]?.record;
    expect(first?.csl).toMatchObject({ ISSN: '1932-8494, 1932-8486', note: 'L2030246463\n2024-06-24', source: 'Embase; Medline', genre: 'Article in Press', language: 'en', custom: { AD: expect.stringContaining('Pomona') } });
    expect(first?.csl.keyword?.split(', ')).toEqual(['article', 'biostratigraphy', 'Colorado', 'dinosaur', 'nonhuman', 'tibia', 'transverse process', 'Upper Jurassic']);
    expect(endnote?.find((r) => r.record?.csl.DOI === '10.1111/cla.12583')?.record?.csl.page).toBe('307–356');
  });

  test('Zotero: // dates, short titles of journals, the DOI once more as a link', () => {
    expect(zotero?.[0]?.record?.csl).toMatchObject({ issued: { 'date-parts': [[2024]] }, 'container-title': 'Nature Communications', 'container-title-short': 'Nat. Commun.', DOI: '10.1038/s41467-024-48400-3' });
    expect(zotero?.[0]?.record?.csl.custom).toBeUndefined();
  });

  test('Google Scholar: T1, A1, JO, Y1', () => {
    expect(scholar?.[0]?.record?.csl).toMatchObject({ title: 'Did dinosaurs invent flowers? Dinosaur–angiosperm coevolution revisited', author: [{ family: 'Barrett', given: 'Paul M' }, { family: 'Willis', given: 'Katherine J' }], 'container-title': 'Biological Reviews', page: '411–447' });
  });

  test.each(['\n', '\r\n', '\r'])('line ends %j, a byte order mark, no last line end, words before the first record', (end) => {
    const text = `\uFEFFProvider: x\nTY  - BOOK\nT1  - Title: one\ngoes on\nA1  - Jong, Jorrit de\nER  -\n\nTY  - RPRT\nTI  - No end\nTY  - JOUR\nTI  - Last`.replaceAll('\n', end);
    expect(read('ris', text).map((r) => [r.line, r.record?.type, r.record?.csl.title])).toEqual([[2, 'book', 'Title: one goes on'], [8, 'report', 'No end'], [10, 'journal-article', 'Last']]);
  });

  test.each([
    ['PY  - 2024///', { 'date-parts': [[2024]] }], ['Y1  - 2024/05/03/', { 'date-parts': [[2024, 5, 3]] }], ['DA  - 2024/05//\nPY  - 2024', { 'date-parts': [[2024, 5]] }], ['DA  - Jun 24\nPY  - 2024', { 'date-parts': [[2024, 6, 24]] }],
    ['PY  - 2012///Spring', { 'date-parts': [[2012]], season: '1' }], ['PY  - 2012\nDA  - 2012-11-30', { 'date-parts': [[2012, 11, 30]] }], ['PY  - in press', { literal: 'in press' }], ['DA  - 13/05/2024', { 'date-parts': [[2024, 5, 13]] }],
  ])('the date %j', (lines, date) => expect(one('ris', `TY  - JOUR\nTI  - T\n${lines}\nER  - `).csl.issued).toEqual(date));

  test('addresses: the first that is not the DOI again; the others stay', () => {
    const { csl } = one('ris', 'TY  - JOUR\nTI  - T\nUR  - https://doi.org/10.1000/X1\nUR  - https://a.org\nUR  - https://b.org\nL1  - file.pdf\nER  - ');
    expect(csl).toMatchObject({ DOI: '10.1000/X1', URL: 'https://a.org', custom: { UR: 'https://b.org', L1: 'file.pdf' } });
  });

  test('tags with one blank, serial numbers by their shape, unknown tags and types kept', () => {
    expect(one('ris', 'TY - PAT\nTI - T\nSN - 978-0-306-40615-7\nSN - 0028-0836\nSN - R 12\nC8 - kept\nER -').csl).toMatchObject({ ISBN: '978-0-306-40615-7', ISSN: '0028-0836', number: 'R 12', custom: { C8: 'kept', 'original-type': 'PAT' } });
    expect(one('ris', 'TY  - ELEC\nTI  - T\nUS  -based\nUR  - https://a.org\nER  - ').type).toBe('website');
    expect(one('ris', 'TY  - GEN\nTI  - T\nUR  - https://a.org\nER  - ').type).toBe('website');
    expect(one('ris', 'TY  - GEN\nTI  - T\nUR  - https://a.org\nPB  - P\nER  - ').type).toBe('report');
  });
});

describe('CSL-JSON', () => {
  const item = '{"id": "a", "type": "article-journal", "title": "T <i>x</i>", "volume": 3, "issued": {"date-parts": [["2012", "5"]]}}';

  test.each([`[${item}]`, item, `{"items": [${item}]}`, `\uFEFF\n{"library": "x", "references":\n[ ${item} ] }`])('a list, one item, an object with items: %s', (text) => {
    expect(one('csl.json', text)).toMatchObject({ key: 'a', type: 'journal-article', csl: { title: 'T x', volume: '3', issued: { 'date-parts': [[2012, 5]] } } });
  });

  test('what the schema does not allow is kept beside, and told; what is no JSON is told with its line', () => {
    const found = read('csl.json', `[\n${item},\n{"id": 7, "type": "map", "title": "M", "volume": [1], "system_id": "z", "URL": "javascript:alert(1)"},\n{"id": "c", "title": },\n{"id": "d", "type": "book"},\n{"id": "e", "type": "legal_case", "title": "E"}\n]`);
    expect(found.map((r) => r.line)).toEqual([2, 3, 4, 5, 6]);
    expect(found[1]?.record).toMatchObject({ type: 'report', csl: { title: 'M', custom: { volume: '[1]', system_id: 'z', URL: 'javascript:alert(1)', 'original-type': 'map' } } });
    expect(found[1]?.record?.csl.URL).toBeUndefined();
    expect(found[1]?.problem).toMatch(/volume: .*system_id: .*URL: /);
    expect(found[2]).toMatchObject({ record: null, problem: 'This is not a valid JSON object.' });
    expect(found[3]).toMatchObject({ record: null, problem: 'It has no title.' });
    expect(found[4]?.record).toMatchObject({ type: 'legal', csl: { type: 'legislation', custom: { 'original-type': 'legal_case' } } });
  });
});

describe('CSV', () => {
  test('headings in many words, any separator, lines counted through quoted cells', () => {
    for (const separator of [',', ';', '\t']) {
      const rows = [['Document Title', 'Author(s)', 'Publication Year', 'Journal', 'Link', 'Tags', 'Kind', 'Shelf'], ['"One\ntwo"', '"Nam, Taewoo; City of Chicago"', '2012', 'X', 'https://a.org', '"Equity and access"', 'Book', 'A3'], ['', '', '', '', '', '', '', ''], ['Three', '', '', '', '', '', '', '']];
      const found = read('csv', rows.map((row) => row.join(separator)).join('\r\n'));
      expect(found.map((r) => r.line)).toEqual([2, 5]);
      expect(found[0]?.record).toMatchObject({ type: 'book', themes: ['equity'], csl: { title: 'One two', author: [{ family: 'Nam', given: 'Taewoo' }, { literal: 'City of Chicago' }], issued: { 'date-parts': [[2012]] }, 'container-title': 'X', URL: 'https://a.org', custom: { Shelf: 'A3' } } });
    }
  });

  test('Zotero’s table', () => {
    const record = one('csv', '"Key","Item Type","Publication Year","Author","Title","Publication Title","Url","Abstract Note","Date","Date Added","Access Date","Pages","Place","Rights","Type","Country","Extra","Notes","File Attachments","Manual Tags","Automatic Tags","Editor"\n"AB12CD34","bookSection","2012","Nam, Taewoo; Pardo, Theresa A.","A chapter","A book","https://a.org","About.","2012-05-03","2020-01-01 10:00:00","2020-02-03 11:22:33","1-9","New York","All rights reserved","Essay","","extra","<p>note</p>","/home/me/x.pdf","crm; own tag","open data","Ed, E."');
    expect(record).toMatchObject({ type: 'book-chapter', place: null, rightsNote: 'All rights reserved', themes: ['technology', 'data-analytics'], key: 'nam2012chapter' });
    expect(record.csl).toMatchObject({ 'publisher-place': 'New York', genre: 'Essay', issued: { 'date-parts': [[2012, 5, 3]] }, accessed: { 'date-parts': [[2020, 2, 3]] }, note: 'extra\n\nnote', keyword: 'own tag', editor: [{ family: 'Ed', given: 'E.' }] });
    expect(JSON.stringify(record)).not.toContain('/home/me');
  });

  test('what is no table is told, and so are codes nobody knows', () => {
    expect(read('csv', 'a,b\n1,2')).toEqual([expect.objectContaining({ line: 1, record: null, problem: expect.stringContaining('title') })]);
    expect(read('csv', 'title\n"never closed\n')).toEqual([expect.objectContaining({ line: 2, record: null })]);
    expect(one('csv', 'title,country,population,evidence,channels,rights\nT,Canada,about 5,hearsay,web; pigeon,Ask us').csl.custom).toEqual({ country: 'Canada', population: 'about 5', evidence: 'hearsay', channels: 'pigeon' });
    expect(one('csv', 'title,country,population,evidence,channels,rights\nT,ca,"1,234",News,web; Telephone,CC0')).toMatchObject({ country: 'CA', population: 1234, evidence: 'news', channels: ['web'] });
  });
});

describe('the hub’s own note', () => {
  const plain: ExchangeRecord = {
    key: 'a', type: 'template', csl: { id: 'a', type: 'document', title: 'T', note: 'Mine.' }, themes: ['equity'], place: 'Boston', region: null, country: 'US', population: null, channels: [], serviceAreas: [], language: 'en', evidence: null, rights: 'cc0', rightsNote: null,
  };

  test('is checked: a note that says what cannot be counts for nothing and stays as text', () => {
    const ris = [...writeRecords('ris', [plain])].join('');
    expect(ris).toMatch(/^N1 {2}- practice-hub: \{.*\}\r$/m);
    expect(ris.match(/practice-hub/g)).toHaveLength(1);
    for (const bad of ['"type":"rocket"', '"type":"template","csl":{"author":"x"}', '"type":"template","rights":"mine"', '"type":"template","themes":7', '"type":"template","language":"english"', '"type":"template","key":"../x"']) {
      const record = one('ris', ris.replace('"type":"template"', bad));
      expect(record).toMatchObject({ type: 'report', place: null, rights: null });
      expect(record.csl.note).toContain('Mine.\npractice-hub');
    }
  });

  test('cannot bring in an address that runs code, nor a theme that does not exist', () => {
    const [found] = read('ris', 'TY  - JOUR\nTI  - T\nN1  - practice-hub: {"themes":["equity","made-up"],"csl":{"URL":"javascript:alert(1)"}}\nER  - ');
    expect(found?.record).toMatchObject({ themes: ['equity'], csl: { keyword: 'made-up', custom: { URL: 'javascript:alert(1)' } } });
    expect(found?.record?.csl.URL).toBeUndefined();
    expect(found?.problem).toContain('made-up');
  });

  test('is found where another program wrapped foreign words around it', () => {
    expect(one('bib', '@misc{a, title = {T}, note = {Seen \\"Ubers. practice-hub: {"place":"Ch\\u007bx\\u007d"} Again.}}')).toMatchObject({ place: 'Ch{x}', csl: { note: 'Seen Übers. Again.' } });
  });
});

describe('files', () => {
  test.each<[string, string, ExchangeFormat | null]>([
    ['x.bib', '', 'bib'], ['x.RIS', 'whatever', 'ris'], ['x.json', '[]', 'csl.json'], ['x.csl.json', '', 'csl.json'], ['x.csv', 'a,b', 'csv'], ['x.txt', 'TY  - JOUR\n', 'ris'], ['x.txt', '\uFEFF\r\nTY  - JOUR\n', 'ris'], ['x', '\n@article{a,', 'bib'], ['x.txt', ' [{"id"', 'csl.json'],
    ['x.txt', 'Title,Author\n', 'csv'], ['x.txt', 'Key\tTitle\n', 'csv'], ['x.txt', 'Dear all,\n', null], ['x.bib', 'TY  - JOUR\n', 'ris'], ['x.pdf', '%PDF-1.4', null],
  ])('%s beginning with %j is %s', (name, text, format) => expect(formatOf(name, text)).toBe(format));

  test('each format has its media type', () => expect((['bib', 'ris', 'csl.json', 'csv'] as const).map(mediaTypeOf)).toEqual([
    'application/x-bibtex; charset=utf-8', 'application/x-research-info-systems; charset=utf-8', 'application/vnd.citationstyles.csl+json; charset=utf-8', 'text/csv; charset=utf-8',
  ]));

  test('too large, empty, no text, no records: one answer with the reason', () => {
    expect(read('bib', 'x'.repeat(longestText + 1))).toEqual([expect.objectContaining({ record: null, problem: expect.stringContaining('20 MB') })]);
    expect(read('ris', ' \n')[0]?.problem).toBe('This file is empty.');
    expect(read('csv', '%PDF-1.4\u0000\u0001\u0002')[0]?.problem).toBe('This is not a text file.');
    for (const format of ['bib', 'ris', 'csl.json'] as const) expect(read(format, 'Dear all, here is nothing.')).toEqual([expect.objectContaining({ line: 1, record: null, problem: expect.stringContaining('nothing in this file') })]);
  });

  test('reading is lazy and tells how far it is', () => {
    const text = '@misc{a, title = {A}}\n'.repeat(1000);
    const reading = readRecords('bib', text);
    expect(reading.next().value).toMatchObject({ line: 1, readTo: 21 });
    expect(reading.next().value).toMatchObject({ line: 2, readTo: 43 });
    const [all] = [read('bib', text)];
    expect(all.at(-1)?.readTo).toBe(text.length - 1);
  });

  test('braces and brackets by the hundred thousand end soon', () => {
    for (const [format, text] of [['bib', `@a{b, title = {${'{'.repeat(200_000)}`], ['bib', '@a{'.repeat(100_000)], ['csl.json', `[{"a":${'['.repeat(200_000)}`], ['ris', `TY  - JOUR\nTI  - ${'(a '.repeat(100_000)}`], ['csv', `title\n${'"'.repeat(200_001)}`]] as const) {
      const started = performance.now();
      read(format, text);
      expect(performance.now() - started, `${format} ${text.slice(0, 20)}`).toBeLessThan(5000);
    }
  });
});

describe('keywords', () => {
  test('a code, a label, a synonym, in any case, are a theme; four at most; the rest stays', () => {
    expect(new Keywords().sort(['EQUITY', 'Performance Measurement', 'kpi', 'Open 311', 'potholes', 'Best practices', 'crm'])).toEqual({ themes: ['equity', 'performance-measurement', 'open311', 'recognition'], others: ['potholes', 'crm'] });
  });

  test('the vocabulary of today counts', () => {
    const [found] = [...readRecords('ris', 'TY  - JOUR\nTI  - T\nKW  - Noise\nKW  - crm\nER  - ', { themes: [{ code: 'noise', label: 'Noise and dust' }] })];
    expect(found?.record).toMatchObject({ themes: ['noise'], csl: { keyword: 'crm' } });
  });
});
