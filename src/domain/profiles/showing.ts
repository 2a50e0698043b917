import { eq } from 'drizzle-orm';
import { db, places, themes } from '#db/client.ts';
import { canSeeField } from '../people/permissions.ts';
import type { Viewer, Visibility } from '../people/types.ts';
import { channels } from '../vocabulary.ts';
import { hats, languages, visibilityNames, visibilityOf, type ProfileField } from './fields.ts';
import { addressOfPhoto } from './photo.ts';
import { storedProfile, traitsOf, type TraitKind } from './stored.ts';

interface Term { code: string; label: string }

/** A profile as one viewer sees it: what is not for them is null or empty, as if it had not been filled in. */
export interface ShownProfile {
  pronouns: string | null;
  jobTitle: string | null;
  /** `slug` of the place in the list; null for words of the member's own. */
  place: { label: string; slug: string | null } | null;
  hats: Term[]; channels: Term[]; languages: Term[]; themes: Term[];
  askMe: string | null;
  lookingFor: string | null;
  photo: string | null;
  /** For the member alone: who else sees a field that is not for everybody, in words. */
  limited: Partial<Record<ProfileField, string>>;
}

/** The profile of a member as the viewer sees it. */
export function profileFor(viewer: Viewer, memberId: number): ShownProfile {
  const row = storedProfile(memberId);
  const seenBy = (field: ProfileField): Visibility => visibilityOf(row.visibility, field);
  const see = <T>(field: ProfileField, value: () => T, otherwise: T): T => (canSeeField(viewer, memberId, seenBy(field)) ? value() : otherwise);
  const terms = (field: ProfileField, kind: TraitKind, list: readonly Term[]) => see(field, () => {
    const chosen = traitsOf(memberId, kind);
    return list.filter(({ code }) => chosen.includes(code)).map(({ code, label }) => ({ code, label }));
  }, []);
  const place = row.placeId === null ? undefined : db.select({ label: places.label, slug: places.slug }).from(places).where(eq(places.id, row.placeId)).get();
  const limited = viewer?.id === memberId ? Object.entries(row.visibility) as [ProfileField, Visibility][] : [];
  return {
    pronouns: see('pronouns', () => row.pronouns, null), jobTitle: see('jobTitle', () => row.jobTitle, null),
    place: see('place', () => place ?? (row.placeText === null ? null : { label: row.placeText, slug: null }), null),
    hats: terms('hats', 'hat', hats), channels: terms('channels', 'channel', channels), languages: terms('languages', 'language', languages),
    themes: terms('themes', 'theme', db.select({ code: themes.code, label: themes.label }).from(themes).orderBy(themes.position).all()),
    askMe: see('askMe', () => row.askMe, null), lookingFor: see('lookingFor', () => row.lookingFor, null),
    photo: see('photo', () => row.photoHash && addressOfPhoto(memberId, row.photoHash), null),
    limited: Object.fromEntries(limited.map(([field, seen]) => [field, visibilityNames[seen]])),
  };
}
