import { z } from 'zod';
import type { Name } from './names.ts';

const text = z.string('This must be text.').optional();
const number = z.union([z.string(), z.number()], 'This must be text or a number.').transform(String).optional();
const flag = z.union([z.string(), z.number(), z.boolean()], 'This must be text, a number, true or false.').optional();

const name = z.strictObject({
  family: text, given: text, 'dropping-particle': text, 'non-dropping-particle': text, suffix: text, 'comma-suffix': flag, 'static-ordering': flag, literal: text, 'parse-names': flag,
}, { error: problemOf('A name') });
const names = z.array(name, 'This must be a list of names.').optional();

const whole = 'A part of a date must be a whole number.';
const datePart = z.union([z.number().int(whole), z.string().trim().regex(/^-?\d{1,6}$/, whole)], whole).transform(Number);
const dateParts = z.array(z.array(datePart).min(1, 'A date has a year.').max(3, 'A date has a year, a month and a day, no more.')).min(1, 'A date has a year.').max(2, 'A range of dates has a beginning and an end, no more.');
const structuredDate = z.strictObject({
  'date-parts': dateParts.optional(), season: number, circa: flag, literal: text, raw: text, edtf: text,
}, { error: problemOf('A date') });
/** A date that comes as one string is in EDTF, the extended form of ISO 8601; what else it may say is kept as it is. */
const date = z.union([z.string().transform((t) => fromEdtf(t)), structuredDate], 'This is not a date.').optional();

const types = [
  'article', 'article-journal', 'article-magazine', 'article-newspaper', 'bill', 'book', 'broadcast', 'chapter', 'classic', 'collection', 'dataset', 'document', 'entry', 'entry-dictionary',
  'entry-encyclopedia', 'event', 'figure', 'graphic', 'hearing', 'interview', 'legal_case', 'legislation', 'manuscript', 'map', 'motion_picture', 'musical_score', 'pamphlet', 'paper-conference',
  'patent', 'performance', 'periodical', 'personal_communication', 'post', 'post-weblog', 'regulation', 'report', 'review', 'review-book', 'software', 'song', 'speech', 'standard', 'thesis', 'treaty', 'webpage',
];

/** Names that CSL-JSON has for the people and bodies behind a work. */
const people = {
  author: names, chair: names, 'collection-editor': names, compiler: names, composer: names, 'container-author': names, contributor: names, curator: names, director: names, editor: names,
  'editorial-director': names, 'executive-producer': names, guest: names, host: names, illustrator: names, interviewer: names, narrator: names, organizer: names, 'original-author': names,
  performer: names, producer: names, recipient: names, 'reviewed-author': names, 'script-writer': names, 'series-creator': names, translator: names,
};

const dates = { accessed: date, 'available-date': date, 'event-date': date, issued: date, 'original-date': date, submitted: date };

const numbers = {
  'chapter-number': number, 'citation-number': number, 'collection-number': number, edition: number, 'first-reference-note-number': number, issue: number, locator: number, number,
  'number-of-pages': number, 'number-of-volumes': number, page: number, 'page-first': number, part: number, printing: number, supplement: number, volume: number,
};

const texts = {
  'citation-key': text, language: text, journalAbbreviation: text, shortTitle: text, abstract: text, annote: text, archive: text, archive_collection: text, archive_location: text,
  'archive-place': text, authority: text, 'call-number': text, 'citation-label': text, 'collection-title': text, 'container-title': text, 'container-title-short': text, dimensions: text,
  division: text, DOI: text, event: text, 'event-title': text, 'event-place': text, genre: text, ISBN: text, ISSN: text, jurisdiction: text, keyword: text, medium: text, note: text,
  'original-publisher': text, 'original-publisher-place': text, 'original-title': text, 'part-title': text, PMCID: text, PMID: text, publisher: text, 'publisher-place': text, references: text,
  'reviewed-genre': text, 'reviewed-title': text, scale: text, section: text, source: text, status: text, 'title-short': text, URL: text, version: text, 'volume-title': text,
  'volume-title-short': text, 'year-suffix': text,
};

