import { feedOfSearch } from '../feeds.ts';

/** The newest that a search finds as an Atom feed; the same query parameters as /search. */
export const GET = feedOfSearch('atom');
