import { desc, eq } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, follows, forums, mailStops, members, notifications, notificationSettings, outbox, posts, readMarks, threadReads, threads } from '#db/client.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { createComment } from '#domain/forum/comments.ts';
import { listFollows } from '#domain/forum/followed.ts';
import { bringsLetters, follow, followInput, followKinds, followLevelOf, followLevels, levelOptions, whatFollows, type FollowKind, type FollowLevel } from '#domain/forum/follows.ts';
import { countUnreadTold, listTold, openTold, readAllNotifications, readNotification } from '#domain/forum/inbox.ts';
import { mailNotifications, membersWithLettersDue } from '#domain/forum/notification-letters.ts';
import { setNotificationSettings } from '#domain/forum/notification-settings.ts';
import { mergeThreads } from '#domain/forum/merging.ts';
import { notifyOfEdit, notifyOfPost, reasonFor, type Followed, type Post } from '#domain/forum/notifying.ts';
import { createPost } from '#domain/forum/posts.ts';
import { putPostFiles } from '#domain/forum/post-files.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { latestThreads, liveliestThreads, listThreads, threadsOfTheme } from '#domain/forum/threads.ts';
import { listForums } from '#domain/forum/forums.ts';
import { countTracked, markRead, noteReading, trackedUnread, unreadByForum, unreadOf } from '#domain/forum/unread.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { putNotification } from '#domain/mail/notifications.ts';
import { readStop, resumeMail, stopMail, stopsOf, stopToken } from '#domain/mail/stopping.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays, lastHour } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
let operations = 0;
beforeAll(async () => {
  [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')];
  // They joined long ago, so that nothing is read because it is older than their account.
  db.update(members).set({ createdAt: new Date(Date.now() - 365 * 86_400_000) }).run();
  operations = db.select({ id: forums.id }).from(forums).where(eq(forums.slug, 'operations')).get()?.id ?? 0;
  putCatalogue(catalogue([piece({ slug: 'a-work', title: 'A work' })]));
});
beforeEach(forgetLimits);
afterEach(() => { for (const table of [notifications, follows, mailStops, notificationSettings, outbox, readMarks, threadReads, threads]) db.delete(table).run(); });

let count = 0;
const start = (author: Member, themes: string[] = []) =>
  createThread(author, threadInput.parse({ forum: 'operations', title: `How do you count, number ${++count}`, body: 'Tell me.', kind: 'question', themes }));
const reply = (author: Member, threadId: number, body = `Answer ${++count}`) => createPost(author, { threadId, body });
const set = (who: Member, kind: FollowKind, ref: string | number, level: FollowLevel) => follow(who, followInput.parse({ kind, ref: String(ref), level }));
const told = (who: Member) => listTold(who, null).told.map(({ words }) => words.replace(/ in “.*| “How.*/, ''));
const lastPost = () => db.select({ id: posts.id, threadId: posts.threadId, number: posts.number }).from(posts).orderBy(desc(posts.id)).get() ?? { id: 0, threadId: 0, number: 0 };
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const mail = (now = later(3)) => membersWithLettersDue(now).map((member) => mailNotifications(member, now));

describe('what is followed', () => {
  const refs = (who: Member) => db.select({ ref: follows.ref, level: follows.level }).from(follows).where(eq(follows.memberId, who.id)).all();

  test('is written in one way only, and is never oneself', () => {
    const { id } = start(tom);
    for (const ref of [`0${id}`, `${id}.0`, `${id}e0`, ` ${id}`, `0x${id.toString(16)}`, `${id} `, '0', '-1', '9'.repeat(20), '']) {
      for (const [kind, level] of [['thread', 'following'], ['forum', 'muted'], ['member', 'following']] as const) expect(() => set(rosa, kind, ref, level)).toThrow();
      if (ref !== '') set(rosa, 'thread', ref, 'normal');
    }
    for (const ref of [`0${rosa.id}`, `${rosa.id}.0`, ` ${rosa.id}`, String(rosa.id)]) expect(() => set(rosa, 'member', ref, 'muted')).toThrow();
    expect(refs(rosa)).toEqual([]);
    set(rosa, 'thread', 999_999, 'normal');
    expect(refs(rosa)).toEqual([]);
    set(rosa, 'thread', id, 'tracking');
    expect(refs(rosa)).toEqual([{ ref: String(id), level: 'tracking' }]);
  });

  test('is, of a merged thread, the one that it went into', () => {
    const [from, into] = [start(tom), start(tom)];
    mergeThreads(nadia, { threadId: from.id, target: into.url, order: 'appended', reason: 'The same question.' });
    for (const level of ['following', 'normal'] as const) {
      set(rosa, 'thread', from.id, level);
      expect(refs(rosa)).toEqual([{ ref: String(into.id), level }]);
    }
  });
});

describe('whether and why somebody is told of a post', () => {
  const post = (given: Partial<Post> = {}): Post => ({ first: false, mentioned: false, quoted: false, starter: false, authorRef: '7', ...given });
  const set = (given: Partial<Followed> = {}): Followed => ({ thread: null, auto: false, around: [], author: null, ...given });
  const forum = (level: FollowLevel) => ({ kind: 'forum' as const, ref: '1', level });
  const theme = (level: FollowLevel) => ({ kind: 'theme' as const, ref: 'equity', level });
  const starter = (level: FollowLevel) => ({ kind: 'member' as const, ref: '9', level });
  test.each<[string, Post, Followed, string | null]>([
    ['nothing set', post(), set(), null],
    ...(['normal', 'first-post', 'tracking'] as const).map((level): [string, Post, Followed, null] => [`a reply, thread ${level}`, post(), set({ thread: level }), null]),
    ['a reply, thread followed', post(), set({ thread: 'following' }), 'follows-thread'],
    ['a reply to the thread one started', post({ starter: true }), set({ thread: 'following', auto: true }), 'started'],
    ['a reply to the thread one started and then chose to follow', post({ starter: true }), set({ thread: 'following' }), 'follows-thread'],
    ['a reply, forum followed', post(), set({ around: [forum('following')] }), 'follows-forum'],
    ['a reply, forum for new threads', post(), set({ around: [forum('first-post')] }), null],
    ['a reply, forum tracked', post(), set({ around: [forum('tracking')] }), null],
    ['a thread, forum for new threads', post({ first: true }), set({ around: [forum('first-post')] }), 'follows-forum'],
    ['a thread, forum tracked', post({ first: true }), set({ around: [forum('tracking')] }), null],
    ['a thread, theme for new threads', post({ first: true }), set({ around: [theme('first-post')] }), 'follows-theme'],
    ['a reply, theme followed', post(), set({ around: [theme('following')] }), 'follows-theme'],
    ['a reply of somebody followed', post(), set({ author: 'following' }), 'follows-member'],
    ['a reply of somebody whose new threads one wants', post(), set({ author: 'first-post' }), null],
    ['a thread of somebody whose new threads one wants', post({ first: true }), set({ author: 'first-post' }), 'follows-member'],
    ['a reply of another in a thread of somebody followed', post(), set({ around: [starter('following')] }), null],
    ['a reply of somebody followed, thread normal by choice', post(), set({ thread: 'normal', author: 'following' }), 'follows-member'],
    ['a reply, thread normal by choice, forum followed', post(), set({ thread: 'normal', around: [forum('following')] }), null],
    ['a reply, thread tracked, forum followed', post(), set({ thread: 'tracking', around: [forum('following')] }), null],
    ['a mention, nothing set', post({ mentioned: true }), set(), 'mentioned'],
    ['a mention and a quote, thread followed', post({ mentioned: true, quoted: true }), set({ thread: 'following' }), 'mentioned'],
    ['a quote, thread followed', post({ quoted: true }), set({ thread: 'following' }), 'quoted'],
    ['a mention, thread muted', post({ mentioned: true }), set({ thread: 'muted' }), null],
    ['a mention, forum muted', post({ mentioned: true }), set({ around: [forum('muted')] }), null],
    ['a mention, theme muted and forum followed', post({ mentioned: true }), set({ around: [theme('muted'), forum('following')] }), null],
    ['a mention, starter muted', post({ mentioned: true }), set({ around: [starter('muted')] }), null],
    ['a mention, forum muted but thread normal by choice', post({ mentioned: true }), set({ thread: 'normal', around: [forum('muted')] }), 'mentioned'],
    ['a reply, forum muted but thread followed', post(), set({ thread: 'following', around: [forum('muted')] }), 'follows-thread'],
    ['a mention by somebody muted, thread followed', post({ mentioned: true }), set({ thread: 'following', author: 'muted' }), null],
  ])('%s', (_, given, followed, reason) => expect(reasonFor(given, followed)?.reason ?? null).toBe(reason));
});

describe('following', () => {
  test('by writing: who starts a thread follows it, who replies tracks it, who has chosen keeps it', () => {
    const thread = start(rosa);
    reply(tom, thread.id);
    set(nadia, 'thread', thread.id, 'normal');
    reply(nadia, thread.id);
    expect([rosa, tom, nadia, ines].map((who) => followLevelOf(who, 'thread', thread.id))).toEqual(['following', 'tracking', 'normal', 'normal']);
  });
  test('by writing, as one has chosen', () => {
    setNotificationSettings(rosa, { started: 'normal', replied: 'following', mail: 'none' });
    expect(followLevelOf(rosa, 'thread', start(rosa).id)).toBe('normal');
    const thread = start(tom);
    reply(rosa, thread.id);
    expect(followLevelOf(rosa, 'thread', thread.id)).toBe('following');
  });
  test('the five levels, of what they make sense for', () => {
    for (const kind of ['forum', 'theme', 'member'] as const) expect(levelOptions(kind).map((o) => o.value)).toEqual(followLevels);
    expect(levelOptions('thread').map((o) => o.value)).toEqual(['muted', 'normal', 'tracking', 'following']);
    const thread = start(tom);
    expect(() => set(rosa, 'thread', thread.id, 'first-post')).toThrow();
    expect(() => set(rosa, 'member', rosa.id, 'muted')).toThrow('yourself');
    for (const level of followLevels) { set(rosa, 'forum', operations, level); expect(followLevelOf(rosa, 'forum', operations)).toBe(level); }
  });
  test('only what is there, and what is gone can be let go of', () => {
    for (const [kind, ref] of [['thread', 9999], ['forum', 9999], ['theme', 'nothing'], ['member', 9999], ['thread', 'x']] as const) {
      expect(() => set(rosa, kind, ref, 'following'), `${kind} ${ref}`).toThrow();
      set(rosa, kind, ref, 'normal');
    }
    const thread = start(tom);
    set(rosa, 'thread', thread.id, 'following');
    removeThread(nadia, { threadId: thread.id, reason: 'x' });
    expect(() => set(rosa, 'thread', thread.id, 'tracking')).toThrow('removed');
    set(rosa, 'thread', thread.id, 'normal');
  });
  test('is said in words for each level, of members too', () => {
    const words = followKinds.flatMap((kind) => levelOptions(kind).map(({ value }) => whatFollows(kind, value)));
    for (const sentence of words) expect(sentence).toMatch(/^(Muted|Normal|From now on).*\.$/);
    expect(whatFollows('thread', 'following')).toContain('every reply');
    expect(whatFollows('member', 'muted')).toContain('they write');
    expect([bringsLetters('following'), bringsLetters('first-post'), bringsLetters('tracking')]).toEqual([true, true, false]);
  });
  test('leads back only within the hub', () => {
    for (const [back, url] of [['/forums/operations?page=2#reply', '/forums/operations?page=2&set=theme-equity#reply'], ['//evil.example', '/?set=theme-equity'], ['https://evil.example', '/?set=theme-equity'], ['/forums?set=theme-old', '/forums?set=theme-equity'], [null, '/account/notifications?set=theme-equity']] as const) {
      expect(follow(rosa, { kind: 'theme', ref: 'equity', level: 'tracking', back }).url).toBe(url);
    }
  });
  test('the list names all of it, and nothing that was removed', () => {
    const [thread, gone] = [start(tom), start(tom)];
    for (const [kind, ref, level] of [['thread', thread.id, 'following'], ['thread', gone.id, 'following'], ['forum', operations, 'muted'], ['theme', 'equity', 'first-post'], ['member', tom.id, 'tracking']] as const) set(rosa, kind, ref, level);
    removeThread(nadia, { threadId: gone.id, reason: 'x' });
    expect(listFollows(rosa, null).follows.map(({ kind, name, url, level }) => [kind, name, url, level])).toEqual([
      ['forum', 'Running the centre', '/forums/operations', 'muted'], ['theme', 'Equity and access', '/themes/equity', 'first-post'], ['member', tom.name, '/members/tom', 'tracking'], ['thread', thread.title, thread.url, 'following'],
    ]);
    expect(listFollows(tom, null).follows.map((f) => f.auto)).toEqual([true]);
    expect(() => listFollows(null, null)).toThrow();
  });
});

describe('being told', () => {
  test('each follower once, with the strongest reason, and never the author', () => {
    set(nadia, 'forum', operations, 'following');
    set(nadia, 'theme', 'equity', 'following');
    set(ines, 'theme', 'equity', 'first-post');
    set(abe, 'member', rosa.id, 'first-post');
    set(rosa, 'forum', operations, 'following');
    const thread = start(rosa, ['equity']);
    expect([rosa, nadia, ines, abe, tom].map((who) => told(who).length)).toEqual([0, 1, 1, 1, 0]);
    expect(listTold(nadia, null).told[0]).toMatchObject({ words: `Rosa Delgado started “${thread.title}”`, why: 'You are told because you follow the forum Running the centre.', unread: true });
    expect(listTold(ines, null).told[0]?.why).toBe('You are told because you follow the theme Equity and access.');
    expect(listTold(abe, null).told[0]?.why).toBe('You are told because you follow Rosa Delgado.');
    reply(tom, thread.id);
    expect(told(rosa)).toEqual(['Tom Achterberg replied']);
    expect(listTold(rosa, null).told[0]?.why).toBe('You are told because you started this thread.');
    expect([nadia, ines, abe, tom].map((who) => told(who).length)).toEqual([2, 1, 1, 0]);
  });
  test('mentions and quotes beat following, a second look changes nothing, and an edit tells only whom it newly names', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread.id);
    notifyOfPost(id, { mentioned: [nadia.id, rosa.id, tom.id, 9999], quoted: [nadia.id, ines.id] });
    expect(told(nadia)).toEqual(['Tom Achterberg mentioned you']);
    expect(told(ines)).toEqual(['Tom Achterberg quoted you']);
    // Already told of this post as a reply.
    expect(told(rosa)).toEqual(['Tom Achterberg replied']);
    expect(told(tom)).toEqual([]);
    set(abe, 'forum', operations, 'following');
    notifyOfEdit(id, { mentioned: [nadia.id] });
    expect([told(nadia).length, told(abe).length]).toEqual([1, 0]);
    notifyOfEdit(id, { mentioned: [abe.id] });
    expect(told(abe)).toEqual(['Tom Achterberg mentioned you']);
  });
  test('nobody who muted any of it', () => {
    const thread = start(rosa, ['equity']);
    set(tom, 'thread', thread.id, 'muted');
    set(ines, 'theme', 'equity', 'muted');
    set(abe, 'member', nadia.id, 'muted');
    const { id } = reply(nadia, thread.id);
    notifyOfPost(id, { mentioned: [tom.id, ines.id, abe.id] });
    expect([tom, ines, abe, rosa].map((who) => told(who).length)).toEqual([0, 0, 0, 1]);
  });
  test('nobody who has not confirmed', () => {
    const thread = start(rosa);
    db.update(members).set({ emailConfirmedAt: null }).where(eq(members.id, rosa.id)).run();
    reply(tom, thread.id);
    db.update(members).set({ emailConfirmedAt: new Date() }).where(eq(members.id, rosa.id)).run();
    expect(told(rosa)).toEqual([]);
  });
  test('of nothing that was rolled back', () => {
    const thread = start(rosa);
    db.$client.exec(`create trigger crash before insert on follows begin select raise(abort, 'power cut'); end`);
    expect(() => reply(tom, thread.id)).toThrow('power cut');
    db.$client.exec('drop trigger crash');
    expect(told(rosa)).toEqual([]);
  });
  test('of comments as of threads', () => {
    createComment(rosa, { resourceId: 'article:a-work', body: 'We use it.' });
    const { threadId } = lastPost();
    set(rosa, 'thread', threadId, 'following');
    createComment(tom, { resourceId: 'article:a-work', body: 'So do we.' });
    expect(listTold(rosa, null).told[0]?.words).toBe('Tom Achterberg commented on “A work”');
  });
  test('what is removed disappears from list, count and bell, and comes back with the post', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread.id);
    removePost(nadia, { postId: id, reason: 'x' });
    expect([told(rosa), countUnreadTold(rosa), listTold(rosa, null).total]).toEqual([[], 0, 0]);
    restorePost(nadia, { postId: id, reason: 'In order.' });
    expect(countUnreadTold(rosa)).toBe(1);
    removeThread(nadia, { threadId: thread.id, reason: 'x' });
    expect([told(rosa), countUnreadTold(rosa)]).toEqual([['About your thread: a coordinator has removed it.'], 1]);
    restoreThread(nadia, { threadId: thread.id, reason: 'In order.' });
    // Both that were there before, and that it is back.
    expect([countUnreadTold(rosa), told(rosa)]).toEqual([3, expect.arrayContaining([expect.stringContaining('Your thread is back')])]);
  });
  test('of a post that moved to another thread where it is now', () => {
    const [thread, other] = [start(rosa), start(nadia)];
    const { id } = reply(tom, thread.id);
    db.update(posts).set({ threadId: other.id, number: 9 }).where(eq(posts.id, id)).run();
    expect(listTold(rosa, null).told[0]?.words).toContain(other.title);
    noteReading(rosa, thread.id, 5);
    expect(countUnreadTold(rosa)).toBe(1);
    noteReading(rosa, other.id, 9);
    expect(countUnreadTold(rosa)).toBe(0);
  });
  test('that an answer was accepted, unless one did it oneself', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread.id);
    for (const postId of [reply(rosa, thread.id).id, id]) acceptAnswer(rosa, { postId });
    expect(told(rosa).filter((words) => words.includes('accepted'))).toEqual([]);
    expect(told(tom)).toContain('Rosa Delgado accepted your answer');
  });
  test('of anything else in a sentence that leads somewhere', () => {
    putNotification({ memberId: rosa.id, kind: 'word', reason: 'own', actorId: null, words: 'Your suggestion is published', url: '/library/a-work' });
    const [one] = listTold(rosa, null).told;
    expect(one?.words).toBe('Your suggestion is published');
    expect(openTold(rosa, one?.id ?? 0)).toBe('/library/a-work');
    expect(countUnreadTold(rosa)).toBe(0);
    expect(() => putNotification({ memberId: rosa.id, kind: 'word', reason: 'own', actorId: null })).toThrow();
  });
  test('thirty a page; marked as read one by one or all, one’s own alone', () => {
    const thread = start(rosa);
    for (let n = 0; n < 31; n++) { reply(tom, thread.id); forgetLimits(); }
    const first = listTold(rosa, null);
    expect([first.told.length, listTold(rosa, '2').told.length, first.unread]).toEqual([30, 1, 31]);
    const id = first.told[0]?.id ?? 0;
    readNotification(tom, { id });
    readAllNotifications(tom, { upTo: first.newest });
    expect(() => openTold(tom, id)).toThrow('no such notification');
    expect(countUnreadTold(rosa)).toBe(31);
    readNotification(rosa, { id });
    expect(countUnreadTold(rosa)).toBe(30);
    reply(tom, thread.id);
    readAllNotifications(rosa, { upTo: first.newest });
    expect(countUnreadTold(rosa)).toBe(1);
  });
  test('opening the thread reads what one was told of it, as far as the page goes', () => {
    const thread = start(rosa);
    for (let n = 0; n < 3; n++) reply(tom, thread.id);
    noteReading(rosa, thread.id, 3);
    expect(countUnreadTold(rosa)).toBe(1);
    noteReading(rosa, thread.id, 4);
    expect(countUnreadTold(rosa)).toBe(0);
  });
});

