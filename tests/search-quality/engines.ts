import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { slugify } from '#lib/slug.ts';
import { sampleThreads } from './corpus.ts';

/** A search engine over a hub that runs. */
export interface Engine {
  /** Addresses as the judged set names them, best first, at most 20; `total` as the engine counts. */
  search: (query: string) => Promise<{ addresses: string[]; total: number }>;
  close: () => Promise<void>;
}

const firstPage = 20;
const answer = z.object({ total: z.number(), results: z.array(z.object({ url: z.string() })) });

/** The hub's own search, asked through /search.json. */
export function openFts5(base: string): Engine {
  const addressOf = addresses(base);
  return {
    search: async (query) => {
      const response = await fetch(`${base}/search.json?q=${encodeURIComponent(query)}`);
      if (!response.ok) throw new Error(`${response.status} for "${query}"`);
      const { total, results } = answer.parse(await response.json());
      return { total, addresses: await Promise.all(results.slice(0, firstPage).map(({ url }) => addressOf(url))) };
    },
    close: async () => {},
  };
}

const runner = z.object({ openPagefind: z.custom<(folderOrUrl: string) => Promise<{ search: (q: string) => Promise<string[]>; close: () => Promise<void> }>>((f) => typeof f === 'function') });

/** The Pagefind bundle of the same hub. Throws with a plain sentence when pagefind-runner.ts is not there. */
export async function openPagefindOf(base: string): Promise<Engine> {
  const path = join(import.meta.dirname, 'pagefind-runner.ts');
  if (!existsSync(path)) throw new Error('tests/search-quality/pagefind-runner.ts is not there yet: Pagefind cannot be measured.');
  const { openPagefind } = runner.parse(await import(pathToFileURL(path).href));
  await untilServed(`${base}/pagefind/pagefind.js`);
  const bundle = await openPagefind(`${base}/pagefind/`);
  const addressOf = addresses(base);
  return {
    search: async (query) => {
      const urls = await bundle.search(query);
      return { total: urls.length, addresses: await Promise.all(urls.slice(0, firstPage).map(addressOf)) };
    },
    close: () => bundle.close(),
  };
}

/** A hub builds its bundle after the start. */
async function untilServed(url: string): Promise<void> {
  for (let second = 0; second < 180; second++) {
    if (await fetch(url).then((r) => r.ok, () => false)) return;
    await new Promise((done) => setTimeout(done, 1000));
  }
  throw new Error(`${url} was not there after three minutes.`);
}

/** What the judged set calls a URL: posts count as the page they stand on, threads go by title because their numbers vary. */
function addresses(base: string): (url: string) => Promise<string> {
  const threads = new Map(sampleThreads().map(({ title }) => [slugify(title), `thread: ${title}`]));
  const posts = new Map<string, Promise<string>>();
  const placeOf = async (post: string) => (await fetch(base + post, { redirect: 'manual' })).headers.get('location') ?? post;
  return async (url) => {
    let path = new URL(url, base).pathname;
    if (path.startsWith('/posts/')) {
      const place = posts.get(path) ?? placeOf(path);
      posts.set(path, place);
      path = new URL(await place, base).pathname;
    }
    const thread = /^\/forums\/[^/]+\/\d+-(.+)$/.exec(path)?.[1];
    return (thread && threads.get(thread)) ?? path;
  };
}
