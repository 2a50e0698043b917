import { lookup } from 'node:dns/promises';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { decodeText } from './decoding.ts';
import { isPublicAddress } from './public-addresses.ts';
import { settings } from './settings.ts';

export interface NetworkAddress { address: string; family: number }

export interface FetchOptions {
  method?: 'GET' | 'HEAD';
  /** Most bytes of the body that are read, counted after decompression; 0 reads none. What is longer is cut. */
  maxBytes?: number;
  /** For the whole errand: names, redirects and body. */
  timeoutMs?: number;
  /** More than this many is `unreachable`; with 0 the redirect itself is the answer. */
  maxRedirects?: number;
  headers?: Record<string, string>;
  /** For tests: who resolves names, which ports may be asked, and which addresses count as public. */
  resolve?: (host: string) => Promise<NetworkAddress[]>;
  ports?: readonly number[];
  isPublic?: (address: string) => boolean;
}

export interface Redirect { status: number; to: string }

/** What came of asking another server. `why` is a sentence for people. */
export type GuardedAnswer =
  | { outcome: 'answer'; status: number; headers: IncomingHttpHeaders; url: string; redirects: Redirect[]; text?: string; /** Whether the body was longer than was read. */ cut: boolean }
  | { outcome: 'refused'; why: string }
  /** `offline`: nothing was reached at all, so it may be our own network. `code` is the system's, such as ENOTFOUND, or TIMEOUT, REDIRECTS. */
  | { outcome: 'unreachable'; why: string; code: string; offline: boolean };

export type Ask = (url: string, options?: FetchOptions) => Promise<GuardedAnswer>;

/**
 * Asks another server for an address that somebody typed: http and https on their own ports, only on the public internet. Names are resolved
 * here, and the connection goes to exactly the addresses that were checked, so that a name cannot lead elsewhere a moment later; every redirect
 * is checked anew. Never rejects because of what the address or the server is.
 */
export async function fetchGuarded(url: string, options: FetchOptions = {}): Promise<GuardedAnswer> {
  const { maxRedirects = 5, timeoutMs = 15_000 } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const redirects: Redirect[] = [];
  for (let next = URL.parse(url); ;) {
    if (!next) return { outcome: 'refused', why: 'This is not a whole address.' };
    const answer = await visit(next, options, signal);
    if (answer.outcome !== 'answer') return answer;
    const to = maxRedirects > 0 ? redirectOf(answer, next) : null;
    if (!to) return { ...answer, redirects };
    redirects.push({ status: answer.status, to: to.href });
    if (redirects.length > maxRedirects) return { outcome: 'unreachable', why: `${next.hostname} sends visitors on and on.`, code: 'REDIRECTS', offline: false };
    next = to;
  }
}

function redirectOf({ status, headers }: { status: number; headers: IncomingHttpHeaders }, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(status) || !headers.location) return null;
  // Node reads headers as Latin-1; what is in them beyond ASCII is UTF-8 nowadays.
  const to = URL.parse(Buffer.from(headers.location, 'latin1').toString(), from);
  if (to && !to.hash) to.hash = from.hash;
  return to;
}

async function visit(url: URL, options: FetchOptions, signal: AbortSignal): Promise<GuardedAnswer> {
  const forbidden = forbiddenAbout(url, options.ports ?? [80, 443]);
  if (forbidden) return { outcome: 'refused', why: forbidden };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { resolve = resolveName, isPublic = isPublicAddress } = options;
  const reached = { yes: false };
  try {
    const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await orTimeout(resolve(host), signal);
    if (!addresses.length) return unreachable(url, 'ENOTFOUND', false);
    if (!addresses.every(({ address }) => isPublic(address))) return { outcome: 'refused', why: `${host} is not on the public internet.` };
    return await ask(url, options, addresses, signal, reached);
  } catch (error) {
    return unreachable(url, signal.aborted ? 'TIMEOUT' : codeOf(error), reached.yes);
  }
}

function forbiddenAbout(url: URL, ports: readonly number[]): string | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'Only addresses that begin with http or https can be asked.';
  if (url.username || url.password) return 'An address with a name or password in it is not asked.';
  const port = url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : 80;
  return ports.includes(port) ? null : `Port ${port} is not one that web sites use.`;
}

const resolveName = (host: string): Promise<NetworkAddress[]> => lookup(host, { all: true });

function orTimeout<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((done, failed) => {
    if (signal.aborted) failed(signal.reason);
    signal.addEventListener('abort', () => failed(signal.reason), { once: true });
    work.then(done, failed);
  });
}

async function ask(url: URL, options: FetchOptions, addresses: NetworkAddress[], signal: AbortSignal, reached: { yes: boolean }): Promise<GuardedAnswer> {
  const { method = 'GET', maxBytes = 1_000_000 } = options;
  const response = await new Promise<IncomingMessage>((done, failed) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      // A kept connection would have been made for another check.
      method, signal, agent: false, lookup: always(addresses),
      headers: { 'user-agent': userAgent(), accept: '*/*', 'accept-encoding': 'gzip, br', 'accept-language': 'en', ...options.headers },
    });
    request.on('socket', (socket) => socket.once('connect', () => { reached.yes = true; }));
    request.on('response', done).on('error', failed).end();
  });
  const status = response.statusCode ?? 0;
  const plain = { outcome: 'answer' as const, status, headers: response.headers, url: url.href, redirects: [] };
  if (method === 'HEAD' || maxBytes === 0 || (status >= 300 && status < 400)) {
    response.destroy();
    return { ...plain, cut: false };
  }
  const { bytes, cut } = await firstBytes(response, maxBytes);
  return { ...plain, text: decodeText(bytes, response.headers['content-type']), cut };
}

function always(addresses: NetworkAddress[]): LookupFunction {
  return (_host, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, addresses);
    else done(null, first?.address ?? '', first?.family);
  };
}

async function firstBytes(response: IncomingMessage, most: number): Promise<{ bytes: Buffer; cut: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  const body = unpacked(response);
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > most) break;
  }
  response.destroy();
  return { bytes: Buffer.concat(parts).subarray(0, most), cut: size > most };
}

/** The body without its compression; a decompressor stops when its reader does, so a small file cannot become a huge one. */
function unpacked(response: IncomingMessage): Readable {
  const make = { gzip: createGunzip, 'x-gzip': createGunzip, br: createBrotliDecompress, deflate: createInflate }[response.headers['content-encoding']?.trim().toLowerCase() ?? ''];
  return make ? pipeline(response, make(), () => {}) : response;
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR');

function unreachable({ hostname }: URL, code: string, reached: boolean): GuardedAnswer {
  const why = code === 'ENOTFOUND' ? `There is no web site at ${hostname}.`
    : code === 'TIMEOUT' ? `${hostname} did not answer in time.`
      : /CERT|SIGNATURE|SSL|TLS/.test(code) ? `${hostname} has no valid certificate.`
        : reached ? `${hostname} broke the connection off.` : `${hostname} could not be reached.`;
  return { outcome: 'unreachable', why, code, offline: !reached };
}

/** Who is asking, for the people who look after the other server: the hub's name and address. */
function userAgent(): string {
  const { name, url } = settings();
  const token = name.normalize('NFKD').replace(/[^\w .-]/g, '').trim().replace(/\s+/g, '-') || 'Practice-Hub';
  return `${token} (+${url})`;
}
