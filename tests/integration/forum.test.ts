import { count, eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, log, members, posts, postVersions, searchDocuments, threads, transaction } from '#db/client.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { Denied, Gone, Invalid, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import { listForums } from '#domain/forum/forums.ts';
import { lockThread, moveThread, pinThread, renameThread, unlockThread } from '#domain/forum/moderating.ts';
import { createPost, editPost, findPost, ownPost, placeOfPost, postInput, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { findThread, listThreads, type Thread } from '#domain/forum/threads.ts';
import { listMembers } from '#domain/people/member-list.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import { limits } from '#domain/people/limits.ts';
import { readLog, readPublicLog } from '#domain/moderation/log.ts';
import { appointMember } from '#domain/moderation/appointing.ts';
import { restoreMember, suspendMember } from '#domain/decisions/suspending.ts';
import type { Member, Viewer } from '#domain/people/types.ts';
import { again, enter, forgetLimits, lettersTo, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('abe')]; });
beforeEach(forgetLimits);

let written = 0;
const start = (author: Member, more: Partial<Parameters<typeof createThread>[1]> = {}): Thread =>
  createThread(author, { forum: 'operations', kind: 'question', title: `How long until you call the department? ${++written}`, body: 'We wait **two** days.', themes: ['equity'], ...more });
const reply = (author: Member, thread: Thread, body = `We call the same day. ${++written}`) => createPost(author, { threadId: thread.id, body });
const found = (kind: 'thread' | 'post', ref: number) => db.select().from(searchDocuments).where(eq(searchDocuments.ref, String(ref))).all().filter((d) => d.kind === kind);

