import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeDatabase, db, openDatabase } from '#db/client.ts';
import { fillWorkKeys } from '#domain/library/backfill.ts';

const migrations = resolve(import.meta.dirname, '../../db/migrations');
let folder = '';

/** The migrations as they were when only the first `count` of them existed. */
function migrationsUpTo(count: number): string {
  const old = join(folder, `migrations-${count}`);
  mkdirSync(join(old, 'meta'), { recursive: true });
  const journal = JSON.parse(readFileSync(join(migrations, 'meta/_journal.json'), 'utf8')) as { entries: { tag: string }[] };
  const entries = journal.entries.slice(0, count);
  for (const { tag } of entries) cpSync(join(migrations, `${tag}.sql`), join(old, `${tag}.sql`));
  writeFileSync(join(old, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  return old;
}

beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'practice-hub-migrations-')); });
afterAll(() => {
  closeDatabase();
  rmSync(folder, { recursive: true, force: true });
});

const all = (query: string) => db.$client.prepare(query).all();

test('a database of the first release keeps everything, and what was withdrawn is retired', () => {
  const file = join(folder, 'hub.sqlite');
  openDatabase(file, migrationsUpTo(1));
  db.$client.exec(`
    insert into members (id, email, handle, name) values (1, 'rosa@test.example', 'rosa', 'Rosa');
    insert into themes values ('equity', 'Equity', 'N', 1);
    insert into resources (id, slug, kind, type, status, origin, title, rights, csl, withdrawn_reason, published_at) values
      ('ref:a', 'a', 'reference', 'book', 'withdrawn', 'hub', 'A title', 'All rights reserved', '{"id":"a","type":"book","title":"A title","issued":{"date-parts":[[2001]]}}', 'Doubtful.', 5),
      ('article:b', 'b', 'article', 'article', 'published', 'content', 'B', null, '{}', null, 6);
    insert into resource_themes values ('ref:a', 'equity');
    insert into citations values ('article:b', 'ref:a', 1);
    insert into threads (id, resource_id, title, slug, author_id, last_poster_id) values (1, 'article:b', 'B', 'b', 1, 1);
    insert into posts (thread_id, number, author_id, markdown, html, rendered_by) values (1, 1, 1, 'x', 'x', 1);
    insert into search_documents (kind, ref, url, title, type, at) values ('resource', 'article:b', '/library/b', 'Walrus', 'article', 5);
    insert into log (act, object) values ('withdraw resource', 'A title');`);
  closeDatabase();
  openDatabase(file, migrations);
  expect(all(`select id, status, retired_reason as reason, rights, rights_note as note from resources order by id`)).toEqual([
    { id: 'article:b', status: 'published', reason: null, rights: 'undetermined', note: null },
    { id: 'ref:a', status: 'retired', reason: 'Doubtful.', rights: 'undetermined', note: 'All rights reserved' },
  ]);
  for (const table of ['resource_themes', 'citations', 'threads', 'posts']) expect(all(`select * from ${table}`)).toHaveLength(1);
  expect(all(`select act from log`)).toEqual([{ act: 'retire resource' }]);
  expect(all(`select count(*) as n from search_index where search_index match 'walrus'`)).toEqual([{ n: 1 }]);
  expect(fillWorkKeys()).toBe(1);
  expect(all(`select work_key as k from resources where id = 'ref:a'`)).toEqual([{ k: expect.stringContaining('2001') }]);
  expect(fillWorkKeys()).toBe(0);
});

test('threads and posts of the first release are kept whole, and nothing of them is hidden', () => {
  const file = join(folder, 'forums.sqlite');
  openDatabase(file, migrationsUpTo(1));
  db.$client.exec(`
    insert into members (id, email, handle, name) values (1, 'rosa@test.example', 'rosa', 'Rosa'), (2, 'tom@test.example', 'tom', 'Tom');
    insert into themes values ('equity', 'Equity', 'N', 1);
    insert into forums (id, slug, name, description, position) values (1, 'operations', 'Running the centre', 'x', 1);
    insert into threads (id, forum_id, kind, title, slug, author_id, last_poster_id, pinned, post_count, last_number, last_post_at) values
      (1, 1, 'question', 'How long?', 'how-long', 1, 2, 1, 2, 2, 7), (2, 1, 'announcement', 'Removed', 'removed', 2, 2, 0, 1, 1, 8);
    update threads set removed_at = 9, removed_reason = 'Spam.', removed_by_id = 1 where id = 2;
    insert into thread_themes values (1, 'equity');
    insert into posts (thread_id, number, author_id, markdown, html, rendered_by) values (1, 1, 1, 'a', 'a', 1), (1, 2, 2, 'b', 'b', 1), (2, 1, 2, 'c', 'c', 1);`);
  const threads = all('select id, kind, title, pinned, removed_at, removed_reason, created_at, last_post_at, last_poster_id, post_count, last_number from threads order by id');
  const posts = all('select id, thread_id, number, author_id, markdown from posts order by id');
  closeDatabase();
  openDatabase(file, migrations);
  expect(all('select id, kind, title, pinned, removed_at, removed_reason, created_at, last_post_at, last_poster_id, post_count, last_number from threads order by id')).toEqual(threads);
  expect(all('select id, thread_id, number, author_id, markdown from posts order by id')).toEqual(posts);
  // A number, not the name of the column as a word.
  expect(all('select typeof(hidden) as type, hidden, count(*) as n from threads group by 1, 2')).toEqual([{ type: 'integer', hidden: 0, n: 2 }]);
  expect(all('select typeof(hidden) as type, hidden, count(*) as n from posts group by 1, 2')).toEqual([{ type: 'integer', hidden: 0, n: 3 }]);
  expect(all('select * from thread_themes')).toHaveLength(1);
  expect(all('pragma foreign_key_check')).toEqual([]);
  db.$client.exec(`update threads set kind = 'case-of-the-week' where id = 1`);
});

