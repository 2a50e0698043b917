/** A person or an organisation as CSL-JSON writes it. */
export interface Name {
  family?: string;
  given?: string;
  'dropping-particle'?: string;
  'non-dropping-particle'?: string;
  suffix?: string;
  'comma-suffix'?: string | number | boolean;
  'static-ordering'?: string | number | boolean;
  /** An organisation, or anybody whose name has no parts. */
  literal?: string;
  'parse-names'?: string | number | boolean;
}

const short = (name: Name) => name.literal ?? [name['non-dropping-particle'], name.family].filter(Boolean).join(' ');

/** "Holmes", "Nam & Pardo", "Mazerolle et al."; null when nobody is named. */
export function shortPeople(names: readonly Name[]): string | null {
  const [first, second, ...others] = names.map(short).filter(Boolean);
  if (!first) return null;
  if (!second) return first;
  return others.length ? `${first} et al.` : `${first} & ${second}`;
}

/** "Nam, Taewoo" or "City of Chicago", as a list of works prints it. */
export function fullName(name: Name): string {
  if (name.literal) return name.literal;
  const family = [name['non-dropping-particle'], name.family].filter(Boolean).join(' ');
  return [family, name.given, name.suffix].filter(Boolean).join(', ');
}

/** As a form shows it: an organisation with a comma stands in braces, as in BibTeX. */
export function writeName(name: Name): string {
  return name.literal?.includes(',') ? `{${name.literal}}` : fullName(name);
}

/** Reads "Nam, Taewoo" as a person, and a line in braces or without a comma as an organisation; the inverse of `writeName`. */
export function readName(line: string): Name {
  const braced = /^\{(.*)\}$/.exec(line.trim())?.[1];
  if (braced) return { literal: braced.trim() };
  const [family, given, suffix] = line.split(',').map((part) => part.trim());
  if (!family || !given) return { literal: line.trim() };
  const particle = /^((?:(?:van|von|de|der|den|del|della|di|da|du|la|le|ten|ter)\s+)+)(\S.*)$/.exec(family);
  return {
    ...(particle?.[1] && particle[2] ? { 'non-dropping-particle': particle[1].trim(), family: particle[2] } : { family }),
    given,
    ...(suffix && { suffix }),
  };
}

/** The people named in a text field, one on each line. */
export function namesOf(lines: string | null | undefined): Name[] {
  return (lines ?? '').split('\n').filter((line) => line.trim()).map(readName);
}
