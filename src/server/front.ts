import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFormSieve } from '#lib/form-sieve.ts';
import { incomingFolder, setFilesAside } from '#lib/incoming-files.ts';
import type { ChangeCounter } from './change-counter.ts';
import { forEverybody, forOneReader, securityHeaders, type RawHeaders } from './headers.ts';
import type { Hub } from './built.ts';
import { bodyLimits, boundaryOf, refusalOfForm } from './form.ts';
import { keepAnswer, sendKept, type KeptAnswer } from './kept-answer.ts';
import { createPageCache, type KeptPage } from './page-cache.ts';
import { render, renderInto, type PageHandler, type Rendered } from './render.ts';
import { addressOf, hostOf, pathOf, readBody } from './request.ts';
import { sendFile } from './send-file.ts';
import { pageHeaders, sendFailure, sendPage, sendWhileMade, sendWords, typeOfPage } from './send.ts';
import { createUploads, isSetAside, type Allowance } from './uploads.ts';

/** What the front server stands on. */
export interface Ground {
  page: PageHandler;
  changes: ChangeCounter;
  hub: Pick<Hub, 'countRead' | 'uploader' | 'isMember' | 'fileAt'>;
  /** What the build made, by address. */
  files: ReadonlyMap<string, KeptAnswer>;
  /** A file of the Pagefind bundle by its path below /pagefind/. */
  bundle: (path: string) => Promise<KeptAnswer | null>;
  settings: { url: string; urlGiven: boolean; trustedProxies: number; uploadBytes: number; dataDir: string };
  /** Bytes of memory for kept pages. */
  cacheSize?: number;
}

/** The cookie whose bearer sees pages of their own. Named as in domain/people/sessions.ts; a test compares the two. */
export const sessionCookie = 'hub_session';

interface Asked { path: string; pathname: string; host: string; anonymous: boolean }

