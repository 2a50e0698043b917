import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { and, eq, gt, isNull } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { attempts, cases, collections, db, foldLog, leavings, log, members, outbox, posts, questionTurns, resources, searchDocuments, spamWords, threads, transaction } from '#db/client.ts';
import { Denied, Gone, Invalid } from '#domain/errors.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { findPost, postsOnPage } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { columnsNamingMembers, leaveHub, type LeaveKind } from '#domain/leaving/leaving.ts';
import { beginFinishing, finishFor, finishLeavings } from '#domain/leaving/finishing.ts';
import { sendOutbox } from '#domain/mail/outbox.ts';
import { learn } from '#domain/moderation/spam-words.ts';
import { forgetUnconfirmed } from '#domain/people/joining.ts';
import { listMembers } from '#domain/people/member-list.ts';
import { freeHandle, findProfile } from '#domain/people/members.ts';
import { search } from '#domain/search/results.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import type { Letter } from '#lib/mailer.ts';
import { enter, lettersTo, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { quilla, wholeMember } from '../support/whole-member.ts';

const all = (how: 'keep' | 'delete') => ({ posts: how, comments: how, suggestions: how, collections: how, files: how }) satisfies Record<LeaveKind, string>;
const texts = [quilla.name, quilla.handle, quilla.email, quilla.former, quilla.formerName];

/** Where the database, with its log, still has one of these, as bytes. */
function traces(folder: string, words: readonly string[]): string[] {
  foldLog();
  const bytes = ['hub.sqlite', 'hub.sqlite-wal'].flatMap((name) => (existsSync(join(folder, name)) ? [readFileSync(join(folder, name)).toString('latin1').toLowerCase()] : [])).join('\n');
  return words.filter((word) => bytes.includes(word.toLowerCase()));
}

for (const how of ['keep', 'delete'] as const) {
  describe(`whoever leaves and chooses to ${how} everything`, () => {
    const { folder } = useDatabase();
    test('leaves no trace in the file of the database', async () => {
      const nadia = await enter('nadia');
      await enter('abe');
      const { member, ids, hashes } = await wholeMember(nadia);
      // Every column of the schema that can name a member names her: a new table belongs into tests/support/whole-member.ts.
      const empty = columnsNamingMembers().filter(({ table, column }) => db.$client.prepare(`select 1 from "${table}" where "${column}" = ? limit 1`).get(member.id) === undefined);
      // A coordinator of all has no areas.
      expect(empty.map(({ table, column }) => `${table}.${column}`)).toEqual(['coordinator_areas.member_id']);
      expect(traces(folder(), texts)).toEqual(texts);

      leaveHub(await sessionOf(member), { ...all(how), confirm: member.handle });
      await finishLeavings();

      expect(db.$client.pragma('foreign_key_check')).toEqual([]);
      expect(columnsNamingMembers().filter(({ table, column }) => db.$client.prepare(`select 1 from "${table}" where "${column}" = ?`).get(member.id) !== undefined)).toEqual([]);
      // The last letter is the one thing that still has the address, until it is sent.
      const letters: Letter[] = [];
      expect(lettersTo(quilla.email).map((l) => l.subject)).toEqual([expect.stringMatching(/^You have left/)]);
      await sendOutbox(async (letter) => { letters.push(letter); });
      expect(letters.filter((l) => l.to === quilla.email).length).toBe(1);
      expect(letters.filter((l) => l.to !== quilla.email).every((l) => !texts.some((word) => `${l.subject}${l.text}`.includes(word)))).toBe(true);
      db.delete(outbox).run();
      expect(traces(folder(), texts)).toEqual([]);
      if (how === 'delete') expect(traces(folder(), ['chrysanthemum', 'marigold', 'snapdragon text', 'peonies', 'hydrangea', 'lilacs', 'dahlias', 'irises']).filter((word) => word !== 'chrysanthemum')).toEqual([]);

      const post = (id: number) => db.select().from(posts).where(eq(posts.id, id)).get();
      const former = db.select().from(members).where(eq(members.handle, '')).get();
      expect([former?.name, former?.emailConfirmedAt]).toEqual(['A former member', null]);
      const opening = postsOnPage(null, findThread(null, ids.thread), 1)[0];
      expect(opening?.author.name).toBe('A former member');
      if (how === 'keep') {
        expect(opening?.html).toContain('Chrysanthemum');
        expect(opening?.html).toContain('Ask a former member, a former member, at an address that is gone.');
        expect(post(ids.lonely) ?? findThread(null, ids.lonely)).toBeTruthy();
        expect(postsOnPage(null, findThread(null, ids.nameless), 1)[0]?.author.name).toMatch(/^A member asking/);
        expect(post(ids.comment)?.markdown).toContain('peonies');
        expect(search({ q: 'chrysanthemum' }).results).toHaveLength(1);
        expect(db.select().from(searchDocuments).where(and(eq(searchDocuments.kind, 'thread'), eq(searchDocuments.ref, String(ids.thread)))).get()?.people).toBe('A former member');
        expect(db.select().from(collections).where(eq(collections.ownerId, former?.id ?? 0)).all().map((c) => c.title)).toEqual(['Her public list']);
        expect(existsSync(pathInStore(filesFolder(), hashes.attachment))).toBe(true);
        expect(db.select().from(resources).where(eq(resources.id, 'hub:q1')).get()).toMatchObject({ status: 'submitted', reviewerId: null, submittedById: null, suggestionNote: null });
      } else {
        expect(opening?.removed).toEqual({ by: 'author', reason: null });
        expect(findThread(null, ids.thread).title).toBe('Who answers for a former member on holidays');
        expect(() => findThread(null, ids.lonely)).toThrow(/no thread/i);
        expect(findThread(null, ids.thread).replies).toBe(db.select().from(posts).where(and(eq(posts.threadId, ids.thread), gt(posts.number, 1), isNull(posts.removedAt))).all().length);
        expect(search({ q: 'chrysanthemum' }).results).toEqual([]);
        expect([post(ids.comment)?.markdown, post(ids.reply)?.removedAt === null]).toEqual(['Removed.', false]);
        // An empty place has no history either, for nobody.
        expect(() => historyOfPost(nadia, ids.comment)).toThrow(Gone);
        expect(db.select().from(resources).where(eq(resources.id, 'hub:q1')).get()).toBeUndefined();
        expect(db.select().from(resources).where(eq(resources.id, 'hub:q2')).get()?.ownerId).toBeNull();
        expect([hashes.photo, hashes.post, hashes.attachment].map((hash) => existsSync(pathInStore(filesFolder(), hash)))).toEqual([false, false, false]);
      }
      expect(existsSync(pathInStore(filesFolder(), hashes.photo))).toBe(false);
      // What she removed in office does not look as if its author had.
      const taken = db.select().from(threads).where(eq(threads.slug, 'removed')).get();
      expect(taken?.removedById).not.toBe(taken?.authorId);
      expect(db.select().from(cases).where(eq(cases.claimedById, member.id)).all()).toEqual([]);
      expect(findPost(nadia, ids.others === 0 ? 0 : db.select().from(posts).where(eq(posts.threadId, ids.others)).get()?.id ?? 0).html).toContain('Has a former member seen this?');
      expect(db.select().from(attempts).all().filter((a) => a.key.includes('quilla') || a.key.endsWith(`:${member.id}`))).toEqual([]);
      expect(db.select().from(log).where(eq(log.act, 'leave hub')).all().map((l) => [l.actorId, l.object])).toEqual([[null, 'A member']]);
      expect(search({ q: 'Zabriskie' }).results.filter((r) => r.kind === 'member')).toEqual([]);
      expect(() => findProfile(null, quilla.handle)).toThrow(/no member/);

      // Nobody gets the handle, and the row for former members stays.
      expect(freeHandle('Quilla Zabriskie-Onoda')).toBe('quilla-zabriskie-onoda-2');
      db.update(members).set({ createdAt: new Date(0) }).where(eq(members.handle, '')).run();
      forgetUnconfirmed();
      expect(db.select().from(members).where(eq(members.handle, '')).all()).toHaveLength(1);
      expect(listMembers(nadia, { q: 'former' }, null).members).toEqual([]);
      expect(db.select().from(questionTurns).where(eq(questionTurns.ownerId, member.id)).all()).toEqual([]);

    });
  });
}

describe('leaving', () => {
  useDatabase();

  test('takes a proof, the typed handle, and another administrator', async () => {
    const [tom, abe] = [await enter('tom'), await enter('abe')];
    const session = await sessionOf(tom);
    expect(() => leaveHub({ ...session, provedAt: new Date(Date.now() - 3_600_000) }, { ...all('keep'), confirm: 'tom' })).toThrow(Denied);
    expect(() => leaveHub(session, { ...all('keep'), confirm: 'tim' })).toThrow(Invalid);
    expect(() => leaveHub({ ...session, member: abe }, { ...all('keep'), confirm: 'abe' })).toThrow(/last administrator/);
    expect(db.select().from(members).where(eq(members.id, tom.id)).all()).toHaveLength(1);
  });

  test('leaves no word of a name, handle or address with what is known of spam', async () => {
    const tom = await enter('tom');
    const names = [tom.name, tom.handle, ...tom.email.split('@')[0]?.split('.') ?? []].join(' ');
    learn(`Cheap pillows by ${names}, and @${tom.handle}; ${tom.name}'s sister, pro-${tom.name.split(' ').at(-1)} and ${tom.name}-like`, 'good');
    const known = () => db.select({ word: spamWords.word }).from(spamWords).all().map(({ word }) => word);
    expect(known()).toEqual(expect.arrayContaining(['pillows', ...tom.name.toLowerCase().split(' ')]));
    leaveHub(await sessionOf(tom), { ...all('keep'), confirm: tom.handle });
    expect(known().sort()).toEqual([' texts', 'and', 'cheap', 'pillows', 'sister']);
  });

  test('what is left to do afterwards is not written down in clear, and is done in portions', async () => {
    const rosa = await enter('rosa');
    const traces = { names: ['Wilhelmina Quockerwodger'], handle: 'wilhelmina-q', emails: ['wilhelmina@quocker.example'], own: { posts: [], attachments: [], collections: [], resources: [], corrections: [], answers: [] } };
    const { id } = createThread(rosa, { forum: 'operations', kind: 'question', title: 'Who knows wooden puppets', body: 'Ask [her](/members/wilhelmina-q).', themes: [], token: undefined, nameless: false });
    transaction(() => beginFinishing(traces, []));
    expect(JSON.stringify(db.select().from(leavings).all())).not.toMatch(/quocker|wilhelmina/i);
    expect(finishFor(0)).toBe(true);
    expect(postsOnPage(null, findThread(null, id), 1)[0]?.html).toContain('/members/wilhelmina-q');
    await finishLeavings();
    expect(postsOnPage(null, findThread(null, id), 1)[0]?.html).toContain('Ask a former member.');
    expect(search({ q: 'wooden puppets' }).results).toHaveLength(1);
    expect([db.select().from(leavings).all(), finishFor(0)]).toEqual([[], false]);
  });
});
