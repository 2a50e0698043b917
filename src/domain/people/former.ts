import { createHmac } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { db, formerHandles, members } from '#db/client.ts';
import { formerHost } from '#lib/former-host.ts';
import { hubSecret } from '../secrets.ts';

/*
 * What members leave behind when they go and do not delete it belongs to one row that stands for all of them, so that nothing ties one such post to another.
 * It has no handle: whoever shows a writer shows a name without a page, as for what is written without a name. It is confirmed by nobody, so it is
 * told nothing, found nowhere and called by no mention.
 */

export const formerName = 'A former member';
/** The same inside a sentence. */
export const formerWithin = formerName.replace('A ', 'a ');

/** The row for what former members wrote and did. Call inside a transaction. */
export const formerMember = (): number => standIn('member', '', formerName);

/**
 * A second one, for what they did in office to things of others: otherwise what a coordinator removed would look as if its author had, once both have
 * left, and who decided first about an appeal as if they had decided twice. Call inside a transaction.
 */
export const formerCoordinator = (): number => standIn('coordinator', '-', 'A former coordinator');

/**
 * A third one, for what they wrote and did where nobody was shown their name: nothing that the hub compares ties it to what others left with their names, so
 * that it stands as it did before. Call inside a transaction.
 */
export const formerAsker = (): number => standIn('asker', '_', formerName);

function standIn(of: string, handle: string, name: string): number {
  const email = `${of}@${formerHost}`;
  return db.select({ id: members.id }).from(members).where(eq(members.email, email)).get()?.id
    ?? db.insert(members).values({ email, handle, name }).returning({ id: members.id }).get().id;
}

/** Remembers that a handle is never to be given again, without keeping it. Call inside a transaction. */
export function retireHandle(handle: string): void {
  db.insert(formerHandles).values({ hash: hashOf(handle) }).onConflictDoNothing().run();
}

/** Whether somebody had this handle who has left. */
export function wasHandle(handle: string): boolean {
  return db.select({ hash: formerHandles.hash }).from(formerHandles).where(eq(formerHandles.hash, hashOf(handle))).get() !== undefined;
}

const hashOf = (handle: string) => createHmac('sha256', hubSecret('handles')).update(handle).digest('hex');
