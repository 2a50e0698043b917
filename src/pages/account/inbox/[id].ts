import type { APIRoute } from 'astro';
import { openTold } from '#domain/forum/inbox.ts';

/** A notification leads to what it tells of, and is read then. */
export const GET: APIRoute = ({ params, locals, redirect }) => redirect(openTold(locals.viewer, Number(params.id)), 302);
