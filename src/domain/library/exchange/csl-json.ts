import { validateCsl, type Csl } from '../csl.ts';
import { resourceType } from '../../vocabulary.ts';
import { longestRecord, tooLong, unreadable, type Draft, type Found } from './draft.ts';
import { keywordsIn } from './keywords.ts';
import { kindOfCsl } from './kinds.ts';
import { noteName, objectEnd, parseJson, readNote, sorted } from './note.ts';
import type { ExchangeRecord } from './record.ts';

/** Reads CSL-JSON: a list of items, an object with `items`, or one item. Each item is parsed by itself, so that one that is broken spoils no other. */
export function* readCslJson(text: string): Generator<Found> {
  let line = 1;
  let counted = 0;
  for (const { start, end } of itemsOf(text)) {
    line += countLines(text, counted, start);
    counted = start;
    const place = { line, readTo: end };
    const item = end - start > longestRecord ? null : parseJson(text.slice(start, end));
    yield isObject(item) ? draftOf(item, place) : unreadable(place, text.slice(start, start + 200), item === null && end - start > longestRecord ? tooLong : 'This is not a valid JSON object.');
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const countLines = (text: string, from: number, to: number) => text.slice(from, to).split('\n').length - 1;

/** Where the items of the list begin and end. */
function* itemsOf(text: string): Generator<{ start: number; end: number }> {
  const list = /^[\uFEFF\s]*\[/.exec(text) ?? /^[\uFEFF\s]*\{(?:[^[{]{0,5000}?)"(?:items|references)"\s*:\s*\[/.exec(text);
  let at = list ? list[0].length : text.search(/\{/);
  while (at >= 0 && at < text.length) {
    const start = text.slice(at, at + 1_000_000).search(/[{\]]/);
    if (start < 0 || text.charAt(at + start) === ']') return;
    const end = objectEnd(text, at + start);
    yield { start: at + start, end: end < 0 ? text.length : end };
    if (end < 0 || !list) return;
    at = end;
  }
}

function draftOf(item: Record<string, unknown>, place: { line: number; readTo: number }): Draft {
  const { id, type, custom, keyword, ...rest } = item;
  const kept = isObject(custom) ? custom : {};
  const { [noteName]: own, ...others } = kept;
  const foreign = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]));
  return {
    ...place, key: typeof id === 'string' || typeof id === 'number' ? String(id) : '', kind: kindOfCsl(typeof type === 'string' ? type : ''),
    csl: { ...normal(rest), ...(Object.keys(foreign).length && { custom: foreign }) }, keywords: keywordsIn(typeof keyword === 'string' ? keyword : ''), note: own === undefined ? null : readNote(own),
    ...(own !== undefined && !readNote(own) && { problems: ['The note of a Practice Hub in it is damaged and was left out.'] }),
  };
}

/** Numbers and dates in the one form of the hub; what is not valid stays as it is, to be told later. */
function normal(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null).map(([name, value]) => {
    const checked = validateCsl({ id: 'x', type: 'book', title: 'x', [name]: value });
    return [name, 'csl' in checked ? Object.entries(checked.csl).find(([key]) => key === name)?.[1] : value];
  }));
}

/** An item of CSL-JSON in one line; `note` is what CSL-JSON has no variable for. */
export function writeCslItem({ csl, key, type, themes, language }: ExchangeRecord, note: unknown): string {
  const { [noteName]: clash, ...custom } = csl.custom ?? {};
  const keyword = [...themes, ...keywordsIn(csl.keyword)].join(', ');
  const item: Partial<Csl> = {
    ...csl, id: key, type: resourceType(type).csl, ...(keyword && { keyword }), ...(csl.language === undefined && language !== 'en' && { language }),
  };
  const kept = { ...custom, ...(note !== null && note !== undefined && { [noteName]: note }) };
  const { id, type: kind, title, custom: _, ...rest } = item;
  return JSON.stringify({ id, type: kind, title, ...Object(sorted(rest)), ...(Object.keys(kept).length && { custom: sorted(kept) }) });
}
