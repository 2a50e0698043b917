import { prepared, untilChange } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { blockedBy } from '../blocked.ts';
import { canModerate, canReadAsMember } from '../people/permissions.ts';
import type { Role, Viewer, Visibility } from '../people/types.ts';
import { knownPlaces, type KnownPlace } from '../places/known.ts';
import { distance, likeness, pairsOfWeights, readWeights, usualWeights, type Alike, type Weights } from '../places/likeness.ts';
import { fold, wordsIn } from '../search/words.ts';
import { populationBand } from '../vocabulary.ts';
import { allContributions, noContributions, type Contributions } from './contributions.ts';
import { visibilityOf, type ProfileField } from './fields.ts';
import { addressOfPhoto } from './photo.ts';

/** What the directory is narrowed to, as its address says it. */
export interface DirectoryAsk {
  q: string; theme: string; /** `yes` or nothing. */ verified: string; hat: string; language: string; system: string; band: string; region: string; country: string;
  /** Slugs of places: those who work there; those who work in places like it. */
  place: string; like: string;
  weights: Weights;
  sort: DirectorySort;
  page: string | null;
}
export const directorySorts = { helpful: 'Most helpful first', name: 'Name', newest: 'Newest first' } as const;
export type DirectorySort = keyof typeof directorySorts;

const words = ['q', 'theme', 'verified', 'hat', 'language', 'system', 'band', 'country', 'region', 'place', 'like'] as const;
const noAsk: DirectoryAsk = { q: '', theme: '', verified: '', hat: '', language: '', system: '', band: '', region: '', country: '', place: '', like: '', weights: usualWeights, sort: 'helpful', page: null };

export function readDirectoryAsk(query: URLSearchParams): DirectoryAsk {
  const given = Object.fromEntries(words.map((name) => [name, (query.get(name) ?? '').trim().slice(0, 100)]));
  const sort = query.get('sort') ?? '';
  return { ...noAsk, ...given, weights: readWeights(query), sort: isSort(sort) ? sort : 'helpful', page: query.get('page') };
}
const isSort = (value: string): value is DirectorySort => Object.hasOwn(directorySorts, value);

/** The query part that says the same, or nothing. */
export function writeDirectoryAsk(ask: Partial<DirectoryAsk>): string {
  const pairs = words.flatMap((name): [string, string][] => (ask[name] ? [[name, ask[name]]] : []));
  if (ask.like) pairs.push(...pairsOfWeights(ask.weights ?? usualWeights));
  if (ask.sort && ask.sort !== 'helpful') pairs.push(['sort', ask.sort]);
  if (ask.page && ask.page !== '1') pairs.push(['page', ask.page]);
  const text = new URLSearchParams(pairs).toString();
  return text && `?${text}`;
}

/** A member of the directory as an audience sees them: what is not for it is not there. */
export interface Listed {
  id: number; handle: string; name: string; role: Role; sample: boolean; vendor: boolean; joined: number;
  /** Verified as somebody who works for a government. */
  verified: boolean;
  pronouns: string | null; jobTitle: string | null;
  place: KnownPlace | null;
  /** In words; the label of the place where it is in the list. */
  placeWords: string | null;
  hats: readonly string[]; languages: readonly string[]; channels: readonly string[]; themes: readonly string[];
  askMe: string | null; lookingFor: string | null; photo: string | null;
  /** Milliseconds; a suspension ends without anything changing. */
  suspendedUntil: number | null;
}

type Audience = Exclude<Visibility, 'nobody'>;

/** The widest of what the viewer may see of others: in the directory one sees oneself as others do. */
export const audienceOf = (viewer: Viewer): Audience => (!canReadAsMember(viewer) ? 'everyone' : canModerate(viewer) ? 'coordinators' : 'members');

interface Row {
  id: number; handle: string; name: string; role: Role; sample: number; vendor: number; verified: number; joined: number; suspendedUntil: number | null; besideJob: string | null; besidePlace: string | null;
  filled: number | null; pronouns: string | null; jobTitle: string | null; placeId: number | null; placeText: string | null; askMe: string | null; lookingFor: string | null; photo: string | null; visibility: string | null; traits: string | null;
}

