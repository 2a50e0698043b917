import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { lookUp, readTyped } from '#domain/library/lookup.ts';
import { nameLine, nameLines, tidied, yearIn } from '#domain/library/lookup-fields.ts';
import { fieldsOfPage } from '#domain/library/lookup-page.ts';
import { fieldsOfWork } from '#domain/library/lookup-work.ts';
import { decodeText } from '#lib/decoding.ts';
import type { Ask, FetchOptions, GuardedAnswer } from '#lib/fetch-guarded.ts';
import { readHead } from '#lib/html-head.ts';
import { settings } from '#lib/settings.ts';
import { useOtherServers } from '../support/other-servers.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/lookup', name));
const page = (name: string, address = `https://www.${name.replace('.html', '')}.example/some/page`) => fieldsOfPage(decodeText(fixture(name), 'text/html'), address);
const message = (name: string) => fieldsOfWork(JSON.parse(fixture(name).toString()).message);

describe('what was typed', () => {
  test.each([
    ['10.1111/puar.12092', '10.1111/puar.12092'], [' DOI: 10.1111/PUAR.12092. ', '10.1111/puar.12092'], ['doi:10.1111/puar.12092', '10.1111/puar.12092'], ['https://doi.org/10.1111/puar.12092', '10.1111/puar.12092'],
    ['http://dx.doi.org/10.1016%2Fj.giq.2013.05.001', '10.1016/j.giq.2013.05.001'], ['doi.org/10.1111/puar.12092', '10.1111/puar.12092'], ['info:doi/10.1111/puar.12092', '10.1111/puar.12092'],
    ['Nam & Pardo (2014). The changing face. https://doi.org/10.1111/puar.12092.', '10.1111/puar.12092'], ['(10.1111/puar.12092)', '10.1111/puar.12092'], ['10.1002/(SICI)1099-1328', '10.1002/(sici)1099-1328'],
    ['10.1002/(SICI)1096-8644(199601)99:1<1::AID-AJPA1>3.0.CO;2-1', '10.1002/(sici)1096-8644(199601)99:1<1::aid-ajpa1>3.0.co;2-1'], ['“10.1111/puar.12092”,', '10.1111/puar.12092'], ['10.1000.10/123', '10.1000.10/123'],
    ['https://doi.org/10.1111/puar.12092?utm_source=x', '10.1111/puar.12092'],
  ])('%s is a DOI', (typed, doi) => expect(readTyped(typed)).toEqual({ doi, url: null }));

  test.each([
    ['https://onlinelibrary.wiley.com/doi/full/10.1111/puar.12092', '10.1111/puar.12092'], ['https://dl.acm.org/doi/pdf/10.1145/3085228.3085300', '10.1145/3085228.3085300'],
    ['https://link.springer.com/content/pdf/10.1007/978-3-319-00001-1_7.pdf', '10.1007/978-3-319-00001-1_7'], ['https://journals.sagepub.com/doi/abs/10.1177/0275074012/full', '10.1177/0275074012'],
    ['https://www.tandfonline.com/action?doi=10.1080%2F123.456', '10.1080/123.456'],
  ])('%s is an address with a DOI in it', (typed, doi) => expect(readTyped(typed)).toEqual({ doi, url: new URL(typed).href }));

  test.each([
    ['https://a.example/x?y=1', 'https://a.example/x?y=1'], ['www.a.example/x', 'https://www.a.example/x'], ['a.example', 'https://a.example/'], ['<http://a.example/>', 'http://a.example/'], ['https://a.example/10.5/x', 'https://a.example/10.5/x'],
  ])('%s is an address', (typed, url) => expect(readTyped(typed)).toEqual({ doi: null, url }));

  test.each([['The changing face of a city'], [''], ['javascript:alert(1)'], ['10.1111'], ['10.12/x'], ['ftp://a.example/x'], ['https://'], ['%%%'], ['https://doi.org/']])('%s is neither', (typed) => expect(readTyped(typed)).toEqual({ doi: null, url: null }));

  test('a long paste takes no long time', () => {
    const before = performance.now();
    for (const text of ['10.1111/'.repeat(100_000), `10.1111/${')'.repeat(100_000)}`, `https://a.example/${'%2f'.repeat(50_000)}`, `10.1111/${'<a>'.repeat(50_000)}`]) readTyped(text);
    expect(performance.now() - before).toBeLessThan(300);
  });
});

