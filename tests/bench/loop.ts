import { openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Put before the hub in the benchmark (`--import`): how long its event loop was held, and how much of that was its own work. The rest is waiting, for the core or the disk.
 * On SIGUSR2 the figures since the last time are written into the data folder.
 */
export interface Held { /** Milliseconds between two turns. */ longest: number; /** Milliseconds of processor time in one turn. */ work: number }
const fileIn = (folder: string) => join(folder, 'loop.json');

/** Watches this process. Linux counts what its main thread worked. */
function watch(folder: string): void {
  const counted = openSync('/proc/self/schedstat', 'r');
  const bytes = Buffer.alloc(64);
  const worked = () => Number(bytes.toString('latin1', 0, readSync(counted, bytes, 0, 64, 0)).split(' ')[0]) / 1e6;
  let [at, work] = [performance.now(), worked()];
  let held: Held = { longest: 0, work: 0 };
  setInterval(() => {
    const [now, done] = [performance.now(), worked()];
    held = { longest: Math.max(held.longest, now - at), work: Math.max(held.work, done - work) };
    [at, work] = [now, done];
  }, 2).unref();
  process.on('SIGUSR2', () => {
    writeFileSync(fileIn(folder), JSON.stringify(held));
    held = { longest: 0, work: 0 };
  });
}

/** What the event loop of a watched hub was held since the last time that this was asked. */
export async function heldSince(pid: number, folder: string): Promise<Held> {
  rmSync(fileIn(folder), { force: true });
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    await wait(20);
    try {
      return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Held;
    } catch {
      // Not written yet.
    }
  }
}

if (process.env['BENCH_LOOP']) watch(process.env['BENCH_LOOP']);
