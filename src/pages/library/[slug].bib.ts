import { exportOne } from '../../exports.ts';

/** One resource as BibTeX. */
export const GET = exportOne('bib');
