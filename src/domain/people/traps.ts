import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { db, prepared, secrets } from '#db/client.ts';
import { newToken } from '#lib/tokens.ts';

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
  const at = String(now.getTime());
  return `${at}.${signature(at)}`;
}

/** Nobody reads and fills a form in fewer seconds. */
export const fastest = 3;

/** Seconds since a stamp was made; null when there is none, or it is not ours. */
export function secondsSince(shown: string | null | undefined, now = new Date()): number | null {
  const [at = '', signed = ''] = (shown ?? '').split('.');
  const given = Buffer.from(signed);
  const ours = Buffer.from(signature(at));
  return given.length === ours.length && timingSafeEqual(given, ours) ? Math.max(0, (now.getTime() - Number(at)) / 1000) : null;
}

function signature(at: string): string {
  return createHmac('sha256', key()).update(at).digest('base64url');
}

function key(): string {
  const known = value().get();
  if (typeof known === 'string') return known;
  db.insert(secrets).values({ name: 'forms', value: newToken() }).onConflictDoNothing().run();
  return z.string().parse(value().get());
}
const value = prepared((d) => d.$client.prepare(`select value from secrets where name = 'forms'`).pluck());
