import { exportList } from '../exports.ts';

/** A list of the library as BibTeX, whole and in its order; the same query parameters as /library. */
export const GET = exportList('bib');
