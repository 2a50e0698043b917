import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSettings } from '#lib/settings.ts';
import { loadBuilt } from './built.ts';
import { CannotStart, endWith, serve } from './running.ts';

// The program that serves the built hub: `node src/server/serve.ts`. `npm start` installs and builds first, then runs this.
const root = resolve(import.meta.dirname, '../..');
const dist = join(root, 'dist');
process.chdir(root);
// The database and the letters are for the owner's eyes only.
process.umask(0o077);

try {
  const settings = readSettings(process.env);
  const built = await loadBuilt(dist);
  if (!built) throw new CannotStart('The hub is not built yet: run npm start.');
  await serve(built, join(dist, 'client'), settings);
  await loadEveryPage();
} catch (error) {
  endWith(error);
}

/** Astro loads a page's code when somebody asks for it. Doing it now makes every first page quick and lets the folder be rebuilt under a hub that runs. */
async function loadEveryPage(): Promise<void> {
  const chunks = join(dist, 'server/chunks');
  for (const file of readdirSync(chunks)) if (file.endsWith('.mjs')) await import(pathToFileURL(join(chunks, file)).href);
}
