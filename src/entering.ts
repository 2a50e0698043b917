import type { APIContext } from 'astro';
import { claimStray, noStrayCookie, strayCookie } from '#domain/forum/stray-drafts.ts';
import type { Browser } from '#domain/people/cookies.ts';
import { letIn, type Entrance, type Way } from '#domain/people/letting-in.ts';
import { setCookie } from './actions/handlers.ts';

type Context = Pick<APIContext, 'cookies' | 'request'>;

/** What the domain may know of the browser that asks. */
export function browserOf({ cookies, request }: Context): Browser {
  return { name: request.headers.get('user-agent'), cookie: (name) => cookies.get(name)?.value };
}

/** Lets somebody in who has shown who they are, or on to their second factor. Returns the path to go to. */
export async function enter(context: Context, memberId: number, way: Way, next: string | null | undefined): Promise<string> {
  return takeEntrance(context, await letIn(memberId, way, browserOf(context), next));
}

/** Sets the cookies of an entrance; what its owner sent after their last session had ended is theirs again. */
export function takeEntrance(context: Context, { cookies, memberId, next }: Entrance): string {
  for (const cookie of cookies) setCookie(context, cookie);
  const stray = context.cookies.get(strayCookie)?.value;
  if (memberId !== null && stray && claimStray(memberId, stray)) setCookie(context, noStrayCookie());
  return next;
}
