import { db, themes, untilChange } from '#db/client.ts';
import { resourceTypes } from '../vocabulary.ts';
import { kinds, type Attributes, type DocumentKind } from './attributes.ts';
import { synonymsAt } from './synonyms.ts';
import { fold, wordsIn } from './words.ts';

/** What an operator asks of a document: words in its people column, or something its attributes tell. */
export type Field = { name: string; value: string } & ({ people: readonly string[] } | { passes: (all: Attributes, id: number) => boolean });

export const operatorNames = ['author', 'type', 'theme', 'place', 'year', 'in', 'has', 'before', 'after'] as const;
export type OperatorName = (typeof operatorNames)[number];

/** Kinds that `in:` leads to, by what people call them. */
const places: Record<string, readonly DocumentKind[]> = {
  library: ['resource'], resources: ['resource'], threads: ['thread', 'post'], discussions: ['thread', 'post'], forums: ['thread', 'post'], posts: ['thread', 'post'],
  people: ['member'], members: ['member'], themes: ['theme'], pages: ['page', 'forum', 'theme'],
};

/** The operator that was typed as `name:value`; null where the value makes no sense, so that it is searched as it stands. */
export function readField(name: OperatorName, value: string): Field | null {
  const given = value.trim();
  if (!given) return null;
  const as = (passes: (all: Attributes, id: number) => boolean): Field => ({ name, value: given, passes });
  if (name === 'author') {
    const people = wordsIn(given).slice(0, 8);
    return people.length ? { name, value: given, people } : null;
  }
  if (name === 'type') return readType(given, as);
  if (name === 'theme') return readTheme(given, as);
  if (name === 'place') return readPlace(given, as);
  if (name === 'year') return readYears(given, as);
  if (name === 'in') {
    const among = places[fold(given)];
    return among && Object.hasOwn(places, fold(given)) ? as((all, id) => among.some((kind) => kinds[all.kind[id] ?? 0] === kind)) : null;
  }
  if (name === 'has') return /^(accepted )?answers?$|^solution$/i.test(given) ? as((all, id) => all.accepted[all.unit[id] ?? id] === 1) : null;
  const day = readDay(given);
  if (!day) return null;
  return name === 'before' ? as((all, id) => spanOf(all, id)[0] < day) : as((all, id) => spanOf(all, id)[1] >= day);
}

type As = (passes: (all: Attributes, id: number) => boolean) => Field;

const words = (text: string) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean).join(' ');
const others: Record<string, string> = { discussion: 'Discussion', question: 'Question', announcement: 'Announcement', comment: 'Comment', member: 'Member', forum: 'Forum', theme: 'Theme', page: 'Page', 'case-of-the-week': 'Case of the week' };

/** What kind of thing this type is, in words. */
export const typeLabel = (code: string): string => (Object.hasOwn(others, code) ? others[code] : resourceTypes.find((t) => t.code === code)?.label) ?? code;

const typeWords = [...resourceTypes.map(({ code, label, plural }) => ({ code, names: [code, label, plural].map(words) })), ...Object.entries(others).map(([code, label]) => ({ code, names: [words(code), words(label), `${words(label)}s`] }))];

/** Codes of the types that are called so, by code, label or plural; or have a label that begins so. */
export function typesCalled(name: string): string[] {
  const wanted = words(name);
  const exact = typeWords.filter((t) => t.names.includes(wanted)).map((t) => t.code);
  return exact.length || !wanted ? exact : typeWords.filter((t) => t.names.some((n) => n.startsWith(wanted))).map((t) => t.code);
}

function readType(value: string, as: As): Field | null {
  const codes = typesCalled(value);
  return codes.length ? as((all, id) => codes.includes(all.typeCodes[all.type[id] ?? 0] ?? '')) : null;
}

const themeNames = untilChange(() => db.select({ code: themes.code, label: themes.label }).from(themes).all().map(({ code, label }) => ({ code, names: [words(code), words(label)] })));

/** Themes that are called so, by code or label, or have the word in either. */
function readTheme(value: string, as: As): Field | null {
  const wanted = words(value);
  const all = themeNames();
  const exact = all.filter(({ names }) => names.includes(wanted));
  const codes = (exact.length || !wanted ? exact : all.filter(({ names }) => names.some((name) => ` ${name} `.includes(` ${wanted} `)))).map(({ code }) => code);
  return codes.length ? as((documents, id) => codes.some((code) => documents.themeCodes.includes(code) && ((documents.themes[id] ?? 0) & (1 << documents.themeCodes.indexOf(code))) !== 0)) : null;
}

function readPlace(value: string, as: As): Field | null {
  const wanted = placesCalled(value);
  if (wanted.length === 0) return null;
  let readFor: Attributes | null = null;
  const fits: boolean[] = [];
  return as((all, id) => {
    if (readFor !== all) {
      fits.length = 0;
      readFor = all;
    }
    const place = all.place[id] ?? 0;
    return place > 0 && (fits[place] ??= wanted.some((name) => ` ${words(all.placeNames[place] ?? '')} `.includes(` ${name} `)));
  });
}

/** A place under all its names: NYC is New York too. */
function placesCalled(value: string): string[] {
  const typed = wordsIn(value);
  const known = synonymsAt(typed, 0);
  return [value, ...(known?.length === typed.length ? known.same.map(({ text }) => text) : [])].map(words).filter(Boolean);
}

function readYears(value: string, as: As): Field | null {
  const match = /^(\d{4})?\s*(\.\.|–|-)?\s*(\d{4})?$/.exec(value);
  if (!match || (!match[1] && !match[3]) || (match[1] && match[3] && !match[2])) return null;
  const from = match[1] ? Number(match[1]) : -Infinity;
  const to = match[3] ? Number(match[3]) : match[2] ? Infinity : from;
  return as((all, id) => {
    const year = all.year[id] ?? 0;
    return year !== 0 && year >= from && year <= to;
  });
}

/** The first moment of a year, month or day, in milliseconds; null for what is none. */
function readDay(text: string): number | null {
  const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)];
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at.getTime() : null;
}

/** From when to when something may have been written: of a work only the year is known. */
function spanOf(all: Attributes, id: number): [from: number, to: number] {
  const [year, at] = [all.year[id] ?? 0, all.at[id] ?? 0];
  return kinds[all.kind[id] ?? 0] === 'resource' && year !== 0 ? [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1) - 1] : [at, at];
}
