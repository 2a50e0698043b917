import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { acceptedAnswers, db, members, reads, searchDocuments, threads } from '#db/client.ts';
import { createPost, editPost, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import type { Member } from '#domain/people/types.ts';
import { dropDocument, putWriterName } from '#domain/search/documents.ts';
import { chooseShards } from '#domain/search/pagefind-choice.ts';
import { recordsOf } from '#domain/search/pagefind-records.ts';
import { openTwins } from '#domain/search/pagefind-twins.ts';
import { pagefindIsStale, rebuildPagefind } from '#domain/search/pagefind.ts';
import { putThesaurus } from '#domain/thesaurus/from-content.ts';
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

const bundle = () => join(folder(), 'pagefind/current');
const read = (path: string) => JSON.parse(readFileSync(join(bundle(), path), 'utf8')) as { shards: string[]; words: [string, string][]; titles: [string, string][] };
const directory = () => read('bundle.json').words.flatMap(([, hash]) => JSON.parse(readFileSync(join(bundle(), `directory/words_${hash}.json`), 'utf8')) as [string, number, number[]][]);
const fragments = (shard: string) => readdirSync(join(bundle(), shard, 'fragment')).map((name) => JSON.parse(gunzipSync(readFileSync(join(bundle(), shard, 'fragment', name))).toString().slice('pagefind_dcd'.length)) as { url: string; content: string });
const putResource = (n: number, words = 'sidewalk') => db.insert(searchDocuments).values({
  kind: 'resource', ref: `made:${n}`, url: `/library/made-${n}`, title: `Made ${n}`, body: `${words} number${n}`, type: 'report', at: new Date(2020, 0, 1 + n),
}).run();

test('a bundle of an older make is built anew', async () => {
  await rebuildPagefind();
  expect(pagefindIsStale()).toBe(false);
  vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
  expect(pagefindIsStale()).toBe(false);
  rmSync(join(bundle(), 'bundle.json'));
  expect(pagefindIsStale()).toBe(true);
  vi.useRealTimers();
});

describe('what is chosen', () => {
  const chosen = (most: number) => recordsOf(db.$client, chooseShards(db.$client, most).flat()).filter(({ kind }) => kind === 'thread').map(({ title }) => title);
  let answered = 0;

  test('questions with an accepted answer come first, then those with replies, then what is read most; never more than the setting', () => {
    const start = (kind: 'question' | 'discussion', title: string) => createThread(rosa, threadInput.parse({ forum: 'operations', kind, title, body: 'Words.', themes: ['technology'] })).id;
    db.delete(searchDocuments).where(eq(searchDocuments.threadId, threadId)).run();
    start('discussion', 'Only said');
    const popular = start('discussion', 'Said and read');
    db.insert(reads).values({ kind: 'thread', ref: String(popular), count: 500 }).run();
    const replied = start('question', 'Asked and replied to');
    createPost(rosa, { threadId: replied, body: 'A reply.' });
    answered = start('question', 'Asked and answered');
    const { id } = createPost(rosa, { threadId: answered, body: 'The platypus answer.' });
    db.insert(acceptedAnswers).values({ postId: id, threadId: answered, byId: rosa.id }).run();
    expect(chosen(0)).toEqual([]);
    expect(chosen(1)).toEqual(['Asked and answered']);
    expect(new Set(chosen(2))).toEqual(new Set(['Asked and answered', 'Asked and replied to']));
    expect(new Set(chosen(3))).toEqual(new Set(['Asked and answered', 'Asked and replied to', 'Said and read']));
    expect(chosen(9)).toHaveLength(4);
  });

  test('a thread has the words of its posts, spelt both ways, and nothing that is not a search document', () => {
    db.insert(searchDocuments).values({ kind: 'resource', ref: 'a:1', url: '/library/a', title: 'The call-centre on 3-1-1', body: 'organized neighbourhoods', type: 'book', people: 'Doe, Jane; Roe, Rik; Poe, Edgar', year: 1999, at: new Date() }).run();
    db.insert(searchDocuments).values({ kind: 'member', ref: 'm:1', url: '/members/secretive', title: 'Secretive Member', type: 'member', at: new Date() }).run();
    const records = recordsOf(db.$client, chooseShards(db.$client, 9).flat());
    expect(records.find(({ title }) => title === 'Asked and answered')?.content).toContain('platypus');
    const book = records.find(({ url }) => url === '/library/a');
    expect(book).toMatchObject({ kind: 'resource', type: 'Book', people: 'Doe et al.', year: '1999' });
    for (const word of ['center', '311', 'organised', 'neighborhoods']) expect(book?.content.split(' ')).toContain(word);
    expect(records.filter(({ url }) => url.includes('secretive'))).toEqual([]);
    expect(db.select().from(threads).all().length).toBeGreaterThan(records.filter(({ kind }) => kind === 'thread').length);
  });
});

describe('the thesaurus', () => {
  test('a record has what its words are also called in one word, and an acronym is one only in capitals', () => {
    putThesaurus([
      { term: 'IVR', also: ['interactive voice response', 'phone menu'], related: [], note: null }, { term: 'trash', also: ['garbage', 'solid waste'], related: [], note: null },
      { term: 'NPS', also: ['net promoter score'], related: [], note: null }, { term: 'CARE', also: ['kindliness'], related: [], note: null }, { term: 'duplicate request', also: ['repeat report'], related: [], note: null },
    ]);
    const twinsIn = openTwins(db.$client);
    expect(twinsIn('Phone menus, and garbage').sort()).toEqual(['ivr', 'trash']);
    expect(twinsIn('The IVR takes calls about solid waste.').sort()).toEqual(['garbage', 'trash']);
    expect(twinsIn('We asked for the NPS, the net and the phone of the menu.')).toEqual([]);
    expect([twinsIn('with care'), twinsIn('the CARE plan'), twinsIn('a repeat report')]).toEqual([[], ['kindliness'], []]);
    db.insert(searchDocuments).values({ kind: 'resource', ref: 'a:2', url: '/library/b', title: 'A long phone menu', type: 'book', at: new Date() }).run();
    expect(recordsOf(db.$client, chooseShards(db.$client, 0).flat()).find(({ url }) => url === '/library/b')?.content.split(' ')).toContain('ivr');
    db.delete(searchDocuments).where(eq(searchDocuments.ref, 'a:2')).run();
  });

  test('a change of it makes the bundle stale once its time is up', { timeout: 60_000 }, async () => {
    await rebuildPagefind();
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    expect(pagefindIsStale()).toBe(false);
    putThesaurus([]);
    expect(pagefindIsStale()).toBe(true);
    vi.useRealTimers();
  });
});

describe('a library larger than a shard', () => {
  beforeAll(() => { db.transaction(() => { for (let n = 1; n <= 3400; n++) putResource(n); }); });

  test('is built in shards that hold everything; the first is a bundle of its own, the others borrow its code', { timeout: 120_000 }, async () => {
    await rebuildPagefind();
    const { shards, words, titles } = read('bundle.json');
    expect(shards.slice(0, 4)).toEqual(['', '1/', '2/', '3/']);
    const urls = new Set(shards.flatMap((shard) => fragments(shard).map(({ url }) => url)));
    expect(urls.size).toBe(3400 + 1 + 4);
    for (const name of ['pagefind.js', 'pagefind-worker.js', 'wasm.en.pagefind']) expect([existsSync(join(bundle(), name)), existsSync(join(bundle(), '1', name))]).toEqual([true, false]);
    const entry = readFileSync(join(bundle(), '2/pagefind-entry.json'), 'utf8');
    const wasm = (JSON.parse(entry) as { languages: { en: { wasm: string } } }).languages.en.wasm;
    expect(new URL(`wasm.${wasm}.pagefind`, 'http://hub/pagefind/2/').pathname).toBe('/pagefind/wasm.en.pagefind');
    expect(words.length).toBeGreaterThan(5);
    expect(titles.length).toBeGreaterThan(50);
    // Ids grow with the numbers: what came late lies in a late shard, beside what the first one holds of it.
    const late = directory().find(([word]) => word === 'number2900');
    expect(late?.[1]).toBeLessThanOrEqual(2);
    expect(Math.max(...late?.[2] ?? [])).toBeGreaterThan(0);
    expect(Math.max(...fragments('1/').map(({ content }) => content.length))).toBeLessThanOrEqual(200);
  });

  test('a new piece costs the shard it comes into; the others are linked', { timeout: 120_000 }, async () => {
    const inode = (shard: string) => statSync(join(bundle(), shard, 'pagefind-entry.json')).ino;
    const { shards } = read('bundle.json');
    const before = shards.map(inode);
    putResource(9000, 'quokka');
    await rebuildPagefind();
    const after = read('bundle.json').shards.map(inode);
    expect(after.slice(1, 3)).toEqual(before.slice(1, 3));
    expect(after.filter((at) => !before.includes(at)).length).toBeLessThanOrEqual(2);
    expect(directory().map(([word]) => word)).toContain('quokka');
  });

  test('a word that was removed is in no file of the bundle, whatever was linked', { timeout: 120_000 }, async () => {
    db.delete(searchDocuments).where(eq(searchDocuments.ref, 'made:9000')).run();
    dropDocument('resource', 'made:3000');
    await rebuildPagefind();
    expect(generations()).toHaveLength(1);
    const said = directory().map(([word]) => word);
    expect(said).not.toContain('quokka');
    expect(said).not.toContain('number3000');
    expect(said).toContain('number3001');
    expect(read('bundle.json').shards.flatMap((shard) => fragments(shard)).filter(({ url }) => /made-(?:9000|3000)$/.test(url))).toEqual([]);
  });

  test('a shard that the last bundle has lost is built anew; what another process builds meanwhile is left alone', { timeout: 120_000 }, async () => {
    rmSync(join(bundle(), '1'), { recursive: true });
    const other = join(folder(), 'pagefind/99991231235959999');
    mkdirSync(other);
    await rebuildPagefind();
    expect(existsSync(join(bundle(), '1/pagefind-entry.json'))).toBe(true);
    expect(existsSync(other)).toBe(true);
    rmSync(other, { recursive: true });
  });

  test('a build ends with the hub that started it, and its bundle does not come to be served', { timeout: 120_000 }, async () => {
    const before = readlinkSync(bundle());
    rmSync(join(bundle(), 'shards.json'));
    const build = fork('src/domain/search/pagefind-build.ts', [join(folder(), 'hub.sqlite'), join(folder(), 'pagefind')], { stdio: 'ignore' });
    while (readdirSync(join(folder(), 'pagefind')).length < 3) await wait(20);
    build.disconnect();
    expect(await once(build, 'exit')).toEqual([1, null]);
    expect(readlinkSync(bundle())).toBe(before);
  });
});
