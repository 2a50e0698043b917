import { randomBytes } from 'node:crypto';

/** A new id of a resource: sortable by time, 26 characters, in the manner of a ULID. */
export function newId(): string {
  return Date.now().toString(32).padStart(10, '0') + BigInt(`0x${randomBytes(10).toString('hex')}`).toString(32).padStart(16, '0');
}