describe('writing', () => {
  test('a thread stands in its forum with its opening post, findable at once', () => {
    const before = changes();
    const thread = start(rosa);
    expect(thread.url).toMatch(/^\/forums\/operations\/\d+-how-long-until/);
    expect(postsOnPage(null, thread, 1)).toMatchObject([{ number: 1, html: expect.stringContaining('<strong>two</strong>'), author: { name: 'Rosa Delgado', sample: true }, mayEdit: false }]);
    expect(found('thread', thread.id)).toMatchObject([{ title: thread.title, body: 'We wait two days.', themes: ' equity ' }]);
    expect(changes()).toBe(before + 1);
    expect(listForums(null).find((f) => f.slug === 'operations')?.latest?.id).toBe(thread.id);
  });

  test('a reply moves the thread up and counts', () => {
    const thread = start(rosa);
    const { id, url } = reply(tom, thread);
    expect(url).toBe(`${thread.url}#post-2`);
    expect(findThread(null, thread.id)).toMatchObject({ replies: 1, lastPoster: { name: 'Tom Achterberg' } });
    expect(found('post', id)).toHaveLength(1);
    expect(placeOfPost(null, id)).toBe(url);
  });

  test('forums and the list of members count what is there', () => {
    const before = listForums(null).find((f) => f.slug === 'measures');
    const posted = listMembers(nadia, { q: 'Tom' }, null).members[0]?.posts ?? 0;
    const thread = start(rosa, { forum: 'measures' });
    reply(tom, thread);
    reply(tom, thread);
    start(rosa, { forum: 'measures' });
    expect(listForums(null).find((f) => f.slug === 'measures')).toMatchObject({ threads: (before?.threads ?? 0) + 2, posts: (before?.posts ?? 0) + 4 });
    expect(listMembers(nadia, { q: 'Tom' }, null).members[0]?.posts).toBe(posted + 2);
  });

  test('posts are paged by twenty and keep their places', () => {
    const thread = start(rosa);
    for (let n = 2; n <= 41; n++) { forgetLimits(); reply(n % 2 ? rosa : tom, thread, `Post ${n}`); }
    expect(postsOnPage(null, thread, 2).map((p) => p.number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 21));
    const twentyOne = postsOnPage(null, thread, 2)[0];
    expect(placeOfPost(null, twentyOne?.id ?? 0)).toBe(`${thread.url}?page=2#post-21`);
  });

  test('nobody writes who is a visitor, unconfirmed or suspended', () => {
    const thread = start(rosa);
    const refused = (viewer: Viewer) => () => reply(viewer as Member, thread);
    expect(refused(null)).toThrow(SignInRequired);
    expect(refused({ ...tom, emailConfirmed: false })).toThrow(Denied);
    expect(refused({ ...tom, suspendedUntil: new Date(Date.now() + 1000) })).toThrow(Denied);
    expect(refused({ ...tom, suspendedUntil: new Date(Date.now() - 1000) })).not.toThrow();
  });

  test('bad input is named field by field and nothing is written', () => {
    expect(postInput.safeParse({ threadId: '1', body: ' \n ' }).error?.issues[0]?.message).toBe('Please write something.');
    expect(postInput.safeParse({ threadId: '1', body: 'x'.repeat(20_001) }).error?.issues[0]?.message).toContain('20,000');
    expect(threadInput.safeParse({ forum: 'operations', kind: 'rant', title: 'Help', body: 'x', themes: [] }).error?.issues.map((i) => i.path[0])).toEqual(['kind', 'title']);
    expect(() => start(rosa, { forum: 'nowhere' })).toThrow(Invalid);
    expect(() => start(rosa, { themes: ['gossip'] })).toThrow(Invalid);
    expect(() => start(rosa, { kind: 'announcement' })).toThrow(/coordinators/);
    expect(() => reply(rosa, { ...start(rosa), id: 999_999 })).toThrow(NotFound);
  });

  test('too many posts in a short time are refused with the wait in words', () => {
    const thread = start(rosa);
    for (let n = 0; n < limits.postPerMember.most; n++) reply(tom, thread, `Quick ${n}`);
    expect(() => reply(tom, thread)).toThrow(TooMany);
    expect(() => reply(tom, thread)).toThrow(/minutes/);
    expect(() => reply(rosa, thread)).not.toThrow();
  });

  test('a form that is sent twice writes once', () => {
    const typed = { title: 'Sent twice by a slow phone', body: 'Once is enough.' };
    expect(start(rosa, typed).id).toBe(start(rosa, typed).id);
    const thread = start(rosa);
    const [one, two] = [reply(tom, thread, 'Same words'), reply(tom, thread, 'Same words')];
    expect(two).toEqual(one);
    reply(rosa, thread, 'Same words');
    expect(findThread(null, thread.id).replies).toBe(2);
  });

  test('Markdown that asks for a million cells is refused', () => {
    const bomb = `${'|a'.repeat(2500)}|\n${'|-'.repeat(2500)}|\n${'x\n'.repeat(4000)}`;
    expect(() => reply(tom, start(rosa), bomb)).toThrow(/too large/);
  });

  test('a changed name is found at once, and the old one is not', () => {
    const thread = start(tom, { title: 'Written under an older name', body: 'Quokka.' });
    const { id } = reply(tom, thread, 'Numbat.');
    editProfile(tom, profileInput.parse({ name: 'Tom  Achterberg\u202e the Second', jobTitle: null, place: null, listed: false }));
    expect([found('thread', thread.id)[0]?.people, found('post', id)[0]?.people]).toEqual(Array(2).fill(again(tom).name));
    editProfile(again(tom), profileInput.parse({ name: 'Tom\nAchterberg\u200b', jobTitle: '', place: '' }));
    expect(again(tom).name).toBe('Tom Achterberg');
  });

  test('a write that fails half way leaves nothing', () => {
    const before = db.select({ n: count() }).from(threads).get()?.n;
    expect(() => transaction(() => { start(rosa); throw new Error('power cut'); })).toThrow('power cut');
    expect(db.select({ n: count() }).from(threads).get()?.n).toBe(before);
  });
});

describe('editing and removing one’s own', () => {
  test('an edit shows, is kept, and is found', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread, 'Frist version');
    // Readers are told of an edit from a day after the post.
    db.update(posts).set({ createdAt: new Date(Date.now() - 25 * 3_600_000) }).where(eq(posts.id, id)).run();
    editPost(tom, { postId: id, body: 'First version with pelicans' });
    expect(postsOnPage(null, thread, 1)[1]?.editedAt).toBeInstanceOf(Date);
    expect(db.select().from(postVersions).where(eq(postVersions.postId, id)).all()).toMatchObject([{ markdown: 'Frist version' }]);
    expect(found('post', id)[0]?.body).toContain('pelicans');
    expect(() => editPost(rosa, { postId: id, body: 'Mine now' })).toThrow(Denied);
    expect(() => ownPost(nadia, id)).toThrow(Denied);
  });

  test('a removed post keeps its place and loses its text everywhere', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread, 'I should not have said zebra');
    expect(() => removeOwnPost(rosa, { postId: id })).toThrow(Denied);
    removeOwnPost(tom, { postId: id });
    expect(postsOnPage(null, thread, 1)[1]).toMatchObject({ number: 2, html: '', removed: { by: 'author' } });
    expect(found('post', id)).toEqual([]);
    expect(findPost(rosa, id).markdown).toBe('');
    expect(findThread(null, thread.id)).toMatchObject({ replies: 0, lastPoster: { name: 'Rosa Delgado' } });
    const opening = postsOnPage(rosa, thread, 1)[0];
    expect(() => removeOwnPost(rosa, { postId: opening?.id ?? 0 })).toThrow(/opening post/);
  });
});

