import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServedFile } from '#lib/file-headers.ts';
import type { PageHandler } from './render.ts';

/** What src/hub.ts hands over. */
export interface Hub {
  setUpLink: string | null;
  startChores: () => void;
  countRead: (pathname: string) => void;
  uploader: (cookies: string | undefined, pathname: string) => Promise<number | null>;
  isMember: (cookies: string | undefined) => Promise<boolean>;
  fileAt: (pathname: string, cookies: string | undefined) => Promise<ServedFile | { movedTo: string } | null>;
  close: () => Promise<void>;
}

/** The two halves of the built hub: the community and its pages. They share one copy of the domain and so one database connection. */
export interface Built { openHub: () => Promise<Hub>; handler: PageHandler }

/** Loads what `astro build` made in the folder, or null when it is not there. */
export async function loadBuilt(dist: string): Promise<Built | null> {
  if (!existsSync(join(dist, 'server/entry.mjs'))) return null;
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(dist, 'server', file)).href);
  const [{ openHub }, { handler }] = await Promise.all([load('hub.mjs') as Promise<Pick<Built, 'openHub'>>, load('entry.mjs') as Promise<Pick<Built, 'handler'>>]);
  return { openHub, handler };
}
