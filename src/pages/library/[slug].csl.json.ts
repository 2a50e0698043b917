import { exportOne } from '../../exports.ts';

/** One resource as CSL-JSON. */
export const GET = exportOne('csl.json');
