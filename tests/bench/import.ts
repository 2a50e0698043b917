import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { closeDatabase, db, members, openDatabase, transaction } from '#db/client.ts';
import { fillWorkKeys } from '#domain/library/backfill.ts';
import { publishImport } from '#domain/library/imports/publishing.ts';
import { findImport, importRowsOf } from '#domain/library/imports/preview.ts';
import { readOn } from '#domain/library/imports/reading.ts';
import { startImport } from '#domain/library/imports/starting.ts';
import { takeImport } from '#domain/library/imports/taking.ts';
import { undoImport } from '#domain/library/imports/undoing.ts';
import { asMember } from '#domain/people/members.ts';
import { putPassword } from '#domain/people/passwords.ts';
import { benchFolder } from './generate.ts';

/**
 * 5,000 BibTeX records into a library of 20,000: each step with its time, and how long everybody else had to wait at most meanwhile.
 * One in a hundred is a record of the file once more. Run it alone with `node tests/bench/import.ts`; `npm run bench` runs it too.
 */
const records = Number(process.env['BENCH_RECORDS'] ?? 5000);
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'practice-hub-import-'));
process.env['HUB_DATA_DIR'] = folder;

const field = ['call', 'service', 'request', 'city', 'response', 'equity', 'data', 'channel', 'public', 'street'];
/** Always the same words for the same number, and quite other ones for the next. */
function wordsFrom(seed: number, n: number): string {
  let state = seed + 1;
  const next = () => { state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0; return (state >>> 8) % 20_000; };
  return Array.from({ length: n }, (_, at) => (at % 3 === 0 ? field[next() % 10] : `w${next().toString(36)}`)).join(' ');
}

function record(at: number, series: string): string {
  const n = at % 100 === 99 ? at - 50 : at;
  const seed = n + (series === 'first' ? 0 : 100_000);
  return `@article{${series}${at},\n  author = {Fam{\\'i}ly${n % 900}, Given${n % 50} and Other, An},\n  title = {{${wordsFrom(seed, 8)}}},\n  journal = {Journal of ${wordsFrom(n % 40, 2)}},\n  volume = {${n % 60}},\n  number = {${n % 12}},\n  pages = {${n}--${n + 12}},\n  year = {${1980 + (n % 45)}},\n  month = mar,\n  doi = {10.5555/${series}.${n}},\n  abstract = {${wordsFrom(seed + 1, 100)}},\n  keywords = {equity, technology}\n}\n\n`;
}

interface Step { name: string; ms: number; cpu: number; delay: number }
const steps: Step[] = [];

/** Does a step; meanwhile a clock that wants to tick every two milliseconds notes how long it was kept from it. */
async function timed<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  let last = performance.now();
  let delay = 0;
  const tick = () => { const now = performance.now(); delay = Math.max(delay, now - last - 2); last = now; };
  const clock = setInterval(tick, 2);
  await wait(20);
  [delay, last] = [0, performance.now()];
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  tick();
  clearInterval(clock);
  steps.push({ name, ms, cpu: (user + system) / 1000, delay });
  return result;
}

copyFileSync(join(benchFolder(), 'hub.sqlite'), join(folder, 'hub.sqlite'));
openDatabase(join(folder, 'hub.sqlite'), join(root, 'db/migrations'));
fillWorkKeys();
const coordinator = (handle: string) => asMember(db.insert(members).values({ handle: `bench-${handle}`, name: handle, email: `${handle}@import.example`, role: 'coordinator', emailConfirmedAt: new Date() }).returning().get());
const [nadia, ines] = [coordinator('nadia'), coordinator('ines')];

const [text, other] = ['first', 'second'].map((series) => Array.from({ length: records }, (_, at) => record(at, series)).join(''));
const before = Math.round(process.memoryUsage().rss / 1e6);
const upload = (what = '') => startImport(nadia, { file: new File([what], 'bench.bib'), theme: 'equity', rights: 'undetermined', records: null, format: null });
const confirm = (id: number) => takeImport(nadia, { id, shown: [], take: [], next: null });

const { id } = await timed('upload', () => upload(text));
await timed('reading', () => readOn(id));
await timed('preview, one page', () => { findImport(nadia, id); importRowsOf(nadia, id, { finding: null, page: '50' }); });
await timed('confirming, public at once', () => confirm(id));
const { works, counts } = findImport(nadia, id);
const toConfirmed = steps.reduce((sum, { ms }) => sum + ms, 0) / 1000;
await timed('undoing', () => undoImport(nadia, { id }));
const again = await upload(text);
await readOn(again.id);
await timed('bringing back', () => confirm(again.id));

// From now on there is another coordinator who can sign in: works wait for her.
transaction(() => putPassword(ines.id, 'x'));
const second = await upload(other);
await readOn(second.id);
await timed('confirming, for review', () => confirm(second.id));
const { works: waiting } = findImport(nadia, second.id);
await timed('publishing', () => publishImport(ines, { id: second.id }));

const peak = Math.round(process.resourceUsage().maxRSS / 1000);
console.log(`import of ${records} BibTeX records (${((text ?? '').length / 1e6).toFixed(1)} MB) into a library of 20,000: ${works} works, ${counts.duplicate} duplicates, ${counts.similar} similar, ${counts.unreadable} unreadable; of the second file ${waiting} works`);
for (const { name, ms, cpu, delay } of steps) console.log(`  ${name.padEnd(28)} ${(ms / 1000).toFixed(2).padStart(7)} s, ${(cpu / 1000).toFixed(2).padStart(6)} s of processor time, others waited at most ${Math.round(delay).toString().padStart(5)} ms`);
console.log(`  upload to library ${toConfirmed.toFixed(1)} s · ${toConfirmed <= 60 ? 'met' : 'MISSED'}: ≤ 60 s`);
console.log(`  peak resident memory ${peak} MB, ${before} MB before`);
closeDatabase();
rmSync(folder, { recursive: true, force: true });
