import { parse, type Creator, type Entry } from '@retorquere/bibtex-parser';
import type { Csl } from './csl.ts';
import type { Name } from './names.ts';
import { genreOf, languageOf, venueOf, workType } from './work-types.ts';
import { resourceType } from '../vocabulary.ts';

/** A work of a bibliography, ready for the catalogue. */
export interface Work {
  key: string;
  /** Line of the entry in its file, from 1. */
  line: number;
  type: string;
  csl: Csl;
  themes: string[];
  venue: string | null;
  /** Somebody has seen the work (`note = {verified: …}`). */
  checked: boolean;
  /** What the note says of where the record comes from; for editors only. */
  provenance: string | null;
}

export interface BibProblem {
  line: number;
  field: string;
  message: string;
}

const mapped = new Set([
  'author', 'editor', 'title', 'year', 'month', 'date', 'journal', 'booktitle', 'howpublished', 'institution', 'school', 'organization', 'publisher', 'address',
  'series', 'volume', 'number', 'pages', 'edition', 'type', 'doi', 'isbn', 'url', 'keywords', 'note', 'abstract', 'langid', 'language',
]);
const plain = (value: unknown): string => (Array.isArray(value) ? value.join(' and ') : typeof value === 'string' ? value : '')
  .replace(/<a href="([^"]*)">[^<]*<\/a>/g, '$1').replace(/<[^>]+>/g, '').replace(/&amp;/g, '&').replace(/&lt;/g, '<').replace(/&gt;/g, '>')
  .replace(/\u00a0/g, ' ').replace(/\s+/g, ' ').normalize('NFC').trim();

const nameOf = (creator: Creator): Name => creator.lastName === undefined ? { literal: plain(creator.name) } : {
  family: plain(creator.lastName),
  ...(creator.firstName && { given: plain(creator.firstName) }),
  ...(creator.prefix && { 'non-dropping-particle': plain(creator.prefix) }),
  ...(creator.suffix && { suffix: plain(creator.suffix) }),
};
const names = (creators: Creator[] | undefined) => creators?.map(nameOf).filter((n) => n.family ?? n.literal);

/**
 * Reads BibTeX: LaTeX accents and braces become plain text, people and organisations names, keywords themes, the rest CSL-JSON.
 * Fields without a place in CSL-JSON are kept in its `custom`. What cannot be read is told by line and field; the rest still comes back.
 */
export function readBibtex(source: string): { works: Work[]; problems: BibProblem[] } {
  const lines = entryLines(source);
  const { entries, errors } = parse(source, { english: false, sentenceCase: false, caseProtection: false });
  const problems = errors.map(({ error, input }): BibProblem => ({
    line: Number(/at line (\d+)/.exec(error)?.[1]) || lineOf(source, input ?? ''),
    field: 'entry',
    message: error.replace(/ at line \d+.*$/, '').replace(/\.\.\.$/, ''),
  }));
  const seen = new Set<string>();
  const works: Work[] = [];
  for (const entry of entries) {
    const line = lines.get(entry.key)?.shift() ?? lineOf(source, entry.input);
    const problem = (field: string, message: string) => problems.push({ line: fieldLine(source, line, field), field, message });
    const title = plain(entry.fields.title);
    const month = plain(entry.fields['month']);
    const work = workOf(entry, line, title);
    if (!entry.key) problem('key', 'An entry needs a key.');
    else if (!/^[A-Za-z0-9][A-Za-z0-9_:.-]*$/.test(entry.key)) problem('key', `"${entry.key}" cannot be part of an address; use letters, digits, - and _.`);
    else if (seen.has(entry.key)) problem('key', `"${entry.key}" is given twice.`);
    else if (!title) problem('title', `${entry.key} has no title.`);
    else if (entry.fields['year'] && !/^\d{4}$/.test(plain(entry.fields['year']))) problem('year', `${entry.key}: "${plain(entry.fields['year'])}" is not a year.`);
    else if (month && !/^(?:0?[1-9]|1[0-2])$/.test(month)) problem('month', `${entry.key}: "${month}" is not a month; use 1 to 12 or jan to dec.`);
    else if (work.csl.DOI && !/^10\.\d{4,9}\/\S+$/.test(work.csl.DOI)) problem('doi', `${entry.key}: "${work.csl.DOI}" is not a DOI, such as 10.1111/puar.12092.`);
    else if (work.csl.URL && !/^https?:$/.test(URL.parse(work.csl.URL)?.protocol ?? '')) problem('url', `${entry.key}: "${work.csl.URL}" is not a web address that starts with https://.`);
    else works.push(work);
    seen.add(entry.key);
  }
  return { works, problems };
}

