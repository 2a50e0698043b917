import { and, desc, eq, isNotNull, not } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, placeChannels, placeChanges, places, placeSystems, profiles, transaction } from '#db/client.ts';
import { line, optionalText, text } from '#lib/fields.ts';
import { regions } from '#lib/regions.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { countAttempt } from '../people/limits.ts';
import { canModerate, canWrite, mustCoordinate, mustWrite } from '../people/permissions.ts';
import { indexMember } from '../people/searchable.ts';
import type { Member, Viewer } from '../people/types.ts';
import { channels, jurisdictions, labelOf } from '../vocabulary.ts';
import { findPlace, type PlaceRow } from './finding.ts';
import { countPlaceChange } from './known.ts';
import { foldedPlace, forms, lines, placeLabel, placeWords, regionName, stages, systemRoles } from './words.ts';

const coded = (list: readonly { code: string }[]) => z.string().nullish().transform((code) => code || null).refine((code) => code === null || list.some((term) => term.code === code), 'Choose one of these.');
const year = z.string().nullish().transform((typed) => typed?.trim() || null).refine((typed) => typed === null || (/^\d{4}$/.test(typed) && Number(typed) >= 1990 && Number(typed) <= 2100), 'Give a year as 2006.')
  .transform((typed) => (typed === null ? null : Number(typed)));

/** The systems of one role, as typed: names with commas or line ends between them. */
const systemsField = optionalText(300).transform((typed) => [...new Map((typed ?? '').split(/[,;\n]/).map((name) => name.replace(/\s+/g, ' ').trim()).filter(Boolean).map((name) => [name.toLowerCase(), name])).values()])
  .refine((names) => names.length <= 6 && names.every((name) => name.length <= 80), 'Name at most six, each in at most 80 characters.');

export const placeFactsInput = z.object({
  slug: z.string().max(100), form: coded(forms), stage: coded(stages), line: coded(lines), launched: year,
  channels: z.array(z.string()).refine((codes) => codes.every((code) => channels.some((term) => term.code === code)), 'Choose from these.').default([]),
  crm: systemsField, telephony: systemsField, 'work-orders': systemsField, knowledge: systemsField, app: systemsField, gis: systemsField, analytics: systemsField,
});
type SystemRole = 'crm' | 'telephony' | 'work-orders' | 'knowledge' | 'app' | 'gis' | 'analytics';

/** Whether the viewer may change what is said about a place: whoever has it in their profile and is no vendor, and coordinators. */
export function canEditPlace(viewer: Viewer, placeId: number): viewer is Member {
  return canWrite(viewer) && (keepsPlace(viewer, placeId) || canModerate(viewer));
}

/** For the page and the command: throws SignInRequired, Denied. */
export function mustEditPlace(viewer: Viewer, placeId: number): asserts viewer is Member {
  mustWrite(viewer);
  if (!canEditPlace(viewer, placeId)) throw new Denied(`The facts of a place are kept by the members who work there. ${isVendor(viewer) ? 'Vendors do not change them: tell a coordinator what is wrong.' : 'Choose it in your profile first.'}`);
}

export interface PlaceFacts { systems: { role: string; label: string; names: string[] }[]; channels: string[] }

/** Systems by what they are for, and codes of channels. */
export function factsOf(placeId: number): PlaceFacts {
  const rows = db.select().from(placeSystems).where(eq(placeSystems.placeId, placeId)).orderBy(placeSystems.name).all();
  const used = new Set(db.select({ channel: placeChannels.channel }).from(placeChannels).where(eq(placeChannels.placeId, placeId)).all().map((row) => row.channel));
  return {
    systems: systemRoles.flatMap(({ code, label }) => {
      const names = rows.filter((row) => row.role === code).map((row) => row.name);
      return names.length > 0 ? [{ role: code, label, names }] : [];
    }),
    channels: channels.filter(({ code }) => used.has(code)).map(({ code }) => code),
  };
}

/** Changes the facts that are shared by everybody of a place; what changed is kept with who and when. Throws NotFound, Denied, TooMany. */
export function editPlaceFacts(actor: Member, { slug, channels: used, ...input }: z.output<typeof placeFactsInput>): { url: string } {
  const place = findPlace(slug);
  mustEditPlace(actor, place.id);
  countAttempt('profilePerMember', actor.id);
  return transaction(() => {
    const before = factsOf(place.id);
    const { form, stage, line: runs, launched, ...systems } = input;
    db.update(places).set({ form, stage, line: runs, launched, updatedAt: new Date() }).where(eq(places.id, place.id)).run();
    db.delete(placeSystems).where(eq(placeSystems.placeId, place.id)).run();
    db.delete(placeChannels).where(eq(placeChannels.placeId, place.id)).run();
    for (const { code } of systemRoles) for (const name of systems[code as SystemRole]) db.insert(placeSystems).values({ placeId: place.id, role: code, name }).run();
    for (const channel of new Set(used)) db.insert(placeChannels).values({ placeId: place.id, channel }).run();
    const changed = differences(place, before, { ...place, form, stage, line: runs, launched }, factsOf(place.id));
    if (changed.length > 0) noteChange(place.id, actor, changed.join('; '));
    // A coordinator who does not work there does it by office.
    if (changed.length > 0 && !keepsPlace(actor, place.id)) recordAct(actor, 'edit place', place.label, `/places/${slug}`, changed.join('; ').slice(0, 500));
    return { url: `/places/${slug}` };
  });
}

