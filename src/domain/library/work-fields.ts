import { z } from 'zod';
import { optionalText } from '#lib/fields.ts';

/** A whole number as people type it, with blanks or commas between its digits; empty is null. */
export const wholeNumber = (message: string, min: number, max: number) => z.string().nullish().transform((t) => (t ?? '').replace(/[\s,]/g, '')).pipe(
  z.string().refine((t) => t === '' || (/^\d+$/.test(t) && Number(t) >= min && Number(t) <= max), message).transform((t) => (t === '' ? null : Number(t))));

/** Year of publication. */
export const yearField = wholeNumber('Give the year as four digits, such as 2012.', 1500, 2100);

/** Address on the web; empty is null. */
export const urlField = optionalText(2000).transform((t) => (t && /^www\.[^\s/]+\.[a-z]{2,}/i.test(t) ? `https://${t}` : t)).refine((t) => t === null || (/^https?:\/\//i.test(t) && URL.canParse(t)), 'Give a whole address that starts with https://.');

/** A DOI in any of the forms in which it is pasted; kept without what stands before it. */
export const doiField = optionalText(200).transform((t) => t?.replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '') ?? null)
  .refine((t) => t === null || /^10\.\d{4,9}\/\S+$/.test(t), 'A DOI looks like 10.1111/puar.12092.');
