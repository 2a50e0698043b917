import { setImmediate as pause } from 'node:timers/promises';
import { and, eq, max } from 'drizzle-orm';
import { db, importRows, imports, themes, transaction } from '#db/client.ts';
import { reportFailure } from '#lib/failures.ts';
import { readRecords } from '../exchange/reading.ts';
import type { ReadRecord } from '../exchange/record.ts';
import { dropText, keptText } from './files.ts';
import { Matcher } from './matching.ts';

/** More records than this one file may not have. */
export const mostRecords = 20_000;

/** Milliseconds that reading takes at a time before it lets everybody else go first. */
const turn = 25;

const running = new Map<number, Promise<void>>();
let stopping = false;

/**
 * Reads a file in the background, in turns, from where it was left; the promise ends when all of it is read, when it failed, or when the
 * hub stops, and never rejects. Called again while it runs, it is the same reading.
 */
export function readOn(importId: number): Promise<void> {
  const reading = running.get(importId) ?? read(importId).catch((error: unknown) => giveUp(importId, error)).finally(() => running.delete(importId));
  running.set(importId, reading);
  return reading;
}

/** Reads on what was not read to its end, such as after a restart of the hub, one file after the other. */
export async function continueImports(): Promise<void> {
  for (const { id } of db.select({ id: imports.id }).from(imports).where(eq(imports.state, 'reading')).orderBy(imports.id).all()) await readOn(id);
}

/** Before the database is closed: lets every reading end its turn. What is left is read at the next start. */
export async function stopImports(): Promise<void> {
  stopping = true;
  await Promise.all(running.values());
  stopping = false;
}

async function read(importId: number): Promise<void> {
  const home = db.$client;
  const file = db.select().from(imports).where(eq(imports.id, importId)).get();
  if (file?.state !== 'reading') return;
  const text = keptText(importId);
  if (text === null) return fail(importId, 'The file is no longer here. Please bring it again.');
  const done = db.select({ n: max(importRows.position) }).from(importRows).where(eq(importRows.importId, importId)).get()?.n ?? 0;
  const vocabulary = db.select({ code: themes.code, label: themes.label }).from(themes).all();
  const matcher = await Matcher.open();
  let portion: Row[] = [];
  let position = 0;
  let until = performance.now() + turn;
  for (const record of readRecords(file.format, text, { themes: vocabulary })) {
    position++;
    if (position > mostRecords) return fail(importId, `The file has more than ${mostRecords.toLocaleString('en-CA')} records. Please bring it in parts.`);
    if (position > done) portion.push(rowOf(importId, position, record, matcher));
    if (record.record) matcher.learn(record.record, position);
    if (performance.now() < until) continue;
    if (!put(importId, portion, record.readTo)) return;
    portion = [];
    await pause();
    if (stopping || !home.open) return;
    until = performance.now() + turn;
  }
  if (!put(importId, portion, file.size)) return;
  if (position === 1 && portion[0]?.finding === 'unreadable') return fail(importId, portion[0].problem ?? 'There are no records in it.');
  db.update(imports).set({ state: 'ready' }).where(and(eq(imports.id, importId), eq(imports.state, 'reading'))).run();
  dropText(importId);
}

type Row = typeof importRows.$inferInsert;

/** The library takes no longer titles; one that is longer is an abstract, or an entry that was never closed. */
const longestTitle = 500;
/** A record of more characters, such as one with thousands of authors, would weigh on every page that shows it. */
const heaviest = 60_000;

function rowOf(importId: number, position: number, { line, label, problem, record: read }: ReadRecord, matcher: Matcher): Row {
  const wrong = read === null ? null : [...read.csl.title.trim()].length > longestTitle ? `Its title has more than ${longestTitle} characters.`
    : JSON.stringify(read).length > heaviest ? `It has more than ${heaviest.toLocaleString('en-CA')} characters in all.` : null;
  const record = wrong ? null : read;
  const found = record ? matcher.match(record) : { finding: 'unreadable' as const, take: false };
  return { importId, position, line, label, problem: wrong ?? problem, record: record ? { ...record } : null, ...found };
}

/** Keeps what was read; false when nobody waits for it any more. */
function put(importId: number, rows: Row[], readTo: number): boolean {
  return transaction(() => {
    if (!db.update(imports).set({ readTo }).where(and(eq(imports.id, importId), eq(imports.state, 'reading'))).run().changes) return false;
    for (let at = 0; at < rows.length; at += 100) db.insert(importRows).values(rows.slice(at, at + 100)).onConflictDoNothing().run();
    return true;
  });
}

function fail(importId: number, failure: string): void {
  transaction(() => {
    db.delete(importRows).where(eq(importRows.importId, importId)).run();
    db.update(imports).set({ state: 'failed', failure }).where(and(eq(imports.id, importId), eq(imports.state, 'reading'))).run();
  });
  dropText(importId);
}

function giveUp(importId: number, error: unknown): void {
  const reference = reportFailure(error, `import ${importId}`);
  try {
    fail(importId, `It could not be read: something broke on our side. If you tell us about it, give this reference: ${reference}.`);
  } catch (second) {
    // Without a database there is nothing to say it in; the next start reads on.
    reportFailure(second, `import ${importId}`);
  }
}
