import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { close, createIndex } from 'pagefind';
import { z } from 'zod';
import { chooseShards } from './pagefind-choice.ts';
import { openDirectory } from './pagefind-directory.ts';
import { recordsOf, type BundleRecord } from './pagefind-records.ts';

/**
 * Builds the Pagefind bundle from the search documents, one shard after the other, each in a Pagefind process of its own: memory is what one shard takes.
 * A program: `node pagefind-build.ts <database> <folder> <threads> <keep>`. It writes folder/<generation>/, points the link folder/current at it and keeps
 * the generation before for pages that are still open, unless <keep> is `none`: then it has words that were removed.
 *
 * The first shard lies in the bundle itself, which so is a Pagefind bundle like any other; the others lie in folders named by number. A shard whose
 * records are those of the generation before is linked, not built.
 *
 * It ends with the process that started it, so that no two builds write into one folder when the hub is started again.
 */
process.once('disconnect', () => process.exit(1));
const [file = '', folder = '', limit = '2000', keep = 'last'] = process.argv.slice(2);
/** To be raised when the same records shall give another bundle. */
const format = 1;
/** What every file of Pagefind's begins with, below its compression. */
const signature = 'pagefind_dcd';

const sqlite = new Database(file, { readonly: true });
sqlite.pragma('busy_timeout = 5000');
mkdirSync(folder, { recursive: true });
const link = join(folder, 'current');
const before = readdirSync(folder).includes('current') ? readlinkSync(link) : null;
const known = shardsOf(before);
const generation = new Date().toISOString().replace(/\D/g, '');
const directory = openDirectory();
const shards: { path: string; digest: string }[] = [];

for (const [n, ids] of chooseShards(sqlite, Number(limit)).entries()) {
  const records = recordsOf(sqlite, ids);
  const path = n === 0 ? '' : `${n}/`;
  const digest = createHash('sha256').update(JSON.stringify([format, n === 0, records])).digest('hex');
  const same = known.find((shard) => shard.digest === digest);
  if (before && same) linkShard(join(folder, before, same.path), join(folder, generation, path));
  else await buildShard(records, join(folder, generation, path), n === 0);
  directory.add(n, records);
  shards.push({ path, digest });
}
sqlite.close();
const paths = shards.map(({ path }) => path);
writeFileSync(join(folder, generation, 'shards.json'), JSON.stringify(shards));
writeFileSync(join(folder, generation, 'bundle.json'), JSON.stringify({ generation, shards: paths, ...directory.write(join(folder, generation)) }));
swap();
process.exit(0);

/** The shards of the bundle that is served now, but for any that are gone; none when it is of an older make. */
function shardsOf(name: string | null): { path: string; digest: string }[] {
  const list = join(folder, name ?? '', 'shards.json');
  const shards = name && existsSync(list) ? z.array(z.object({ path: z.string(), digest: z.string() })).parse(JSON.parse(readFileSync(list, 'utf8'))) : [];
  return shards.filter(({ path }) => existsSync(join(folder, name ?? '', path, 'pagefind-entry.json')));
}

async function buildShard(records: readonly BundleRecord[], outputPath: string, first: boolean): Promise<void> {
  const { index, errors } = await createIndex({ forceLanguage: 'en' });
  if (!index) throw new Error(errors.join(' '));
  for (const { url, content, kind, title, type, people, year } of records) {
    const { errors: wrong } = await index.addCustomRecord({ url, language: 'en', content, meta: { title, type, ...(people && { people }), ...(year && { year }) }, filters: { kind: [kind] } });
    if (wrong.length) throw new Error(`${url}: ${wrong.join(' ')}`);
  }
  const { errors: unwritten } = await index.writeFiles({ outputPath });
  if (unwritten.length) throw new Error(unwritten.join(' '));
  await close();
  for (const name of readdirSync(join(outputPath, 'fragment'))) shortenFragment(join(outputPath, 'fragment', name));
  for (const name of readdirSync(outputPath)) if (isSpare(name, first)) rmSync(join(outputPath, name));
  if (!first) useCodeOfFirst(join(outputPath, 'pagefind-entry.json'));
}

/** A fragment is loaded for each result, to be shown by its title: the words of an article in it would be most of what a query loads. */
function shortenFragment(file: string): void {
  const text = gunzipSync(readFileSync(file)).toString();
  const fragment = z.looseObject({ content: z.string() }).parse(JSON.parse(text.slice(signature.length)));
  writeFileSync(file, gzipSync(signature + JSON.stringify({ ...fragment, content: fragment.content.slice(0, 200) })));
}

/** Pagefind's own user interfaces are not used, and its code is needed once. */
function isSpare(name: string, first: boolean): boolean {
  return /-ui\.(?:js|css)$|^pagefind-highlight|^wasm\.unknown/.test(name) || (!first && /^pagefind(?:-worker)?\.js$|^wasm\./.test(name));
}

/** The address of the WebAssembly is made of its name; this one leads from the shard's folder to the bundle's, so that a browser loads it once. */
function useCodeOfFirst(entry: string): void {
  const text = readFileSync(entry, 'utf8');
  writeFileSync(entry, text.replace('"wasm":"en"', '"wasm":"en/../../wasm.en"'));
}

function linkShard(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isFile() && /^(?:pagefind|wasm)/.test(entry.name)) linkFile(join(from, entry.name), join(to, entry.name));
    if (entry.isDirectory() && /^(?:index|fragment|filter)$/.test(entry.name)) for (const name of readdirSync(join(from, entry.name))) linkFile(join(from, entry.name, name), join(to, entry.name, name));
  }
}

function linkFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  linkSync(from, to);
}

/** Renaming a link over another is atomic: no request ever finds the folder missing. */
function swap(): void {
  const fresh = join(folder, `next-${generation}`);
  symlinkSync(generation, fresh);
  renameSync(fresh, link);
  for (const name of readdirSync(folder)) {
    if (/^\d{17}$/.test(name) && name < generation && (name !== before || keep === 'none')) rmSync(join(folder, name), { recursive: true });
    if (name.startsWith('next-')) rmSync(join(folder, name));
  }
}
