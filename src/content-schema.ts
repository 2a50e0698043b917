import { z } from 'zod';
import { audiences, channels, evidenceLevels, jurisdictions, serviceAreas } from '#domain/vocabulary.ts';
import { longestNote, longestWord, mostWords, wordKey } from '#domain/thesaurus/words.ts';
import type { Term } from '#domain/library/types.ts';

const codesOf = (list: readonly Term[]) => {
  const codes = new Set(list.map((t) => t.code));
  return z.string().refine((code) => codes.has(code), { error: (issue) => `"${String(issue.input)}" is not one of ${[...codes].join(', ')}.` });
};
const line = (max: number, what: string) => z.string({ error: `Give it a ${what}.` }).trim().min(1, `Give it a ${what}.`).max(max, `Keep the ${what} to ${max} characters.`);
const date = z.preprocess(
  (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : value),
  z.string({ error: 'Give a date as 2026-11-23.' })
    .refine((day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)), 'Give a date as 2026-11-23.'));
const year = z.number({ error: 'Give a year as 1996.' }).int('Give a year as 1996.').min(1800, 'Give a year as 1996.').max(2100, 'Give a year as 1996.');
const words = z.union([z.string(), z.number()]).transform(String).pipe(z.string().trim().min(1, 'Leave the field out rather than empty.'));

/** Codes of themes: that they exist is checked against themes.yaml, not here. */
const themes = z.array(z.string({ error: 'Give codes of themes.' }), { error: 'Give 1 to 4 themes.' }).min(1, 'Give at least one theme.').max(4, 'Give at most 4 themes.')
  .refine((codes) => new Set(codes).size === codes.length, 'A theme is given twice.');

const published = { title: line(200, 'title'), summary: line(300, 'summary'), published: date, reviewBy: date.optional(), themes };

/** Frontmatter of content/articles/*.mdx. */
export const articleSchema = z.strictObject({
  ...published,
  authors: z.array(z.string().trim().min(1, 'Name the author.'), { error: 'Name the authors.' }).min(1, 'Name the authors.'),
  channels: z.array(codesOf(channels)).default([]),
  audience: z.array(codesOf(audiences)).default([]),
});

/** One measured result of a practice: before and after, or a single value, with where it is documented. */
export const resultSchema = z.strictObject({
  what: line(200, 'line that says what was measured'),
  before: words.optional(),
  after: words.optional(),
  value: words.optional(),
  source: z.string().trim().min(1, 'Name the source.').optional(),
  work: z.string().trim().min(1, 'Give a bibliography key.').optional(),
}).refine((r) => (r.value !== undefined) !== (r.before !== undefined && r.after !== undefined), 'Give before and after, or value.')
  .refine((r) => (r.before === undefined) === (r.after === undefined), 'Give both before and after.')
  .refine((r) => r.source ?? r.work, 'Give a source in words or a work.');

/** Frontmatter of content/practices/*.mdx. */
export const practiceSchema = z.strictObject({
  ...published,
  place: line(100, 'place'),
  region: z.string().trim().regex(/^[A-Z0-9]{1,3}$/, 'Give the code of the state or province, as MD.').optional(),
  country: z.string({ error: 'Give the country as US.' }).trim().regex(/^[A-Z]{2}$/, 'Give the country as US.'),
  jurisdiction: codesOf(jurisdictions),
  population: z.number({ error: 'Give the population as a number.' }).int('Give a whole number.').positive('Give a positive number.').optional(),
  populationYear: year.optional(),
  populationSource: z.string().trim().min(1, 'Say where the population is from.').optional(),
  year,
  channels: z.array(codesOf(channels)).default([]),
  serviceAreas: z.array(codesOf(serviceAreas)).default([]),
  evidence: codesOf(evidenceLevels),
  results: z.array(resultSchema, { error: 'Give the results.' }).min(1, 'Give at least one result.'),
}).refine((p) => (p.population === undefined) || p.populationSource, { error: 'Say where the population is from.', path: ['populationSource'] });

/** The headings of a practice, in this order. */
export const practiceSections = [
  'The problem', 'The place', 'What was done', 'What came of it', 'What it takes', 'What did not work', 'How to copy it',
] as const;

/** Frontmatter of content/pages/*.mdx. */
export const pageSchema = z.strictObject({
  title: line(200, 'title'),
  summary: line(300, 'summary'),
  updated: date.transform((day) => new Date(day)),
});

const code = z.string({ error: 'Give a code.' }).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use lower case, digits and hyphens.');

/** One theme of content/themes.yaml. */
export const themeSchema = z.strictObject({
  code,
  label: line(80, 'label'),
  note: line(300, 'note'),
  also: z.array(words).default([]),
});

/** One forum of content/forums.yaml. */
export const forumSchema = z.strictObject({
  slug: code,
  name: line(80, 'name'),
  description: line(300, 'description'),
  themes: z.array(z.string()).default([]),
});

/** One measure of content/measures.yaml, as <Measure> prints it. */
export const measureSchema = z.strictObject({
  id: z.string({ error: 'Give the id as CC-01.' }).regex(/^[A-Z]{2,4}-\d+[a-z]?$/, 'Give the id as CC-01.'),
  name: line(120, 'name'),
  formula: line(300, 'formula'),
  unit: line(60, 'unit'),
  group: z.enum(['contact-centre', 'service-request', 'participation'], { error: 'Use contact-centre, service-request or participation.' }),
  better: z.enum(['up', 'down', 'band', 'none'], { error: 'Use up, down, band (both extremes are bad) or none (context only).' }),
  means: line(500, 'sentence that says what it means'),
  pitfall: z.string().trim().min(1, 'Leave the field out rather than empty.').max(500, 'Keep the pitfall to 500 characters.').optional(),
  /** Bibliography keys behind the definition, for editors. */
  sources: z.array(z.string()).optional(),
});

const word = z.union([z.string(), z.number()], { error: 'Give a word.' }).transform(String)
  .pipe(z.string().trim().refine((text) => wordKey(text) !== '', 'Leave the word out rather than empty.').max(longestWord, `Keep a word to ${longestWord} characters.`));

/** One entry of content/thesaurus.yaml: words that search takes for one another. That no word is given twice is checked over the whole file. */
export const thesaurusSchema = z.strictObject({
  term: word,
  also: z.array(word, { error: 'Give a list of other words.' }).min(1, 'Give at least one other word: an entry joins two or more.').max(mostWords, `Give at most ${mostWords} words.`),
  related: z.array(word, { error: 'Give a list of words.' }).max(mostWords, `Give at most ${mostWords} words.`).default([]),
  note: line(longestNote, 'note').optional(),
});

export type Practice = z.infer<typeof practiceSchema>;
export type Theme = z.infer<typeof themeSchema>;
export type Forum = z.infer<typeof forumSchema>;
