import { exportList } from '../exports.ts';

/** A list of the library as CSL-JSON, whole and in its order; the same query parameters as /library. */
export const GET = exportList('csl.json');
