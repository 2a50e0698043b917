import { feedOfSearch } from '../feeds.ts';

/** The newest that a search finds as a JSON Feed; the same query parameters as /search. */
export const GET = feedOfSearch('json');
