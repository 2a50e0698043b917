import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { settings } from './settings.ts';

/** The folder in which the bytes of all files lie. */
export function filesFolder(): string {
  return join(settings().dataDir, 'files');
}

/** Where the file with this SHA-256 (hexadecimal) lies: `<folder>/ab/ab…`. */
export function pathInStore(folder: string, hash: string): string {
  return join(folder, hash.slice(0, 2), hash);
}

/** Puts bytes into the store and returns their SHA-256, hexadecimal. The same bytes lie there once; after a crash a file is whole or not there. */
export async function storeFile(folder: string, bytes: Uint8Array): Promise<string> {
  const hash = await hashOf(bytes);
  const path = pathInStore(folder, hash);
  if (!await keepInStore(folder, hash, bytes.length)) await writeWhole(path, bytes);
  return hash;
}

/** Makes a file of the store young again, when it lies there whole: what nobody refers to yet is thrown away only when it is old. Returns whether it does. */
export async function keepInStore(folder: string, hash: string, size: number): Promise<boolean> {
  const path = pathInStore(folder, hash);
  if (!await isThere(path, size)) return false;
  await utimes(path, new Date(), new Date());
  return true;
}

/** In pieces, so that others have their turn. */
async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += 2 ** 21) {
    hash.update(bytes.subarray(at, at + 2 ** 21));
    await afterOthers();
  }
  return hash.digest('hex');
}

const isThere = (path: string, size: number) => stat(path).then((found) => found.size === size, () => false);

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}-${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(fresh, 'wx', 0o600);
    await file.writeFile(bytes).then(() => file.sync()).finally(() => file.close());
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
  const shelf = await open(dirname(path), 'r');
  await shelf.sync().finally(() => shelf.close());
}

/**
 * Throws away every file that lies in the store since before a moment and is not `wanted` by its hash, and what writing left behind when it was
 * broken off. Returns how many. Does not wait between asking and throwing away, so that nobody can begin to want a file meanwhile.
 */
export function forgetFiles(folder: string, before: Date, wanted: (hash: string) => boolean): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.filter(({ name, parentPath }) => {
    const path = join(parentPath, name);
    if (statSync(path).mtime >= before || wanted(name)) return false;
    unlinkSync(path);
    return true;
  }).length;
}
