import { distance, stemOf } from '#lib/search-words.ts';

/** What bundle.json says; `words` and `titles` tell how the files of the directory begin, in order. */
export interface Bundle { generation: string; shards: string[]; words: Part[]; titles: Part[] }
type Part = [first: string, hash: string];

export interface Found { url: string; title: string; kind: string; type: string; people: string; year: string }
/** A word as the bundle has it: in how many records, and in which shards. */
export interface Word { word: string; records: number; shards: ReadonlySet<number> }

type WordEntry = [word: string, records: number, shards: number[]];
type TitleEntry = [key: string, url: string, title: string, kind: string, type: string, people: string, year: string];

/** Looks up words and titles in the directory of a bundle; `base` is the address of the bundle with a slash at the end. */
export function openDirectory(base: string, bundle: Bundle) {
  const loaded = new Map<string, Promise<unknown>>();

  function load<Entry>(name: string, hash: string): Promise<Entry[]> {
    const known = loaded.get(hash) ?? fetchJson(`${base}directory/${name}_${hash}.json`);
    loaded.set(hash, known);
    // What failed is asked for again with the next query.
    known.catch(() => loaded.delete(hash));
    return known as Promise<Entry[]>;
  }

  /** The entries of the files in which something that begins with `prefix` may be: at most so many files. */
  async function entriesAt<Entry>(name: 'words' | 'titles', prefix: string, most: number): Promise<Entry[]> {
    const parts = bundle[name];
    // What begins like ours may begin in the file before the first that does.
    const from = Math.max(0, parts.findLastIndex(([first]) => first < prefix));
    const files = parts.slice(from).filter(([first], n) => n === 0 || first.slice(0, prefix.length) <= prefix).slice(0, most);
    return (await Promise.all(files.map(([, hash]) => load<Entry>(name, hash)))).flat();
  }

  return {
    /** The forms of a word, and what begins with it, taken together as one; null when there is nothing. */
    async find(word: string): Promise<Word | null> {
      const stem = stemOf(word);
      const entries = await entriesAt<WordEntry>('words', stem.replace(/i$/, ''), 3);
      const forms = entries.filter(([other]) => other.startsWith(word) || stemOf(other) === stem);
      return forms.length > 0 ? together(word, forms) : null;
    },

    /** The word most like one that nobody wrote: one letter off, or two in a long one; null when there is none. */
    async nearest(word: string): Promise<Word | null> {
      const most = word.length < 4 ? 0 : word.length < 6 ? 1 : 2;
      if (most === 0) return null;
      const [a = '', b = '', c = ''] = word;
      const starts = new Set([a + b, a + c, b + a]);
      const entries = (await Promise.all([...starts].map((start) => entriesAt<WordEntry>('words', start, 3)))).flat();
      const near = entries.map((entry) => ({ entry, steps: distance(word, entry[0], most) })).filter(({ steps }) => steps <= most);
      near.sort((x, y) => x.steps - y.steps || y.entry[1] - x.entry[1]);
      const best = near[0]?.entry;
      return best ? together(best[0], entries.filter(([other]) => stemOf(other) === stemOf(best[0]))) : null;
    },

    /** The records whose title begins like this, the title itself first. Takes the key of a title. */
    async titled(key: string, most: number): Promise<Found[]> {
      const entries = await entriesAt<TitleEntry>('titles', key, 2);
      const seen = new Map(entries.filter(([other]) => other.startsWith(key)).map((entry) => [entry[1], entry]));
      return [...seen.values()].slice(0, most).map(([, url, title, kind, type, people, year]) => ({ url, title, kind, type, people, year }));
    },
  };
}

/** Reads JSON from another site or our own without cookies. Throws when there is none. */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response.json();
}

function together(word: string, forms: readonly WordEntry[]): Word {
  const once = new Map(forms.map((form) => [form[0], form]));
  return { word, records: [...once.values()].reduce((sum, [, records]) => sum + records, 0), shards: new Set([...once.values()].flatMap(([, , shards]) => shards)) };
}
