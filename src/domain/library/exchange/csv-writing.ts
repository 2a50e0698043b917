import { byteOrderMark, csvRow } from '#lib/csv.ts';
import type { Csl } from '../csl.ts';
import { writeName, type Name } from '../names.ts';
import { ownColumns } from './csv-columns.ts';
import { writeDate } from './dates.ts';
import { oneLineJson } from './note.ts';
import type { ExchangeRecord } from './record.ts';

/** The line of headings. */
export const csvHeadings = byteOrderMark + csvRow(ownColumns);

/** A record as one row (RFC 4180); `note` is what has no column. */
export function writeCsvRow(record: ExchangeRecord, note: unknown): string {
  const { csl } = record;
  const own: Record<string, string | null> = {
    key: record.key, type: record.type, themes: record.themes.join('; '), place: record.place, region: record.region, country: record.country, population: record.population === null ? null : String(record.population),
    channels: record.channels.join('; '), 'service-areas': record.serviceAreas.join('; '), language: csl.language ?? (record.language === 'en' ? null : record.language), evidence: record.evidence, rights: record.rights, 'rights-note': record.rightsNote,
    other: note === null || note === undefined ? null : oneLineJson(note),
  };
  return csvRow(ownColumns.map((column) => (own[column] !== undefined ? own[column] : valueOf(csl, column))));
}

function valueOf(csl: Csl, column: string): string {
  const value = Object.entries(csl).find(([name]) => name === column)?.[1];
  if (typeof value === 'string') return value;
  const names: Name[] | undefined = column === 'author' ? csl.author : column === 'editor' ? csl.editor : column === 'translator' ? csl.translator : undefined;
  return names ? names.map(nameOf).join('; ') : column === 'issued' ? writeDate(csl.issued) : '';
}

const nameOf = (name: Name) => (name.literal?.includes(';') ? `{${name.literal}}` : writeName(name));
