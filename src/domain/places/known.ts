import { db, prepared } from '#db/client.ts';
import type { Likenable } from './likeness.ts';

/** A place as lists, likeness and the map need it. */
export interface KnownPlace extends Likenable {
  id: number;
  slug: string;
  label: string;
  name: string;
  folded: string;
  country: string;
  kind: string;
  line: string | null;
  launched: number | null;
  populationYear: number | null;
  latitude: number | null;
  longitude: number | null;
  sample: boolean;
}

let kept: { of: object; at: number; places: readonly KnownPlace[]; bySlug: ReadonlyMap<string, KnownPlace>; byId: ReadonlyMap<number, KnownPlace> } | null = null;

/** Every place, the largest first; read once and kept until a place changes, in this process or another: likeness goes through all of them. Not inside a transaction that writes. */
export function knownPlaces(): NonNullable<typeof kept> {
  const at = (changeCount().get() as { value: number } | undefined)?.value ?? 0;
  if (kept?.at === at && kept.of === db.$client) return kept;
  const systems = new Map<number, string[]>();
  for (const { placeId, name } of allSystems().all() as { placeId: number; name: string }[]) systems.set(placeId, [...systems.get(placeId) ?? [], name]);
  const none: readonly string[] = [];
  const places = (all().all() as (Omit<KnownPlace, 'systems' | 'sample'> & { sample: number })[]).map((row) => ({ ...row, sample: row.sample === 1, systems: systems.get(row.id) ?? none }));
  kept = { of: db.$client, at, places, bySlug: new Map(places.map((place) => [place.slug, place])), byId: new Map(places.map((place) => [place.id, place])) };
  return kept;
}
const changeCount = prepared((d) => d.$client.prepare(`select value from facts where name = 'places'`));
const all = prepared((d) => d.$client.prepare(`
  select id, slug, label, name, folded, country, region, kind, line, launched, population, population_year as populationYear, form, stage, latitude, longitude, sample from places order by population desc nulls last, folded, id`));
const allSystems = prepared((d) => d.$client.prepare('select place_id as placeId, name from place_systems order by role, name'));

/** Says that places were put or changed. Call inside the transaction of the change. */
export function countPlaceChange(): void {
  counting().run();
}
const counting = prepared((d) => d.$client.prepare(`insert into facts (name, value) values ('places', 1) on conflict (name) do update set value = value + 1`));
