import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { hubSecret } from '../secrets.ts';

/** Fields that people do not see or fill; robots do. */
export const trapFields = {
  /** Left empty by people. */
  website: z.string().nullish(),
  /** When the form was shown, stamped. */
  shown: z.string().nullish(),
};
export type Trap = { website?: string | null | undefined; shown?: string | null | undefined };

/** The stamp a form carries: when it was shown, signed with a key of this hub. */
export function stamp(now = new Date()): string {
  return sign(String(now.getTime()));
}

/** Nobody reads and fills a form in fewer seconds. */
export const fastest = 3;

/** The stamp of a form that is asked for once more: nobody waits for it a second time. */
export const stampOfWaiting = (): string => stamp(new Date(Date.now() - fastest * 1000));

/** Seconds since a stamp was made; null when there is none, or it is not ours. */
export function secondsSince(shown: string | null | undefined, now = new Date()): number | null {
  const at = signedText(shown ?? '');
  return at !== null && /^\d+$/.test(at) ? Math.max(0, (now.getTime() - Number(at)) / 1000) : null;
}

/** For whom a form was made, signed: it is theirs alone to see, so nobody else can write in their name what their next session finds. */
export function writerMark(memberId: number): string {
  return sign(`writer-${memberId}`);
}

/** The member for whom a form was made; null when it does not say so in our hand. */
export function writerOf(mark: string): number | null {
  const id = /^writer-(\d{1,15})$/.exec(signedText(mark) ?? '')?.[1];
  return id ? Number(id) : null;
}

const sign = (text: string) => `${text}.${signature(text)}`;

/** What was signed by us, without its signature; null of anything else. */
function signedText(whole: string): string | null {
  const [text = '', signed = ''] = whole.split('.', 2);
  const given = Buffer.from(signed);
  const ours = Buffer.from(signature(text));
  return given.length === ours.length && timingSafeEqual(given, ours) ? text : null;
}

function signature(at: string): string {
  return createHmac('sha256', hubSecret('forms')).update(at).digest('base64url');
}
