import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { db, searchDocuments } from '#db/client.ts';
import { createComment } from '#domain/forum/comments.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import type { Member } from '#domain/people/types.ts';
import { documentChanges, dropDocument, putDocument } from '#domain/search/documents.ts';
import { likelyAnswers } from '#domain/search/likely-answers.ts';
import { readAsk } from '#domain/search/narrowing.ts';
import { nearest } from '#domain/search/nearest.ts';
import { readLongForm } from '#domain/search/query.ts';
import { search } from '#domain/search/results.ts';
import { putThesaurus } from '#domain/thesaurus/from-content.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { oddQueries } from '../support/odd-queries.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member;
const urls = (q: string, more = {}) => search({ q, ...more }).results.map((r) => r.url);

beforeAll(async () => {
  rosa = await enter('rosa');
  putCatalogue(catalogue([
    piece({ slug: 'in-body', title: 'Something else', body: 'A word on overflow staffing of the centre, and staffing again.' }),
    piece({ slug: 'in-summary', title: 'Another thing', summary: 'About staffing.' }),
    piece({ slug: 'in-title', title: 'Staffing and rosters for a night shift' }),
    piece({ slug: 'exact', title: 'Staffing the centre', themes: ['technology'] }),
    piece({ slug: 'by-person', kind: 'reference', type: 'book', title: 'Waste Is Information', people: 'Offenhuber', csl: { id: 'x', type: 'book', title: 'x', author: [{ family: 'Offenhuber', given: 'Dietmar' }] } }),
    piece({ slug: 'named', title: 'A note on waste', body: 'As Offenhuber says.' }),
    piece({ slug: 'montreal', title: 'Montréal répond', place: 'Montréal' }),
  ]));
});

describe('ranking', () => {
  test('the exact title first, then title, summary, body', () => {
    expect(urls('Staffing the centre')[0]).toBe('/library/exact');
    expect(urls('staffing')).toEqual(expect.arrayContaining(['/library/in-body']));
    expect(urls('staffing').indexOf('/library/in-title')).toBeLessThan(urls('staffing').indexOf('/library/in-summary'));
    expect(urls('staffing').indexOf('/library/in-summary')).toBeLessThan(urls('staffing').indexOf('/library/in-body'));
  });
  test('an author before a mention', () => expect(urls('Offenhuber')).toEqual(['/library/by-person', '/library/named']));
  test('accents, word forms and beginnings of words', () => {
    expect(urls('montreal')).toEqual(['/library/montreal']);
    expect(urls('roster')).toEqual(['/library/in-title']);
    expect(urls('overfl')).toEqual(['/library/in-body']);
  });
  test('all words before some words', () => {
    expect(search({ q: 'night shift' })).toMatchObject({ whole: 1, total: 1 });
    expect(search({ q: 'night xylophone' })).toMatchObject({ whole: 0, total: 1 });
    expect(search({ q: 'night xylophone' }).results[0]?.why).toBe('Found in the title · Without “xylophone”');
    expect(search({ q: 'xylophone' })).toMatchObject({ whole: 0, total: 0 });
  });
  test('a phrase in quotes', () => {
    expect(urls('"night shift"')).toEqual(['/library/in-title']);
    expect(urls('"shift night"')).toEqual([]);
  });
});

