import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { db, searchDocuments } from '#db/client.ts';
import { dropDocument } from '#domain/search/documents.ts';
import { rebuildPagefind } from '#domain/search/pagefind.ts';
import { openPagefind, type PagefindRunner } from '../search-quality/pagefind-runner.ts';
import { useDatabase } from '../support/database.ts';

const { folder } = useDatabase();
let quick: PagefindRunner;

const subjects = ['potholes', 'street lights', 'missed trash', 'noise at night', 'leaf piles', 'stray dogs', 'water bills'];
const places = ['Chattanooga', 'Ottawa', 'Knoxville', 'Somerville', 'Houston', 'Québec'];

beforeAll(async () => {
  vi.stubEnv('HUB_DATA_DIR', folder());
  db.transaction(() => {
    for (let n = 1; n <= 3400; n++) {
      const [subject, place] = [subjects[n % subjects.length] ?? '', places[n % places.length] ?? ''];
      db.insert(searchDocuments).values({
        kind: 'resource', ref: `made:${n}`, url: `/library/made-${n}`, title: `How ${place} answers calls about ${subject}, part ${n}`, people: `Writer${n % 900}, Ann`, summary: 'What the agents of the centre say and do.',
        body: n === 100 ? 'A wombat was counted.' : 'Nothing was counted.', type: 'report', year: 2000 + (n % 20), at: new Date(2020, 0, 1 + n),
      }).run();
    }
  });
  await rebuildPagefind();
  quick = await openPagefind(join(folder(), 'pagefind'));
}, 120_000);
afterAll(() => quick.close());

describe('a bundle of several shards', () => {
  test.each([3, 1400, 1700, 2600, 3399])('the exact title of piece %d comes first, wherever it lies', async (n) => {
    const title = `How ${places[n % places.length]} answers calls about ${subjects[n % subjects.length]}, part ${n}`;
    expect((await quick.search(title))[0]).toBe(`/library/made-${n}`);
  });

  test('a word that one shard alone has is found there, misspelt and in another form too', async () => {
    for (const query of ['wombat', 'wombats', 'wonbat', 'counted wombat', 'wombat agents']) expect((await quick.search(query))[0], query).toBe('/library/made-100');
  });

  test('words that are everywhere, accents, spellings and words that nothing has together find something', async () => {
    for (const query of ['potholes', 'quebec noise', 'call center agents', 'chattanooga stray dog', 'wombat potholes ottawa']) expect((await quick.search(query)).length, query).toBeGreaterThan(0);
    expect(await quick.search('qqxzzyk')).toEqual([]);
    expect(await quick.search(' - ')).toEqual([]);
  });

  test('a page that stays open finds what is new and no longer what was removed, though every piece of its bundle is gone', async () => {
    dropDocument('resource', 'made:100');
    db.insert(searchDocuments).values({ kind: 'resource', ref: 'made:9000', url: '/library/made-9000', title: 'The quokka register', type: 'report', at: new Date() }).run();
    await rebuildPagefind();
    expect(await quick.search('quokka')).toEqual(['/library/made-9000']);
    expect(await quick.search('wombat')).toEqual([]);
  }, 120_000);
});
