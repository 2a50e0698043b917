import type { CslDate } from '../csl.ts';
import { readName, type Name } from '../names.ts';
import { readDate } from './dates.ts';
import { enDash, given, tidied, tooLong, unreadable, type Draft, type Found } from './draft.ts';
import { normaliseDoi } from './duplicates.ts';
import { kindOfRis } from './kinds.ts';
import { cutNote, type Note } from './note.ts';
import { risEntries, type RisEntry } from './ris-entries.ts';

/** Reads RIS in all its dialects: one draft after the other. Tags that CSL-JSON has no place for stay in `custom` under their name. */
export function* readRis(text: string): Generator<Found> {
  for (const entry of risEntries(text)) yield entry.endless ? unreadable(entry, 'A record without an end', tooLong) : draftOf(entry);
}

/** The tags of a record; what has been taken is known, so that nothing is forgotten. */
class Tags {
  readonly #values = new Map<string, string[]>();
  readonly #taken = new Set<string>();

  constructor(entry: RisEntry) {
    for (const { tag, lines } of entry.tags) {
      const value = lines.join('\n').trim();
      const before = this.#values.get(tag);
      if (before) before.push(value);
      else this.#values.set(tag, [value]);
    }
  }

  /** Every line of these tags. */
  lines(...tags: string[]): string[] {
    return tags.flatMap((tag) => this.#take(tag)).flatMap((value) => value.split('\n')).map((line) => line.trim()).filter(Boolean);
  }

  /** The first of these tags that says something; the others are left for who asks for them. */
  first(...tags: string[]): string {
    const tag = tags.find((t) => this.#values.get(t)?.some(Boolean) && !this.#taken.has(t));
    return tag ? this.#take(tag).filter(Boolean).join('\n') : '';
  }

  rest(): Record<string, string> {
    return Object.fromEntries([...this.#values].filter(([tag, values]) => !this.#taken.has(tag) && values.some(Boolean)).map(([tag, values]) => [tag, values.filter(Boolean).join('\n')]));
  }

  #take(tag: string): string[] {
    this.#taken.add(tag);
    return this.#values.get(tag) ?? [];
  }
}

/** Kinds that appear in something with volumes and issues. */
export const periodical = new Set(['journal-article', 'magazine-article', 'newspaper-article']);
/** Kinds of which SP counts the pages, and which stand alone: what they appear in is a series. */
export const whole = new Set(['book', 'report', 'thesis', 'manual', 'case-study', 'practice', 'standard']);

function draftOf(entry: RisEntry): Draft {
  const tags = new Tags(entry);
  const kind = kindOfRis(tags.first('TY'));
  const type = kind.type ?? '';
  const title = tags.first('TI', 'T1', 'CT') || (type === 'book' ? tags.first('BT') : '');
  const short = tags.first('ST');
  const { note, rest } = notesIn(tags.lines('N1', 'RN'));
  const { numbers, isbn, issn } = serialNumbers(tags.lines('SN'));
  const kindWords = tags.first('M3');
  const doi = tags.first('DO', 'DI') || (/^10\.\d{4,9}\/\S+$/.test(kindWords) ? kindWords : '');
  const { url, foundDoi, more } = addresses(tags, doi);
  const pages = pagesOf(tags.first('SP'), tags.first('EP'));
  const csl = {
    title: title || short, ...given('title-short', short !== title && title ? short : ''),
    ...given('author', tags.lines('AU', 'A1').map(nameOf)), ...given('editor', tags.lines('ED', 'A2').map(nameOf)), ...given('collection-editor', tags.lines('A3').map(nameOf)), ...given('translator', tags.lines('A4').map(nameOf)),
    ...given('issued', issuedOf(tags)), ...given('accessed', readDate(tags.first('Y2'))), ...containers(tags, type),
    ...given('volume', tags.first('VL')), ...given(periodical.has(type) ? 'issue' : 'number', tags.first('IS', 'CP')), ...given('number', tags.first('M1') || (periodical.has(type) ? tags.first('C7') : '') || numbers),
    ...given(whole.has(type) && !/\d\s*[-–—]\s*\d/.test(pages) ? 'number-of-pages' : 'page', pages), ...given('publisher', tags.first('PB')), ...given('publisher-place', tags.first('CY', 'PP')), ...given('edition', tags.first('ET')),
    ...given('ISBN', isbn), ...given('ISSN', issn), ...given('DOI', doi || foundDoi), ...given('URL', url), ...given('abstract', tags.first('AB', 'N2')), ...given('note', rest),
    ...given('genre', kindWords === doi ? '' : kindWords), ...given('language', tags.first('LA')), ...given('source', tags.lines('DB', 'DP').join('; ')), ...given('call-number', tags.first('CN')), ...given('number-of-volumes', tags.first('NV')),
    ...given('section', tags.first('SE')), ...given('reviewed-title', tags.first('RI')),
  };
  const keywords = tags.lines('KW').flatMap((line) => line.split(/\s*;\s*/));
  const key = tags.first('ID');
  return { line: entry.line, readTo: entry.readTo, key, kind, csl: { ...csl, ...given('custom', { ...tags.rest(), ...more }) }, keywords, note };
}

/** "Barrett, Paul M", "Smith, J., Jr." or, without a comma, an organisation. */
function nameOf(line: string): Name {
  return readName(tidied(line.replace(/,\s*$/, '')));
}

function notesIn(lines: string[]): { note: Note | null; rest: string } {
  let note: Note | null = null;
  const rest = lines.map((line) => {
    const cut = cutNote(line);
    note = cut.note ?? note;
    return cut.note ? cut.rest.trim() : line;
  });
  return { note, rest: rest.filter(Boolean).join('\n') };
}

/** ISBN and ISSN by their shape; what is neither is the number of a report. */
function serialNumbers(lines: string[]): { isbn: string; issn: string; numbers: string } {
  const all = lines.flatMap((line) => line.split(/\s*[;,]\s*|\s+(?=\d{4}-?\d{3}[\dXx]\b)/)).map((n) => n.replace(/^(?:ISSN|ISBN)[:\s]*/i, '').replace(/\s*\([^)]*\)$/, '').trim()).filter(Boolean);
  const digits = (n: string) => n.replace(/[\s-]/g, '');
  const issn = all.filter((n) => /^\d{7}[\dXx]$/.test(digits(n)));
  const isbn = all.filter((n) => /^(?:97[89])?\d{9}[\dXx]$/.test(digits(n)));
  return { isbn: isbn.join(', '), issn: issn.join(', '), numbers: all.filter((n) => !issn.includes(n) && !isbn.includes(n)).join(', ') };
}

const doiIn = (url: string) => /^https?:\/\/(?:dx\.)?doi\.org\/(10\..+)$/i.exec(url)?.[1] ?? '';

/** The first address that is not merely the DOI again; further ones stay under the names of their tags. */
function addresses(tags: Tags, doi: string): { url: string; foundDoi: string; more: Record<string, string> } {
  const found = ['UR', 'LK', 'L2', 'L1', 'L3', 'L4'].flatMap((tag) => tags.lines(tag).flatMap((line) => line.split(/\s+(?=https?:\/\/)/)).map((address) => ({ tag, address })));
  const foundDoi = doi ? '' : found.map(({ address }) => doiIn(address)).find(Boolean) ?? '';
  const others = found.filter(({ address }) => !doiIn(address) || normaliseDoi(address) !== normaliseDoi(doi || foundDoi));
  const url = others.find(({ tag, address }) => ['UR', 'LK', 'L2'].includes(tag) && /^https?:\/\//i.test(address));
  const left = Map.groupBy(others.filter((other) => other !== url), ({ tag }) => tag);
  return { url: url?.address ?? '', foundDoi, more: Object.fromEntries([...left].map(([tag, of]) => [tag, of.map(({ address }) => address).join('\n')])) };
}

function pagesOf(start: string, end: string): string {
  const from = enDash(start.replace(/^pp?\.\s*/i, ''));
  return end && end !== from ? `${from}–${end}` : from;
}

/** The most exact of the dates that a record gives in DA, Y1 and PY. */
function issuedOf(tags: Tags): CslDate | null {
  const [exact, year, ...others] = [tags.first('DA'), tags.first('PY'), tags.first('Y1')];
  const completed = exact && !/\d{4}/.test(exact) && /^\d{4}/.test(year ?? '') ? `${exact} ${year?.slice(0, 4)}` : exact;
  const dates = [completed, year, ...others].flatMap((text) => readDate(text ?? '') ?? []);
  const [best] = dates.filter((date) => date['date-parts']).sort((a, b) => size(b) - size(a));
  return best ?? dates[0] ?? null;
}
const size = (date: CslDate) => (date['date-parts']?.flat().length ?? 0) + (date.season ? 1 : 0) + (date.circa ? 1 : 0);

/** Where it appeared: journal, book or series, and its short name. */
function containers(tags: Tags, type: string): Record<string, unknown> {
  const series = whole.has(type);
  const proceedings = type === 'conference-paper' ? tags.first('C3') : '';
  const name = proceedings || (series ? '' : tags.first('JF', 'T2', 'BT', 'JO', 'J1', 'JA', 'J2'));
  const short = tags.first('J2', 'JA', 'J1', 'JO');
  return {
    ...given('container-title', name), ...given('container-title-short', short === name ? '' : short),
    ...given('event-title', proceedings ? tags.first('T2') : ''), ...given('collection-title', series ? tags.first('T2', 'T3') : tags.first('T3')),
  };
}
