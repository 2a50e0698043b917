import type { APIRoute } from 'astro';
import { challengeToUse } from '#domain/people/passkeys.ts';
import { setCookie } from '../../actions/handlers.ts';

/** What a visitor's browser needs to ask for a passkey of this site. */
export const POST: APIRoute = async (context) => {
  const { options, cookie } = await challengeToUse(null, context.locals.address);
  setCookie(context, cookie);
  return Response.json(options, { headers: { 'Cache-Control': 'no-store' } });
};

export const GET: APIRoute = (context) => context.redirect('/sign-in', 303);
