import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { chromium } from 'playwright-core';
import { findBrowser } from '../../src/server/find-browser.mjs';
import { heldSince, type Held } from './loop.ts';

interface Running { folder: string; base: string; hub: number }

/** What quick search costs at production size, as lines to print: the hub rebuilds the whole bundle while it is asked, then a browser searches. */
export async function measurePagefind(running: Running): Promise<string[]> {
  const quiet = await longestAnswer(running.base, wait(10_000));
  const { seconds, peak, longest, held } = await rebuild(running);
  const { files, bytes, shards } = sizeOf(join(running.folder, 'pagefind/current'));
  const loads = [];
  for (const [first, following] of [['pothole street report', 'overdue backlog'], ['shrinkage forecast', 'snow'], ['vendor', 'mayor council budget manager']] as const) loads.push({ first, following, ...await load(running.base, first, following) });
  const mostFirst = Math.max(...loads.map((l) => l.firstBytes));
  return [
    `Pagefind bundle: rebuilt whole in ${seconds.toFixed(0)} s at low priority · ${shards} shards, ${files} files, ${mb(bytes)} MB · peak memory ${Math.round(peak)} MB (build and Pagefind together) · ${verdict(peak <= 400, '≤ 400 MB')}`,
    `while it is rebuilt: the longest answer to /healthz took ${longest.toFixed(0)} ms (${quiet.toFixed(0)} ms in ten quiet seconds before), asked every 10 ms; the hub's event loop was held ${held.longest.toFixed(0)} ms at most, its own work at a stretch took ${held.work.toFixed(0)} ms at most`,
    ...loads.map((l) => `a browser loads ${kb(l.firstBytes)} KB for a first query (“${l.first}”) and ${kb(l.followingBytes)} KB for a following one (“${l.following}”)`),
    `most bytes for a first query: ${kb(mostFirst)} KB with all headers · ${verdict(mostFirst <= 200 * 1024, '≤ 200 KB')}`,
  ];
}

const verdict = (met: boolean, what: string) => `${met ? 'met' : 'MISSED'}: ${what}`;
const kb = (bytes: number) => Math.round(bytes / 1024);
const mb = (bytes: number) => Math.round(bytes / 1024 / 1024);

/** Words seem to have been removed and no shard to be known: at the next chance the hub builds everything. Documents that only changed would wait ten times as long as the last build took. */
async function rebuild({ folder, base, hub }: Running): Promise<{ seconds: number; peak: number; longest: number; held: Held }> {
  const database = new Database(join(folder, 'hub.sqlite'));
  database.pragma('busy_timeout = 5000');
  const value = database.prepare<[string], number>('select value from facts where name = ?').pluck();
  while (memoryBelow(hub) > 0) await wait(500);
  rmSync(join(folder, 'pagefind/current/shards.json'), { force: true });
  database.prepare("insert into facts (name, value) values ('documents-removed', 1) on conflict (name) do update set value = value + 1").run();

  let started = 0;
  let peak = 0;
  const building = async () => {
    while (value.get('pagefind-removed') !== value.get('documents-removed')) {
      const memory = memoryBelow(hub);
      if (memory > 0 && started === 0) started = Date.now();
      peak = Math.max(peak, memory);
      await wait(50);
    }
  };
  await heldSince(hub, folder);
  const longest = await longestAnswer(base, building());
  const held = await heldSince(hub, folder);
  database.close();
  return { seconds: (Date.now() - started) / 1000, peak, longest, held };
}

/** Resident megabytes of all processes that a process started, and of those that they started. */
function memoryBelow(parent: number): number {
  const statuses = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => {
    try {
      return readFileSync(`/proc/${name}/status`, 'utf8');
    } catch {
      return '';
    }
  });
  const number = (status: string, field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const below = (pid: number): number => statuses.filter((status) => number(status, 'PPid') === pid).reduce((sum, status) => sum + number(status, 'VmRSS') / 1024 + below(number(status, 'Pid')), 0);
  return below(parent);
}

/** Milliseconds of the slowest of many small answers while something goes on. */
export async function longestAnswer(base: string, meanwhile: Promise<unknown>): Promise<number> {
  let going = true;
  const end = meanwhile.finally(() => { going = false; });
  let longest = 0;
  while (going) {
    const before = performance.now();
    await fetch(`${base}/healthz`).then((response) => response.arrayBuffer());
    longest = Math.max(longest, performance.now() - before);
    await wait(10);
  }
  await end;
  return longest;
}

function sizeOf(bundle: string): { files: number; bytes: number; shards: number } {
  const files = readdirSync(bundle, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const { shards } = JSON.parse(readFileSync(join(bundle, 'bundle.json'), 'utf8')) as { shards: string[] };
  return { files: files.length, bytes: files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0), shards: shards.length };
}

/** Bytes that come over the network, headers and all, while somebody searches twice in a fresh browser. */
async function load(base: string, first: string, following: string): Promise<{ firstBytes: number; followingBytes: number }> {
  const found = await findBrowser();
  const browser = await chromium.launch({ executablePath: found.CHROMIUM, env: { ...process.env, ...found }, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  const page = await browser.newPage();
  await page.goto(`${base}/library`, { waitUntil: 'networkidle' });
  const answers: Promise<number>[] = [];
  page.context().on('response', (response) => {
    // The size of a worker's script is not told; what the server says of it is.
    const own = response.url().endsWith('-worker.js') ? response.headerValue('content-length').then(Number) : response.request().sizes().then((s) => s.responseBodySize);
    answers.push(Promise.all([own, response.request().sizes()]).then(([body, { responseHeadersSize }]) => body + responseHeadersSize));
  });
  const bytesFor = async (words: string) => {
    answers.length = 0;
    await page.getByRole('combobox').first().fill(words);
    // It comes with the results; other boxes on the page have options of their own.
    await page.getByRole('option', { name: `All results for “${words}”` }).waitFor({ timeout: 60_000 });
    await page.waitForLoadState('networkidle');
    return (await Promise.all(answers)).reduce((sum, bytes) => sum + bytes, 0);
  };
  const [firstBytes, followingBytes] = [await bytesFor(first), await bytesFor(following)];
  await browser.close();
  return { firstBytes, followingBytes };
}
