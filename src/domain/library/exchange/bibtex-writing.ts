import type { Csl, CslDate } from '../csl.ts';
import type { Name } from '../names.ts';
import { isRead, peopleFields, plainFields } from './bibtex-work.ts';
import { writeDate } from './dates.ts';
import { oneLine } from './draft.ts';
import { keywordsIn } from './keywords.ts';
import { escapeLatex } from './latex.ts';
import { noteName, oneLineJson } from './note.ts';
import type { ExchangeRecord } from './record.ts';

/** The kind of entry for each type, and the fields that hold what it appeared in and who brought it out. */
const entries: Record<string, { entry: string; container?: string; publisher?: string }> = {
  'journal-article': { entry: 'article', container: 'journal' }, 'newspaper-article': { entry: 'article', container: 'journal' }, 'magazine-article': { entry: 'article', container: 'journal' },
  book: { entry: 'book' }, 'book-chapter': { entry: 'incollection', container: 'booktitle' }, 'conference-paper': { entry: 'inproceedings', container: 'booktitle' },
  report: { entry: 'techreport', publisher: 'institution' }, 'case-study': { entry: 'techreport', publisher: 'institution' }, practice: { entry: 'techreport', publisher: 'institution' },
  manual: { entry: 'manual', publisher: 'organization' }, thesis: { entry: 'phdthesis', publisher: 'school' },
};
const other = { entry: 'misc', container: 'howpublished', publisher: 'publisher' };

/** A record as a BibTeX entry in UTF-8; `note` is what BibTeX has no field for. */
export function writeBibEntry(record: ExchangeRecord, note: unknown): string {
  const { csl, key, type, themes, language } = record;
  const { entry, container = 'booktitle', publisher = 'publisher' } = entries[type] ?? other;
  const text = (variable: string) => textOf(csl, variable);
  const inPeriodical = entry === 'article';
  const fields: [string, string][] = [
    ...Object.entries(peopleFields).map(([name, role]): [string, string] => [name, (peopleIn(csl, role) ?? []).map(nameOf).join(' and ')]),
    ['title', titleOf(csl.title)], [container, (inPeriodical ? escapeLatex : titleOf)(text('container-title'))], ...datesOf(csl),
    ['volume', escapeLatex(text('collection-title') && !inPeriodical ? text('collection-number') : text('volume'))], ['number', escapeLatex(text(inPeriodical ? 'issue' : 'number'))],
    [publisher, escapeLatex(text('publisher'))], ['address', escapeLatex(text('publisher-place'))], ['type', escapeLatex(text('genre'))],
    ...Object.entries(plainFields).filter(([name]) => name !== 'annote').map(([name, variable]): [string, string] => [name, /^[A-Z]+$/.test(variable) ? verbatim(text(variable)) : escapeLatex(text(variable))]),
    ['doi', verbatim(text('DOI'))], ['url', verbatim(text('URL'))], ['urldate', csl.accessed ? escapeLatex(writeDate(csl.accessed)) : ''],
    ['language', escapeLatex(csl.language ?? (language === 'en' ? '' : language))], ['keywords', [...themes, ...keywordsIn(csl.keyword)].map(escapeLatex).join(', ')], ...foreign(csl.custom),
    ['note', csl.note?.includes(noteName) ? '' : escapeLatex(csl.note ?? '')], ['annote', annotation(csl.annote, note)],
  ];
  const lines = fields.filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}}`);
  const entrysubtype = type === 'newspaper-article' || type === 'magazine-article' ? [`  entrysubtype = {${type.slice(0, -8)}}`] : [];
  return `@${/master/i.test(csl.genre ?? '') && entry === 'phdthesis' ? 'mastersthesis' : entry}{${key},\n${[...lines, ...entrysubtype].join(',\n')}\n}\n\n`;
}

function textOf(csl: Csl, variable: string): string {
  const value = Object.entries(csl).find(([name]) => name === variable)?.[1];
  return typeof value === 'string' ? value : '';
}

function peopleIn(csl: Csl, role: string): Name[] | undefined {
  return { author: csl.author, editor: csl.editor, translator: csl.translator, 'container-author': csl['container-author'] }[role];
}

/** "de Jong, Jorrit" or {City of Chicago}; the word "and" inside a name stands in braces. */
function nameOf(name: Name): string {
  if (name.literal === 'others') return 'others';
  if (name.literal) return `{${escapeLatex(name.literal)}}`;
  const parts = [[name['non-dropping-particle'], name.family].filter(Boolean).join(' '), name.suffix, name.given].filter((part) => part !== undefined && part !== '');
  return parts.map((part) => escapeLatex(part ?? '').replace(/\band\b/gi, '{$&}')).join(', ');
}

/** Words with capitals inside, which styles would write small, stand in braces. */
const titleOf = (title: string) => escapeLatex(title).replace(/\\[A-Za-z]+|[\p{L}\p{N}]+/gu, (word) => (/^[^\\].*\p{Lu}/u.test(word) ? `{${word}}` : word));
const verbatim = (text: string) => oneLine(text).replace(/[{}\\]/g, (sign) => encodeURIComponent(sign)).replace(/[%#&_$]/g, '\\$&').replace(/\s+/g, '');

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function datesOf(csl: Csl): [string, string][] {
  const date: CslDate | undefined = csl.issued;
  const [year, month, day] = date?.['date-parts']?.[0] ?? [];
  if (!date || year === undefined || date['date-parts']?.[1] || date.circa || date.season) return [['date', date ? escapeLatex(writeDate(date)) : '']];
  return [['year', `${year}${/^[a-z]$/.test(csl['year-suffix'] ?? '') ? csl['year-suffix'] : ''}`], ['month', month ? monthNames[month - 1] ?? '' : ''], ['day', day ? String(day) : '']];
}

/** What other programs kept in fields that the hub does not use. */
function foreign(custom: Csl['custom']): [string, string][] {
  return Object.entries(custom ?? {}).filter(([name]) => /^[a-z][a-z0-9-]*$/.test(name) && !isRead(name)).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, name === 'eprint' ? verbatim(value) : escapeLatex(value)]);
}

/** The hub's note stands where BibTeX has room for notes that no style prints. */
function annotation(remark: string | undefined, note: unknown): string {
  const own = note ? `${noteName}: ${oneLineJson(note, true)}` : '';
  return [remark?.includes(noteName) ? '' : escapeLatex(remark ?? ''), own].filter(Boolean).join(' ');
}
