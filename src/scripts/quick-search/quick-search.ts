import { emptyWords, titleKey, wordsOf } from '#lib/search-words.ts';
import { fetchJson, openDirectory, type Bundle, type Found, type Word } from './directory.ts';
import { rank, type Candidate } from './ranking.ts';

/*
 * Quick search over the hub's Pagefind bundle: one core for the header's box, the box on partner sites and the measurement of quality.
 * The directory says which shards to ask and what was misspelt, Pagefind finds, ranking puts the titles first.
 */

export type { Found } from './directory.ts';

export interface Answer {
  /** Best first, at most eight. */
  found: Found[];
  /** What was looked for instead of a query with words that nothing has; null when it was searched as typed. */
  corrected: string | null;
}

export interface QuickSearch {
  /** Finds as somebody types. Rejects when the bundle cannot be reached. */
  search(query: string): Promise<Answer>;
  close(): Promise<void>;
}

interface Hit { id: string; score: number; data(): Promise<{ raw_url?: string; url: string; meta: Record<string, string | undefined>; filters: Record<string, string[] | undefined> }> }
interface Instance {
  search(term: string, options: { filters?: Record<string, string[]> }): Promise<{ results: Hit[] }>;
  destroy(): Promise<void>;
}
interface Pagefind { createInstance(options: object): Instance }

/** As many as are shown, and so many more from which they are chosen. */
const shown = 8;
const considered = 10;
/**
 * About how many kilobytes of index a query may load: 8 for what a shard has and 23 for each word in it. The first one also loads 85 of Pagefind
 * itself and up to 40 of directory and results, more in a large bundle, and 200 is to be enough for all.
 */
const allowance = { first: 80, firstOfMany: 60, later: 160 };
const costOf = (words: number) => 8 + 23 * words;
const mostWords = 3;

const ranking = { termSimilarity: 1, pageLength: 0.5, termFrequency: 0.8, metaWeights: { title: 6, people: 4 } };

/** Opens the bundle at an address that ends with a slash; `kinds` narrows it to some kinds of records. Nothing is loaded twice. */
export async function openQuickSearch(address: string, kinds: readonly string[] = []): Promise<QuickSearch> {
  const base = new URL(address, globalThis.location?.href).href;
  const code = await loadCode(base);
  let open = await openGeneration(base, code, kinds);

  /** A tab that stays open outlives bundles: the pieces of one before the last are gone. */
  async function isOutdated(): Promise<boolean> {
    return ((await fetchJson(`${base}bundle.json`)) as Bundle).generation !== open.generation;
  }

  return {
    async search(query) {
      const answer = await open.search(query).catch((error: unknown) => ({ error }));
      if ('found' in answer && answer.found.length > 0) return answer;
      if (!(await isOutdated())) {
        if ('error' in answer) throw answer.error;
        return answer;
      }
      await open.close();
      open = await openGeneration(base, code, kinds);
      return open.search(query);
    },
    close: () => open.close(),
  };
}

let failures = 0;

/** Browsers remember that an address could not be imported, until the page is loaded again: another try has another address. */
async function loadCode(base: string): Promise<Pagefind> {
  try {
    return await import(/* @vite-ignore */ `${base}pagefind.js${failures > 0 ? `?try=${failures}` : ''}`) as Pagefind;
  } catch (error) {
    failures++;
    throw error;
  }
}

