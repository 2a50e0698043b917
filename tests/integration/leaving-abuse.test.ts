import { eq } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { cases, corrections, db, leavings, log, members, posts, postVersions, threadActs, threads, transaction } from '#db/client.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { beginFinishing, finishFor, finishLeavings } from '#domain/leaving/finishing.ts';
import { leaveHub } from '#domain/leaving/leaving.ts';
import { asMember } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { seal } from '#lib/sealing.ts';
import { enter, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();

const keepAll = { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep' } as const;
let number = 0;
function called(name: string): Member {
  const handle = `${name.toLowerCase().replace(/[^a-z]/g, '')}${++number}`;
  return asMember(db.insert(members).values({ name, handle, email: `abuse${number}@town.example`, emailConfirmedAt: new Date() }).returning().get());
}
async function leave(member: Member): Promise<void> {
  leaveHub(await sessionOf(member), { ...keepAll, confirm: member.handle });
  await finishLeavings();
}
const start = (actor: Member, title: string, body: string) => createThread(actor, { forum: 'operations', kind: 'question', title, body, themes: [], token: undefined, nameless: false }).id;
const opening = (threadId: number) => db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
const reply = (actor: Member, threadId: number, body: string) => createPost(actor, { threadId, body, token: undefined }).id;
const markdownOf = (id: number) => db.select({ markdown: posts.markdown }).from(posts).where(eq(posts.id, id)).get()?.markdown ?? '';

/** What is reported while something is done. */
async function reports(work: () => Promise<void>): Promise<string[]> {
  const seen = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    await work();
    return seen.mock.calls.map(([line]) => String(line));
  } finally {
    seen.mockRestore();
  }
}

describe('whoever leaves', () => {
  test('does so whatever others made of their name, and is quoted in as many characters as before', async () => {
    const rosa = await enter('rosa');
    const al = called('Al');
    const thread = start(al, 'A question about lilacs', 'Al Al Al. Lilacs grow here.');
    const crafted = reply(rosa, thread, `> [Al wrote](/posts/${opening(thread)}):\n${`> ${'Al '.repeat(1_300)}\n`.repeat(5)}`);
    const before = markdownOf(crafted).length;
    expect(before).toBeGreaterThan(19_000);
    expect(await reports(() => leave(al))).toEqual([]);
    const after = markdownOf(crafted);
    expect(after.length).toBeLessThanOrEqual(Math.max(before, 50_000));
    expect(after).not.toMatch(/\bAl\b/);
    expect(db.select().from(leavings).all()).toEqual([]);
  });

  test('is taken out of a row that cannot be changed with all that it quotes', async () => {
    const rosa = await enter('rosa');
    const leaver = called('Ottilie Bramble');
    const thread = start(leaver, 'A question about roses', 'Roses grow here.');
    const quoting = reply(rosa, thread, `> [Ottilie Bramble wrote](/posts/${opening(thread)}):\n> Roses grow here.\n\nAsk @${leaver.handle}.\n\nMy own words.`);
    db.$client.exec(`create temp trigger refuses before update of markdown on posts when new.id = ${quoting} and new.markdown like '%ormer member%' begin select raise(abort, 'no'); end`);
    const reported = await reports(() => leave(leaver));
    db.$client.exec('drop trigger refuses');
    expect(reported).toEqual([expect.stringContaining(`row ${quoting} of posts`)]);
    expect(reported.join()).not.toMatch(/Ottilie|Bramble/);
    expect(markdownOf(quoting)).toBe('My own words.');
    expect(db.select().from(leavings).all()).toEqual([]);
  });

  test('leaves behind a row that can be changed in no way, and everything after it is done', async () => {
    const rosa = await enter('rosa');
    const [first, second] = [called('Perpetua Finch'), called('Ignatius Crane')];
    const stuck = start(rosa, 'A question about finches', `Ask @${first.handle}.`);
    const later = start(rosa, 'A question about cranes', `Ask @${first.handle} and @${second.handle}.`);
    db.$client.exec(`create temp trigger refuses before update of markdown on posts when new.id = ${opening(stuck)} begin select raise(abort, 'no'); end`);
    const reported = await reports(async () => { await leave(first); await leave(second); });
    db.$client.exec('drop trigger refuses');
    expect(reported.length).toBeGreaterThan(0);
    expect([markdownOf(opening(stuck)), markdownOf(opening(later))]).toEqual([`Ask @${first.handle}.`, 'Ask a former member and a former member.']);
    expect(db.select().from(leavings).all()).toEqual([]);
  });

  test('waits for nobody who cannot be finished, and is told of no failure', async () => {
    const rosa = await enter('rosa');
    const leaver = called('Leopold Heron');
    const thread = start(rosa, 'A question about herons', `Ask @${leaver.handle}.`);
    const nothing = { posts: [], attachments: [], collections: [], resources: [], corrections: [], answers: [] };
    transaction(() => beginFinishing({ names: ['Stuck'], handle: 'stuck', emails: [], own: nothing }, []));
    const stuck = db.select({ id: leavings.id }).from(leavings).get()?.id ?? 0;
    db.$client.exec(`create temp trigger refuses before update on leavings when new.id = ${stuck} begin select raise(abort, 'no'); end`);
    const reported = await reports(() => leave(leaver));
    db.$client.exec('drop trigger refuses');
    expect(reported).toEqual([expect.stringContaining(`leaving ${stuck}`)]);
    expect(markdownOf(opening(thread))).toBe('Ask a former member.');
    expect(db.select({ id: leavings.id }).from(leavings).all()).toEqual([{ id: stuck }]);
    expect(finishFor(0)).toBe(false);
    db.delete(leavings).run();
  });
});

describe('a chosen name', () => {
  test('damages no quotation of somebody else who left, and no address of a link', async () => {
    const rosa = await enter('rosa');
    const [first, posted] = [called('Wilfred Oak'), called('posts')];
    const thread = start(first, 'A question about snow', 'On snow days we call posts back.');
    const own = start(posted, 'Another question about snow', 'See posts at [this](/posts/1), <https://town.example/posts> and https://town.example/posts/2.\n\n[ref]: /posts/3');
    const victim = reply(rosa, thread, `> [Wilfred Oak wrote](/posts/${opening(thread)}):\n> On snow days we call posts back.\n\nAs @${posted.handle} said.`);
    const both = reply(rosa, own, `> [posts wrote](/posts/${opening(own)}):\n> See posts at [this](/posts/1)`);
    await leave(first);
    await leave(posted);
    expect(markdownOf(victim)).toBe(`> [A former member wrote](/posts/${opening(thread)}):\n> On snow days we call posts back.\n\nAs a former member said.`);
    expect(markdownOf(both)).toBe(`> [A former member wrote](/posts/${opening(own)}):\n> See a former member at [this](/posts/1)`);
    expect(markdownOf(opening(own))).toBe('See a former member at [this](/posts/1), <https://town.example/posts> and https://town.example/posts/2.\n\n[ref]: /posts/3');
  });

  test('that stands in what is put in its place changes that no more', async () => {
    const rosa = await enter('rosa');
    const leaver = called('member');
    const thread = start(leaver, 'A question about hail', 'Hail is a member of the weather.');
    const quoting = reply(rosa, thread, `> [member wrote](/posts/${opening(thread)}):\n> Hail is a member`);
    await leave(leaver);
    expect(markdownOf(quoting)).toBe(`> [A former member wrote](/posts/${opening(thread)}):\n> Hail is a a former member`);
  });

  test('that begins sentences stays a word in what coordinators say; one that is a first name goes', async () => {
    const nadia = await enter('nadia');
    const reason = 'The post breaks the rules. Not for the first time. Rules are for all, Rosa, May and Will too.';
    const after: (string | null)[] = [];
    for (const name of ['The', 'Not', 'Rules', 'Rosa', 'May', 'Will']) {
      const leaver = called(name);
      const { id } = db.insert(log).values({ actorId: nadia.id, act: 'suspend member', object: name, url: `/members/${leaver.handle}`, reason }).returning({ id: log.id }).get();
      await leave(leaver);
      const row = db.select().from(log).where(eq(log.id, id)).get();
      after.push(row?.reason ?? null);
      expect(row?.object).toBe('a former member');
    }
    expect(after).toEqual([reason, reason, reason, ...['Rosa', 'May', 'Will'].map((name) => reason.replace(name, 'a former member'))]);
  });

  test('that is a ground to remove something stays a word in what coordinators say', async () => {
    const nadia = await enter('nadia');
    for (const name of ['spam', 'Spam', 'Abuse', 'was', 'Gus']) {
      const leaver = called(name);
      db.insert(log).values({ actorId: nadia.id, act: 'remove post', object: name, url: `/members/${leaver.handle}`, reason: `This was spam. Spam again, Abuse by Gus: see https://town.example/Gus.` }).run();
      await leave(leaver);
    }
    const rows = db.select().from(log).where(eq(log.act, 'remove post')).all();
    expect(rows.map(({ object }) => object)).toEqual(Array(5).fill('a former member'));
    expect(rows.map(({ reason }) => reason)).toEqual([...Array<string>(4).fill('This was spam. Spam again, Abuse by Gus: see https://town.example/Gus.'), 'This was spam. Spam again, Abuse by a former member: see https://town.example/Gus.']);
  });
});

test('earlier versions of what they wrote lose their name too', async () => {
  const leaver = called('Cordelia Wick');
  const thread = start(leaver, 'A question about frost', 'Frost.');
  db.insert(postVersions).values({ postId: opening(thread), markdown: 'Frost, says Cordelia Wick.', writtenAt: new Date(), replacedById: leaver.id }).run();
  await leave(leaver);
  expect(db.select().from(postVersions).all().map(({ markdown }) => markdown)).toContain('Frost, says a former member.');
});

test('an attribution is found in whatever letters a name begins', async () => {
  const rosa = await enter('rosa');
  const leaver = called('Élodie Ünal');
  const thread = start(leaver, 'A question about fog', 'Fog.');
  const other = start(rosa, 'Another about fog', 'Nothing.');
  db.insert(postVersions).values({ postId: opening(other), markdown: `> [Élodie Ünal wrote](/posts/${opening(thread)}):\n> Fog.`, writtenAt: new Date(), replacedById: rosa.id }).run();
  await leave(leaver);
  expect(JSON.stringify(db.select().from(postVersions).all())).not.toContain('Élodie');
});

test('leaving takes no longer for a long log and many threads', async () => {
  const nadia = await enter('nadia');
  const leaver = called('f');
  transaction(() => {
    for (let n = 0; n < 300; n++) {
      const { id } = db.insert(threads).values({ forumId: 1, title: `The f question ${n}`, slug: `the-f-question-${n}`, authorId: leaver.id, lastPosterId: leaver.id, postCount: 1, lastNumber: 1 }).returning().get();
      db.insert(posts).values({ threadId: id, number: 1, authorId: leaver.id, markdown: 'x', html: '<p>x</p>', renderedBy: 1 }).run();
    }
    for (let n = 0; n < 20_000; n++) db.insert(log).values({ actorId: nadia.id, act: 'lock thread', object: `f ${n}`, url: `/forums/operations/${100_000 + n}-f-x`, reason: 'f' }).run();
  });
  const own = db.select().from(threads).where(eq(threads.authorId, leaver.id)).get();
  const url = `/forums/operations/${own?.id}-an-earlier-title-by-f`;
  db.insert(log).values({ actorId: nadia.id, act: 'rename thread', object: 'The f question', url, reason: 'A better title' }).run();
  db.insert(threadActs).values({ act: 'rename thread', threadId: own?.id ?? 0, byId: nadia.id, undo: { after: { title: 'The f question' } } }).run();
  const session = await sessionOf(leaver);
  // Of the processor's time: others use the machine too.
  const began = process.cpuUsage();
  leaveHub(session, { ...keepAll, confirm: leaver.handle });
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_000);
  await finishLeavings();
  expect(db.select().from(log).where(eq(log.act, 'rename thread')).all()).toMatchObject([{ object: 'The a former member question', url: `/forums/operations/${own?.id}-the-a-former-member-question-0` }]);
}, 60_000);

