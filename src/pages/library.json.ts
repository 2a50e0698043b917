import { feedOfList } from '../feeds.ts';

/** The newest of a list of the library as a JSON Feed; the same query parameters as /library. */
export const GET = feedOfList('json');
