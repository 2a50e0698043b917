import { randomBytes } from 'node:crypto';

/** Writes an unexpected error to the log under a reference number and returns the number, for the page. */
export function reportFailure(error: unknown, where: string): string {
  const reference = randomBytes(4).toString('hex');
  console.error(`${new Date().toISOString()} failure ${reference} at ${where}\n${error instanceof Error ? error.stack : String(error)}`);
  return reference;
}
