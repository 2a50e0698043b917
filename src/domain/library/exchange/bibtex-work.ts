import type { CslDate } from '../csl.ts';
import type { Name } from '../names.ts';
import { genreOf, venueOf, workType } from '../work-types.ts';
import type { BibEntry, BibField } from './bibtex-entries.ts';
import { monthOf, readDate } from './dates.ts';
import { enDash, given } from './draft.ts';
import { keywordsIn } from './keywords.ts';
import type { Kind } from './kinds.ts';
import { decodeNames, decodeTexts, decodeVerbatim } from './latex.ts';
import { cutNote, type Note } from './note.ts';

/** What a BibTeX entry says of a work. */
export interface BibWork {
  kind: Kind;
  csl: Record<string, unknown>;
  keywords: string[];
  /** Journal, or howpublished of a misc entry. */
  outlet: string;
  /** The note of people, without the hub's own. */
  remark: string;
  note: Note | null;
  problems: string[];
}

/** Names of fields of people, and the roles they have in CSL-JSON. */
export const peopleFields: Record<string, string> = { author: 'author', editor: 'editor', translator: 'translator', bookauthor: 'container-author' };
/** Fields that stand for one variable whatever the entry. */
export const plainFields: Record<string, string> = {
  series: 'collection-title', pages: 'page', edition: 'edition', abstract: 'abstract', shorttitle: 'title-short', shortjournal: 'container-title-short', eventtitle: 'event-title', venue: 'event-place', pagetotal: 'number-of-pages',
  volumes: 'number-of-volumes', version: 'version', chapter: 'chapter-number', annote: 'annote', isbn: 'ISBN', issn: 'ISSN', pmid: 'PMID', pmcid: 'PMCID',
};
/** Fields that are taken apart, or of use only to the program that wrote them. */
const otherwiseRead = new Set([
  'title', 'subtitle', 'year', 'month', 'day', 'date', 'urldate', 'journal', 'journaltitle', 'booktitle', 'howpublished', 'institution', 'school', 'organization', 'publisher', 'address', 'location', 'volume', 'number', 'issue', 'type', 'doi', 'url',
  'keywords', 'note', 'langid', 'language', 'crossref', 'entrysubtype', 'annotation', 'eid', 'file', 'owner', 'timestamp', 'date-added', 'date-modified', 'groups',
]);

/** Whether a field of this name is one the hub understands. */
export function isRead(name: string): boolean {
  return name in peopleFields || name in plainFields || otherwiseRead.has(name) || /^bdsk-(?:file|url)-/.test(name);
}

const verbatim = new Set(['doi', 'url', 'eprint', 'isbn', 'issn', 'pmid', 'pmcid']);

/** Types of entries whose word says enough or is explained by the rules of work-types.ts. */
const understood = new Set([
  'article', 'techreport', 'report', 'manual', 'misc', 'online', 'electronic', 'www', 'website', 'webpage', 'book', 'booklet', 'collection', 'mvbook', 'proceedings', 'incollection', 'inbook', 'inproceedings', 'conference', 'phdthesis', 'mastersthesis',
  'thesis', 'dataset', 'data', 'software', 'legislation', 'legal', 'standard', 'chapter', 'newspaper', 'magazine', 'presentation',
]);
const byWord: Record<string, string> = { chapter: 'book-chapter', data: 'dataset', legal: 'legal', newspaper: 'newspaper-article', magazine: 'magazine-article', presentation: 'presentation' };

/** Reads the fields of an entry: LaTeX becomes text, names names, dates dates. Fields without a place in CSL-JSON are kept in its `custom`. */
export function workOfEntry(entry: BibEntry): BibWork {
  const { note, others } = withoutNote(entry.fields);
  const fields = new Fields(others);
  const field = (...names: string[]) => names.map((name) => fields.text(name)).find(Boolean) ?? '';
  const journal = field('journal', 'journaltitle');
  const outlet = journal || field('howpublished');
  const title = [field('title') || field('booktitle'), field('subtitle')].filter(Boolean).join(': ');
  const url = field('url') || (/https?:\/\/\S+/.exec(outlet)?.[0] ?? '');
  const kind = kindOf(entry.type, { title, outlet, organization: field('organization', 'institution'), subtype: field('entrysubtype'), url });
  const loose = entry.type === 'misc' || entry.type === 'online';
  const inPeriodical = entry.type === 'article';
  const { issued, left } = issuedOf(field('year'), field('month'), field('day'), field('date'));
  const csl = {
    title, ...fields.people(), ...given('issued', issued.date), ...given('year-suffix', issued.suffix), ...given('accessed', readDate(field('urldate'))),
    ...given('container-title', journal || (field('title') ? field('booktitle') : '') || (loose ? venueOf(field('howpublished')) : '')),
    ...given('publisher', field('publisher', 'institution', 'school', 'organization')), ...given('publisher-place', field('address', 'location')),
    ...given(field('series') && !inPeriodical ? 'collection-number' : 'volume', field('volume')), ...given(inPeriodical ? 'issue' : 'number', field('number', 'issue')),
    ...Object.assign({}, ...Object.entries(plainFields).map(([name, variable]) => given(variable, field(name)))), ...given('page', enDash(field('pages', 'eid').replace(/\s*([-–—]+)\s*/g, '$1'))),
    ...given('genre', field('type') || (loose ? genreOf(field('howpublished')) : null) || genreOfType(kind.type ?? '', entry.type)), ...given('annote', field('annote', 'annotation')),
    ...given('DOI', field('doi').replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '')), ...given('URL', url), ...given('language', field('langid', 'language')), ...given('custom', { ...fields.others(), ...left }),
  };
  return { kind, csl, outlet, remark: field('note'), note, keywords: keywordsIn(field('keywords')), problems: [] };
}

