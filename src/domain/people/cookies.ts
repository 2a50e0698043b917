import { settings } from '#lib/settings.ts';

/** A cookie as the web is to set it: never readable by scripts, never sent along with other sites' forms. */
export interface Cookie {
  name: string;
  value: string;
  attributes: { httpOnly: boolean; secure: boolean; sameSite: 'lax'; path: string; maxAge: number };
}

/** A cookie of the hub; `maxAge` in seconds. */
export function makeCookie(name: string, value: string, maxAge: number): Cookie {
  return { name, value, attributes: { httpOnly: true, secure: settings().secureCookies, sameSite: 'lax', path: '/', maxAge } };
}

/** The cookie that takes another one away. */
export const noCookieOf = (name: string) => makeCookie(name, '', 0);

/** What a command may know of the browser that asks. */
export interface Browser {
  /** Its User-Agent. */
  name: string | null;
  /** The value of one of its cookies. */
  cookie: (name: string) => string | undefined;
}
