import { readCsl, validateCsl, type Csl } from '../csl.ts';
import { resourceType } from '../../vocabulary.ts';
import { shortened, tidied, unreadable, given, type Draft } from './draft.ts';
import { usableKey } from './keys.ts';
import { keywordsIn, type Keywords } from './keywords.ts';
import { withGenre } from './kinds.ts';
import { languageCode } from './languages.ts';
import { withNote, type Loose } from './note.ts';
import type { ReadRecord } from './record.ts';

/** A draft in the words of the hub: themes for keywords, a type, a language, a key; then what its note says. Not checked yet. */
export function looseRecord(draft: Draft, known: Keywords): Loose {
  const { themes, others } = known.sort(draft.keywords.map((keyword) => tidied(keyword)).filter(Boolean));
  const item = { ...tidyItem(draft.csl), ...given('keyword', others.join(', ')) };
  const read = readCsl(item);
  const language = languageCode(read.language);
  const key = usableKey(draft.key, read);
  const custom = { ...read.custom, ...(draft.kind.original && { 'original-type': draft.kind.original }) };
  const loose: Loose = {
    key, themes, type: withGenre(draft.kind.type ?? (onlyOnTheWeb(item) ? 'website' : 'report'), read.genre),
    place: null, region: null, country: null, population: null, channels: [], serviceAreas: [], language: language ?? 'en', evidence: null, rights: null, rightsNote: null, ...draft.own,
    csl: {
      ...item, ...given('language', language && !/^[a-z]{2}-/.test(read.language ?? '') ? language : read.language), ...given('DOI', tidyDoi(read.DOI ?? '')), ...given('custom', custom),
      ...(draft.key && key !== draft.key && !/^\d+$/.test(draft.key) && !read['citation-key'] && { 'citation-key': draft.key }),
    },
  };
  return draft.note ? withNote(loose, draft.note) : loose;
}

const manyLines = new Set(['abstract', 'note', 'annote']);

function tidyItem(csl: Record<string, unknown>): Record<string, unknown> {
  const tidy = Object.entries(csl).map(([name, value]): [string, unknown] => [name, typeof value === 'string' ? tidied(value, manyLines.has(name)) : value]);
  return Object.fromEntries(tidy.filter(([, value]) => value !== '' && value !== undefined && value !== null));
}

const locators = ['container-title', 'collection-title', 'event-title', 'publisher', 'DOI', 'ISBN', 'ISSN', 'volume', 'issue', 'page', 'number', 'archive', 'call-number'];
const onlyOnTheWeb = (item: Record<string, unknown>) => item['URL'] !== undefined && !locators.some((name) => item[name] !== undefined);
const tidyDoi = (doi: string) => doi.replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '').replace(/[.,;]+$/, '');

/** Checks a draft: the record, and what had to be left out of it or put elsewhere. Nothing that was in the file gets lost: it stays in `custom`. */
export function settled(draft: Draft, known: Keywords): ReadRecord {
  const loose = looseRecord(draft, known);
  const problems = [...draft.problems ?? []];
  const strange = loose.themes.filter((code) => !known.has(code));
  if (strange.length) problems.push(`No theme of the hub is called ${strange.join(', ')}: kept as a keyword.`);
  const keyword = readCsl(loose.csl).keyword;
  const item = {
    ...loose.csl, id: loose.key, type: resourceType(loose.type).csl, ...(strange.length && { keyword: [...keywordsIn(keyword), ...strange].join(', ') }),
  };
  const { csl, moved } = repaired(item);
  const label = shortened(csl?.title ?? draft.key) || 'A work without a title';
  if (!csl) return unreadable(draft, label, 'It has no title.');
  const record = { ...loose, themes: loose.themes.filter((code) => known.has(code)), csl };
  return { line: draft.line, readTo: draft.readTo, label, record, problem: [...problems, ...moved].join(' ') || null };
}

/** The item with everything that CSL-JSON does not allow moved to its `custom`; null where it has no title. */
function repaired(item: Record<string, unknown>): { csl: Csl | null; moved: string[] } {
  const wrong = new Map<string, string>();
  const checked = validateCsl(item);
  for (const { field, message } of 'problems' in checked ? checked.problems : []) wrong.set(field.split('.')[0] ?? '', message);
  const { URL: url, DOI: doi } = readCsl(item);
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) wrong.set('URL', 'This is not an address that starts with https://.');
  if (doi !== undefined && !/^10\.\d{4,9}\/\S+$/.test(doi)) wrong.set('DOI', 'This is not a DOI, such as 10.1111/puar.12092.');
  if (wrong.has('title')) return { csl: null, moved: [] };
  if (!wrong.size) return { csl: 'csl' in checked ? checked.csl : null, moved: [] };
  const left = Object.fromEntries(Object.entries(item).filter(([name]) => !wrong.has(name)));
  const aside = Object.fromEntries([...wrong.keys()].filter((name) => item[name] !== undefined).map((name) => [name, typeof item[name] === 'string' ? item[name] : JSON.stringify(item[name])]));
  const again = validateCsl({ ...left, custom: { ...readCsl(left).custom, ...aside } });
  return { csl: 'csl' in again ? again.csl : null, moved: [...wrong].map(([name, message]) => `${name}: ${message} It is kept beside the record.`) };
}
