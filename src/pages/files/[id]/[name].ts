import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { APIRoute } from 'astro';
import { findPostFile } from '#domain/forum/post-files.ts';
import { findFile } from '#domain/library/attachments.ts';
import { NotFound } from '#domain/errors.ts';
import { photoFor } from '#domain/profiles/photo.ts';
import type { Viewer } from '#domain/people/types.ts';
import { fileHeaders } from '#lib/file-headers.ts';

/** A file of a resource, or, under a number that begins with p, of a post, with m, a member's photo. The front server sends files itself (src/server/send-file.ts) and asks here only to say why there is none; `npm run dev` has no front server. */
export const GET: APIRoute = ({ params, locals }) => {
  const id = params['id'] ?? '';
  const file = id.startsWith('m') ? findPhoto(locals.viewer, Number(id.slice(1))) : id.startsWith('p') ? findPostFile(locals.viewer, Number(id.slice(1))) : findFile(locals.viewer, Number(id));
  const body = Readable.toWeb(createReadStream(file.path)) as ReadableStream;
  return new Response(body, { headers: { ...fileHeaders(file), 'Content-Length': String(file.size), 'Cache-Control': 'private, no-store' } });
};

function findPhoto(viewer: Viewer, memberId: number) {
  const photo = Number.isSafeInteger(memberId) ? photoFor(viewer, memberId) : null;
  if (!photo) throw new NotFound('There is no such photo, or it is not shown to you.');
  return photo;
}
