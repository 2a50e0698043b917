import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { environment, flags } from '../../src/server/runtime-flags.mjs';
import { freePort } from '../support/hub.ts';
import { benchFolder, longThread, sizes, tokenOf } from './generate.ts';
import { measurePagefind } from './pagefind.ts';
import { measureSignIns } from './sign-in.ts';

/**
 * The benchmark: production-size data, the built hub on one core, the load on another, and beside every case a bare node:http server that answers "hello" in the same run.
 * Read the ratios. "rps" is what the load generator got; "CPU" is the server's processor time per request, which does not depend on how fast the generator is.
 */
const root = resolve(import.meta.dirname, '../..');
const seconds = Number(process.env['BENCH_SECONDS'] ?? 5);
/** Only cases whose names have this. */
const only = process.env['BENCH_CASES'] ?? '';
const connections = 16;
const pin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
const onCore = (core: number, command: string[]): [string, string[]] => (pin ? ['taskset', ['-c', String(core), ...command]] : [command[0] ?? '', command.slice(1)]);

export interface Load { url: string; paths: string[]; cookies?: string[]; encoding?: string; /** With `twice` each form is sent two times at once, as an impatient finger does. */ post?: { origin: string; twice?: boolean }; connections: number; seconds: number }
export interface Measured { requests: number; errors: number; /** Texts that the hub said it had taken. */ texts: number; rps: number; p50: number; p95: number; p99: number; seconds: number }

function startServer(command: string[], env: Record<string, string>): ChildProcess {
  const [file, args] = onCore(0, command);
  return spawn(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
}

async function answers(url: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await fetch(url).then((r) => r.ok, () => false)) return;
    await wait(100);
  }
  throw new Error(`${url} does not answer.`);
}

