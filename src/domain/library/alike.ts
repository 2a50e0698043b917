import { prepared, untilChange } from '#db/client.ts';
import { knownPlaces, type KnownPlace } from '../places/known.ts';
import { distance, likeness, type Likenable, type Alike, type Weights } from '../places/likeness.ts';
import { placeWords, regionName } from '../places/words.ts';
import { fold } from '../search/words.ts';

interface Row { id: string; place: string | null; region: string | null; country: string | null; population: number | null; kind: string | null }

/** Where every published resource that has a place or a population is about; of a place in the list all that is known of it, with the resource's own population and kind before the list's. */
const resourcePlaces = untilChange((): ReadonlyMap<string, { at: Likenable; place: KnownPlace | null }> => {
  const called = new Map<string, KnownPlace | null>();
  for (const place of knownPlaces().places) {
    const name = placeWords(place.name).join(' ');
    for (const region of new Set(['', fold(place.region ?? ''), fold(regionName(place.country, place.region ?? ''))])) {
      const key = `${name}|${place.country}|${region}`;
      // A bare name that several places have means none of them.
      called.set(key, called.has(key) && called.get(key)?.id !== place.id ? null : place);
    }
  }
  return new Map((rows().all() as Row[]).map((row) => {
    const place = row.place === null ? null : called.get(`${placeWords(row.place).join(' ')}|${row.country ?? 'US'}|${fold(row.region ?? '')}`) ?? null;
    const { population, region, country, kind } = row;
    return [row.id, { place, at: {
      population: population ?? place?.population ?? null, kind: kind ?? place?.kind ?? null, form: place?.form ?? null, stage: place?.stage ?? null, systems: place?.systems ?? [],
      region: place?.region ?? region, country: place?.country ?? country,
    } }];
  }));
});
const rows = prepared((d) => d.$client.prepare(`
  select id, place, region, country, population, json_extract(details, '$.jurisdiction') as kind from resources where status = 'published' and (place is not null or population is not null)`));

/** How unlike a place each published resource's place is, by id; those that are about no place are left out. Null when there is no such place. */
export function distancesTo(slug: string, weights: Weights): Map<string, number> | null {
  const ours = knownPlaces().bySlug.get(slug);
  return ours ? new Map([...resourcePlaces()].map(([id, { at }]) => [id, distance(ours, at, weights)])) : null;
}

/** Why the place of a resource is like or unlike a place, in words; null for a resource about no place. */
export function whyAlike(slug: string, weights: Weights, id: string): Alike | null {
  const ours = knownPlaces().bySlug.get(slug);
  const at = resourcePlaces().get(id)?.at;
  return ours && at ? likeness(ours, at, weights) : null;
}

/** Ids of the published resources about a place of the list. */
export function resourcesAbout(placeId: number): string[] {
  return [...resourcePlaces()].flatMap(([id, { place }]) => (place?.id === placeId ? [id] : []));
}
