import type { Catalogue, Piece } from '#domain/library/catalogue.ts';

/** A piece of content/ with only what matters to a test given. */
export function piece(given: Partial<Piece> & Pick<Piece, 'slug'>): Piece {
  const kind = given.kind ?? 'article';
  const id = `${kind === 'reference' ? 'ref' : kind}:${given.slug}`;
  return {
    id, kind, type: kind === 'reference' ? 'report' : kind, title: `Title of ${given.slug}`, summary: '', people: null, year: 2020, venue: null, place: null, region: null, country: null,
    population: null, language: 'en', evidence: null, doi: null, url: null, rights: 'undetermined', rightsNote: null, csl: { id, type: 'report', title: given.slug }, details: {}, body: '', themes: ['equity'], cites: [],
    checked: true, provenance: null, reviewBy: null, publishedAt: kind === 'reference' ? null : new Date('2026-11-23'), ...given,
  };
}

const vocabulary = [
  { code: 'equity', label: 'Equity and access', note: 'Who is served.' },
  { code: 'technology', label: 'Technology', note: 'Systems.' },
  { code: 'performance-measurement', label: 'Performance measurement', note: 'Numbers.' },
];

/** A catalogue of these pieces over the vocabulary of the tests. */
export function catalogue(pieces: Piece[], more: Partial<Catalogue> = {}): Catalogue {
  return { pieces, themes: vocabulary, forums: [], ...more };
}
