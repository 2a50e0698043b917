import { db, members, profiles, untilChange } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { and, count, eq, isNotNull, isNull, lt, or } from 'drizzle-orm';
import { populationBand } from '../vocabulary.ts';
import { knownPlaces, type KnownPlace } from './known.ts';
import { distance, likeness, pairsOfWeights, readWeights, usualWeights, type Alike, type Weights } from './likeness.ts';
import { isNearPlace, placeRank, placeWords, readingsOf } from './words.ts';

/** What a list of places is narrowed to, as its address says it. Everything empty is every place. */
export interface PlaceAsk {
  q: string; country: string; region: string; kind: string; band: string; form: string; stage: string; line: string; system: string;
  /** Only those that have members in the directory. */
  peopled: boolean;
  /** Slug of the place that they are to be like. */
  like: string;
  weights: Weights;
  page: string | null;
}

const words = ['q', 'country', 'region', 'kind', 'band', 'form', 'stage', 'line', 'system', 'like'] as const;

export function readPlaceAsk(query: URLSearchParams): PlaceAsk {
  const [q, country, region, kind, band, form, stage, line, system, like] = words.map((name) => (query.get(name) ?? '').trim().slice(0, 100));
  return { q: q ?? '', country: country ?? '', region: region ?? '', kind: kind ?? '', band: band ?? '', form: form ?? '', stage: stage ?? '', line: line ?? '', system: system ?? '', like: like ?? '', peopled: query.get('peopled') === 'true', weights: readWeights(query), page: query.get('page') };
}

/** The query part that says the same, or nothing. */
export function writePlaceAsk(ask: Partial<PlaceAsk>): string {
  const pairs = words.flatMap((name): [string, string][] => (ask[name] ? [[name, ask[name]]] : []));
  if (ask.peopled) pairs.push(['peopled', 'true']);
  if (ask.like) pairs.push(...pairsOfWeights(ask.weights ?? usualWeights));
  if (ask.page && ask.page !== '1') pairs.push(['page', ask.page]);
  const text = new URLSearchParams(pairs).toString();
  return text && `?${text}`;
}

/** How many members of the directory each place has, counting only those whose place everybody may see. */
export const membersByPlace = untilChange((): ReadonlyMap<number, number> => new Map(db.select({ placeId: profiles.placeId, n: count() }).from(profiles).innerJoin(members, eq(members.id, profiles.memberId))
  .where(and(isNotNull(profiles.placeId), isNotNull(members.place), members.listed, isNotNull(members.emailConfirmedAt), or(isNull(members.suspendedUntil), lt(members.suspendedUntil, new Date()))))
  .groupBy(profiles.placeId).all().flatMap(({ placeId, n }): [number, number][] => (placeId === null ? [] : [[placeId, n]]))));

export interface PlaceHit extends KnownPlace {
  members: number;
  /** How like it is to the place asked for, in percent, and why; null when none was asked for. */
  alike: Alike | null;
}

/** One page of places: the most alike first, else those called exactly so, then the largest. Counts are over all that fit. `near`: none is called so, and these are spelled nearly so. */
export function listPlaces(ask: PlaceAsk, size = 30): { places: PlaceHit[]; total: number; paging: Paging; like: KnownPlace | null; near: boolean } {
  const { places, bySlug } = knownPlaces();
  const counts = membersByPlace();
  const like = bySlug.get(ask.like) ?? null;
  const fits = (place: KnownPlace) => (!ask.country || place.country === ask.country) && (!ask.region || place.region === ask.region) && (!ask.kind || place.kind === ask.kind)
    && (!ask.band || populationBand(place.population) === ask.band) && (!ask.form || place.form === ask.form) && (!ask.stage || place.stage === ask.stage) && (!ask.line || place.line === ask.line)
    && (!ask.system || place.systems.some((name) => name.toLowerCase() === ask.system.toLowerCase())) && (!ask.peopled || counts.has(place.id))
    && place.id !== like?.id;
  const narrowed = places.filter(fits);
  const reading = readingsOf(ask.q).find((one) => narrowed.some(one.fits));
  const typed = reading?.words ?? placeWords(ask.q);
  const near = !reading && narrowed.length > 0;
  const found = narrowed.filter(reading?.fits ?? ((place) => isNearPlace(place, typed))).map((place) => ({ place, far: like ? distance(like, place, ask.weights) : 0 }));
  // What is equal stays as it was: the largest first.
  if (like) found.sort((a, b) => a.far - b.far);
  else if (typed.length > 0) found.sort((a, b) => placeRank(a.place.folded, typed) - placeRank(b.place.folded, typed));
  const slice = paging(found.length, size, ask.page);
  return {
    total: found.length, paging: slice, like, near,
    places: found.slice(slice.offset, slice.offset + slice.size).map(({ place }) => ({
      ...place, members: counts.get(place.id) ?? 0, alike: like && likeness(like, place, ask.weights),
    })),
  };
}

/** How many places are listed of each country, that with most first. */
export const placesByCountry = untilChange((): { country: string; places: number }[] => {
  const counts = new Map<string, number>();
  for (const { country } of knownPlaces().places) counts.set(country, (counts.get(country) ?? 0) + 1);
  return [...counts].map(([country, places]) => ({ country, places })).sort((a, b) => b.places - a.places);
});

/** Names of all systems that places say they use, those used most first. */
export const systemsInUse = untilChange((): string[] => {
  const counts = new Map<string, number>();
  for (const { systems } of knownPlaces().places) for (const name of new Set(systems)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
});
