import { EventEmitter } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { sessionCookie as cookieOfSessions } from '#domain/people/sessions.ts';
import { encodingFor, isCompressible } from '../../src/server/compress.ts';
import { sessionCookie } from '../../src/server/front.ts';
import { keepAnswer } from '../../src/server/kept-answer.ts';
import { createPageCache, type KeptPage } from '../../src/server/page-cache.ts';
import { Capture, render } from '../../src/server/render.ts';
import { createUploads, type Allowance } from '../../src/server/uploads.ts';
import { addressOf, hostOf, pathOf } from '../../src/server/request.ts';

function requestFrom(address: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: address });
  return Object.assign(new IncomingMessage(socket), { headers });
}

test('front server and sessions mean the same cookie', () => expect(sessionCookie).toBe(cookieOfSessions));

describe('what a client accepts', () => {
  test.each([
    [undefined, 'identity'], ['', 'identity'], ['gzip, deflate, br, zstd', 'br'], ['gzip', 'gzip'], ['br;q=0, gzip', 'gzip'], ['br; q=0.0, gzip;q=0', 'identity'], ['*', 'br'], ['identity', 'identity'],
    ['GZIP;q=0.5', 'gzip'], ['brotli', 'identity'], ['*;q=0', 'identity'], ['deflate', 'identity'],
  ])('%j → %s', (accepted, encoding) => expect(encodingFor(accepted)).toBe(encoding));

  test.each([['text/html; charset=utf-8', 2000, true], ['text/html', 100, false], ['application/atom+xml', 2000, true], ['image/svg+xml; charset=utf-8', 2000, true], ['font/woff2', 90_000, false], ['image/png', 90_000, false]])(
    '%s of %d bytes is compressed: %s', (type, size, yes) => expect(isCompressible(type, size)).toBe(yes));
});

describe('the address of a request', () => {
  test.each([
    [0, '::ffff:192.0.2.1', '203.0.113.9', '192.0.2.1'], [1, '10.0.0.1', '203.0.113.9', '203.0.113.9'], [1, '10.0.0.1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    [2, '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2', '203.0.113.9'], [2, '10.0.0.1', '203.0.113.9', '203.0.113.9'], [1, '10.0.0.1', 'rubbish', '10.0.0.1'], [1, '10.0.0.1', '', '10.0.0.1'], [1, '10.0.0.1', '2001:db8::7', '2001:db8:0:0::/64'],
    [0, '2001:DB8:0:1:aaaa:bbbb:cccc:dddd', '', '2001:db8:0:1::/64'], [0, '2001:db8:0:1::2', '', '2001:db8:0:1::/64'], [0, 'fe80::1%eth0', '', 'fe80:0:0:0::/64'], [0, '::1', '', '0:0:0:0::/64'],
    [1, '10.0.0.1', '::FFFF:192.0.2.1', '192.0.2.1'], [1, '10.0.0.1', '0:0:0:0:0:ffff:c000:201', '192.0.2.1'],
  ])('%d proxies, from %s, forwarded for %j: %s', (proxies, direct, forwarded, found) => {
    expect(addressOf(requestFrom(direct, { 'x-forwarded-for': forwarded }), proxies)).toBe(found);
  });
  test.each([['hub.example.org', 'hub.example.org'], ['localhost:4321', 'localhost:4321'], ['[::1]:80', '[::1]:80'], ['a/b', 'own'], ['a b', 'own'], ['user@host', 'own'], ['', 'own']])('Host %j is taken as %s', (host, taken) => {
    expect(hostOf(requestFrom('::1', { host }), 'own')).toBe(taken);
  });
  test.each([['/a?b', '/a?b'], ['http://evil.example/a?b=1', '/a?b=1'], ['*', null], ['', null], [undefined, null], ['ftp://x/a', null]])('%j asks for %s', (url, path) => expect(pathOf(url)).toBe(path));
});

describe('the page cache', () => {
  const page = (text: string): KeptPage => ({ answer: keepAnswer(200, 'text/html', [], Buffer.from(text), 'page'), countsAs: null, keptAt: Date.now() });
  const text = (kept: KeptPage | null | undefined) => kept?.answer.body.toString();

  test('keeps a page until the counter moves', async () => {
    let version = 1;
    const cache = createPageCache(() => version, 100_000);
    await cache.fill('a', async () => page('one'));
    expect(text(cache.get('a'))).toBe('one');
    version = 2;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.size()).toBe(0);
  });

  test('does not keep a page when something was changed while it was made', async () => {
    let version = 1;
    const cache = createPageCache(() => version, 100_000);
    const made = await cache.fill('a', async () => { version = 2; return page('stale'); });
    expect(text(made)).toBe('stale');
    expect(cache.get('a')).toBeUndefined();
  });

  test('makes a page once for all who ask at the same time, and anew for those who ask after a change', async () => {
    let version = 1;
    const cache = createPageCache(() => version, 100_000);
    const gates: (() => void)[] = [];
    const slow = async (words: string) => { await new Promise<void>((open) => gates.push(open)); return page(words); };
    const first = cache.fill('a', () => slow('before'));
    const second = cache.fill('a', () => slow('never'));
    version = 2;
    const third = cache.fill('a', () => slow('after'));
    for (const open of gates) open();
    expect((await Promise.all([first, second, third])).map(text)).toEqual(['before', 'before', 'after']);
    expect(gates.length).toBe(2);
    expect(text(cache.get('a'))).toBe('after');
  });

  test('lets go of the page that was asked for longest ago, and stays within its bytes', async () => {
    const cache = createPageCache(() => 1, 20_000);
    for (const key of ['a', 'b']) await cache.fill(key, async () => page('x'.repeat(5000)));
    cache.get('a');
    await cache.fill('c', async () => page('x'.repeat(5000)));
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true]);
    await cache.fill('huge', async () => page('x'.repeat(50_000)));
    expect(cache.size()).toBeLessThanOrEqual(20_000);
    expect(cache.get('huge')).toBeUndefined();
  });

  test('a failure is told to all who wait and forgotten', async () => {
    const cache = createPageCache(() => 1, 20_000);
    await expect(cache.fill('a', async () => { throw new Error('broken'); })).rejects.toThrow('broken');
    expect(text(await cache.fill('a', async () => page('well')))).toBe('well');
  });

  test('makes a page again after ten minutes', async () => {
    const cache = createPageCache(() => 1, 20_000);
    await cache.fill('a', async () => ({ ...page('old'), keptAt: Date.now() - 601_000 }));
    expect(cache.get('a')).toBeUndefined();
  });
});

