import { eq, lt } from 'drizzle-orm';
import { attempts, db, transaction } from '#db/client.ts';
import { TooMany } from '../errors.ts';

export interface Limit {
  /** How many within the window. */
  most: number;
  /** Length of the window in seconds; it starts with the first attempt. */
  seconds: number;
}

/** Every limit of the hub in one place. */
export const limits = {
  signInPerAccount: { most: 10, seconds: 15 * 60 },
  signInPerAddress: { most: 60, seconds: 15 * 60 },
  /** From all addresses together: guessing from many of them is slow too; a mailed link still lets the owner in. */
  signInAnywhere: { most: 100, seconds: 60 * 60 },
  joinPerAddress: { most: 10, seconds: 60 * 60 },
  resetPerAccount: { most: 5, seconds: 60 * 60 },
  resetPerAddress: { most: 20, seconds: 60 * 60 },
  linkPerAddress: { most: 30, seconds: 60 * 60 },
  postPerMember: { most: 30, seconds: 10 * 60 },
  editPerMember: { most: 60, seconds: 10 * 60 },
  previewPerMember: { most: 120, seconds: 10 * 60 },
  filePerMember: { most: 60, seconds: 60 * 60 },
  /** Saved every few seconds while somebody types. */
  draftPerMember: { most: 400, seconds: 10 * 60 },
  strayPerAddress: { most: 30, seconds: 60 * 60 },
  profilePerMember: { most: 20, seconds: 60 * 60 },
  suggestPerMember: { most: 10, seconds: 60 * 60 },
  wordPerMember: { most: 10, seconds: 60 * 60 },
  lookUpPerMember: { most: 30, seconds: 10 * 60 },
  collectPerMember: { most: 240, seconds: 10 * 60 },
  saveSearchPerMember: { most: 120, seconds: 10 * 60 },
  threadPerMember: { most: 10, seconds: 60 * 60 },
} satisfies Record<string, Limit>;

/** Counts one attempt under a key; throws TooMany, with the wait in words, when the window is full. */
export function countAttempt(name: keyof typeof limits, who: string | number): void {
  const limit: Limit = limits[name];
  const key = `${name}:${who}`;
  const now = new Date();
  const row = transaction(() => {
    const found = db.select().from(attempts).where(eq(attempts.key, key)).get();
    if (!found || found.resetsAt <= now) {
      const fresh = { key, count: 1, resetsAt: new Date(now.getTime() + limit.seconds * 1000) };
      db.insert(attempts).values(fresh).onConflictDoUpdate({ target: attempts.key, set: fresh }).run();
      return fresh;
    }
    if (found.count <= limit.most) db.update(attempts).set({ count: found.count + 1 }).where(eq(attempts.key, key)).run();
    return { ...found, count: found.count + 1 };
  });
  if (row.count <= limit.most) return;
  const wait = Math.max(1, Math.ceil((row.resetsAt.getTime() - now.getTime()) / 1000));
  const minutes = Math.ceil(wait / 60);
  throw new TooMany(`That was too often in a short time. Please try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`, wait);
}

/** Counts one attempt and says whether it was within the limit; for answers that must not tell. */
export function isWithinLimit(name: keyof typeof limits, who: string | number): boolean {
  try {
    countAttempt(name, who);
    return true;
  } catch (error) {
    if (error instanceof TooMany) return false;
    throw error;
  }
}

/** Forgets a key, for instance after the right password. */
export function forgetAttempts(name: keyof typeof limits, who: string | number): void {
  db.delete(attempts).where(eq(attempts.key, `${name}:${who}`)).run();
}

/** Throws away windows that are over. */
export function forgetOldAttempts(): void {
  db.delete(attempts).where(lt(attempts.resetsAt, new Date())).run();
}