test('a later migration may rebuild tables that guards speak of, and the guards are there again', () => {
  const file = join(folder, 'guarded.sqlite');
  openDatabase(file, migrations);
  const names = () => (all(`select name from sqlite_master where type = 'trigger' and name like 'members\\_%' escape '\\' or name like 'coordinator\\_areas\\_of%' escape '\\' and type = 'trigger' order by name`) as { name: string }[]).map(({ name }) => name);
  const before = names();
  expect(before).toEqual(['coordinator_areas_of_members', 'members_last_administrator', 'members_last_administrator_stays', 'members_without_areas']);
  const next = join(folder, 'migrations-next');
  cpSync(migrations, next, { recursive: true });
  const journal = JSON.parse(readFileSync(join(next, 'meta/_journal.json'), 'utf8')) as { entries: { idx: number; when: number; tag: string }[] };
  const last = journal.entries.at(-1);
  const sqlOf = (table: string) => (db.$client.prepare(`select sql from sqlite_master where type = 'table' and name = ?`).get(table) as { sql: string }).sql;
  const rebuild = (table: string) => [sqlOf(table).replaceAll(new RegExp(`(["\`])${table}\\1`, 'g'), `$1__new_${table}$1`), `insert into __new_${table} select * from ${table}`, `drop table ${table}`, `alter table __new_${table} rename to ${table}`];
  writeFileSync(join(next, '9999_rebuild.sql'), [...rebuild('passwords'), ...rebuild('members')].join(';\n--> statement-breakpoint\n'));
  writeFileSync(join(next, 'meta/_journal.json'), JSON.stringify({ ...journal, entries: [...journal.entries, { ...last, idx: journal.entries.length, when: (last?.when ?? 0) + 1, tag: '9999_rebuild' }] }));
  closeDatabase();
  openDatabase(file, next);
  expect(names()).toEqual(before);
});

test('what was held and let through is known again by its words, or by when it was, also when the address that was kept leads to another post by now', () => {
  const file = join(folder, 'held.sqlite');
  openDatabase(file, migrationsUpTo(9));
  db.$client.exec(`
    insert into members (id, email, handle, name) values (1, 'rosa@test.example', 'rosa', 'Rosa'), (2, 'nadia@test.example', 'nadia', 'Nadia');
    insert into forums (id, slug, name, description, position) values (1, 'operations', 'Running the centre', 'x', 1);
    insert into threads (id, forum_id, kind, title, slug, author_id, last_poster_id, post_count, last_number) values (1, 1, 'question', 'How long?', 'how-long', 2, 1, 5, 5);
    insert into posts (id, thread_id, number, author_id, markdown, html, rendered_by, created_at) values
      (10, 1, 1, 2, 'How long?', 'x', 1, 1000), (11, 1, 2, 2, 'Words of another', 'x', 1, 5000), (12, 1, 3, 1, 'Same words', 'x', 1, 5001), (13, 1, 4, 1, 'Edited since', 'x', 1, 90005), (14, 1, 5, 1, 'After an appeal', 'x', 1, 200002);
    insert into held_posts (id, author_id, kind, input, thread_id, markdown, why, state, url) values
      (1, 1, 'post', '{}', 1, 'Same words', 'spam', 'approved', '/forums/operations/1-how-long#post-2'), (2, 1, 'post', '{}', 1, 'As it was', 'spam', 'approved', '/forums/operations/1-how-long#post-4'),
      (3, 1, 'post', '{}', 1, 'Before the appeal', 'spam', 'approved', '/forums/operations/1-how-long#post-5'), (4, 1, 'post', '{}', 1, 'Nowhere', 'spam', 'approved', null),
      (5, 1, 'post', '{}', 1, 'Same words', 'spam', 'waiting', null), (6, 1, 'post', '{}', 1, 'Gone for good', 'spam', 'approved', '/forums/operations/1-how-long#post-9');
    insert into cases (id, kind, held_id) values (1, 'held', 1), (2, 'held', 2), (3, 'held', 3), (4, 'held', 4), (5, 'held', 5), (7, 'held', 6);
    insert into decisions (id, case_id, outcome, reason, decider_id, author_id, at) values (1, 1, 'approve', 'x', 2, 1, 5000), (2, 2, 'approve', 'x', 2, 1, 90000), (3, 3, 'decline', 'x', 2, 1, 100000), (4, 4, 'approve', 'x', 2, 1, 150000), (6, 7, 'approve', 'x', 2, 1, 900000);
    insert into cases (id, kind, decision_id) values (6, 'appeal', 3);
    insert into decisions (id, case_id, outcome, reason, decider_id, first_decider_id, nobody_else, author_id, at) values (5, 6, 'overturn', 'x', 2, 2, 1, 1, 200000);`);
  closeDatabase();
  openDatabase(file, migrations);
  expect(all('select id, post_id as post from held_posts order by id')).toEqual([[1, 12], [2, 13], [3, 14], [4, null], [5, null], [6, null]].map(([id, post]) => ({ id, post })));
  expect(all('pragma foreign_key_check')).toEqual([]);
  db.$client.exec('delete from posts where id = 12');
  expect(all('select post_id as post, state from held_posts where id = 1')).toEqual([{ post: null, state: 'approved' }]);
});