describe('what is unread', () => {
  const unread = (who: Member, id: number) => unreadOf(who, [id]).get(id);
  test('posts of others after what one was shown; visitors have none', () => {
    const thread = start(rosa);
    reply(tom, thread.id);
    reply(rosa, thread.id);
    expect(unread(nadia, thread.id)).toEqual({ count: 3, first: 1 });
    expect(unread(rosa, thread.id)).toEqual({ count: 1, first: 2 });
    noteReading(nadia, thread.id, 2);
    expect(unread(nadia, thread.id)).toEqual({ count: 1, first: 3 });
    noteReading(nadia, thread.id, 1);
    expect(unread(nadia, thread.id)).toEqual({ count: 1, first: 3 });
    noteReading(nadia, thread.id, 3);
    expect(unread(nadia, thread.id)).toBeUndefined();
    expect(unreadOf(null, [thread.id]).size).toBe(0);
    noteReading(null, thread.id, 3);
  });
  test('a page further on leaves what stands before it unread, and reads what one was told of its own posts', () => {
    const thread = start(rosa);
    for (let n = 0; n < 5; n++) reply(tom, thread.id);
    noteReading(nadia, thread.id, 6, 5);
    expect(unread(nadia, thread.id)).toEqual({ count: 6, first: 1 });
    noteReading(nadia, thread.id, 2, 1);
    noteReading(nadia, thread.id, 6, 5);
    expect(unread(nadia, thread.id)).toEqual({ count: 4, first: 3 });
    noteReading(nadia, thread.id, 4, 3);
    noteReading(nadia, thread.id, 6, 5);
    expect(unread(nadia, thread.id)).toBeUndefined();
    const before = countUnreadTold(rosa);
    noteReading(rosa, thread.id, 6, 5);
    expect([before - countUnreadTold(rosa), unread(rosa, thread.id)]).toEqual([2, { count: 5, first: 2 }]);
    markRead(rosa, {});
    noteReading(rosa, thread.id, 6, 5);
    expect([countUnreadTold(rosa), unread(rosa, thread.id)]).toEqual([0, undefined]);
  });
  test('a removed post is not unread', () => {
    const thread = start(rosa);
    noteReading(nadia, thread.id, 1);
    const { id } = reply(tom, thread.id);
    removePost(ines, { postId: id, reason: 'x' });
    expect(unread(nadia, thread.id)).toBeUndefined();
    expect(unreadByForum(nadia).size).toBe(0);
  });
  test('reading changes nothing that others see', () => {
    const thread = start(rosa);
    const before = changes();
    noteReading(nadia, thread.id, 1);
    markRead(nadia, {});
    expect(changes()).toBe(before);
  });
  test('per forum, marked as read there or everywhere', () => {
    const thread = start(rosa);
    const other = createThread(rosa, threadInput.parse({ forum: 'measures', title: 'In another forum altogether', body: 'x', themes: [] }));
    const measures = other.forumId ?? 0;
    expect(unreadByForum(nadia)).toEqual(new Map([[operations, 1], [measures, 1]]));
    expect(markRead(nadia, { forum: 'operations' })).toEqual({ url: '/forums/operations' });
    expect(unreadByForum(nadia)).toEqual(new Map([[measures, 1]]));
    expect(unread(nadia, thread.id)).toBeUndefined();
    markRead(nadia, {});
    expect(unreadByForum(nadia).size).toBe(0);
    db.update(readMarks).set({ before: new Date(Date.now() - 1000) }).run();
    db.update(posts).set({ createdAt: new Date(Date.now() - 2000) }).run();
    reply(tom, thread.id);
    expect(unread(nadia, thread.id)).toEqual({ count: 1, first: 2 });
    expect(unreadByForum(rosa)).toEqual(new Map([[operations, 1]]));
    expect(() => markRead(nadia, { forum: 'nowhere' })).toThrow();
  });
  test('not what was there before one joined, and not what is older than sixty days', () => {
    const thread = start(rosa);
    db.update(members).set({ createdAt: later(1) }).where(eq(members.id, ines.id)).run();
    expect(unread(ines, thread.id)).toBeUndefined();
    db.update(members).set({ createdAt: new Date(0) }).where(eq(members.id, ines.id)).run();
    expect(unread(ines, thread.id)?.count).toBe(1);
    db.update(posts).set({ createdAt: later(-61 * 1440) }).run();
    db.update(threads).set({ lastPostAt: later(-61 * 1440) }).run();
    expect(unread(ines, thread.id)).toBeUndefined();
  });
  test('the header counts tracked and followed threads with something unread, whatever makes them so', () => {
    const thread = start(rosa, ['equity']);
    expect([countTracked(null), countTracked(nadia), countTracked(rosa)]).toEqual([0, 0, 0]);
    for (const [kind, ref] of [['thread', thread.id], ['forum', operations], ['theme', 'equity'], ['member', rosa.id]] as const) {
      for (const [level, n] of [['muted', 0], ['normal', 0], ...(kind === 'thread' ? [] : [['first-post', 0]]), ['tracking', 1], ['following', 1]] as [FollowLevel, number][]) {
        set(nadia, kind, ref, level);
        expect([countTracked(nadia), trackedUnread(nadia).length], `${kind} ${level}`).toEqual([n, n]);
      }
      db.delete(follows).where(eq(follows.memberId, nadia.id)).run();
    }
    set(nadia, 'forum', operations, 'tracking');
    set(nadia, 'theme', 'equity', 'muted');
    expect(countTracked(nadia)).toBe(0);
    set(nadia, 'thread', thread.id, 'tracking');
    expect(countTracked(nadia)).toBe(1);
    set(nadia, 'thread', thread.id, 'normal');
    expect(countTracked(nadia)).toBe(0);
    set(nadia, 'thread', thread.id, 'following');
    noteReading(nadia, thread.id, 1);
    expect(countTracked(nadia)).toBe(0);
    reply(tom, thread.id);
    expect(countTracked(nadia)).toBe(1);
    removeThread(ines, { threadId: thread.id, reason: 'x' });
    expect(countTracked(nadia)).toBe(0);
  });
});

