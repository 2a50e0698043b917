import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { FormSieve } from '#lib/form-sieve.ts';
import { HeldBytes } from '#lib/held-bytes.ts';

/** The part of the address after the host, or null when there is none (`OPTIONS *`, nonsense). Proxies may send the whole address. */
export function pathOf(url: string | undefined): string | null {
  if (url?.startsWith('/')) return url;
  const whole = URL.parse(url ?? '');
  return whole && /^https?:$/.test(whole.protocol) ? whole.pathname + whole.search : null;
}

let wellFormed = '';

/** The Host of a request when it is well formed, else the fallback. Almost always it is the one of the request before. */
export function hostOf(request: IncomingMessage, fallback: string): string {
  const host = request.headers.host;
  if (host === wellFormed && host) return host;
  if (!host || host.length >= 256 || !/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host)) return fallback;
  return (wellFormed = host);
}

/** The address a request comes from, as rate limits count it: of an IPv6 address the first half, because whoever has one has all of its second halves. Each of our proxies adds the address it saw to the right end of X-Forwarded-For; what stands further left anybody can write. */
export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = plain(request.socket.remoteAddress ?? '');
  if (trustedProxies === 0) return networkOf(direct);
  const chain = String(request.headers['x-forwarded-for'] ?? '').split(',').map((entry) => plain(entry.trim()));
  const claimed = chain.at(-trustedProxies) ?? chain[0] ?? '';
  return networkOf(isIP(claimed) ? claimed : direct);
}

/** An IPv4 address that came over an IPv6 socket is written ::ffff:192.0.2.1. */
function plain(address: string): string {
  return /^::ffff:/i.test(address) && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** The /64 of an IPv6 address, written in one way only (2001:db8:0:1::/64); any other address as it is. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  // A URL writes the address in hexadecimal, without leading zeros and without a dotted end.
  const written = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [left = '', right] = written.split('::').map((side) => side.split(':').filter(Boolean));
  const missing = right ? 8 - left.length - right.length : 0;
  const parts = [...left, ...Array<string>(missing).fill('0'), ...(right ?? [])];
  // An IPv4 address in another dress is that address.
  if (parts.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return parts.slice(6).map((part) => Number.parseInt(part, 16)).flatMap((n) => [n >> 8, n & 255]).join('.');
  return `${parts.slice(0, 4).join(':')}::/64`;
}

/** How slowly a body may come: at least so many bytes in each span of so many milliseconds. */
export interface Pace { bytes: number; milliseconds: number }

/** A piece costs as much as a kilobyte, however small it is: beyond a few, they have to bring so many bytes each on average. */
const crumbs = { few: 256, least: 256 };

/** Reads the body: its bytes, `too large`, or null when the client went away, took more than `patience` milliseconds, fell behind `pace` or cut it into crumbs. A body somewhat too large is read to its end and dropped, so that the client hears the answer; a sieve keeps of it what can be held. */
export function readBody(request: IncomingMessage, limit: number, patience = 60_000, pace: Pace | null = null, sieve: FormSieve | null = null): Promise<Buffer | 'too large' | null> {
  const most = Math.max(16 * 1024 * 1024, limit * (sieve ? 16 : 4));
  if (Number(request.headers['content-length'] ?? 0) > most) return Promise.resolve('too large');
  if (request.destroyed) return Promise.resolve(null);
  return new Promise((done) => {
    // Who says how much is coming gets one piece of memory for it, not two.
    const told = Number(request.headers['content-length'] ?? Infinity);
    const whole = new HeldBytes(told <= limit ? told : undefined);
    const sifted = told <= limit ? null : sieve;
    let size = 0;
    let pieces = 0;
    let before = 0;
    const clock = setTimeout(() => request.destroy(), patience);
    const watch = pace && setInterval(() => {
      if (size - before < pace.bytes) request.destroy();
      before = size;
    }, pace.milliseconds);
    const finish = (answer: Buffer | 'too large' | null) => {
      clearTimeout(clock);
      if (watch) clearInterval(watch);
      done(answer);
    };
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (++pieces > crumbs.few + size / crumbs.least) return void request.destroy();
      if (sifted) sifted.take(part);
      else if (size <= limit) whole.add(part);
      else whole.cut(0);
      if (size > most) {
        request.pause();
        finish('too large');
      }
    });
    request.on('end', () => finish(sifted ? sifted.form() ?? 'too large' : size > limit ? 'too large' : whole.bytes()));
    request.on('close', () => finish(null));
    request.on('error', () => finish(null));
  });
}
