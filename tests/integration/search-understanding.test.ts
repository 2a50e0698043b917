import { beforeAll, describe, expect, test } from 'vitest';
import { db, transaction } from '#db/client.ts';
import { removeThread, restoreThread } from '#domain/decisions/removing.ts';
import { acceptAnswer, unacceptAnswer } from '#domain/forum/accepting.ts';
import { createPost, editPost, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import type { Member } from '#domain/people/types.ts';
import { dropDocument, putDocument } from '#domain/search/documents.ts';
import { likelyAnswers } from '#domain/search/likely-answers.ts';
import { lastDocumentId, newestMatches, newMatches } from '#domain/search/matches.ts';
import { nearest } from '#domain/search/nearest.ts';
import { readLongForm, writeQuery } from '#domain/search/query.ts';
import { search } from '#domain/search/results.ts';
import { addEntry, newEntryInput } from '#domain/thesaurus/editing.ts';
import { putThesaurus } from '#domain/thesaurus/from-content.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member;
let tom: Member;
let nadia: Member;
const urls = (q: string, more = {}) => search({ q, ...more }).results.map((r) => r.url);
const whyOf = (q: string, url: string) => search({ q }).results.find((r) => r.url === url)?.why;
const question = (title: string, body = 'Text.') => createThread(rosa, threadInput.parse({ forum: 'operations', kind: 'question', title, body, themes: ['technology'] }));

beforeAll(async () => {
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  putCatalogue(catalogue([
    piece({ slug: 'potholes', title: 'How Alder Springs repairs potholes', summary: 'Within two days.', place: 'Alder Springs, CO', year: 2015, themes: ['technology'] }),
    piece({ slug: 'fcr', title: 'Measuring first-contact resolution', body: 'What counts as resolved on the first contact.', year: 2018 }),
    piece({ slug: 'centre', title: 'The contact centre of Québec', summary: 'Un centre d’appels.', year: 2020, themes: ['equity'] }),
    piece({ slug: 'neighborhood', title: 'Neighborhood surveys', body: 'Asking in every neighborhood.', year: 2021 }),
    piece({ slug: 'garbage', title: 'Refuse collection by zones', body: 'Bins and trucks.', year: 2010 }),
    piece({ slug: 'website', title: 'A web site that answers', body: 'Pages.' }),
    piece({ slug: 'number', title: 'What 311 is', body: 'The number 311 for everything.' }),
    piece({ slug: 'book', kind: 'reference', type: 'book', title: 'The Responsive City', people: 'Goldsmith', year: 2014, csl: { id: 'x', type: 'book', title: 'x', author: [{ family: 'Goldsmith', given: 'Stephen' }, { family: 'Crawford', given: 'Susan' }] } }),
    piece({ slug: 'urban-commons', kind: 'reference', type: 'report', title: 'The Urban Commons', people: 'O’Brien', year: 2018, csl: { id: 'y', type: 'report', title: 'y', author: [{ family: 'O’Brien', given: 'Daniel T.' }] } }),
    piece({ slug: 'zebra', title: 'A zebra crossing', body: 'In an order for the frost there stood how much salt it takes.' }),
    piece({ slug: 'decoys', title: 'Rice, a case, a full bag', body: 'It stopped before certification on the hill.' }),
    piece({ slug: 'hill311', title: 'What Philly311 is', body: 'A hotline.' }),
    piece({ slug: 'vermin', title: 'Where rats were counted', body: 'Traps.' }),
    piece({ slug: 'rather', title: 'A rather slow rate', body: 'Ratings.' }),
    piece({ slug: 'buddy', title: 'A buddy built for the first weeks', body: 'Learning.' }),
    piece({ slug: 'bushes', title: 'Bushes at the crossing', body: 'Cut back.' }),
    piece({ slug: 'snow', title: 'Which street comes first', body: 'The snow plow and the licence for it.' }),
    piece({ slug: 'other-snow', title: 'Snow days at the line', body: 'Enough of them.' }),
    ...Array.from({ length: 15 }, (_, n) => piece({ slug: `filler-${n}`, title: `Budget note number ${'abcdefghijklmno'[n] ?? ''}`, body: 'Money and more money for the winter.' })),
  ]));
  putThesaurus([
    { term: 'first-contact resolution', also: ['FCR', 'first-call resolution'], related: [], note: null },
    { term: 'trash', also: ['garbage', 'refuse', 'rubbish'], related: ['recycling'], note: null },
    { term: '311', also: ['3-1-1'], related: [], note: null },
    { term: 'call centre', also: ['contact centre'], related: [], note: null },
    { term: 'ASCO', also: ['Alder Springs'], related: [], note: null },
    { term: 'turnover', also: ['money turnover'], related: [], note: null },
    { term: 'NPSX', also: ['net money winter'], related: [], note: null },
    { term: 'QZXV', also: ['frost order of salt'], related: [], note: null },
    { term: 'compost', also: ['green bin'], related: ['refuse'], note: null },
  ]);
});

test('a title that is changed counts as it is now', () => {
  const put = (ref: string, title: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body: 'Permits for a lantern festival in the park.', type: 'page', themes: [], year: null, place: null, at: new Date(0) });
  put('one', 'Festival lantern');
  put('two', 'Something else');
  expect(urls('lantern festival')).toEqual(['/one', '/two']);
  put('one', 'Something else');
  put('two', 'Festival lantern');
  expect(urls('lantern festival')).toEqual(['/two', '/one']);
  for (const ref of ['one', 'two']) dropDocument('page', ref);
});

