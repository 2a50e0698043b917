import { eq } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db, searchDocuments, transaction } from '#db/client.ts';
import { searchIndex } from '#db/search-index.ts';
import { removeThread } from '#domain/decisions/removing.ts';
import { changeThreadKind } from '#domain/forum/moderating.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import type { Thread } from '#domain/forum/threads.ts';
import type { Member } from '#domain/people/types.ts';
import { dropDocument, dropThreadDocuments, purgeIndex, purgeSome, putDocument, putWriterName } from '#domain/search/documents.ts';
import { search } from '#domain/search/results.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { termsInFiles } from '../support/index-files.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let rosa: Member, nadia: Member;
beforeAll(async () => { [rosa, nadia] = [await enter('rosa'), await enter('nadia')]; });

/** A thread of so many posts that each say the word. */
function threadOf(many: number, word: string): Thread {
  forgetLimits();
  const thread = createThread(rosa, threadInput.parse({ forum: 'operations', title: `What do you do about the ${word}?`, body: `Ours has a ${word}.` }));
  for (let n = 1; n < many; n++) {
    if (n % 10 === 0) forgetLimits();
    createPost(rosa, { threadId: thread.id, body: `Number ${n} has a ${word}.` });
  }
  return thread;
}
const files = () => db.$client.prepare('select id, hex(block) as block from search_index_data order by id').all() as { id: number; block: string }[];
/** Whether the files of the index hold a word (of one stem with itself) or its first three letters, also where no document has it any more. */
const hold = (word: string) => [`0${word}`, `2${word.slice(0, 3)}`].some((term) => termsInFiles(db.$client).has(term));
const rowsWith = (words: string) => db.$client.prepare('select rowid from search_index where search_index match ?').pluck().all(words);
/** Throws where the index says other words than the documents. */
const mustBeWhole = () => db.$client.exec(`insert into search_index (search_index, rank) values ('integrity-check', 1)`);

test.each([['short', 2, 'wombat'], ['long', 40, 'axolotl']])('a %s thread that is removed is found no more at once, and gone from the files of the index when the chores have been through them', async (_, many, word) => {
  const thread = threadOf(many, word);
  expect([search({ q: word }).total, hold(word)]).toEqual([1, true]);
  removeThread(nadia, { threadId: thread.id, reason: 'A resident is named.' });
  expect(search({ q: word }).total).toBe(0);
  await purgeIndex();
  expect([search({ q: word }).total, hold(word)]).toEqual([0, false]);
  const settled = files();
  await purgeIndex();
  expect(files(), 'nothing is gone through twice').toEqual(settled);
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
  const much = rowsWith('people: delgado').length;
  putWriterName(rosa.id, 'Rosa Quetzal');
  expect([much > 12, rowsWith('people: delgado').length, rowsWith('people: quetzal').length, hold('delgado')]).toEqual([true, 0, much, true]);
  await purgeIndex();
  expect([hold('delgado'), rowsWith('people: quetzal').length]).toEqual([false, much]);
});

test('whatever is reworded, renamed, taken out and put back between the portions, the index says what the documents say', async () => {
  const thread = threadOf(60, 'bandicoot');
  const refs = db.$client.prepare('select id from posts where thread_id = ?').pluck().all(thread.id) as number[];
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const { below, from } = randomFrom(seed);
    const words = Array.from({ length: 30 }, (_, n) => `w${seed}x${'bcdfghjkmn'[n % 10]}${n}`);
    const put = (ref: number) => transaction(() => putDocument({
      kind: 'post', ref: String(ref), threadId: 100_000 + (ref % 5), url: `/posts/${ref}`, title: '', people: 'Rosa', summary: '', type: 'question', themes: [], year: 2026, place: null, at: new Date(),
      body: Array.from({ length: 12 }, () => from(words)).join(' '),
    }));
    for (const ref of refs) put(ref);
    for (let step = 0; step < 300; step++) {
      const act = below(20);
      if (act < 11) put(from(refs));
      else if (act < 14) transaction(() => putWriterName(rosa.id, `Rosa ${from(words)}`));
      else if (act < 16) transaction(() => dropDocument('post', String(from(refs))));
      else if (act < 17) transaction(() => dropThreadDocuments(100_000 + below(5)));
      else if (act < 19) transaction(() => purgeSome(act === 17));
      else await purgeIndex();
    }
    const said = db.$client.prepare(`select id from search_documents where ' ' || people || ' ' || body || ' ' like '% ' || ? || ' %' order by id`).pluck();
    for (const word of words) expect([seed, word, rowsWith(word)]).toEqual([seed, word, said.all(word)]);
    mustBeWhole();
  }
});

test('an index of a hub that took words out in two ways is written anew once', () => {
  const config = () => db.$client.prepare(`select v from search_index_config where k = 'secure-delete'`).pluck().get() ?? 0;
  threadOf(2, 'bilby');
  db.$client.exec(`insert into search_index (search_index, rank) values ('secure-delete', 1);
    insert into search_index (search_index, rowid, title, people, summary, body) select 'delete', id, title, people, summary, body from search_documents where title like '%bilby%';`);
  expect(mustBeWhole).toThrow();
  db.$client.exec(searchIndex);
  mustBeWhole();
  expect([config(), search({ q: 'bilby' }).total]).toEqual([0, 1]);
  const written = files();
  db.$client.exec(searchIndex);
  expect(files()).toEqual(written);
});

test('an index of a hub that kept the trigger of an earlier version beside its own is written anew once', () => {
  const thread = threadOf(3, 'dingo');
  db.$client.exec(`create trigger search_documents_reworded after update of title, people, summary, body on search_documents
    when old.title <> new.title or old.people <> new.people or old.summary <> new.summary or old.body <> new.body begin
    insert into search_index (search_index, rowid, title, people, summary, body) values ('delete', old.id, old.title, old.people, old.summary, old.body);
    insert into search_index (rowid, title, people, summary, body) values (new.id, new.title, new.people, new.summary, new.body);
  end;`);
  const reword = (to: string) => db.update(searchDocuments).set({ body: to }).where(eq(searchDocuments.threadId, thread.id)).run();
  reword('Ours has a potoroo.');
  expect(mustBeWhole).toThrow();
  db.$client.exec(searchIndex);
  mustBeWhole();
  reword('Ours has a bettong.');
  mustBeWhole();
  expect([rowsWith('potoroo').length, rowsWith('bettong').length]).toEqual([0, 3]);
  const written = files();
  db.$client.exec(searchIndex);
  expect(files()).toEqual(written);
});

test('the terms of the files are those that the index says it has', () => {
  db.$client.exec(`insert into search_index (search_index) values ('rebuild'); create virtual table temp.terms using fts5vocab('main', 'search_index', 'row')`);
  const said = db.$client.prepare('select term from temp.terms').pluck().all() as string[];
  db.$client.exec('drop table temp.terms');
  const read = [...termsInFiles(db.$client)];
  expect(read.filter((term) => term.startsWith('0')).map((term) => term.slice(1)).sort()).toEqual(said.sort());
  expect(read.filter((term) => term.startsWith('2')).map((term) => term.slice(1)).sort()).toEqual([...new Set(said.filter((term) => term.length >= 3).map((term) => term.slice(0, 3)))].sort());
});
