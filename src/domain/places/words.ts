import { regions } from '#lib/regions.ts';
import { jurisdictions, labelOf } from '../vocabulary.ts';
import { fold, wordsIn } from '../search/words.ts';

const terms = (entries: Record<string, string>) => Object.entries(entries).map(([code, label]) => ({ code, label }));

/** Forms of government as the ICMA surveys tell them apart. */
export const forms = terms({
  'council-manager': 'Council and manager', 'mayor-council': 'Mayor and council', commission: 'Commission', 'town-meeting': 'Town meeting',
  'county-commission': 'County commission', 'county-administrator': 'County commission with an administrator', 'county-executive': 'Elected county executive', other: 'Other',
});

/** How far a 311 or CRM programme has come, in the order in which it comes about. */
export const stages = terms({
  none: 'No programme planned', considering: 'Thinking about one', planning: 'Planning, buying', piloting: 'Building, piloting', running: 'Running', renewing: 'Running, being renewed',
});

export const lines = terms({ '311': 'Runs a 311 line', 'other-number': 'One central number, not 311', none: 'No central number' });

/** What the software of a programme is for. */
export const systemRoles = terms({
  crm: 'CRM or request management', telephony: 'Telephony, contact centre', 'work-orders': 'Work orders, assets', knowledge: 'Knowledge base', app: 'Mobile app, portal', gis: 'Maps, GIS', analytics: 'Dashboards, analytics',
});

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' });

/** "Canada" for CA. */
export const countryName = (code: string): string => (/^[A-Z]{2}$/.test(code) ? countryNames.of(code) ?? code : code);

/** "Colorado" for CO in US; an unknown code stands for itself. */
export const regionName = (country: string, region: string): string => regions[country]?.[region] ?? region;

export const kindName = (code: string): string => labelOf(jurisdictions, code);

/** How a place is called in lists and beside names: "Denver, CO"; of two in one state that are called the same, with what each is: "Superior (village), WI". */
export function placeLabel({ name, region, country, sample }: { name: string; region: string | null; country: string; sample: boolean }, toTellApart = ''): string {
  return `${name}${toTellApart && ` (${toTellApart})`}, ${region ?? countryName(country)}${sample ? ' (sample)' : ''}`;
}

const short: Record<string, string> = { saint: 'st', sainte: 'ste', mount: 'mt', fort: 'ft' };

/** The codes of two letters that are written with full stops, as in "Washington, D.C." or "Raleigh, N. C.". */
const dotted = /(?<![\p{L}.])(\p{L})\.\s*(\p{L})(?=\.?(?![\p{L}.]))/gu;

/** Words as places are searched by: without accents and capitals, "Saint" and "St." alike. */
export const placeWords = (text: string): string[] => wordsIn(fold(text.replace(dotted, '$1$2'))).map((word) => (Object.hasOwn(short, word) ? short[word] ?? word : word));

/** What is searched of a place. */
export const foldedPlace = ({ name, region, country }: { name: string; region: string | null; country: string }): string =>
  placeWords([name, region, region && regionName(country, region), country, countryName(country)].filter(Boolean).join(' ')).join(' ');

/** How well a folded place fits typed words, all of which begin a word of it: 0 where its name is exactly so, 1 where it begins so, else 2. */
export const placeRank = (folded: string, words: readonly string[]): number => (`${folded} `.startsWith(`${words.join(' ')} `) ? 0 : folded.startsWith(words.join(' ')) ? 1 : 2);

/** What search knows of a place: `folded` is its name and then its state and country, each as code and in full. */
export interface Folded { folded: string; region: string | null; country: string }

const wheres = new Map<string, string>();
function whereOf({ region, country }: Folded): string {
  const key = `${region}|${country}`;
  const known = wheres.get(key) ?? foldedPlace({ name: '', region, country });
  wheres.set(key, known);
  return known;
}

/** From so many letters on the beginning of a state's name stands for it. */
const enoughOfState = 3;