describe('records of DOIs', () => {
  test('a journal article of Crossref', () => expect(message('crossref-journal.json')).toEqual({
    title: 'The Changing Face of a City Government: A Case Study of Philly311', type: 'journal-article', people: 'Nam, Taewoo\nPardo, Theresa A.', year: '2014', venue: 'Public Administration Review', doi: '10.1111/puar.12092',
    summary: 'Many local governments have introduced 3-1-1 systems & citizen relationship management. This article asks what changes when they do.',
  }));
  test('a chapter: markup, doubly written entities, particles, suffixes', () => expect(message('crossref-chapter.json')).toEqual({
    title: 'Listening to every caller & counting them', type: 'book-chapter', people: 'van der Berg, Ludwig\nOkoro, Sam, Jr.', year: '2019', venue: 'Smart Cities in Practice', doi: '10.1007/978-3-319-00001-1_7',
  }));
  test('a report of an organisation, its year only in print', () => expect(message('crossref-report.json')).toEqual({
    title: 'Call 311: Connecting Citizens to Local Government', type: 'report', people: '{ICMA Research Team, Washington}', year: '2008', venue: 'International City/County Management Association', doi: '10.3886/r.311',
  }));
  test('a thin one gives what it has; one without a title nothing', () => {
    expect(message('crossref-thin.json')).toEqual({ title: 'Untyped and undated', doi: '10.5555/thin' });
    expect(message('crossref-no-title.json')).toBeNull();
    for (const record of [null, 7, 'x', [], {}, { title: {} }]) expect(fieldsOfWork(record)).toBeNull();
  });
  test('a data set of DataCite', () => expect(fieldsOfWork(JSON.parse(fixture('datacite.csl.json').toString()))).toEqual({
    title: 'Requêtes 311 de Montréal', type: 'dataset', people: 'Lévesque, Inès\nVille de Montréal', year: '2023', venue: 'Zenodo', summary: 'Requêtes 311, 2014 à 2022.', doi: '10.5281/zenodo.311311',
  }));
});

