import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptedAnswers, cases, changes, db, decisions, follows, heldPosts, members, notifications, outbox, passwords, postLinks, posts, searchDocuments, threadActs, threadReads, threads } from '#db/client.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost } from '#domain/decisions/flagging.ts';
import { openCases } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost, restoreThread, whyThreadNotRemoved } from '#domain/decisions/removing.ts';
import { submitPost } from '#domain/decisions/submitting.ts';
import { Denied, Gone, Invalid, NotFound, TooMany } from '#domain/errors.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { acceptedAnswersOf } from '#domain/forum/answers.ts';
import { canReopen, closeThread, reopenThread } from '#domain/forum/closing.ts';
import { addForum, closeForum, deleteForum, openForum } from '#domain/forum/keeping-forums.ts';
import { findForum } from '#domain/forum/forums.ts';
import { follow, followInput, followLevelOf, type FollowLevel } from '#domain/forum/follows.ts';
import { listTold, openTold } from '#domain/forum/inbox.ts';
import { mergeTargets } from '#domain/forum/merge-targets.ts';
import { mergeThreads, mergeThreadsInput } from '#domain/forum/merging.ts';
import { changeThreadKind, lockThread, moveThread, pinThread, renameThread, unlockThread, unpinThread, whyPostsStay } from '#domain/forum/moderating.ts';
import { mailNotifications, membersWithLettersDue } from '#domain/forum/notification-letters.ts';
import { setNotificationSettings } from '#domain/forum/notification-settings.ts';
import { oldAnswers } from '#domain/forum/old-answers.ts';
import { createPost, placeOfPost, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { indexPost, indexWholeThread } from '#domain/forum/searchable.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { actsOn, listActs, mergedInto, movedFrom } from '#domain/forum/thread-acts.ts';
import { findThread, listThreads, neighboursOf, type Thread } from '#domain/forum/threads.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import { noteReading } from '#domain/forum/unread.ts';
import { isStopped, stopMail, stopToken } from '#domain/mail/stopping.ts';
import { columnOfAct, monthsOfOrder, publicActs, readPublicLog, recordAct } from '#domain/moderation/log.ts';
import { stamp } from '#domain/people/traps.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(forgetLimits);

let written = 0;
const start = (author = rosa, forum = 'operations'): Thread => createThread(author, { forum, kind: 'question', title: `How long until you call, case c${++written}?`, body: `We wait. n${written}`, themes: ['equity'] });
const reply = (thread: Thread, author = tom, body = `We call the same day. n${++written}`) => createPost(author, { threadId: thread.id, body });
/** A reply that waits for a coordinator, who lets it through later. */
const hold = (thread: Thread, body: string, who = tom) => {
  const id = Number(submitPost(who, { threadId: thread.id, body, website: 'http://robot.example', shown: stamp() }).url.split('/').at(-1));
  const caseId = db.select({ id: cases.id }).from(cases).where(eq(cases.heldId, id)).get()?.id ?? 0;
  return { letThrough: () => { decide(nadia, { caseId, outcome: 'approve', reason: 'A person.' }); return db.select().from(heldPosts).where(eq(heldPosts.id, id)).get()?.postId ?? 0; } };
};
const of = (thread: Thread) => db.select({ id: posts.id, number: posts.number }).from(posts).where(eq(posts.threadId, thread.id)).orderBy(asc(posts.number)).all();
const numbers = (thread: Thread) => of(thread).map((p) => p.number);
const split = (thread: Thread, ids: number[], more: Record<string, unknown> = {}) =>
  splitThread(nadia, splitThreadInput.parse({ threadId: thread.id, posts: ids, into: 'new', title: 'A question of its own, at last', forum: 'measures', reason: 'Another question.', ...more }));
const merge = (thread: Thread, into: Thread, order: 'appended' | 'by-date' = 'appended') => mergeThreads(nadia, { threadId: thread.id, target: into.url, order, reason: 'The same question.' });
const at = (url: string): Thread => findThread(null, Number(/\/(\d+)-/.exec(url)?.[1]));
/** A removal is none that is undone here. */
const lastAct = () => db.select({ id: threadActs.id }).from(threadActs).where(ne(threadActs.act, 'remove thread')).orderBy(desc(threadActs.id)).limit(1).get()?.id ?? 0;
const undo = (actId = lastAct()) => undoThreadAct(nadia, { actId });

/** Everything that must be true of the forums whatever was done to them. */
function expectOrder(): void {
  for (const thread of db.select().from(threads).where(isNotNull(threads.forumId)).all()) {
    const all = db.select().from(posts).where(eq(posts.threadId, thread.id)).orderBy(asc(posts.number)).all();
    const standing = all.filter((p) => p.removedAt === null);
    expect([thread.id, thread.postCount]).toEqual([thread.id, standing.length]);
    expect(thread.lastNumber).toBeGreaterThanOrEqual(all.at(-1)?.number ?? 0);
    const newest = standing.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || b.number - a.number)[0];
    if (newest) expect([thread.lastPosterId, thread.lastPostAt.getTime()]).toEqual([newest.authorId, newest.createdAt.getTime()]);
    const now = findThread(nadia, thread.id);
    // No thread that can be opened is without its opening post, by its own author.
    if (now.id === thread.id) expect(all[0]).toMatchObject({ number: 1, authorId: thread.authorId });
    else expect(all).toEqual([]);
  }
  const everyPost = db.select().from(posts).all();
  const shown = db.select().from(threads).all().filter((t) => findThread(nadia, t.id).id === t.id).flatMap((t) => {
    const thread = findThread(nadia, t.id);
    return Array.from({ length: Math.ceil(thread.lastNumber / 20) }, (_, page) => postsOnPage(nadia, thread, page + 1).map((p) => `${p.id} ${thread.url}${page > 0 ? `?page=${page + 1}` : ''}#post-${p.number}`)).flat();
  });
  expect(everyPost.map((p) => `${p.id} ${placeOfPost(nadia, p.id)}`).toSorted()).toEqual(shown.toSorted());
  const dead = db.select().from(postLinks).all().filter(({ path }) => {
    const [, kind, rest] = /^\/(posts|forums)\/(.+)$/.exec(path) ?? [];
    return kind === 'posts' ? !everyPost.some((p) => p.id === Number(rest)) : findThread(nadia, Number(/\/(\d+)/.exec(rest ?? '')?.[1])).removed === undefined;
  });
  expect(dead).toEqual([]);
  for (const answer of db.select().from(acceptedAnswers).all()) expect(db.select().from(posts).where(eq(posts.id, answer.postId)).get()?.threadId).toBe(answer.threadId);
  const documents = () => db.select().from(searchDocuments).all().filter((d) => d.kind === 'thread' || d.kind === 'post')
    .map(({ id: _, ...document }) => ({ ...document, at: document.at.getTime() })).sort((a, b) => (`${a.kind}${a.ref}` < `${b.kind}${b.ref}` ? -1 : 1));
  const before = documents();
  db.delete(searchDocuments).run();
  for (const { id } of db.select({ id: threads.id }).from(threads).where(isNull(threads.removedAt)).all()) indexWholeThread(id);
  expect(before).toEqual(documents());
}