/** Whether a member wears the hat of a vendor, by which they keep no place. */
export const isVendor = (member: { id: number }): boolean => db.select({ id: members.id }).from(members).where(and(eq(members.id, member.id), members.vendor)).get() !== undefined;

const keepsPlace = (member: Member, placeId: number) => db.select({ id: profiles.memberId }).from(profiles).innerJoin(members, eq(members.id, profiles.memberId))
  .where(and(eq(profiles.memberId, member.id), eq(profiles.placeId, placeId), not(members.vendor))).get() !== undefined;

/** Keeps who changed what; places and pages are read anew. Call inside the transaction. */
function noteChange(placeId: number, actor: Member, what: string): void {
  db.insert(placeChanges).values({ placeId, byId: actor.id, what }).run();
  countPlaceChange();
  bumpChanges();
}

function differences(a: PlaceRow, factsA: PlaceFacts, b: PlaceRow, factsB: PlaceFacts): string[] {
  const told = (label: string, before: string, after: string) => (before === after ? [] : [`${label}: ${before || 'nothing'} → ${after || 'nothing'}`]);
  const word = (list: readonly { code: string; label: string }[], code: string | null) => (code === null ? '' : labelOf(list, code));
  const named = (facts: PlaceFacts, role: string) => facts.systems.find((system) => system.role === role)?.names.join(', ') ?? '';
  const used = (facts: PlaceFacts) => facts.channels.map((code) => labelOf(channels, code)).join(', ');
  return [
    ...told('Name', a.label, b.label), ...told('Kind', word(jurisdictions, a.kind), word(jurisdictions, b.kind)), ...told('Population', String(a.population ?? ''), String(b.population ?? '')),
    ...told('Form of government', word(forms, a.form), word(forms, b.form)), ...told('Stage', word(stages, a.stage), word(stages, b.stage)), ...told('311 line', word(lines, a.line), word(lines, b.line)),
    ...told('Since', String(a.launched ?? ''), String(b.launched ?? '')), ...systemRoles.flatMap(({ code, label }) => told(label, named(factsA, code), named(factsB, code))), ...told('Channels', used(factsA), used(factsB)),
  ];
}

export interface PlaceChange { what: string; at: Date; by: string | null }

/** What was changed about a place, newest first. Who did it is named for coordinators only: it tells where somebody works. */
export function changesOf(viewer: Viewer, placeId: number): PlaceChange[] {
  const rows = db.select({ what: placeChanges.what, at: placeChanges.at, by: members.name }).from(placeChanges).leftJoin(members, eq(members.id, placeChanges.byId))
    .where(eq(placeChanges.placeId, placeId)).orderBy(desc(placeChanges.id)).limit(20).all();
  return rows.map((row) => ({ ...row, by: canModerate(viewer) ? row.by : null }));
}

const degrees = (most: number) => z.string().nullish().transform((typed) => typed?.trim() || null)
  .refine((typed) => typed === null || (/^-?\d{1,3}(\.\d+)?$/.test(typed) && Math.abs(Number(typed)) <= most), `Give degrees between -${most} and ${most}, such as 39.74.`).transform((typed) => (typed === null ? null : Number(typed)));

export const placeInput = z.object({
  name: line({ missing: 'Give the name of the place.', max: 100 }),
  kind: z.string({ error: 'Choose what kind of government it is.' }).refine((code) => jurisdictions.some((term) => term.code === code), 'Choose what kind of government it is.'),
  country: z.string({ error: 'Give the country as US or CA.' }).trim().toUpperCase().regex(/^[A-Z]{2}$/, 'Give the two letters of the country, such as US or CA.'),
  region: z.string().nullish().transform((code) => code?.trim().toUpperCase() || null).refine((code) => code === null || /^[A-Z]{1,3}$/.test(code), 'Give the code of the state or province, such as CO.'),
  population: z.string().nullish().transform((typed) => typed?.replace(/[\s,]/g, '') || null).refine((typed) => typed === null || /^\d{1,9}$/.test(typed), 'Give the population as a number.').transform((typed) => (typed === null ? null : Number(typed))),
  populationYear: year, populationSource: optionalText(200), latitude: degrees(90), longitude: degrees(180),
});
export const editPlaceInput = placeInput.extend({ slug: z.string().max(100), reason: text({ missing: 'Say why, for the log.', max: 500 }) });

