import type { APIRoute } from 'astro';
import { NotFound } from '#domain/errors.ts';
import { savedIds } from '#domain/library/bookmarks.ts';
import { exchangeFormats } from '#domain/library/exchange/record.ts';
import { exportRecords } from '#domain/library/exporting.ts';
import { exportResponse } from '../../exports.ts';

/** All that the viewer has saved, as a file to keep (.bib .ris .csl.json .csv). */
export const GET: APIRoute = ({ params: { ending }, locals: { viewer, drained } }) => {
  const format = exchangeFormats.find((known) => known === ending);
  if (!format) throw new NotFound();
  const response = exportResponse(format, exportRecords(savedIds(viewer)), 'saved', drained);
  response.headers.set('cache-control', 'private, no-store');
  return response;
};
