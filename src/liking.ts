import { mostOfOneName, placesCalled, searchPlaces, type FoundPlace } from '#domain/places/finding.ts';

/** What a form that asks for places like one is to show or do. */
export interface Liking {
  /** Where the list is whose address names the place; null when there is a choice, or nothing was asked. */
  to: string | null;
  /** Whether the form was sent. */
  asked: boolean;
  typed: string;
  /** Among these the visitor chooses. */
  choices: FoundPlace[];
}

/** Reads the field in which a place is named by hand (`like-name`): its address has the slug. */
export function likingIn(url: URL): Liking {
  const { searchParams } = url;
  const typed = searchParams.get('like-name')?.trim().slice(0, 120) ?? '';
  if (!searchParams.has('like-name')) return { to: null, asked: false, typed, choices: [] };
  if (!typed) return { to: null, asked: true, typed, choices: [] };
  const query = new URLSearchParams(searchParams);
  query.delete('like-name');
  const called = placesCalled(typed);
  const [place, another] = called;
  // What was chosen, or the place that the form held already, stands beside its name.
  if (!query.get('like') && place && !another) query.set('like', place.slug);
  if (!query.get('like')) return { to: null, asked: true, typed, choices: another ? called.slice(0, mostOfOneName) : searchPlaces(typed, 12) };
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const text = query.toString();
  return { to: url.pathname + (text && `?${text}`), asked: true, typed, choices: [] };
}