describe('splitting', () => {
  test('posts go to a new thread with a title; their addresses lead on; a note stays', () => {
    const thread = start();
    const ids = [1, 2, 3, 4].map((n) => reply(thread, n % 2 ? tom : rosa).id);
    const [second, , fourth] = [ids[0] ?? 0, 0, ids[2] ?? 0];
    const old = placeOfPost(null, fourth);
    const { url } = split(thread, [second, fourth]);
    const made = at(url);
    expect(made).toMatchObject({ title: 'A question of its own, at last', forum: { slug: 'measures' }, kind: 'question', author: { name: tom.name }, themes: [{ code: 'equity' }], replies: 1 });
    expect(numbers(made)).toEqual([1, 2]);
    expect(numbers(thread)).toEqual([1, 3, 5]);
    expect(old).toBe(`${thread.url}#post-4`);
    expect(placeOfPost(null, fourth)).toBe(`${made.url}#post-2`);
    expect(movedFrom(thread.id, 1, 20)).toEqual([{ number: 2, numbers: [2, 4], to: { url: `/posts/${second}`, title: made.title } }]);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'split thread', reason: 'Another question.', object: made.title });
    expectOrder();

    reply(thread, rosa);
    expect(numbers(thread).at(-1)).toBe(6);
    const newer = reply(made, rosa);
    expect(undo()).toMatchObject({ left: [expect.stringContaining('1 post that was written in the new thread since')] });
    expect(numbers(thread)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(findThread(null, made.id).id).toBe(thread.id);
    // The log says what was undone, and where the thread that was made has gone; its own title is out of view.
    const [undone, done] = readPublicLog(null, 'order').lines;
    expect(undone).toMatchObject({ act: 'undo thread act', words: 'undid: moved posts to another thread', object: thread.title });
    expect(done).toMatchObject({ act: 'split thread', object: `a thread that went into “${thread.title}”`, url: `/forums/operations/${thread.id}` });
    expect(placeOfPost(null, newer.id)).toBe(`${thread.url}#post-7`);
    expect(movedFrom(thread.id, 1, 20)).toEqual([]);
    expectOrder();
  });

  test('or to the end of another thread, with all that follows', () => {
    const [thread, other] = [start(), start(tom)];
    const ids = [1, 2, 3, 4].map(() => reply(thread, rosa).id);
    reply(other);
    split(thread, [ids[1] ?? 0], { into: 'existing', target: `https://hub.example${other.url}?page=2#post-3`, rest: 'yes' });
    expect([numbers(thread), numbers(other)]).toEqual([[1, 2], [1, 2, 3, 4, 5]]);
    const newer = reply(other);
    expect(undo().left).toEqual([]);
    expect([numbers(thread), numbers(other)]).toEqual([[1, 2, 3, 4, 5], [1, 2, 3]]);
    expect(placeOfPost(null, newer.id)).toBe(`${other.url}#post-3`);
    expectOrder();
  });

  test('what cannot be is said beside its field, and nothing moves', () => {
    const [thread, other] = [start(), start()];
    const { id } = reply(thread);
    const gone = reply(thread).id;
    removePost(nadia, { postId: gone, reason: 'Spam.' });
    const removed = start();
    removeThread(nadia, { threadId: removed.id, reason: 'Spam.' });
    const opening = of(thread)[0]?.id ?? 0;
    const before = changes();
    expect(() => split(thread, [])).toThrow(/at least one/);
    expect(() => split(thread, [opening, id])).toThrow(/opening post stays/);
    expect(() => split(thread, [of(other)[0]?.id ?? 0])).toThrow(Invalid);
    expect(() => split(thread, [gone])).toThrow(/cannot open a thread/);
    expect(() => split(thread, [id], { title: 'Short' })).toThrow(Invalid);
    expect(() => split(thread, [id], { forum: 'nowhere' })).toThrow(Invalid);
    for (const target of ['', 'that one', '999999', thread.url]) expect(() => split(thread, [id], { into: 'existing', target })).toThrow(Invalid);
    expect(() => split(thread, [id], { into: 'existing', target: String(removed.id) })).toThrow(/removed/);
    expect(() => splitThread(rosa, splitThreadInput.parse({ threadId: thread.id, posts: [id], reason: 'x' }))).toThrow(Denied);
    expect(changes()).toBe(before);
    expect(splitThreadInput.safeParse({ threadId: '1', posts: [], reason: ' ' }).error?.issues[0]?.path).toEqual(['reason']);
  });
});

