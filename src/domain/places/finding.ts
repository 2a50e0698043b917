import { eq, sql } from 'drizzle-orm';
import { db, places, prepared } from '#db/client.ts';
import { NotFound } from '../errors.ts';
import { isNearPlace, placeWords } from './words.ts';

export type PlaceRow = typeof places.$inferSelect;

/** The place at this address. Throws NotFound. */
export function findPlace(slug: string): PlaceRow {
  const row = db.select().from(places).where(eq(places.slug, slug)).get();
  if (!row) throw new NotFound('There is no place at this address.');
  return row;
}

export interface FoundPlace { id: number; slug: string; label: string; legalType: string; kind: string; population: number | null }

/** Places of which every word that was typed begins a word of the name, state or country; the exact name first, then the largest. */
export function searchPlaces(text: string, limit = 10): FoundPlace[] {
  const words = placeWords(text.slice(0, 100)).slice(0, 6);
  if (words.length === 0) return [];
  const all = sql.join(words.map((word) => sql`' ' || ${places.folded} like ${`% ${word}%`}`), sql` and `);
  const typed = words.join(' ');
  return db.select({ id: places.id, slug: places.slug, label: places.label, legalType: places.legalType, kind: places.kind, population: places.population }).from(places).where(all)
    .orderBy(sql`${places.folded} like ${`${typed} %`} desc`, sql`${places.folded} like ${`${typed}%`} desc`, sql`${places.population} desc nulls last`, places.label, places.id).limit(limit).all();
}

/** Places that may be meant by words in which a letter is wrong, the largest first. */
export function nearPlaces(text: string, limit = 10): FoundPlace[] {
  const words = placeWords(text.slice(0, 100)).slice(0, 6);
  if (words.length === 0) return [];
  return (bySize().all() as (FoundPlace & { folded: string })[]).filter(({ folded }) => isNearPlace(folded, words)).slice(0, limit);
}
const bySize = prepared((d) => d.$client.prepare('select id, slug, label, legal_type as legalType, kind, population, folded from places order by population desc nulls last, label, id'));

/** The places that a text written by hand names: those called exactly so, with or without the state; "Denver, CO" names one, "Springfield" many. */
export function placesCalled(text: string): FoundPlace[] {
  const typed = placeWords(text.replace(/\s*\(sample\)$/i, '')).join(' ');
  if (!typed) return [];
  return searchPlaces(text.replace(/\s*\(sample\)$/i, ''), 50).filter(({ label }) => {
    const [name = '', region = ''] = [label.replace(/ \(sample\)$/, '').replace(/,[^,]*$/, ''), /,\s*([^,]*)$/.exec(label.replace(/ \(sample\)$/, ''))?.[1] ?? ''];
    const called = placeWords(name.replace(/ \([^)]*\)$/, '')).join(' ');
    return [called, placeWords(name).join(' '), `${called} ${placeWords(region).join(' ')}`, placeWords(label).join(' ')].includes(typed);
  });
}
