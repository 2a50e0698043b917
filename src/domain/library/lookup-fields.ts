import { withoutMarkup } from '#lib/html-head.ts';
import { writeName } from './names.ts';

/** What a look-up can fill in of the form that suggests a work. */
export const lookupFields = ['title', 'type', 'people', 'year', 'venue', 'summary', 'url', 'doi'] as const;
export type LookupField = (typeof lookupFields)[number];

/** The fields as the form takes them: text, `people` with one name on each line. */
export type FoundFields = Partial<Record<LookupField, string>>;

const most: Record<LookupField, number> = { title: 500, type: 40, people: 2000, year: 4, venue: 300, summary: 600, url: 2000, doi: 200 };

/** Only what says something, on one line (people on several), no longer than the form takes. */
export function tidied(fields: Partial<Record<LookupField, string | null | undefined>>): FoundFields {
  return Object.fromEntries(lookupFields.flatMap((name) => {
    const text = (name === 'people' ? (fields.people ?? '').split('\n').map(withoutMarkup).filter(Boolean).join('\n') : withoutMarkup(fields[name] ?? ''));
    const short = name === 'people' ? wholeLines(text, most.people) : name === 'title' || name === 'summary' || name === 'venue' ? wholeWords(text, most[name]) : text.length <= most[name] ? text : '';
    return short ? [[name, short]] : [];
  }));
}

function wholeWords(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/\s+\S*$/, '').slice(0, length - 1)}…`;
}

function wholeLines(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length + 1).replace(/\n[^\n]*$/, '').slice(0, length);
}

const ofOrganisations = /\b(?:of|the|for|and|city|county|town|township|state|province|government|ministry|university|college|school|institute|department|office|bureau|agency|authority|association|council|committee|commission|cent(?:er|re)|foundation|society|group|team|staff|services?|library|news|press|media|times|post|inc|llc|ltd|corp|company|ville|ville de|université|bureau)\b|[\d@/&]|\.(?:com|org|gov|net|ca)\b/i;
const particles = new Set(['van', 'von', 'de', 'der', 'den', 'del', 'della', 'di', 'da', 'du', 'la', 'le', 'ten', 'ter', 'al', 'bin']);

/** Whether a name without a comma is a person's: two to four words with capitals, and none that only organisations have. */
function isPerson(name: string): boolean {
  const words = name.split(' ');
  return words.length >= 2 && words.length <= 5 && !ofOrganisations.test(name) && words.every((word) => particles.has(word.toLowerCase()) || /^\p{Lu}/u.test(word)) && words.some((w) => /\p{Ll}/u.test(w));
}

/** A name as somebody wrote it, as the line of a form: "Taewoo Nam" and "Nam, Taewoo" are "Nam, Taewoo", "City of Portland, Oregon" is "{City of Portland, Oregon}". */
export function nameLine(written: string): string {
  const name = withoutMarkup(written).replace(/^by:?\s+/i, '').replace(/[\s,;]+$/, '');
  if (name.includes(',')) return ofOrganisations.test(name) ? writeName({ literal: name }) : name;
  if (!isPerson(name)) return writeName({ literal: name });
  const words = name.split(' ');
  const suffix = /^(?:jr|sr|ii|iii|iv)\.?$/i.test(words.at(-1) ?? '') ? words.pop() : undefined;
  const last = words.findIndex((word, at) => at > 0 && particles.has(word));
  const family = words.splice(last > 0 ? last : words.length - 1).join(' ');
  return writeName({ family, given: words.join(' '), ...(suffix && { suffix }) });
}

/** Names that stand in one text, such as "Jane Doe and John Smith" or "Doe, Jane; Smith, John", one on each line. */
export function nameLines(written: string): string {
  const text = withoutMarkup(written).replace(/^by:?\s+/i, '');
  const parts = text.includes(';') ? text.split(';') : text.split(/\s*,\s*|\s+(?:and|&|et|y)\s+/).every((p) => isPerson(p.trim())) ? text.split(/\s*,\s*|\s+(?:and|&|et|y)\s+/) : [text];
  return parts.map(nameLine).filter(Boolean).join('\n');
}

/** The year in a date however it is written; undefined where there is none. */
export function yearIn(text: string | undefined): string | undefined {
  return /(?<!\d)(?:1[5-9]|20)\d{2}(?!\d)/.exec(text ?? '')?.[0];
}
