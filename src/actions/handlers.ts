import { ActionError, type ActionAPIContext } from 'astro:actions';
import { Busy, Denied, Gone, Invalid, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import type { Cookie } from '#domain/people/cookies.ts';
import type { Session } from '#domain/people/sessions.ts';
import type { Member } from '#domain/people/types.ts';
import { whileAsked } from '#lib/asked.ts';
import { MarkdownTooLarge } from '#lib/markdown.ts';
import { reportFailure } from '#lib/failures.ts';

/** For forms anybody may send. The command gets the address of the request, for its rate limits. */
export function asVisitor<Input, Output>(command: (input: Input, address: string) => Output | Promise<Output>) {
  return (input: Input, context: ActionAPIContext) => answered(context, () => command(input, context.locals.address));
}

/** For forms of members. What the member may do in detail the command decides. */
export function asMember<Input, Output>(command: (actor: Member, input: Input) => Output | Promise<Output>) {
  return (input: Input, context: ActionAPIContext) => answered(context, () => {
    const actor = context.locals.viewer;
    if (!actor) throw new SignInRequired('You are not signed in any more. What you typed is still here.');
    return command(actor, input);
  });
}

/** For forms by which members look after how they sign in. The command gets their session, for it matters when they last showed who they are. */
export function asSession<Input, Output>(command: (session: Session, input: Input, address: string) => Output | Promise<Output>) {
  return (input: Input, context: ActionAPIContext) => answered(context, () => {
    const { session, address } = context.locals;
    if (!session) throw new SignInRequired('You are not signed in any more.');
    return command(session, input, address);
  });
}

/** Sets a cookie the way the domain describes it. */
export function setCookie(context: Pick<ActionAPIContext, 'cookies'>, cookie: Cookie): void {
  context.cookies.set(cookie.name, cookie.value, cookie.attributes);
}

/** Does some work of the domain, and says what it refuses as the page's form understands it. */
export async function answered<Output>(context: ActionAPIContext, work: () => Output | Promise<Output>): Promise<Output> {
  try {
    return await whileAsked(context.request.signal, work);
  } catch (error) {
    throw asActionError(error, context);
  }
}

/** What the domain refuses, as the page's form understands it; anything unexpected is logged under a reference and told without details. */
function asActionError(error: unknown, context: ActionAPIContext): ActionError {
  if (error instanceof ActionError) return error;
  if (error instanceof Invalid) {
    const issues = Object.entries(error.fields).map(([field, message]) => ({ code: 'custom', path: [field], message }));
    return Object.assign(new ActionError({ code: 'BAD_REQUEST', message: error.message }), { type: 'AstroActionInputError', issues });
  }
  if (error instanceof MarkdownTooLarge) return asActionError(new Invalid({ body: error.message }), context);
  if (error instanceof SignInRequired) return new ActionError({ code: 'UNAUTHORIZED', message: error.message });
  if (error instanceof Denied) return new ActionError({ code: 'FORBIDDEN', message: error.message });
  if (error instanceof NotFound || error instanceof Gone) return new ActionError({ code: 'NOT_FOUND', message: error.message });
  if (error instanceof TooMany) {
    context.locals.retryAfter = error.retryAfter;
    return new ActionError({ code: 'TOO_MANY_REQUESTS', message: error.message });
  }
  if (error instanceof Busy) {
    context.locals.retryAfter = error.retryAfter;
    return new ActionError({ code: 'SERVICE_UNAVAILABLE', message: error.message });
  }
  const reference = reportFailure(error, `${context.request.method} ${context.url.pathname}`);
  return new ActionError({ code: 'INTERNAL_SERVER_ERROR', message: `Something broke on our side; nothing was saved. Reference: ${reference}.` });
}
