import { createHash, randomBytes } from 'node:crypto';

/** A secret for a link or cookie: random bytes (16 are 128 bits, as OWASP asks of session tokens at least) as URL-safe characters, four for three. */
export function newToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** What the database keeps of a token: its SHA-256 in hexadecimal. Tokens have 256 random bits, so no salt or stretching is needed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