describe('forgives', () => {
  test.each([
    ['pothoels', '/library/potholes'], ['otholes', '/library/potholes'], ['pptholes', '/library/potholes'], ['neigborhod', '/library/neighborhood'], ['responsve city', '/library/book'], ['certfication', '/library/decoys'], ['certifcaton', '/library/decoys'], ['rcie', '/library/decoys'], ['csse', '/library/decoys'], ['stopepd', '/library/decoys'], ['Goldsmtih', '/library/book'], ['obrein', '/library/urban-commons'],
  ])('typing errors: %s', (q, url) => expect(urls(q)[0]).toBe(url));
  test.each([['Obrien'], ['obrien'], ['O\'Brien'], ['O’Brien'], ['o brien']])('a name with an apostrophe is none that was mistyped: %s', (q) => {
    expect(search({ q })).toMatchObject({ corrected: null, likelier: null, results: [{ url: '/library/urban-commons' }] });
  });
  test('and says so', () => {
    expect(search({ q: 'pothoels' })).toMatchObject({ corrected: 'potholes' });
    expect(whyOf('pothoels', '/library/potholes')).toBe('Found in the title · Spelling of “pothoels” corrected to “potholes”');
  });
  test('where few have both words, those with one follow them', () => {
    expect(search({ q: 'snow plow' })).toMatchObject({ whole: 1, results: [{ url: '/library/snow' }, { url: '/library/other-snow', why: 'Found in the title · Without “plow”' }] });
  });
  test('however many parts a query has, what has all of them has everything', () => {
    const words = Array.from({ length: 40 }, (_, n) => `part${String.fromCharCode(97 + n % 26)}${n > 25 ? 'x' : 'y'}`);
    putDocument({ kind: 'page', ref: 'parts', threadId: null, url: '/parts', title: 'Parts', people: '', summary: '', body: words.join(' , of '), type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    const compounds = Array.from({ length: 7 }, (_, n) => words.slice(5 * n, 5 * n + 5).join('-')).join(' ');
    expect(search({ q: compounds })).toMatchObject({ whole: 1, results: [{ url: '/parts', why: 'Found in the text' }] });
    expect(search({ q: `${compounds} in:threads` }).total).toBe(0);
    dropDocument('page', 'parts');
  });
  test('but not what stands in quotes, nor what was meant', () => {
    expect(urls('"pothoels"')).toEqual([]);
    expect(search({ q: 'potholes' })).toMatchObject({ corrected: null, likelier: null });
  });
  test.each([
    ['center', '/library/centre'], ['neighbourhood', '/library/neighborhood'], ['quebec', '/library/centre'], ['québec', '/library/centre'], ['3-1-1', '/library/number'], ['website', '/library/website'],
    ['first contact', '/library/fcr'], ['firstcontact resolution', '/library/fcr'], ['neighborh', '/library/neighborhood'], ['pothole repairing', '/library/potholes'],
  ])('spellings, accents, hyphens, beginnings and forms: %s', (q, url) => expect(urls(q)[0]).toBe(url));
  test.each<[string, string[]]>([
    ['rats', ['/library/vermin']], ['rats in:library', ['/library/vermin']], ['in:library rats', ['/library/vermin']], ['bus', ['/library/bushes']], ['snow plough', ['/library/snow', '/library/other-snow']],
    ['plough', ['/library/snow']], ['licensing', ['/library/snow']], ['rich', []], ['café', []], ['mystery shopper', []], ['justification', []], ['fulfil', []], ['Philly', ['/library/hill311']], ['Philly hotline', ['/library/hill311']],
  ])('and takes no word for one that is not meant: %s', (q, expected) => expect(search({ q })).toMatchObject({ corrected: null, results: expected.map((url) => ({ url })) }));
  test('says that a word only begins so', () => {
    expect(whyOf('bus', '/library/bushes')).toBe('Found in the title · Begins with “bus”');
    expect(whyOf('neighborh', '/library/neighborhood')).toBe('Found in the title · Begins with “neighborh”');
    expect(whyOf('rat', '/library/vermin')).toBe('Found in the title');
    expect(urls('rat')).toEqual(['/library/vermin']);
  });
  test.each([
    ['FCR', '/library/fcr'], ['fcr', '/library/fcr'], ['first call resolution', '/library/fcr'], ['first-call resolution', '/library/fcr'], ['first call-resolution', '/library/fcr'], ['money first-call resolution', '/library/fcr'], ['call-center Québec', '/library/centre'], ['F.C.R.', '/library/fcr'], ['measuring F.C.R', '/library/fcr'], ['garbage', '/library/garbage'], ['rubbish collection', '/library/garbage'], ['call center', '/library/centre'], ['garbge', '/library/garbage'],
  ])('other words for the same: %s', (q, url) => expect(urls(q)[0]).toBe(url));
  test('says which word it took for which', () => {
    expect(whyOf('FCR', '/library/fcr')).toBe('Found in the title · “FCR” also called “first-contact resolution”');
    expect(whyOf('neighbourhood', '/library/neighborhood')).toBe('Found in the title · “neighbourhood” also written “neighborhood”');
    expect(whyOf('first-call resolution', '/library/fcr')).toBe('Found in the title · “first-call resolution” also called “first-contact resolution”');
    // A name of the thesaurus ends where something typed ends.
    expect(search({ q: 'first call resolution-trash' }).results.every(({ why }) => !why.includes('“first-call resolution”'))).toBe(true);
  });
  test('another spelling is one that stands there, or a form of it, and no other word of its stem', () => {
    const put = (ref: string, title: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body: '', type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    const pages = { customer: 'The customer at the desk', utility: 'A utility bill', critical: 'Critical days', authors: 'Authors of notes', digital: 'Digital doors', organizing: 'Organizing a move', analyzed: 'Letters analyzed', center: 'Centers of the town' };
    for (const [ref, title] of Object.entries(pages)) put(ref, title);
    const told = (q: string) => search({ q }).results.filter(({ why }) => why.includes('also written')).map(({ url, why }) => [url, why.replace(/^.* · /, '')]);
    for (const q of ['customise', 'utilise', 'criticise', 'authorise', 'digitise']) expect([q, told(q)]).toEqual([q, []]);
    expect(told('organise')).toEqual([['/organizing', '“organise” also written “organizing”']]);
    expect(told('analyse')).toEqual([['/analyzed', '“analyse” also written “analyzed”']]);
    expect(told('analysing')).toEqual([['/analyzed', '“analysing” also written “analyzed”']]);
    put('customize', 'How to customize a form');
    expect(told('customise')[0]).toEqual(['/customize', '“customise” also written “customize”']);
    for (const ref of [...Object.keys(pages), 'customize']) dropDocument('page', ref);
  });
  test('an acronym whose words nobody has side by side is asked for by all of them near each other, and says so', () => {
    expect(urls('QZXV')).toEqual(['/library/zebra']);
    expect(whyOf('QZXV', '/library/zebra')).toBe('Found in the text · “frost”, “order” and “salt”, for “QZXV” or “frost order of salt”');
    expect(search({ q: 'QZXV' })).toMatchObject({ corrected: null, likelier: null });
  });
  test('a longer name of a word is not taken for its other words', () => {
    expect(search({ q: 'turnover' })).toMatchObject({ total: 0, corrected: null });
    expect(search({ q: 'NPSX' }).total).toBe(0);
  });
  test('another name is not looked for where mostly words of another meaning have its stem', () => {
    const put = (ref: string, title: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body: '', type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    addEntry(nadia, newEntryInput.parse({ term: 'ozone', also: 'publicity', related: '', note: '' }));
    put('ozone', 'Of ozone');
    put('publicity', 'Little publicity');
    expect(urls('ozone')).toEqual(['/ozone', '/publicity']);
    for (const ref of ['a', 'b', 'c']) put(ref, `The public of ${ref}`);
    expect(urls('ozone')).toEqual(['/ozone']);
    expect(urls('publicity')).toContain('/ozone');
    for (const ref of ['ozone', 'publicity', 'a', 'b', 'c']) dropDocument('page', ref);
  });
  test('the digits of a number do not stand for it one by one', () => {
    const put = (ref: string, body: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title: 'A page', people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    addEntry(nadia, newEntryInput.parse({ term: '211', also: '2-1-1, two-one-one', related: '', note: '' }));
    put('digits', 'Of 1 and 2 there was one, 1, and of two others one and 1.');
    expect(search({ q: '211' }).total).toBe(0);
    put('number', 'They call 2-1-1 for it.');
    expect(urls('211')).toEqual(['/number']);
    for (const ref of ['digits', 'number']) dropDocument('page', ref);
  });
  test('a word of the thesaurus, and the name of a state or province, is no typing error', () => {
    const put = (ref: string, body: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title: 'A page', people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    addEntry(nadia, newEntryInput.parse({ term: 'no heat', also: 'cold radiators', related: '', note: '' }));
    addEntry(nadia, newEntryInput.parse({ term: 'weeds', also: 'tall grass', related: '', note: '' }));
    for (let n = 0; n < 12; n++) put(`often-${n}`, 'We hear it for weeks: sevade.');
    put('rare', 'There was no heat, only weeds and sevada.');
    expect(search({ q: 'no heat' })).toMatchObject({ corrected: null, likelier: null });
    expect(search({ q: 'weeds' })).toMatchObject({ corrected: null, likelier: null });
    expect(search({ q: 'sevada' }).likelier).toBe('sevade');
    expect(search({ q: 'Nevada' })).toMatchObject({ total: 0, corrected: null });
    put('texas', 'Of Texas.');
    for (let n = 0; n < 12; n++) put(`texts-${n}`, 'A texts of banks and drives for grassy and loops.');
    expect(search({ q: 'Texas' })).toMatchObject({ total: 1, corrected: null, likelier: null });
    addEntry(nadia, newEntryInput.parse({ term: 'sealed box', also: 'bangs-looped, drivel 1 and drivel 2', related: '', note: '' }));
    for (const q of ['bangs-looped', 'bangs looped', 'drivel 1 and drivel 2', 'sealed-box']) {
      expect([q, search({ q }).corrected, search({ q }).likelier, nearest(q).corrected]).toEqual([q, null, null, null]);
    }
    for (let n = 0; n < 12; n++) dropDocument('page', `texts-${n}`);
    dropDocument('page', 'texas');
    for (let n = 0; n < 12; n++) dropDocument('page', `often-${n}`);
    dropDocument('page', 'rare');
  });
  test('what is written as one is looked for as words that stand side by side, and where nothing has them with all the rest, without', () => {
    const put = (ref: string, body: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title: 'A page', people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    put('walrus', 'A walrus parade.');
    put('tusk', 'A long-tusk story.');
    expect(search({ q: 'walrus long-tusk parade' }).results.map(({ url, why }) => [url, why])).toEqual([['/walrus', 'Found in the text · Without “long tusk”'], ['/tusk', expect.any(String)]]);
    for (const ref of ['walrus', 'tusk']) dropDocument('page', ref);
  });
  test('two letters with full stops are not what begins a word of another kind', () => {
    const put = (ref: string, body: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title: 'A page', people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    put('using', 'Using it well, nobody uses more.');
    put('states', 'Across the U.S. and Canada.');
    put('computers', 'They ask AI first.');
    expect([urls('U.S.'), urls('A.I.')]).toEqual([['/states'], ['/computers']]);
    for (const ref of ['using', 'states', 'computers']) dropDocument('page', ref);
  });
  test('what is only near is tried when nothing else is found', () => {
    expect(urls('compost')).toEqual(['/library/garbage']);
    expect(whyOf('compost', '/library/garbage')).toContain('“refuse” is near to “compost”');
  });
  test('offers a likelier spelling of a word that hardly stands anywhere', () => {
    const { id } = question('Who else has a bugdet for headsets');
    expect(search({ q: 'bugdet' })).toMatchObject({ total: 1, corrected: null, likelier: 'budget' });
    removeThread(nadia, { threadId: id, reason: 'Test.' });
    expect(search({ q: 'bugdet' })).toMatchObject({ corrected: 'budget' });
  });
  test('a word of another meaning, though of the same stem, is not looked up in the thesaurus', () => {
    const put = (ref: string, title: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body: '', type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    put('citizen', 'Each citizen who answers');
    put('customs', 'Customs of the town');
    addEntry(nadia, newEntryInput.parse({ term: 'customer', also: 'citizen', related: '', note: '' }));
    for (const q of ['customer', 'customers', 'Customer']) expect([q, urls(q)]).toEqual([q, expect.arrayContaining(['/citizen'])]);
    for (const q of ['custom', 'customs', 'customize']) expect([q, urls(q)]).toEqual([q, ['/customs']]);
    for (const ref of ['citizen', 'customs']) dropDocument('page', ref);
  });
  test('what is in the thesaurus is used as soon as it stands there', () => {
    expect(urls('skip service')).not.toContain('/library/garbage');
    addEntry(nadia, newEntryInput.parse({ term: 'skip service', also: 'refuse collection', related: '', note: '' }));
    expect(urls('skip service')).toContain('/library/garbage');
  });
  test('never offers a word that stood only in what was removed', () => {
    forgetLimits();
    const { id } = question('Which qavolster do you use');
    const post = createPost(tom, { threadId: id, body: 'Qavolster.' });
    for (let n = 0; n < 12; n++) {
      editPost(tom, { postId: post.id, body: `Qavolster again, ${n}.` });
      expect(urls('qavolster')).not.toEqual([]);
    }
    const other = question('Who has a qavolstur');
    expect(search({ q: 'qavolstur' }).likelier).toBeNull();
    removeThread(nadia, { threadId: id, reason: 'Test.' });
    expect(search({ q: 'qavolstur' }).likelier).toBeNull();
    removeThread(nadia, { threadId: other.id, reason: 'Test.' });
    expect(search({ q: 'qavolstr' }).total).toBe(0);
  });
  test('words of the field are not mistyped ones, and rare words stand beside common ones', () => {
    expect(search({ q: 'rubbish' }).corrected).toBeNull();
    expect(search({ q: 'Crawford budget' }).corrected).toBeNull();
  });
  test('a query that finds nothing has something near', () => {
    expect(search({ q: 'author:Nobody potholes' }).total).toBe(0);
    expect(nearest('author:Nobody potholes').results.map((r) => r.url)).toEqual(['/library/potholes']);
    expect(nearest('qqqqq')).toEqual({ results: [], corrected: null });
  });
  test('names and acronyms are mended as they are written', () => {
    expect(search({ q: 'Goldsmtih' }).corrected).toBe('Goldsmith');
    expect(whyOf('goldsmtih', '/library/book')).toBe('Found in the authors · Spelling of “goldsmtih” corrected to “Goldsmith”');
    expect(search({ q: 'npsxx' }).corrected).toBe('NPSX');
    expect(search({ q: 'pothoels' }).corrected).toBe('potholes');
  });
  test('a misspelt quotation has its spelling mended, and what has the most of its words is the nearest', () => {
    expect(nearest('"responsve city"')).toMatchObject({ corrected: '"responsive city"', results: [{ url: '/library/book' }] });
    const some = nearest('"money resolutoin first"');
    expect([some.corrected, some.results[0]?.url]).toEqual(['money resolution first', '/library/fcr']);
    expect(nearest('"responsve city" -winter author:goldsmith')).toMatchObject({ corrected: '"responsive city" -winter author:goldsmith', results: [{ url: '/library/book' }] });
    expect(nearest('"responsve city" place:nowhere').corrected).toBeNull();
    expect(nearest('"city responsive"').corrected).toBeNull();
  });
  test.each([
    ['-responsve "responsve city"', '-responsve "responsive city"'], ['in:responsve "responsve city"', 'in:responsve "responsive city"'], ['"responsve responsve"', 'responsive responsive'], ['author:goldsmtih', 'author:Goldsmith'], ['-“responsve” “responsve city”', '-"responsve" "responsive city"'],
  ])('is mended wherever it is wanted, and nowhere else: %s', (q, expected) => expect(nearest(q).corrected).toBe(expected));
  test.each([
    ['-responsve responsve city', '-responsve responsive city'], ['year:responsve responsve', 'year:responsve responsive'], ['responsve-city responsve', 'responsive-city responsive'],
  ])('so is a word: %s', (q, expected) => expect(search({ q }).corrected).toBe(expected));
  test('nearest are the words of quotes, authors and places too, and never what was not wanted', () => {
    expect(nearest('"potholes zzzq"').results.map((r) => r.url)).toEqual(['/library/potholes']);
    expect(nearest('author:Crawford zzzq').results.map((r) => r.url)).toEqual(['/library/book']);
    expect(nearest('place:"Alder Springs, ZZ"').results.map((r) => r.url)).toEqual(['/library/potholes']);
    expect(nearest('-potholes').results).toEqual([]);
    expect(nearest('"potholes zzzq" -"alder springs"').results).toEqual([]);
  });
});

describe('why something was found', () => {
  test.each([
    ['year:2014', '/library/book', 'Of 2014'], ['year:2012..2014', '/library/book', 'Of 2014'], ['type:book', '/library/book', 'Book'], ['theme:equity', '/library/centre', 'On the theme “Equity and access”'], ['place:"alder springs"', '/library/potholes', 'About Alder Springs, CO'],
    ['in:library', '/library/book', 'In the library'], ['before:2015', '/library/book', 'Before 2015'], ['after:2020-01', '/library/centre', 'On or after 2020-01'], ['city type:book year:2014', '/library/book', 'Found in the title · Book · Of 2014'], ['author:goldsmith', '/library/book', 'Found in the authors'],
  ])('%s: %s', (q, url, why) => expect(Array.from({ length: 3 }, (_, n) => search({ q, page: String(n + 1) }).results).flat().find((r) => r.url === url)?.why).toBe(why));
  test('a year that was typed as a word is told of what is of that year alone', () => {
    expect(whyOf('zzqx 2014', '/library/book')).toBe('Of 2014 · Without “zzqx”');
    expect(whyOf('city 2014', '/library/book')).toBe('Found in the title · Of 2014');
    expect(whyOf('city 2015', '/library/book')).toBe('Found in the title · Without “2015”');
  });
  test('an accepted answer', () => {
    const { id } = question('Which lamp hangs over the desk');
    const post = createPost(tom, { threadId: id, body: 'The green one.' });
    acceptAnswer(rosa, { postId: post.id });
    expect(search({ q: 'has:answer' }).results[0]?.why).toBe('Has an accepted answer');
    unacceptAnswer(rosa, { postId: post.id });
  });
  test('another name is told of what has it, where the word itself is there only as one of another meaning', () => {
    const put = (ref: string, title: string, body: string) => putDocument({ kind: 'page', ref, threadId: null, url: `/${ref}`, title, people: '', summary: '', body, type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    addEntry(nadia, newEntryInput.parse({ term: 'operator', also: 'agent', related: '', note: '' }));
    put('both', 'Hiring agents', 'They are operating a line.');
    put('supervisor', 'An operations supervisor', 'Was an agent before.');
    put('operator', 'The operator and the agent', '');
    put('operations', 'Operations at night', '');
    expect(whyOf('operator', '/both')).toBe('Found in the title · “operator” also called “agent”');
    expect(whyOf('operator', '/supervisor')).toBe('Found in the title · “operator” also called “agent”');
    expect(whyOf('operator', '/operator')).toBe('Found in the title');
    expect(whyOf('operator', '/operations')).toBe('Found in the title as “Operations”');
    // Of several words nobody is told that all of them stand there so.
    expect(whyOf('night operator', '/operations')).toBe('Found in the title · Like what you typed: “Operations”');
    for (const ref of ['both', 'supervisor', 'operator', 'operations']) dropDocument('page', ref);
  });
  test('words that are written as one elsewhere are told as they stand there', () => {
    putDocument({ kind: 'page', ref: 'joined', threadId: null, url: '/joined', title: 'The nonemergency line', people: '', summary: '', body: '', type: 'page', themes: [], year: null, place: null, at: new Date(0) });
    expect(whyOf('non emergenci', '/joined')).toBe('Found in the title · “non emergenci” also written “nonemergency”');
    dropDocument('page', 'joined');
  });
});

describe('operators', () => {
  test('what is not wanted, alone, leaves everything else', () => {
    for (const [q, gone] of [['-potholes', '/library/potholes'], ['-theme:technology', '/library/potholes'], ['-"responsive city"', '/library/book'], ['-author:goldsmith', '/library/book'], ['-type:book', '/library/book']] as const) {
      const { total, whole, results } = search({ q });
      expect([q, total > 20, whole === total, results[0]?.why]).toEqual([q, true, true, '']);
      expect([q, search({ q: `${q} in:library` }).total < total]).toEqual([q, true]);
      const found = Array.from({ length: Math.ceil(total / 20) }, (_, n) => urls(q, { page: String(n + 1) })).flat();
      expect([q, found.length, found.includes(gone)]).toEqual([q, total, false]);
    }
    expect([search({ q: '' }).total, search({ q: '-' }).total]).toEqual([0, 0]);
  });
  test.each([
    ['author:OBrien', '/library/urban-commons'], ['author:"O’Brien"', '/library/urban-commons'], ['author:"Dan OBrien"', '/library/urban-commons'], ['author:"Steph Goldsmith"', '/library/book'], ['author:"S. Goldsmith"', '/library/book'], ['author:"Goldsmith, Steve"', undefined],
  ])('names with an apostrophe, short names and initials: %s', (q, url) => expect(urls(q)[0]).toBe(url));
  test('nothing by an author is found without the apostrophe either', () => expect(urls('commons -author:obrien')).not.toContain('/library/urban-commons'));
  test('years the wrong way round are the same years', () => expect(urls('year:2015..2014 in:library')).toEqual(urls('year:2014..2015 in:library')));
  test.each<[string, string[]]>([
    ['author:goldsmith', ['/library/book']], ['author:"Stephen Goldsmith"', ['/library/book']], ['author:crawford type:book', ['/library/book']], ['type:book', ['/library/book']],
    ['year:2014..2015', ['/library/potholes', '/library/book']], ['year:2014', ['/library/book']], ['place:"alder springs"', ['/library/potholes']], ['theme:equity québec', ['/library/centre']],
    ['place:ASCO', ['/library/potholes']], ['before:2011', ['/library/garbage']], ['theme:technology in:library', ['/library/potholes']], ['surveys OR "responsive city"', ['/library/book', '/library/neighborhood']], ['city -responsive', []],
    ['resolution -author:goldsmith', ['/library/fcr']], ['after:2021 before:2022 in:library', ['/library/neighborhood']],
  ])('%s', (q, expected) => expect(urls(q).filter((u) => !u.includes('filler')).sort()).toEqual([...expected].sort()));
  test('has:answer finds questions with an accepted answer, and ceases to', () => {
    const { id } = question('Which wallboard do you use');
    const post = createPost(tom, { threadId: id, body: 'The blue one.' });
    expect(urls('has:answer')).toEqual([]);
    acceptAnswer(rosa, { postId: post.id });
    expect(urls('has:answer wallboard')).toHaveLength(1);
    expect(search({ q: 'blue one has:answer' }).results[0]).toMatchObject({ url: `/posts/${post.id}`, accepted: true });
    unacceptAnswer(rosa, { postId: post.id });
    expect(urls('has:answer')).toEqual([]);
  });
  test('only who asked, or a coordinator, accepts, and only replies', () => {
    const { id } = question('Which chairs last longest');
    const post = createPost(tom, { threadId: id, body: 'Steel.' });
    expect(() => acceptAnswer(tom, { postId: post.id })).toThrow('Only who asked');
    const [opening] = db.$client.prepare('select id from posts where thread_id = ? and number = 1').pluck().all(id) as [number];
    expect(() => acceptAnswer(rosa, { postId: opening })).toThrow('Only a reply');
    expect(acceptAnswer(nadia, { postId: post.id }).url).toContain('#post-2');
  });
});

test.each<[string, object]>([
  ['theme:"Equity and access" surveys', { theme: 'equity', words: 'surveys' }], ['theme:access', { theme: 'equity' }], ['-theme:"equity and access" surveys', { without: 'theme:"equity and access"' }], ['theme:technology', { theme: 'technology' }],
])('the long form asks for the theme that was typed: %s', (typed, form) => {
  expect(readLongForm(typed)).toMatchObject(form);
  expect(urls(writeQuery(readLongForm(typed)))).toEqual(urls(typed));
});

describe('everything there is', () => {
  test('members who agreed to it, themes and forums', () => {
    expect(urls('Delgado')).not.toContain('/members/rosa');
    editProfile(rosa, profileInput.parse({ name: 'Rosa Delgado', jobTitle: 'Dispatcher of gravel', place: 'Alder Springs, CO', placeChoice: 'text', listed: true }));
    expect(search({ q: 'delgado', kind: 'member' }).results[0]).toMatchObject({ kind: 'member', url: '/members/rosa', typeLabel: 'Member' });
    expect(whyOf('Rosa Delgado', '/members/rosa')).toBe('The name you typed');
    expect(urls('gravel')).toEqual(['/members/rosa']);
    editProfile(rosa, profileInput.parse({ name: 'Rosa Delgado', jobTitle: 'Dispatcher of gravel', place: null, listed: false }));
    expect(urls('"gravel"')).toEqual([]);
    expect(search({ q: 'Equity and access' }).results[0]).toMatchObject({ kind: 'theme', url: '/themes/equity', why: 'The title you typed' });
    expect(search({ q: 'Running the centre' }).results[0]).toMatchObject({ kind: 'forum', url: '/forums/operations' });
  });
  test('no kind fills the first page while another has something', () => {
    const made = Array.from({ length: 4 }, (_, n) => { forgetLimits(); return question(`Money for winter number ${n}`, 'Money, winter.'); });
    const page = search({ q: 'money winter' }).results.map((r) => r.kind);
    expect(page.filter((kind) => kind === 'resource')).toHaveLength(15);
    expect(page.indexOf('thread')).toBeLessThan(12);
    expect(search({ q: 'money winter' }).total).toBe(19);
    for (const { id } of made) removeThread(nadia, { threadId: id, reason: 'Test.' });
  });
});

describe('in step with what is written', () => {
  test('new, edited, removed and restored things, one after the other and in a transaction that fails', () => {
    forgetLimits();
    const { id, url } = question('Axolotl at the counter');
    const post = createPost(tom, { threadId: id, body: 'Narwhal in the queue.' });
    expect(urls('axolotl')).toEqual([url]);
    expect(urls('axolotl narwhal')).toHaveLength(1);
    editPost(tom, { postId: post.id, body: 'Walrus in the queue.' });
    expect([urls('narwhal'), urls('walrus')]).toEqual([[], [`/posts/${post.id}`]]);
    removeThread(nadia, { threadId: id, reason: 'Test.' });
    expect([...urls('axolotl'), ...urls('walrus')]).toEqual([]);
    restoreThread(nadia, { threadId: id, reason: 'In order.' });
    expect(urls('walrus')).toEqual([`/posts/${post.id}`]);
    expect(() => transaction(() => {
      editPost(tom, { postId: post.id, body: 'Okapi in the queue.' });
      expect(urls('okapi')).toHaveLength(1);
      throw new Error('Rolled back.');
    })).toThrow('Rolled back.');
    expect([urls('okapi'), urls('walrus').length]).toEqual([[], 1]);
    createPost(tom, { threadId: id, body: 'Tapir.' });
    expect(urls('tapir axolotl')).toHaveLength(1);
    removeOwnPost(tom, { postId: post.id });
    expect(urls('walrus')).toEqual([]);
  });
});

test('a theme is called by its code or its label', () => {
  expect(search({ q: 'theme:equity' }).total).toBeGreaterThan(0);
  expect(search({ q: 'theme:"Equity and access"' }).total).toBe(search({ q: 'theme:equity' }).total);
  expect(search({ q: 'theme:equity-and-access' }).total).toBe(search({ q: 'theme:equity' }).total);
});

test('what is new to a search is what was written since, once a thread', () => {
  forgetLimits();
  question('Kestrel over the call floor');
  const since = lastDocumentId();
  expect(newMatches({ q: 'kestrel' }, since, 10)).toEqual([]);
  const { id } = question('Another kestrel');
  createPost(tom, { threadId: id, body: 'No bird here.' });
  expect(newMatches({ q: 'kestrel' }, since, 10)).toMatchObject([{ kind: 'thread', ref: String(id), title: 'Another kestrel', at: expect.any(Date) }]);
  expect(newMatches({ q: 'kestrel', type: 'discussion' }, since, 10)).toEqual([]);
  expect(newestMatches({ q: 'kestrel' }, 10).map((m) => m.title)).toEqual(['Another kestrel', 'Kestrel over the call floor']);
});

test('likely answers while asking: threads and resources, for words only', () => {
  expect(likelyAnswers(null, 'Which wallboard should we use').map((r) => r.title)).toContain('Which wallboard do you use');
  expect(likelyAnswers(null, 'How do others repair potholes: "type:book" -x').map((r) => r.url)).toContain('/library/potholes');
  expect(likelyAnswers(null, 'wallboard')).toEqual([]);
});

test('page by page everything comes once', () => {
  forgetLimits();
  const made = Array.from({ length: 45 }, (_, n) => { forgetLimits(); return question(`Grebe sighting number ${n}`, 'A grebe.'); });
  putCatalogue(catalogue(Array.from({ length: 50 }, (_, n) => piece({ slug: `grebe-${n}`, title: `Grebe note ${n}`, body: 'A grebe.' }))));
  const pages = Array.from({ length: 5 }, (_, n) => urls('grebe', { page: String(n + 1) }));
  expect(new Set(pages.flat()).size).toBe(95);
  expect(search({ q: 'grebe' }).total).toBe(95);
  for (const { id } of made) removeThread(nadia, { threadId: id, reason: 'Test.' });
});
