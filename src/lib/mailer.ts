import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { encodeWord } from 'nodemailer/lib/mime-funcs';

export interface Letter {
  to: string;
  subject: string;
  /** Plain text with Unix line ends. */
  text: string;
  /** The same as HTML; null for a letter in plain text alone. */
  html: string | null;
  /** Stable across tries of the same letter, so that a receiver can drop a repeat. */
  messageId: string;
  /** Further headers by name, such as `List-Unsubscribe`, `In-Reply-To` or `References`. */
  headers: Record<string, string>;
  /** Nothing of it is to be kept: where letters are written as files, it is not written. */
  passing?: boolean;
}

/** Hands one letter over; rejects with the mail server's own words when it is not taken. */
export type Mailer = (letter: Letter) => Promise<void>;

const ofEveryLetter = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Answers of machines to machines are unwanted, whatever a letter says of itself. What looks encoded in a subject was typed so, and would be decoded: it is encoded once more. */
function asMessage({ subject, html, headers, passing: _, ...letter }: Letter) {
  return { ...letter, subject: subject.includes('=?') ? encodeWord(subject, 'B', 52) : subject, html: html ?? undefined, headers: { ...headers, ...ofEveryLetter } };
}

/** Sends through an SMTP server, given as smtp://user:password@host:port or smtps://…; connections are kept and reused. */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = nodemailer.createTransport(url, { from });
  return async (letter) => { await transport.sendMail(asMessage(letter)); };
}

/** An address as it stands in the name of a file. */
export const fileNameOf = (email: string): string => email.replace(/[^a-z0-9@.-]/gi, '_');

/** Writes each letter as an .eml file into a folder: the hub without a mail server. One of which nothing is to be kept is not written. */
export function folderMailer(folder: string, from: string): Mailer {
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' }, { from });
  return async (letter) => {
    if (letter.passing) return;
    await mkdir(folder, { recursive: true });
    const { message } = await transport.sendMail(asMessage(letter));
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    await writeFile(join(folder, `${stamp}-${fileNameOf(letter.to)}.eml`), message as Buffer, { flag: 'wx' });
  };
}
