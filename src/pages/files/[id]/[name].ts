import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { APIRoute } from 'astro';
import { findHeldFile } from '#domain/decisions/held-files.ts';
import { findPostFile } from '#domain/forum/post-files.ts';
import { findFile } from '#domain/library/attachments.ts';
import { fileHeaders } from '#lib/file-headers.ts';

/**
 * A file of a resource, or, under a number that begins with p, of a post, or, with h, of a post that waits for a look. The front server sends files
 * of resources and posts itself (src/server/send-file.ts) and asks here only to say why there is none; `npm run dev` has no front server.
 */
export const GET: APIRoute = ({ params, locals }) => {
  const id = params['id'] ?? '';
  const number = Number(id.replace(/^[ph]/, ''));
  const file = id.startsWith('p') ? findPostFile(locals.viewer, number) : id.startsWith('h') ? findHeldFile(locals.viewer, number) : findFile(locals.viewer, number);
  const body = Readable.toWeb(createReadStream(file.path)) as ReadableStream;
  return new Response(body, { headers: { ...fileHeaders(file), 'Content-Length': String(file.size), 'Cache-Control': 'private, no-store' } });
};
