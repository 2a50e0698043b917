import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, type Writable } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { reportFailure } from '#lib/failures.ts';
import { compress, encodingFor, isCompressible } from './compress.ts';
import { forOneReader, type RawHeaders } from './headers.ts';
import type { Rendered } from './render.ts';

/** Headers that the front server writes itself. */
const ours = new Set(['content-type', 'cache-control', 'vary', 'content-length', 'content-encoding', 'etag', 'connection', 'transfer-encoding', 'date']);

/** The headers of a page as Astro gave them, with a charset, without those that the front server writes itself. */
export function pageHeaders({ headers }: Rendered): string[] {
  const raw: string[] = [];
  const type = typeOfPage(headers);
  if (type) raw.push('Content-Type', type);
  for (const [name, value] of headers) {
    if (!ours.has(name)) for (const each of Array.isArray(value) ? value : [value]) raw.push(name, each);
  }
  return raw;
}

/** Content-Type of a page; text without a charset is UTF-8. */
export function typeOfPage(headers: Rendered['headers']): string {
  const type = String(headers.get('content-type') ?? '');
  return /^text\/|[/+](?:json|xml)$/.test(type) && !/charset/i.test(type) ? `${type}; charset=utf-8` : type;
}

/** Sends a page that is not kept, compressed in a hurry. */
export function sendPage(request: IncomingMessage, response: ServerResponse, page: Rendered, security: RawHeaders, cacheControl = forOneReader): void {
  const encoding = isCompressible(typeOfPage(page.headers), page.body.length) ? encodingFor(request.headers['accept-encoding']) : 'identity';
  const body = encoding === 'identity' ? page.body : compress(page.body, encoding, 'once');
  const bodiless = page.status === 204 || page.status === 304;
  response.writeHead(page.status, [
    ...(bodiless ? [] : ['Content-Length', String(body.length)]), ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]),
    ...pageHeaders(page), 'Cache-Control', cacheControl, 'Vary', 'Cookie, Accept-Encoding', ...security,
  ]);
  response.end(body);
}

/** Begins to send what is made meanwhile, and returns what takes its body. */
export function sendWhileMade(request: IncomingMessage, response: ServerResponse, status: number, headers: Rendered['headers'], security: RawHeaders): Writable {
  const encoding = isCompressible(typeOfPage(headers), Infinity) ? encodingFor(request.headers['accept-encoding']) : 'identity';
  response.writeHead(status, [
    ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]), ...pageHeaders({ status, headers, body: Buffer.alloc(0) }), 'Cache-Control', forOneReader, 'Vary', 'Cookie, Accept-Encoding', ...security,
  ]);
  if (encoding === 'identity') return response;
  const packer = encoding === 'gzip' ? createGzip({ level: 1 }) : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 18 } });
  // Who leaves early is no failure.
  pipeline(packer, response, () => {});
  return packer;
}

/** Sends a sentence. */
export function sendWords(response: ServerResponse, headers: RawHeaders, status: number, words: string): void {
  const body = Buffer.from(`${words}\n`);
  response.writeHead(status, ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(body.length), 'Cache-Control', forOneReader, ...headers]);
  response.end(body);
}

/** For what went wrong outside of any page: a plain page with a reference number that is in the log. */
export function sendFailure(request: IncomingMessage, response: ServerResponse, security: RawHeaders, error: unknown): void {
  // Without the query: links from letters hold one-time tokens there.
  const reference = reportFailure(error, `${request.method} ${request.url?.split('?', 1)[0]}`);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = Buffer.from(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Something broke on our side</title></head>
<body><h1>Something broke on our side</h1><p>This page could not be made. If you tell us about it, give this reference: ${reference}.</p><p><a href="/">To the home page</a></p></body></html>
`);
  response.writeHead(500, ['Content-Type', 'text/html; charset=utf-8', 'Content-Length', String(body.length), 'Cache-Control', forOneReader, ...security]);
  response.end(body);
}
