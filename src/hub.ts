import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeDatabase, openDatabase } from '#db/client.ts';
import { seedSampleCommunity } from '#db/seed.ts';
import { keepOldSuspensions } from '#domain/decisions/suspension-decisions.ts';
import { backfillPostLinks } from '#domain/forum/post-links.ts';
import { fillWorkKeys } from '#domain/library/backfill.ts';
import { stopImports } from '#domain/library/imports/reading.ts';
import { setUpLink } from '#domain/moderation/setting-up.ts';
import { sealAuthenticators } from '#domain/people/authenticators.ts';
import { putGovernmentDomains } from '#domain/people/verification.ts';
import { putPlaces } from '#domain/places/importing.ts';
import { matchPlaces } from '#domain/profiles/editing.ts';
import { search } from '#domain/search/results.ts';
import { readWords } from '#domain/search/spelling.ts';
import type { ServedFile } from '#lib/file-headers.ts';
import { settings } from '#lib/settings.ts';
import { startChores } from './chores.ts';
import { syncContent } from './content.ts';
import { fileAt, isMember, uploader } from './files.ts';
import { countRead, writeReads } from './reads.ts';

/** What the front server holds in hand while it serves. */
export interface Hub {
  /** Printed at the start while there is no administrator. */
  setUpLink: string | null;
  /** Starts the housekeeping loop; returns after the first round is planned, not done. */
  startChores: () => void;
  /** Notes that a page was read by somebody. Cheap: written to the database by the chores. */
  countRead: (pathname: string) => void;
  /** The number of the member who has these cookies and may send files to an address; null of anybody else. */
  uploader: (cookies: string | undefined, pathname: string) => Promise<number | null>;
  /** Whether these cookies are the session of somebody. */
  isMember: (cookies: string | undefined) => Promise<boolean>;
  /** The file at an address, for whoever has these cookies, or where it has moved to; null where the page says why there is none. */
  fileAt: (pathname: string, cookies: string | undefined) => Promise<ServedFile | { movedTo: string } | null>;
  /** Stops the chores, writes what is only in memory, closes the database. */
  close: () => Promise<void>;
}

/** Opens the database in the data folder, brings tables and library up to date, and hands over what is needed to serve. Throws when content/ or the database is wrong. */
export async function openHub(): Promise<Hub> {
  const { dataDir, demo } = settings();
  openDatabase(join(dataDir, 'hub.sqlite'), join(process.cwd(), 'db/migrations'));
  await syncContent();
  sealAuthenticators();
  keepOldSuspensions();
  fillWorkKeys();
  backfillPostLinks();
  const { read } = putPlaces(readFileSync(join(process.cwd(), 'content/places.csv'), 'utf8'));
  if (read > 0) matchPlaces();
  putGovernmentDomains(readFileSync(join(process.cwd(), 'content/government-domains.txt'), 'utf8'));
  if (demo) seedSampleCommunity(join(process.cwd(), 'db/sample'));
  readWords();
  // The first who searches need not wait for what is prepared once.
  search({ q: settings().name });
  let stopChores = async () => {};
  return {
    setUpLink: setUpLink(),
    startChores: () => { stopChores = startChores(); },
    countRead, uploader, isMember, fileAt,
    close: async () => {
      await stopChores();
      await stopImports();
      writeReads();
      closeDatabase();
    },
  };
}

let development: Promise<Hub> | null = null;

/** In `npm run dev` there is no front server: the first request opens the hub. */
export async function openForDevelopment(): Promise<void> {
  development ??= openHub().then((hub) => {
    hub.startChores();
    if (hub.setUpLink) console.log(`Set up the hub: ${hub.setUpLink}`);
    return hub;
  });
  await development;
}
