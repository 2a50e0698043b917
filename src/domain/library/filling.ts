import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, resources } from '#db/client.ts';
import { channels, evidenceLevels, labelOf, resourceType, rightsStatement, serviceAreas } from '../vocabulary.ts';
import { readPractice, writeResults } from '../practices/details.ts';
import { readCsl } from './csl.ts';
import { workKey } from './exchange/duplicates.ts';
import { fullName, type Name } from './names.ts';

type ResourceRecord = typeof resources.$inferSelect;

/** Columns that can be taken over from a duplicate. */
const columns = z.object({
  summary: z.string(), people: z.string().nullable(), year: z.number().nullable(), venue: z.string().nullable(), place: z.string().nullable(), region: z.string().nullable(), country: z.string().nullable(),
  population: z.number().nullable(), evidence: z.string().nullable(), doi: z.string().nullable(), url: z.string().nullable(), rights: z.string(), rightsNote: z.string().nullable(), body: z.string(),
}).partial();
type Column = keyof z.infer<typeof columns>;

/** One thing that two records may say differently. */
interface RecordField {
  name: string;
  label: string;
  /** As people read it; empty where the record does not say. */
  text: (row: ResourceRecord) => string;
  /** What it consists of; nothing where it always stays as the kept record has it. */
  columns?: readonly Column[];
  csl?: readonly string[];
  details?: readonly string[];
}

const plain = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value));
const named = (names: readonly Name[] | undefined) => (names ?? []).map(fullName).join('\n');
const listed = (codes: readonly string[], words: Parameters<typeof labelOf>[0]) => codes.map((code) => labelOf(words, code)).join('\n');

const fixed: readonly RecordField[] = [
  { name: 'title', label: 'Title', text: (r) => r.title },
  { name: 'type', label: 'Type', text: (r) => resourceType(r.type).label },
  { name: 'people', label: 'Authors', text: (r) => named(readCsl(r.csl).author) || (readCsl(r.csl).editor?.length ? '' : r.people ?? ''), columns: ['people'], csl: ['author'] },
  { name: 'editors', label: 'Editors', text: (r) => named(readCsl(r.csl).editor), csl: ['editor'] },
  { name: 'year', label: 'Year', text: (r) => plain(r.year), columns: ['year'], csl: ['issued'] },
  { name: 'venue', label: 'Published in or by', text: (r) => r.venue ?? '', columns: ['venue'], csl: ['container-title', 'publisher'] },
  { name: 'doi', label: 'DOI', text: (r) => r.doi ?? '', columns: ['doi'], csl: ['DOI'] },
  { name: 'url', label: 'Address on the web', text: (r) => r.url ?? '', columns: ['url'], csl: ['URL'] },
  { name: 'summary', label: 'Summary', text: (r) => r.summary, columns: ['summary'], csl: ['abstract'] },
  { name: 'place', label: 'Place', text: (r) => [r.place, r.region, r.country].filter(Boolean).join(', '), columns: ['place', 'region', 'country'] },
  { name: 'population', label: 'Population', text: (r) => r.population?.toLocaleString('en-CA') ?? '', columns: ['population'], details: ['populationSource', 'populationYear'] },
  { name: 'language', label: 'Language', text: (r) => r.language },
  { name: 'evidence', label: 'Evidence', text: (r) => (r.evidence === null ? '' : labelOf(evidenceLevels, r.evidence)), columns: ['evidence'] },
  { name: 'rights', label: 'Rights', text: (r) => (r.rights === 'undetermined' ? r.rightsNote ?? '' : [rightsStatement(r.rights).label, r.rightsNote].filter(Boolean).join('\n')), columns: ['rights', 'rightsNote'] },
  { name: 'channels', label: 'Channels', text: (r) => listed(readPractice(r.details).channels, channels), details: ['channels'] },
  { name: 'serviceAreas', label: 'Service areas', text: (r) => listed(readPractice(r.details).serviceAreas, serviceAreas), details: ['serviceAreas'] },
  { name: 'results', label: 'Results', text: (r) => writeResults(readPractice(r.details).results), details: ['results'] },
  { name: 'body', label: 'Text', text: (r) => r.body, columns: ['body'] },
];

const cslLabels: Record<string, string> = {
  publisher: 'Publisher', 'publisher-place': 'Place of publication', 'container-title': 'In', 'collection-title': 'Series', 'collection-number': 'Number in the series', volume: 'Volume', issue: 'Issue',
  number: 'Number', page: 'Pages', edition: 'Edition', genre: 'Genre', ISBN: 'ISBN', ISSN: 'ISSN', note: 'Note', custom: 'Further fields',
};
const covered = new Set(['id', 'type', 'title', 'language', ...fixed.filter((f) => f.name !== 'venue').flatMap((f) => f.csl ?? [])]);

