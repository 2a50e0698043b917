import type { APIRoute } from 'astro';
import { goToAgency, goToProve } from '#domain/people/agencies.ts';
import { setCookie } from '../../../actions/handlers.ts';

/** A link and not a form: the policy of our pages lets forms lead nowhere else. To connect an account to one's own, or to prove with it, takes the link on our own page. */
export const GET: APIRoute = async (context) => {
  const { session, address } = context.locals;
  if (session && context.request.headers.get('sec-fetch-site') !== 'same-origin') return context.redirect('/account/security', 303);
  const asked = context.url.searchParams;
  const { url, cookie } = await (session && asked.has('prove') ? goToProve(asked.get('next'), session, address) : goToAgency(asked.get('next'), session, address));
  setCookie(context, cookie);
  return context.redirect(url, 303);
};
