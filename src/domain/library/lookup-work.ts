import { z } from 'zod';
import { withoutMarkup } from '#lib/html-head.ts';
import { tidied, yearIn, type FoundFields } from './lookup-fields.ts';
import { writeName } from './names.ts';

const words = z.string().catch('');
/** Crossref gives lists where CSL-JSON has one text. */
const first = z.union([z.string(), z.array(z.string()).transform((list) => list[0] ?? '')]).catch('');
const date = z.object({ 'date-parts': z.array(z.array(z.union([z.number(), z.string(), z.null()]))) }).transform((d) => yearIn(String(d['date-parts'][0]?.[0]))).optional().catch(undefined);
const name = z.object({ family: words, given: words, suffix: words, name: words, literal: words });
const institution = z.union([z.array(z.object({ name: words })), z.object({ name: words }).transform((one) => [one])]).catch([]);

const workSchema = z.object({
  type: words, title: first, subtitle: first, DOI: words, author: z.array(name).catch([]), editor: z.array(name).catch([]), abstract: words, publisher: words, 'container-title': first, institution,
  issued: date, 'published-print': date, 'published-online': date, published: date,
});

/** Types of Crossref and of CSL-JSON, as ours. */
const types: Record<string, string> = {
  'journal-article': 'journal-article', 'article-journal': 'journal-article', book: 'book', monograph: 'book', 'edited-book': 'book', 'reference-book': 'book', proceedings: 'book',
  'book-chapter': 'book-chapter', 'book-section': 'book-chapter', 'book-part': 'book-chapter', 'reference-entry': 'book-chapter', chapter: 'book-chapter', 'entry-encyclopedia': 'book-chapter',
  'proceedings-article': 'conference-paper', 'paper-conference': 'conference-paper', report: 'report', 'report-component': 'report', 'posted-content': 'report', article: 'report', preprint: 'report',
  dissertation: 'thesis', thesis: 'thesis', dataset: 'dataset', standard: 'standard', software: 'software', webpage: 'website', 'post-weblog': 'website', speech: 'presentation',
  'article-newspaper': 'newspaper-article', 'article-magazine': 'magazine-article', legislation: 'legal',
};

/** Fields of the form from the record of a DOI, as Crossref's REST API or CSL-JSON has it; null where it is no such record. */
export function fieldsOfWork(record: unknown): FoundFields | null {
  const read = workSchema.safeParse(record);
  if (!read.success || !read.data.title) return null;
  const work = read.data;
  const type = types[work.type];
  const people = work.author.length ? work.author : work.editor;
  const inAnother = type === 'journal-article' || type === 'book-chapter' || type === 'conference-paper';
  const title = work.subtitle && !work.title.toLowerCase().includes(work.subtitle.toLowerCase()) ? `${work.title.replace(/[:\s]+$/, '')}: ${work.subtitle}` : work.title;
  return tidied({
    // Some publishers write their entities twice.
    title: withoutMarkup(title), type, doi: work.DOI.toLowerCase(), year: work.issued ?? work['published-print'] ?? work['published-online'] ?? work.published,
    people: people.map(({ family, given, suffix, ...whole }) => (family ? writeName({ family, ...(given && { given }), ...(suffix && { suffix }) }) : writeName({ literal: whole.name || whole.literal || given }))).join('\n'),
    venue: inAnother ? work['container-title'] || work.publisher : work.institution[0]?.name || work['container-title'] || work.publisher,
    summary: work.abstract.replace(/<(?:jats:)?title>[^<]*<\/(?:jats:)?title>/gi, ' ').replace(/^\s*(?:abstract|summary)\b[:.\s]*/i, ''),
  });
}
