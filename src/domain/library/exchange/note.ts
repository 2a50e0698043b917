import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { cslSchema } from '../csl.ts';
import { channels, evidenceLevels, resourceTypes, rightsStatements, serviceAreas } from '../../vocabulary.ts';
import type { ExchangeRecord } from './record.ts';

/** The word that the hub's own note begins with, in whatever field a format has for notes. */
export const noteName = 'practice-hub';

/** A record as a file gave it, before it is checked. */
export interface Loose extends Omit<ExchangeRecord, 'csl'> {
  csl: Record<string, unknown>;
}

const codeOf = (list: readonly { code: string }[]) => z.string().refine((code) => list.some((term) => term.code === code));
const words = z.string().max(200_000).nullable();

/** What a note may say: the fields of a record, each as it is to be; in `csl` null for a variable that is to be empty. */
const noteSchema = z.object({
  key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_:.-]{0,199}$/),
  type: codeOf(resourceTypes),
  themes: z.array(z.string().max(100)).max(100),
  place: words, region: words,
  country: z.string().regex(/^[A-Z]{2}$/).nullable(),
  population: z.number().int().nonnegative().nullable(),
  channels: z.array(codeOf(channels)), serviceAreas: z.array(codeOf(serviceAreas)),
  language: z.string().regex(/^[a-z]{2}$/),
  evidence: codeOf(evidenceLevels).nullable(), rights: codeOf(rightsStatements).nullable(),
  rightsNote: words,
  csl: z.object(Object.fromEntries(Object.entries(cslSchema.shape).map(([name, schema]) => [name, schema.nullable()]))).partial(),
}).partial();

/** What the hub writes into a note. */
export type Note = z.infer<typeof noteSchema>;

/** A note read back: checked, for it may have been written by anybody. Null when it is none. */
export function readNote(value: unknown): Note | null {
  return noteSchema.safeParse(value).data ?? null;
}

/** What a format could not carry: the fields in which a record differs from what reading it back gave. Null where nothing was lost. */
export function difference(back: Loose | null, record: ExchangeRecord): Record<string, unknown> | null {
  const { csl, ...own } = record;
  const { csl: cslBack = {}, ...ownBack }: Partial<Loose> = back ?? {};
  const lost = differing(ownBack, own);
  const lostCsl = differing(omit(cslBack, fromTheRest), omit(csl, fromTheRest));
  const note = { ...lost, ...(Object.keys(lostCsl).length && { csl: lostCsl }) };
  return Object.keys(note).length ? note : null;
}

/** What the record says anyway. */
const fromTheRest = ['id', 'type'];
const omit = (item: object, names: readonly string[]) => Object.fromEntries(Object.entries(item).filter(([name, value]) => !names.includes(name) && value !== undefined));

function differing(back: object, given: object): Record<string, unknown> {
  const before = new Map(Object.entries(back));
  const after = new Map(Object.entries(given));
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)));
  return Object.fromEntries(names.sort().map((name) => [name, sorted(after.get(name) ?? null)]));
}

/** The record with what a note says put in its place. */
export function withNote(record: Loose, { csl, ...own }: Note): Loose {
  const merged = Object.entries({ ...record.csl, ...csl }).filter(([, value]) => value !== null);
  return { ...record, ...own, csl: Object.fromEntries(merged) };
}

/** The same value with the keys of its objects in alphabetical order, so that it is always written the same way. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}

/** JSON in one line: what is invisible, or ends a line anywhere, is written as an escape, and so are braces inside its texts where a format counts them. */
export function oneLineJson(value: unknown, countsBraces = false): string {
  const special = countsBraces ? /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}{}]/gu : /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
  return JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) => text.replace(special, escaped));
}

const escaped = (char: string) => Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** Parses JSON; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Finds the hub's note in the text of a note field: its value, and what else stands there. The note is the name, a colon and one JSON object.
 * A note that is damaged stays part of the text.
 */
export function cutNote(text: string): { note: Note | null; rest: string } {
  const begin = `${noteName}: {`;
  for (let start = text.indexOf(begin), tries = 0; start >= 0 && tries < 10; start = text.indexOf(begin, start + 1), tries++) {
    const from = start + begin.length - 1;
    const end = objectEnd(text, from);
    const note = end < 0 ? null : readNote(parseJson(text.slice(from, end)));
    if (note) return { note, rest: text.slice(0, start) + text.slice(end) };
  }
  return { note: null, rest: text };
}

/** Where the JSON object that begins at `from` ends; -1 where it does not. */
export function objectEnd(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return -1;
}
