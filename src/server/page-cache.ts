import type { KeptAnswer } from './kept-answer.ts';

/** Pages as every visitor without a session sees them, by host and address, until the change counter moves. */
export interface PageCache {
  get: (key: string) => KeptPage | undefined;
  /** Keeps the page that `render` makes, unless it makes none to keep or something was changed meanwhile. Those who ask for the same page at the same time share one rendering; null: nothing to share. */
  fill: (key: string, render: () => Promise<KeptPage | null>) => Promise<KeptPage | null>;
  /** Bytes that the kept pages count for. */
  size: () => number;
}

export interface KeptPage {
  answer: KeptAnswer;
  countsAs: string | null;
  keptAt: number;
  /** Asked for since it was last looked at for dropping. */
  asked?: boolean;
}

/** Pages hold counts and lists that change without anybody's writing; after this long they are made again. In milliseconds. */
const oldest = 10 * 60_000;

/** @param changes reads the change counter  @param limit bytes of memory for pages */
export function createPageCache(changes: () => number, limit: number): PageCache {
  const pages = new Map<string, KeptPage>();
  const underway = new Map<string, Promise<KeptPage | null>>();
  let bytes = 0;
  let version = changes();

  function current(): number {
    const now = changes();
    if (now !== version) {
      pages.clear();
      bytes = 0;
      version = now;
    }
    return now;
  }

  function drop(key: string): void {
    const page = pages.get(key);
    if (page && pages.delete(key)) bytes -= weight(key, page);
  }

  function keep(key: string, page: KeptPage): void {
    drop(key);
    // One page must not push out many.
    if (weight(key, page) > limit / 2) return;
    pages.set(key, page);
    bytes += weight(key, page);
    // The eldest goes, unless somebody asked for it: then it has a second turn. Marking is cheaper than reordering at every hit.
    for (const [eldest, kept] of pages) {
      if (bytes <= limit) break;
      if (kept.asked) {
        kept.asked = false;
        pages.delete(eldest);
        pages.set(eldest, kept);
      } else drop(eldest);
    }
  }

  return {
    get(key) {
      current();
      const page = pages.get(key);
      if (!page) return undefined;
      if (Date.now() - page.keptAt > oldest) {
        drop(key);
        return undefined;
      }
      page.asked = true;
      return page;
    },
    fill(key, render) {
      // Read before rendering: what is changed meanwhile may be missing from the page.
      const before = current();
      const work = `${before} ${key}`;
      let filling = underway.get(work);
      if (!filling) {
        filling = render().then((page) => {
          if (page && current() === before) keep(key, page);
          return page;
        }).finally(() => underway.delete(work));
        underway.set(work, filling);
      }
      return filling;
    },
    size: () => bytes,
  };
}

/** A page counts one and a half times, for its compressed forms, and two kilobytes for its headers. */
function weight(key: string, { answer }: KeptPage): number {
  return Math.ceil(answer.body.length * 1.5) + 2048 + key.length * 2;
}
