import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { APIRoute } from 'astro';
import { findHeldFile } from '#domain/decisions/held-files.ts';
import { findPostFile } from '#domain/forum/post-files.ts';
import { findFile } from '#domain/library/attachments.ts';
import { NotFound } from '#domain/errors.ts';
import { photoFor } from '#domain/profiles/photo.ts';
import type { Viewer } from '#domain/people/types.ts';
import { fileHeaders } from '#lib/file-headers.ts';

/**
 * A file of a resource, or, under a number that begins with p, of a post, with h, of a post that waits for a look, with m, a member's photo. The front
 * server sends most files itself (src/server/send-file.ts) and asks here only to say why there is none; `npm run dev` has no front server.
 */
export const GET: APIRoute = ({ params, locals: { viewer } }) => {
  const [, kind = '', digits] = /^([phm]?)(.*)$/.exec(params['id'] ?? '') ?? [];
  const number = Number(digits);
  const file = kind === 'm' ? findPhoto(viewer, number) : kind === 'p' ? findPostFile(viewer, number) : kind === 'h' ? findHeldFile(viewer, number) : findFile(viewer, number);
  const body = Readable.toWeb(createReadStream(file.path)) as ReadableStream;
  return new Response(body, { headers: { ...fileHeaders(file), 'Content-Length': String(file.size), 'Cache-Control': 'private, no-store' } });
};

function findPhoto(viewer: Viewer, memberId: number) {
  const photo = Number.isSafeInteger(memberId) ? photoFor(viewer, memberId) : null;
  if (!photo) throw new NotFound('There is no such photo, or it is not shown to you.');
  return photo;
}