describe('pages', () => {
  test('with Highwire tags', () => expect(page('highwire.html')).toEqual({
    title: 'Who calls 311? Need, trust & the telephone', type: 'journal-article', people: 'Minkoff, Scott L.\nWhite, Ariel\nde la Tour, Jean-Luc', year: '2016', venue: 'Journal of Urban Affairs',
    summary: 'Neighbourhoods differ in how much they call.', url: 'https://www.highwire.example/articles/who-calls-311',
  }));
  test('with Highwire tags in old HTML, and a DOI', () => expect(page('highwire-doi.html')).toMatchObject({ title: 'The changing face', doi: '10.1111/puar.12092', summary: 'What changes when a city opens a 3-1-1 centre.', venue: 'Wiley Online Library' }));
  test('of a conference paper', () => expect(page('highwire-conference.html')).toMatchObject({ type: 'conference-paper', venue: 'Proceedings of dg.o 2017', year: '2017', people: 'Wang, Lingjing' }));
  test('of a newspaper, with JSON-LD', () => expect(page('news.html', 'https://springfieldtimes.example/2019/05/06/311-ten-years?utm_source=mail&fbclid=1')).toEqual({
    title: 'City’s 311 line marks ten years', type: 'newspaper-article', people: 'Doe, Jane\nSmith, John Q.', year: '2019', venue: 'The Springfield Times', summary: 'Ten years, nine million calls.', url: 'https://www.springfieldtimes.example/2019/05/06/311-ten-years',
  }));
  test('with a graph, broken blocks and an organisation', () => expect(page('graph.html')).toMatchObject({ title: '311 Performance Report 2021', type: 'report', people: '{City of Portland, Oregon}', year: '2022', venue: 'City of Portland' }));
  test('with OpenGraph; an address on another site is not believed', () => expect(page('opengraph.html', 'https://www.governing.example/how.html?utm_medium=x&id=3#:~:text=a')).toEqual({
    title: 'How Buffalo answers', type: 'magazine-article', people: 'Perlman, Ellen\nGurwitt, Rob', year: '2009', venue: 'Governing', summary: 'A visit to the centre.', url: 'https://www.governing.example/how.html?id=3',
  }));
  test('with Dublin Core', () => expect(page('dublin-core.html')).toMatchObject({
    title: '311 Toronto: Full potential for improving customer service has yet to be realized', people: 'Toronto (Ont.). Office of the Auditor General', year: '2011', venue: 'City of Toronto', doi: '10.5555/none', summary: 'An audit.',
  }));
  test('with a title and nothing else', () => expect(page('title-only.html', 'https://www.seattle.example/csb')).toEqual({ title: 'Seattle Customer Service Bureau — annual report', type: 'website', url: 'https://www.seattle.example/csb' }));
  test('in Latin-1', () => expect(page('latin1.html')).toMatchObject({ title: 'Le 311 de Montréal : une décennie', people: 'Lévesque, François' }));
  test('in French, with entities', () => expect(page('french.html')).toMatchObject({ title: 'L’accès aux services : bilan 2018', venue: 'Ville de Québec', year: '2018', summary: "Ce que l'on a appris « au 311 »." }));

  test('that mean harm give harmless text and nothing else', () => {
    const found = page('hostile.html', 'https://hostile.example/x');
    const all = JSON.stringify(found);
    expect(all).not.toMatch(/<|javascript:|onerror|onload|\u202e|\u2028|\u0000|user:pass/);
    expect(found).toMatchObject({ type: 'book', year: '2001', url: 'https://hostile.example/x' });
    expect(found).not.toHaveProperty('doi');
    expect({}).not.toHaveProperty('polluted');
    expect(Object.keys(found).every((key) => ['title', 'type', 'people', 'year', 'venue', 'summary', 'url', 'doi'].includes(key))).toBe(true);
  });

  test('that are made to be slow are not', () => {
    const n = 150_000;
    const before = performance.now();
    for (const html of [
      '<'.repeat(n), '<a '.repeat(n), '<a b="'.repeat(n / 2), "<a b='".repeat(n / 2 + 1), `<a ${'b '.repeat(n)}`, `<a ${' '.repeat(n)}`, '<title>'.repeat(n / 7), '<!--'.repeat(n / 4), '<script type="application/ld+json">'.repeat(n / 30), '<meta name="a" content="b">'.repeat(n / 20),
      `<title>${'&amp;'.repeat(n / 5)}</title>`, `<title>${'a | '.repeat(n / 4)}</title>`, `<title>a${' '.repeat(n)}b</title>`, `<meta name="author" content="${'A B and '.repeat(n / 8)}">`, `<meta name="author" content="${'a,'.repeat(n / 2)}">`,
      `<script type="application/ld+json">${'['.repeat(n)}</script>`, `<script type="application/ld+json">${'{"@graph":['.repeat(4000)}${']}'.repeat(4000)}</script>`, `<script type="application/ld+json">[${'{"@type":"Book"},'.repeat(n / 20)}{}]</script>`,
      `<title>${'<b>'.repeat(n / 3)}</title>`, `<meta name="description" content="${'<div '.repeat(n / 5)}">`,
    ]) {
      const began = performance.now();
      fieldsOfPage(html, 'https://a.example/');
      expect(performance.now() - began, html.slice(0, 30)).toBeLessThan(1500);
    }
    expect(performance.now() - before).toBeLessThan(6000);
  });

  test('the head as browsers see it', () => {
    expect(readHead('<title>a</title><svg><title>b</title></svg>').title).toBe('a');
    expect(readHead('<textarea><meta name="x" content="y"></textarea><meta name=x content=z>').metas).toEqual([{ name: 'x', content: 'z' }]);
    expect(readHead('<meta content="first > still" name="x"><meta name="x" name="y" content=\'q\'>').metas).toEqual([{ name: 'x', content: 'first > still' }, { name: 'x', content: 'q' }]);
    expect(readHead('<script>if (a < b) "<title>no</title>"</script><title>yes</title>').title).toBe('yes');
    expect(readHead('')).toEqual({ metas: [], title: null, canonical: null, language: null, jsonLd: [] });
  });
});