describe('muted threads', () => {
  const inLists = (who: Member | null) => [latestThreads(who, {}, 50), liveliestThreads(who, 50), listThreads(who, { forumId: operations }, null).threads, threadsOfTheme(who, 'equity', 50)].map((list) => list.length);
  test.each<[FollowKind, () => string | number, number[], number]>([
    ['thread', () => lastPost().threadId, [0, 0, 0, 0], 0], ['forum', () => operations, [0, 0, 1, 0], 0], ['theme', () => 'equity', [0, 0, 0, 1], 0], ['member', () => rosa.id, [0, 0, 0, 0], 0],
  ])('muted by %s are in no list but the one of what was muted', (kind, ref, lists, byForum) => {
    const thread = start(rosa, ['equity']);
    expect(inLists(tom)).toEqual([1, 1, 1, 1]);
    set(tom, kind, ref(), 'muted');
    expect(inLists(tom)).toEqual(lists);
    expect(unreadByForum(tom).size).toBe(byForum);
    expect(inLists(null)).toEqual([1, 1, 1, 1]);
    expect(inLists(nadia)).toEqual([1, 1, 1, 1]);
    if (kind === 'thread') expect(listForums(tom).find((f) => f.id === operations)?.latest).toBeNull();
    if (kind !== 'thread') {
      set(tom, 'thread', thread.id, 'normal');
      expect(inLists(tom)).toEqual([1, 1, 1, 1]);
    }
  });
});

