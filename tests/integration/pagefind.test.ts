import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { members, db } from '#db/client.ts';
import { createPost, editPost, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import type { Member } from '#domain/people/types.ts';
import { putWriterName } from '#domain/search/documents.ts';
import { pagefindIsStale, rebuildPagefind } from '#domain/search/pagefind.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

const { folder } = useDatabase();
let rosa: Member;
let threadId = 0;
beforeAll(async () => {
  rosa = await enter('rosa');
  vi.stubEnv('HUB_DATA_DIR', folder());
  threadId = createThread(rosa, threadInput.parse({ forum: 'operations', kind: 'question', title: 'Which headsets last', body: 'Ours break.', themes: ['technology'] })).id;
});
const generations = () => readdirSync(join(folder(), 'pagefind')).filter((name) => /^\d+$/.test(name));

test('new words wait their time; words that were removed are rebuilt away at once, and no older bundle keeps them', { timeout: 60_000 }, async () => {
  expect(pagefindIsStale()).toBe(true);
  await rebuildPagefind();
  expect(pagefindIsStale()).toBe(false);

  const { id } = createPost(rosa, { threadId, body: 'A numbat secret.' });
  expect(pagefindIsStale()).toBe(false);
  await rebuildPagefind();
  expect(generations()).toHaveLength(2);

  editPost(rosa, { postId: id, body: 'Nothing secret.' });
  expect(pagefindIsStale()).toBe(true);
  await rebuildPagefind();
  expect(pagefindIsStale()).toBe(false);
  expect(generations()).toEqual([readlinkSync(join(folder(), 'pagefind/current'))]);

  removeOwnPost(rosa, { postId: id });
  expect(pagefindIsStale()).toBe(true);
  await rebuildPagefind();
  expect(pagefindIsStale()).toBe(false);

  putWriterName(rosa.id, 'Another Name');
  expect(pagefindIsStale()).toBe(true);
  expect(db.select().from(members).all()).toHaveLength(1);
});