test('who left while an earlier version ran is taken out too', async () => {
  const rosa = await enter('rosa');
  const thread = start(rosa, 'A question about earlier versions', 'Ask @early-leaver or early@town.example.');
  db.insert(leavings).values({ traces: seal(JSON.stringify({ name: 'Early Leaver', handle: 'early-leaver', emails: ['early@town.example'] }), 'leaving'), tables: ['threads', 'posts'] }).run();
  await finishLeavings();
  expect([markdownOf(opening(thread)), db.select().from(leavings).all()]).toEqual(['Ask a former member or an address that is gone.', []]);
  const caseId = db.insert(cases).values({ kind: 'correction', postId: opening(thread) }).returning().get().id;
  db.insert(corrections).values({ caseId, postId: opening(thread), wrong: 'It is 12.', source: 'The charter', answer: 'Early Leaver stands by it.', answeredAt: new Date() }).run();
  db.insert(leavings).values({ traces: seal(JSON.stringify({ names: ['Early Leaver'], handle: 'early-leaver', emails: [], own: { posts: [], attachments: [], collections: [], resources: [], corrections: [caseId] } }), 'leaving'), tables: ['posts', 'corrections'] }).run();
  await finishLeavings();
  expect(db.select().from(corrections).where(eq(corrections.caseId, caseId)).get()).toMatchObject({ wrong: 'It is 12.', answer: 'a former member stands by it.' });
});