const typeField = z.string('An item needs a type.').refine((t) => types.includes(t), 'This is not one of the types of CSL.');
/** Whatever another system keeps beside the standard variables, as text. */
const custom = z.record(z.string(), z.unknown().transform((value) => (typeof value === 'string' ? value : JSON.stringify(value) ?? ''))).optional();

/**
 * A bibliographic record in CSL-JSON (citationstyles.org, schema 1.0.2): its types and variables and nothing else, and a title besides, without
 * which a library cannot list it. Read, it is in one form: numbers as text, the parts of a date as numbers, custom values as text.
 */
export const cslSchema = z.strictObject({
  id: z.union([z.string(), z.number()], 'An item needs an id.').transform(String),
  type: typeField,
  title: z.string('It has no title.').refine((t) => t.trim() !== '', 'It has no title.'),
  categories: z.array(z.string()).optional(),
  ...people, ...dates, ...numbers, ...texts, custom,
}, { error: problemOf('An item') });

export type Csl = z.infer<typeof cslSchema>;
export type CslDate = NonNullable<Csl['issued']>;

/** The variables of CSL-JSON by what they hold. */
export const cslVariables = { people: Object.keys(people), dates: Object.keys(dates), numbers: Object.keys(numbers), texts: Object.keys(texts) };

export interface CslProblem { field: string; message: string }

/** Checks an item of unknown origin against the schema: the item in the one form of the hub, or all that is wrong with it. */
export function validateCsl(item: unknown): { csl: Csl } | { problems: CslProblem[] } {
  const read = cslSchema.safeParse(item);
  return read.success ? { csl: read.data } : { problems: read.error.issues.flatMap(problemsOf) };
}

function problemsOf(issue: z.core.$ZodIssue): CslProblem[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ field: [field, key].filter(Boolean).join('.'), message: issue.message }));
  const inner = issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : undefined;
  return inner && inner.code !== 'invalid_type' ? [{ field: [field, ...inner.path].filter((p) => p !== '').join('.'), message: inner.message }] : [{ field: field || 'item', message: issue.message }];
}

function problemOf(what: string) {
  return (issue: { code?: string | undefined }) => (issue.code === 'unrecognized_keys' ? `${what} has no such field.` : `${what} must be an object.`);
}

/** The record stored with a resource; a resource written in the browser may have only part of it, and what is not valid is passed over. */
export function readCsl(stored: Record<string, unknown>): Partial<Csl> {
  const read = partialSchema.safeParse(stored);
  if (read.success) return read.data;
  const wrong = new Set(read.error.issues.flatMap((issue) => (issue.path.length ? [String(issue.path[0])] : issue.code === 'unrecognized_keys' ? issue.keys : [])));
  return partialSchema.safeParse(Object.fromEntries(Object.entries(stored).filter(([field]) => !wrong.has(field)))).data ?? {};
}
const partialSchema = cslSchema.partial();

/** Authors, or the editors where there is no author. */
export function peopleOf(csl: Partial<Csl>): Name[] {
  return csl.author?.length ? csl.author : csl.editor ?? [];
}

/** Year and, where known, month (1–12) of publication; from the words of the date where it has no parts. */
export function issued(csl: Partial<Csl>): { year: number | null; month: number | null } {
  const date = csl.issued;
  const [year, month] = date?.['date-parts']?.[0] ?? [];
  const inWords = /(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)/.exec(date?.raw ?? date?.literal ?? date?.edtf ?? '')?.[1];
  return { year: year ?? (inWords ? Number(inWords) : null), month: month !== undefined && month >= 1 && month <= 12 ? month : null };
}

/** An EDTF date or range as parts; what EDTF can say beyond that stays as it is, for citation processors to read. */
function fromEdtf(value: string): z.infer<typeof structuredDate> {
  const ends = value.trim().split('/').map((end) => /^(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?([~?%]?)$/.exec(end));
  if (!ends.length || ends.length > 2 || ends.includes(null)) return { raw: value };
  return {
    'date-parts': ends.map((end) => (end ?? []).slice(1, 4).filter((part) => part !== undefined).map(Number)),
    ...(ends.some((end) => end?.[4]) && { circa: true }),
  };
}
