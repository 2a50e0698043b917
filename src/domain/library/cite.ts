import { bibliographyEntry, markedToHtml, markedToText, type CslStyle } from '#lib/citeproc.ts';
import { escapeHtml } from '#lib/markdown.ts';
import type { Csl } from './csl.ts';

/** Styles in which a work can be cited, in the order of the page. */
export const citationStyles = [
  { code: 'apa', label: 'APA', csl: 'apa' },
  { code: 'chicago', label: 'Chicago (author-date)', csl: 'chicago-author-date' },
  { code: 'mla', label: 'MLA', csl: 'modern-language-association' },
  { code: 'harvard', label: 'Harvard', csl: 'harvard-cite-them-right' },
  { code: 'vancouver', label: 'Vancouver', csl: 'vancouver' },
] as const satisfies readonly { code: string; label: string; csl: CslStyle }[];
export type CitationStyle = (typeof citationStyles)[number]['code'];

/** A work as it stands in a list of references: as safe HTML with i, b, sup and sub, and as plain text. Both are empty for a record without a title. */
export interface Citation {
  /** Code of the style, or `bibtex`. */
  style: CitationStyle | 'bibtex';
  label: string;
  html: string;
  text: string;
}

/** A work in one style, in English. */
export function cite(csl: Partial<Csl>, style: CitationStyle): Citation {
  const { label } = styleOf(style);
  const marked = markedCitation(csl, style);
  return { style, label, html: markedToHtml(marked, escapeHtml), text: markedToText(marked) };
}

/** A work in every style, and as BibTeX where that is given; nothing for a record without a title. */
export function citeAll(csl: Partial<Csl>, bibtex?: string | null): Citation[] {
  const citations: Citation[] = citationStyles.map(({ code }) => cite(csl, code)).filter(({ text }) => text !== '');
  return bibtex ? [...citations, { style: 'bibtex', label: 'BibTeX', html: escapeHtml(bibtex.trim()), text: bibtex.trim() }] : citations;
}

/** A line of a list of works, in APA style, as HTML: its title leads to `href` (null: nowhere), its address is shortened. */
export function citeLinked(csl: Partial<Csl>, href: string | null): string {
  const marked = csl.type ? markedCitation(csl, 'apa') : csl.title ?? '';
  const address = addressOf(csl);
  const shown = address && marked.endsWith(address) ? marked.slice(0, -address.length) + shortAddress(address) : marked;
  const title = (csl.title ?? '').replace(/\s+/g, ' ').trim();
  const at = title ? plainQuotes(shown).indexOf(plainQuotes(title)) : -1;
  const [from, to] = at < 0 ? [0, shown.length] : [at, at + title.length];
  const html = (part: string) => markedToHtml(part, escapeHtml);
  return href === null ? html(shown) : `${html(shown.slice(0, from))}<a href="${escapeHtml(href)}">${html(shown.slice(from, to))}</a>${html(shown.slice(to))}`;
}

const styleOf = (code: CitationStyle) => citationStyles.find((style) => style.code === code) ?? citationStyles[0];

function markedCitation(csl: Partial<Csl>, style: CitationStyle): string {
  if (!csl.title?.trim()) return '';
  // Where the date is missing, what stands before it is left at the end.
  return bibliographyEntry(styleOf(style).csl, asStylesExpect(csl, style)).replace(/[;,:]$/, '.');
}

const notCited = ['id', 'abstract', 'annote', 'note', 'keyword', 'custom', 'categories', 'citation-key', 'citation-label', 'citation-number', 'references', 'year-suffix'];
/** These appear by themselves and not in something larger: what contains them is who brought them out. */
const standAlone = new Set(['report', 'thesis', 'speech', 'dataset', 'software', 'standard', 'document', 'event']);

/** The record as the styles want it: they print what they are given, and were written for records that separate container, publisher and event. */
function asStylesExpect(csl: Partial<Csl>, style: CitationStyle): object {
  const work: Partial<Csl> = Object.fromEntries(Object.entries(csl).filter(([field, value]) => value !== undefined && !notCited.includes(field)));
  work.issued ??= work['event-date'];
  if (work.issued?.edtf && !work.issued['date-parts']) work.issued = { raw: work.issued.edtf };
  work.event ??= work['event-title'];
  // A page of the web is described as such only where it is something else besides, a press release for example.
  if (work.type === 'webpage' && /^web ?(?:site|page)$/i.test(work.genre ?? '')) delete work.genre;
  if (standAlone.has(work.type ?? '') && !work.publisher) {
    work.publisher = work['container-title'];
    delete work['container-title'];
  }
  // "Presentation presented at" needs something to follow.
  if (style === 'vancouver' && work.type === 'speech' && !work.event) work.type = 'document';
  return withoutRepetition(work, style);
}

/** Who is both author and publisher is named once: APA leaves out the publisher, MLA the author. */
function withoutRepetition(work: Partial<Csl>, style: CitationStyle): Partial<Csl> {
  const authors = work.author ?? [];
  const repeated = (name: string | undefined) => name !== undefined && authors.some((author) => author.literal === name);
  if (style === 'apa') {
    if (repeated(work.publisher)) delete work.publisher;
    if (work.type === 'webpage' && repeated(work['container-title'])) delete work['container-title'];
  }
  if (style === 'mla' && authors.length === 1 && (repeated(work.publisher) || (work.type === 'webpage' && repeated(work['container-title'])))) delete work.author;
  return work;
}

const addressOf = (csl: Partial<Csl>) => (csl.DOI ? `https://doi.org/${csl.DOI}` : csl.URL ?? '');

/** "doi.org/10.1000/1" whole, and of any other address where it leads: "data.boston.gov/…". */
function shortAddress(address: string): string {
  const plain = address.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '');
  return plain.startsWith('doi.org/') || plain.length <= 40 ? plain : `${plain.slice(0, plain.indexOf('/') + 1)}…`;
}

/** Quotation marks as a typewriter has them, one character each: the styles make them curly. */
const plainQuotes = (text: string) => text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
