import { getActionContext } from 'astro:actions';
import { defineMiddleware } from 'astro:middleware';
import { Denied, Gone, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import { keepForm } from '#domain/forum/stray-drafts.ts';
import { noCookie, readSession, sessionCookie } from '#domain/people/sessions.ts';
import { settings } from '#lib/settings.ts';
import { setCookie } from './actions/handlers.ts';
import { server as actions } from './actions/index.ts';
import { browserOf } from './entering.ts';
import { readForm } from './forms.ts';
import { noteVisit } from './reads.ts';
import { reportFailure } from '#lib/failures.ts';
import { wordsIn } from './typed.ts';

/** Who is asking, whether the form comes from our own pages, and what a refusal looks like. Guards stand in pages and commands. */
export const onRequest = defineMiddleware(async (context, next) => {
  if (context.isPrerendered) return next();
  if (import.meta.env.DEV) await (await import('./hub.ts')).openForDevelopment();
  const { request, locals, cookies, url } = context;
  locals.viewer = null;
  locals.session = null;
  locals.address = request.headers.get('x-hub-address') ?? 'here';

  const token = cookies.get(sessionCookie)?.value;
  if (token) {
    const { viewer, session, renewed } = await readSession(token);
    locals.viewer = viewer;
    locals.session = session;
    if (viewer) noteVisit(viewer.id);
    if (!viewer) setCookie(context, noCookie());
    else if (renewed) setCookie(context, renewed);
  }

  const { action } = getActionContext(context);
  const taken = comesFromHere(request, url) || (!action && fromAnywhere.has(context.routePattern));
  if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method) && !taken) {
    // Answered here and not by a page: going on to any page would run the action.
    return new Response('This form did not come from this site. For your safety we take forms only from our own pages: please open the page here and send it again.\n', { status: 403 });
  }
  if (action && !isAction(action.name)) return new Response('The hub knows no such form.\n', { status: 404 });
  if (request.method === 'POST' && !(await isReadable(request))) return new Response('This form arrived broken: please go back and send it again.\n', { status: 400 });

  const response = await next().catch(async (error: unknown) => {
    if (error instanceof SignInRequired && request.method === 'GET') {
      return context.redirect(`/sign-in?next=${encodeURIComponent(url.pathname + url.search)}${token ? '&ended' : ''}`, 303);
    }
    if (error instanceof TooMany) locals.retryAfter = error.retryAfter;
    locals.refusal = refusalOf(error, `${request.method} ${url.pathname}`);
    if (error instanceof SignInRequired) {
      const cookie = action ? keepForm({ action: action.name, path: url.pathname }, wordsIn(await readForm(request)), browserOf(context), locals.address) : null;
      if (cookie) setCookie(context, cookie);
      locals.refusal = { ...locals.refusal, next: url.pathname + (cookie ? '?kept' : ''), kept: cookie !== null };
    }
    return next('/refusal');
  });
  if (locals.retryAfter) response.headers.set('Retry-After', String(Math.ceil(locals.retryAfter)));
  return response;
});

/** Routes that take a bare form from other sites, never an action: what is sent carries the authority, not who sends it. */
const fromAnywhere = new Set(['/unsubscribe/[token]']);

/** A browser names the site that a form was sent from; it must be ours: the configured one, or without that the one that was asked. */
function comesFromHere(request: Request, url: URL): boolean {
  const origin = request.headers.get('origin');
  if (origin) return origin === (settings().urlGiven ? settings().url : url.origin);
  return request.headers.get('sec-fetch-site') === 'same-origin';
}

/** Whether a name such as `posts.create` leads to an action. Astro itself breaks on a name that leads halfway or cannot be decoded. */
function isAction(name: string): boolean {
  const found = name.split('.').reduce<unknown>((within, part) => (typeof within === 'object' && within !== null && Object.hasOwn(within, part) ? Reflect.get(within, part) : null), actions);
  return typeof found === 'function';
}

function isReadable(request: Request): Promise<boolean> {
  return readForm(request).then(() => true, () => false);
}

function refusalOf(error: unknown, where: string): NonNullable<App.Locals['refusal']> {
  if (error instanceof NotFound) return { status: 404, title: 'Not found', message: error.message };
  if (error instanceof Gone) return { status: 410, title: 'No longer here', message: error.message, successor: error.successor };
  if (error instanceof SignInRequired) return { status: 401, title: 'Please sign in', message: error.message };
  if (error instanceof Denied) return { status: 403, title: 'Not allowed', message: error.message, way: error.way };
  if (error instanceof TooMany) return { status: 429, title: 'One moment, please', message: error.message };
  const reference = reportFailure(error, where);
  return { status: 500, title: 'Something broke on our side', message: `This page could not be made. If you tell us about it, give this reference: ${reference}.` };
}
