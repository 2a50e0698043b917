import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, memberTraits, places, profiles, themes, transaction } from '#db/client.ts';
import { optionalText } from '#lib/fields.ts';
import { Invalid, NotFound } from '../errors.ts';
import { renderQuotesLater } from '../forum/rendering-again.ts';
import { countAttempt } from '../people/limits.ts';
import { rememberFormer } from '../people/former-traces.ts';
import { mustBeFree } from '../people/free-names.ts';
import { nameField, writerName } from '../people/members.ts';
import { mustSignIn, mustWrite } from '../people/permissions.ts';
import { indexMember } from '../people/searchable.ts';
import { settleVerification } from '../people/verification.ts';
import { visibilities, type Member, type Viewer, type Visibility } from '../people/types.ts';
import { mostOfOneName, nearPlaces, onlyPlaceIn, placesCalled, saysWhere, searchPlaces, type FoundPlace } from '../places/finding.ts';
import { putWriterName } from '../search/documents.ts';
import { channels } from '../vocabulary.ts';
import { hats, languages, profileFields, visibilityOf, type ProfileField } from './fields.ts';
import { storedProfile, traitsOf, type ProfileRow, type TraitKind } from './stored.ts';

const codes = (list: readonly { code: string }[], most: number) => z.array(z.string()).max(most, `Choose at most ${most}.`)
  .refine((given) => given.every((code) => list.some((term) => term.code === code)), 'Choose from these.').default([]);
export const whoSees = z.enum(visibilities, 'Choose who sees this.').default('everyone');

export const profileInput = z.object({
  name: nameField, listed: z.boolean().default(false),
  pronouns: optionalText(40), jobTitle: optionalText(80),
  place: optionalText(120),
  /** What was chosen where several places are called so: a slug, or `text` for the words as they stand. */
  placeChoice: z.string().max(100).nullish(),
  hats: codes(hats, 4), channels: codes(channels, channels.length), languages: codes(languages, 12), themes: z.array(z.string()).max(8, 'Choose eight themes at most.').default([]),
  askMe: optionalText(300), lookingFor: optionalText(300),
  'see-pronouns': whoSees, 'see-jobTitle': whoSees, 'see-place': whoSees, 'see-hats': whoSees, 'see-channels': whoSees, 'see-languages': whoSees, 'see-themes': whoSees, 'see-askMe': whoSees, 'see-lookingFor': whoSees, 'see-photo': whoSees,
  /** Instead of all that is said at the fields, where it is chosen. */
  'see-all': z.union([z.literal(''), z.enum(visibilities)], 'Choose who sees this.').nullish(),
});

/** What the form that edits a profile shows. */
export interface OwnProfile extends Pick<ProfileRow, 'pronouns' | 'jobTitle' | 'askMe' | 'lookingFor'> {
  name: string; listed: boolean; place: string | null; placeSlug: string | null; photo: string | null;
  hats: string[]; channels: string[]; languages: string[]; themes: string[];
  visibility: Record<ProfileField, Visibility>;
}

/** The viewer's own profile, whole. Throws SignInRequired. */
export function ownProfile(viewer: Viewer): OwnProfile {
  mustSignIn(viewer);
  const member = db.select({ name: members.name, listed: members.listed }).from(members).where(eq(members.id, viewer.id)).get();
  if (!member) throw new NotFound();
  const row = storedProfile(viewer.id);
  const place = row.placeId === null ? undefined : db.select({ slug: places.slug, label: places.label }).from(places).where(eq(places.id, row.placeId)).get();
  const { pronouns, jobTitle, askMe, lookingFor, visibility } = row;
  return {
    ...member, pronouns, jobTitle, askMe, lookingFor, place: place?.label ?? row.placeText, placeSlug: place?.slug ?? null, photo: row.photoHash,
    hats: traitsOf(viewer.id, 'hat'), channels: traitsOf(viewer.id, 'channel'), languages: traitsOf(viewer.id, 'language'), themes: traitsOf(viewer.id, 'theme'),
    visibility: Object.fromEntries(profileFields.map((field) => [field, visibilityOf(visibility, field)])) as Record<ProfileField, Visibility>,
  };
}

