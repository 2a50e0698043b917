import type { APIRoute } from 'astro';
import { comeBackFromAgency } from '#domain/people/agencies.ts';
import { setCookie } from '../../../actions/handlers.ts';
import { browserOf, enter } from '../../../entering.ts';

export const GET: APIRoute = async (context) => {
  const back = await comeBackFromAgency(context.url.search, browserOf(context), context.locals.session);
  if (back.is === 'known') return context.redirect(await enter(context, back.memberId, 'agency', back.next), 303);
  if (back.is === 'connected') return context.redirect('/account/security?connected', 303);
  setCookie(context, back.cookie);
  if (back.is === 'proved') return context.redirect(back.next, 303);
  return context.redirect('/sign-in/agency/link', 303);
};
