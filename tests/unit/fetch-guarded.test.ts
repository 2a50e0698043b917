import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchGuarded, type FetchOptions, type NetworkAddress } from '#lib/fetch-guarded.ts';
import { isPublicAddress } from '#lib/public-addresses.ts';
import { certificate, useOtherServers } from '../support/other-servers.ts';

const other = useOtherServers();
beforeEach(() => {
  other.forget();
  other.answer = (_, response) => response.end('here');
});

const v4 = (address: string): NetworkAddress => ({ address, family: 4 });
const leadingTo = (...addresses: string[]): FetchOptions => ({ ...other.options(), isPublic: isPublicAddress, resolve: async () => addresses.map((a) => ({ address: a, family: a.includes(':') ? 6 : 4 })) });

describe('which addresses are public', () => {
  test.each([
    '127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200', '0.0.0.0', '0.1.2.3',
    '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', '192.0.0.192', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '168.63.129.16',
    '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::808:808', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd00:ec2::254',
    'ff02::1', '2001:db8::1', '2002:7f00:1::1', '2001:0:7f00:1::', '100::1', '3fff::1', '5f00::1', '4000::1', '', 'localhost', '1.2.3', '999.1.1.1',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
  test.each(['8.8.8.8', '1.1.1.1', '100.63.255.255', '172.32.0.1', '2001:4860:4860::8888', '2606:4700::1', '64:ff9b::8.8.8.8'])('%s is', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('what is not asked', () => {
  test.each([
    'http://127.0.0.1/', 'http://127.1/', 'http://2130706433/', 'http://0x7f.0.0.1/', 'http://0177.0.0.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/',
    'http://0.0.0.0/', 'http://169.254.169.254/latest/meta-data/', 'http://100.64.1.1/', 'http://[fd00:ec2::254]/', 'http://10.1.2.3/', 'http://①②⑦.0.0.1/',
  ])('%s, whoever resolves', async (url) => {
    expect(await fetchGuarded(url, { resolve: () => { throw new Error('asked a name server'); } })).toEqual({ outcome: 'refused', why: expect.stringContaining('is not on the public internet') });
  });

  test('localhost and the machine itself, by the real resolver', async () => {
    expect(await fetchGuarded('http://localhost/')).toMatchObject({ outcome: 'refused' });
  });

  test.each([
    ['ftp://good.example/', 'http or https'], ['file:///etc/passwd', 'http or https'], ['javascript:alert(1)', 'http or https'], ['gopher://good.example/', 'http or https'],
    ['http://good.example:22/', 'Port 22'], ['https://good.example:8443/', 'Port 8443'], ['http://me:secret@good.example/', 'password'], ['not an address', 'not a whole address'], ['', 'not a whole address'],
  ])('%s', async (url, why) => {
    expect(await fetchGuarded(url, { resolve: () => { throw new Error('asked a name server'); } })).toEqual({ outcome: 'refused', why: expect.stringContaining(why) });
  });

  test.each([['10.0.0.5'], ['127.0.0.1'], ['::ffff:127.0.0.1'], ['fe80::1'], ['169.254.169.254'], ['8.8.8.8', '10.0.0.5'], ['2606:4700::1', '::1']])('a name that leads to %s %s', async (...addresses) => {
    expect(await fetchGuarded(other.at('inside.example'), leadingTo(...addresses))).toEqual({ outcome: 'refused', why: 'inside.example is not on the public internet.' });
    expect(other.asked).toEqual([]);
  });

  test('a redirect to the inside, however it is written', async () => {
    for (const location of [other.at('inside.example', '/admin'), `http://127.0.0.2:${other.port}/`, `http://127.2:${other.port}/`, `http://[::1]:${other.port}/`, `//169.254.169.254:${other.port}/`, `http://[::ffff:10.0.0.1]:${other.port}/`]) {
      other.forget();
      other.answer = (_, response) => { response.writeHead(302, { location }).end(); };
      // Our own server stands for a public one; all others are judged as they are.
      const judged: FetchOptions = { ...other.options(), isPublic: (a) => a === '127.0.0.1' || isPublicAddress(a), resolve: async (host) => [v4(host === 'good.example' ? '127.0.0.1' : '10.0.0.1')] };
      expect(await fetchGuarded(other.at('good.example'), judged), location).toEqual({ outcome: 'refused', why: expect.stringContaining('is not on the public internet') });
      expect(other.asked.length, location).toBe(1);
    }
  });

  test.each([['http://good.example:25/', 'Port 25'], ['ftp://good.example/', 'http or https'], ['file:///etc/passwd', 'http or https'], ['http://a:b@good.example/', 'password']])('a redirect to %s', async (location, why) => {
    other.answer = (_, response) => { response.writeHead(302, { location }).end(); };
    expect(await other.ask(other.at('good.example'))).toEqual({ outcome: 'refused', why: expect.stringContaining(why) });
    expect(other.asked.length).toBe(1);
  });
});

describe('the address that was checked is the one that is asked', () => {
  test('a name is resolved once for each request, and its second answer does not count', async () => {
    let times = 0;
    const rebinding: FetchOptions = { ...other.options(), resolve: async () => (times++ === 0 ? [v4('127.0.0.1')] : [v4('127.0.0.2')]) };
    expect(await fetchGuarded(other.at('rebinding.example'), rebinding)).toMatchObject({ outcome: 'answer', text: 'here' });
    expect(times).toBe(1);
    expect(other.asked[0]).toMatchObject({ host: 'rebinding.example' });
  });

  test('each redirect resolves again, even to the same name', async () => {
    other.answer = (request, response) => { response.writeHead(request.url === '/' ? 302 : 200, { location: '/next' }).end('there'); };
    expect(await other.ask(other.at('twice.example'))).toMatchObject({ outcome: 'answer', text: 'there' });
    expect(other.resolved).toEqual(['twice.example', 'twice.example']);
  });

  test('all checked addresses are tried', async () => {
    const options: FetchOptions = { ...other.options(), resolve: async () => [{ address: '::1', family: 6 }, v4('127.0.0.1')] };
    expect(await fetchGuarded(other.at('two-ways.example'), options)).toMatchObject({ outcome: 'answer' });
  });
});

describe('answers', () => {
  test('says who asks, and nothing of us besides', async () => {
    const answer = await other.ask(other.at('good.example', '/a?b=c#d'), { headers: { accept: 'text/html' } });
    expect(answer).toMatchObject({ outcome: 'answer', status: 200, text: 'here', cut: false, redirects: [] });
    expect(other.asked).toEqual([expect.objectContaining({ host: 'good.example', method: 'GET', path: '/a?b=c' })]);
    expect(other.asked[0]?.headers).toEqual({ host: `good.example:${other.port}`, 'user-agent': 'Practice-Hub (+http://localhost:4321)', accept: 'text/html', 'accept-encoding': 'gzip, br', 'accept-language': 'en', connection: 'close' });
  });

  test('HEAD, and GET without its body', async () => {
    let written = 0;
    other.answer = (request, response) => {
      response.writeHead(200, { 'x-says': String(request.method) }).flushHeaders();
      if (request.method === 'HEAD') return;
      const more = () => { if (!response.destroyed && written < 50_000_000) { written += 100_000; response.write('x'.repeat(100_000), more); } };
      more();
    };
    expect(await other.ask(other.at('good.example'), { method: 'HEAD' })).toMatchObject({ outcome: 'answer', headers: { 'x-says': 'HEAD' } });
    const got = await other.ask(other.at('good.example'), { maxBytes: 0 });
    expect(got).toMatchObject({ outcome: 'answer', headers: { 'x-says': 'GET' } });
    expect(got).not.toHaveProperty('text');
    expect(written).toBeLessThan(20_000_000);
  });

  test('any status is an answer', async () => {
    other.answer = (_, response) => { response.writeHead(404).end('no'); };
    expect(await other.ask(other.at('good.example'))).toMatchObject({ outcome: 'answer', status: 404, text: 'no' });
  });

  test('redirects are followed and told, relative ones, with UTF-8 and with the fragment that was asked for', async () => {
    const ways: Record<string, [number, string]> = { '/a': [301, '/b'], '/b': [308, '../c?x=1'], '/c?x=1': [302, Buffer.from('/dé').toString('latin1')] };
    other.answer = (request, response) => {
      const [status, location] = ways[request.url ?? ''] ?? [200, ''];
      response.writeHead(status, location ? { location } : {}).end('end');
    };
    expect(await other.ask(other.at('good.example', '/a#part'))).toMatchObject({
      outcome: 'answer', status: 200, url: other.at('good.example', '/d%C3%A9#part'),
      redirects: [{ status: 301, to: other.at('good.example', '/b#part') }, { status: 308, to: other.at('good.example', '/c?x=1#part') }, { status: 302, to: other.at('good.example', '/d%C3%A9#part') }],
    });
  });

  test('a circle ends; with none allowed the redirect is the answer; one that leads nowhere too', async () => {
    other.answer = (_, response) => { response.writeHead(301, { location: '/' }).end(); };
    expect(await other.ask(other.at('good.example'), { maxRedirects: 3 })).toMatchObject({ outcome: 'unreachable', code: 'REDIRECTS', offline: false });
    expect(other.asked.length).toBe(4);
    expect(await other.ask(other.at('good.example'), { maxRedirects: 0 })).toMatchObject({ outcome: 'answer', status: 301, redirects: [] });
    other.answer = (_, response) => { response.writeHead(302, { location: 'http://[bad' }).end(); };
    expect(await other.ask(other.at('good.example'))).toMatchObject({ outcome: 'answer', status: 302 });
  });

  test('over https, for the right name only, and only with a certificate somebody vouches for', async () => {
    expect(await other.ask(other.secureAt('good.example'))).toMatchObject({ outcome: 'unreachable', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', offline: false, why: 'good.example has no valid certificate.' });
    setDefaultCACertificates([certificate]);
    try {
      expect(await other.ask(other.secureAt('good.example'))).toMatchObject({ outcome: 'answer', text: 'here' });
      expect(await other.ask(other.secureAt('evil.example'))).toMatchObject({ outcome: 'unreachable', code: 'ERR_TLS_CERT_ALTNAME_INVALID', offline: false });
    } finally {
      setDefaultCACertificates(getCACertificates('bundled'));
    }
    expect(other.asked.length).toBe(1);
  });
});

describe('limits', () => {
  test('a long text is cut', async () => {
    other.answer = (_, response) => response.end('é'.repeat(1000));
    const answer = await other.ask(other.at('good.example'), { maxBytes: 101 });
    expect(answer).toMatchObject({ outcome: 'answer', cut: true, text: 'é'.repeat(50) });
    expect(await other.ask(other.at('good.example'), { maxBytes: 2000 })).toMatchObject({ cut: false, text: 'é'.repeat(1000) });
  });

  test('compressed text is read, and a bomb is cut while it unpacks', async () => {
    const packed = { gzip: gzipSync('packed'), 'x-gzip': gzipSync('packed'), br: brotliCompressSync('packed'), deflate: deflateSync('packed') };
    for (const [encoding, bytes] of Object.entries(packed)) {
      other.answer = (_, response) => { response.writeHead(200, { 'content-encoding': encoding }).end(bytes); };
      expect(await other.ask(other.at('good.example')), encoding).toMatchObject({ outcome: 'answer', text: 'packed', cut: false });
    }
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    other.answer = (_, response) => { response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb); };
    const before = process.memoryUsage.rss();
    expect(await other.ask(other.at('good.example'), { maxBytes: 10_000 })).toMatchObject({ outcome: 'answer', cut: true, text: '\0'.repeat(10_000) });
    expect(process.memoryUsage.rss() - before).toBeLessThan(60_000_000);
    other.answer = (_, response) => { response.writeHead(200, { 'content-encoding': 'gzip' }).end('this is not gzip'); };
    expect(await other.ask(other.at('good.example'))).toMatchObject({ outcome: 'unreachable', offline: false });
  });

  test('time: a name that is never resolved, a server that never answers, one that drips, one that redirects slowly', async () => {
    const quick = { timeoutMs: 150 };
    expect(await other.ask(other.at('good.example'), { ...quick, resolve: () => new Promise(() => {}) })).toMatchObject({ outcome: 'unreachable', code: 'TIMEOUT', offline: true, why: 'good.example did not answer in time.' });
    other.answer = () => {};
    expect(await other.ask(other.at('good.example'), quick)).toMatchObject({ outcome: 'unreachable', code: 'TIMEOUT', offline: false });
    other.answer = (_, response) => { response.write('a'); const drip = setInterval(() => response.write('a'), 20); response.on('close', () => clearInterval(drip)); };
    expect(await other.ask(other.at('good.example'), quick)).toMatchObject({ outcome: 'unreachable', code: 'TIMEOUT', offline: false });
    other.answer = (_, response) => { setTimeout(() => response.writeHead(302, { location: '/' }).end(), 60); };
    expect(await other.ask(other.at('good.example'), { timeoutMs: 150, maxRedirects: 100 })).toMatchObject({ outcome: 'unreachable', code: 'TIMEOUT' });
  });
});

describe('what cannot be reached', () => {
  test('a name that does not exist, a network that is not there, a port where nobody listens', async () => {
    expect(await other.ask(other.at('city.gone'))).toEqual({ outcome: 'unreachable', why: 'There is no web site at city.gone.', code: 'ENOTFOUND', offline: true });
    expect(await other.ask(other.at('city.down'))).toMatchObject({ code: 'ENETUNREACH', offline: true, why: 'city.down could not be reached.' });
    expect(await other.ask(`http://good.example:${other.closedPort()}/`)).toMatchObject({ outcome: 'unreachable', code: 'ECONNREFUSED', offline: true });
    expect(await other.ask(other.at('good.example'), { resolve: async () => [] })).toMatchObject({ code: 'ENOTFOUND' });
  });

  describe('a server that misbehaves was reached', () => {
    let server: Server;
    const raw = async (bytes: string) => {
      server = createServer().on('connection', (socket) => { socket.removeAllListeners('data'); socket.end(bytes); });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const { port } = server.address() as AddressInfo;
      const answer = await fetchGuarded(`http://good.example:${port}/`, { ...other.options(), ports: [port] });
      server.close();
      return answer;
    };
    afterAll(() => server.close());
    test.each([
      ['nothing', ''], ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'], ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`], ['less than it promised', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'],
    ])('%s', async (_, bytes) => expect(await raw(bytes)).toMatchObject({ outcome: 'unreachable', offline: false }));
  });
});

describe('characters', () => {
  const text = async (bytes: Buffer, contentType?: string) => {
    other.answer = (_, response) => { response.writeHead(200, contentType ? { 'content-type': contentType } : {}).end(bytes); };
    const answer = await other.ask(other.at('good.example'));
    return answer.outcome === 'answer' ? answer.text : answer;
  };
  const latin = (s: string) => Buffer.from(s, 'latin1');
  test.each([
    ['UTF-8 by default', Buffer.from('Montréal'), undefined, 'Montréal'],
    ['as the header says', latin('Montr\xe9al'), 'text/html; charset=ISO-8859-1', 'Montréal'],
    ['as the page says', latin('<html><meta http-equiv="Content-Type" content="text/html; charset=windows-1252">\x93Montr\xe9al\x94'), 'text/html', '<html><meta http-equiv="Content-Type" content="text/html; charset=windows-1252">“Montréal”'],
    ['the header before the page', Buffer.from('<meta charset=latin1>é'), 'text/html; charset="utf-8"', '<meta charset=latin1>é'],
    ['the mark before all', Buffer.from('\uFEFFé'), 'text/html; charset=latin1', 'é'],
    ['UTF-16 by its mark', Buffer.from('\uFEFFé', 'utf16le'), undefined, 'é'],
    ['what claims to be UTF-8 and is not', latin('Montr\xe9al'), 'text/html; charset=utf-8', 'Montréal'],
    ['a character set nobody knows', Buffer.from('é'), 'text/html; charset=klingon', 'é'],
    ['Shift JIS', Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]), 'text/html; charset=shift_jis', 'テスト'],
    ['a replacement character that is really there', Buffer.from('a\uFFFDé'), undefined, 'a\uFFFDé'],
  ])('%s', async (_, bytes, contentType, expected) => expect(await text(bytes, contentType)).toBe(expected));
});