describe('merging', () => {
  test('a thread goes into another; its address and its posts lead there; who writes to it writes there', () => {
    const [thread, into] = [start(), start(tom)];
    const { id } = reply(thread);
    db.insert(acceptedAnswers).values({ postId: id, threadId: thread.id, byId: rosa.id }).run();
    reply(into);
    createPost(tom, { threadId: into.id, body: `As [they said](${thread.url}) and [again](/posts/${id}).` });
    expect(merge(thread, into).url).toBe(into.url);
    expect(findThread(null, thread.id).id).toBe(into.id);
    expect(numbers(into)).toEqual([1, 2, 3, 4, 5]);
    expect(placeOfPost(null, id)).toBe(`${into.url}#post-5`);
    expect(listThreads(nadia, {}, null).threads.map((t) => t.id)).not.toContain(thread.id);
    expect(reply(thread, rosa).url).toBe(`${into.url}#post-6`);
    expect(() => merge(thread, into)).toThrow(/same thread/);
    const opening = of(into)[3]?.id ?? 0;
    expect(mergedInto(into.id)).toEqual([{ at: expect.any(Date), posts: 2, first: { url: `/posts/${opening}`, title: thread.title } }]);
    // What it was called may be what its opening post had to go for.
    removePost(nadia, { postId: opening, reason: 'It names a resident.' });
    expect(mergedInto(into.id)).toMatchObject([{ first: null }]);
    restorePost(nadia, { postId: opening, reason: 'It does not.' });
    expectOrder();

    expect(undo().left).toEqual([expect.stringContaining('1 post that was written after the merge stayed')]);
    expect([numbers(thread), numbers(into)]).toEqual([[1, 2], [1, 2, 3, 4]]);
    expect(mergedInto(into.id)).toEqual([]);
    expect(findThread(null, thread.id).id).toBe(thread.id);
    expect(reply(into).url).toBe(`${into.url}#post-5`);
    expect(reply(thread).url).toBe(`${thread.url}#post-3`);
    expect(() => undo()).toThrow(/undone already/);
    expectOrder();
  });

  test('by date the posts stand among each other, and the opening post stays the first', () => {
    const [thread, into] = [start(), start(tom)];
    const one = reply(into).id, two = reply(thread).id, three = reply(into).id;
    for (const [id, day] of [[one, 1], [two, 2], [three, 3]] as const) db.update(posts).set({ createdAt: new Date(Date.UTC(2026, 0, day)) }).where(eq(posts.id, id)).run();
    for (const id of [one, two, three]) indexPost(id);
    const opening = of(into)[0]?.id;
    const before = of(into);
    merge(thread, into, 'by-date');
    expect(of(into).map((p) => p.id).slice(0, 4)).toEqual([opening, one, two, three]);
    expect(numbers(into)).toEqual([1, 2, 3, 4, 5]);
    const newer = reply(into).id;
    undo();
    expect(of(into)).toEqual([...before, { id: newer, number: 4 }]);
    expect(numbers(thread)).toEqual([1, 2]);
    expectOrder();
  });

  test('what waited for a coordinator when its thread was merged goes back with it, let through meanwhile or after', () => {
    const [one, two, three] = [start(), start(), start()];
    const [early, late, later, own] = [hold(one, 'Held early'), hold(one, 'Held late'), hold(one, 'Held later'), hold(three, 'Held for the other')];
    const before = reply(one, tom, 'Not held').id;
    merge(one, two);
    const first = lastAct();
    const afterFirst = early.letThrough();
    merge(two, three, 'by-date');
    const second = lastAct();
    const [afterSecond, ownPost, after] = [late.letThrough(), own.letThrough(), hold(one, 'Held after both').letThrough()];
    expect([afterFirst, afterSecond, ownPost, after].map((id) => placeOfPost(null, id).startsWith(`${three.url}#`))).toEqual([true, true, true, true]);
    expect(undo(second).left).toEqual([expect.stringContaining('2 posts that were written after the merge stayed')]);
    expect([afterFirst, afterSecond].map((id) => placeOfPost(null, id))).toEqual([`${two.url}#post-4`, `${two.url}#post-5`]);
    expect(undo(first).left).toEqual([]);
    expect([before, afterFirst, afterSecond, later.letThrough()].map((id) => placeOfPost(null, id))).toEqual([2, 3, 4, 5].map((n) => `${one.url}#post-${n}`));
    expect([ownPost, after].map((id) => placeOfPost(null, id))).toEqual([2, 3].map((n) => `${three.url}#post-${n}`));
    expect(numbers(two)).toEqual([1]);
    expectOrder();
  });

  test('who wrote what goes back follows the thread that it was written for, and the other one only where they write or chose it', () => {
    const [one, two] = [start(ines), start(ines)];
    const held = [tom, rosa].map((who) => hold(one, 'Held', who));
    merge(one, two);
    reply(two, rosa);
    for (const { letThrough } of held) letThrough();
    const followed = (who: Member) => [one, two].map((thread) => db.select({ auto: follows.auto }).from(follows).where(and(eq(follows.memberId, who.id), eq(follows.ref, String(thread.id)), eq(follows.kind, 'thread'))).get()?.auto ?? null);
    expect([followed(tom), followed(rosa)]).toEqual([[null, true], [null, true]]);
    undo();
    expect([followed(tom), followed(rosa)]).toEqual([[true, null], [true, true]]);
    // As closely as their settings say, and not as the other one.
    const [own, other] = [start(tom), start(ines)];
    expect(followLevelOf(tom, 'thread', own.id)).toBe('following');
    const late = hold(other, 'Held too');
    merge(other, own);
    late.letThrough();
    undo();
    expect([own, other].map((thread) => followLevelOf(tom, 'thread', thread.id))).toEqual(['following', 'tracking']);
    // What they chose meanwhile holds there too.
    const [mine, theirs] = [start(ines), start(ines)];
    const muted = hold(mine, 'Held as well');
    merge(mine, theirs);
    muted.letThrough();
    follow(tom, followInput.parse({ kind: 'thread', ref: String(theirs.id), level: 'muted' }));
    undo();
    expect([mine, theirs].map((thread) => followLevelOf(tom, 'thread', thread.id))).toEqual(['muted', 'muted']);
  });

  test('who wrote in both follows both when a merge is undone', () => {
    const [one, two] = [start(ines), start(ines)];
    reply(one, tom);
    merge(one, two);
    reply(two, tom);
    undo();
    expect([one, two].map((thread) => followLevelOf(tom, 'thread', thread.id))).toEqual(['tracking', 'tracking']);
    expect([one, two].map((thread) => followLevelOf(rosa, 'thread', thread.id))).toEqual(['normal', 'normal']);
    // Who wrote there long before and did not follow it does not begin to.
    const [here, there] = [start(ines), start(ines)];
    reply(there, tom);
    db.delete(follows).where(and(eq(follows.memberId, tom.id), eq(follows.ref, String(there.id)))).run();
    db.update(posts).set({ createdAt: addDays(new Date(), -1) }).where(eq(posts.threadId, there.id)).run();
    indexWholeThread(there.id);
    reply(here, tom);
    merge(here, there);
    undo();
    expect([here, there].map((thread) => followLevelOf(tom, 'thread', thread.id))).toEqual(['tracking', 'normal']);
  });

  test('chains lead to the last; what lies below must be undone first, in words', () => {
    const [one, two, three] = [start(), start(), start()];
    merge(one, two);
    const first = lastAct();
    merge(two, three);
    const second = lastAct();
    expect(findThread(null, one.id).id).toBe(three.id);
    expect(() => undo(first)).toThrow(/has gone into another thread since: undo that first/);
    undo(second);
    expect(findThread(null, one.id).id).toBe(two.id);
    undo(first);
    expect(findThread(null, one.id).id).toBe(one.id);
    merge(one, two);
    const merged = lastAct();
    split(two, [of(two).at(-1)?.id ?? 0]);
    expect(() => undo(merged)).toThrow(/moved on since/);
    undo();
    removeThread(nadia, { threadId: two.id, reason: 'All of it.' });
    expect(() => undo(merged)).toThrow(/removed since: bring it back first/);
    expect(() => findThread(rosa, one.id)).toThrow(Gone);
    restoreThread(nadia, { threadId: two.id, reason: 'In order.' });
    undo(merged);
  });

  test('a forum can go although threads of it went elsewhere', () => {
    const { slug } = addForum(nadia, { name: 'For a while', description: 'x', startedBy: 'members', themes: [] });
    const [one, two, into] = [start(rosa, slug), start(rosa, slug), start()];
    merge(one, two);
    merge(two, into);
    const id = findForum(slug).id;
    deleteForum(nadia, { forumId: id });
    expect(findThread(null, one.id).id).toBe(into.id);
    undo();
    expect(findThread(null, two.id).forum?.slug).toBe('operations');
    expect(db.select().from(threads).where(eq(threads.forumId, id)).all()).toEqual([]);
  });
});

