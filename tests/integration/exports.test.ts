import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import type { APIContext, APIRoute } from 'astro';
import { db, formerSlugs, resources, searchDocuments } from '#db/client.ts';
import { Gone, NotFound } from '#domain/errors.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { exchangeFormats, type ExchangeFormat } from '#domain/library/exchange/record.ts';
import { exportRecords, foundResources } from '#domain/library/exporting.ts';
import { readFilters } from '#domain/library/filters.ts';
import { listedIds } from '#domain/library/list.ts';
import { countLibraryChange } from '#domain/library/published.ts';
import { search } from '#domain/search/results.ts';
import { atomFeed, jsonFeed, type Feed } from '#lib/feeds.ts';
import { settings } from '#lib/settings.ts';
import { exportFound, exportList, exportOne } from '../../src/exports.ts';
import { feedOfList, feedOfTheme } from '../../src/feeds.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();

const secret = 'SEEN IN A DRAWER';
const many = 1000;

beforeAll(() => {
  putCatalogue(catalogue([piece({ slug: 'own' }), piece({ slug: 'place', kind: 'practice', place: 'Baltimore' }), ...Array.from({ length: many }, (_, n) => piece({
    slug: `work${n}`, kind: 'reference', type: n % 3 ? 'report' : 'book', title: `${n % 10 ? 'Pothole' : 'Leaf'} study ${n}`, year: 1980 + (n % 40), place: n % 7 ? null : 'Québec', language: n % 5 ? 'en' : 'fr',
    themes: n % 2 ? ['equity'] : ['technology', 'equity'], provenance: secret, summary: 'What “it” costs & why <it> matters.', people: 'Ångström & Co', rights: 'cc-by',
    csl: { id: `work${n}`, type: 'report', title: `${n % 10 ? 'Pothole' : 'Leaf'} study ${n}`, author: [{ family: 'Ångström', given: 'Ö.' }], issued: { 'date-parts': [[1980 + (n % 40)]] } },
  }))]));
  const put = (slug: string, values: Partial<typeof resources.$inferInsert>) => { db.update(resources).set(values).where(eq(resources.id, `ref:${slug}`)).run(); };
  put('work0', { status: 'draft', suggestionNote: secret });
  put('work1', { status: 'retired', retiredReason: 'It was about a bridge.' });
  put('work2', { status: 'retired', retiredReason: 'Twice the same.', mergedIntoId: 'ref:work3' });
  put('work4', { suggestionNote: secret, checked: true });
  for (const n of [0, 1, 2]) db.delete(searchDocuments).where(eq(searchDocuments.ref, `ref:work${n}`)).run();
  db.insert(formerSlugs).values([{ slug: 'old-work5', resourceId: 'ref:work5' }, { slug: 'old-work0', resourceId: 'ref:work0' }, { slug: 'old-work1', resourceId: 'ref:work1' }]).run();
  countLibraryChange();
});

async function get(route: APIRoute, path: string, params: Record<string, string> = {}): Promise<Response> {
  const redirect = (location: string, status = 302) => new Response(null, { status, headers: { location } });
  return route({ url: new URL(path, 'http://hub.test'), params, redirect, locals: {} } as unknown as APIContext);
}

