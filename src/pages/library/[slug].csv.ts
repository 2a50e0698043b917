import { exportOne } from '../../exports.ts';

/** One resource as a table of one row. */
export const GET = exportOne('csv');
