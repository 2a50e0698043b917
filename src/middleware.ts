import { defineMiddleware } from 'astro:middleware';
import { Denied, Gone, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import { noCookie, readSession, sessionCookie } from '#domain/people/sessions.ts';
import { settings } from '#lib/settings.ts';
import { setCookie } from './actions/handlers.ts';
import { reportFailure } from '#lib/failures.ts';

/** Who is asking, whether the form comes from our own pages, and what a refusal looks like. Guards stand in pages and commands. */
export const onRequest = defineMiddleware(async (context, next) => {
  if (context.isPrerendered) return next();
  if (import.meta.env.DEV) await (await import('./hub.ts')).openForDevelopment();
  const { request, locals, cookies, url } = context;
  locals.viewer = null;
  locals.address = request.headers.get('x-hub-address') ?? 'here';

  const token = cookies.get(sessionCookie)?.value;
  if (token) {
    const { viewer, renewed } = await readSession(token);
    locals.viewer = viewer;
    if (!viewer) setCookie(context, noCookie());
    else if (renewed) setCookie(context, renewed);
  }

  if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method) && !comesFromHere(request, url)) {
    // Answered here and not by a page: going on to any page would run the action.
    return new Response('This form did not come from this site. For your safety we take forms only from our own pages: please open the page here and send it again.\n', { status: 403 });
  }
  try {
    return await next();
  } catch (error) {
    if (error instanceof SignInRequired && request.method === 'GET') {
      return context.redirect(`/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`, 303);
    }
    locals.refusal = refusalOf(error, `${request.method} ${url.pathname}`);
    return next('/refusal');
  }
});

/** A browser names the page that a form was sent from; it must be ours, by the configured address or by the one that was asked. */
function comesFromHere(request: Request, url: URL): boolean {
  const origin = request.headers.get('origin');
  if (origin) return origin === settings().url || origin === url.origin || (URL.canParse(origin) && new URL(origin).host === url.host);
  return request.headers.get('sec-fetch-site') === 'same-origin';
}

function refusalOf(error: unknown, where: string): App.Locals['refusal'] {
  if (error instanceof NotFound) return { status: 404, title: 'Not found', message: error.message };
  if (error instanceof Gone) return { status: 410, title: 'No longer here', message: error.message };
  if (error instanceof SignInRequired) return { status: 401, title: 'Please sign in', message: error.message };
  if (error instanceof Denied) return { status: 403, title: 'Not allowed', message: error.message };
  if (error instanceof TooMany) return { status: 429, title: 'One moment, please', message: error.message };
  const reference = reportFailure(error, where);
  return { status: 500, title: 'Something broke on our side', message: `This page could not be made. If you tell us about it, give this reference: ${reference}.` };
}