describe('letters', () => {
  const letters = () => db.select().from(outbox).all();
  test('at once means two minutes later, all of a thread in one letter, a letter for each thread', () => {
    const [one, two] = [start(rosa), start(rosa)];
    reply(tom, one.id, 'First *answer*.\n\nMore.');
    reply(nadia, one.id, 'Second answer.');
    reply(tom, two.id, 'Elsewhere.');
    expect(mail(later(1))).toEqual([]);
    expect(mail()).toEqual([2]);
    expect(mail(later(4))).toEqual([]);
    const [first, second] = lettersTo(rosa.email);
    expect([first?.subject, second?.subject]).toEqual([`Re: ${one.title}`, `Re: ${two.title}`]);
    expect(first?.text).toContain('> First answer.\n>\n> More.');
    expect(first?.text).toContain('> Second answer.');
    expect(first?.text).not.toContain('Elsewhere');
    expect(first?.text.replaceAll('\n', ' ')).toContain('You are told because you started this thread. To answer, open the link. Answers to this letter reach nobody.');
    expect(first?.text).toContain(`http://localhost:4321/unsubscribe/${stopToken(rosa.id, `thread-${one.id}`)}`);
  });
  test('are put together by mail programs: names made of thread and post', () => {
    set(nadia, 'forum', operations, 'following');
    const thread = start(rosa);
    mail();
    reply(tom, thread.id);
    mail();
    reply(tom, thread.id);
    reply(rosa, thread.id);
    mail();
    const of = letters().filter((letter) => letter.to === nadia.email);
    const name = (n: number) => `<thread-${thread.id}.post-${n}@localhost>`;
    expect(of.map((letter) => letter.subject)).toEqual([thread.title, `Re: ${thread.title}`, `Re: ${thread.title}`]);
    expect(of.map(({ headers }) => [headers?.['Message-ID'], headers?.['In-Reply-To'], headers?.['References']])).toEqual([
      [name(1), undefined, undefined], [name(2), name(1), name(1)], [name(4), name(2), `${name(1)} ${name(2)}`],
    ]);
    for (const { headers } of of) expect(headers).toMatchObject({ 'List-Unsubscribe': `<http://localhost:4321/unsubscribe/${stopToken(nadia.id, `thread-${thread.id}`)}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' });
  });
  test('what was read meanwhile, in the thread or in the inbox, is not mailed', () => {
    const thread = start(rosa);
    reply(tom, thread.id, 'Seen in the thread');
    noteReading(rosa, thread.id, 2);
    expect(mail()).toEqual([]);
    reply(tom, thread.id, 'Seen in the inbox');
    readAllNotifications(rosa, { upTo: 1e9 });
    expect(mail()).toEqual([]);
    reply(tom, thread.id, 'Not seen');
    expect(mail()).toEqual([1]);
    expect(lettersTo(rosa.email)[0]?.text).not.toContain('Seen in');
  });
  test('what was removed meanwhile is not mailed', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread.id);
    removePost(nadia, { postId: id, reason: 'x' });
    db.delete(outbox).run();
    mail();
    expect(letters()).toEqual([]);
  });
  test('once a day, everything in one letter, with the reason and a link to stop each thread', () => {
    setNotificationSettings(rosa, { started: 'following', replied: 'tracking', mail: 'daily' });
    const [one, two] = [start(rosa), start(rosa)];
    for (const thread of [one, two, one]) reply(tom, thread.id);
    const next = addDays(lastHour(new Date(), settings().dailyHour), 1);
    expect(mail(addDays(next, -0.00001))).toEqual([]);
    expect(mail(next)).toEqual([1]);
    expect(mail(next)).toEqual([]);
    expect(mail(addDays(next, 1))).toEqual([]);
    const [letter, another] = lettersTo(rosa.email);
    expect(another).toBeUndefined();
    expect(letter?.subject).toBe('3 new for you on Practice Hub');
    for (const { title, id } of [one, two]) {
      expect(letter?.text).toContain(`${title}\n---`);
      expect(letter?.text).toContain(stopToken(rosa.id, `thread-${id}`));
    }
    expect(letters()[0]?.headers?.['List-Unsubscribe']).toContain(stopToken(rosa.id, 'notifications'));
  });
  test('quote a post in HTML as the hub shows it, safely and with nothing to load; in plain text without its marks; each reason on its own line', () => {
    const thread = start(rosa);
    set(rosa, 'member', tom.id, 'following');
    const opening = db.select({ id: posts.id, markdown: posts.markdown }).from(posts).where(eq(posts.threadId, thread.id)).get();
    const body = `Two **things**, [here](/library), @rosa:\n\n- one\n- two <script>alert(1)</script>\n\n![a chart](https://example.org/x.png)\n\n> [Rosa wrote](/posts/${opening?.id}):\n>\n> ${opening?.markdown}`;
    reply(tom, thread.id, body);
    reply(tom, thread.id, 'And a third.');
    mail(addDays(new Date(), 0.1));
    const [letter] = letters();
    expect(letter?.html).toContain('Two <strong>things</strong>');
    expect(letter?.html).toContain(`<a href="${settings().url}/library"`);
    expect(letter?.html).toContain('<li>one</li>');
    expect(letter?.html).toMatch(new RegExp(`<p style="[^"]*background[^"]*">✓ <a href="[^"]*/posts/${opening?.id}">Rosa Delgado wrote</a>:</p>`));
    expect(letter?.html).not.toMatch(/<script|<img|href="\/|\*\*things/);
    expect(letter?.text).toContain(`> Two things, here <${settings().url}/library>, @rosa:\n>\n> - one\n> - two <script>alert(1)</script>`);
    expect(letter?.text).toMatch(/\nYou are told because you were mentioned\.\nYou are told because you started this thread\.\nTo answer, open the link\./);
    expect(letter?.html).toContain('you were mentioned.<br>You are told because you started this thread.<br>To answer');
  });

  test('in plain text quotations, tables and struck words stay what they are, however the lines are broken', () => {
    const thread = start(rosa);
    const asked = reply(nadia, thread.id, 'How long until you call back when somebody has asked for it twice in one and the same week?');
    set(rosa, 'thread', thread.id, 'following');
    mail();
    reply(tom, thread.id, `${quoteOf(tom, asked.id)}About ~~two~~ three days.\n\n| Line | Days |\n|---|---|\n| 311 | 3 |`);
    mail(later(9));
    const text = letters().at(-1)?.text ?? '';
    expect(text).toContain(`> > ✓ Nadia Okafor wrote <${settings().url}/posts/${asked.id}>:\n> >\n> > How long until you call back`);
    expect(text).toMatch(/\n> > \S[^\n]*week\?\n>\n> About ~~two~~ three days\.\n>\n> Line \| Days\n> 311 \| 3\n/);
    expect(text).toContain('\nA ✓ says that the hub has compared the words below it with the post.\n');
    expect(text.split('\n').filter((line) => line.length > 72 && !line.includes('http'))).toEqual([]);
  });

  test('links without a scheme lead where they lead from the page of the thread', () => {
    const thread = start(rosa);
    reply(tom, thread.id, '[up](../desk) and [q](?a=1)');
    mail();
    const { text, html } = letters().at(-1) ?? {};
    const { url } = settings();
    expect(text).toContain(`up <${url}/forums/desk> and q`);
    expect(text).toContain(`<${url}${thread.url}?a=1>`);
    expect(text).not.toContain('✓');
    expect(html).toContain(`<a href="${url}/forums/desk">up</a> and <a href="${url}${thread.url}?a=1">q</a>`);
  });

  test('a post whose beginning would become too large goes out in its own words', () => {
    const thread = start(rosa);
    reply(tom, thread.id, 'Words before it.');
    // Kept since before there was a limit.
    db.update(posts).set({ markdown: `${'|a'.repeat(300)}|\n${'|-'.repeat(300)}|\n${'b\n'.repeat(40)}\n${'Words after it. '.repeat(1_100)}` }).where(eq(posts.markdown, 'Words before it.')).run();
    mail();
    expect(letters()[0]?.html).toContain('|a|a|a');
  });

  test('no letters at all when one wants none, and nothing of that time later', () => {
    setNotificationSettings(rosa, { started: 'following', replied: 'tracking', mail: 'none' });
    const thread = start(rosa);
    reply(tom, thread.id, 'While none were wanted');
    expect([mail(), mail(later(1440))]).toEqual([[], []]);
    expect(countUnreadTold(rosa)).toBe(1);
    setNotificationSettings(rosa, { started: 'following', replied: 'tracking', mail: 'at-once' });
    expect(mail()).toEqual([]);
    reply(tom, thread.id, 'Afterwards');
    expect(mail()).toEqual([1]);
    expect(lettersTo(rosa.email)[0]?.text).not.toContain('While none');
  });
  test('tracking and normal bring no letters', () => {
    const thread = start(tom);
    set(rosa, 'thread', thread.id, 'tracking');
    reply(nadia, thread.id);
    expect([countTracked(rosa), countUnreadTold(rosa)]).toEqual([1, 0]);
    mail();
    expect(lettersTo(rosa.email)).toEqual([]);
  });
  test.each([
    ['suspended', { suspendedUntil: new Date(Date.now() + 9 * 86_400_000), suspendedReason: 'x' }, { suspendedUntil: null, suspendedReason: null }],
    ['unconfirmed', { emailConfirmedAt: null }, { emailConfirmedAt: new Date() }],
  ])('none to somebody who is %s', (_, wrong, right) => {
    const thread = start(rosa);
    reply(tom, thread.id);
    db.update(members).set(wrong).where(eq(members.id, rosa.id)).run();
    expect([mail(), mailNotifications(rosa.id, later(3))]).toEqual([[], 0]);
    db.update(members).set(right).where(eq(members.id, rosa.id)).run();
  });
  test('one click stops those of a thread, or all; following it again lets them come', () => {
    const [one, two] = [start(rosa), start(rosa)];
    const token = stopToken(rosa.id, `thread-${one.id}`);
    expect(readStop(token).words).toBe(`letters about “${one.title}”`);
    stopMail({ token });
    for (const thread of [one, two]) reply(tom, thread.id);
    expect(mail()).toEqual([1]);
    expect(lettersTo(rosa.email).map((letter) => letter.subject)).toEqual([`Re: ${two.title}`]);
    expect(countUnreadTold(rosa)).toBe(2);
    set(rosa, 'thread', one.id, 'following');
    expect(mail(later(5))).toEqual([1]);
    const all = stopToken(rosa.id, 'notifications');
    stopMail({ token: all });
    reply(tom, two.id);
    expect(mail(later(6))).toEqual([]);
    resumeMail({ token: all });
    expect(mail(later(6))).toEqual([1]);
    stopMail({ token });
    mergeThreads(nadia, { threadId: one.id, target: two.url, order: 'appended', reason: 'The same.' });
    expect([readStop(token).words, ...stopsOf(rosa.id).map(({ words }) => words)]).toEqual(Array(2).fill(`letters about “${two.title}”`));
    removeThread(nadia, { threadId: two.id, reason: 'x' });
    expect([readStop(token).words, ...stopsOf(rosa.id).map(({ words }) => words)]).toEqual(['letters about this thread', 'letters about a thread that is not there any more']);
  });
  test('what could not be mailed for three days is not mailed', () => {
    const thread = start(rosa);
    reply(tom, thread.id);
    expect(mail(later(3 * 1440 + 1))).toEqual([]);
  });
  test('a crash between mails nothing twice and loses nothing', () => {
    const thread = start(rosa);
    reply(tom, thread.id);
    db.$client.exec(`create trigger crash before insert on outbox begin select raise(abort, 'power cut'); end`);
    expect(() => mail()).toThrow('power cut');
    db.$client.exec('drop trigger crash');
    expect(db.select().from(notifications).all().every((n) => n.mailedAt === null)).toBe(true);
    expect([mail(), mail()]).toEqual([[1], []]);
  });
  test('an accepted answer has a name of its own in the thread', () => {
    const thread = start(rosa);
    const { id } = reply(tom, thread.id);
    acceptAnswer(rosa, { postId: id });
    mail();
    const letter = letters().find(({ to }) => to === tom.email);
    expect(letter?.headers).toMatchObject({ 'Message-ID': `<thread-${thread.id}.post-2.accepted@localhost>`, 'In-Reply-To': `<thread-${thread.id}.post-2@localhost>` });
    expect(letter?.text.replaceAll('\n', ' ')).toContain(`Rosa Delgado accepted your answer in “${thread.title}”.  Read it`);
  });

  test('name the files of a post, by links', () => {
    const thread = start(rosa);
    set(rosa, 'thread', thread.id, 'following');
    const { id } = reply(tom, thread.id, 'With a chart.');
    putPostFiles(id, [{ hash: 'ab'.repeat(32), label: 'Calls by hour', size: 1000, textState: 'none', name: 'chart.png', mediaType: 'image/png', width: 40, height: 30 }]);
    mail();
    const letter = letters().find(({ to }) => to === rosa.email);
    expect(letter?.html).toMatch(new RegExp(`<li><a href="${settings().url}/files/p\\d+/chart.png">Calls by hour \\(`));
    expect(letter?.html).not.toContain('<img');
    expect(letter?.text.replaceAll('\n> ', ' ')).toContain('Calls by hour (PNG');
  });
});
