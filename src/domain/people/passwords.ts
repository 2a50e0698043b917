import { hash, verify } from '@node-rs/argon2';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, links, passwords } from '#db/client.ts';

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet, 2024). */
const argon2id = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A new password: 12 to 200 characters of any kind, as typed. */
export const newPasswordField = z.string({ error: 'Please choose a password.' })
  .min(12, 'Please use at least 12 characters. Four or five unrelated words do well.')
  .max(200, 'Please keep it to 200 characters.')
  .refine((p) => new Set(p).size >= 5, 'This repeats too few characters to be safe.');

/** Hashes on a thread of its own; takes about 10 ms. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), argon2id);
}

let nobody: Promise<string> | null = null;

/** Whether this is the member's password. For `null` (no such member) it takes the same time and says no. */
export async function isPasswordOf(memberId: number | null, password: string): Promise<boolean> {
  const row = memberId === null ? undefined : db.select().from(passwords).where(eq(passwords.memberId, memberId)).get();
  nobody ??= hashPassword('nobody has this password');
  const right = await verify(row?.hash ?? await nobody, password.slice(0, 1_000).normalize('NFKC'));
  return right && row !== undefined;
}

/** Sets or replaces the hash; links for a new password that are still about stop working. Call inside a transaction. */
export function putPassword(memberId: number, passwordHash: string): void {
  const changedAt = new Date();
  db.insert(passwords).values({ memberId, hash: passwordHash, changedAt })
    .onConflictDoUpdate({ target: passwords.memberId, set: { hash: passwordHash, changedAt } }).run();
  db.delete(links).where(and(eq(links.memberId, memberId), eq(links.purpose, 'reset'))).run();
}