function checkPlace({ country, region, population, populationYear, populationSource, latitude, longitude }: z.output<typeof placeInput>): void {
  const known = regions[country];
  if (known && (region === null || !Object.hasOwn(known, region))) throw new Invalid({ region: `Give the code of the ${country === 'CA' ? 'province' : 'state'}, such as ${country === 'CA' ? 'ON' : 'CO'}.` });
  if (population !== null && populationYear === null) throw new Invalid({ populationYear: 'Give the year of the population.' });
  if (population !== null && populationSource === null) throw new Invalid({ populationSource: 'Say where the population is from.' });
  if ((latitude === null) !== (longitude === null)) throw new Invalid({ latitude: 'Give both latitude and longitude, or none.' });
}

/** Adds a place that the list lacks. Throws Denied, Invalid for one that is there. */
export function addPlace(actor: Member, input: z.output<typeof placeInput>, sample = false): { url: string; id: number } {
  mustCoordinate(actor);
  checkPlace(input);
  return transaction(() => {
    const slug = slugify(`${input.name} ${input.region ?? input.country}`);
    const there = db.select({ label: places.label, kind: places.kind }).from(places).where(eq(places.slug, slug)).get();
    if (there?.kind === input.kind) throw new Invalid({ name: `${there.label} is in the list already.` });
    const free = there ? slugify(`${input.name} ${input.region ?? input.country} ${input.kind}`) : slug;
    if (there && db.select({ id: places.id }).from(places).where(eq(places.slug, free)).get()) throw new Invalid({ name: `${there.label} is in the list already, as this kind too.` });
    const row = db.insert(places).values({ ...input, ...populationOf(input), slug: free, sample, label: placeLabel({ ...input, sample }), folded: foldedPlace(input), origin: 'hub' }).returning().get();
    takeInMembers(row);
    noteChange(row.id, actor, 'Added');
    recordAct(actor, 'add place', row.label, `/places/${free}`);
    return { url: `/places/${free}`, id: row.id };
  });
}

const populationOf = ({ population, populationYear, populationSource }: z.output<typeof placeInput>) =>
  (population === null ? { populationYear: null, populationSource: null } : { populationYear, populationSource });

/** Mends what a place is; from then on the file that the hub ships does not change it. Its address stays. Throws Denied, NotFound, Invalid. */
export function editPlace(actor: Member, { slug, reason, ...input }: z.output<typeof editPlaceInput>): { url: string } {
  mustCoordinate(actor);
  checkPlace(input);
  return transaction(() => {
    const place = findPlace(slug);
    const label = placeLabel({ ...input, sample: place.sample });
    const facts = factsOf(place.id);
    db.update(places).set({ ...input, ...populationOf(input), label, folded: foldedPlace(input), origin: 'hub', updatedAt: new Date() }).where(eq(places.id, place.id)).run();
    const after = findPlace(slug);
    noteChange(place.id, actor, differences(place, facts, after, facts).join('; ') || 'Looked after');
    if (label !== place.label) renameBesideNames(place, label);
    recordAct(actor, 'edit place', label, `/places/${slug}`, reason);
    return { url: `/places/${slug}` };
  });
}

/** Members who wrote in their own words what is a place of the list now. Call inside the transaction. */
function takeInMembers(place: PlaceRow): void {
  const called = new Set([place.label, `${place.name}, ${regionName(place.country, place.region ?? '')}`].map((text) => placeWords(text).join(' ')));
  for (const { id, text } of db.select({ id: profiles.memberId, text: profiles.placeText }).from(profiles).where(isNotNull(profiles.placeText)).all()) {
    if (text === null || !called.has(placeWords(text).join(' '))) continue;
    db.update(profiles).set({ placeId: place.id, placeText: null }).where(eq(profiles.memberId, id)).run();
    db.update(members).set({ place: place.label }).where(and(eq(members.id, id), eq(members.place, text))).run();
    indexMember(id);
  }
}

/** The name of a place as it stands beside the names of its members. Call inside the transaction. */
function renameBesideNames(place: PlaceRow, label: string): void {
  for (const { id } of db.select({ id: profiles.memberId }).from(profiles).where(eq(profiles.placeId, place.id)).all()) {
    db.update(members).set({ place: label }).where(and(eq(members.id, id), eq(members.place, place.label))).run();
    indexMember(id);
  }
}
