import { visibilities, type Visibility } from '../people/types.ts';

/** Fields of a profile that say who sees them. The name is for everybody. */
export const profileFields = ['pronouns', 'jobTitle', 'place', 'hats', 'channels', 'languages', 'themes', 'askMe', 'lookingFor', 'photo'] as const;
export type ProfileField = (typeof profileFields)[number];

export const fieldNames: Record<ProfileField, string> = {
  pronouns: 'Pronouns', jobTitle: 'Job title', place: 'City, county or agency', hats: 'Writes as', channels: 'Channels you work with', languages: 'Languages', themes: 'Themes of interest', askMe: 'Ask me about', lookingFor: 'Looking for', photo: 'Photo',
};

export const visibilityNames: Record<Visibility, string> = { everyone: 'Everybody', members: 'Members', coordinators: 'Coordinators', nobody: 'Only me' };

/** Who sees a field; what is not said is for everybody. */
export function visibilityOf(visibility: Readonly<Record<string, string>>, field: ProfileField): Visibility {
  return visibilities.find((known) => known === visibility[field]) ?? (visibility[field] === undefined ? 'everyone' : 'nobody');
}

export const hats = [
  { code: 'practitioner', label: 'Practitioner' }, { code: 'official', label: 'Elected official' }, { code: 'researcher', label: 'Researcher' }, { code: 'vendor', label: 'Vendor' },
];

/** Languages that members can name, by ISO 639-1 code: those that 311 lines in the US and Canada are asked for most. */
const languageCodes = ['en', 'fr', 'es', 'am', 'ar', 'bn', 'zh', 'de', 'el', 'fa', 'gu', 'hi', 'hmn', 'ht', 'it', 'iu', 'ja', 'km', 'ko', 'ne', 'nv', 'oj', 'pa', 'pl', 'pt', 'ru', 'so', 'sw', 'ta', 'tl', 'uk', 'ur', 'vi', 'yi'];
const names = new Intl.DisplayNames(['en'], { type: 'language' });
const byName = new Intl.Collator('en');
/** In the order of their names. */
export const languages = languageCodes.map((code) => ({ code, label: names.of(code) ?? code })).sort((a, b) => byName.compare(a.label, b.label));
