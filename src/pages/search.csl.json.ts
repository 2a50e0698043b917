import { exportFound } from '../exports.ts';

/** The resources among the results of a search as CSL-JSON; the same query parameters as /search. */
export const GET = exportFound('csl.json');