/** Makes the function that answers every request: files, the Pagefind bundle, kept pages, and Astro for the rest. */
export function createFront(ground: Ground): (request: IncomingMessage, response: ServerResponse) => void {
  const { page: handler, changes, hub, files, bundle, settings } = ground;
  const { countRead } = hub;
  const cache = createPageCache(changes.read, ground.cacheSize ?? 16 * 1024 * 1024);
  const ownHost = new URL(settings.url).host;
  const https = settings.url.startsWith('https:');
  const security = securityHeaders({ https });
  const noSuchPiece = securityHeaders({ https, forOtherSites: true });
  const allow = createUploads({ uploader: hub.uploader, isMember: hub.isMember, uploadBytes: settings.uploadBytes });

  return (request, response) => {
    const failed = (error: unknown) => sendFailure(request, response, security, error);
    // Whatever is thrown here would end the process, and with it everybody's requests.
    try {
      answer(request, response)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  };

  /** Answers at once what is in memory; what takes time it returns as a promise. */
  function answer(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    const path = pathOf(request.url);
    if (path === null) return sendWords(response, security, 400, 'This address cannot be read.');
    const query = path.indexOf('?');
    const pathname = query < 0 ? path : path.slice(0, query);
    const host = settings.urlGiven ? ownHost : hostOf(request, ownHost);
    const anonymous = !request.headers.cookie?.includes(sessionCookie);
    const reading = request.method === 'GET' || request.method === 'HEAD';
    const kept = reading && anonymous ? cache.get(host + path) : undefined;
    if (kept) return sendKeptPage(request, response, kept);

    const asked = { path, pathname, host, anonymous };
    if (request.method === 'POST') return answerForm(request, response, asked);
    if (!reading) return sendWords(response, [...security, 'Allow', 'GET, HEAD, POST'], 405, 'The hub takes GET, HEAD and POST.');
    const file = files.get(pathname);
    if (file) return sendKept(request, response, file);
    // Astro's own picture service: the hub does not use it.
    if (pathname.startsWith('/_image')) return sendWords(response, security, 404, 'There is nothing at this address.');
    if (pathname.startsWith('/pagefind/')) return answerFromBundle(request, response, pathname);
    if (pathname.startsWith('/files/')) return answerFile(request, response, asked);
    if (pathname === '/healthz') return changes.works() ? sendWords(response, security, 200, 'ok') : sendWords(response, security, 503, 'The database does not answer.');
    if (!isDecodable(pathname)) return sendWords(response, security, 404, 'There is nothing at this address.');
    return answerPage(request, response, asked);
  }

  async function answerPage(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { path, pathname, host, anonymous } = asked;
    prepare(request, asked);
    let own: Rendered | null = null;
    if (anonymous && !carriesSecret(path) && !isExport(pathname)) {
      const page = await cache.fill(host + path, async () => {
        own = await render(handler, request);
        return keepable(own, pathname);
      });
      if (page) return sendKeptPage(request, response, page);
    }
    // Another's rendering that turned out not to be for everybody is not for us either.
    const rendered = own ?? await renderInto((status, headers) => sendWhileMade(request, response, status, headers, security), handler, request);
    if (!rendered) return;
    if (isCounted(pathname, rendered)) countRead(pathname);
    sendPage(request, response, rendered, security, anonymous ? cacheControlOf(rendered) : forOneReader);
  }

  async function answerForm(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const allowance = await allow(request, asked);
    if ('busy' in allowance) return answerNo(request, response, asked, { status: 503, title: 'One moment, please', message: allowance.busy }, ['Retry-After', '10']);
    try {
      await answerBody(request, response, asked, allowance);
    } finally {
      allowance.end();
    }
  }

  async function answerBody(request: IncomingMessage, response: ServerResponse, asked: Asked, { limit, patience, pace, tooLarge, upload, arrived }: Allowance): Promise<void> {
    const boundary = upload && isSetAside(asked.pathname) ? boundaryOf(request.headers['content-type']) : null;
    const sieve = boundary === null ? null : createFormSieve(boundary, { files: settings.uploadBytes, texts: bodyLimits.member });
    const body = await readBody(request, limit, patience, pace, sieve).finally(arrived);
    if (body === null) return;
    if (body === 'too large' && upload) return answerNo(request, response, asked, { status: 413, title: 'This file is too large', message: tooLarge, ...(boundary !== null && { form: asked.pathname }) }, ['Connection', 'close']);
    if (body === 'too large') return sendWords(response, [...security, 'Connection', 'close'], 413, tooLarge);
    const refusal = refusalOfForm(request.headers['content-type'], body);
    if (refusal) return sendWords(response, security, refusal.status, refusal.words);
    if (boundary === null) return answerPost(request, response, asked, body);
    const form = await setFilesAside(incomingFolder(settings.dataDir), body, boundary);
    await answerPost(request, response, asked, form.body).finally(form.forget);
  }

  async function answerPost(request: IncomingMessage, response: ServerResponse, asked: Asked, body: Buffer): Promise<void> {
    // The adapter takes a body that was read already from here.
    Object.assign(request, { body });
    request.headers['content-length'] = String(body.length);
    prepare(request, asked);
    sendPage(request, response, await render(handler, request), security);
  }

  /** Says no on a page of the hub, to somebody who is at work on one. */
  async function answerNo(request: IncomingMessage, response: ServerResponse, asked: Asked, refusal: { status: number; title: string; message: string; form?: string }, headers: RawHeaders): Promise<void> {
    request.method = 'GET';
    prepare(request, { ...asked, path: '/refusal' });
    sendPage(request, response, await render(handler, request, { refusal }), [...security, ...headers]);
  }

  /** Files never pass through Astro or the page cache: they may be large. Why there is none the page says. */
  async function answerFile(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const file = await hub.fileAt(asked.pathname, request.headers.cookie);
    if (!file) return answerPage(request, response, asked);
    if ('movedTo' in file) return sendWords(response, [...security, 'Location', file.movedTo], 301, `The file is at ${file.movedTo}`);
    return sendFile(request, response, file, security);
  }

  async function answerFromBundle(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    const file = await bundle(pathname.slice('/pagefind/'.length));
    if (file) sendKept(request, response, file);
    // A partner's page has to hear it too: pieces of the bundle before may be gone, and then it opens the one there is.
    else sendWords(response, noSuchPiece, 404, 'The search bundle has no such file.');
  }

  function sendKeptPage(request: IncomingMessage, response: ServerResponse, page: KeptPage): void {
    if (page.countsAs !== null) countRead(page.countsAs);
    sendKept(request, response, page.answer);
  }

  /** Hands over only what we vouch for: the host, and the address of the sender under a name that nobody outside can use. */
  function prepare(request: IncomingMessage, { path, host }: Asked): void {
    request.url = path;
    request.headers.host = host;
    request.headers['x-hub-address'] = addressOf(request, settings.trustedProxies);
    // Astro makes no body for HEAD, and without it there is neither length nor ETag. Node itself leaves the body out.
    if (request.method === 'HEAD') request.method = 'GET';
  }

  function keepable(rendered: Rendered, pathname: string): KeptPage | null {
    const { status, headers, body } = rendered;
    const control = cacheControlOf(rendered, forEverybody);
    if ((status !== 200 && status !== 301) || headers.has('set-cookie') || /no-store|no-cache|private/i.test(control)) return null;
    const raw = [...pageHeaders(rendered), 'Cache-Control', control, 'Vary', 'Cookie, Accept-Encoding', ...security];
    return { answer: keepAnswer(status, typeOfPage(headers), raw, body, 'page'), countsAs: isCounted(pathname, rendered) ? pathname : null, keptAt: Date.now() };
  }
}

/** Whether an address can be read at all: `/%ff` cannot, and what is behind it would call that a fault of the hub. */
function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}

/** Links from letters hold one-time tokens in their query: such a page is for whoever has the link. */
function carriesSecret(path: string): boolean {
  return /[?&]token=/.test(path);
}

/** Files of many records are sent while they are made: nobody is to wait for another's, and they are too large to be kept. */
function isExport(pathname: string): boolean {
  return /\.(?:bib|ris|csl\.json|csv)$/.test(pathname);
}

function cacheControlOf({ headers }: Rendered, otherwise = forOneReader): string {
  return String(headers.get('cache-control') ?? otherwise);
}

/** Resources and threads that somebody read as a page. */
function isCounted(pathname: string, { status, headers }: Rendered): boolean {
  return status === 200 && /^\/(?:library|forums\/[^/]+)\/[^/]+$/.test(pathname) && String(headers.get('content-type')).startsWith('text/html');
}