/** The citation keys of a file, in its order. */
function keysIn(format: ExchangeFormat, text: string): string[] {
  if (format === 'csl.json') return (JSON.parse(text) as { id: string }[]).map((item) => item.id);
  const key = { bib: /^@\w+\{([^,\s]+),/gm, ris: /^ID {2}- (\S+)/gm, csv: /^"?(work\d+|own|place)"?,/gm }[format];
  return [...text.matchAll(key)].map((match) => match[1] ?? '');
}
const slugsOf = (ids: readonly string[]) => ids.map((id) => id.replace(/^\w+:/, ''));

describe.each(exchangeFormats)('a list as %s', (format) => {
  test.each(['', '?sort=title', '?sort=-year&type=book', '?place=Qu%C3%A9bec&language=fr', '?year=1990..1995&theme=technology&page=2', '?type=thesis'])('%s is the whole list, in its order', async (query) => {
    const response = await get(exportList(format), `/library.${format}${query}`);
    const expected = slugsOf(listedIds(readFilters(new URLSearchParams(query))));
    expect(keysIn(format, await response.text())).toEqual(expected);
    if (query === '') expect(expected).toHaveLength(many - 1);
    if (query === '?type=thesis') expect(expected).toEqual([]);
  });

  test('says what it is and under which name to keep it; nothing of it is for editors only', async () => {
    const response = await get(exportList(format), `/library.${format}?type=book&theme=equity&year=1990..1995`);
    expect(response.headers.get('content-type')).toBe({
      bib: 'application/x-bibtex; charset=utf-8', ris: 'application/x-research-info-systems; charset=utf-8',
      'csl.json': 'application/vnd.citationstyles.csl+json; charset=utf-8', csv: 'text/csv; charset=utf-8',
    }[format]);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="library-book-equity-1990-1995.${format}"`);
    expect(response.headers.get('x-robots-tag')).toBe('noindex');
    const whole = await (await get(exportList(format), `/library.${format}`)).text();
    expect(whole).not.toContain(secret);
    expect(whole).not.toMatch(/provenance|suggestionNote|checked|review[-_ ]?by|owner/i);
  });

  test('one resource, at its address and at a former one; what is no longer there says so', async () => {
    const one = (slug: string) => get(exportOne(format), `/library/${slug}.${format}`, { slug });
    const found = await one('work5');
    expect(found.headers.get('content-disposition')).toBe(`attachment; filename="work5.${format}"`);
    expect(keysIn(format, await found.text())).toEqual(['work5']);
    for (const [from, to] of [['old-work5', 'work5'], ['work2', 'work3']] as const) {
      const moved = await one(from);
      expect([moved.status, moved.headers.get('location')]).toEqual([301, `/library/${to}.${format}`]);
    }
    await expect(one('work1')).rejects.toThrow(Gone);
    await expect(one('work1')).rejects.toThrow('about a bridge');
    await expect(one('old-work1')).rejects.toThrow(Gone);
    for (const nothing of ['work0', 'old-work0', 'nothing', '']) await expect(one(nothing)).rejects.toThrow(NotFound);
  });

  test('what a search found, the best first', async () => {
    const response = await get(exportFound(format), `/search.${format}?q=${encodeURIComponent('leaf "study"\r\nX: y')}`);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="search-leaf-study-x-y.${format}"`);
    const found = keysIn(format, await (await get(exportFound(format), `/search.${format}?q=leaf&type=report`)).text());
    const shown = [1, 2, 3, 4].flatMap((page) => search({ q: 'leaf', type: 'report', page: String(page) }).results.map((r) => r.url.replace('/library/', '')));
    expect(found).toEqual([...new Set(shown)]);
    expect(found.length).toBeGreaterThan(20);
  });
});

describe('what a search found', () => {
  test('is narrowed as the results are', () => {
    const found = (more: object) => foundResources({ q: 'pothole study', kind: null, type: null, theme: null, ...more });
    expect(found({ kind: 'thread' })).toEqual([]);
    expect(found({ q: '' })).toEqual([]);
    expect(found({ theme: 'technology' })).toHaveLength(found({}).filter((id) => Number(id.slice(8)) % 2 === 0).length);
    expect(found({ type: 'book' })).toHaveLength(found({}).filter((id) => Number(id.slice(8)) % 3 === 0).length);
    expect(found({ theme: 'nope' })).toEqual([]);
  });
});

describe('a long list', () => {
  test('is read in portions while it is sent: what is taken out meanwhile does not leave any more', async () => {
    const response = await get(exportList('csl.json'), '/library.csl.json?sort=title');
    const last = slugsOf(listedIds(readFilters(new URLSearchParams('sort=title')))).at(-1) ?? '';
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let text = decoder.decode((await reader?.read())?.value);
    expect(text).toContain('work');
    db.update(resources).set({ status: 'draft' }).where(eq(resources.slug, last)).run();
    let turns = 0;
    let pieces = 0;
    const takeTurn = () => { turns++; others = setImmediate(takeTurn); };
    let others = setImmediate(takeTurn);
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      text += decoder.decode(piece.value);
      pieces++;
    }
    clearImmediate(others);
    db.update(resources).set({ status: 'published' }).where(eq(resources.slug, last)).run();
    expect(keysIn('csl.json', text)).toHaveLength(many - 2);
    expect(keysIn('csl.json', text)).not.toContain(last);
    expect(pieces).toBeGreaterThan(1);
    expect(turns).toBeGreaterThanOrEqual(pieces);
  });

  test('names the hub and the page there for what the hub publishes itself', () => {
    const [article, practice, work] = exportRecords(['article:own', 'practice:place', 'ref:work9']);
    expect(article?.csl).toMatchObject({ id: 'own', title: 'Title of own', URL: expect.stringMatching(/^https?:\/\/[^/]+\/library\/own$/), 'container-title': settings().name });
    expect(practice?.csl).toMatchObject({ URL: expect.stringMatching(/\/library\/place$/), publisher: settings().name });
    expect(work?.csl).not.toHaveProperty('publisher');
    expect(work?.csl.URL).toBe(undefined);
  });

  test('comes in the order asked for, each once, without what is not published', () => {
    const records = [...exportRecords(['ref:work9', 'ref:work0', 'ref:work8', 'nothing', 'ref:work1', 'ref:work7'])];
    expect(records.map((r) => r.key)).toEqual(['work9', 'work8', 'work7']);
    expect(records.map((r) => r.themes.toSorted())).toEqual([['equity'], ['equity', 'technology'], ['equity']]);
  });
});

