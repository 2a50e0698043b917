import type { CslDate } from '../csl.ts';
import type { Name } from '../names.ts';
import type { Kind } from './kinds.ts';
import type { Loose, Note } from './note.ts';
import type { ReadRecord } from './record.ts';

/** Where a record stands in its file: the line on which it begins, from 1, and the character after its end. */
export interface Place { line: number; readTo: number }

/** What a reader of one format found in one record, still in the words of the file. */
export interface Draft extends Place {
  key: string;
  kind: Kind;
  /** Variables of CSL-JSON, without id and type. */
  csl: Record<string, unknown>;
  keywords: string[];
  /** Fields that only the hub has, where the format has room for them. */
  own?: Partial<Omit<Loose, 'csl' | 'key' | 'type' | 'themes'>>;
  note?: Note | null;
  /** What had to be left out or changed, in sentences. */
  problems?: string[];
}

/** No record is longer than this, in characters; what is, was never ended. */
export const longestRecord = 2_000_000;
export const tooLong = 'It is longer than any record can be: something in it is never closed.';

/** A record of a file: found, or not readable for a reason. */
export type Found = Draft | ReadRecord;

/** The value of a variable, ready to be spread into an item; an empty one is left out. */
export function given(name: string, value: string | readonly Name[] | CslDate | Record<string, string> | null | undefined): Record<string, unknown> {
  const empty = !value || (typeof value === 'string' ? !value : Array.isArray(value) ? !value.length : !Object.keys(value).length);
  return empty ? {} : { [name]: value };
}

/** A range of pages in numbers with the dash that ranges have. */
export function enDash(pages: string): string {
  return pages.replace(/^(\d+)\s*-{1,2}\s*(\d+)$/, '$1–$2');
}

/** What cannot be read, with the reason. */
export function unreadable({ line, readTo }: Place, label: string, problem: string): ReadRecord {
  return { line, readTo, label: shortened(label), record: null, problem };
}

/** A label of at most 200 characters, in one line. */
export function shortened(text: string): string {
  const line = text.slice(0, 1000).replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** Text that ends no line and hides nothing, as formats need it that go by lines. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Zl}\p{Zp}\p{Cc}]+/gu, ' ').toWellFormed();
}

const inline = /<\/?(?:i|b|u|em|strong|sub|sup|sc|scp|span|p|br|italic|bold|inf|jats:\w+)(?:\s[^<>]{0,300})?\s?\/?>/gi;
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Text as the hub keeps it: composed characters, no markup, no control characters, single blanks; with `lines` its line ends stay. */
export function tidied(text: string, lines = false): string {
  const plain = text.replace(inline, (tag) => (/^<(?:p|br|\/p)\b/i.test(tag) ? (lines ? '\n' : ' ') : '')).replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, decoded)
    .replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u0080-\u009F\uFEFF]/g, '').toWellFormed().normalize('NFC');
  return (lines ? plain.replace(/[^\S\n]+/g, ' ').replace(/ ?\n ?/g, '\n').replace(/\n{3,}/g, '\n\n') : plain.replace(/\s+/g, ' ')).trim();
}

function decoded(whole: string, decimal?: string, hex?: string, name?: string): string {
  const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : 0;
  return name ? entities[name.toLowerCase()] ?? whole : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