test('the name of who suggested a work goes out of its record', () => {
  const file = join(folder, 'suggested.sqlite');
  openDatabase(file, migrationsUpTo(10));
  const work = db.$client.prepare(`insert into resources (id, slug, kind, type, status, origin, title, rights, csl, provenance) values (?, ?, 'reference', 'book', 'submitted', ?, 'A title', 'undetermined', '{}', ?)`);
  for (const [id, origin, provenance] of [['a', 'hub', 'Suggested by Rosa Delgado'], ['b', 'hub', null], ['c', 'content', 'Suggested by the editors of a journal']] as const) work.run(id, id, origin, provenance);
  closeDatabase();
  openDatabase(file, migrations);
  expect(all('select id, provenance from resources order by id')).toEqual([{ id: 'a', provenance: 'Suggested by a member' }, { id: 'b', provenance: null }, { id: 'c', provenance: 'Suggested by the editors of a journal' }]);
});

test('whose titles the lines of the log say is known of what stood elsewhere, was called otherwise or was merged', () => {
  const file = join(folder, 'titles.sqlite');
  openDatabase(file, migrationsUpTo(13));
  db.$client.exec(`
    insert into members (id, email, handle, name) values (1, 'rosa@test.example', 'rosa', 'Rosa');
    insert into forums (id, slug, name, description, position) values (1, 'operations', 'Running the centre', 'x', 1);
    insert into resources (id, slug, kind, type, status, origin, title, rights, csl, published_at) values ('a', 'a', 'practice', 'practice', 'published', 'hub', 'Way A', 'undetermined', '{}', 1), ('b', 'b', 'practice', 'practice', 'published', 'hub', 'Way B', 'undetermined', '{}', 1);
    insert into resource_versions (resource_id, number, act, status, fields) values ('a', 1, 'edit', 'published', '{"title":"Old way"}');
    insert into merges (kept_id, merged_id, moved) values ('a', 'b', '{}');
    insert into threads (id, forum_id, resource_id, kind, title, slug, author_id, last_poster_id, post_count, last_number) values
      (1, 1, null, 'question', 'First', 'first', 1, 1, 1, 1), (2, 1, null, 'question', 'Second', 'second', 1, 1, 2, 2), (3, null, 'a', 'discussion', 'Way A', 'way-a', 1, 1, 1, 1);
    insert into posts (id, thread_id, number, author_id, markdown, html, rendered_by) values (10, 1, 1, 1, 'x', 'x', 1), (11, 2, 1, 1, 'x', 'x', 1), (12, 2, 2, 1, 'x', 'x', 1), (13, 3, 1, 1, 'x', 'x', 1);
    insert into thread_acts (act, thread_id, other_id, undo) values ('rename thread', 1, null, '{"as":"fields","before":{"title":"Zeroth"},"after":{"title":"First"}}'), ('split thread', 1, 2, '{"as":"posts","posts":[{"id":12,"number":2}]}');
    insert into log (id, act, object, url) values
      (1, 'remove post', 'a post in “Zeroth”', '/posts/12'), (2, 'split thread', 'a post of “First” to “Second”', '/forums/operations/2-second'), (3, 'lock thread', 'Second', '/forums/operations/2-second'),
      (4, 'remove post', 'a comment on “Old way”', '/posts/13'), (5, 'merge resources', '“Way B” into “Way A”', '/library/a'), (6, 'attach file', 'Way A: Plan', '/library/a'), (7, 'remove post', 'a comment on “Way B”', '/posts/13'),
      (8, 'lock thread', 'Seconds', '/forums/operations/2-second'), (9, 'verify member', 'First', '/members/rosa');`);
  closeDatabase();
  openDatabase(file, migrations);
  expect(db.$client.prepare('select log_id, coalesce(resource_id, thread_id), title from log_titles where resource_id is null or thread_id is null order by 1, 2').raw().all()).toEqual([
    [1, 1, 'Zeroth'], [2, 1, 'First'], [2, 2, 'Second'], [3, 2, 'Second'], [4, 'a', 'Old way'], [5, 'a', 'Way A'], [5, 'b', 'Way B'], [6, 'a', 'Way A'], [7, 'b', 'Way B'],
  ]);
  expect(all('pragma foreign_key_check')).toEqual([]);
});

