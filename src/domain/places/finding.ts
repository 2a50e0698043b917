import { eq } from 'drizzle-orm';
import { db, places, prepared } from '#db/client.ts';
import { NotFound } from '../errors.ts';
import { foldedPlace, isNearPlace, placeWords, readingsOf, withoutStyle, type Folded } from './words.ts';

export type PlaceRow = typeof places.$inferSelect;

/** The place at this address. Throws NotFound. */
export function findPlace(slug: string): PlaceRow {
  const row = db.select().from(places).where(eq(places.slug, slug)).get();
  if (!row) throw new NotFound('There is no place at this address.');
  return row;
}

export interface FoundPlace { id: number; slug: string; label: string; legalType: string; kind: string; population: number | null }

/** Places that fit each word that was typed (words.ts); the exact name first, then the largest. */
export function searchPlaces(text: string, limit = 10): FoundPlace[] {
  for (const { words, fits } of readingsOf(text)) {
    const places = fitting(words.slice(0, 6), fits, limit);
    if (places.length > 0) return places;
  }
  return [];
}

function fitting(words: readonly string[], fits: (place: Folded) => boolean, limit: number): FoundPlace[] {
  if (words.length === 0) return [];
  const typed = words.join(' ');
  const rows = db.$client.prepare(`${found} where ${words.map(() => `' ' || folded like ?`).join(' and ')} order by folded like ? desc, folded like ? desc, ${bySize}`);
  return first(limit, rows.iterate(...words.map((word) => `% ${word}%`), `${typed} %`, `${typed}%`) as Iterable<Row>, fits);
}

/** Places that may be meant by words in which a letter is wrong, the largest first. */
export function nearPlaces(text: string, limit = 10): FoundPlace[] {
  const words = wordsOf(text);
  if (words.length === 0) return [];
  return first(limit, allBySize().iterate() as Iterable<Row>, (row) => isNearPlace(row, words));
}

type Row = FoundPlace & Folded;
const found = 'select id, slug, label, legal_type as legalType, kind, population, folded, region, country from places';
const bySize = 'population desc nulls last, label, id';
const allBySize = prepared((d) => d.$client.prepare(`${found} order by ${bySize}`));

const wordsOf = (text: string) => placeWords(text.slice(0, 100)).slice(0, 6);

function first(limit: number, rows: Iterable<Row>, fits: (row: Row) => boolean): FoundPlace[] {
  const places: FoundPlace[] = [];
  for (const row of rows) {
    if (!fits(row)) continue;
    const { id, slug, label, legalType, kind, population } = row;
    if (places.push({ id, slug, label, legalType, kind, population }) === limit) break;
  }
  return places;
}

/** A text written by hand as it is compared with names. */
export const asTyped = (text: string) => placeWords(withoutSample(text)).join(' ');
const withoutSample = (text: string) => text.replace(/\s*\(sample\)$/i, '');

/** How a place is called without its state, and with it. */
export function namesOf({ label }: Pick<FoundPlace, 'label'>): { bare: string[]; whole: string[] } {
  const [, name = '', region = ''] = /^(.*?)(?:,\s*([^,]*))?$/.exec(withoutSample(label)) ?? [];
  const called = placeWords(name.replace(/ \([^)]*\)$/, '')).join(' ');
  return { bare: [called, placeWords(name).join(' ')], whole: [`${called} ${placeWords(region).join(' ')}`, asTyped(label)] };
}

/** Places of one name that are offered to choose among: the list has 26 Franklins, and whoever is of the last one finds theirs too. */
export const mostOfOneName = 30;

/** The places that a text written by hand names: those called exactly so, with or without the state; "Denver, CO" names one, "Springfield" many. Where none is, those called so without "City of" and the like. */
export function placesCalled(text: string): FoundPlace[] {
  const called = calledExactly(text);
  return called.length > 0 ? called : calledExactly(withoutStyle(text));
}

function calledExactly(text: string): FoundPlace[] {
  const typed = asTyped(text);
  if (!typed) return [];
  return searchPlaces(withoutSample(text), 50).filter((place) => Object.values(namesOf(place)).flat().includes(typed));
}

/** How many places a text written by hand may mean, of which whoever wrote it is asked to choose: those called so, or the only one that fits it. */
export const placesMeant = (text: string): number => placesCalled(text).length || (onlyPlaceIn(text) ? 1 : 0);

/** Whether a text that names a place says its state too: a bare "Ottawa" may be one that is in no list. */
export const saysWhere = (text: string, place: FoundPlace): boolean => [text, withoutStyle(text)].some((one) => namesOf(place).whole.includes(asTyped(one)));

/** The only place that fits a text which says after a comma where it is, though not as the list does: "Boise, ID" for Boise City, "Ottawa, Canada". What is called otherwise is none, as Newport News for "Newport, VA". */
export function onlyPlaceIn(text: string): FoundPlace | null {
  const [, name = '', where = ''] = /^([^,]+),(.+)$/.exec(text) ?? [];
  const [only, another] = searchPlaces(text, 2);
  if (!where || !only || another) return null;
  const [called = ''] = namesOf(only).bare;
  const isCalledSo = [name, withoutStyle(name)].some((one) => [called, called.replace(ofKind, '')].includes(asTyped(one)));
  return isCalledSo && liesIn(findPlace(only.slug), where) ? only : null;
}
const ofKind = / (?:city|county|town|village)$/;

/** Whether words name the state, province or country of a place, and nothing else: as the words of a place without a name. */
function liesIn({ region, country }: PlaceRow, where: string): boolean {
  const nameless = { folded: foldedPlace({ name: '', region, country }), region, country };
  return readingsOf(`, ${where}`).some(({ fits }) => fits(nameless));
}
