import { hash, verify } from '@node-rs/argon2';
import { and, eq } from 'drizzle-orm';
import pLimit from 'p-limit';
import { z } from 'zod';
import { db, links, passwords, signInLinks } from '#db/client.ts';
import { unforeseen } from '#lib/password-strength.ts';
import { settings } from '#lib/settings.ts';
import { Invalid } from '../errors.ts';

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet, 2024). */
const argon2id = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Characters that nobody can foresee: fewer are guessed from a list of common passwords, with the usual digits put to them. */
const leastUnforeseen = 9;

/** A new password: 12 to 200 characters of any kind, as typed. */
export const newPasswordField = z.string({ error: 'Please choose a password.' })
  .min(12, { error: 'Please use at least 12 characters. Four or five unrelated words do well.', abort: true })
  .max(200, { error: 'Please keep it to 200 characters.', abort: true })
  .refine((p) => unforeseen(p) >= leastUnforeseen, 'This is among what is guessed first. Four or five unrelated words do well.');

/** Refuses a new password that is made of the person's own name and address, or of the hub's name. Throws Invalid at `password`. */
export function mustNotTellOf(password: string, { name, email }: { name: string; email: string }): void {
  const words = `${name} ${email} ${settings().name} ${new URL(settings().url).hostname} 311 crm`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  if (unforeseen(password, words) < leastUnforeseen) throw new Invalid({ password: 'This has too much of your name or address or of the name of this hub in it. Four or five unrelated words do well.' });
}

/** One after the other: on a machine with one core, eight at once would leave whoever reads a ninth of it. Together they take as long. */
const oneAtATime = pLimit(1);

/** Hashes on a thread of its own; takes about 10 ms. */
export function hashPassword(password: string): Promise<string> {
  return oneAtATime(() => hash(password.normalize('NFKC'), argon2id));
}

let nobody: Promise<string> | null = null;

/** Whether this is the member's password. For `null` (no such member) it takes the same time and says no. */
export async function isPasswordOf(memberId: number | null, password: string): Promise<boolean> {
  const row = memberId === null ? undefined : db.select().from(passwords).where(eq(passwords.memberId, memberId)).get();
  nobody ??= hashPassword('nobody has this password');
  const known = row?.hash ?? await nobody;
  const right = await oneAtATime(() => verify(known, password.slice(0, 1_000).normalize('NFKC')));
  return right && row !== undefined;
}

/** Whether the member has a password: whoever came by an agency's account has none at first. */
export function hasPassword(memberId: number): boolean {
  return db.select({ changedAt: passwords.changedAt }).from(passwords).where(eq(passwords.memberId, memberId)).get() !== undefined;
}

/** Sets or replaces the hash; mailed links for a new password or for signing in that are still about stop working. Call inside a transaction. */
export function putPassword(memberId: number, passwordHash: string): void {
  const changedAt = new Date();
  db.insert(passwords).values({ memberId, hash: passwordHash, changedAt })
    .onConflictDoUpdate({ target: passwords.memberId, set: { hash: passwordHash, changedAt } }).run();
  db.delete(links).where(and(eq(links.memberId, memberId), eq(links.purpose, 'reset'))).run();
  db.delete(signInLinks).where(eq(signInLinks.memberId, memberId)).run();
}
