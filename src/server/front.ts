import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChangeCounter } from './change-counter.ts';
import { forEverybody, forOneReader, securityHeaders } from './headers.ts';
import { bodyLimits, refusalOfForm } from './form.ts';
import { keepAnswer, sendKept, type KeptAnswer } from './kept-answer.ts';
import { createPageCache, type KeptPage } from './page-cache.ts';
import { render, type PageHandler, type Rendered } from './render.ts';
import { addressOf, hostOf, pathOf, readBody } from './request.ts';
import { pageHeaders, sendFailure, sendPage, sendWords, typeOfPage } from './send.ts';

/** What the front server stands on. */
export interface Ground {
  page: PageHandler;
  changes: ChangeCounter;
  countRead: (pathname: string) => void;
  files: ReadonlyMap<string, KeptAnswer>;
  /** A file of the Pagefind bundle by its path below /pagefind/. */
  bundle: (path: string) => Promise<KeptAnswer | null>;
  settings: { url: string; urlGiven: boolean; trustedProxies: number };
  /** Bytes of memory for kept pages. */
  cacheSize?: number;
}

/** The cookie whose bearer sees pages of their own. Named as in domain/people/sessions.ts; a test compares the two. */
export const sessionCookie = 'hub_session';

interface Asked { path: string; pathname: string; host: string; anonymous: boolean }

/** Makes the function that answers every request: files, the Pagefind bundle, kept pages, and Astro for the rest. */
export function createFront(ground: Ground): (request: IncomingMessage, response: ServerResponse) => void {
  const { page: handler, changes, countRead, files, bundle, settings } = ground;
  const cache = createPageCache(changes.read, ground.cacheSize ?? 32 * 1024 * 1024);
  const ownHost = new URL(settings.url).host;
  const security = securityHeaders({ https: settings.url.startsWith('https:') });

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
    if (pathname.startsWith('/pagefind/')) return answerFromBundle(request, response, pathname);
    if (pathname === '/healthz') return changes.works() ? sendWords(response, security, 200, 'ok') : sendWords(response, security, 503, 'The database does not answer.');
    return answerPage(request, response, asked);
  }

  async function answerPage(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { path, pathname, host, anonymous } = asked;
    prepare(request, asked);
    let own: Rendered | null = null;
    if (anonymous && !carriesSecret(path)) {
      const page = await cache.fill(host + path, async () => {
        own = await render(handler, request);
        return keepable(own, pathname);
      });
      if (page) return sendKeptPage(request, response, page);
    }
    // Another's rendering that turned out not to be for everybody is not for us either.
    const rendered = own ?? await render(handler, request);
    if (isCounted(pathname, rendered)) countRead(pathname);
    sendPage(request, response, rendered, security, anonymous ? cacheControlOf(rendered) : forOneReader);
  }

  async function answerForm(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const body = await readBody(request, asked.anonymous ? bodyLimits.visitor : bodyLimits.member);
    if (body === null) return;
    if (body === 'too large') return sendWords(response, [...security, 'Connection', 'close'], 413, `This is too large: the hub takes at most ${asked.anonymous ? '64 kilobytes at a time from who is not signed in' : 'one megabyte at a time'}.`);
    const refusal = refusalOfForm(request.headers['content-type'], body);
    if (refusal) return sendWords(response, security, refusal.status, refusal.words);
    // The adapter takes a body that was read already from here.
    Object.assign(request, { body });
    prepare(request, asked);
    sendPage(request, response, await render(handler, request), security);
  }

  async function answerFromBundle(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    const file = await bundle(pathname.slice('/pagefind/'.length));
    if (file) sendKept(request, response, file);
    else sendWords(response, security, 404, 'The search bundle has no such file.');
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

/** Links from letters hold one-time tokens in their query: such a page is for whoever has the link. */
function carriesSecret(path: string): boolean {
  return /[?&]token=/.test(path);
}

function cacheControlOf({ headers }: Rendered, otherwise = forOneReader): string {
  return String(headers.get('cache-control') ?? otherwise);
}

/** Resources and threads that somebody read as a page. */
function isCounted(pathname: string, { status, headers }: Rendered): boolean {
  return status === 200 && /^\/(?:library|forums\/[^/]+)\/[^/]+$/.test(pathname) && String(headers.get('content-type')).startsWith('text/html');
}
