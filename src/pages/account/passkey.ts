import type { APIRoute } from 'astro';
import { challengeToAdd, challengeToUse } from '#domain/people/passkeys.ts';
import { setCookie } from '../../actions/handlers.ts';
import { readForm } from '../../forms.ts';
import { sessionOf } from '../../proof.ts';

/** What a member's browser needs to make a passkey, or to prove by one that it is still them. */
export const POST: APIRoute = async (context) => {
  const session = sessionOf(context.locals);
  const use = (await readForm(context.request)).get('use');
  const { options, cookie } = use === 'adding' ? await challengeToAdd(session) : await challengeToUse(session, context.locals.address);
  setCookie(context, cookie);
  return Response.json(options, { headers: { 'Cache-Control': 'no-store' } });
};

export const GET: APIRoute = (context) => context.redirect('/account/security', 303);