test('whom the lines of the log are about that lead nowhere or to somebody else’s post is known, but not of what had no name', () => {
  const file = join(folder, 'about.sqlite');
  openDatabase(file, migrationsUpTo(14));
  db.$client.exec(`
    insert into members (id, email, handle, name) values (1, 'rosa@test.example', 'rosa', 'Rosa'), (2, 'nadia@test.example', 'nadia', 'Nadia'), (3, 'tom@test.example', 'tom', 'Tom');
    insert into forums (id, slug, name, description, position) values (1, 'operations', 'Running the centre', 'x', 1);
    insert into threads (id, forum_id, kind, title, slug, author_id, last_poster_id, post_count, last_number) values (1, 1, 'question', 'First', 'first', 3, 3, 1, 1);
    insert into posts (id, thread_id, number, author_id, markdown, html, rendered_by) values (10, 1, 1, 3, 'x', 'x', 1);
    insert into held_posts (id, author_id, kind, input, markdown, why, nameless) values (1, 1, 'post', '{}', 'x', 'spam', false), (2, 1, 'post', '{}', 'x', 'spam', true), (3, 1, 'post', '{}', 'x', 'spam', false), (4, 1, 'post', '{}', 'x', 'spam', true);
    insert into cases (id, kind, post_id, held_id, closed_at) values (6, 'held', null, 3, 1), (7, 'held', null, 4, 1), (1, 'confirmation', 10, null, 1), (2, 'held', null, 1, 1), (3, 'held', null, 2, 1), (4, 'flags', 10, null, 1);
    insert into decisions (id, case_id, outcome, reason, decider_id, author_id, at, undone_at, undone_by_id) values
      (1, 1, 'remove', 'One.', 2, 1, 100000, null, null), (2, 2, 'decline', 'Two.', 2, 1, 200000, 300000, 2), (3, 3, 'decline', 'Two.', 2, 1, 210000, null, null), (6, 6, 'decline', 'Two.', 2, 1, 400000, null, null), (7, 7, 'decline', 'Two.', 2, 1, 400300, null, null), (4, 4, 'keep', 'One.', 2, 3, 100400, null, null);
    insert into cases (id, kind, decision_id, closed_at) values (5, 'appeal', 1, 1);
    insert into decisions (id, case_id, outcome, reason, decider_id, first_decider_id, nobody_else, author_id, at) values (5, 5, 'uphold', 'Five.', 3, 2, false, 1, 500000);
    insert into log (id, actor_id, act, object, url, reason, at) values
      (1, 2, 'remove confirmation', 'x', '/posts/10', 'One. (There was nobody else who could decide.)', 100005), (2, 2, 'decline post', 'x', null, 'Two.', 200003), (3, 2, 'undo decision', 'x', null, 'Back.', 300002), (4, 2, 'decline post', 'x', null, 'Two.', 212000),
      (5, 2, 'keep post', 'x', '/posts/10', 'One.', 100401), (6, 3, 'uphold removal of confirmation', 'x', '/posts/10', 'Five.', 500001), (7, 3, 'remove confirmation', 'x', '/posts/10', 'One.', 100005), (9, 2, 'decline post', 'x', null, 'Two.', 400001), (10, 2, 'decline post', 'x', null, 'Two.', 400301), (8, 2, 'remove confirmation', 'x', '/posts/10', 'Other.', 100005);`);
  closeDatabase();
  openDatabase(file, migrations);
  expect(all('select id, about_id as about from log order by id')).toEqual([1, 1, 1, null, null, 1, null, null, null, null].map((about, n) => ({ id: n + 1, about })));
  expect(all('pragma foreign_key_check')).toEqual([]);
  db.$client.exec('delete from held_posts; delete from decisions where author_id = 1; delete from members where id = 1');
  expect(all('select about_id as about from log where about_id is not null')).toEqual([]);
});