describe('what members have set and read', () => {
  const set = (who: Member, thread: Thread, level: FollowLevel) => follow(who, followInput.parse({ kind: 'thread', ref: String(thread.id), level }));
  const level = (who: Member, thread: Thread) => followLevelOf(who, 'thread', thread.id);
  const readTo = (who: Member, thread: Thread) => db.select().from(threadReads).where(and(eq(threadReads.memberId, who.id), eq(threadReads.threadId, thread.id))).get()?.number ?? 0;

  test('goes along with a merge: the closer level, but no chosen one is changed by writing, and muted only where nothing is set', () => {
    const cases: [there: FollowLevel | 'auto' | null, here: FollowLevel | 'auto' | null, after: FollowLevel][] = [
      [null, 'following', 'following'], [null, 'muted', 'muted'], ['tracking', 'following', 'following'], ['following', 'tracking', 'following'], ['normal', 'muted', 'normal'], ['muted', 'following', 'following'],
      ['normal', 'auto', 'normal'], ['muted', 'auto', 'muted'], ['auto', 'muted', 'following'], [null, 'auto', 'following'], ['tracking', null, 'tracking'],
    ];
    for (const [there, here, after] of cases) {
      const [thread, into] = [start(rosa), start(rosa)];
      const put = (on: Thread, what: FollowLevel | 'auto' | null) => {
        if (what === 'auto') db.insert(follows).values({ memberId: ines.id, kind: 'thread', ref: String(on.id), level: 'following', auto: true }).run();
        else if (what) set(ines, on, what);
      };
      put(into, there);
      put(thread, here);
      const before = db.select().from(follows).where(eq(follows.ref, String(into.id))).all().map(({ at: _, ...row }) => row);
      merge(thread, into);
      expect([there, here, level(ines, into)]).toEqual([there, here, after]);
      undo();
      expect(db.select().from(follows).where(eq(follows.ref, String(into.id))).all().map(({ at: _, ...row }) => row)).toEqual(before);
      expect(level(ines, thread)).toBe(here === 'auto' ? 'following' : here ?? 'normal');
      forgetLimits();
    }
  });

  test('is not taken back where it was changed since; letters that were stopped stay stopped', () => {
    const [thread, into] = [start(tom), start(tom)];
    set(rosa, thread, 'following');
    set(ines, thread, 'following');
    stopMail({ token: stopToken(ines.id, `thread-${thread.id}`) });
    merge(thread, into);
    expect(isStopped(ines.id, `thread-${into.id}`)).toBe(true);
    set(rosa, into, 'tracking');
    undo();
    expect([level(rosa, into), level(ines, into), isStopped(ines.id, `thread-${into.id}`), isStopped(ines.id, `thread-${thread.id}`)]).toEqual(['tracking', 'normal', false, true]);
  });

  test('goes along with a split for whoever chose it or wrote what moved; taken back, who came to follow the new thread follows the old one', () => {
    const thread = start(tom);
    const [moved, stays] = [reply(thread, rosa).id, reply(thread, ines).id];
    for (const who of [rosa, ines]) db.insert(follows).values({ memberId: who.id, kind: 'thread', ref: String(thread.id), level: 'following', auto: true }).onConflictDoUpdate({ target: [follows.memberId, follows.kind, follows.ref], set: { level: 'following', auto: true } }).run();
    set(nadia, thread, 'tracking');
    const made = at(split(thread, [moved]).url);
    expect([rosa, ines, nadia, tom].map((who) => level(who, made))).toEqual(['following', 'normal', 'tracking', 'normal']);
    expect(stays).toBeGreaterThan(0);
    set(abe, made, 'following');
    set(rosa, thread, 'muted');
    undo();
    expect([rosa, ines, nadia, abe].map((who) => level(who, thread))).toEqual(['muted', 'following', 'tracking', 'following']);
  });

  test('what was read stays read, and undoing gives back what was unread', () => {
    const [thread, into] = [start(), start()];
    for (let n = 0; n < 3; n++) for (const one of [thread, into]) reply(one, tom);
    noteReading(rosa, thread.id, 2);
    noteReading(rosa, into.id, 3);
    noteReading(ines, into.id, 3);
    noteReading(abe, thread.id, 4);
    const positions = () => [rosa, ines, abe].map((who) => [readTo(who, thread), readTo(who, into)]);
    const before = positions();
    for (const order of ['appended', 'by-date'] as const) {
      merge(thread, into, order);
      expect(positions().map(([, number]) => number)).toEqual(order === 'appended' ? [6, 3, 8] : [6, 6, 7]);
      undo();
      expect(positions()).toEqual(before);
    }
    merge(thread, into);
    noteReading(ines, into.id, 8);
    undo();
    expect(positions()).toEqual([[2, 3], [4, 4], [4, 0]]);
    const made = at(split(into, of(into).slice(2).map((p) => p.id)).url);
    expect([rosa, ines].map((who) => [readTo(who, into), readTo(who, made)])).toEqual([[2, 1], [2, 2]]);
    noteReading(rosa, made.id, 2);
    undo();
    expect([readTo(rosa, into), readTo(ines, into)]).toEqual([4, 4]);
  });
});

test('positions are not put back by numbers that mean other posts since', () => {
  const [thread, into, third] = [start(), start(), start()];
  const readTo = (on: Thread) => db.select().from(threadReads).where(and(eq(threadReads.memberId, rosa.id), eq(threadReads.threadId, on.id))).get()?.number;
  reply(into);
  for (let n = 0; n < 2; n++) for (const one of [thread, third]) reply(one);
  split(third, of(third).slice(1).map((p) => p.id), { into: 'existing', target: String(into.id) });
  const moved = lastAct();
  noteReading(rosa, into.id, 2);
  noteReading(rosa, thread.id, 1);
  merge(thread, into);
  const merged = lastAct();
  expect(readTo(into)).toBe(5);
  undo(moved);
  expect(readTo(into)).toBe(3);
  noteReading(rosa, into.id, 5);
  undo(merged);
  expect([readTo(thread), readTo(into)]).toEqual([3, 2]);
});

describe('whose posts were moved', () => {
  const told = (who: Member) => listTold(who, null).told.filter(({ words }) => words.includes('moved')).map(({ words }) => words);
  const mail = () => membersWithLettersDue(later).forEach((id) => { mailNotifications(id, later); });
  const later = new Date(Date.now() + 600_000);
  beforeEach(() => { for (const table of [notifications, outbox]) db.delete(table).run(); });

  test('is told once where they stand now and why, by mail as they chose, whatever is muted; not who moved their own', () => {
    const thread = start(ines);
    const ids = [reply(thread, tom).id, reply(thread, rosa).id, reply(thread, tom).id, reply(thread, nadia).id];
    follow(tom, followInput.parse({ kind: 'thread', ref: String(thread.id), level: 'muted' }));
    setNotificationSettings(rosa, { started: 'following', replied: 'tracking', mail: 'none' });
    db.delete(notifications).run();
    const made = at(split(thread, ids).url);
    const words = `A coordinator has moved what you wrote to “${made.title}”. The reason given: Another question.`;
    expect([told(tom), told(rosa), told(ines), told(nadia)]).toEqual([[words], [words], [], []]);
    expect(openTold(tom, listTold(tom, null).told[0]?.id ?? 0)).toBe(`/posts/${ids[0]}`);
    db.update(notifications).set({ readAt: null }).run();
    mail();
    expect([lettersTo(tom.email), lettersTo(rosa.email)]).toEqual([[expect.objectContaining({ text: expect.stringContaining('moved what you wrote') as string })], []]);
    undo();
    expect([told(tom), told(rosa)]).toEqual([[`A coordinator has moved what you wrote to “${thread.title}”. The reason given: The move was undone.`], []]);
  });

  test('with a merge too, but not of what was removed', () => {
    const [thread, into] = [start(rosa), start(ines)];
    const { id } = reply(thread, tom);
    removePost(nadia, { postId: id, reason: 'Spam.' });
    db.delete(notifications).run();
    merge(thread, into);
    expect([told(rosa), told(tom), told(ines)]).toEqual([[`A coordinator has moved what you wrote to “${into.title}”. The reason given: The same question.`], [], []]);
    undo();
    expect([told(rosa), told(tom)]).toEqual([[], []]);
  });
});

