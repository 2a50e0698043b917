import { exportFound } from '../exports.ts';

/** The resources among the results of a search as BibTeX; the same query parameters as /search. */
export const GET = exportFound('bib');
