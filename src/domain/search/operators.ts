import { db, themes, untilChange } from '#db/client.ts';
import type { operatorNames } from '#lib/search-words.ts';
import { resourceTypes } from '../vocabulary.ts';
import { kinds, type Attributes, type DocumentKind } from './attributes.ts';
import { synonymsAt } from './synonyms.ts';
import { fold, wordsIn } from './words.ts';

/** Something that the attributes of a document tell, and the words for it of one that has it: Of 1996. */
export interface Told { passes: (all: Attributes, id: number) => boolean; says: (all: Attributes, id: number) => string }

/** What an operator asks of a document: words in its people column, or something its attributes tell. */
export type Field = { name: string; value: string } & ({ people: readonly string[] } | Told);

/** That a document is of a year. */
export const ofYears = (from: number, to = from): Told => ({
  passes: (all, id) => {
    const year = all.year[id] ?? 0;
    return year !== 0 && year >= from && year <= to;
  },
  says: (all, id) => `Of ${all.year[id] ?? ''}`,
});

/** That a document is of one of some types. */
export const ofTypes = (codes: readonly string[]): Told => ({ passes: (all, id) => codes.includes(typeOf(all, id)), says: (all, id) => typeLabel(typeOf(all, id)) });
const typeOf = (all: Attributes, id: number) => all.typeCodes[all.type[id] ?? 0] ?? '';

export type OperatorName = (typeof operatorNames)[number];

const [library, threads, people]: [DocumentKind[], DocumentKind[], DocumentKind[]] = [['resource'], ['thread', 'post'], ['member']];
/** Kinds that `in:` leads to, by what people call them. */
const places: Record<string, readonly DocumentKind[]> = {
  library, resources: library, threads, discussions: threads, forums: threads, posts: threads, people, members: people, themes: ['theme'], pages: ['page', 'forum', 'theme'],
};

/** What the long form offers of them. */
export const offeredPlaces = [{ code: 'library', label: 'Library' }, { code: 'threads', label: 'Discussions' }, { code: 'people', label: 'People' }, { code: 'pages', label: 'Themes and pages' }] as const;

/** Kinds that `in:` with this word leads to, the same list for the same kinds; undefined for a word that leads nowhere. */
export const leadsTo = (name: string): readonly DocumentKind[] | undefined => (Object.hasOwn(places, fold(name)) ? places[fold(name)] : undefined);

/** The operator that was typed as `name:value`; null where the value makes no sense, so that it is searched as it stands. */
export function readField(name: OperatorName, value: string): Field | null {
  const given = value.trim();
  if (!given) return null;
  const as = (told: Told): Field => ({ name, value: given, ...told });
  if (name === 'author') {
    const people = wordsIn(given).slice(0, 8);
    return people.length ? { name, value: given, people } : null;
  }
  if (name === 'type') return readType(given, as);
  if (name === 'theme') return readTheme(given, as);
  if (name === 'place') return readPlace(given, as);
  if (name === 'year') return readYears(given, as);
  if (name === 'in') {
    const among = leadsTo(given);
    return among ? as({ passes: (all, id) => among.some((kind) => kinds[all.kind[id] ?? 0] === kind), says: () => among === library ? 'In the library' : among === threads ? 'In the discussions' : among === people ? 'Among the people' : 'Among themes and pages' }) : null;
  }
  if (name === 'has') return /^(accepted )?answers?$|^solution$/i.test(given) ? as({ passes: (all, id) => all.accepted[all.unit[id] ?? id] === 1, says: () => 'Has an accepted answer' }) : null;
  const day = readDay(given);
  if (!day) return null;
  return name === 'before' ? as({ passes: (all, id) => spanOf(all, id)[0] < day, says: () => `Before ${given}` }) : as({ passes: (all, id) => spanOf(all, id)[1] >= day, says: () => `On or after ${given}` });
}

type As = (told: Told) => Field;

const words = (text: string) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean).join(' ');
const others: Record<string, string> = { discussion: 'Discussion', question: 'Question', announcement: 'Announcement', comment: 'Comment', member: 'Member', forum: 'Forum', theme: 'Theme', page: 'Page', 'case-of-the-week': 'Case of the week' };

/** What kind of thing this type is, in words. */
export const typeLabel = (code: string): string => (Object.hasOwn(others, code) ? others[code] : resourceTypes.find((t) => t.code === code)?.label) ?? code;

/** Types that the long form offers. */
export const offeredTypes = [...resourceTypes, ...['question', 'discussion', 'announcement', 'case-of-the-week', 'comment'].map((code) => ({ code, label: typeLabel(code) }))];

const typeWords = [...resourceTypes.map(({ code, label, plural }) => ({ code, names: [code, label, plural].map(words) })), ...Object.entries(others).map(([code, label]) => ({ code, names: [words(code), words(label), `${words(label)}s`] }))];

/** Codes of the types that are called so, by code, label or plural; or have a label that begins so. */
export function typesCalled(name: string): string[] {
  const wanted = words(name);
  const exact = typeWords.filter((t) => t.names.includes(wanted)).map((t) => t.code);
  return exact.length || !wanted ? exact : typeWords.filter((t) => t.names.some((n) => n.startsWith(wanted))).map((t) => t.code);
}

function readType(value: string, as: As): Field | null {
  const codes = typesCalled(value);
  return codes.length ? as(ofTypes(codes)) : null;
}

const themeNames = untilChange(() => db.select({ code: themes.code, label: themes.label }).from(themes).all().map(({ code, label }) => ({ code, label, names: [words(code), words(label)] })));

/** Codes of the themes that are called so, by code or label; or have the word in either. */
export function themesCalled(name: string): string[] {
  const wanted = words(name);
  const all = themeNames();
  const exact = all.filter(({ names }) => names.includes(wanted));
  return (exact.length || !wanted ? exact : all.filter(({ names }) => names.some((n) => ` ${n} `.includes(` ${wanted} `)))).map(({ code }) => code);
}

function readTheme(value: string, as: As): Field | null {
  const codes = themesCalled(value);
  const isOn = (all: Attributes, id: number) => (code: string) => all.themeCodes.includes(code) && ((all.themes[id] ?? 0) & (1 << all.themeCodes.indexOf(code))) !== 0;
  const label = (code: string | undefined) => themeNames().find((theme) => theme.code === code)?.label ?? '';
  return codes.length ? as({ passes: (all, id) => codes.some(isOn(all, id)), says: (all, id) => `On the theme “${label(codes.find(isOn(all, id)))}”` }) : null;
}

function readPlace(value: string, as: As): Field | null {
  if (!words(value)) return null;
  let wanted: string[] = [];
  let readFor: Attributes | null = null;
  const fits: boolean[] = [];
  const passes = (all: Attributes, id: number) => {
    if (readFor !== all) {
      wanted = placesCalled(value);
      fits.length = 0;
      readFor = all;
    }
    const place = all.place[id] ?? 0;
    return place > 0 && (fits[place] ??= wanted.some((name) => ` ${words(all.placeNames[place] ?? '')} `.includes(` ${name} `)));
  };
  return as({ passes, says: (all, id) => `${kinds[all.kind[id] ?? 0] === 'member' ? 'From' : 'About'} ${all.placeNames[all.place[id] ?? 0] ?? ''}` });
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
  const first = match[1] ? Number(match[1]) : -Infinity;
  const last = match[3] ? Number(match[3]) : match[2] ? Infinity : first;
  return as(ofYears(Math.min(first, last), Math.max(first, last)));
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
