import { feedOfList } from '../feeds.ts';

/** The newest of a list of the library as an Atom feed; the same query parameters as /library. */
export const GET = feedOfList('atom');
