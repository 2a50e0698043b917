import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { and, asc, eq, inArray, isNull, lt, lte, sql } from 'drizzle-orm';
import { db, foldLog, outbox } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { isStandIn } from '#lib/former-host.ts';
import { letterHtml, letterText, wrapped, type LetterPart } from '#lib/letter.ts';
import { fileNameOf, type Mailer } from '#lib/mailer.ts';
import { settings } from '#lib/settings.ts';
import { stopUrl, type MailSubject } from './stopping.ts';

/** Decides on a letter that somebody asked for, such as a link: it is sent if and only if the surrounding transaction is kept. Paragraphs are joined by blank lines; the signature is added. Returns its id; null where nobody is there any more whom it could reach. */
export function post(to: string, subject: string, paragraphs: string[], { passing = false }: { /** Nothing of the letter is kept once it is sent. */ passing?: boolean } = {}): number | null {
  if (isStandIn({ email: to })) return null;
  const { name, url } = settings();
  return db.insert(outbox).values({ to, subject, passing: passing || null, text: [...paragraphs.map((paragraph) => wrapped(paragraph)), `${name}\n${url}`].join('\n\n') }).returning({ id: outbox.id }).get().id;
}

/** A letter that tells a member of something, and that they can stop. */
export interface News {
  to: { id: number; email: string };
  subject: string;
  parts: LetterPart[];
  /** One sentence on why they get it. */
  why: string;
  /** The page where they change what they are told of, as a path. */
  change: string;
  /** What the link in the letter stops. */
  stops: MailSubject;
  /** What that is, in words that complete "Stop …"; otherwise "these letters". */
  stopWords?: string;
  /** Headers beyond those of every such letter, such as `References`. */
  headers?: Record<string, string>;
}

/**
 * Decides on a letter of news, within the transaction of what it tells. It says why it is sent and how to stop it, to people and to mail
 * programs (RFC 2369; with one click, RFC 8058). Whether they have stopped such letters is for the caller to ask. Returns the id of the letter.
 */
export function postNews({ to, subject, parts, why, change, stops, stopWords = 'these letters', headers }: News): number {
  const { name, url } = settings();
  const stop = stopUrl(to.id, stops);
  const whole: LetterPart[] = [
    ...parts, { text: `${why} Answers to this letter reach nobody.` },
    { link: `Stop ${stopWords} with one click, without signing in`, url: stop }, { link: 'Notification settings', url: url + change }, { text: `${name}\n${url}` },
  ];
  return db.insert(outbox).values({
    to: to.email, subject, text: letterText(whole), html: letterHtml(subject, whole),
    headers: { ...headers, 'List-Unsubscribe': `<${stop}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  }).returning({ id: outbox.id }).get().id;
}

const maximumTries = 8;

/**
 * Hands waiting letters over, oldest first; of a sent one the words are forgotten, since they may hold a link that works, and say who did what. A letter that is refused waits 1, 2, 4 … 64 minutes; after eight tries it stays with its failure.
 * @returns how many were sent and how many failed
 */
export async function sendOutbox(send: Mailer): Promise<{ sent: number; failed: number }> {
  const due = db.select().from(outbox)
    .where(and(isNull(outbox.sentAt), lt(outbox.tries, maximumTries), lte(outbox.nextTryAt, new Date())))
    .orderBy(asc(outbox.id)).limit(50).all();
  const host = new URL(settings().url).hostname;
  let sent = 0;
  for (const { id, to, subject, text, html, headers, tries, createdAt, passing } of due) {
    // Claimed before it is sent, so that another process does not send it too.
    const claimed = db.update(outbox)
      .set({ tries: tries + 1, nextTryAt: new Date(Date.now() + 60_000 * 2 ** tries) })
      .where(and(eq(outbox.id, id), eq(outbox.tries, tries))).run().changes;
    if (!claimed) continue;
    const { 'Message-ID': messageId = `<${id}.${createdAt.getTime()}@${host}>`, ...others } = headers ?? {};
    const failure = await send({ to, subject, text, html, messageId, headers: others, ...(passing && { passing }) })
      .then(() => null, (error: unknown) => String(error));
    if (failure === null) sent++;
    if (passing && (failure === null || tries + 1 >= maximumTries)) forgetWhole(id);
    else db.update(outbox).set(failure === null ? { sentAt: new Date(), failure: null, subject: '', text: '', html: null, headers: null } : { failure }).where(eq(outbox.id, id)).run();
  }
  return { sent, failed: due.length - sent };
}

/** Takes a letter out of the file, and out of the log of what was written to it lately. */
function forgetWhole(id: number): void {
  db.delete(outbox).where(eq(outbox.id, id)).run();
  foldLog();
}

/** Forgets letters that were sent more than 30 days ago. */
export function forgetSentLetters(): void {
  db.delete(outbox).where(lt(outbox.sentAt, addDays(new Date(), -30))).run();
}

/** Forgets every letter to these addresses, sent or not. Written ones are files: see below. */
export function forgetLettersTo(emails: readonly string[]): void {
  db.delete(outbox).where(inArray(outbox.to, [...emails])).run();
}

/** A hub without a mail server writes letters as files, with the address in their names. */
export function forgetWrittenLetters(emails: readonly string[]): void {
  const folder = join(settings().dataDir, 'mail');
  if (!existsSync(folder)) return;
  const names = new Set(emails.map((email) => `${fileNameOf(email)}.eml`));
  // The moment that a name begins with ends with Z: see folderMailer.
  for (const file of readdirSync(folder)) if (names.has(file.replace(/^[\dT-]+Z-/, ''))) rmSync(join(folder, file));
}

/** How many letters wait, and how many have failed for good. */
export function outboxState(): { waiting: number; failed: number } {
  const row = db.select({
    waiting: sql<number>`coalesce(sum(${outbox.tries} < ${maximumTries}), 0)`,
    failed: sql<number>`coalesce(sum(${outbox.tries} >= ${maximumTries}), 0)`,
  }).from(outbox).where(isNull(outbox.sentAt)).get();
  return row ?? { waiting: 0, failed: 0 };
}
