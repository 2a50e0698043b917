import { setImmediate as afterOthers } from 'node:timers/promises';
import type { APIRoute } from 'astro';
import { mediaTypeOf } from '#domain/library/exchange/formats.ts';
import type { ExchangeFormat, ExchangeRecord } from '#domain/library/exchange/record.ts';
import { writeRecords } from '#domain/library/exchange/writing.ts';
import { exportRecords, foundResources, recordAt } from '#domain/library/exporting.ts';
import { facetNames, readFilters, type Filters } from '#domain/library/filters.ts';
import { listedIds } from '#domain/library/list.ts';
import { readAsk } from '#domain/search/narrowing.ts';
import { slugify } from '#lib/slug.ts';

/** A piece of a file is handed on when it has this many characters, or when writing it has taken this many milliseconds. */
const pieceSize = 32 * 1024;
const pieceTime = 8;

/** Records as a file to keep, written while it is sent; `drained` resolves when whoever reads has taken what there is. `fileName` is without its ending. */
export function exportResponse(format: ExchangeFormat, records: Iterable<ExchangeRecord>, fileName: string, drained?: () => Promise<void>): Response {
  return new Response(streamOf(writeRecords(format, records), drained), {
    headers: {
      'content-type': mediaTypeOf(format),
      'content-disposition': `attachment; filename="${fileName.replace(/[^\w.-]+/g, '-').slice(0, 100)}.${format}"`,
      // Too large to be kept in memory for the next one who asks.
      'cache-control': 'no-cache', 'x-accel-buffering': 'no', 'x-robots-tag': 'noindex',
    },
  });
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** However many files are being written, between two pieces of any of them everybody else has their turn. */
const myTurn = () => (lastTurn = lastTurn.then(() => afterOthers()));

function streamOf(text: Generator<string>, drained?: () => Promise<void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await drained?.();
      await myTurn();
      const { piece, done } = nextPiece(text);
      if (piece) controller.enqueue(encoder.encode(piece));
      if (done) controller.close();
    },
    cancel() {
      text.return(undefined);
    },
  }, { highWaterMark: 0 });
}

function nextPiece(text: Generator<string>): { piece: string; done: boolean } {
  const until = performance.now() + pieceTime;
  let piece = '';
  // A stream that is asked for a piece and gets an empty one does not ask again.
  while (piece === '' || (piece.length < pieceSize && performance.now() < until)) {
    const { value, done } = text.next();
    if (done) return { piece, done: true };
    piece += value;
  }
  return { piece, done: false };
}

/** Answers with the whole list that the same query parameters show under /library, in its order. */
export const exportList = (format: ExchangeFormat): APIRoute => ({ url, locals }) => {
  const filters = readFilters(url.searchParams);
  return exportResponse(format, exportRecords(listedIds(filters)), nameOf(filters), locals.drained);
};

/** "library-report-equity": what the list was narrowed by. */
function nameOf(filters: Filters): string {
  return ['library', ...facetNames.flatMap((name) => filters[name]).map(slugify)].join('-');
}

/** Answers with one published resource; a former address leads to the one of today, what was taken out says why. */
export const exportOne = (format: ExchangeFormat): APIRoute => ({ params: { slug = '' }, redirect }) => {
  const { slug: current, record } = recordAt(slug);
  return current === slug ? exportResponse(format, [record], slug) : redirect(`/library/${encodeURIComponent(current)}.${format}`, 301);
};

/** Answers with the resources among the results of a search; the same query parameters as /search. */
export const exportFound = (format: ExchangeFormat): APIRoute => ({ url: { searchParams } }) => {
  const ask = readAsk(searchParams);
  return exportResponse(format, exportRecords(foundResources(ask)), `search-${slugify(ask.q)}`);
};