describe('coordinating', () => {
  test('a member may do none of it', async () => {
    const nadias = await sessionOf(nadia);
    const thread = start(rosa);
    const { id } = reply(tom, thread);
    const t = { threadId: thread.id };
    for (const act of [
      () => renameThread(rosa, { ...t, title: 'A title of my own', reason: null }), () => moveThread(rosa, { ...t, forum: 'measures', reason: null }),
      () => lockThread(rosa, { ...t, reason: 'x' }), () => unlockThread(rosa, t), () => pinThread(rosa, t), () => removeThread(rosa, { ...t, reason: 'x' }),
      () => restoreThread(rosa, t), () => removePost(rosa, { postId: id, reason: 'x' }), () => restorePost(rosa, { postId: id }),
      () => suspendMember(rosa, { memberId: tom.id, days: 1, reason: 'x' }), () => restoreMember(rosa, { memberId: tom.id }),
      () => appointMember(nadias, { memberId: rosa.id, role: 'administrator' }), () => readLog(rosa, null),
    ]) expect(act).toThrow(Denied);
  });

  test('rename and move change the address; the thread is found by its number', () => {
    const thread = start(rosa);
    renameThread(nadia, { threadId: thread.id, title: 'When do you escalate to the department?', reason: null });
    const { url } = moveThread(nadia, { threadId: thread.id, forum: 'measures', reason: 'It is about targets.' });
    expect(url).toMatch(/^\/forums\/measures\/\d+-when-do-you-escalate/);
    expect(found('thread', thread.id)).toMatchObject([{ url, title: 'When do you escalate to the department?' }]);
    expect(() => moveThread(nadia, { threadId: thread.id, forum: 'measures', reason: null })).toThrow(Invalid);
  });

  test('a locked thread takes no reply, with the reason, but a coordinator’s', () => {
    const thread = start(rosa);
    lockThread(nadia, { threadId: thread.id, reason: 'Settled.' });
    expect(() => reply(tom, thread)).toThrow(/locked.*Settled/);
    expect(() => reply(nadia, thread)).not.toThrow();
    unlockThread(nadia, { threadId: thread.id });
    expect(() => reply(tom, thread)).not.toThrow();
  });

  test('pinned threads come first', () => {
    const old = start(rosa);
    start(tom);
    pinThread(nadia, { threadId: old.id });
    expect(listThreads(null, { forumId: old.forumId ?? 0 }, null).threads[0]?.id).toBe(old.id);
  });

  test('a removed thread is nowhere for others, says why at its address, and comes back whole', () => {
    const thread = start(rosa, { title: 'Buy our excellent platform now' });
    const { id } = reply(tom, thread);
    removeThread(nadia, { threadId: thread.id, reason: 'Selling.' });
    expect(() => findThread(rosa, thread.id)).toThrow(Gone);
    expect(() => findThread(null, thread.id)).toThrow(/Selling/);
    expect(() => placeOfPost(null, id)).toThrow(Gone);
    expect(listThreads(null, {}, null).threads.map((t) => t.id)).not.toContain(thread.id);
    expect([...found('thread', thread.id), ...found('post', id)]).toEqual([]);
    expect(lettersTo(rosa.email).at(-1)?.text).toContain('Selling.');
    restoreThread(nadia, { threadId: thread.id });
    expect(findThread(null, thread.id).id).toBe(thread.id);
    expect([...found('thread', thread.id), ...found('post', id)]).toHaveLength(2);
  });

  test('a removed post shows the reason; only a coordinator’s removal can be undone', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread, 'A phone number');
    removePost(nadia, { postId: id, reason: 'A resident’s number.' });
    expect(postsOnPage(null, thread, 1)[1]).toMatchObject({ html: '', removed: { by: 'coordinator', reason: 'A resident’s number.' } });
    expect(() => editPost(tom, { postId: id, body: 'Still here' })).toThrow(NotFound);
    restorePost(nadia, { postId: id });
    expect(postsOnPage(null, thread, 1)[1]?.html).toContain('A phone number');
    removeOwnPost(tom, { postId: id });
    expect(() => restorePost(nadia, { postId: id })).toThrow(Denied);
  });

  test('a suspended member reads but does not write, is told why, and comes back', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Personal attacks.' });
    expect(() => start(again(tom))).toThrow(/suspended/);
    expect(() => editProfile(again(tom), profileInput.parse({ name: 'Shouting', jobTitle: null, place: null, listed: false }))).toThrow(/suspended/);
    expect(lettersTo(tom.email).at(-1)?.text).toContain('Personal attacks.');
    restoreMember(nadia, { memberId: tom.id });
    expect(() => start(again(tom))).not.toThrow();
    expect(() => suspendMember(nadia, { memberId: abe.id, days: 7, reason: 'Mutiny.' })).toThrow(Denied);
    expect(() => suspendMember(nadia, { memberId: nadia.id, days: 7, reason: 'Me.' })).toThrow(Denied);
  });

  test('every act is in the log; acts on people only for coordinators', () => {
    const whole = readLog(nadia, null).lines.map((l) => l.act);
    for (const act of ['rename thread', 'move thread', 'lock thread', 'unlock thread', 'pin thread', 'remove thread', 'restore thread', 'remove post', 'restore post', 'suspend member', 'restore member']) expect(whole).toContain(act);
    const hidden = start(rosa, { title: 'Jane Roe of 12 Elm Street' });
    renameThread(nadia, { threadId: hidden.id, title: 'A resident’s complaint', reason: null });
    expect(JSON.stringify(readPublicLog(null))).not.toMatch(/jane.roe/i);
    removeThread(nadia, { threadId: hidden.id, reason: 'A resident’s data.' });
    expect(JSON.stringify(readPublicLog(null))).not.toContain('complaint');
    expect(JSON.stringify(readLog(nadia, null))).toContain('Jane Roe');
    const open = readPublicLog(null).lines;
    expect(open.some((l) => l.act.endsWith('member'))).toBe(false);
    expect(open.some((l) => l.act === 'remove thread')).toBe(true);
  });

  test('an administrator appoints; nobody changes their own role', async () => {
    const session = await sessionOf(abe);
    appointMember(session, { memberId: tom.id, role: 'coordinator' });
    expect(again(tom).role).toBe('coordinator');
    appointMember(session, { memberId: tom.id, role: 'member' });
    expect(() => appointMember(session, { memberId: abe.id, role: 'member' })).toThrow(Denied);
  });
});

