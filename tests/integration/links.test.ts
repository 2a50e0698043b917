import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, linkChecks, log, resources, resourceVersions } from '#db/client.ts';
import { Denied, NotFound, SignInRequired } from '#domain/errors.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { countLibraryChange } from '#domain/library/published.ts';
import { checkSomeLinks, linkCheckOf, linkOf } from '#domain/library/link-checks.ts';
import { findingOf, leadsToFrontPage, nextVisit } from '#domain/library/link-findings.ts';
import { askAgain, countLinksToMend, linksToMend, readLinkFilter, takeNewAddress } from '#domain/library/link-mending.ts';
import { findResource } from '#domain/library/resources.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { addDays } from '#lib/dates.ts';
import type { Ask, GuardedAnswer } from '#lib/fetch-guarded.ts';
import { settings } from '#lib/settings.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { useOtherServers } from '../support/other-servers.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
const other = useOtherServers();
let nadia: Member;
let rosa: Member;
beforeAll(async () => { [nadia, rosa] = [await enter('nadia'), await enter('rosa')]; });

let now = new Date('2026-11-24T12:00:00Z');
const day = (n: number) => { now = addDays(now, n); };
beforeEach(() => {
  now = new Date('2026-11-24T12:00:00Z');
  other.forget();
  other.answer = (_, response) => response.end('here');
  db.delete(resources).run();
  forgetChecks();
});

const forgetChecks = () => { db.delete(linkChecks).run(); countLibraryChange(); };
const put = (links: Record<string, string | { url?: string; doi?: string }>) => putCatalogue(catalogue(Object.entries(links).map(([slug, link]) =>
  piece({ slug, kind: 'reference', ...(typeof link === 'string' ? { url: link } : link) }))));
const check = (limit = 10, ask: Ask = other.ask) => checkSomeLinks(limit, { ask, now, chance: () => 0.5 });
const found = (slug: string) => linkCheckOf(`ref:${slug}`);
const nextOf = (slug: string) => db.select({ at: linkChecks.nextCheckAt }).from(linkChecks).where(eq(linkChecks.resourceId, `ref:${slug}`)).get()?.at;
const daysUntilNext = (slug: string) => Math.round(((nextOf(slug)?.getTime() ?? 0) - now.getTime()) / 86_400_000);
/** Answers by host and path; a number is a status, a text where it redirects to. */
const site = (ways: Record<string, number | [number, string] | Record<string, string>>) => {
  other.answer = (request, response) => {
    const way = ways[`${(request.headers.host ?? '').replace(/:\d+$/, '')}${request.url}`] ?? ways[request.url ?? ''] ?? 200;
    if (typeof way === 'number') response.writeHead(way).end();
    else if (Array.isArray(way)) response.writeHead(way[0], { location: way[1] }).end();
    else response.writeHead(Number(way['status'] ?? 200), way).end();
  };
};
const edit = (slug: string, more: Partial<typeof resources.$inferInsert>) => {
  db.update(resources).set(more).where(eq(resources.id, `ref:${slug}`)).run();
  countLibraryChange();
};

