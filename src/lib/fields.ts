import { z } from 'zod';

const tidy = (text: string) => text.toWellFormed().replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\p{Noncharacter_Code_Point}]/gu, '');

// Format characters and blank fillers: in one line of text they only hide something.
const invisible = /[\p{Cf}\u115F\u1160\u2800\u3164\uFFA0]/gu;

/** A required text of one line, such as a name or a title: line ends become blanks, invisible characters are dropped. */
export function line(options: Parameters<typeof text>[0]) {
  return z.string({ error: options.missing }).transform((t) => t.replace(/\s+/g, ' ').replace(invisible, '')).pipe(text(options));
}

/** A required text field: control characters and what Unicode says is no character dropped, line ends unified, outer blanks trimmed; lengths in characters. */
export function text(options: { missing: string; max: number; min?: number; tooShort?: string }) {
  const { missing, max, min = 1, tooShort = missing } = options;
  return z.string({ error: missing }).transform((t) => tidy(t).trim()).pipe(
    z.string().min(1, { error: missing, abort: true }).min(min, tooShort).max(max, `Please keep it to ${max.toLocaleString('en-CA')} characters.`));
}

/** A text field that may stay empty; empty becomes null. */
export function optionalText(max: number) {
  return z.string().nullish().transform((t) => tidy(t ?? '').trim() || null).pipe(
    z.string().max(max, `Please keep it to ${max.toLocaleString('en-CA')} characters.`).nullable());
}

/** The number of a row in an address, as the hub writes it; NaN of anything else, such as 1e1. */
export const idIn = (param: string | undefined): number => (/^[1-9]\d{0,14}$/.test(param ?? '') ? Number(param) : NaN);

/** A required number that names a row. */
export const rowId = z.coerce.number({ error: 'This form is incomplete: please reload the page.' }).int().positive();
