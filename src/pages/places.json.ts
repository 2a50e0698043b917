import type { APIRoute } from 'astro';
import { searchPlaces } from '#domain/places/finding.ts';
import { kindName } from '#domain/places/words.ts';

/** Places for a form that shows them while one types: `{ query, places: [{ slug, label, what }] }`, at most eight. */
export const GET: APIRoute = ({ url: { searchParams } }) => {
  const query = searchParams.get('q')?.trim().slice(0, 100) ?? '';
  const places = searchPlaces(query, 8).map(({ slug, label, legalType, kind, population }) => ({
    slug, label, what: [legalType || kindName(kind).toLowerCase(), population !== null && `population ${population.toLocaleString('en-CA')}`].filter(Boolean).join(', '),
  }));
  return Response.json({ query, places });
};