describe('whose turn it is', () => {
  test('what has no link, is no web address or is not published is never asked for', async () => {
    put({ none: {}, gopher: 'gopher://a.example/', drafted: other.at('b.example'), retired: other.at('c.example') });
    edit('drafted', { status: 'draft' });
    edit('retired', { status: 'retired', retiredReason: 'Old.' });
    expect(await check()).toEqual({ asked: 0, recorded: 0, offline: false });
    expect(other.asked).toEqual([]);
  });

  test('each once, then not again for about a month', async () => {
    put({ a: other.at('a.example'), b: other.at('b.example') });
    expect(await check(1)).toMatchObject({ asked: 1, recorded: 1 });
    expect(await check(1)).toMatchObject({ asked: 1 });
    expect(other.asked.map((a) => a.host).sort()).toEqual(['a.example', 'b.example']);
    expect(await check()).toMatchObject({ asked: 0 });
    day(29);
    expect(await check()).toMatchObject({ asked: 0 });
    day(2);
    expect(await check()).toMatchObject({ asked: 2 });
  });

  test('one of each host in a round, www or not, and at most as many as allowed', async () => {
    put({ a1: other.at('a.example', '/1'), a2: other.at('www.a.example', '/2'), b: other.at('b.example'), c: other.at('c.example'), d: other.at('d.example') });
    expect(await check(3)).toMatchObject({ asked: 3 });
    expect(new Set(other.asked.map((a) => a.host.replace('www.', ''))).size).toBe(3);
    await check(3);
    await check(3);
    expect(other.asked.length).toBe(5);
  });

  test('a changed link is asked for anew, whatever its turn, and what was found of the old one is not shown', async () => {
    put({ a: other.at('a.example', '/old') });
    await check();
    expect(found('a')?.outcome).toBe('works');
    put({ a: other.at('a.example', '/new') });
    expect(found('a')).toBeNull();
    await check();
    expect(found('a')?.url).toBe(other.at('a.example', '/new'));
    expect(other.asked.map((a) => a.path)).toEqual(['/old', '/new']);
  });

  test('what is published later is asked for then', async () => {
    put({ a: other.at('a.example') });
    await check();
    put({ a: other.at('a.example'), later: other.at('b.example') });
    expect(await check()).toMatchObject({ asked: 1 });
    expect(found('later')?.outcome).toBe('works');
  });

  test('a hub that may not ask others does not', async () => {
    put({ a: other.at('a.example') });
    settings().outbound = false;
    expect(await check()).toMatchObject({ asked: 0 });
    settings().outbound = true;
    expect(await check()).toMatchObject({ asked: 1 });
  });

  test('an answer that comes after the link was changed, or the piece retired, is dropped', async () => {
    put({ a: other.at('a.example'), b: other.at('b.example') });
    const slow: Ask = async (url, options) => {
      edit('a', { url: other.at('elsewhere.example') });
      edit('b', { status: 'retired', retiredReason: 'Old.' });
      return other.ask(url, options);
    };
    expect(await check(10, slow)).toEqual({ asked: 2, recorded: 0, offline: false });
    expect(db.select().from(linkChecks).all()).toEqual([]);
  });
});

describe('what is found', () => {
  const one = async (way: Parameters<typeof site>[0], path = '/page') => {
    site(way);
    put({ a: other.at('a.example', path) });
    await check();
    return found('a');
  };

  test.each([[200], [204], [206]])('%i works', async (status) => expect(await one({ '/page': status })).toMatchObject({ outcome: 'works', status, movedTo: null, failures: 0 }));
  test.each([[404], [410]])('%i is broken at once', async (status) => expect(await one({ '/page': status })).toMatchObject({ outcome: 'broken', status, failures: 1 }));
  test.each([[401], [403], [429], [451], [400], [406], [999]])('%i is refused, not broken', async (status) => expect(await one({ '/page': status })).toMatchObject({ outcome: 'refused', status, failures: 1 }));
  test.each([[500], [502], [503], [504]])('%i is no answer', async (status) => expect(await one({ '/page': status })).toMatchObject({ outcome: 'unreachable', status }));
  test.each([
    ['Cloudflare', { status: '503', server: 'cloudflare' }], ['its challenge', { status: '403', 'cf-mitigated': 'challenge' }], ['Amazon', { status: '202', 'x-amzn-waf-action': 'challenge' }],
  ])('the wall of %s is refused', async (_, headers) => expect(await one({ '/page': headers })).toMatchObject({ outcome: 'refused' }));
  test('a page that asks to sign in first is refused', async () => expect(await one({ '/page': [302, '/account/login?next=/page'] })).toMatchObject({ outcome: 'refused' }));

  test('HEAD is enough where it works; GET decides where it does not', async () => {
    await one({});
    expect(other.asked.map((a) => a.method)).toEqual(['HEAD']);
    for (const status of [405, 404, 403, 500]) {
      other.forget();
      forgetChecks();
      other.answer = (request, response) => { response.writeHead(request.method === 'HEAD' ? status : 200).end(); };
      await check();
      expect(found('a'), String(status)).toMatchObject({ outcome: 'works' });
      expect(other.asked.map((a) => a.method)).toEqual(['HEAD', 'GET']);
    }
    forgetChecks();
    other.answer = (request, response) => { if (request.method === 'HEAD') request.socket.destroy(); else response.end(); };
    await check();
    expect(found('a')).toMatchObject({ outcome: 'works' });
    other.forget();
    forgetChecks();
    site({ '/page': 429 });
    await check();
    expect(other.asked.length).toBe(1);
  });

  test('moved: permanently, to another path or host; it leads to where the lasting part of the way ends', async () => {
    expect(await one({ '/page': [301, '/new-page'] })).toMatchObject({ outcome: 'moved', movedTo: other.at('a.example', '/new-page'), failures: 0, status: 200 });
    forgetChecks();
    expect(await one({ 'a.example/page': [308, other.at('b.example', '/page')] })).toMatchObject({ outcome: 'moved', movedTo: other.at('b.example', '/page') });
    forgetChecks();
    expect(await one({ '/page': [301, '/second'], '/second': [301, '/third'], '/third': [302, '/fourth'], '/fourth': [301, '/fifth'] })).toMatchObject({ outcome: 'moved', movedTo: other.at('a.example', '/third') });
  });

  test('not moved: for the time being, only with www or a slash, or with another query', async () => {
    for (const to of ['/page/', other.at('www.a.example', '/page'), '/page?session=1']) {
      forgetChecks();
      expect(await one({ 'a.example/page': [301, to] }), to).toMatchObject({ outcome: 'works', movedTo: null });
    }
    forgetChecks();
    expect(await one({ '/page': [302, '/today'] })).toMatchObject({ outcome: 'works', movedTo: null });
  });

  test('a move to what is not there is broken', async () => expect(await one({ '/page': [301, '/gone'], '/gone': 404 })).toMatchObject({ outcome: 'broken', movedTo: null }));
  test('a move to the inside is not followed', async () => expect(await one({ '/page': [301, 'http://localhost:22/'] })).toMatchObject({ outcome: 'refused', status: null, movedTo: null }));
  test('a circle is no answer', async () => expect(await one({ '/page': [301, '/page'] })).toMatchObject({ outcome: 'unreachable', status: null }));

  test('a DOI is asked of its resolver, which is enough; it goes before the address', async () => {
    const asked: string[] = [];
    const resolver: Ask = async (url, options) => {
      asked.push(`${options?.method} ${url} ${options?.maxRedirects}`);
      const known = !url.includes('unknown');
      return { outcome: 'answer', status: known ? 302 : 404, headers: known ? { location: 'https://publisher.example/' } : {}, url, redirects: [], cut: false };
    };
    put({ a: { doi: '10.1000/(SICI)1<2::AID>3;#4', url: other.at('a.example') } });
    await check(10, resolver);
    expect(asked).toEqual(['HEAD https://doi.org/10.1000/(SICI)1%3C2%3A%3AAID%3E3%3B%234 0']);
    expect(found('a')).toMatchObject({ outcome: 'works', url: 'https://doi.org/10.1000/(SICI)1<2::AID>3;#4' });
    put({ b: { doi: '10.1000/unknown' } });
    await check(10, resolver);
    expect(found('b')).toMatchObject({ outcome: 'broken' });
    expect(linkOf({ doi: '10.1/x', url: 'https://a.example' })).toBe('https://doi.org/10.1/x');
    expect(linkOf({ doi: null, url: 'HTTPS://a.example' })).toBe('HTTPS://a.example');
    expect(linkOf({ doi: null, url: 'ftp://a.example' })).toBeNull();
  });
});