describe('closing', () => {
  test('who started a thread says how it ended, and may open it again; coordinators too', () => {
    const thread = start();
    expect(() => closeThread(tom, { threadId: thread.id, reason: 'Enough.' })).toThrow(Denied);
    closeThread(rosa, { threadId: thread.id, reason: 'We went with two days.' });
    expect(findThread(null, thread.id)).toMatchObject({ closed: true, closing: { reason: 'We went with two days.', byAuthor: true } });
    expect(() => reply(thread)).toThrow(/closed.*two days/);
    expect(() => closeThread(rosa, { threadId: thread.id, reason: 'Again.' })).toThrow(/already/);
    expect(() => reopenThread(tom, { threadId: thread.id })).toThrow(Denied);
    // It is no act of the house: the log says nothing, and the desk does not name who did it.
    expect(readPublicLog(null).lines.some((l) => l.act === 'close thread')).toBe(false);
    expect(actsOn(nadia, thread.id)[0]).toMatchObject({ words: 'closed a thread', by: null });
    reopenThread(rosa, { threadId: thread.id });
    closeThread(nadia, { threadId: thread.id, reason: 'Settled elsewhere.' });
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'close thread', reason: 'Settled elsewhere.' });
    expect(() => reopenThread(rosa, { threadId: thread.id })).toThrow(/coordinator has closed/);
    undo();
    expect(findThread(null, thread.id).closing).toBeNull();
    lockThread(nadia, { threadId: thread.id, reason: 'Heat.' });
    expect(() => closeThread(rosa, { threadId: thread.id, reason: 'Mine.' })).toThrow(Denied);
  });
});

describe('undoing what was done to the thread itself', () => {
  test('rename, move, lock, pin and back: each becomes as it was, search and lists too', () => {
    const thread = start();
    reply(thread);
    const acts = [
      () => renameThread(nadia, { threadId: thread.id, title: 'A better title for it', reason: 'Clearer.' }), () => moveThread(nadia, { threadId: thread.id, forum: 'measures', reason: 'Tidying.' }),
      () => lockThread(nadia, { threadId: thread.id, reason: 'Heat.' }), () => pinThread(nadia, { threadId: thread.id, reason: 'In order.' }),
    ];
    const before = findThread(null, thread.id);
    for (const act of acts) {
      act();
      expect(findThread(nadia, thread.id)).not.toEqual(before);
      undo();
      expect(findThread(null, thread.id)).toEqual(before);
      expectOrder();
    }
    for (const act of acts) act();
    const done = listActs(nadia, null).acts.filter((a) => a.undoneAt === null && a.thread.url.includes(`/${thread.id}-`)).map((a) => a.id);
    for (const id of done) undo(id);
    expect(findThread(null, thread.id)).toEqual(before);
    for (const [act, back] of [[pinThread, unpinThread], [lockThread, unlockThread]] as const) {
      act(nadia, { threadId: thread.id, reason: 'x' });
      back(nadia, { threadId: thread.id, reason: 'In order.' });
      undo();
      expect(findThread(nadia, thread.id)).not.toEqual(before);
      undo(lastAct() - 1);
      expect(findThread(null, thread.id)).toEqual(before);
    }
  });

  test('a removal is listed too, but it is a decision, brought back by restoring or by taking the decision back; other acts are undone meanwhile', () => {
    const thread = start();
    reply(thread);
    pinThread(nadia, { threadId: thread.id, reason: 'In order.' });
    const pinned = lastAct();
    const decided = () => db.select().from(decisions).orderBy(desc(decisions.id)).limit(1).get();
    const listed = () => listActs(ines, null).acts.filter((act) => act.removal && act.thread.url === thread.url).map(({ words, reason, by, undoneBy }) => [words, reason, by?.name, undoneBy]);
    removeThread(nadia, { threadId: thread.id, reason: 'Spam.' });
    expect(listed()).toEqual([['removed a thread', 'Spam.', 'Nadia Okafor', null]]);
    expect(actsOn(nadia, thread.id).map((act) => act.id)).toEqual([pinned]);
    const { id: removal } = db.select({ id: threadActs.id }).from(threadActs).orderBy(desc(threadActs.id)).limit(1).get() ?? { id: 0 };
    expect(() => undo(removal)).toThrow(/restored on its own page/);
    undo();
    expect(findThread(nadia, thread.id)).toMatchObject({ removed: true, hidden: false, pinned: false });
    expect(() => findThread(rosa, thread.id)).toThrow(Gone);
    restoreThread(ines, { threadId: thread.id, reason: 'It is none.' });
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'restore thread', reason: 'It is none.' });
    expect(listed()).toEqual([['removed a thread', 'Spam.', 'Nadia Okafor', 'Inès Lévesque']]);
    expect(decided()?.undoneAt).not.toBeNull();
    expect(findThread(rosa, thread.id).removed).toBe(false);
    expect(() => restoreThread(nadia, { threadId: thread.id, reason: 'In order.' })).toThrow(/not removed/);
    removeThread(nadia, { threadId: thread.id, reason: 'Spam after all.' });
    undoDecision(nadia, { decisionId: decided()?.id ?? 0, reason: 'It is none.' });
    expect(findThread(rosa, thread.id).removed).toBe(false);
    expect(listed().map(([, reason, , undoneBy]) => [reason, undoneBy])).toEqual([['Spam after all.', 'Nadia Okafor'], ['Spam.', 'Inès Lévesque']]);
    expectOrder();
  });

  test('what was removed as a reply does not show when it opens its thread again', () => {
    const [one, two] = [start(), start()];
    const opening = of(one)[0]?.id ?? 0;
    merge(one, two);
    removePost(nadia, { postId: opening, reason: 'Spam.' });
    undo();
    const found = () => db.select().from(searchDocuments).where(and(eq(searchDocuments.kind, 'thread'), eq(searchDocuments.ref, String(one.id)))).get()?.body;
    expect(found()).toBe('');
    expectOrder();
    restorePost(nadia, { postId: opening, reason: 'In order.' });
    expect(found()).toMatch(/We wait/);
    expectOrder();
  });

  test('what was changed again since is undone in the order in which it was done', () => {
    const thread = start();
    renameThread(nadia, { threadId: thread.id, title: 'The second title of it', reason: 'Tidying.' });
    renameThread(nadia, { threadId: thread.id, title: 'The third title of it', reason: 'Tidying.' });
    expect(() => undo(lastAct() - 1)).toThrow(/undo that first/);
    expect(() => undo(999_999)).toThrow(NotFound);
    expect(() => undoThreadAct(rosa, { actId: lastAct() })).toThrow(Denied);
    expect(() => listActs(rosa, null)).toThrow(Denied);
  });
});

test('earlier and later threads of a forum are found, removed and merged ones are passed over', () => {
  const [one, two, three, four] = [start(), start(), start(), start()];
  merge(two, one);
  removeThread(nadia, { threadId: three.id, reason: 'x' });
  expect(neighboursOf(null, findThread(null, one.id)).later?.id).toBe(four.id);
  expect(neighboursOf(null, findThread(null, four.id))).toMatchObject({ earlier: { id: one.id }, later: null });
});

