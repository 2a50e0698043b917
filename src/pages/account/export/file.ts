import type { APIRoute } from 'astro';
import { exportMember } from '#domain/leaving/exporting.ts';
import { hasProved } from '#domain/people/proving.ts';
import { sessionOf } from '../../../proof.ts';

/** Everything a member has here, as a zip that is written while it is sent, as fast as it is taken. */
export const POST: APIRoute = ({ locals, redirect }) => {
  const session = sessionOf(locals);
  if (!hasProved(session)) return redirect('/account/prove?next=/account/export', 303);
  const { fileName, stream } = exportMember(session);
  const pieces = stream[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await locals.drained?.();
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array);
    },
    async cancel() {
      await pieces.return?.();
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${fileName}"`, 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-robots-tag': 'noindex' },
  });
};

export const GET: APIRoute = (context) => context.redirect('/account/export', 303);