/** Whether a word begins a word of the name, or is one of the state or country; with `begins` it may also begin one. */
function fitsWord(place: Folded, word: string, begins: boolean): boolean {
  const where = ` ${whereOf(place)} `;
  const name = ` ${place.folded.slice(0, 2 - where.length)}`;
  return name.includes(` ${word}`) || where.includes(begins ? ` ${word}` : ` ${word} `);
}

/** Whether a place fits each typed word. */
const fitsPlace = (place: Folded, words: readonly string[]): boolean => words.every((word) => fitsWord(place, word, false));

/** The same where the last word only begins the state or country: "Springfield, Miss". For when nothing fits as it stands: "St. Louis" is not about Louisiana. */
const fitsPlaceBegun = (place: Folded, words: readonly string[]): boolean => words.every((word, at) => fitsWord(place, word, at === words.length - 1 && word.length >= enoughOfState));

/** How states, and the country, are shortened at the end of a text where it is no beginning. */
const shortStates: Record<string, string> = { fla: 'FL', alta: 'AB', pei: 'PE', nfld: 'NL', pq: 'QC', ncar: 'NC', scar: 'SC', ndak: 'ND', sdak: 'SD', nmex: 'NM', wva: 'WV', usa: 'US' };
const withStateCode = (text: string) => text.replace(/(?<=\S[,\s]+)(?:Fla|Alta|P\.?\s?E\.?\s?I|Nfld|P\.?\s?Q|[NS]\.?\s?(?:Car|Dak)|N\.?\s?Mex|W\.?\s?Va|U\.?\s?S\.?\s?A)\.?\s*$/i, (short) => shortStates[short.toLowerCase().replace(/[^a-z]/g, '')] ?? short);

/** A text without what a place calls itself beside its name, and without the United States: "Denver, CO" for "City of Denver, CO, USA", "Lane County" for "County of Lane", "New York" for "New York City". */
export const withoutStyle = (text: string): string => text
  .replace(/(?<=[^,\s])[,\s]+U\.?\s?S\.?(?:\s?A\.?)?\s*$/i, '')
  .replace(/^\s*(?:the\s+)?county of\s+([^,]+)/i, '$1 County')
  .replace(/^\s*(?:the\s+)?(?:city|town|village|township|municipality|borough)(?:\s+(?:and|&)\s+(?:county|borough))?\s+of\s+/i, '')
  .replace(/^\s*(?:ville|cité)\s+(?:de\s+|d['’]\s*)/i, '')
  .replace(/(?<=\S)\s+city(?=\s*(?:,|$))/i, '');

/** The word before "City" at the end of a name, with it: "York City" in "New York City", which does not mean Garden City in the state of New York. */
const namedCity = /\S+\s+city(?=\s*(?:,|$))/i;

/** How a text may be meant that names a place: what fits as it stands goes before what fits with less. The first reading that finds something is the one. */
export function readingsOf(text: string): { words: string[]; fits: (place: Folded) => boolean }[] {
  const typed = text.slice(0, 100);
  return [...new Set([typed, withoutStyle(typed)])].flatMap((one) => {
    const city = placeWords(namedCity.exec(one)?.[0] ?? '').join(' ');
    const read = (words: string[], fitsWords: typeof fitsPlace) => ({ words, fits: (place: Folded) => fitsWords(place, words) && ` ${place.folded}`.includes(city && ` ${city}`) });
    const [words, coded] = [placeWords(one), placeWords(withStateCode(one))];
    return [read(words, fitsPlace), read(words, fitsPlaceBegun), ...(coded.join() === words.join() ? [] : [read(coded, fitsPlace)])];
  });
}

/** Whether it fits each typed word, or has one that is one slip of the hand away from it. */
export const isNearPlace = (place: Folded, words: readonly string[]): boolean =>
  words.every((word) => fitsWord(place, word, false) || (word.length > 3 && place.folded.split(' ').some((other) => isOneSlip(word, other))));

/** Whether two words differ by one letter that is missing, another one, or two that changed places. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [one, other] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return Math.max(one.length, other.length) <= 1 || (one.length === 2 && one === [...other].reverse().join(''));
}
