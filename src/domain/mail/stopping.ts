import { createHmac, timingSafeEqual } from 'node:crypto';
import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, formerThreads, mailStops, members, resources, threads } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { NotFound } from '../errors.ts';
import { hubSecret } from '../secrets.ts';

/** What letters can be about, each stopped for itself: saved searches, everything in the forums, or one thread. */
export type MailSubject = 'searches' | 'notifications' | `thread-${number}`;

/** What a link in a letter stops. */
export interface MailStop {
  token: string;
  memberId: number;
  subject: MailSubject;
  /** What it is, in words that complete "You get no more …". */
  words: string;
  stopped: boolean;
}

/**
 * The secret with which a member stops letters about a subject without signing in: who and what, and a code that only the hub can make
 * (HMAC-SHA-256, 128 bits of it). It stays good for ever, as letters do, and allows nothing but stopping and taking that back.
 */
export function stopToken(memberId: number, subject: MailSubject): string {
  return `${memberId}.${subject}.${codeOf(memberId, subject)}`;
}

/** The address that letters about a subject carry for their receiver, in the text and for mail programs. */
export function stopUrl(memberId: number, subject: MailSubject): string {
  return `${settings().url}/unsubscribe/${stopToken(memberId, subject)}`;
}

/** What a link from a letter stops, and whether it has. Throws NotFound for a token that the hub never gave, or whose member is gone. */
export function readStop(token: string): MailStop {
  const [id = '', name = '', code = ''] = token.split('.');
  const memberId = Number(id);
  const subject = subjectOf(name);
  if (!/^[1-9]\d{0,14}$/.test(id) || !subject || !same(code, codeOf(memberId, subject)) || stopToken(memberId, subject) !== token) throw new NotFound(unknown);
  if (!db.select({ id: members.id }).from(members).where(eq(members.id, memberId)).get()) throw new NotFound(unknown);
  return { token, memberId, subject, words: wordsOf(subject), stopped: isStopped(memberId, subject) };
}
const unknown = 'This link is incomplete: please copy it whole from the letter.';

export const stopInput = z.object({ token: z.string().max(200) });

/** Stops letters as a link from one asks; once stopped it changes nothing. Whoever has the link may: mail programs do it without anybody signed in. Throws NotFound. */
export function stopMail({ token }: z.output<typeof stopInput>): void {
  const { memberId, subject } = readStop(token);
  db.insert(mailStops).values({ memberId, subject }).onConflictDoNothing().run();
}

/** Takes back what `stopMail` did. Throws NotFound. */
export function resumeMail({ token }: z.output<typeof stopInput>): void {
  const { memberId, subject } = readStop(token);
  db.delete(mailStops).where(and(eq(mailStops.memberId, memberId), eq(mailStops.subject, subject))).run();
}

/** Whether a member has stopped letters about a subject. */
export function isStopped(memberId: number, subject: MailSubject): boolean {
  return db.select({ at: mailStops.at }).from(mailStops).where(and(eq(mailStops.memberId, memberId), eq(mailStops.subject, subject))).get() !== undefined;
}

function subjectOf(name: string): MailSubject | null {
  if (name === 'searches' || name === 'notifications') return name;
  const id = /^thread-([1-9]\d{0,14})$/.exec(name)?.[1];
  return id ? `thread-${Number(id)}` : null;
}

/** Of a merged thread the one it went into is named; of one that is out of view no title is told, nor of comments on what is not in the library any more. */
function wordsOf(subject: MailSubject, untitled = 'letters about this thread'): string {
  if (subject === 'searches') return 'daily letters about your saved searches';
  if (subject === 'notifications') return 'letters about what is new behind the bell: in the forums, in comments, and about you, such as who vouches for you';
  const title = titleInView(Number(subject.slice('thread-'.length)));
  return title === null ? untitled : `letters about “${title}”`;
}

function titleInView(threadId: number): string | null {
  const thread = db.select({ title: threads.title, removedAt: threads.removedAt, resourceStatus: resources.status, intoId: formerThreads.intoId }).from(threads)
    .leftJoin(resources, eq(resources.id, threads.resourceId)).leftJoin(formerThreads, eq(formerThreads.threadId, threads.id)).where(eq(threads.id, threadId)).get();
  if (!thread) return null;
  if (thread.removedAt) return thread.intoId === null ? null : titleInView(thread.intoId);
  return thread.resourceStatus === null || thread.resourceStatus === 'published' ? thread.title : null;
}

/** What a member has stopped, with the token that takes each back, the latest first. */
export function stopsOf(memberId: number): MailStop[] {
  return db.select({ subject: mailStops.subject }).from(mailStops).where(eq(mailStops.memberId, memberId)).orderBy(desc(mailStops.at)).all().flatMap(({ subject: name }) => {
    const subject = subjectOf(name);
    return subject ? [{ token: stopToken(memberId, subject), memberId, subject, words: wordsOf(subject, 'letters about a thread that is not there any more'), stopped: true }] : [];
  });
}

const codeOf = (memberId: number, subject: MailSubject) =>
  createHmac('sha256', hubSecret('mail')).update(`stop mail ${memberId} ${subject}`).digest().subarray(0, 16).toString('base64url');

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