const feed: Feed = {
  id: 'https://hub.test/x', title: 'New & <good>', page: 'https://hub.test/x?a=1&b=2', self: 'https://hub.test/x.atom', updated: new Date('2026-11-24T10:00:00Z'),
  items: [
    { url: 'https://hub.test/1', title: 'A "first" <b>', summary: 'One\u0000 & \u001Btwo \uD800', published: new Date('2026-11-01'), updated: new Date('2026-11-24T10:00:00Z'), author: 'Ö & Å', tags: [{ code: 'equity', label: 'Equity & access' }] },
    { url: 'https://hub.test/2', title: 'Second', summary: '', html: '<p>A <a href="https://hub.test/3">link</a> &amp; more.</p><ul><li>One</li></ul>', published: new Date('2026-10-01'), updated: new Date('2026-10-01'), author: null, tags: [] },
  ],
};

describe('feeds', () => {
  test('Atom has all that RFC 4287 asks for, and nothing that XML forbids', () => {
    const atom = atomFeed(feed);
    const [head = '', ...entries] = atom.split('<entry>');
    for (const part of ['<id>https://hub.test/x</id>', '<title>New &amp; &lt;good&gt;</title>', '<updated>2026-11-24T10:00:00.000Z</updated>', '<author><name>', 'rel="self" type="application/atom+xml" href="https://hub.test/x.atom"', 'href="https://hub.test/x?a=1&amp;b=2"']) expect(head).toContain(part);
    expect(entries).toHaveLength(2);
    for (const entry of entries) for (const part of ['id', 'title', 'updated', 'published', 'summary']) expect(entry).toMatch(new RegExp(`<${part}>[^<]*</${part}>`));
    expect(entries[0]).toContain('<author><name>Ö &amp; Å</name></author>');
    expect(entries[0]).toContain('<category term="equity" label="Equity &amp; access"/>');
    expect(entries[1]).not.toContain('<author>');
    expect(entries[0]).not.toContain('<content');
    expect(entries[1]).toContain('<content type="html">&lt;p&gt;A &lt;a href=&quot;https://hub.test/3&quot;&gt;link&lt;/a&gt; &amp;amp; more.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;One&lt;/li&gt;&lt;/ul&gt;</content>');
    expect(atom).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/u);
    expect(atom.match(/<(?!\/|\?)[a-z]+[^>]*[^/]>/g)?.length).toBe(atom.match(/<\/[a-z]+>/g)?.length);
  });

  test('JSON Feed has all that version 1.1 asks for', () => {
    const read = JSON.parse(jsonFeed({ ...feed, self: 'https://hub.test/x.json' })) as { items: Record<string, unknown>[] };
    expect(read).toMatchObject({ version: 'https://jsonfeed.org/version/1.1', title: 'New & <good>', home_page_url: feed.page, feed_url: 'https://hub.test/x.json' });
    expect(read.items[0]).toMatchObject({ id: 'https://hub.test/1', url: 'https://hub.test/1', authors: [{ name: 'Ö & Å' }], tags: ['Equity & access'], date_published: '2026-11-01T00:00:00.000Z', date_modified: '2026-11-24T10:00:00.000Z' });
    expect(read.items.every((item) => typeof item['content_text'] === 'string')).toBe(true);
    expect(read.items[1]).not.toHaveProperty('authors');
    expect(read.items[0]).not.toHaveProperty('content_html');
    expect(read.items[1]).toMatchObject({ content_html: expect.stringContaining('<ul><li>One</li></ul>'), content_text: 'A link <https://hub.test/3> & more.\n\n- One' });
  });

  test('the feed of a list and of a theme carry its newest 30, none that is not published', async () => {
    const list = await get(feedOfList('atom'), '/library.atom?type=book&sort=title&page=3&year=1990..1995');
    expect(list.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const text = await list.text();
    expect(text).toContain('/library.atom?type=book&amp;year=1990..1995"');
    expect(text).toContain('(Books, 1990 to 1995)');
    expect(text.match(/<entry>/g)?.length).toBe(Math.min(30, listedIds(readFilters(new URLSearchParams('type=book&year=1990..1995'))).length));
    const theme = JSON.parse(await (await get(feedOfTheme('json'), '/themes/technology.json', { theme: 'technology' })).text()) as { items: { url: string; tags: string[] }[]; feed_url: string };
    expect(theme.feed_url).toMatch(/\/themes\/technology\.json$/);
    expect(theme.items).toHaveLength(30);
    expect(theme.items.every((item) => item.tags.includes('Technology') && !/work[012]$/.test(item.url))).toBe(true);
    await expect(get(feedOfTheme('atom'), '/themes/nope.atom', { theme: 'nope' })).rejects.toThrow(NotFound);
  });
});
