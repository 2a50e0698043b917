import { hash, verify } from '@node-rs/argon2';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, links, passwords, signInLinks } from '#db/client.ts';
import { unforeseen } from '#lib/password-strength.ts';
import { settings } from '#lib/settings.ts';
import { Turns } from '#lib/turns.ts';
import { Busy, Invalid } from '../errors.ts';

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

/** Who waits for a hash: a member who is known, by number, or the address a request comes from. */
export type Asker = number | string;

/** Hashes that wait at most, of those who are known and of strangers: a second of work or less, and a training room that signs in at once. */
const mostWaiting = 40;
/** One after the other: on a machine with one core, eight at once would leave whoever reads a ninth of it. Together they take as long. */
const turns = new Turns(mostWaiting, () => new Busy('Many people are signing in or choosing passwords just now. Please send this once more in ten seconds. Whoever has an account can also sign in by a mailed link, without a password.'));
const lineOf = (asker: Asker) => (typeof asker === 'number' ? 'known' : 'strangers');
const inTurn = <Output>(asker: Asker, work: () => Promise<Output>): Promise<Output> => turns.take(String(asker), lineOf(asker), work);

/** For commands that count what they refuse. Throws Busy where a hash could not be made soon. */
export function mustHaveTurn(asker: Asker): void {
  turns.mustHaveRoom(String(asker), lineOf(asker));
}

/** Hashes on a thread of its own; takes about 10 ms. Throws Busy. */
export function hashPassword(password: string, asker: Asker): Promise<string> {
  return inTurn(asker, () => hash(password.normalize('NFKC'), argon2id));
}

let nobody: Promise<string> | null = null;

/** Whether this is the member's password. For `null` (no such member) it takes the same time and says no. Throws Busy. */
export async function isPasswordOf(memberId: number | null, password: string, asker: Asker): Promise<boolean> {
  const own = memberId === null ? null : hashOf(memberId);
  nobody ??= hash('nobody has this password', argon2id);
  const right = await isPassword(own ?? await nobody, password, asker);
  // It may have been changed or taken away while this waited for its turn.
  return right && memberId !== null && own !== null && hashOf(memberId) === own;
}

/** Whether this is the password of a hash. Throws Busy. */
export function isPassword(known: string, password: string, asker: Asker): Promise<boolean> {
  return inTurn(asker, () => verify(known, password.slice(0, 1_000).normalize('NFKC')));
}

/** The hash of a member's password; null where they have none. */
export function hashOf(memberId: number): string | null {
  return db.select({ hash: passwords.hash }).from(passwords).where(eq(passwords.memberId, memberId)).get()?.hash ?? null;
}

/** Whether the member has a password: whoever came by an agency's account has none at first. */
export function hasPassword(memberId: number): boolean {
  return hashOf(memberId) !== null;
}

/** Sets or replaces the hash; mailed links for a new password or for signing in that are still about stop working. Call inside a transaction. */
export function putPassword(memberId: number, passwordHash: string): void {
  putTypedPassword(memberId, passwordHash);
  db.delete(links).where(and(eq(links.memberId, memberId), eq(links.purpose, 'reset'))).run();
  db.delete(signInLinks).where(eq(signInLinks.memberId, memberId)).run();
}

/** Keeps the hash of what somebody typed who has not shown that the address is theirs: no link of its owner ends by it. Call inside a transaction. */
export function putTypedPassword(memberId: number, passwordHash: string): void {
  const changed = { hash: passwordHash, changedAt: new Date() };
  db.insert(passwords).values({ memberId, ...changed }).onConflictDoUpdate({ target: passwords.memberId, set: changed }).run();
}
