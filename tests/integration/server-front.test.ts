import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readBody, type Pace } from '../../src/server/request.ts';
import { useFront } from '../support/front.ts';

const front = useFront();
const behindProxy = useFront({ url: 'https://hub.example.org', trustedProxies: 1 });
const { ask } = front;
const html = (body: string, headers: Record<string, string | string[]> = {}, status = 200): typeof front.page => (_, response) => response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const cookie = { cookie: 'a=b; hub_session=secret' };

describe('pages for everybody', () => {
  test('a page is made once and sent from memory, with length, ETag and charset', async () => {
    const first = await ask('/library?type=report');
    const second = await ask('/library?type=report');
    expect(front.rendered).toBe(1);
    expect(second.text).toBe('<p>page</p>');
    expect(second.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8', 'content-length': '11', 'cache-control': 'public, max-age=0, must-revalidate', vary: 'Cookie, Accept-Encoding', etag: expect.stringMatching(/^"[\w-]{22}"$/),
    });
    expect(first.headers.etag).toBe(second.headers.etag);
  });

  test('another query, another host: another page', async () => {
    await ask('/a');
    await ask('/a?b');
    await ask('/a', { headers: { host: 'other.example' } });
    expect(front.rendered).toBe(3);
  });

  test('a commit that a visitor could see makes it anew, any other does not', async () => {
    await ask('/a');
    front.commit();
    await ask('/a');
    expect(front.rendered).toBe(1);
    front.bump();
    front.page = html('new');
    expect((await ask('/a')).text).toBe('new');
  });

  test('what is changed while a page is made is never missing from the next', async () => {
    front.page = async (request, response) => { front.bump(); await Promise.resolve(); return html('stale')(request, response); };
    expect((await ask('/a')).text).toBe('stale');
    front.page = html('fresh');
    expect((await ask('/a')).text).toBe('fresh');
  });

  test('many who ask at once cost one rendering', async () => {
    front.page = async (request, response) => { await new Promise((go) => setTimeout(go, 50)); return html('shared')(request, response); };
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('/a')));
    expect(new Set(answers.map((a) => a.text))).toEqual(new Set(['shared']));
    expect(front.rendered).toBe(1);
  });

  test('who has it already is told so', async () => {
    const { headers } = await ask('/a', { headers: { 'accept-encoding': 'br' } });
    for (const known of [String(headers.etag), `W/${headers.etag}`, `"other", ${headers.etag}`, '*']) {
      const again = await ask('/a', { headers: { 'if-none-match': known } });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', headers.etag]);
      expect(again.headers['content-security-policy']).toBeTruthy();
    }
    expect((await ask('/a', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('each encoding has its own bytes and ETag', async () => {
    const body = '<p>words and words</p>'.repeat(200);
    front.page = html(body);
    const plain = await ask('/a');
    const br = await ask('/a', { headers: { 'accept-encoding': 'gzip, br' } });
    const gzip = await ask('/a', { headers: { 'accept-encoding': 'gzip' } });
    expect([plain.text, brotliDecompressSync(br.body).toString(), gunzipSync(gzip.body).toString()]).toEqual([body, body, body]);
    expect([plain.headers['content-encoding'], br.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual([undefined, 'br', 'gzip']);
    expect(new Set([plain, br, gzip].map((a) => a.headers.etag)).size).toBe(3);
    expect(front.rendered).toBe(1);
  });

  test('HEAD gives the same headers and nothing else, kept or not', async () => {
    const made = await ask('/a', { method: 'HEAD' });
    const { headers: { date: _, ...got } } = await ask('/a');
    const kept = await ask('/a', { method: 'HEAD' });
    expect([made.text, kept.text]).toEqual(['', '']);
    expect(kept.headers).toMatchObject(got);
    expect(made.headers).toMatchObject(got);
    expect((await ask('/a', { method: 'HEAD', headers: cookie })).headers['content-length']).toBe('11');
  });

  test('a permanent move is kept, with where it leads', async () => {
    front.page = html('', { location: '/b' }, 301);
    await ask('/a');
    const { status, headers } = await ask('/a');
    expect([status, headers.location, front.rendered]).toEqual([301, '/b', 1]);
  });
});

describe('pages that are not for everybody', () => {
  test('with a session cookie nothing comes from memory and nothing goes in', async () => {
    front.page = html('for a visitor');
    await ask('/a');
    front.page = html('for Rosa');
    const own = await ask('/a', { headers: cookie });
    expect(own.text).toBe('for Rosa');
    expect(own.headers).toMatchObject({ 'cache-control': 'private, no-store', vary: 'Cookie, Accept-Encoding' });
    expect(own.headers.etag).toBeUndefined();
    expect((await ask('/a')).text).toBe('for a visitor');
    expect((await ask('/only-hers', { headers: cookie })).status).toBe(200);
    front.page = html('for a visitor');
    expect((await ask('/only-hers')).text).toBe('for a visitor');
  });

  test.each([
    ['a page that sets a cookie', html('x', { 'set-cookie': ['a=1', 'b=2'] }), '/a'], ['a page that must not be stored', html('x', { 'cache-control': 'no-store' }), '/a'],
    ['a private page', html('x', { 'cache-control': 'private' }), '/a'], ['a page that is not there', html('x', {}, 404), '/a'], ['a page that failed', html('x', {}, 500), '/a'],
    ['a passing redirect', html('', { location: '/b' }, 302), '/a'], ['a refusal', html('x', {}, 403), '/a'], ['a link with a one-time token', html('x'), '/reset/new?token=abc'],
  ])('%s is made each time and kept by nobody', async (_, page, path) => {
    front.page = page;
    await ask(path);
    const { headers } = await ask(path);
    expect(front.rendered).toBe(2);
    expect(headers['cache-control']).toMatch(/private|no-store/);
    expect(headers.etag).toBeUndefined();
  });

  test('those who waited for a page that turned out to set a cookie get one of their own', async () => {
    let n = 0;
    front.page = async (request, response) => { const mine = ++n; await new Promise((go) => setTimeout(go, 30)); return html(`${mine}`, { 'set-cookie': [`n=${mine}`] })(request, response); };
    const answers = await Promise.all([ask('/a'), ask('/a'), ask('/a')]);
    expect(new Set(answers.map((a) => a.headers['set-cookie']?.[0])).size).toBe(3);
  });

  test('both cookies of a page arrive; a long page is compressed', async () => {
    front.page = html('word '.repeat(1000), { 'set-cookie': ['a=1', 'b=2'] });
    const { headers, body } = await ask('/a', { headers: { ...cookie, 'accept-encoding': 'gzip' } });
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(gunzipSync(body).length).toBe(5000);
    expect(headers['content-length']).toBe(String(body.length));
  });
});

describe('reads', () => {
  test('resources and threads are counted, from memory or not, for everybody; nothing else is', async () => {
    for (const path of ['/library/x', '/library/x', '/forums/a/1-b?page=2', '/library', '/forums/a', '/about']) await ask(path);
    await ask('/library/y', { headers: cookie });
    front.page = html('', {}, 404);
    await ask('/library/none');
    front.page = (_, response) => response.writeHead(200, { 'content-type': 'application/x-bibtex' }).end('@book{}');
    await ask('/library/x.bib');
    expect(front.reads).toEqual(['/library/x', '/library/x', '/forums/a/1-b', '/library/y']);
  });
});

describe('forms', () => {
  test('reach Astro whole and are never kept', async () => {
    front.page = (request, response) => html(String((request as { body?: Buffer }).body))(request, response);
    const { text, headers } = await ask('/a', { method: 'POST', headers: form, body: 'name=Rosa' });
    expect(text).toBe('name=Rosa');
    expect(headers['cache-control']).toBe('private, no-store');
  });

  test.each([['said beforehand', { 'content-length': String(1_500_000) }], ['not said', { 'transfer-encoding': 'chunked' }]])('too large, %s: a sentence', async (_, headers) => {
    const { status, text } = await ask('/a', { method: 'POST', headers: { ...headers, ...form, ...cookie }, body: Buffer.alloc(1_500_000) });
    expect(status).toBe(413);
    expect(text).toContain('one megabyte');
    expect(front.rendered).toBe(0);
  });

  test('without a session much less is too large', async () => {
    const body = `body=${'x'.repeat(100_000)}`;
    const refused = await ask('/a', { method: 'POST', headers: form, body });
    expect([refused.status, refused.text]).toEqual([413, 'This is too large: the hub takes at most 64 kilobytes at a time from who is not signed in.\n']);
    expect((await ask('/a', { method: 'POST', headers: { ...form, ...cookie }, body })).status).toBe(200);
  });

  const multipart = (boundary: string, fields: number) => `${Array.from({ length: fields }, (_, n) => `--${boundary}\r\nContent-Disposition: form-data; name="f${n}"\r\n\r\n--\r\n`).join('')}--${boundary}--\r\n`;
  test.each([
    ['fields', form, 'a&'.repeat(520_000), 413, /at most 300/], ['300 fields', form, Array.from({ length: 300 }, () => 'a=1').join('&'), 200, /page/],
    ['parts', { 'content-type': 'multipart/form-data; boundary=xyz' }, multipart('xyz', 301), 413, /at most 300/],
    ['parts with a quoted boundary', { 'content-type': 'multipart/form-data; boundary="x z"' }, multipart('x z', 301), 413, /at most 300/],
    ['299 parts', { 'content-type': 'Multipart/Form-Data; boundary=xyz' }, multipart('xyz', 299), 200, /page/],
    ['a boundary in disguise', { 'content-type': 'multipart/form-data; boundary="x\\yz"' }, multipart('xyz', 2), 400, /arrived broken/],
    ['two boundaries', { 'content-type': 'multipart/form-data; boundary=xyz; boundary=abc' }, multipart('xyz', 2), 400, /arrived broken/],
    ['no boundary', { 'content-type': 'multipart/form-data' }, 'rubbish', 400, /arrived broken/],
    ['JSON', { 'content-type': 'application/json' }, '{}', 415, /forms only/], ['no type', {}, 'a=1', 415, /forms only/], ['neither type nor body', {}, '', 415, /forms only/],
    ['an empty form, as of a button alone', { ...form, 'content-length': '0' }, '', 200, /page/], ['a charset', { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }, 'a=1', 200, /page/],
  ])('%s', async (_, headers, body, status, words) => {
    const at = Date.now();
    const answer = await ask('/sign-out', { method: 'POST', headers: { ...cookie, ...headers } as Record<string, string>, body });
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(words);
    expect(front.rendered).toBe(status === 200 ? 1 : 0);
    expect(Date.now() - at).toBeLessThan(1_000);
  });
});

describe('a body', () => {
  const arriving = async (limit: number, patience: number, act: (call: ReturnType<typeof send>) => void, pace: Pace | null = null) => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const read = new Promise<Buffer | 'too large' | null>((done) => server.once('request', (request, response) => void readBody(request, limit, patience, pace).then((body) => {
      response.end();
      done(body);
    })));
    const call = send({ port: typeof address === 'object' ? address?.port : 0, host: '127.0.0.1', method: 'POST', headers: { 'content-length': '10' } }).on('error', () => undefined);
    act(call);
    const body = await read;
    server.close();
    server.closeAllConnections();
    return body;
  };

  test('comes whole, in however many pieces', async () => {
    expect(String(await arriving(10, 5000, (call) => { call.write('01234'); setTimeout(() => call.end('56789'), 30); }))).toBe('0123456789');
  });
  test('that takes too long, or whose sender goes away, is not waited for', async () => {
    const at = Date.now();
    expect(await arriving(10, 100, (call) => call.write('01234'))).toBeNull();
    expect(await arriving(10, 5000, (call) => { call.write('01234'); setTimeout(() => call.destroy(), 30); })).toBeNull();
    expect(Date.now() - at).toBeLessThan(3000);
  });
  test('that falls behind its pace is not waited for; one that keeps it is', async () => {
    const pace = { bytes: 2, milliseconds: 200 };
    const at = Date.now();
    expect(await arriving(10, 20_000, (call) => { call.flushHeaders(); }, pace)).toBeNull();
    expect(await arriving(10, 20_000, (call) => call.write('01234'), pace)).toBeNull();
    expect(Date.now() - at).toBeLessThan(3_000);
    expect(String(await arriving(10, 20_000, (call) => { for (let n = 0; n < 5; n++) setTimeout(() => { if (n < 4) call.write('01'); else call.end('01'); }, 100 * n); }, pace))).toBe('0101010101');
  });
  test('in far more pieces than its bytes explain is not read on: each piece costs as much as a kilobyte', async () => {
    const inPieces = (count: number) => (call: ReturnType<typeof send>) => {
      call.removeHeader('content-length');
      call.setHeader('transfer-encoding', 'chunked');
      for (let n = 0; n < count; n++) call.write('b');
      call.end();
    };
    expect(await arriving(10_000, 5_000, inPieces(200))).toHaveLength(200);
    expect(await arriving(10_000, 5_000, inPieces(5_000))).toBeNull();
  });
  test('that is larger than allowed is read to its end and forgotten', async () => expect(await arriving(5, 5000, (call) => call.end('0123456789'))).toBe('too large'));
});

describe('requests that are not ordinary', () => {
  test('other methods are refused with those that are taken', async () => {
    for (const method of ['PUT', 'DELETE', 'TRACE', 'OPTIONS', 'PATCH']) {
      const { status, headers } = await ask('/a', { method });
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    }
  });
  test('an address without a path is refused', async () => expect((await ask('*')).status).toBe(400));
  test('a whole address asks for its path here', async () => {
    let seen = '';
    front.page = (request, response) => { seen = `${request.headers.host} ${request.url}`; return html('x')(request, response); };
    await ask('http://evil.example/library?a', { headers: { host: 'evil.example/<script>' } });
    expect(seen).toBe('localhost:4321 /library?a');
  });
  test('health is asked of the database', async () => {
    const { status, text, headers } = await ask('/healthz');
    expect([status, text, headers['cache-control']]).toEqual([200, 'ok\n', 'private, no-store']);
  });
});

describe('what Astro is told', () => {
  const told = async (hub: typeof front, headers: Record<string, string>) => {
    let seen: Record<string, unknown> = {};
    hub.page = (request, response) => { seen = { ...request.headers }; return html('x')(request, response); };
    await hub.ask('/a', { headers });
    return seen;
  };
  test('the address of the sender, which nobody outside can claim', async () => {
    expect(await told(front, { 'x-hub-address': '6.6.6.6', 'x-forwarded-for': '6.6.6.6' })).toMatchObject({ 'x-hub-address': '127.0.0.1' });
  });
  test('behind a proxy: the configured host, and the address that the proxy saw', async () => {
    expect(await told(behindProxy, { host: 'evil.example', 'x-forwarded-for': '6.6.6.6, 203.0.113.9' })).toMatchObject({ host: 'hub.example.org', 'x-hub-address': '203.0.113.9' });
  });
});

describe('security headers', () => {
  test('stand on every kind of answer', async () => {
    writeFileSync(join(front.client, 'favicon.svg'), '<svg/>');
    await front.reload();
    for (const [path, init] of [['/a', {}], ['/a', { headers: cookie }], ['/favicon.svg', {}], ['/healthz', {}], ['/pagefind/none.js', {}], ['/a', { method: 'PUT' }], ['*', {}]] as const) {
      const { headers } = await ask(path, init);
      const forSites = path.startsWith('/pagefind/');
      expect(headers['content-security-policy']).toBe("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': forSites ? 'cross-origin' : 'same-origin' });
      for (const name of ['referrer-policy', 'permissions-policy']) expect(headers[name]).toBeTruthy();
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });
  test('with a public https address browsers are told to stay with it', async () => expect((await behindProxy.ask('/a')).headers['strict-transport-security']).toContain('max-age='));
});

describe('files', () => {
  test('fingerprinted ones are kept for ever, others for an hour; types, compression and 304 are right', async () => {
    mkdirSync(join(front.client, '_assets'), { recursive: true });
    writeFileSync(join(front.client, '_assets/Page.abc123.css'), 'a { color: red }\n'.repeat(100));
    writeFileSync(join(front.client, '404.html'), 'not served');
    writeFileSync(join(front.client, 'favicon.svg'), '<svg/>');
    await front.reload();
    const css = await ask('/_assets/Page.abc123.css?x', { headers: { 'accept-encoding': 'br' } });
    expect(css.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(brotliDecompressSync(css.body).length).toBe(1700);
    expect((await ask('/_assets/Page.abc123.css', { headers: { 'if-none-match': String(css.headers.etag) } })).status).toBe(304);
    expect((await ask('/favicon.svg')).headers).toMatchObject({ 'content-type': 'image/svg+xml; charset=utf-8', 'cache-control': 'public, max-age=3600' });
    expect(front.rendered).toBe(0);
    await ask('/404.html');
    expect(front.rendered).toBe(1);
  });
});

describe('the Pagefind bundle', () => {
  const bundle = join(front.folder, 'pagefind');
  const write = (generation: string, hash: string) => {
    mkdirSync(join(bundle, generation, 'fragment'), { recursive: true });
    writeFileSync(join(bundle, generation, 'pagefind.js'), `// ${generation}\n`.repeat(100));
    writeFileSync(join(bundle, generation, 'pagefind-worker.js'), '// worker');
    writeFileSync(join(bundle, generation, 'pagefind-entry.json'), `{"hash":"${hash}"}`);
    writeFileSync(join(bundle, generation, `fragment/en_${hash}.pf_fragment`), hash);
    rmSync(join(bundle, 'next'), { force: true });
    symlinkSync(generation, join(bundle, 'next'));
    renameSync(join(bundle, 'next'), join(bundle, 'current'));
  };

  test('before it is built there is none', async () => expect((await ask('/pagefind/pagefind.js')).status).toBe(404));

  test('is open to partner sites; only its worker may run WebAssembly; chunks are kept for a minute, code and entries asked for again', async () => {
    write('20260101000000000', 'aaaaaaa');
    const js = await ask('/pagefind/pagefind.js');
    expect(js.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'no-cache', 'content-type': 'text/javascript; charset=utf-8' });
    expect(js.headers['content-security-policy']).not.toContain('wasm');
    expect((await ask('/pagefind/pagefind-worker.js')).headers['content-security-policy']).toContain("'wasm-unsafe-eval'");
    expect((await ask('/pagefind/fragment/en_aaaaaaa.pf_fragment')).headers['cache-control']).toBe('public, max-age=60');
    expect((await ask('/pagefind/pagefind.js', { headers: { 'if-none-match': String(js.headers.etag) } })).status).toBe(304);
  });

  test('is swapped at once; chunks of the one before are still there for open pages', async () => {
    write('20260102000000000', 'bbbbbbb');
    expect((await ask('/pagefind/pagefind-entry.json')).text).toContain('bbbbbbb');
    for (const hash of ['aaaaaaa', 'bbbbbbb']) expect((await ask(`/pagefind/fragment/en_${hash}.pf_fragment`)).text).toBe(hash);
    expect((await ask('/pagefind/fragment/en_ccccccc.pf_fragment')).status).toBe(404);
  });

  test('a generation that was deleted is served no more, though it was asked for before', async () => {
    rmSync(join(bundle, '20260101000000000'), { recursive: true });
    const gone = await ask('/pagefind/fragment/en_aaaaaaa.pf_fragment');
    expect([gone.status, gone.headers['access-control-allow-origin'], gone.headers['cross-origin-resource-policy']]).toEqual([404, '*', 'cross-origin']);
    expect((await ask('/pagefind/fragment/en_bbbbbbb.pf_fragment')).text).toBe('bbbbbbb');
  });

  test.each(['/pagefind/../hub.sqlite', '/pagefind/..%2fhub.sqlite', '/pagefind/%2e%2e/hub.sqlite', '/pagefind//etc/passwd', '/pagefind/', '/pagefind/fragment', '/pagefind/.hidden', '/pagefind/a/../../hub.sqlite'])('%s leads nowhere', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});

describe('a failure outside of any page', () => {
  test('is a page with a reference that is in the log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    front.page = () => { throw new Error('the roof is leaking'); };
    for (const init of [{}, { headers: cookie }, { method: 'POST', headers: form, body: 'a' }]) {
      log.mockClear();
      const { status, text, headers } = await ask('/a', init);
      const reference = /reference: (\w+)/.exec(text)?.[1] ?? 'none';
      expect([status, headers['cache-control']]).toEqual([500, 'private, no-store']);
      expect(text).not.toContain('leaking');
      expect(log.mock.calls.flat().join()).toMatch(new RegExp(`${reference} at (GET|POST) /a\\nError: the roof is leaking`));
    }
    log.mockRestore();
  });

  test('the log keeps no one-time token and no control characters of a visitor', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    front.page = () => { throw new Error('no \u001b[31msuch\r\n2026-01-01 failure 00000000 at GET /forged'); };
    await ask('/join/confirm?token=secret');
    const written = log.mock.calls.flat().join();
    log.mockRestore();
    expect(written).toContain('at GET /join/confirm\nError: no \\u{1b}[31msuch\\u{d}\n  2026-01-01');
    expect(written).not.toContain('secret');
  });

  test('a database that fails while it is asked fails that request alone', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    front.breakCounter(true);
    const answers = await Promise.all([ask('/a'), ask('/b', { headers: cookie }), ask('/c', { method: 'POST', headers: form, body: 'a' })]);
    front.breakCounter(false);
    log.mockRestore();
    expect(answers.map((a) => a.status)).toEqual([500, 200, 200]);
    expect((await ask('/a')).status).toBe(200);
  });
});