/** What these records can differ in: the fields of the form, then what else their full records hold. */
function fieldsOf(rows: readonly ResourceRecord[]): RecordField[] {
  const more = [...new Set([...Object.keys(cslLabels), ...rows.flatMap((row) => Object.keys(row.csl))])].filter((key) => !covered.has(key));
  return [...fixed, ...more.map((key) => ({ name: `csl.${key}`, label: cslLabels[key] ?? key, text: (row: ResourceRecord) => (row.csl[key] === row.venue ? '' : plain(row.csl[key])), csl: [key] }))];
}

export interface ComparedField {
  name: string;
  label: string;
  /** Of the one that stays and of the duplicate; empty where it does not say. */
  kept: string;
  merged: string;
  same: boolean;
  /** Whether the one that stays lacks it and could take it over. */
  fillable: boolean;
}

/** What two records say, field by field; fields of which neither says anything are left out. */
export function compareFields(kept: ResourceRecord, merged: ResourceRecord): ComparedField[] {
  return fieldsOf([kept, merged]).map((field) => {
    const [a, b] = [field.text(kept), field.text(merged)];
    return { name: field.name, label: field.label, kept: a, merged: b, same: a === b, fillable: a === '' && b !== '' && canBeFilled(kept) && lackingParts(field, storesOf(kept), storesOf(merged)).length > 0 };
  }).filter((field) => field.kept !== '' || field.merged !== '');
}

/** An article or practice in content/ is a text with drawings and definitions: whoever wants something in it edits its file. */
export function canBeFilled(row: Pick<ResourceRecord, 'origin' | 'kind'>): boolean {
  return row.origin === 'hub' || row.kind === 'reference';
}

const filledSchema = z.array(z.object({ label: z.string(), parts: z.array(z.object({ of: z.enum(['column', 'csl', 'details']), name: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })) }));
/** What was taken over, by field, with what stood there before. */
export type Filled = z.infer<typeof filledSchema>;
export { filledSchema };

type Store = Record<string, unknown>;
type Stores = Record<'column' | 'csl' | 'details', Store>;
const alike = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const isEmpty = (value: unknown) => value === undefined || value === null || value === '' || value === 'undetermined' || (Array.isArray(value) && value.length === 0);

/** Takes over into the kept record what it lacks, of the fields asked for. Returns what was filled. Call inside the transaction. */
export function fillFields(kept: ResourceRecord, merged: ResourceRecord, names: readonly string[]): Filled {
  const stores = storesOf(kept);
  const from = storesOf(merged);
  const filled = fieldsOf([kept, merged]).filter((field) => names.includes(field.name) && field.text(kept) === '' && field.text(merged) !== '').flatMap((field) => {
    const parts = lackingParts(field, stores, from).map(({ of, name }) => ({ of, name, before: stores[of][name], after: from[of][name] }));
    for (const { of, name, after } of parts) stores[of][name] = after;
    return parts.length ? [{ label: field.label, parts }] : [];
  });
  if (filled.length) put(kept, stores);
  return filled;
}

/** Takes out again what was filled and not edited since. Returns the labels of the fields that stay. Call inside the transaction. */
export function emptyFields(kept: ResourceRecord, filled: Filled): string[] {
  const stores = storesOf(kept);
  const stays = filled.filter(({ parts }) => {
    if (!parts.every(({ of, name, after }) => alike(stores[of][name], after))) return true;
    for (const { of, name, before } of parts) {
      if (before === undefined) delete stores[of][name];
      else stores[of][name] = before;
    }
    return false;
  });
  if (filled.length > stays.length) put(kept, stores);
  return stays.map(({ label }) => label);
}

/** The parts of a field that one record lacks and the other has. */
function lackingParts(field: RecordField, to: Stores, from: Stores): { of: keyof Stores; name: string }[] {
  const parts = (of: keyof Stores, names: readonly string[] = []) => names.filter((name) => isEmpty(to[of][name]) && !isEmpty(from[of][name])).map((name) => ({ of, name }));
  return [...parts('column', field.columns), ...parts('csl', field.csl), ...parts('details', field.details)];
}

const storesOf = (row: ResourceRecord): Stores => ({ column: { ...columns.parse(row) }, csl: { ...row.csl }, details: { ...row.details } });

function put(row: ResourceRecord, { column, csl, details }: Stores): void {
  const key = row.kind === 'reference' && !alike(row.csl, csl) ? workKey(readCsl(csl)) : row.workKey;
  db.update(resources).set({ ...columns.parse(column), csl, details, workKey: key }).where(eq(resources.id, row.id)).run();
}
