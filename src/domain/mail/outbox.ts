import { and, asc, eq, isNull, lt, lte, sql } from 'drizzle-orm';
import { db, outbox } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import type { Mailer } from '#lib/mailer.ts';
import { settings } from '#lib/settings.ts';

/** Decides on a letter: it is sent if and only if the surrounding transaction is kept. Paragraphs are joined by blank lines; the signature is added. */
export function post(to: string, subject: string, paragraphs: string[]): void {
  const { name, url } = settings();
  db.insert(outbox).values({ to, subject, text: [...paragraphs.map(wrapped), `${name}\n${url}`].join('\n\n') }).run();
}

/** Lines of at most 72 characters, as plain-text mail has them; an address is never broken. */
function wrapped(paragraph: string): string {
  return paragraph.replace(/(?![^\n]{1,72}$)([^\n]{1,72})[ ]/g, '$1\n');
}

const maximumTries = 8;

/**
 * Hands waiting letters over, oldest first; of a sent one the text is forgotten, since it may hold a link that works. A letter that is refused waits 1, 2, 4 … 64 minutes; after eight tries it stays with its failure.
 * @returns how many were sent and how many failed
 */
export async function sendOutbox(send: Mailer): Promise<{ sent: number; failed: number }> {
  const due = db.select().from(outbox)
    .where(and(isNull(outbox.sentAt), lt(outbox.tries, maximumTries), lte(outbox.nextTryAt, new Date())))
    .orderBy(asc(outbox.id)).limit(50).all();
  const host = new URL(settings().url).hostname;
  let sent = 0;
  for (const letter of due) {
    // Claimed before it is sent, so that another process does not send it too.
    const claimed = db.update(outbox)
      .set({ tries: letter.tries + 1, nextTryAt: new Date(Date.now() + 60_000 * 2 ** letter.tries) })
      .where(and(eq(outbox.id, letter.id), eq(outbox.tries, letter.tries))).run().changes;
    if (!claimed) continue;
    const failure = await send({ ...letter, messageId: `<${letter.id}.${letter.createdAt.getTime()}@${host}>` })
      .then(() => null, (error: unknown) => String(error));
    if (failure === null) sent++;
    db.update(outbox).set(failure === null ? { sentAt: new Date(), failure: null, text: '' } : { failure }).where(eq(outbox.id, letter.id)).run();
  }
  return { sent, failed: due.length - sent };
}

/** Forgets letters that were sent more than 30 days ago. */
export function forgetSentLetters(): void {
  db.delete(outbox).where(lt(outbox.sentAt, addDays(new Date(), -30))).run();
}

/** How many letters wait, and how many have failed for good. */
export function outboxState(): { waiting: number; failed: number } {
  const row = db.select({
    waiting: sql<number>`coalesce(sum(${outbox.tries} < ${maximumTries}), 0)`,
    failed: sql<number>`coalesce(sum(${outbox.tries} >= ${maximumTries}), 0)`,
  }).from(outbox).where(isNull(outbox.sentAt)).get();
  return row ?? { waiting: 0, failed: 0 };
}