describe.each([1, 2, 3, 4])('random life %i', (seed) => {
  test('fifty acts, posts between them, and undoings in any order: no dead link, counters and search as counted anew', () => {
    const { from, chance, below } = randomFrom(seed);
    const forums = ['operations', 'measures'];
    const all = Array.from({ length: 6 }, () => start(from([rosa, tom]), from(forums)));
    const thread = () => findThread(nadia, from(all).id);
    const done: number[] = [];
    let refused = 0, undone = 0;
    /** Posts that a page has shown to somebody, as far as the hub could notice. */
    const seen = new Map([rosa, tom].map((who) => [who, new Set<number>()]));
    const unreadBy = (who: Member) => db.select({ id: posts.id }).from(posts).leftJoin(threadReads, and(eq(threadReads.threadId, posts.threadId), eq(threadReads.memberId, who.id)))
      .where(gt(posts.number, sql`coalesce(${threadReads.number}, 0)`)).all().map((p) => p.id);
    const reader = randomFrom(seed + 100);
    const read = (who: Member, on: Thread) => {
      const before = new Set(unreadBy(who));
      const number = 1 + reader.below(on.lastNumber);
      noteReading(who, on.id, number);
      const newly = of(on).filter((p) => p.number <= number);
      if (newly.some((p) => before.has(p.id))) for (const p of newly) seen.get(who)?.add(p.id);
    };
    const expectRead = () => { for (const [who, ids] of seen) expect(unreadBy(who).filter((id) => ids.has(id))).toEqual([]); };
    /** A refusal must leave nothing behind; what it says is tested elsewhere. */
    const attempt = (act: () => unknown) => {
      const before = lastAct();
      try { act(); } catch (error) {
        if (!(error instanceof Denied || error instanceof Invalid || error instanceof Gone || error instanceof TooMany)) throw error;
        refused++;
      }
      if (lastAct() > before) done.push(lastAct());
    };
    for (let n = 0; n < 50; n++) {
      forgetLimits();
      for (let r = below(4); r > 0; r--) attempt(() => createPost(from([rosa, tom, nadia]), { threadId: thread().id, body: `Words n${++written}. See [here](${thread().url}) and [there](/posts/${of(all[0] ?? thread())[0]?.id ?? 1}).` }));
      if (reader.chance(0.7)) read(reader.from([rosa, tom]), findThread(nadia, reader.from(all).id));
      const threadId = thread().id;
      from<() => void>([
        () => attempt(() => renameThread(nadia, { threadId, title: `A new title, the ${n}th`, reason: 'Tidying.' })),
        () => attempt(() => moveThread(nadia, { threadId, forum: from(forums), reason: 'Tidying.' })),
        () => attempt(() => lockThread(nadia, { threadId, reason: 'x' })),
        () => attempt(() => pinThread(nadia, { threadId, reason: 'In order.' })),
        () => attempt(() => removeThread(nadia, { threadId, reason: 'x' })),
        () => attempt(() => restoreThread(nadia, { threadId, reason: 'In order.' })),
        () => attempt(() => closeThread(nadia, { threadId, reason: 'x' })),
        () => attempt(() => removePost(nadia, { postId: from(of(findThread(nadia, threadId))).id, reason: 'x' })),
        ...Array<() => void>(4).fill(() => attempt(() => {
          const candidates = of(findThread(nadia, threadId)).slice(1).filter(() => chance(0.5)).map((p) => p.id);
          const { url } = split(findThread(nadia, threadId), candidates, chance(0.5) ? { title: `Split off as number ${n}`, forum: from(forums) } : { into: 'existing', target: String(from(all).id) });
          const made = findThread(nadia, Number(/\/(\d+)-/.exec(url)?.[1]));
          if (!all.some((t) => t.id === made.id)) all.push(made);
        })),
        ...Array<() => void>(4).fill(() => attempt(() => merge(findThread(nadia, threadId), thread(), from(['appended', 'by-date'])))),
      ])();
      if (chance(0.5) && done.length > 0) {
        const act = from(done);
        attempt(() => { undo(act); undone++; });
      }
      expectRead();
      if (n % 10 === 9) expectOrder();
    }
    // Backwards everything can be undone that has not been.
    for (const act of done.toReversed()) if (db.select().from(threadActs).where(eq(threadActs.id, act)).get()?.undoneAt === null) attempt(() => { undo(act); undone++; });
    expectRead();
    expectOrder();
    expect(undone).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(0);
  }, 60_000);
});

describe('what a thread may be merged into', () => {
  test('is offered: similar ones first, then the latest of its forum, never itself or what is out of view', () => {
    const make = (title: string, forum = 'operations') => createThread(rosa, { forum, kind: 'question', title, body: `Wombats again. ${++written}`, themes: [] });
    const thread = make('Do wombats call after midnight in Quispamsis?');
    const similar = make('When wombats call after midnight', 'measures');
    const gone = make('Wombats that call after midnight, again');
    removeThread(nadia, { threadId: gone.id, reason: 'Twice.' });
    const latest = make('Something else altogether');
    const targets = mergeTargets(nadia, thread);
    expect(targets.similar[0]?.id).toBe(similar.id);
    const all = [...targets.similar, ...targets.recent].map((t) => t.id);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain(latest.id);
    expect(all).not.toContain(thread.id);
    expect(all).not.toContain(gone.id);
    expect(() => mergeTargets(tom, thread)).toThrow(Denied);
    const others = () => { const { similar, recent } = mergeTargets(nadia, thread); return [...similar, ...recent].map((t) => t.id); };
    const forumId = findThread(nadia, similar.id).forumId ?? 0;
    closeForum(nadia, { forumId, reason: 'Over.' });
    expect(others()).not.toContain(similar.id);
    openForum(nadia, { forumId });
    expect(others()).toContain(similar.id);
    const asked = createThread(nadia, { forum: 'operations', kind: 'question', title: 'Wombats call after midnight: why?', body: 'For a colleague.', themes: [], nameless: true });
    expect(others()).not.toContain(asked.id);
    expect(mergeTargets(ines, thread).similar.map((t) => t.id)).toContain(asked.id);
    removeThread(nadia, { threadId: thread.id, reason: 'Twice.' });
    expect(whyPostsStay(nadia, findThread(nadia, thread.id))).toMatch(/bring it back first/);
  });

  test('is chosen, or named where it is not offered, and not both', () => {
    const [thread, other, third] = [start(), start(), start()];
    const input = (more: object) => mergeThreadsInput.parse({ threadId: thread.id, reason: 'The same.', ...more });
    for (const more of [{}, { pick: 'other' }, { pick: 'other', target: ' ' }, { pick: String(other.id), target: String(third.id) }]) expect(() => mergeThreads(nadia, input(more))).toThrow(Invalid);
    expect(mergeThreads(nadia, input({ pick: String(other.id), target: '' })).url).toBe(other.url);
    undo();
    expect(mergeThreads(nadia, input({ target: String(third.id) })).url).toBe(third.url);
  });

  test('is found by words, which name nothing themselves, also where posts are split off', () => {
    const thread = start();
    const { id } = reply(thread);
    const found = createThread(rosa, { forum: 'operations', kind: 'discussion', title: '311 lines for quokkas in Moncton', body: 'Some are heard.', themes: [] });
    const typed = '311 quokkas';
    expect(mergeTargets(nadia, thread, typed).found.map((row) => row.id)).toEqual([found.id]);
    for (const named of ['', found.url, String(found.id)]) expect(mergeTargets(nadia, thread, named).found).toEqual([]);
    const into = (more: object) => split(thread, [id], { into: 'existing', ...more });
    for (const more of [{}, { target: typed }, { pick: String(found.id), target: found.url }]) expect(() => into(more)).toThrow(Invalid);
    expect(() => mergeThreads(nadia, mergeThreadsInput.parse({ threadId: thread.id, target: typed, reason: 'The same.' }))).toThrow(/Choose one of the threads/);
    into({ pick: String(found.id), target: typed });
    expect(placeOfPost(null, id)).toBe(`${found.url}#post-2`);
    undo();
    into({ target: `${found.id}-311-lines` });
    expect(placeOfPost(null, id)).toBe(`${found.url}#post-2`);
  });
});