/** The place of the viewer in the list; null for visitors and for words of one's own. */
export function ownPlace(viewer: Viewer): { id: number; slug: string; label: string } | null {
  if (!viewer) return null;
  return db.select({ id: places.id, slug: places.slug, label: places.label }).from(profiles).innerJoin(places, eq(places.id, profiles.placeId)).where(eq(profiles.memberId, viewer.id)).get() ?? null;
}

/** Places among which somebody chooses who typed this: those called so, or like it. */
export function placesToChoose(typed: string): FoundPlace[] {
  const called = placesCalled(typed);
  if (called.length > 1) return called.slice(0, mostOfOneName);
  const begun = searchPlaces(typed, 12);
  return begun.length > 0 ? begun : nearPlaces(typed, 12);
}

/** The place that somebody means: the one chosen, the only one called so with its state, their own words where they say so, or the only one that fits the name and where it is. Throws Invalid where there is a choice. */
function placeMeant(typed: string | null, choice: string | null | undefined, before: ProfileRow): Pick<ProfileRow, 'placeId' | 'placeText'> {
  if (typed === null) return { placeId: null, placeText: null };
  const chosen = choice && choice !== 'text' ? db.select({ id: places.id }).from(places).where(eq(places.slug, choice)).get() : undefined;
  if (chosen) return { placeId: chosen.id, placeText: null };
  const called = placesCalled(typed);
  const kept = called.find((place) => place.id === before.placeId && place.label === typed);
  const [only, another] = called;
  const meant = kept ?? (only && !another && saysWhere(typed, only) ? only : null);
  if (meant) return { placeId: meant.id, placeText: null };
  const own = { placeId: null, placeText: typed.slice(0, 80) };
  if (choice === 'text' || typed === before.placeText) return own;
  const fitting = onlyPlaceIn(typed);
  if (fitting) return { placeId: fitting.id, placeText: null };
  if (another) throw new Invalid({ place: 'Several places are called so: choose yours below.' });
  if (only) throw new Invalid({ place: 'One place in the list is called so, and yours may be another: choose it below, or keep your own words.' });
  throw new Invalid({ place: placesToChoose(typed).length > 0 ? 'No place in the list is called exactly so: choose the one you mean below, or keep your own words.' : 'No place in the list is called so. Please look at the spelling, or say below that these are your own words.' });
}

/** Changes one's own profile: what everybody may see stands beside the name on every post at once. Throws SignInRequired, Denied, Invalid, TooMany. */
export function editProfile(actor: Member, input: z.output<typeof profileInput>): { url: string } {
  mustWrite(actor);
  countAttempt('profilePerMember', actor.id);
  const known = new Set(db.select({ code: themes.code }).from(themes).all().map((theme) => theme.code));
  if (input.themes.some((code) => !known.has(code))) throw new Invalid({ themes: 'One of these themes does not exist.' });
  transaction(() => {
    const before = storedProfile(actor.id);
    mustBeFree(input.name, actor);
    const writerBefore = writerOf(actor.id);
    const { pronouns, jobTitle, askMe, lookingFor } = input;
    const visibility = Object.fromEntries(profileFields.map((field): [string, string] => [field, input['see-all'] || input[`see-${field}`]]).filter(([, seenBy]) => seenBy !== 'everyone'));
    const fields = { pronouns, jobTitle, askMe, lookingFor, visibility, ...placeMeant(input.place, input.placeChoice, before), updatedAt: new Date() };
    db.insert(profiles).values({ memberId: actor.id, ...fields }).onConflictDoUpdate({ target: profiles.memberId, set: fields }).run();
    putTraits(actor.id, { hat: input.hats, channel: input.channels, language: input.languages, theme: input.themes });
    if (input.name !== actor.name) rememberFormer(actor.id, 'name', actor.name);
    db.update(members).set({ name: input.name, listed: input.listed, vendor: input.hats.includes('vendor') }).where(eq(members.id, actor.id)).run();
    standBesideName(actor.id);
    settleVerification(actor.id);
    const writer = writerOf(actor.id);
    if (writer !== writerBefore) putWriterName(actor.id, writer);
    if (input.name !== actor.name) renderQuotesLater([actor.name, input.name]);
    bumpChanges();
  });
  return { url: `/members/${actor.handle}` };
}

/** What the form of the profile brings beside the profile itself: another photo, or none any more. */
export const profileFormInput = profileInput.extend({ photo: z.instanceof(File).nullish(), withoutPhoto: z.boolean().default(false) });