/** Everybody who agreed to be listed and is not suspended, as an audience sees them. Kept until something changes. */
const listedFor = untilChange((audience: Audience): readonly Listed[] => {
  const { byId } = knownPlaces();
  return (rows().all() as Row[]).map((row) => {
    const visibility = JSON.parse(row.visibility ?? '{}') as Record<string, string>;
    const sees: Record<Visibility, boolean> = { everyone: true, members: audience !== 'everyone', coordinators: audience === 'coordinators', nobody: false };
    const see = <T>(field: ProfileField, value: T, otherwise: T): T => (sees[visibilityOf(visibility, field)] ? value : otherwise);
    const traits = JSON.parse(row.traits ?? '[]') as [kind: string, value: string][];
    const of = (field: ProfileField, kind: string) => see(field, traits.filter(([one]) => one === kind).map(([, value]) => value), []);
    const place = see('place', row.placeId === null ? null : byId.get(row.placeId) ?? null, null);
    const { id, handle, name, role, joined } = row;
    return {
      id, handle, name, role, joined, sample: row.sample === 1, vendor: row.vendor === 1, verified: row.verified === 1, pronouns: see('pronouns', row.pronouns, null), jobTitle: row.filled === null ? row.besideJob : see('jobTitle', row.jobTitle, null),
      place, placeWords: row.filled === null ? row.besidePlace : place?.label ?? see('place', row.placeText, null),
      hats: of('hats', 'hat'), languages: of('languages', 'language'), channels: of('channels', 'channel'), themes: of('themes', 'theme'),
      askMe: see('askMe', row.askMe, null), lookingFor: see('lookingFor', row.lookingFor, null), photo: see('photo', row.photo && addressOfPhoto(id, row.photo), null), suspendedUntil: row.suspendedUntil,
    };
  });
});

/** The same as a viewer finds them: without whom they have blocked. */
function shownTo(viewer: Viewer): readonly Listed[] {
  const blocked = blockedBy(viewer);
  const listed = listedFor(audienceOf(viewer));
  return blocked.size === 0 ? listed : listed.filter(({ id }) => !blocked.has(id));
}
const rows = prepared((d) => d.$client.prepare(`
  select m.id, m.handle, m.name, m.role, m.sample, m.vendor, not m.vendor and exists (select 1 from verifications v where v.member_id = m.id and v.method <> 'denied') as verified, m.created_at as joined, m.suspended_until as suspendedUntil, m.job_title as besideJob, m.place as besidePlace,
    p.member_id as filled, p.pronouns, p.job_title as jobTitle, p.place_id as placeId, p.place_text as placeText, p.ask_me as askMe, p.looking_for as lookingFor, p.photo_hash as photo, p.visibility,
    (select json_group_array(json_array(t.kind, t.value)) from member_traits t where t.member_id = m.id) as traits
  from members m left join profiles p on p.member_id = m.id where m.listed and m.email_confirmed_at is not null order by m.name, m.id`));

export interface DirectoryHit extends Listed {
  given: Contributions;
  /** Answers on the theme that was asked for; null where none was. */
  onTheme: number | null;
  /** The system that was asked for, as their place names it. */
  uses: string | null;
  alike: Alike | null;
}

export interface Directory { members: DirectoryHit[]; total: number; paging: Paging; like: KnownPlace | null; place: KnownPlace | null }

