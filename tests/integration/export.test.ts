import { buffer } from 'node:stream/consumers';
import { eq, inArray } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { acceptedAnswers, answerChecks, closedThreads, confirmationFlags, confirmations, db, follows, notifications, posts, questionTurns, reactions, threadActs, threadReads, threads, transaction } from '#db/client.ts';
import { Denied, TooMany } from '#domain/errors.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { kinds, notExported } from '#domain/leaving/belongings.ts';
import { exportMember } from '#domain/leaving/exporting.ts';
import { columnsNamingMembers } from '#domain/leaving/leaving.ts';
import { unzip, zipEntries } from '#lib/zip-entries.ts';
import { enter, forgetLimits, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { quilla, wholeMember } from '../support/whole-member.ts';

useDatabase();
beforeEach(forgetLimits);

async function read(stream: NodeJS.ReadableStream): Promise<Map<string, Buffer>> {
  const bytes = await buffer(stream);
  return new Map(zipEntries(bytes).map((entry) => [entry.name, unzip(bytes, entry, 50_000_000)]));
}

test('every column of the schema that names a member is exported, or there is a reason why not', () => {
  const schema = columnsNamingMembers().map(({ table, column }) => `${table}.${column}`);
  const told = kinds.flatMap(({ tells }) => tells);
  expect(schema.filter((column) => !told.includes(column) && !(column in notExported))).toEqual([]);
  expect([...told, ...Object.keys(notExported)].filter((column) => !schema.includes(column))).toEqual([]);
  expect(told.filter((column) => column in notExported)).toEqual([]);
});

describe('the export', () => {
  test('has everything of a member, readable and as data, and nothing that others wrote', async () => {
    const nadia = await enter('nadia');
    const { member, ids } = await wholeMember(nadia);
    const { fileName, stream } = exportMember(await sessionOf(member));
    const files = await read(stream);
    expect(fileName).toBe(`${quilla.handle}.zip`);
    const of = (kind: string) => JSON.parse(files.get(`data/${kind}.json`)?.toString() ?? 'null') as Record<string, unknown>[];
    // She has something of every kind but areas: she coordinates all.
    expect(kinds.filter(({ file }) => of(file).length === 0).map(({ file }) => file)).toEqual(['areas']);
    expect(of('account')).toEqual([expect.objectContaining({ handle: quilla.handle, email: quilla.email, listed: true })]);
    expect(of('posts').map((post) => [post['address'], post['withoutName']])).toContainEqual([`/posts/${ids.reply}`, false]);
    expect(of('posts').filter((post) => post['withoutName'] === true).map((post) => post['markdown'])).toEqual(['Snapdragon text.']);
    expect(of('earlier-versions')).toEqual([expect.objectContaining({ markdown: `Before: ${quilla.name}, hydrangea` })]);
    expect(of('former-names')).toEqual([{ kind: 'name', value: quilla.formerName, until: expect.stringMatching(/^20\d\d-/) }]);
    expect(of('drafts')).toEqual([expect.objectContaining({ fields: { body: 'Draft of irises' } })]);
    expect(of('sessions')[0]).toEqual({ browser: 'x', createdAt: expect.stringMatching(/^20\d\d-/), lastUsedAt: null, expiresAt: '2286-11-20T17:46:39.000Z' });
    expect(files.get('text/posts.md')?.toString()).toContain('Snapdragon text.');
    expect(files.get('text/comments.md')?.toString()).toContain('A comment with peonies.');
    expect(files.get('text/drafts.md')?.toString()).toContain('Draft of irises');
    expect([...files].filter(([name]) => name.startsWith('files/')).map(([name, bytes]) => [name.replace(/-\d+-/, '-'), bytes.toString()])).toEqual([
      ['files/post-p.pdf', 'post'], ['files/work-a.pdf', 'attachment'], ['files/held-x.pdf', 'post'], ['files/photo.webp', 'photo'],
    ]);
    const whole = [...files].map(([, bytes]) => bytes.toString()).join('\n');
    for (const secret of ['ABCDEFGH', '$argon2', 'Thank you.', 'An answer to whoever asks', nadia.email, nadia.name]) expect(whole).not.toContain(secret);
    for (const { file, words } of kinds) expect(files.get('README.md')?.toString()).toContain(`| \`data/${file}.json\` | ${words} |`);
  });

  test('tells no title that was removed, but for one’s own', async () => {
    const [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
    const start = (actor: typeof rosa, title: string) => createThread(actor, { forum: 'operations', kind: 'question', title, body: 'x', themes: [], token: undefined, nameless: false }).id;
    const [others, own, stays] = [start(tom, 'Wren Quagmire lives on Elm Street'), start(rosa, 'My own about wrens'), start(tom, 'A thread that stays')];
    for (const threadId of [others, own, stays]) {
      const postId = createPost(rosa, { threadId, body: 'A reply.', token: undefined }).id;
      const opening = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
      for (const postIs of [opening, postId]) {
        db.insert(reactions).values({ postId: postIs, memberId: rosa.id, kind: 'thanks' }).run();
        db.insert(notifications).values({ memberId: rosa.id, kind: 'reply', reason: 'own', postId: postIs }).run();
      }
      db.insert(confirmations).values({ postId: opening, memberId: rosa.id, place: 'Here', year: 2026 }).run();
      db.insert(acceptedAnswers).values({ postId, threadId, byId: rosa.id }).run();
      db.insert(answerChecks).values({ postId, askedAt: new Date(), askedById: rosa.id }).run();
      db.insert(confirmations).values({ postId: opening, memberId: nadia.id, place: 'There', year: 2026 }).run();
      db.insert(confirmationFlags).values({ postId: opening, memberId: nadia.id, byId: rosa.id, reason: 'spam', note: 'x' }).run();
      db.insert(closedThreads).values({ threadId, byId: rosa.id, reason: 'Done' }).run();
      db.insert(follows).values({ memberId: rosa.id, kind: 'thread', ref: String(threadId), level: 'following' }).onConflictDoNothing().run();
      db.insert(threadReads).values({ memberId: rosa.id, threadId, number: 1 }).onConflictDoNothing().run();
      db.insert(questionTurns).values({ threadId, ownerId: rosa.id }).run();
      db.insert(threadActs).values({ act: 'rename thread', threadId, byId: rosa.id, undo: {} }).run();
    }
    const told = async () => {
      const files = await read(exportMember(await sessionOf(rosa)).stream);
      return (title: string) => [...files].filter(([, bytes]) => bytes.includes(title)).map(([name]) => name);
    };
    const before = (await told())('Elm Street');
    expect(before.length).toBeGreaterThan(11);
    db.update(threads).set({ removedAt: new Date(), removedReason: 'Personal data', removedById: nadia.id }).where(inArray(threads.id, [others, own])).run();
    const after = await told();
    expect(after('Elm Street')).toEqual([]);
    expect(after('My own about wrens')).toEqual(expect.arrayContaining(before));
    expect(after('A thread that stays')).toEqual(before);
    db.update(threads).set({ removedAt: null, removedReason: null, removedById: null }).run();
    db.update(posts).set({ removedAt: new Date(), removedById: nadia.id }).where(eq(posts.threadId, others)).run();
    expect((await told())('Elm Street')).not.toEqual(expect.arrayContaining(['data/reactions.json']));
  });

  test('takes a fresh proof, and is had three times an hour', async () => {
    const session = await sessionOf(await enter('rosa'));
    expect(() => exportMember({ ...session, provedAt: null })).toThrow(Denied);
    for (let n = 0; n < 3; n++) await read(exportMember(session).stream);
    expect(() => exportMember(session)).toThrow(TooMany);
  });

  test('of ten thousand posts is written while it is read, and keeps nobody waiting', async () => {
    const tom = await enter('tom');
    const body = 'All work and no play. '.repeat(100);
    transaction(() => {
      const { id: threadId } = db.insert(threads).values({ forumId: 1, title: 'A long one', slug: 'long', authorId: tom.id, lastPosterId: tom.id }).returning().get();
      for (let number = 1; number <= 10_000; number++) db.insert(posts).values({ threadId, number, authorId: tom.id, markdown: `${number} ${body}`, html: '<p></p>', renderedBy: 1 }).run();
    });
    const before = process.memoryUsage().rss;
    let [longest, last, most] = [0, performance.now(), 0];
    const ticking = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; most = Math.max(most, process.memoryUsage().rss); }, 5);
    const { stream } = exportMember(await sessionOf(tom));
    let size = 0;
    for await (const piece of stream) size += (piece as Buffer).length;
    clearInterval(ticking);
    expect(size).toBeGreaterThan(50_000);
    // 44 MB of text go through it.
    expect((most - before) / 1e6).toBeLessThan(150);
    expect(longest).toBeLessThan(500);
  }, 60_000);
});