async function openGeneration(base: string, { createInstance }: Pagefind, kinds: readonly string[]) {
  const bundle = await fetchJson(`${base}bundle.json`) as Bundle;
  const directory = openDirectory(base, bundle);
  const instances = new Map<number, Instance>();
  const filters = kinds.length > 0 ? { filters: { kind: [...kinds] } } : {};
  let left = bundle.shards.length > 1 ? allowance.firstOfMany : allowance.first;

  const shard = (n: number): Instance => {
    const known = instances.get(n) ?? createInstance({ basePath: base + bundle.shards[n], ranking, metaCacheTag: bundle.generation });
    instances.set(n, known);
    return known;
  };
  shard(0);

  /** Every word as the bundle has it, a misspelt one as the nearest it has; what is like nothing is left out. */
  async function understand(words: readonly string[]): Promise<{ known: Word[]; corrected: boolean }> {
    let corrected = false;
    const known = await Promise.all(words.map(async (word) => {
      const found = await directory.find(word);
      if (found) return found;
      corrected = true;
      return directory.nearest(word);
    }));
    return { known: known.filter((word) => word !== null), corrected };
  }

  /** The shards that have all the words, those of most worth first; as many as the allowance lets. */
  function shardsFor(words: readonly Word[]): number[] {
    const having = bundle.shards.map((_, n) => n).filter((n) => words.every((word) => word.shards.has(n)));
    return having.slice(0, Math.max(1, Math.floor(left / costOf(words.length))));
  }

  async function ask(n: number, words: readonly Word[]): Promise<{ hit: Hit; fit: number }[]> {
    const whole = await hitsOf(n, words);
    if (words.length === 1 || whole.length >= shown) return whole;
    // Too few have them all: those that lack one word come after. What they need is loaded already.
    const parts = await Promise.all(words.map((_, i) => hitsOf(n, words.toSpliced(i, 1))));
    const single = words.length > 2 && whole.length + parts.flat().length < shown ? await hitsOf(n, words.slice(0, 1)) : [];
    return [...whole, ...scaled(parts.flat(), (words.length - 1) / words.length / 1.5), ...scaled(single, 0.2)];
  }

  async function hitsOf(n: number, words: readonly Word[]): Promise<{ hit: Hit; fit: number }[]> {
    const { results } = await shard(n).search(words.map(({ word }) => word).join(' '), filters).catch((error: unknown) => {
      instances.delete(n);
      throw error;
    });
    const most = results[0]?.score ?? 1;
    return results.slice(0, considered).map((hit) => ({ hit, fit: most > 0 ? hit.score / most : 0 }));
  }

  async function search(query: string): Promise<Answer> {
    const typed = wordsOf(query);
    const said = typed.filter((word) => !emptyWords.has(word));
    const words = said.length > 0 ? said : typed;
    if (words.length === 0) return { found: [], corrected: null };
    const [{ known, corrected }, titled] = await Promise.all([understand(words), directory.titled(titleKey(query), shown)]);
    const candidates: Candidate[] = titled.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)).map((found) => ({ found, fit: 0.5 }));
    // The rarest words decide; the others count in the ranking.
    const rarest = known.toSorted((a, b) => a.records - b.records).slice(0, Math.min(mostWords, Math.floor((left - costOf(0)) / (costOf(1) - costOf(0)))));
    for (const set of [rarest, rarest.slice(0, 1)]) {
      if (set.length === 0) break;
      for (const n of shardsFor(set)) {
        const hits = await ask(n, set);
        left -= costOf(set.length);
        candidates.push(...await Promise.all(best(hits).map(async ({ hit, fit }) => ({ found: foundOf(await hit.data()), fit }))));
        if (candidates.length >= shown) break;
      }
      // Words that no shard has together: the rarest alone is better than nothing.
      if (candidates.length > 0) break;
    }
    left = allowance.later;
    return { found: rank(query, known.map(({ word }) => word), candidates).slice(0, shown), corrected: corrected && known.length > 0 ? known.map(({ word }) => word).join(' ') : null };
  }

  return { generation: bundle.generation, search, close: async () => { await Promise.all([...instances.values()].map((instance) => instance.destroy())); } };
}

const scaled = (hits: readonly { hit: Hit; fit: number }[], by: number) => hits.map(({ hit, fit }) => ({ hit, fit: fit * by }));

/** The best of each record, best first. */
function best(hits: readonly { hit: Hit; fit: number }[]): { hit: Hit; fit: number }[] {
  const once = new Map<string, { hit: Hit; fit: number }>();
  for (const one of hits) if (one.fit > (once.get(one.hit.id)?.fit ?? -1)) once.set(one.hit.id, one);
  return [...once.values()].sort((a, b) => b.fit - a.fit).slice(0, considered);
}

function foundOf({ raw_url, url, meta, filters }: Awaited<ReturnType<Hit['data']>>): Found {
  return { url: raw_url ?? url, title: meta['title'] ?? url, kind: filters['kind']?.[0] ?? '', type: meta['type'] ?? '', people: meta['people'] ?? '', year: meta['year'] ?? '' };
}