/** The fields of an entry as plain text; what is given twice is joined where that makes sense. */
class Fields {
  readonly #texts = new Map<string, string>();
  readonly #people: Record<string, Name[]> = {};

  constructor(fields: readonly BibField[]) {
    const texts = fields.filter(({ name, value }) => value.trim() && !(name in peopleFields));
    const decoded = decodeTexts(texts.map(({ name, value }) => (verbatim.has(name) ? '' : value)));
    for (const [at, { name, value }] of texts.entries()) this.#put(name, verbatim.has(name) ? decodeVerbatim(value) : decoded[at] ?? '');
    for (const { name, value } of fields) {
      const role = peopleFields[name];
      if (role && value.trim()) this.#people[role] = [...this.#people[role] ?? [], ...decodeNames(value)];
    }
  }

  text(name: string): string {
    return this.#texts.get(name) ?? '';
  }

  people(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.#people).filter(([, names]) => names.length));
  }

  /** What the hub has no field for. */
  others(): Record<string, string> {
    return Object.fromEntries([...this.#texts].filter(([name, text]) => text && !isRead(name)));
  }

  #put(name: string, text: string): void {
    const before = this.#texts.get(name);
    if (before === undefined || before === text) this.#texts.set(name, text);
    else if (name === 'keywords') this.#texts.set(name, `${before}, ${text}`);
    else if (name === 'note') this.#texts.set(name, `${before}\n${text}`);
    else this.#put(`${name}-${/^\d+$/.exec(name.slice(-1)) ? 'again' : '2'}`, text);
  }
}

const noteFields = new Set(['note', 'annote', 'annotation']);

/** Takes the hub's own note out of the fields that hold notes. */
function withoutNote(fields: readonly BibField[]): { note: Note | null; others: BibField[] } {
  let note: Note | null = null;
  const others = fields.map((field) => {
    if (!noteFields.has(field.name)) return field;
    const cut = cutNote(field.value);
    note = cut.note ?? note;
    return { ...field, value: cut.rest };
  });
  return { note, others };
}

function kindOf(entry: string, { subtype, url, ...hints }: { title: string; outlet: string; organization: string; subtype: string; url: string }): Kind {
  if (!understood.has(entry)) return { type: null, original: entry };
  if (subtype === 'newspaper' || subtype === 'magazine') return { type: `${subtype}-article`, original: null };
  const type = byWord[entry] ?? workType({ entry, ...hints });
  return { type: type === 'website' && entry === 'misc' && !url ? null : type, original: null };
}

/** The CSL types of these are plain reports: the genre says which. */
const genreOfType = (type: string, entry: string) =>
  type === 'manual' ? 'Manual' : type === 'case-study' ? 'Case study' : entry === 'phdthesis' ? 'Doctoral dissertation' : entry === 'mastersthesis' ? "Master's thesis" : null;

/** The date of an entry; a month or day that cannot be made out is left over. */
function issuedOf(year: string, month: string, day: string, date: string): { issued: { date: CslDate | null; suffix: string }; left: Record<string, string> } {
  const [, plainYear = year, suffix = ''] = /^(\d{4})([a-z])$/.exec(year) ?? [];
  const whole = readDate(date);
  if (whole?.['date-parts'] ?? (whole && !year)) return { issued: { date: whole, suffix }, left: {} };
  const [from, to] = month.split(/\s*[-–/]+\s*/);
  const months = [from, to].flatMap((word) => (word ? monthOf(word) ?? [] : []));
  const [first, last] = months;
  const y = Number(plainYear);
  if (!month || !/^\d{4}$/.test(plainYear)) return { issued: { date: readDate(plainYear), suffix }, left: month ? { month } : {} };
  if (to && first && last && last > first) return { issued: { date: { 'date-parts': [[y, first], [y, last]] }, suffix }, left: {} };
  const exact = first && !to ? readDate(`${plainYear}-${first}${/^\d{1,2}$/.test(day) ? `-${day}` : ''}`) : readDate(`${month} ${plainYear}`);
  return exact?.['date-parts'] ? { issued: { date: exact, suffix }, left: {} } : { issued: { date: readDate(plainYear), suffix }, left: { month } };
}
