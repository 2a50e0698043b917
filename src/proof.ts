import type { APIContext } from 'astro';
import { SignInRequired } from '#domain/errors.ts';
import { hasProved } from '#domain/people/proving.ts';
import type { Session } from '#domain/people/sessions.ts';

/** The session of a page's reader. Throws SignInRequired for visitors. */
export function sessionOf({ session }: Pick<App.Locals, 'session'>): Session {
  if (!session) throw new SignInRequired();
  return session;
}

/** For pages that change how somebody signs in: a detour to where they show once more who they are; null when they just did. */
export function detourToProof({ locals, url, redirect }: Pick<APIContext, 'locals' | 'url' | 'redirect'>): Response | null {
  return hasProved(sessionOf(locals)) ? null : redirect(`/account/prove?next=${encodeURIComponent(url.pathname)}`, 303);
}
