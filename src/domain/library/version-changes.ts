import { diffText, type Part } from '#lib/text-diff.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { rightsStatement, resourceType } from '../vocabulary.ts';
import { fullName } from './names.ts';
import { readCsl } from './csl.ts';
import type { VersionFields } from './versions.ts';

export interface FieldChange { field: string; parts: Part[] }

const labels = {
  title: 'Title', type: 'Type', people: 'Authors', year: 'Year', venue: 'Published in or by', summary: 'Summary', themes: 'Themes', place: 'Place', region: 'State or province', country: 'Country',
  population: 'Population', language: 'Language', evidence: 'Evidence', doi: 'DOI', url: 'Address on the web', rights: 'Rights', rightsNote: 'Note on the rights', slug: 'Address in the library',
  reviewBy: 'Review by', body: 'Text', record: 'Record', details: 'Further facts',
} as const;

/** What differs between two versions, field by field, in the order of the form; words for texts, whole lines for long ones. */
export function changesBetween(before: VersionFields, after: VersionFields): FieldChange[] {
  const [old, now] = [texts(before), texts(after)];
  return Object.entries(labels).flatMap(([name, field]): FieldChange[] => {
    const [a = '', b = ''] = [old.get(name), now.get(name)];
    return a === b ? [] : [{ field, parts: diffText(a, b) }];
  });
}

function texts(fields: VersionFields): Map<string, string> {
  const csl = readCsl(fields.csl);
  const shown = new Set(['author', 'title', 'abstract', 'DOI', 'URL', 'type', 'id']);
  const record = Object.fromEntries(Object.entries(fields.csl).filter(([name]) => !shown.has(name)));
  return new Map(Object.entries({
    ...fields, type: resourceType(fields.type).label, rights: rightsStatement(fields.rights).label, themes: fields.themes.toSorted().join(', '),
    people: (csl.author ?? []).map(fullName).join('\n') || (fields.people ?? ''), record: lines(record), details: lines(fields.details),
  }).map(([name, value]) => [name, value === null || value === undefined ? '' : threadsByNumber(String(value))]));
}

const says = (value: unknown) => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
const lines = (record: Record<string, unknown>) => Object.entries(record).filter(([, value]) => says(value)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('\n');