describe('changing what a thread is', () => {
  const kindOf = (thread: Thread) => findThread(null, thread.id).kind;
  const typesFound = (thread: Thread) => [...new Set(db.select({ type: searchDocuments.type }).from(searchDocuments).where(eq(searchDocuments.threadId, thread.id)).all().map((d) => d.type))];
  const make = (thread: Thread, kind: Thread['kind'], actor = nadia) => changeThreadKind(actor, { threadId: thread.id, kind, reason: 'Nothing is asked here.' });

  test('is logged with the reason, followed by search, and undone while it still holds', () => {
    const thread = start();
    reply(thread);
    make(thread, 'discussion');
    expect([kindOf(thread), typesFound(thread)]).toEqual(['discussion', ['discussion']]);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'change kind', object: thread.title, reason: 'Nothing is asked here.' });
    const act = lastAct();
    make(thread, 'announcement');
    expect(() => undo(act)).toThrow('changed again since');
    undo();
    undo(act);
    expect([kindOf(thread), typesFound(thread)]).toEqual(['question', ['question']]);
    expectOrder();
  });

  test('is for coordinators, and a kind it has already is no change', () => {
    const thread = start();
    expect(() => make(thread, 'discussion', tom)).toThrow(Denied);
    expect(() => make(thread, 'question')).toThrow(Invalid);
  });

  test('a question with an accepted answer stays one, also when undoing', () => {
    const thread = createThread(rosa, { forum: 'operations', kind: 'discussion', title: `How we call back ${++written}`, body: `Like so. ${written}`, themes: [] });
    const answer = reply(thread);
    make(thread, 'question');
    acceptAnswer(rosa, { postId: answer.id });
    expect(() => make(thread, 'discussion')).toThrow(Invalid);
    expect(() => undo()).toThrow(Denied);
    expect(kindOf(thread)).toBe('question');
  });

  test('what was asked without a name does not become what coordinators start', () => {
    const thread = createThread(rosa, { forum: 'operations', kind: 'question', title: `Asked for a colleague ${++written}`, body: `For them. ${written}`, themes: [], nameless: true });
    expect(() => make(thread, 'announcement')).toThrow(Invalid);
    make(thread, 'discussion');
    expect(findThread(null, thread.id).author.name).not.toBe(rosa.name);
  });

  test('what was accepted and went into a discussion neither shows there nor keeps it one', () => {
    const [thread, into] = [start(), createThread(tom, { forum: 'operations', kind: 'discussion', title: `How we call back ${++written}`, body: `Like so. ${written}`, themes: [] })];
    const { id } = reply(thread);
    acceptAnswer(rosa, { postId: id });
    merge(thread, into);
    expect(db.select().from(searchDocuments).where(eq(searchDocuments.threadId, into.id)).all().map((d) => d.accepted)).not.toContain(true);
    expect(listTold(tom, null).told.filter(({ words }) => words.includes('accepted') && words.includes(into.title))).toEqual([]);
    const old = new Date(Date.now() + 3 * 366 * 86_400_000);
    expect(oldAnswers(nadia, old).map(({ postId }) => postId)).not.toContain(id);
    make(into, 'announcement');
    make(into, 'question');
    expect(acceptedAnswersOf(findThread(null, into.id)).map(({ postId }) => postId)).toEqual([id]);
    expect(oldAnswers(nadia, old).map(({ postId }) => postId)).toContain(id);
    expect(() => make(into, 'announcement')).toThrow(Invalid);
    // Nobody could take back that a removed one is accepted.
    removeOwnPost(tom, { postId: id });
    make(into, 'discussion');
    expectOrder();
  });

  test('posts that come back with a merge leave no note that they are away, and nobody is told that they started what another did', () => {
    const thread = start();
    const [first, second] = [reply(thread).id, reply(thread).id];
    const made = at(split(thread, [first, second]).url);
    expect(listTold(rosa, null).told.filter(({ words }) => words.includes(made.title) && words.includes('replied')).map(({ why }) => why)).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('moved here since')));
    splitThread(nadia, splitThreadInput.parse({ threadId: made.id, posts: [second], into: 'existing', target: thread.url, reason: 'Back.' }));
    expect(movedFrom(thread.id, 1, 20)).toMatchObject([{ numbers: [2] }]);
    merge(made, thread);
    expect(movedFrom(thread.id, 1, 20)).toEqual([]);
    const again = at(split(thread, [first], { title: 'A question of its own, once more' }).url);
    expect(movedFrom(thread.id, 1, 20)).toMatchObject([{ numbers: [expect.any(Number)], to: { title: again.title } }]);
    merge(again, thread);
    expect(movedFrom(thread.id, 1, 20)).toEqual([]);
    expect(listTold(rosa, null).told.filter(({ words }) => words.includes(thread.title) && words.includes('replied')).map(({ why }) => why)).toEqual(Array.from({ length: 2 }, () => 'You are told because you started this thread.'));
  });

  test('what somebody started is told as written where it has been merged', () => {
    follow(ines, { kind: 'forum', ref: String(findThread(null, start().id).forumId), level: 'following' });
    const [thread, into] = [start(tom), start(rosa)];
    const words = () => listTold(ines, null).told.map((told) => told.words).filter((told) => told.includes(tom.name));
    expect(words()[0]).toBe(`${tom.name} started “${thread.title}”`);
    merge(thread, into);
    expect(words()[0]).toBe(`${tom.name} wrote in “${into.title}”`);
  });

  test('splitting chooses it; unless it is said, a question makes a question', () => {
    const thread = start();
    const ids = [reply(thread), reply(thread), reply(thread)].map(({ id }) => id);
    expect(at(split(thread, [ids[0] ?? 0]).url).kind).toBe('question');
    expect(at(split(thread, [ids[1] ?? 0], { kind: 'discussion' }).url).kind).toBe('discussion');
    acceptAnswer(rosa, { postId: ids[2] ?? 0 });
    const later = reply(thread).id;
    acceptAnswer(rosa, { postId: later });
    expect(() => split(thread, [ids[2] ?? 0, later], { kind: 'discussion' })).toThrow(Invalid);
    expectOrder();
  });

  test('an accepted answer that opens a thread of its own is no answer there, whatever that is; taken back it is one again', () => {
    for (const kind of ['question', 'discussion'] as const) {
      const thread = start();
      const { id } = reply(thread);
      acceptAnswer(rosa, { postId: id });
      const made = at(split(thread, [id], { kind }).url);
      expect(findThread(null, thread.id)).toMatchObject({ answered: false, waiting: true });
      expect(made).toMatchObject({ kind, answered: false, waiting: kind === 'question' });
      expect(listTold(tom, null).told.map(({ words }) => words).filter((words) => words.includes(made.title) && words.includes('accepted'))).toEqual([]);
      expect([acceptedAnswersOf(made), db.select().from(searchDocuments).where(and(eq(searchDocuments.kind, 'thread'), eq(searchDocuments.ref, String(made.id)))).all().map((d) => d.accepted)]).toEqual([[], [false]]);
      make(made, kind === 'question' ? 'discussion' : 'question');
      undo();
      expectOrder();
      undo(db.select().from(threadActs).where(eq(threadActs.act, 'split thread')).orderBy(threadActs.id).all().at(-1)?.id);
      expect(findThread(null, thread.id).answered).toBe(true);
      expect(acceptedAnswersOf(findThread(null, thread.id)).map(({ postId }) => postId)).toEqual([id]);
      expectOrder();
    }
  });
});