/** The part of it by which a photo is put without the rest. */
export const photoFieldsInput = profileInput.pick({ 'see-photo': true, 'see-all': true });

export const placeChoiceInput = profileInput.pick({ place: true, placeChoice: true, 'see-place': true, listed: true });

/** Sets one's own place, who sees it and whether one stands in the directory, and nothing else of the profile. Throws SignInRequired, Denied, Invalid, TooMany. */
export function choosePlace(actor: Member, input: z.output<typeof placeChoiceInput>): void {
  mustWrite(actor);
  countAttempt('profilePerMember', actor.id);
  if (input.place === null) throw new Invalid({ place: 'Please name your city, county or agency.' });
  transaction(() => {
    db.update(members).set({ listed: input.listed }).where(eq(members.id, actor.id)).run();
    putSome(actor.id, placeMeant(input.place, input.placeChoice, storedProfile(actor.id)), 'place', input['see-place']);
    settleVerification(actor.id);
  });
}

/** Sets one's themes of interest and who sees them, and nothing else of the profile. Call inside a transaction, with themes that exist. */
export function chooseThemes(actor: Member, input: Pick<z.output<typeof profileInput>, 'themes' | 'see-themes'>): void {
  putSome(actor.id, {}, 'themes', input['see-themes']);
  db.delete(memberTraits).where(and(eq(memberTraits.memberId, actor.id), eq(memberTraits.kind, 'theme'))).run();
  for (const value of input.themes) db.insert(memberTraits).values({ memberId: actor.id, kind: 'theme', value }).run();
}

function putSome(memberId: number, fields: Partial<ProfileRow>, field: ProfileField, seenBy: Visibility): void {
  const { [field]: _, ...others } = storedProfile(memberId).visibility;
  const changed = { ...storedProfile(memberId), ...fields, visibility: seenBy === 'everyone' ? others : { ...others, [field]: seenBy }, updatedAt: new Date() };
  db.insert(profiles).values(changed).onConflictDoUpdate({ target: profiles.memberId, set: changed }).run();
  standBesideName(memberId);
  bumpChanges();
}

/** A member's name as it stands as a writer's. Throws NotFound. */
export function writerOf(memberId: number): string {
  const row = db.select({ name: members.name, vendor: members.vendor }).from(members).where(eq(members.id, memberId)).get();
  if (!row) throw new NotFound();
  return writerName(row);
}

function putTraits(memberId: number, traits: Record<TraitKind, readonly string[]>): void {
  db.delete(memberTraits).where(eq(memberTraits.memberId, memberId)).run();
  for (const [kind, values] of Object.entries(traits) as [TraitKind, readonly string[]][]) for (const value of values) db.insert(memberTraits).values({ memberId, kind, value }).onConflictDoNothing().run();
}

/** Puts what everybody may see beside the name, wherever the name stands, and into search. Call inside the transaction of the change. */
function standBesideName(memberId: number): void {
  const row = storedProfile(memberId);
  const place = row.placeId === null ? null : db.select({ label: places.label }).from(places).where(eq(places.id, row.placeId)).get()?.label ?? null;
  const shown = (field: ProfileField, value: string | null) => (visibilityOf(row.visibility, field) === 'everyone' ? value : null);
  db.update(members).set({ jobTitle: shown('jobTitle', row.jobTitle), place: shown('place', place ?? row.placeText) }).where(eq(members.id, memberId)).run();
  indexMember(memberId);
}

/** Gives members who wrote their place by hand the place of the list that is called so, where there is exactly one. Once for each text: what matched nothing stays as it is. Returns how many. */
export function matchPlaces(): number {
  return transaction(() => {
    const unmatched = db.select({ id: members.id, text: members.place, row: profiles.memberId }).from(members).leftJoin(profiles, eq(profiles.memberId, members.id))
      .where(and(isNotNull(members.place), isNull(profiles.memberId))).all();
    let matched = 0;
    for (const { id, text } of unmatched) {
      const [place, another] = placesCalled(text ?? '');
      // What has a region in it names a place; a bare "Springfield" may be any.
      if (!place || another || !/,/.test(text ?? '')) continue;
      const { jobTitle } = storedProfile(id);
      db.insert(profiles).values({ memberId: id, jobTitle, placeId: place.id }).run();
      standBesideName(id);
      matched++;
    }
    if (matched > 0) bumpChanges();
    return matched;
  });
}
