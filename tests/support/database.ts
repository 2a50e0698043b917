import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { closeDatabase, db, forums, openDatabase, themes } from '#db/client.ts';

const root = resolve(import.meta.dirname, '../..');

/** Gives the test file a hub database of its own in a temporary folder, with all migrations and the given vocabulary; gone afterwards. Returns the folder. */
export function useDatabase(): { folder: () => string } {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'practice-hub-'));
    openDatabase(join(folder, 'hub.sqlite'), join(root, 'db/migrations'));
    db.insert(themes).values([
      { code: 'equity', label: 'Equity and access', note: 'Who is served.', position: 1 },
      { code: 'technology', label: 'Technology', note: 'Systems.', position: 2 },
      { code: 'performance-measurement', label: 'Performance measurement', note: 'Numbers.', position: 3 },
    ]).run();
    db.insert(forums).values([
      { slug: 'operations', name: 'Running the centre', description: 'Day to day.', position: 1 },
      { slug: 'measures', name: 'Measuring and reporting', description: 'Numbers.', position: 2 },
    ]).run();
  });
  afterAll(() => {
    closeDatabase();
    rmSync(folder, { recursive: true, force: true });
    // Search bundles are thousands of files.
  }, 60_000);
  return { folder: () => folder };
}