describe('the database repeats the rules', () => {
  test.each([
    ['a member with an impossible role', () => db.$client.prepare(`update members set role = 'king' where id = ?`).run(rosa.id)],
    ['an address in capitals', () => db.insert(members).values({ email: 'LOUD@test.example', handle: 'loud', name: 'Loud' }).run()],
    ['the same address twice', () => db.insert(members).values({ email: rosa.email, handle: 'other', name: 'Other' }).run()],
    ['a post nobody wrote', () => db.insert(posts).values({ threadId: 1, number: 99, authorId: 999_999, markdown: 'x', html: 'x', renderedBy: 1 }).run()],
    ['two posts with one number', () => db.insert(posts).values({ threadId: 1, number: 1, authorId: rosa.id, markdown: 'x', html: 'x', renderedBy: 1 }).run()],
    ['an empty post', () => db.insert(posts).values({ threadId: 1, number: 98, authorId: rosa.id, markdown: '', html: '', renderedBy: 1 }).run()],
    ['a thread of no forum and no resource', () => db.insert(threads).values({ title: 'Homeless', slug: 'homeless', authorId: rosa.id, lastPosterId: rosa.id }).run()],
    ['a thread removed without a reason', () => db.update(threads).set({ removedAt: new Date() }).where(eq(threads.id, 1)).run()],
    ['a suspension without a reason', () => db.update(members).set({ suspendedUntil: new Date() }).where(eq(members.id, rosa.id)).run()],
    ['a log line by nobody who exists', () => db.insert(log).values({ actorId: 999_999, act: 'x', object: 'x' }).run()],
  ])('%s', (_, write) => expect(write).toThrow(/constraint/i));
});