/** Processor seconds (user and system) a process has used. Linux counts in hundredths. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const memoryOf = (pid: number, field: 'VmRSS' | 'VmHWM'): number =>
  Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

function load(config: Load): Promise<Measured> {
  const [file, args] = onCore(1, [process.execPath, 'tests/bench/load.ts']);
  const child = spawn(file, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(config));
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  return new Promise((done, failed) => child.once('exit', (code) => (code === 0 ? done(JSON.parse(out) as Measured) : failed(new Error(`load ended with ${code}`)))));
}

const folder = benchFolder();
const [helloPort, port] = [await freePort(), await freePort()];
const hello = startServer([process.execPath, 'tests/bench/hello.ts'], { PORT: String(helloPort) });
const hub = startServer([process.execPath, ...flags, '--import', './tests/bench/loop.ts', 'src/server/serve.ts'], { ...environment, BENCH_LOOP: folder, HUB_DATA_DIR: folder, HUB_PORT: String(port), HUB_URL: `http://localhost:${port}` });
process.once('exit', () => { hello.kill(); hub.kill(); });
const base = `http://localhost:${port}`;
await Promise.all([answers(`http://localhost:${helloPort}/`), answers(`${base}/healthz`)]);

// The search bundle is built at the first start and would share the server's core: it is let finish.
const hubData = new Database(join(folder, 'hub.sqlite'), { readonly: true });
const lastPost = hubData.prepare<[], number>('select max(id) from posts').pluck();
let postsBefore = 0;
const facts = hubData.prepare(`select (select value from facts where name = 'pagefind') is (select value from facts where name = 'documents')`).pluck();
while (facts.get() !== 1) await wait(500);

const cookies = Array.from({ length: sizes.sessions }, (_, n) => `hub_session=${tokenOf(n)}`);
const landed = await fetch(`${base}/forums/x/1-x`);
const thread = new URL(landed.url).pathname;
const long = new URL((await fetch(`${base}/forums/x/${longThread}-x`)).url).pathname;
const cold = (path: string) => Array.from({ length: 20_000 }, (_, n) => `${path}${path.includes('?') ? '&' : '?'}cold=${n}`);
const queries = ['missed collection', 'pothole repair time', 'service level', '"work order"', 'interpreter language access', 'w7a2', 'snow storm call', 'abandon rate', 'agent training knowledge', 'mayor council budget', 'Member w1', 'forecast shrinkage occupancy'];
const coldSearch = Array.from({ length: 5_000 }, (_, n) => `/search?q=${encodeURIComponent(`${queries[n % queries.length]}${n % 3 === 0 ? ` w${(n * 7 % 20_000).toString(36)}` : ''}`)}&cold=${n}`);

const cases: { name: string; load: Omit<Load, 'url' | 'seconds' | 'connections'> & { connections?: number }; target?: (row: Row) => string }[] = [
  { name: 'home, signed out, warm', load: { paths: ['/'] } },
  { name: 'home, signed out, cold', load: { paths: cold('/') } },
  { name: 'home, signed in', load: { paths: ['/'], cookies } },
  { name: 'threads of all forums, cold', load: { paths: cold('/forums') } },
  { name: 'threads of a forum, one at a time', load: { paths: cold('/forums/operations'), connections: 1 }, target: (r) => verdict(r.p95 <= 100, 'p95 ≤ 100 ms') },
  { name: '1,000-post thread, first page, one at a time', load: { paths: cold(long), connections: 1 }, target: (r) => verdict(r.p95 <= 100, 'p95 ≤ 100 ms') },
  { name: '1,000-post thread, last page, one at a time', load: { paths: cold(`${long}?page=50`), connections: 1 }, target: (r) => verdict(r.p95 <= 100, 'p95 ≤ 100 ms') },
  { name: 'library list, cold', load: { paths: cold('/library') } },
  { name: 'library list, two facets, cold', load: { paths: cold('/library?type=report&theme=equity') } },
  { name: 'library list, one at a time', load: { paths: cold('/library'), connections: 1 }, target: (r) => verdict(r.p95 <= 100, 'p95 ≤ 100 ms') },
  { name: 'library list, four facets, one at a time', load: { paths: cold('/library?type=report&theme=equity&language=en&evidence=news&sort=title'), connections: 1 }, target: (r) => verdict(r.p95 <= 100, 'p95 ≤ 100 ms') },
  { name: 'resource, cold', load: { paths: cold('/library/bench-311') } },
  { name: '20-post thread, signed out, warm', load: { paths: [thread] }, target: (r) => verdict(r.ratio >= 0.6, '≥ 0.6 of hello') },
  { name: '20-post thread, warm, as a browser asks', load: { paths: [thread], encoding: 'br, gzip' }, target: (r) => verdict(r.ratio >= 0.6, '≥ 0.6 of hello') },
  { name: '20-post thread, signed out, cold', load: { paths: cold(thread) }, target: (r) => verdict(r.ratio >= 0.03, '≥ 0.03 of hello') },
  { name: '20-post thread, signed in', load: { paths: [thread], cookies }, target: (r) => verdict(r.ratio >= 0.03, '≥ 0.03 of hello') },
  { name: 'search, cold, one at a time', load: { paths: coldSearch, connections: 1 }, target: (r) => verdict(r.p95 <= 50, 'p95 ≤ 50 ms') },
  { name: 'search, likely answers while asking, cold', load: { paths: coldSearch.map((path) => path.replace('/search?q=', '/search/likely.json?title=')), connections: 1 }, target: (r) => verdict(r.p95 <= 30, 'p95 ≤ 30 ms') },
  { name: 'posting a reply, one at a time', load: { paths: [`${thread}?_action=posts.create`], cookies, connections: 1, post: { origin: base } }, target: (r) => verdict(r.p95 <= 20, 'p95 ≤ 20 ms') },
  { name: 'posting, 8 members at once', load: { paths: [`${thread}?_action=posts.create`], cookies, connections: 8, post: { origin: base } } },
  { name: 'posting, 8 at once, every form sent twice', load: { paths: [`${thread}?_action=posts.create`], cookies, connections: 8, post: { origin: base, twice: true } }, target: keptOnce },
];

interface Row extends Measured { name: string; ratio: number; cpu: number; cpuRatio: number; rss: number; target: string }
const verdict = (met: boolean, what: string) => `${met ? 'met' : 'MISSED'}: ${what}`;
const rows: Row[] = [];

/** Whether every text that was taken stands in the database, and once. */
function keptOnce(row: Row): string {
  const { all, different } = hubData.prepare('select count(*) as "all", count(distinct markdown) as different from posts where id > ?').get(postsBefore) as { all: number; different: number };
  return `${row.texts} texts, ${row.texts - different} lost, ${all - different} doubled · ${verdict(row.texts === different && all === different, 'none')}`;
}

