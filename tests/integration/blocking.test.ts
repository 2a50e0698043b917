import { beforeEach, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { db, follows, members, notifications, outbox, savedSearches, trustLevels } from '#db/client.ts';
import { Invalid } from '#domain/errors.ts';
import { acceptAnswer, unacceptAnswer } from '#domain/forum/accepting.ts';
import { blockMember, listBlocked, unblockMember } from '#domain/forum/blocking.ts';
import { follow, followLevelOf } from '#domain/forum/follows.ts';
import { findForum, listForums } from '#domain/forum/forums.ts';
import { countUnreadTold, listTold } from '#domain/forum/inbox.ts';
import { membersToMention } from '#domain/forum/mentions.ts';
import { tellMoved } from '#domain/forum/notifying.ts';
import { mailNotifications } from '#domain/forum/notification-letters.ts';
import { setNotificationSettings } from '#domain/forum/notification-settings.ts';
import { createPost, openingPost, postsOnPage } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { react, whoReacted } from '#domain/forum/reacting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, latestThreads, listThreads, liveliestThreads } from '#domain/forum/threads.ts';
import { countTracked, trackedUnread, unreadByForum, unreadOf } from '#domain/forum/unread.ts';
import { blockedBy, postsByBlocked } from '#domain/blocked.ts';
import { asMember } from '#domain/people/members.ts';
import { indexMember } from '#domain/people/searchable.ts';
import type { Member } from '#domain/people/types.ts';
import { listDirectory, readDirectoryAsk } from '#domain/profiles/directory.ts';
import { mailSavedSearches } from '#domain/saved-searches/letters.ts';
import { saveSearch } from '#domain/saved-searches/saving.ts';
import { likelyAnswers } from '#domain/search/likely-answers.ts';
import { blockedAmong, search } from '#domain/search/results.ts';
import { addDays } from '#lib/dates.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
let n = 0;

beforeEach(async () => {
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  forgetLimits();
  unblockMember(rosa, { memberId: tom.id });
  db.delete(notifications).run();
  db.delete(outbox).run();
  db.delete(follows).run();
});

const ask = (actor: Member, title = `A question about blocking ${++n}`, body = 'What do you think of this?') =>
  createThread(actor, { forum: 'operations', kind: 'question', title, body, themes: [], token: undefined });
const say = (actor: Member, threadId: number, body: string) => createPost(actor, { threadId, body: `${body} ${++n}`, token: undefined });
const told = (viewer: Member) => listTold(viewer, null).told;

describe('whoever is blocked', () => {
  test('notifies by no mention, quotation, reply or acceptance; the one who blocked may still write', () => {
    const thread = ask(tom).id;
    const answer = say(rosa, thread, 'Like this');
    blockMember(rosa, { memberId: tom.id });
    say(tom, thread, 'What does @rosa say?');
    say(tom, thread, quoteOf(tom, answer.id));
    acceptAnswer(tom, { postId: answer.id });
    expect(told(rosa)).toEqual([]);
    expect(db.select().from(notifications).where(eq(notifications.memberId, rosa.id)).all()).toEqual([]);
    say(nadia, thread, 'And what does @rosa say?');
    expect(told(rosa)).toHaveLength(1);
  });

  test('is gone from what was told before, and from letters that wait, at once and daily', () => {
    const thread = ask(tom).id;
    for (const mail of ['at-once', 'daily'] as const) {
      unblockMember(rosa, { memberId: tom.id });
      db.delete(notifications).run();
      db.delete(outbox).run();
      setNotificationSettings(rosa, { mail, started: 'following', replied: 'following' });
      say(tom, thread, 'A secret word: @rosa');
      say(nadia, thread, 'Also for @rosa');
      const later = addDays(new Date(), 1);
      expect(mailNotifications(rosa.id, later)).toBe(1);
      expect(lettersTo(rosa.email).at(-1)?.text).toContain('A secret word');
      blockMember(rosa, { memberId: tom.id });
      expect(lettersTo(rosa.email)).toEqual([]);
      expect([told(rosa).length, countUnreadTold(rosa)]).toEqual([1, 1]);
      expect(mailNotifications(rosa.id, later)).toBe(1);
      expect(lettersTo(rosa.email).at(-1)?.text).not.toContain('A secret word');
      expect(lettersTo(rosa.email).at(-1)?.text).toContain('Also for');
    }
  });

  test('is folded in threads and search, and not among likely answers, who reacted, mentions, the directory, lists of threads', () => {
    db.update(members).set({ listed: true }).run();
    for (const one of [rosa, tom, nadia]) indexMember(one.id);
    const asked = ask(tom, 'Which zebra crossing paint lasts longest', 'We paint zebra crossings every year.');
    const thread = asked.id;
    const mine = say(nadia, thread, 'Ours lasts');
    react(tom, { postId: mine.id, give: 'helpful', take: undefined });
    const seen = (viewer: Member) => ({
      posts: postsOnPage(viewer, findThread(viewer, thread), 1).map(({ folded }) => folded),
      search: search({ q: 'zebra crossing' }).results.map((r) => blockedAmong(viewer, [r]).size),
      person: search({ q: 'Achterberg' }).results.filter((r) => r.kind === 'member').map((r) => blockedAmong(viewer, [r]).size),
      likely: likelyAnswers(viewer, 'Which zebra crossing paint').length,
      reacted: whoReacted(viewer, mine.id).map(({ kind, members: who, blocked }) => [kind, who.map((m) => m.handle), blocked]),
      mention: membersToMention(viewer, 'tom').map((m) => m.handle),
      directory: listDirectory(viewer, readDirectoryAsk(new URLSearchParams())).members.map((m) => m.handle).includes('tom'),
      lists: listThreads(viewer, {}, null).threads.some((t) => t.id === thread),
    });
    const open = { posts: [false, false], search: [0], person: [0], likely: 1, reacted: [['helpful', ['tom'], 0]], mention: ['tom'], directory: true, lists: true };
    expect(seen(rosa)).toEqual(open);
    blockMember(rosa, { memberId: tom.id });
    expect(seen(rosa)).toEqual({ posts: [true, false], search: [1], person: [1], likely: 0, reacted: [['helpful', [], 1]], mention: [], directory: false, lists: false });
    expect(seen(nadia)).toEqual(open);
    // Whoever is blocked sees what they saw before.
    expect(membersToMention(tom, 'rosa').map((m) => m.handle)).toEqual(['rosa']);
    unblockMember(rosa, { memberId: tom.id });
    expect(seen(rosa)).toEqual(open);
  });

  test('is folded where others quote them, for whoever blocked them alone', () => {
    const thread = ask(tom, 'Who repaints zebra crossings', 'We do it in May.').id;
    const [opening] = postsOnPage(nadia, findThread(nadia, thread), 1);
    const theirs = say(rosa, thread, 'We do it in June, all of them');
    say(nadia, thread, `- ${quoteOf(nadia, opening?.id ?? 0).trim().replaceAll('\n', '\n  ')}\n\n${quoteOf(nadia, theirs.id)}Both are early.`);
    const seen = (viewer: Member | null) => postsOnPage(viewer, findThread(viewer, thread), 1).at(-1)?.html ?? '';
    const open = seen(rosa);
    blockMember(rosa, { memberId: tom.id });
    expect(seen(rosa)).toMatch(/^<ul>\s*<li>\s*<blockquote><p class="said-by"[^>]*><a [^>]*>Tom Achterberg wrote<\/a>:<\/p><details class="fold"><summary>You blocked this member\. Show it anyway<\/summary>\s*<p>We do it in May\.<\/p>\s*<\/details><\/blockquote>/);
    expect(seen(rosa).match(/<details/g)).toHaveLength(1);
    expect([seen(nadia), seen(tom), seen(null)]).toEqual([open, open, open]);
    expect(openingPost(rosa, findThread(rosa, thread))?.folded).toBe(true);
    unblockMember(rosa, { memberId: tom.id });
    expect(seen(rosa)).toBe(open);
  });

  test('is left out of what letters quote, for whoever blocked them', () => {
    const thread = ask(tom, 'Who counts wombats by night', 'We count them at dusk.').id;
    const [opening] = postsOnPage(nadia, findThread(nadia, thread), 1);
    follow(rosa, { kind: 'thread', ref: String(thread), level: 'following' });
    setNotificationSettings(rosa, { mail: 'daily', started: 'following', replied: 'following' });
    const letterAfter = (words: string) => {
      say(nadia, thread, `${quoteOf(nadia, opening?.id ?? 0)}${words}.`);
      mailNotifications(rosa.id, addDays(new Date(), 2));
      const letter = db.select().from(outbox).where(eq(outbox.to, rosa.email)).all().at(-1);
      return `${letter?.text} ${letter?.html}`;
    };
    expect(letterAfter('I agree')).toContain('at dusk');
    blockMember(rosa, { memberId: tom.id });
    db.delete(outbox).run();
    const letter = letterAfter('So do we');
    expect(letter).toMatch(/Tom Achterberg wrote.*You blocked this member.*So do we.*<blockquote>/s);
    expect(letter).not.toContain('at dusk');
    unblockMember(rosa, { memberId: tom.id });
  });

  test('is left out of a letter too where it is cut amid what is quoted', () => {
    const thread = ask(tom, 'Who counts finches by night', Array.from({ length: 25 }, (_, at) => `Sentence ${'abcdefghijklmnopqrstuvwxy'[at]} sees [the zebrafinch birds page](https://birds.example/zeb${at}).`).join(' ')).id;
    const [opening] = postsOnPage(nadia, findThread(nadia, thread), 1);
    follow(rosa, { kind: 'thread', ref: String(thread), level: 'following' });
    setNotificationSettings(rosa, { mail: 'daily', started: 'following', replied: 'following' });
    blockMember(rosa, { memberId: tom.id });
    for (let more = 0; more < 60; more += 5) {
      forgetLimits();
      db.delete(outbox).run();
      say(nadia, thread, `${'My own words. '.repeat(36)}${'x'.repeat(more)}\n\n${quoteOf(nadia, opening?.id ?? 0)}So it is`);
      mailNotifications(rosa.id, addDays(new Date(), 2));
      const letter = db.select().from(outbox).where(eq(outbox.to, rosa.email)).all().at(-1);
      expect(letter?.text).toContain('My own words');
      expect(`${letter?.text} ${letter?.html}`).not.toContain('zebrafinch');
    }
    unblockMember(rosa, { memberId: tom.id });
  });

  test('is in no letter about a saved search', () => {
    saveSearch(rosa, { query: 'q=wombat', name: 'Wombats' });
    blockMember(rosa, { memberId: tom.id });
    ask(tom, 'Who has wombat reports', 'A wombat was seen.');
    expect(mailSavedSearches(rosa.id, addDays(new Date(), 1))).toBe(0);
    ask(nadia, 'Another wombat report', 'A second wombat.');
    expect(mailSavedSearches(rosa.id, addDays(new Date(), 2))).toBe(1);
  });

  test('still reaches in office', () => {
    const thread = ask(rosa).id;
    blockMember(rosa, { memberId: nadia.id });
    tellMoved(nadia, [openingPost(nadia, findThread(nadia, thread))?.id ?? 0], 'It is about numbers.');
    expect(told(rosa).map(({ words }) => words)).toEqual([expect.stringContaining('It is about numbers.')]);
    unblockMember(rosa, { memberId: nadia.id });
  });

  test('is not folded where they write without their name', () => {
    const thread = createThread(tom, { forum: 'operations', kind: 'question', title: 'Asked for a colleague', body: 'Nobody knows who.', themes: [], token: undefined, nameless: true }).id;
    blockMember(rosa, { memberId: tom.id });
    const [post] = postsOnPage(rosa, findThread(rosa, thread), 1);
    expect([post?.author.handle, post?.folded]).toEqual(['', false]);
  });
});

/** All that a member observes of a question with this word that is asked without a name, and of what its asker does there, without what differs by chance. */
function observed(viewer: Member, asker: Member, word: string) {
  for (const table of [notifications, outbox, savedSearches]) db.delete(table).run();
  setNotificationSettings(viewer, { mail: 'daily', started: 'following', replied: 'following' });
  saveSearch(viewer, { query: `q=${word}`, name: 'Animals' });
  const operations = findForum('operations').id;
  follow(viewer, { kind: 'forum', ref: String(operations), level: 'following' });
  const unread = () => [countTracked(viewer), unreadByForum(viewer).get(operations) ?? 0];
  const before = unread();
  const { id } = createThread(asker, { forum: 'operations', kind: 'question', title: `Who has counted the ${word}`, body: `For a colleague: @rosa, how many ${word}?`, themes: [], token: undefined, nameless: true });
  const answer = say(viewer, id, 'Twelve');
  const other = say(nadia, id, 'Thirteen');
  say(asker, id, quoteOf(asker, answer.id));
  say(asker, id, 'And what does @rosa say now?');
  react(asker, { postId: other.id, give: 'helpful', take: undefined });
  react(asker, { postId: answer.id, give: 'thanks', take: undefined });
  const accepted = [acceptAnswer, unacceptAnswer, acceptAnswer].map((act) => (act(asker, { postId: answer.id }), told(viewer).map(({ words }) => words.replace(word, 'animal'))));
  const thread = findThread(viewer, id);
  const posts = postsOnPage(viewer, thread, 1);
  const later = addDays(new Date(), 1);
  const has = (rows: readonly { id: number }[]) => rows.some((row) => row.id === id);
  return {
    accepted, whys: told(viewer).map(({ why }) => why), told: countUnreadTold(viewer), unread: unread().map((now, at) => now - (before[at] ?? 0)), own: [...unreadOf(viewer, [id]).values()], among: trackedUnread(viewer).includes(id),
    mailed: [mailNotifications(viewer.id, later), mailSavedSearches(viewer.id, later)],
    letters: lettersTo(viewer.email).map(({ subject, text }) => [subject, text].map((words) => words.replaceAll(word, 'animal').replace(/https?:\S+/g, 'address').replace(/\d+/g, 'number'))),
    posts: posts.map(({ number, author, folded, reactions }) => ({ number, author, folded, reactions })), reacted: [other, answer].map((post) => whoReacted(viewer, post.id)), folded: postsByBlocked(viewer, posts.map((post) => post.id)).size,
    found: search({ q: word }).results.map((result) => [result.kind, blockedAmong(viewer, [result]).size]), likely: likelyAnswers(viewer, word).length,
    lists: [listThreads(viewer, {}, null).threads, listThreads(viewer, { followedBy: viewer.id }, null).threads, latestThreads(viewer, {}, 5), liveliestThreads(viewer, 50), trackedUnread(viewer).map((of) => ({ id: of }))].map(has),
    latest: listForums(viewer).find(({ slug }) => slug === 'operations')?.latest?.id === id, level: followLevelOf(viewer, 'thread', id),
  };
}

test.each([['blocked', 'capybara', 'pangolin'], ['muted', 'muskrat', 'buffalo']])('whoever asks without a name is observed alike, whether or not they are %s', (how, one, another) => {
  const yuri = asMember(db.insert(members).values({ name: 'Yuri Halvorsen', email: `yuri-${how}@test.example`, handle: `yuri-${how}`, emailConfirmedAt: new Date(), sample: true }).returning().get());
  db.insert(trustLevels).values({ memberId: yuri.id, level: 'member', locked: true }).run();
  if (how === 'blocked') blockMember(rosa, { memberId: tom.id });
  else follow(rosa, { kind: 'member', ref: String(tom.id), level: 'muted' });
  const stranger = observed(rosa, yuri, one);
  expect(stranger.accepted.map((words) => words.length)).toEqual([5, 4, 5]);
  expect(stranger.found).toContainEqual(['thread', 0]);
  expect(observed(rosa, tom, another)).toEqual(stranger);
});

test('blocking mutes, unblocking ends both, and nobody can be followed while blocked; oneself cannot be blocked', () => {
  blockMember(rosa, { memberId: tom.id });
  blockMember(rosa, { memberId: tom.id });
  expect(listBlocked(rosa).map((m) => m.handle)).toEqual(['tom']);
  expect(db.select().from(follows).where(eq(follows.memberId, rosa.id)).all().map((f) => f.level)).toEqual(['muted']);
  expect(() => follow(rosa, { kind: 'member', ref: String(tom.id), level: 'following' })).toThrow(Invalid);
  expect(() => blockMember(rosa, { memberId: rosa.id })).toThrow(Invalid);
  unblockMember(rosa, { memberId: tom.id });
  expect(db.select().from(follows).where(eq(follows.memberId, rosa.id)).all()).toEqual([]);
  expect([blockedBy(rosa).size, blockedBy(null).size, listBlocked(tom).length]).toEqual([0, 0, 0]);
});
