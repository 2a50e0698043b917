import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db, facts, searchDocuments } from '#db/client.ts';
import { removeThread } from '#domain/decisions/removing.ts';
import { changeThreadKind } from '#domain/forum/moderating.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import type { Thread } from '#domain/forum/threads.ts';
import type { Member } from '#domain/people/types.ts';
import { putWriterName, purgeIndex } from '#domain/search/documents.ts';
import { search } from '#domain/search/results.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, nadia: Member;
beforeAll(async () => { [rosa, nadia] = [await enter('rosa'), await enter('nadia')]; });

/** A thread of so many posts that each say the word. */
function threadOf(many: number, word: string): Thread {
  forgetLimits();
  const thread = createThread(rosa, threadInput.parse({ forum: 'operations', title: `What do you do about the ${word}?`, body: `Ours has a ${word}.` }));
  for (let n = 1; n < many; n++) createPost(rosa, { threadId: thread.id, body: `Number ${n} has a ${word}.` });
  return thread;
}
const files = () => db.$client.prepare('select id, hex(block) as block from search_index_data order by id').all() as { id: number; block: string }[];
/** Whether the files of the index hold letters, of which a word before it in order may hold the first ones. */
const hold = (letters: string) => files().some(({ block }) => block.includes(Buffer.from(letters).toString('hex').toUpperCase()));
const asked = () => db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'index-purge')).get()?.value ?? 0;

test('a short thread that is removed is gone from the files of the index at once', async () => {
  const thread = threadOf(3, 'wombat');
  expect(hold('mbat')).toBe(true);
  removeThread(nadia, { threadId: thread.id, reason: 'A resident is named.' });
  expect([search({ q: 'wombat' }).total, hold('mbat'), asked()]).toEqual([0, false, 0]);
});

test('a long one is found no more at once, without everybody waiting, and is gone from the files when the chores have been through them', async () => {
  const thread = threadOf(12, 'axolotl');
  expect([search({ q: 'axolotl' }).total, hold('olotl')]).toEqual([1, true]);
  removeThread(nadia, { threadId: thread.id, reason: 'A resident is named.' });
  expect([search({ q: 'axolotl' }).total, asked()]).toEqual([0, 1]);
  await purgeIndex();
  expect([search({ q: 'axolotl' }).total, hold('olotl'), asked()]).toEqual([0, false, 0]);
  // What is changed after it is taken out of them at once again.
  removeThread(nadia, { threadId: threadOf(3, 'kookaburra').id, reason: 'Another.' });
  expect([hold('kaburra'), asked()]).toEqual([false, 0]);
});

test('nothing in the files changes where the words are the same', () => {
  const thread = threadOf(12, 'quokka');
  const before = files();
  changeThreadKind(nadia, { threadId: thread.id, kind: 'question', reason: 'It asks.' });
  expect(db.select({ type: searchDocuments.type }).from(searchDocuments).where(eq(searchDocuments.threadId, thread.id)).all().every(({ type }) => type === 'question')).toBe(true);
  expect(files()).toEqual(before);
});

test('who wrote much is found by a new name alone', async () => {
  threadOf(12, 'numbat');
  const count = db.$client.prepare(`select count(*) from search_index where search_index match 'people: ' || ?`).pluck();
  const much = count.get('delgado') as number;
  putWriterName(rosa.id, 'Rosa Quetzal');
  expect([much > 12, count.get('delgado'), count.get('quetzal'), hold('elgado')]).toEqual([true, 0, much, true]);
  await purgeIndex();
  expect([hold('elgado'), count.get('quetzal')]).toEqual([false, much]);
  db.$client.exec(`insert into search_index (search_index, rank) values ('integrity-check', 1)`);
});