test('a title that begins as a question asks stands before those that have its words', () => {
  const put = (ref: string, title: string, body: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
  put('asked', 'What wombats and their keepers do', 'Words. '.repeat(5));
  put('other', 'Some more about all wombats', 'Wombats.');
  expect(urls('what are wombats').slice(0, 2)).toEqual(['/asked', '/other']);
  expect(urls('wombats')[0]).toBe('/other');
  for (const ref of ['asked', 'other']) dropDocument('page', ref);
});

describe('words that have one stem and mean different things', () => {
  const put = (ref: string, title: string, body = 'Text.') => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
  const refs = ['operations', 'operators', 'communities', 'communication'];
  beforeAll(() => {
    put('operations', 'Operations of zone seven', 'How it operates.');
    put('operators', 'Zone seven by night', `Some operators sleep there. ${'Nothing else. '.repeat(5)}`);
    put('communities', 'Zone seven communities');
    put('communication', 'Crisis communications', 'Telling everybody in zone seven.');
  });
  afterAll(() => { for (const ref of refs) dropDocument('page', ref); });
  const found = (q: string) => search({ q }).results.map(({ url, why }) => [url, why]);

  test('a title with the other one does not come first, and the reason names it', () => {
    expect(found('operator')).toEqual([['/operators', 'Found in the text'], ['/operations', 'Found in the title as “Operations”']]);
    expect(found('communications zone')[0]).toEqual(['/communication', 'Found in the title']);
    expect(found('communications zone')).toContainEqual(['/communities', 'Found in the title · Like what you typed: “communities”']);
    expect(found('operations')[0]).toEqual(['/operations', 'Found in the title']);
  });
  test('what says the same in other words has no need of it', () => {
    putThesaurus([{ term: 'sentry', also: ['operator'], related: [], note: null }]);
    put('sentry', 'A sentry of zone seven', 'Operations.');
    expect(found('operator').find(([url]) => url === '/sentry')?.[1]).toMatch(/^Found in the title(?! as)/);
    dropDocument('page', 'sentry');
    putThesaurus([]);
  });
  test('the beginning of a word may be that of either', () => {
    expect(found('communi')).toEqual(expect.arrayContaining([['/communities', 'Found in the title · Begins with “communi”'], ['/communication', 'Found in the title as “communications”']]));
  });
});

test('what another thing is called stands for it only where that stands itself, and a spelling twin is no other word', () => {
  const put = (ref: string, title: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body: '', type: 'page', themes: [], year: null, place: null, at: new Date(0) });
  putThesaurus([{ term: 'caller ID', also: ['ANI'], related: [], note: null }, { term: 'outing', also: ['zoo bus'], related: [], note: null }]);
  put('any', 'Any yurt');
  put('four', 'Shelves of yurts, filed');
  put('busy', 'A zooo bust');
  const whys = (q: string) => search({ q }).results.map(({ why }) => why).join(' ');
  expect(whys('caller ID')).not.toContain('ANI');
  expect(whys('filled yurts')).not.toContain('also written');
  expect(whys('zoo bus yurt')).not.toContain('corrected');
  expect(nearest('"yrut" -"any data" zzqx').corrected).toBe('yurt -"any data" zzqx');
  for (const ref of ['any', 'four', 'busy']) dropDocument('page', ref);
  putThesaurus([]);
});