function workOf(entry: Entry, line: number, title: string): Work {
  const field = (name: string) => plain((entry.fields as Record<string, unknown>)[name]);
  const outlet = field('journal') || field('howpublished');
  const type = workType({ entry: entry.type, title, outlet, organization: field('organization') || field('institution') });
  const year = Number(field('year')) || Number(/^\d{4}/.exec(field('date'))?.[0]) || null;
  const month = Number(field('month')) || Number(/^\d{4}-(\d\d)/.exec(field('date'))?.[1]) || null;
  const url = field('url') || (/https?:\/\/\S+/.exec(outlet)?.[0] ?? '');
  const container = field('journal') || field('booktitle') || (entry.type === 'misc' ? venueOf(field('howpublished')) : '') || '';
  const publisher = field('publisher') || field('institution') || field('school') || field('organization');
  const inPeriodical = entry.type === 'article';
  const genre = field('type') || (entry.type === 'misc' ? genreOf(field('howpublished')) : null) || typeGenre(type, entry.type);
  const language = field('langid') || field('language') || languageOf(outlet, url);
  const custom = Object.fromEntries(Object.keys(entry.fields).filter((name) => !mapped.has(name)).map((name) => [name, field(name)]));
  const note = field('note');
  const csl: Csl = {
    id: entry.key,
    type: resourceType(type).csl,
    title,
    ...withValue('author', names(entry.fields.author)),
    ...withValue('editor', names(entry.fields.editor)),
    ...(year && { issued: { 'date-parts': [month ? [year, month] : [year]] } }),
    ...withValue('container-title', container),
    ...withValue('collection-title', field('series')),
    ...withValue('publisher', publisher),
    ...withValue('publisher-place', field('address')),
    ...withValue(field('series') && !inPeriodical ? 'collection-number' : 'volume', field('volume')),
    ...withValue(inPeriodical ? 'issue' : 'number', field('number')),
    ...withValue('page', field('pages')),
    ...withValue('edition', field('edition')),
    ...withValue('genre', genre),
    ...withValue('abstract', field('abstract')),
    ...withValue('DOI', field('doi').replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '')),
    ...withValue('ISBN', field('isbn')),
    ...withValue('URL', url),
    language,
    ...(Object.keys(custom).length && { custom }),
  };
  return {
    key: entry.key, line, type, csl, venue: container || publisher || null,
    themes: [...new Set(entry.fields.keywords ?? [])],
    checked: /^verified\b/i.test(note),
    provenance: note || null,
  };
}

/** The CSL types of these are plain reports: the genre says which. */
const typeGenre = (type: string, entry: string) =>
  type === 'manual' ? 'Manual' : type === 'case-study' ? 'Case study' : entry === 'phdthesis' ? 'Doctoral dissertation' : entry === 'mastersthesis' ? "Master's thesis" : null;

const withValue = (name: string, value: string | Name[] | null | undefined) => (value?.length ? { [name]: value } : {});

/** Key → the lines of the entries that have it. */
export function entryLines(source: string): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  source.split('\n').forEach((text, at) => {
    for (const [, key = ''] of text.matchAll(/(?:^|\})\s*@\w+\s*[{(]\s*([^,\s}]*)/g)) lines.set(key, [...lines.get(key) ?? [], at + 1]);
  });
  return lines;
}

const lineOf = (source: string, part: string) => {
  const at = part ? source.indexOf(part.trim().slice(0, 60)) : -1;
  return at < 0 ? 1 : source.slice(0, at).split('\n').length;
};

/** The line on which an entry gives a field, or the entry's own line. */
export function fieldLine(source: string, entryLine: number, field: string): number {
  const rows = source.split('\n');
  for (let row = entryLine - 1; row < rows.length; row++) {
    const text = rows[row] ?? '';
    if (row >= entryLine && /^\s*@\w+\s*[{(]/.test(text)) break;
    if (new RegExp(`(?:^|[\\s,{])${field.replace(/\W/g, '')}\\s*=`, 'i').test(text)) return row + 1;
  }
  return entryLine;
}
