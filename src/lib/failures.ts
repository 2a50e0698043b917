import { randomBytes } from 'node:crypto';

/** Writes an unexpected error to the log under a reference number and returns the number, for the page. What a visitor sent may be in it: it can neither begin a line nor steer a terminal. */
export function reportFailure(error: unknown, where: string): string {
  const reference = randomBytes(4).toString('hex');
  const lines = (error instanceof Error ? error.stack ?? String(error) : String(error)).split('\n').map(plain);
  console.error(`${new Date().toISOString()} failure ${reference} at ${plain(where)}\n${lines.join('\n  ')}`);
  return reference;
}

function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`);
}
