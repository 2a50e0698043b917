import type { APIRoute } from 'astro';
import { openTold } from '#domain/forum/inbox.ts';
import { idIn } from '#lib/fields.ts';

/** A notification leads to what it tells of, and is read then. */
export const GET: APIRoute = ({ params, locals, redirect }) => redirect(openTold(locals.viewer, idIn(params.id)), 302);