async function hellos(n: number): Promise<{ measured: Measured; cpu: number }> {
  const before = cpuOf(hello.pid ?? 0);
  const measured = await load({ url: `http://localhost:${helloPort}`, paths: ['/'], connections: n, seconds: Math.max(2, seconds / 2) });
  return { measured, cpu: (cpuOf(hello.pid ?? 0) - before) / measured.requests };
}

for (const { name, load: what, target } of cases.filter((c) => c.name.includes(only))) {
  const n = what.connections ?? connections;
  const config = { url: base, connections: n, ...what };
  await load({ ...config, seconds: 1, paths: what.paths.slice(-200) });
  const bare = await hellos(n);
  postsBefore = lastPost.get() ?? 0;
  const before = cpuOf(hub.pid ?? 0);
  const measured = await load({ ...config, seconds });
  const cpu = (cpuOf(hub.pid ?? 0) - before) / measured.requests;
  const row: Row = { name, ...measured, ratio: measured.rps / bare.measured.rps, cpu: cpu * 1e6, cpuRatio: cpu / bare.cpu, rss: memoryOf(hub.pid ?? 0, 'VmRSS'), target: '' };
  row.target = target?.(row) ?? '';
  rows.push(row);
  process.stderr.write(`${name}: ${Math.round(row.rps)} rps, hello ${Math.round(bare.measured.rps)} rps\n`);
}

const cell = (value: unknown, width: number) => String(value).padStart(width);
console.log(`\n${sizes.members} members, ${sizes.resources} resources, ${sizes.threads} threads, ${sizes.posts} posts · ${connections} connections unless said · ${pin ? 'server on core 0, load on core 1' : 'not pinned'} · Node ${process.version}`);
console.log(`${'case'.padEnd(42)}${['rps', '×hello', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs', '×hello', 'RSS MB', 'errors'].map((h) => cell(h, 9)).join('')}  target`);
for (const r of rows) {
  console.log(`${r.name.padEnd(42)}${[Math.round(r.rps), r.ratio.toFixed(3), r.p50.toFixed(2), r.p95.toFixed(2), r.p99.toFixed(2), Math.round(r.cpu), r.cpuRatio.toFixed(1), r.rss, r.errors].map((v) => cell(v, 9)).join('')}  ${r.target}`);
}
const [firstPage, lastPage] = await Promise.all([long, `${long}?page=50`].map((path) => fetch(base + path, { headers: { 'accept-encoding': 'identity' } }).then((r) => r.arrayBuffer()).then((bytes) => bytes.byteLength / 1024)));
console.log(`a page of the 1,000-post thread, not compressed: first ${Math.round(firstPage ?? 0)} KB, last ${Math.round(lastPage ?? 0)} KB · ${verdict(Math.max(firstPage ?? 0, lastPage ?? 0) <= 100, '≤ 100 KB')}`);
const peak = memoryOf(hub.pid ?? 0, 'VmHWM');
console.log(`peak resident memory ${peak} MB · ${verdict(peak <= 300, '≤ 300 MB')}`);
const failed = rows.filter((row) => row.name.startsWith('posting')).reduce((sum, row) => sum + row.errors, 0);
console.log(`SQLITE_BUSY or other failures while posting: ${failed} · ${verdict(failed === 0, 'none')}`);
// In a process of its own: what a ranking costs inside, without the way through the server.
const [file, args] = onCore(0, [process.execPath, 'tests/bench/search.ts', folder]);
console.log(spawnSync(file, args, { cwd: root, encoding: 'utf8', env: { ...process.env, HUB_DATA_DIR: folder } }).stdout.trim());
for (const line of await measureSignIns({ folder, base, hub: hub.pid ?? 0 })) console.log(line);
for (const line of await measurePagefind({ folder, base, hub: hub.pid ?? 0 })) console.log(line);
process.exit(0);
