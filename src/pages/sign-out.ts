import type { APIRoute } from 'astro';
import { endSession, noCookie, sessionCookie } from '#domain/people/sessions.ts';
import { setCookie } from '../actions/handlers.ts';

export const POST: APIRoute = async (context) => {
  const token = context.cookies.get(sessionCookie)?.value;
  if (token) await endSession(token);
  setCookie(context, noCookie());
  return context.redirect('/', 303);
};

export const GET: APIRoute = (context) => context.redirect('/', 303);
