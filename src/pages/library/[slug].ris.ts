import { exportOne } from '../../exports.ts';

/** One resource as RIS. */
export const GET = exportOne('ris');
