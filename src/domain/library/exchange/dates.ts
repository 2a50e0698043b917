import type { CslDate } from '../csl.ts';

const monthWords = [
  'jan january janvier janv', 'feb february fevrier fev', 'mar march mars', 'apr april avril avr', 'may mai', 'jun june juin', 'jul july juillet juil', 'aug august aout', 'sep sept september septembre',
  'oct october octobre', 'nov november novembre', 'dec december decembre',
].flatMap((words, at) => words.split(' ').map((word): [string, number] => [word, at + 1]));
const months = new Map(monthWords);
const seasons = new Map([['spring', '1'], ['summer', '2'], ['autumn', '3'], ['fall', '3'], ['winter', '4'], ['printemps', '1'], ['ete', '2'], ['automne', '3'], ['hiver', '4']]);

const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** 1 to 12 for "03", "Mar", "mars" or "March."; null for anything else. */
export function monthOf(text: string): number | null {
  const month = /^\d{1,2}$/.test(text.trim()) ? Number(text) : months.get(fold(text).replace(/[\s.,]/g, '')) ?? 0;
  return month >= 1 && month <= 12 ? month : null;
}

const partsOf = (year: string | undefined, month?: string | number | null, day?: string | number | null): number[] => {
  const m = typeof month === 'number' ? month : month ? monthOf(month) : null;
  const d = Number(day);
  return [Number(year), ...(m ? [m, ...(d >= 1 && d <= 31 ? [d] : [])] : [])];
};

type Reading = (match: RegExpExecArray) => CslDate | null;
const single = (parts: number[]): CslDate => ({ 'date-parts': [parts] });

/** How dates are written, most exact first. */
const forms: [RegExp, Reading][] = [
  [/^(\d{4})$/, ([, y]) => single(partsOf(y))],
  [/^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:T.*|\s+\d\d:\d\d.*)?$/, ([, y, m, d]) => (monthOf(m ?? '') ? single(partsOf(y, m, d)) : null)],
  // The date of RIS: year/month/day/anything else, each of which may be missing.
  [/^(\d{4})\/(\d{0,2})\/(\d{0,2})\/?(.*)$/, ([, y, m, d, other]) => (!other ? single(partsOf(y, m, d)) : seasons.has(fold(other)) ? { ...single(partsOf(y)), season: seasons.get(fold(other)) ?? '1' } : null)],
  [/^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:\/|--?|–)(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/, ([, y, m, d, y2, m2, d2]) => (Number(y2) >= Number(y) ? { 'date-parts': [partsOf(y, m, d), partsOf(y2, m2, d2)] } : null)],
  [/^([\p{L}.]+),? +(?:(\d{1,2})(?:st|nd|rd|th)?,? +)?(\d{4})$/u, ([, word = '', d, y]) => inWords(word, y, d)],
  [/^(\d{1,2})\.? +([\p{L}.]+),? +(\d{4})$/u, ([, d, word = '', y]) => inWords(word, y, d)],
  [/^(\d{4}),? +([\p{L}.]+)(?: +(\d{1,2}))?$/u, ([, y, word = '', d]) => inWords(word, y, d)],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, ([, a, b, y]) => (Number(a) > 12 ? single(partsOf(y, b, a)) : Number(b) > 12 || a === b ? single(partsOf(y, a, b)) : null)],
  [/^(?:c\.|ca\.?|circa|about) *\[?(\d{4})\]?$/i, ([, y]) => ({ ...single(partsOf(y)), circa: true })],
  [/^\[?(\d{4})\?\]?$/, ([, y]) => ({ ...single(partsOf(y)), circa: true })],
  [/^[[(©c]?\s*(\d{4})[\])]?[.,]?$/, ([, y]) => single(partsOf(y))],
];

function inWords(word: string, year: string | undefined, day: string | undefined): CslDate | null {
  const season = day ? undefined : seasons.get(fold(word));
  if (season) return { ...single(partsOf(year)), season };
  const month = monthOf(word);
  return month && !/^\d/.test(word) ? single(partsOf(year, month, day)) : null;
}

/** Reads a date as people and programs write it; what it cannot make out stands there word for word. Null for an empty one. */
export function readDate(text: string): CslDate | null {
  const written = text.trim().replace(/\s+/g, ' ');
  if (!written) return null;
  for (const [form, read] of forms) {
    const match = form.exec(written);
    const date = match && read(match);
    if (date) return date;
  }
  return { literal: written };
}

const two = (part: number) => String(part).padStart(2, '0');
const isoOf = ([year = 0, ...rest]: readonly number[]) => [String(year).padStart(4, '0'), ...rest.map(two)].join('-');

/** "2012-05-03", "2012-05/2012-06" or the words of a date without parts; empty for no date. */
export function writeDate(date: CslDate | undefined): string {
  if (!date?.['date-parts']?.length) return date?.literal ?? date?.raw ?? date?.edtf ?? '';
  const iso = date['date-parts'].map(isoOf).join('/');
  const season = date.season && date['date-parts'].length === 1 && date['date-parts'][0]?.length === 1 ? ['Spring', 'Summer', 'Autumn', 'Winter'][Number(date.season) - 1] : undefined;
  return season ? `${season} ${iso}` : date.circa && /^\d{4}$/.test(iso) ? `ca. ${iso}` : iso;
}

/** The date as RIS writes it: 2012/05/03/, with the season last. */
export function writeRisDate(date: CslDate | undefined): string {
  const [year, month, day] = date?.['date-parts']?.[0] ?? [];
  if (year === undefined || date?.['date-parts']?.[1] || date?.circa) return writeDate(date);
  const season = date?.season ? ['Spring', 'Summer', 'Autumn', 'Winter'][Number(date.season) - 1] ?? '' : '';
  return [String(year).padStart(4, '0'), month ? two(month) : '', day ? two(day) : '', season].join('/');
}
