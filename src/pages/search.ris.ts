import { exportFound } from '../exports.ts';

/** The resources among the results of a search as RIS; the same query parameters as /search. */
export const GET = exportFound('ris');
