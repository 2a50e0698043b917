import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { securityHeaders } from './headers.ts';
import { keepAnswer, type KeptAnswer } from './kept-answer.ts';
import { typeOf } from './static-files.ts';

const mostKept = 400;
const content = /^(?:[\w-]+\/){0,2}[\w-][\w.-]*$/;
/**
 * Named by their content: a page opened before the last rebuild still asks for the old ones. They are kept for a minute all the same, not
 * for ever, for they carry the words of posts that may be removed.
 */
const hashed = /_[0-9a-f]{6,}\.(?:pf_\w+|json)$/;

/**
 * Serves the Pagefind bundle that the link `current` in the folder points at; the link may be swapped at any moment.
 * The bundle is open to the scripts of partner sites.
 */
export function pagefindFiles(folder: string, https: boolean): (path: string) => Promise<KeptAnswer | null> {
  const kept = new Map<string, KeptAnswer>();

  async function read(generation: string, path: string): Promise<KeptAnswer | null> {
    const key = `${generation}/${path}`;
    const known = kept.get(key);
    if (known) return known;
    const body = await readFile(join(folder, generation, path)).catch(() => null);
    if (!body) return null;
    const type = typeOf(path);
    const headers = [
      'Content-Type', type, 'Cache-Control', hashed.test(path) ? 'public, max-age=60' : 'no-cache', 'Vary', 'Accept-Encoding',
      ...securityHeaders({ https, forOtherSites: true, worker: path === 'pagefind-worker.js', data: !path.endsWith('.js') }),
    ];
    const answer = keepAnswer(200, type, headers, body, path.endsWith('.js') ? 'file' : 'page');
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, answer);
    return answer;
  }

  return async (path) => {
    if (!content.test(path) || path === 'shards.json') return null;
    const current = await readlink(join(folder, 'current')).catch(() => null);
    if (!current) return null;
    const answer = await read(current, path);
    if (answer) return answer;
    if (!hashed.test(path)) {
      // Swapped, and the one before taken away, since the link was read.
      const now = await readlink(join(folder, 'current'));
      return now === current ? null : read(now, path);
    }
    const generations = await readdir(folder);
    for (const generation of generations.filter((name) => /^\d+$/.test(name) && name !== current).sort().reverse()) {
      const older = await read(generation, path);
      if (older) return older;
    }
    return null;
  };
}
