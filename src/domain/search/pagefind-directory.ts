import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { titleKey, wordsOf } from '#lib/search-words.ts';
import type { BundleRecord } from './pagefind-records.ts';

/**
 * What Pagefind itself does not know: which shards have a word and in how many records, and all titles in order. A browser asks here first. So a query of
 * rare words goes to the one shard that has them, a title is found by its beginning wherever it is, and a word that nothing has can be mended.
 * Both lists are cut into small files; `bundle.json` says with which entry each begins.
 */
export function openDirectory() {
  const words = new Map<string, { records: number; shards: number[] }>();
  const titles = new Map<string, [key: string, url: string, title: string, kind: string, type: string, people: string, year: string]>();

  return {
    /** Notes what the records of a shard say. */
    add(shard: number, records: readonly BundleRecord[]): void {
      for (const { url, title, kind, type, people, year, content } of records) {
        titles.set(url, [titleKey(title), url, title, kind, type, people, year]);
        for (const word of new Set(wordsOf(content))) {
          if (word.length > 40) continue;
          const entry = words.get(word);
          if (!entry) words.set(word, { records: 1, shards: [shard] });
          else {
            entry.records++;
            if (entry.shards.at(-1) !== shard) entry.shards.push(shard);
          }
        }
      }
    },

    /** Writes the files into the folder of a bundle and returns what `bundle.json` says of them. */
    write(folder: string): { words: Part[]; titles: Part[] } {
      mkdirSync(join(folder, 'directory'), { recursive: true });
      return {
        words: writeParts(folder, 'words', 400, [...words].map(([word, { records, shards }]) => [word, records, shards] as const).sort(byFirst)),
        titles: writeParts(folder, 'titles', 60, [...titles.values()].sort(byFirst)),
      };
    },
  };
}

/** As much of the first entry of a file as tells it from the last one of the file before, and the hash in the file's name. */
export type Part = readonly [first: string, hash: string];

const byFirst = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

function writeParts(folder: string, name: string, size: number, entries: readonly (readonly [string, ...unknown[]])[]): Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < entries.length; from += size) {
    const text = JSON.stringify(entries.slice(from, from + size));
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    writeFileSync(join(folder, 'directory', `${name}_${hash}.json`), text);
    parts.push([beginning(entries[from]?.[0] ?? '', entries[from - 1]?.[0] ?? ''), hash]);
  }
  return parts;
}

function beginning(word: string, before: string): string {
  let same = 0;
  while (same < word.length && word[same] === before[same]) same++;
  return word.slice(0, same + 1);
}
