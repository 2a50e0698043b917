import type { APIRoute } from 'astro';
import { placeOfPost } from '#domain/forum/posts.ts';
import { idIn } from '#lib/fields.ts';

/** A post's permanent address leads to the place where it stands now. */
export const GET: APIRoute = ({ params, locals, redirect }) => redirect(placeOfPost(locals.viewer, idIn(params.id)), 302);