/** One page of the members who agreed to be listed, by what this viewer may see of them. A theme fits by interest or by answers; with `like` those of the most alike places come first, without the viewer, who would lead their own list. */
export function listDirectory(viewer: Viewer, ask: DirectoryAsk, size = 20): Directory {
  const { bySlug } = knownPlaces();
  const [like, place] = [bySlug.get(ask.like) ?? null, bySlug.get(ask.place) ?? null];
  const given = allContributions();
  const now = Date.now();
  const typed = wordsIn(fold(ask.q));
  const found = shownTo(viewer).flatMap((one) => {
    const contributions = given.get(one.id) ?? noContributions;
    return isStillOut(one, now) || !fits(one, ask, contributions, typed) || (like && (!one.place || one.id === viewer?.id)) ? [] : [{ one, contributions, far: like && one.place ? distance(like, one.place, ask.weights) : 0, key: `${fold(one.name)} ${one.id}` }];
  });
  type Found = (typeof found)[number];
  const byName = (a: Found, b: Found) => (a.key < b.key ? -1 : 1);
  const helpful = (a: Found, b: Found) => onTheme(b, ask) - onTheme(a, ask) || b.contributions.accepted - a.contributions.accepted || b.contributions.answers - a.contributions.answers || broughtBy(b) - broughtBy(a) || byName(a, b);
  found.sort(like ? (a, b) => a.far - b.far || byName(a, b) : ask.sort === 'name' ? byName : ask.sort === 'newest' ? (a, b) => b.one.joined - a.one.joined || byName(a, b) : helpful);
  const slice = paging(found.length, size, ask.page);
  return {
    total: found.length, paging: slice, like, place,
    members: found.slice(slice.offset, slice.offset + slice.size).map(({ one, contributions }) => ({
      ...one, given: contributions, onTheme: ask.theme ? contributions.answersOn.get(ask.theme) ?? 0 : null,
      uses: systemOf(one.place, ask), alike: like && one.place && likeness(like, one.place, ask.weights),
    })),
  };
}

const systemOf = (place: KnownPlace | null, { system }: DirectoryAsk): string | null => place?.systems.find((name) => name.toLowerCase() === system.toLowerCase()) ?? null;
const isStillOut = (one: Listed, now: number) => (one.suspendedUntil ?? 0) > now;
const onTheme = ({ contributions }: { contributions: Contributions }, { theme }: DirectoryAsk) => (theme ? contributions.answersOn.get(theme) ?? 0 : 0);
const broughtBy = ({ contributions }: { contributions: Contributions }) => contributions.practices + contributions.resources;

function fits(one: Listed, ask: DirectoryAsk, given: Contributions, typed: readonly string[]): boolean {
  const { place } = one;
  return (ask.verified !== 'yes' || one.verified) && (!ask.theme || one.themes.includes(ask.theme) || given.answersOn.has(ask.theme)) && (!ask.hat || one.hats.includes(ask.hat) || (ask.hat === 'vendor' && one.vendor)) && (!ask.language || one.languages.includes(ask.language))
    && (!ask.place || place?.slug === ask.place) && (!ask.country || place?.country === ask.country) && (!ask.region || place?.region === ask.region) && (!ask.band || (place !== null && populationBand(place.population) === ask.band))
    && (!ask.system || systemOf(place, ask) !== null) && (typed.length === 0 || saysAll(one, typed));
}

/** Whether every word that was typed begins a word of what is shown of somebody. */
function saysAll(one: Listed, typed: readonly string[]): boolean {
  const said = ` ${wordsIn(fold([one.name, one.handle, one.jobTitle, one.placeWords, one.askMe, one.lookingFor].filter(Boolean).join(' '))).join(' ')}`;
  return typed.every((word) => said.includes(` ${word}`));
}

/** Members whom the directory shows to this viewer at a place, by name. */
export function membersOfPlace(viewer: Viewer, placeId: number): Listed[] {
  const now = Date.now();
  return shownTo(viewer).filter((one) => one.place?.id === placeId && !isStillOut(one, now));
}

export interface PeopledPlace { place: KnownPlace; members: number }

/** Places of the members whom the directory shows to this viewer, those with most members first: for the map and its table. */
export function peopledPlaces(viewer: Viewer): PeopledPlace[] {
  const counts = new Map<number, PeopledPlace>();
  const now = Date.now();
  for (const one of shownTo(viewer)) {
    if (!one.place || isStillOut(one, now)) continue;
    const known = counts.get(one.place.id) ?? { place: one.place, members: 0 };
    known.members++;
    counts.set(one.place.id, known);
  }
  return [...counts.values()].sort((a, b) => b.members - a.members || (a.place.folded < b.place.folded ? -1 : 1));
}