describe('capturing what Astro writes', () => {
  const request = requestFrom('::1');
  test('takes status, headers and parts, and lets the adapter go', async () => {
    let finished = 0;
    const made = await render((_, response) => {
      response.on('finish', () => { finished++; });
      response.writeHead(404, { 'content-type': 'text/html', 'set-cookie': ['a=1', 'b=2'] });
      response.write(new Uint8Array([104]));
      response.write('ä');
      response.end();
    }, request);
    expect({ ...made, body: made.body.toString() }).toEqual({ status: 404, headers: new Map<string, string | string[]>([['content-type', 'text/html'], ['set-cookie', ['a=1', 'b=2']]]), body: 'hä' });
    expect(finished).toBe(1);
  });
  test.each([
    ['a thrown error', () => { throw new Error('broken'); }], ['a rejection', async () => { throw new Error('broken'); }],
    ['a page broken off', (_: IncomingMessage, response: Capture) => { response.writeHead(200).write('half', () => response.destroy(new Error('broken'))); }],
    ['a bare 500', (_: IncomingMessage, response: Capture) => { response.statusCode = 500; response.end('broken'); }],
    ['nothing at all', () => { /* broken */ }],
  ])('%s is a failure', async (_, handler) => {
    await expect(Promise.resolve().then(() => render(handler, request))).rejects.toThrow(/broken|not finished/);
  });
  test('is an emitter, as the adapter expects', () => expect(new Capture(request)).toBeInstanceOf(EventEmitter));
});

describe('files on their way', () => {
  const uploads = () => createUploads({ uploader: (cookies) => Promise.resolve(Number(cookies)), isMember: () => Promise.resolve(true), uploadBytes: 20 * 1024 * 1024 });
  const big = (member: number) => requestFrom('192.0.2.1', { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '5000000', cookie: String(member) });
  const sender = (allow = uploads()) => async (member: number) => allow(big(member), { pathname: '/forums/new', anonymous: false });
  const taken = (answer: Allowance | { busy: string }): Allowance => {
    if ('busy' in answer) throw new Error(answer.busy);
    return answer;
  };

  test('come two at a time and one of each member, and only one of them slowly', async () => {
    const send = sender();
    const one = taken(await send(1));
    expect(await send(1)).toMatchObject({ busy: expect.stringContaining('already') });
    const two = taken(await send(2));
    expect(await send(3)).toMatchObject({ busy: expect.stringContaining('Two files') });
    expect([one.patience, two.patience]).toEqual([600_000, 120_000]);
    const speed = ({ pace }: Allowance) => (pace ? (pace.bytes / pace.milliseconds) * 8 : 0);
    expect(speed(one)).toBeLessThan(40);
    expect(speed(two)).toBeGreaterThan(100);
  });

  test('go in turn: whoever took long lets others go first', async () => {
    vi.useFakeTimers();
    try {
      const send = sender();
      const finish = ({ arrived, end }: Allowance) => { arrived(); end(); };
      const quick = taken(await send(1));
      vi.advanceTimersByTime(5_000);
      finish(quick);
      const slow = taken(await send(1));
      vi.advanceTimersByTime(90_000);
      finish(slow);
      expect(await send(1)).toMatchObject({ busy: expect.stringContaining('others go first') });
      finish(taken(await send(2)));
      vi.advanceTimersByTime(60_001);
      finish(taken(await send(1)));
    } finally {
      vi.useRealTimers();
    }
  });
});
