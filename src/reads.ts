import { countReadsOfAddresses } from '#domain/library/reads.ts';

let waiting = new Map<string, number>();

/** Notes one reading of a page by its path. Nothing is kept about who read. */
export function countRead(pathname: string): void {
  waiting.set(pathname, (waiting.get(pathname) ?? 0) + 1);
}

/** Writes what was noted since the last time into the database. */
export function writeReads(): void {
  if (waiting.size === 0) return;
  const batch = waiting;
  waiting = new Map();
  countReadsOfAddresses(batch);
}