describe('what others did to a thread of one’s own', () => {
  const yours = /about yourself/;

  test('stays: a coordinator neither unlocks, reopens nor moves it back, nor undoes it', () => {
    const thread = start(nadia);
    const { id: threadId } = thread;
    lockThread(ines, { threadId, reason: 'Enough.' });
    expect(() => unlockThread(nadia, { threadId, reason: 'In order.' })).toThrow(yours);
    expect(() => undo()).toThrow(yours);
    expect(() => removeThread(nadia, { threadId, reason: 'A mistake.' })).toThrow(yours);
    expect([nadia, ines].map((who) => whyThreadNotRemoved(who, findThread(who, threadId)))).toEqual([expect.stringMatching(yours), null]);
    expect(actsOn(nadia, threadId).map((act) => act.mayUndo)).toEqual([false]);
    expect(actsOn(ines, threadId).map((act) => act.mayUndo)).toEqual([true]);
    unlockThread(ines, { threadId, reason: 'In order.' });
    moveThread(ines, { threadId, forum: 'measures', reason: 'It belongs there.' });
    expect(() => moveThread(nadia, { threadId, forum: 'operations', reason: 'Tidying.' })).toThrow(yours);
    closeThread(ines, { threadId, reason: 'Settled.' });
    expect(canReopen(nadia, findThread(nadia, threadId))).toBe(false);
    expect(() => reopenThread(nadia, { threadId })).toThrow(Denied);
    reopenThread(ines, { threadId });
  });

  test('nor do its posts go on elsewhere while another has locked it', () => {
    const thread = start(nadia);
    const answer = reply(thread).id;
    lockThread(ines, { threadId: thread.id, reason: 'Enough.' });
    const into = start(nadia);
    expect(() => merge(thread, into)).toThrow(yours);
    expect(() => split(thread, [answer])).toThrow(yours);
    expect(numbers(thread)).toEqual([1, 2]);
    // The forms say so before anything is filled in.
    expect(whyPostsStay(nadia, findThread(nadia, thread.id))).toMatch(yours);
    expect(whyPostsStay(ines, findThread(ines, thread.id))).toBeNull();
    unlockThread(ines, { threadId: thread.id, reason: 'In order.' });
    lockThread(nadia, { threadId: thread.id, reason: 'It goes on there.' });
    split(thread, [answer]);
    merge(thread, into);
    expect(numbers(thread)).toEqual([]);
  });

  test('nor where a decision moved it', () => {
    const thread = start(nadia);
    flagPost(rosa, { postId: of(thread)[0]?.id ?? 0, reason: 'off-topic', note: null, source: null });
    decide(ines, { caseId: openCases(ines, null).cases.at(-1)?.id ?? 0, outcome: 'move', reason: 'It belongs there.', forum: 'measures' });
    expect(() => moveThread(nadia, { threadId: thread.id, forum: 'operations', reason: 'Tidying.' })).toThrow(yours);
    moveThread(ines, { threadId: thread.id, forum: 'operations', reason: 'Tidying.' });
  });

  test('what they did themselves they take back, and what was done to threads of others', () => {
    const thread = start(nadia);
    const { id: threadId } = thread;
    lockThread(nadia, { threadId, reason: 'For now.' });
    unlockThread(nadia, { threadId, reason: 'In order.' });
    moveThread(nadia, { threadId, forum: 'measures', reason: 'Tidying.' });
    moveThread(nadia, { threadId, forum: 'operations', reason: 'Tidying.' });
    undo();
    closeThread(nadia, { threadId, reason: 'Settled.' });
    reopenThread(nadia, { threadId });
    const other = start(rosa);
    lockThread(ines, { threadId: other.id, reason: 'Enough.' });
    undo();
  });

  test('where there is nobody else they may', () => {
    const thread = start(nadia);
    lockThread(ines, { threadId: thread.id, reason: 'Enough.' });
    // The hub keeps an administrator who can act; one without a password is none.
    const kept = db.delete(passwords).where(eq(passwords.memberId, abe.id)).returning().get();
    const others = inArray(members.id, [ines.id, abe.id]);
    db.update(members).set({ suspendedUntil: addDays(new Date(), 1), suspendedReason: 'Away.' }).where(others).run();
    try {
      unlockThread(nadia, { threadId: thread.id, reason: 'In order.' });
    } finally {
      db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(others).run();
      if (kept) db.insert(passwords).values(kept).run();
    }
  });
});

test('every public act keeps order or does not: the totals by month and the narrowed log count the same', () => {
  expect(Object.keys(columnOfAct).sort()).toEqual([...publicActs].sort());
  const ordering = publicActs.filter((act) => columnOfAct[act] !== null);
  expect(publicActs.filter((act) => /\b(?:thread|threads|post|confirmation|versions|decision)\b/.test(act) && !ordering.includes(act))).toEqual([]);
  const before = { total: monthsOfOrder()[0]?.total ?? 0, listed: countListed() };
  for (const act of publicActs) recordAct(nadia, act, 'Something', null);
  const [month] = monthsOfOrder();
  expect(month?.total).toBe(before.total + ordering.length);
  expect(countListed()).toBe(before.listed + ordering.length);
  const { month: _, total, ...columns } = month!;
  expect(Object.values(columns).reduce((sum, n) => sum + n, 0)).toBe(total);

  function countListed(): number {
    const { lines, paging } = readPublicLog(null, 'order');
    return lines.length + Array.from({ length: paging.pages - 1 }, (_, n) => readPublicLog(String(n + 2), 'order').lines.length).reduce((sum, n) => sum + n, 0);
  }
});
