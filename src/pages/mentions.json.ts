import type { APIRoute } from 'astro';
import { membersToMention } from '#domain/forum/mentions.ts';

/** Whom a member can name in what they are writing: `[{ handle, name, place }]`, at most eight whose handle or name begins with `q`. */
export const GET: APIRoute = ({ locals, url }) => Response.json(membersToMention(locals.viewer, url.searchParams.get('q') ?? ''));