describe('names and other texts', () => {
  test.each([
    ['Taewoo Nam', 'Nam, Taewoo'], ['Nam, Taewoo', 'Nam, Taewoo'], ['By Jane Doe', 'Doe, Jane'], ['Ludwig van Beethoven', 'van Beethoven, Ludwig'], ['John Smith Jr.', 'Smith, John, Jr.'], ['City of Chicago', 'City of Chicago'], ['City of Portland, Oregon', '{City of Portland, Oregon}'],
    ['ICMA', 'ICMA'], ['Pew Charitable Trusts Staff', 'Pew Charitable Trusts Staff'], ['311NYC', '311NYC'], ['O’Brien, Daniel T.', 'O’Brien, Daniel T.'], ['Mary-Ann O’Neil', 'O’Neil, Mary-Ann'], ['governing.com', 'governing.com'],
  ])('%s: %s', (name, line) => expect(nameLine(name)).toBe(line));
  test.each([
    ['Jane Doe and John Smith', 'Doe, Jane\nSmith, John'], ['Doe, Jane; Smith, John', 'Doe, Jane\nSmith, John'], ['Jane Doe, John Smith & Ann Lee', 'Doe, Jane\nSmith, John\nLee, Ann'], ['Department of Parks and Recreation', 'Department of Parks and Recreation'], ['Doe, Jane', 'Doe, Jane'],
  ])('%s in one: %s', (names, lines) => expect(nameLines(names)).toBe(lines));
  test.each([['2014-03-01', '2014'], ['March 3, 2009', '2009'], ['18/04/2018', '2018'], ['1899', '1899'], ['20140301', undefined], ['no date', undefined], [undefined, undefined]])('year of %s', (text, year) => expect(yearIn(text)).toBe(year));
  test('long texts are cut at words, long addresses left out, people cut at lines', () => {
    const found = tidied({ title: 'word '.repeat(300), summary: 'x'.repeat(5000), url: `https://a.example/${'x'.repeat(3000)}`, people: 'Nam, Taewoo\n'.repeat(500) });
    expect([found.title?.length, found.title?.endsWith('word…'), found.summary?.length, found.url]).toEqual([500, true, 600, undefined]);
    expect(found.people?.split('\n').every((line) => line === 'Nam, Taewoo')).toBe(true);
    expect(found.people?.length).toBeLessThanOrEqual(2000);
  });
});