test('a word of a text that was removed or changed is offered no more, and shuts out none that stands', () => {
  const put = (ref: string, body: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title: '', people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
  put('stays', 'Quiddle and perfumery.');
  put('goes', 'Quiddling and perfumaryz.');
  put('changes', 'Quiddled.');
  const offered = (q: string) => search({ q }).results.map(({ why }) => why).join(' ');
  expect(offered('quiddlingg')).toContain('“quiddling”');
  expect(offered('perfumaryx')).toContain('“perfumaryz”');
  expect(offered('quiddledd')).toContain('“quiddled”');
  dropDocument('page', 'goes');
  put('changes', 'Other words.');
  for (const q of ['quiddlingg', 'quiddledd']) expect(offered(q)).not.toMatch(/quiddl(?:ing|ed)”/);
  expect(offered('perfumaryx')).toContain('“perfumery”');
  for (const ref of ['stays', 'changes']) dropDocument('page', ref);
});

describe('what a result says', () => {
  test('marks what was found, says where, and lets no markup through', () => {
    putDocument({ kind: 'resource', ref: 'x', threadId: null, url: '/x', title: 'Zebra <b>bold</b>', people: '', summary: '', body: 'A zebra & <script>x</script> here', type: 'report', themes: [], year: null, place: null, at: new Date() });
    const [result] = search({ q: 'zebra' }).results;
    expect(result?.titleHtml).toBe('<mark>Zebra</mark> &lt;b&gt;bold&lt;/b&gt;');
    expect(result?.snippetHtml).toBe('A <mark>zebra</mark> &amp; &lt;script&gt;x&lt;/script&gt; here');
    expect(result?.why).toBe('Found in the title');
    dropDocument('resource', 'x');
    expect(search({ q: 'zebra' }).total).toBe(0);
  });
  test('of a person, that it is a person', () => expect(search({ q: 'Offenhuber' }).results[0]?.why).toBe('Found in the authors'));
});

describe('threads', () => {
  test('a thread is found once, with its best post; a comment leads to its resource', () => {
    const thread = createThread(rosa, threadInput.parse({ forum: 'operations', kind: 'question', title: 'Which headsets last', body: 'Ours break.', themes: ['technology'] }));
    createPost(rosa, { threadId: thread.id, body: 'We bought pelican headsets.' });
    const best = createPost(rosa, { threadId: thread.id, body: 'Pelican, pelican, pelican.' });
    const { total, results } = search({ q: 'pelican' });
    expect(total).toBe(1);
    expect(results[0]).toMatchObject({ kind: 'thread', title: 'Which headsets last', url: `/posts/${best.id}`, typeLabel: 'Question', meta: expect.stringMatching(/ · reply by \S/), why: 'Found in a reply' });
    createComment(rosa, { resourceId: 'article:exact', body: 'A cormorant remark.' });
    expect(search({ q: 'cormorant' }).results[0]).toMatchObject({ kind: 'thread', title: 'Staffing the centre', typeLabel: 'Comment', meta: expect.stringMatching(/^by \S/) });
  });
  test('is fresh at once', () => {
    const before = documentChanges();
    createThread(rosa, threadInput.parse({ forum: 'operations', title: 'Narwhal question', body: 'Text.' }));
    expect(search({ q: 'narwhal' }).total).toBe(1);
    expect(documentChanges()).toBe(before + 1);
  });
});

describe('filters', () => {
  test('counts are those of the lists they lead to', () => {
    const all = search({ q: 'staffing' });
    for (const value of [...all.facets.flatMap((f) => f.values), ...all.tabs]) {
      const query = new URLSearchParams(value.href.split('?')[1]);
      expect([value.code, search({ q: query.get('q') ?? '', kind: query.get('kind'), type: query.get('type'), theme: query.get('theme'), place: query.get('place'), year: query.get('year') }).total]).toEqual([value.code, value.count]);
    }
    expect(search({ q: 'staffing', theme: 'technology' }).results.map((r) => r.url)).toEqual(['/library/exact']);
    expect(search({ q: 'headsets', kind: 'resource' }).total).toBe(0);
    expect(search({ q: 'headsets', kind: 'thread' }).total).toBe(1);
  });
  test.each(['hasOwnProperty', '__defineGetter__', 'valueOf', '__proto__', 'constructor'])('a filter called %s is nonsense like any other', (name) => {
    expect(search({ q: 'staffing', type: name, theme: name }).facets.flatMap((f) => f.values).filter((v) => v.selected).map((v) => v.label)).toEqual([name, name]);
  });
  test('nonsense in the filters finds nothing and breaks nothing', () => expect(search({ q: 'staffing', kind: "x'", type: '"', theme: '% %', page: '-7e9' }).total).toBe(0));
});

test('10,000 odd texts: always an answer, never markup of theirs', { timeout: 240_000 }, () => {
  const next = oddQueries(311);
  for (let n = 0; n < 10_000; n++) {
    const q = next();
    const ask = readAsk(new URLSearchParams({ q, ...(n % 7 === 0 && { page: q, type: q, theme: q, place: q, year: q, kind: q }) }));
    const answer = search(ask);
    if (answer.results.length > 20 || answer.results.some((r) => /<(?!\/?mark>)/.test(r.titleHtml + r.snippetHtml))) expect.fail(JSON.stringify(q));
    if (n % 50 === 0) {
      readLongForm(q);
      likelyAnswers(null, q);
      nearest(q);
    }
  }
});

test('every document is public and has an address', () => {
  expect(db.select().from(searchDocuments).all().every((d) => d.url.startsWith('/'))).toBe(true);
});
