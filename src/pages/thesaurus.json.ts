import type { APIRoute } from 'astro';
import { thesaurusEntries } from '#domain/search/thesaurus.ts';
import { entryUrl } from '#domain/thesaurus/listing.ts';
import { settings } from '#lib/settings.ts';

/** The whole thesaurus as an array of `{ term, also, related, note, url }`, free with credit (CC BY 4.0: the Link header says so to machines). */
export const GET: APIRoute = () => Response.json(
  thesaurusEntries().map(({ id, term, also, related, note }) => ({ term, also, related, note, url: settings().url + entryUrl({ id }) })),
  { headers: { link: '<https://creativecommons.org/licenses/by/4.0/>; rel="license"', 'x-robots-tag': 'noindex' } },
);