describe('trouble', () => {
  test('is visited after 1, 3, 7 and 14 days, counted, and forgotten when it is over', async () => {
    put({ a: other.at('a.example'), fine: other.at('b.example') });
    site({ 'a.example/': 500 });
    const seen: number[][] = [];
    for (let n = 0; n < 5; n++) {
      await check();
      seen.push([found('a')?.failures ?? 0, daysUntilNext('a')]);
      day(daysUntilNext('a'));
    }
    expect(seen).toEqual([[1, 1], [2, 3], [3, 7], [4, 14], [5, 14]]);
    site({});
    await check();
    expect(found('a')).toMatchObject({ outcome: 'works', failures: 0 });
    expect(daysUntilNext('a')).toBe(30);
  });

  test('visits are spread', () => {
    const at = (chance: number, failures: number) => (nextVisit({ outcome: 'works', status: 200, movedTo: null, failures }, now, chance).getTime() - now.getTime()) / 86_400_000;
    expect([at(0, 0), at(1, 0), at(0, 1), at(1, 1)].map((d) => Math.round(d * 100) / 100)).toEqual([25.5, 34.5, 0.85, 1.15]);
  });

  test('a name that is gone twice is broken, until it is back', async () => {
    put({ a: other.at('city.gone'), fine: other.at('b.example') });
    await check();
    expect(found('a')).toMatchObject({ outcome: 'unreachable', status: null, failures: 1 });
    day(2);
    await check();
    expect(found('a')).toMatchObject({ outcome: 'broken', status: null, failures: 2 });
    day(4);
    await check();
    expect(found('a')).toMatchObject({ outcome: 'broken', failures: 3 });
    const back: GuardedAnswer = { outcome: 'answer', status: 200, headers: {}, url: 'http://city.gone/', redirects: [], cut: false };
    expect(findingOf('http://city.gone/', back, found('a'))).toMatchObject({ outcome: 'works', failures: 0 });
  });

  test('a missing intermediate certificate is the site’s affair, which browsers mend', () => {
    const answer: GuardedAnswer = { outcome: 'unreachable', why: '', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', offline: false };
    expect(findingOf('https://a.example/', answer, null).outcome).toBe('refused');
    expect(findingOf('https://a.example/', { ...answer, code: 'CERT_HAS_EXPIRED' }, null).outcome).toBe('unreachable');
  });
});

describe('when the hub itself is offline', () => {
  const nothingAnswers: Ask = async (url) => { asked.push(url); return { outcome: 'unreachable', why: '', code: 'EAI_AGAIN', offline: true }; };
  let asked: string[] = [];
  beforeEach(() => { asked = []; });

  test('nothing is remembered, and everything is asked for again', async () => {
    put({ a: other.at('a.example'), b: other.at('b.example'), closed: 'http://c.example:22/' });
    const before = changes();
    const judged: Ask = async (url, options) => (url.includes(':22/') ? { outcome: 'refused', why: 'Port 22.' } : nothingAnswers(url, options));
    expect(await check(10, judged)).toEqual({ asked: 3, recorded: 0, offline: true });
    expect(asked.slice(-2)).toEqual(['https://doi.org/', 'https://www.iana.org/']);
    expect([found('a'), found('b'), changes()]).toEqual([null, null, before]);
    expect(await check()).toMatchObject({ asked: 3, recorded: 3, offline: false });
  });

  test('one answer proves that it is not', async () => {
    put({ a: other.at('city.gone'), b: other.at('b.example') });
    expect(await check()).toMatchObject({ recorded: 2, offline: false });
    expect(found('a')?.outcome).toBe('unreachable');
  });

  test('where all of a round are silent, others are asked: those that worked last', async () => {
    put({ fine1: other.at('fine1.example', '/x'), fine2: other.at('fine2.example') });
    await check();
    put({ fine1: other.at('fine1.example', '/x'), fine2: other.at('fine2.example'), a: other.at('city.gone') });
    other.forget();
    expect(await check()).toEqual({ asked: 1, recorded: 1, offline: false });
    expect(other.asked.map((a) => `${a.method} ${a.host}`).sort()).toEqual(['HEAD fine1.example', 'HEAD fine2.example']);
    day(2);
    expect(await check(10, nothingAnswers)).toMatchObject({ recorded: 0, offline: true });
    expect(found('a')).toMatchObject({ failures: 1 });
  });
});

describe('pages stay as they are', () => {
  test('they are made anew on the first check and when a visitor reads something else, not for a new date', async () => {
    put({ a: other.at('a.example'), b: other.at('b.example') });
    const count = async () => { const before = changes(); await check(); day(31); return changes() - before; };
    expect(await count()).toBe(1);
    expect(await count()).toBe(0);
    site({ 'a.example/': 500 });
    expect(await count()).toBe(1);
    expect(await count()).toBe(1);
    site({ 'a.example/': 404 });
    expect(await count()).toBe(1);
    expect(await count()).toBe(0);
    site({ 'a.example/': [301, '/new'] });
    expect(await count()).toBe(1);
    expect(await count()).toBe(0);
    expect(found('a')?.checkedAt).toEqual(addDays(now, -31));
  });
});

describe('the worklist', () => {
  beforeEach(async () => {
    put({ gone: other.at('a.example', '/gone'), moved: other.at('b.example', '/old'), home: other.at('c.example', '/deep/page'), down: other.at('d.example'), wall: other.at('e.example'), fine: other.at('f.example'), none: {} });
    site({ '/gone': 404, '/old': [301, '/new'], '/deep/page': [301, '/'], 'd.example/': 500, 'e.example/': 403 });
    await check();
    put({
      gone: other.at('a.example', '/gone'), moved: other.at('b.example', '/old'), home: other.at('c.example', '/deep/page'), down: other.at('d.example'), wall: other.at('e.example'), fine: other.at('f.example'), none: {}, later: other.at('g.example'),
    });
  });
  const titles = (filter: string | null) => linksToMend(nadia, readLinkFilter(new URLSearchParams(filter ? { outcome: filter } : {})), null).lines.map((l) => l.slug);

  test('shows what a person should look at, with counts that are right, and narrows', () => {
    const list = linksToMend(nadia, null, null);
    expect(list.counts).toEqual({ works: 1, moved: 2, broken: 1, refused: 1, unreachable: 1, waiting: 1 });
    expect([list.total, countLinksToMend(), titles(null)[0], [...titles(null)].sort()]).toEqual([4, 4, 'gone', ['down', 'gone', 'home', 'moved']]);
    expect([titles('broken'), titles('refused'), titles('moved').sort(), titles('nonsense').length]).toEqual([['gone'], ['wall'], ['home', 'moved'], 4]);
    expect(list.lines.find((l) => l.slug === 'moved')).toMatchObject({ movedTo: other.at('b.example', '/new'), frontPage: false, takeable: true, queued: false });
    expect(list.lines.find((l) => l.slug === 'home')).toMatchObject({ frontPage: true, takeable: false });
    edit('gone', { status: 'retired', retiredReason: 'Gone.' });
    expect(linksToMend(nadia, null, null)).toMatchObject({ total: 3, counts: { broken: 0 } });
  });

  test('is for coordinators', () => {
    expect(() => linksToMend(null, null, null)).toThrow(SignInRequired);
    for (const act of [() => linksToMend(rosa, null, null), () => takeNewAddress(rosa, { id: 'ref:moved', movedTo: other.at('b.example', '/new') }), () => askAgain(rosa, { id: 'ref:moved' })]) expect(act).toThrow(Denied);
  });

  test('takes the new address: written with its reason, findable, logged, and asked for anew', async () => {
    const before = changes();
    takeNewAddress(nadia, { id: 'ref:moved', movedTo: other.at('b.example', '/new') });
    expect(findResource(null, 'moved')).toMatchObject({ url: other.at('b.example', '/new'), csl: { URL: other.at('b.example', '/new') }, origin: 'hub' });
    const reason = `The link has moved: ${other.at('b.example', '/old')} now leads to ${other.at('b.example', '/new')}`;
    expect(db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, 'ref:moved')).all().map((v) => [v.number, v.act, v.reason, v.byId, v.fields['url']])).toEqual([
      [1, 'create', null, null, other.at('b.example', '/old')], [2, 'edit', reason, nadia.id, other.at('b.example', '/new')],
    ]);
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'change link', reason, url: '/library/moved', actorId: nadia.id });
    expect(search({ q: 'moved' }).results.map((r) => r.url)).toContain('/library/moved');
    expect(changes()).toBeGreaterThan(before);
    expect([found('moved'), titles('moved')]).toEqual([null, ['home']]);
    await check();
    expect(found('moved')).toMatchObject({ outcome: 'works', url: other.at('b.example', '/new') });
  });

  test('but only the address that was seen', () => {
    expect(() => takeNewAddress(nadia, { id: 'ref:moved', movedTo: 'https://evil.example/' })).toThrow(Denied);
    expect(() => takeNewAddress(nadia, { id: 'ref:fine', movedTo: 'https://evil.example/' })).toThrow(Denied);
    expect(() => takeNewAddress(nadia, { id: 'ref:nobody', movedTo: 'https://evil.example/' })).toThrow(NotFound);
    edit('moved', { url: other.at('b.example', '/other') });
    expect(() => takeNewAddress(nadia, { id: 'ref:moved', movedTo: other.at('b.example', '/new') })).toThrow(Denied);
  });

  test('leaves articles of the content folder to their files', async () => {
    putCatalogue(catalogue([piece({ slug: 'ours', kind: 'article', url: other.at('h.example', '/old') })]));
    await check();
    expect(linksToMend(nadia, 'moved', null).lines).toMatchObject([{ slug: 'ours', takeable: false }]);
    expect(() => takeNewAddress(nadia, { id: 'article:ours', movedTo: other.at('h.example', '/new') })).toThrow('content folder');
  });

  test('asks again with the next round, before all others', async () => {
    day(400);
    askAgain(nadia, { id: 'ref:gone' });
    expect(linksToMend(nadia, 'broken', null).lines[0]?.queued).toBe(true);
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'check link', url: '/library/gone' });
    other.forget();
    site({});
    await check(1);
    expect(other.asked.map((a) => a.path)).toEqual(['/gone']);
    expect(found('gone')).toMatchObject({ outcome: 'works', failures: 0 });
    expect(() => askAgain(nadia, { id: 'ref:later' })).toThrow(NotFound);
  });
});

test.each([
  ['https://a.example/reports/1', 'https://a.example/', true], ['https://a.example/reports/1', 'https://b.example/index.html', true], ['https://a.example/reports/1', 'https://a.example/home', true],
  ['https://a.example/', 'https://b.example/', false], ['https://a.example/reports/1', 'https://a.example/?id=1', false], ['https://a.example/reports/1', 'https://a.example/reports', false],
])('%s to %s: front page %s', (from, to, is) => expect(leadsToFrontPage(from, to)).toBe(is));
