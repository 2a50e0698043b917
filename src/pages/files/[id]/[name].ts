import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { APIRoute } from 'astro';
import { findFile } from '#domain/library/attachments.ts';
import { fileHeaders } from '#lib/file-headers.ts';

/** A file of a resource. The front server sends files itself (src/server/send-file.ts) and asks here only to say why there is none; `npm run dev` has no front server. */
export const GET: APIRoute = ({ params, locals }) => {
  const file = findFile(locals.viewer, Number(params['id']));
  const body = Readable.toWeb(createReadStream(file.path)) as ReadableStream;
  return new Response(body, { headers: { ...fileHeaders(file), 'Content-Length': String(file.size), 'Cache-Control': 'private, no-store' } });
};