describe('looking up', () => {
  let asked: { url: string; options: FetchOptions | undefined }[] = [];
  beforeEach(() => { asked = []; });
  const ok = (url: string, text: string | Buffer, more: Partial<Extract<GuardedAnswer, { outcome: 'answer' }>> = {}): GuardedAnswer => ({ outcome: 'answer', status: 200, headers: { 'content-type': 'text/html' }, url, redirects: [], cut: false, text: text.toString(), ...more });
  const offline: GuardedAnswer = { outcome: 'unreachable', why: 'x could not be reached.', code: 'EAI_AGAIN', offline: true };
  /** Answers by address; what is not named is not found. */
  const world = (answers: Record<string, string | Buffer | GuardedAnswer>): Ask => async (url, options) => {
    asked.push({ url, options });
    const found = answers[url];
    return found === undefined ? ok(url, 'Resource not found.', { status: 404 }) : typeof found === 'string' || Buffer.isBuffer(found) ? ok(url, found) : found;
  };
  const crossref = (doi: string) => `https://api.crossref.org/works/${encodeURIComponent(doi)}`;

  test('a DOI at Crossref', async () => {
    const found = await lookUp('doi:10.1111/PUAR.12092', world({ [crossref('10.1111/puar.12092')]: fixture('crossref-journal.json') }));
    expect(found).toMatchObject({ from: 'Crossref', found: { title: expect.stringContaining('Changing Face'), people: 'Nam, Taewoo\nPardo, Theresa A.', doi: '10.1111/puar.12092' }, sources: { title: 'Crossref', people: 'Crossref', doi: 'you' }, sentence: 'Found at Crossref. Please check what was filled in.' });
    expect(asked).toMatchObject([{ url: 'https://api.crossref.org/works/10.1111%2Fpuar.12092', options: { headers: { accept: 'application/json' } } }]);
  });

  test('a DOI that only its registry knows', async () => {
    const found = await lookUp('10.5281/zenodo.311311', world({ 'https://doi.org/10.5281/zenodo.311311': fixture('datacite.csl.json') }));
    expect(found).toMatchObject({ from: 'the registry of the DOI', found: { type: 'dataset', year: '2023' } });
    expect(asked[1]?.options?.headers).toEqual({ accept: 'application/vnd.citationstyles.csl+json' });
  });

  test('a DOI nobody knows', async () => {
    expect(await lookUp('10.5555/nobody', world({}))).toEqual({ found: null, sentence: 'Nobody has registered this DOI: check it for a slip. Please fill in the form yourself.' });
  });

  test('an address with a DOI in it keeps its address', async () => {
    const url = 'https://onlinelibrary.wiley.com/doi/full/10.1111/puar.12092';
    const found = await lookUp(`${url}?utm_campaign=a`, world({ [crossref('10.1111/puar.12092')]: fixture('crossref-journal.json') }));
    expect(found).toMatchObject({ from: 'Crossref', found: { url }, sources: { url: 'you' } });
    expect(asked.length).toBe(1);
  });

  test('an address whose DOI nobody knows is read itself', async () => {
    const url = 'https://a.example/doi/10.5555/nobody';
    expect(await lookUp(url, world({ [url]: fixture('opengraph.html') }))).toMatchObject({ from: 'a.example', found: { title: 'How Buffalo answers', url } });
  });

  test('a page that names its DOI: Crossref first, what it lacks from the page, each told', async () => {
    const answers = { 'https://www.a.example/x': fixture('highwire-doi.html'), [crossref('10.1111/puar.12092')]: JSON.stringify({ message: { ...JSON.parse(fixture('crossref-journal.json').toString()).message, abstract: '' } }) };
    const found = await lookUp('https://www.a.example/x', world(answers));
    expect(found).toMatchObject({
      from: 'Crossref', found: { title: expect.stringContaining('Philly311'), summary: 'What changes when a city opens a 3-1-1 centre.', url: 'https://www.a.example/x' }, sources: { title: 'Crossref', summary: 'a.example', url: 'a.example', doi: 'Crossref' },
      sentence: 'Found at Crossref; summary and address from a.example. Please check what was filled in.',
    });
  });

  test('a page, under the address that it leads to', async () => {
    const found = await lookUp('a.example/short', world({ 'https://a.example/short': ok('https://b.example/the-long-one', fixture('title-only.html')) }));
    expect(found).toMatchObject({ from: 'a.example', found: { url: 'https://b.example/the-long-one' } });
    expect(asked[0]?.options?.headers?.['accept']).toMatch(/^text\/html/);
  });

  test.each<[string, GuardedAnswer | string | Buffer, string]>([
    ['refuses the inside', { outcome: 'refused', why: 'a.example is not on the public internet.' }, 'may not open this address'], ['has no page', ok('', '', { status: 404 }), 'no page at this address'], ['keeps readers out', ok('', '', { status: 403 }), 'does not let our reader in'],
    ['checks for robots', fixture('robot.html'), 'says nothing'], ['is empty', '', 'says nothing'], ['is a PDF', ok('', '%PDF-1.7 <title>no</title>', { headers: { 'content-type': 'application/pdf' } }), 'PDF file'],
    ['is a picture', ok('', '\u0000', { headers: { 'content-type': 'image/png' } }), 'to a file'], ['is slow', { outcome: 'unreachable', why: 'a.example did not answer in time.', code: 'TIMEOUT', offline: false }, 'did not answer in time'], ['is nowhere', offline, 'a.example could not be reached'],
  ])('an address that %s: a sentence, and the form goes on', async (_, answer, sentence) => {
    expect(await lookUp('https://a.example/', world({ 'https://a.example/': answer }))).toEqual({ found: null, sentence: expect.stringMatching(new RegExp(`${sentence}.*Please fill in the form yourself\\.$`)) });
  });

  test('text is neither', async () => expect(await lookUp('The changing face', world({}))).toEqual({ found: null, sentence: expect.stringContaining('neither an address') }));

  test('answers of the wrong kind: no JSON, HTML, cut, an error of the server', async () => {
    for (const answer of ['<html>', '', '[]', 'null', '{"message":', ok('', fixture('crossref-journal.json'), { cut: true }), ok('', fixture('crossref-journal.json'), { status: 503 })]) {
      expect(await lookUp('10.1111/puar.12092', world({ [crossref('10.1111/puar.12092')]: answer, 'https://doi.org/10.1111/puar.12092': answer }))).toEqual({ found: null, sentence: expect.stringContaining('could not be read just now') });
    }
  });

  test('with no network one try is enough', async () => {
    expect(await lookUp('10.1111/puar.12092', async (url) => { asked.push({ url, options: undefined }); return offline; })).toEqual({ found: null, sentence: 'Crossref could not be reached just now. Please fill in the form yourself.' });
    expect(asked.length).toBe(1);
    asked = [];
    expect(await lookUp('https://a.example/doi/10.1111/puar.12092', async (url) => { asked.push({ url, options: undefined }); return offline; })).toMatchObject({ found: null });
    expect(asked.length).toBe(1);
  });

  test('a hub that may not ask others asks nobody', async () => {
    settings().outbound = false;
    try {
      expect(await lookUp('10.1111/puar.12092', world({}))).toEqual({ found: null, sentence: 'This hub does not ask other servers. Please fill in the form yourself.' });
      expect(asked).toEqual([]);
    } finally {
      settings().outbound = true;
    }
  });

  test('never longer than five seconds for one answer, eight in all', async () => {
    await lookUp('10.1111/puar.12092', world({}));
    expect(asked.map(({ options }) => options?.timeoutMs).every((ms) => ms !== undefined && ms <= 5000)).toBe(true);
  });
});

describe('over real connections', () => {
  const other = useOtherServers();
  test('a huge page is read as far as its head', async () => {
    other.answer = (_, response) => { response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<title>Très long</title>${'<p>x</p>'.repeat(500_000)}`); };
    expect(await lookUp(other.at('a.example'), other.ask)).toMatchObject({ found: { title: 'Très long' } });
  });
  test('a wrong character set is seen through', async () => {
    other.answer = (_, response) => { response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(fixture('latin1.html')); };
    expect(await lookUp(other.at('a.example'), other.ask)).toMatchObject({ found: { people: 'Lévesque, François' } });
  });
  test('the inside stays closed', async () => {
    expect(await lookUp('http://127.0.0.1/')).toEqual({ found: null, sentence: expect.stringContaining('may not open') });
    expect(await lookUp('http://169.254.169.254/latest/meta-data')).toMatchObject({ found: null });
  });
});
