import { and, desc, eq, isNotNull, isNull } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, db, flags, follows, heldPosts, mailStops, members, notifications, notificationSettings, outbox, posts, readMarks, savedSearches, searchDocuments, threadReads, threads, trustLevels } from '#db/client.ts';
import { noAreas } from '#domain/people/areas.ts';
import { acceptCorrection } from '#domain/decisions/correcting.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { removePost, removeThread, restorePost } from '#domain/decisions/removing.ts';
import { submitPost, submitThread } from '#domain/decisions/submitting.ts';
import { Invalid } from '#domain/errors.ts';
import { acceptAnswer, unacceptAnswer } from '#domain/forum/accepting.ts';
import { createComment } from '#domain/forum/comments.ts';
import { follow, followInput, type FollowKind, type FollowLevel } from '#domain/forum/follows.ts';
import { countUnreadTold, listTold, openTold } from '#domain/forum/inbox.ts';
import { mailNotifications, membersWithLettersDue } from '#domain/forum/notification-letters.ts';
import { setNotificationSettings } from '#domain/forum/notification-settings.ts';
import { createPost, editPost, removeOwnPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { countTracked, trackedUnread, unreadByForum, unreadOf } from '#domain/forum/unread.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { stopMail, stopToken } from '#domain/mail/stopping.ts';
import { setHolding } from '#domain/moderation/holding.ts';
import { levelLimits } from '#domain/people/limits.ts';
import { stamp } from '#domain/people/traps.ts';
import type { Member } from '#domain/people/types.ts';
import { mailSavedSearches, membersWithSearchesDue } from '#domain/saved-searches/letters.ts';
import { saveSearch, saveSearchInput } from '#domain/saved-searches/saving.ts';
import { addDays, lastHour } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { askAboutAnswer } from '#domain/forum/old-answers.ts';
import { post } from '#domain/mail/outbox.ts';
import { noteShownIn } from '#domain/mail/withdrawing.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

/** Where following and being told meet what coordinators decide: nothing that is out of view is told, and every decision is. */
useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => {
  [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')];
  db.update(members).set({ createdAt: addDays(new Date(), -365) }).run();
  putCatalogue(catalogue([piece({ slug: 'a-work', title: 'A work' })]));
});
beforeEach(forgetLimits);
afterEach(() => { for (const table of [cases, heldPosts, notifications, follows, mailStops, notificationSettings, savedSearches, outbox, readMarks, threadReads, threads, searchDocuments]) db.delete(table).run(); });

let count = 0;
const start = (author: Member, body = 'Tell me.') => createThread(author, threadInput.parse({ forum: 'operations', title: `How do you count, number ${++count}`, body, kind: 'question', themes: [] }));
const reply = (author: Member, threadId: number, body = `Answer ${++count}`) => createPost(author, { threadId, body }).id;
const set = (who: Member, kind: FollowKind, ref: string | number, level: FollowLevel) => follow(who, followInput.parse({ kind, ref: String(ref), level }));
const told = (who: Member) => listTold(who, null).told.map(({ words }) => words);
const flag = (by: Member, postId: number, reason: (typeof flags.$inferSelect)['reason'] = 'attack', more: { note?: string; source?: string } = {}) => flagPost(by, flagPostInput.parse({ postId, reason, ...more }));
const caseOn = (postId: number) => db.select().from(cases).where(eq(cases.postId, postId)).all().at(-1)?.id ?? 0;
const openingOf = (threadId: number) => db.select().from(posts).where(and(eq(posts.threadId, threadId), eq(posts.number, 1))).get()?.id ?? 0;
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const mail = (now = later(3)) => membersWithLettersDue(now).map((member) => mailNotifications(member, now));
const sent = () => db.update(outbox).set({ sentAt: new Date() }).run();
const aboutPosts = (member: Member) => lettersTo(member.email).filter(({ subject }) => !/hidden|decision|flagged|correction/i.test(subject));
const typed = () => stamp(addDays(new Date(), -0.01));
function somebody(level: 'new' | 'trusted'): Member {
  const n = ++count;
  const row = db.insert(members).values({ name: `Member ${n}`, email: `member${n}@test.example`, handle: `member-${n}`, emailConfirmedAt: new Date(), createdAt: addDays(new Date(), -365) }).returning().get();
  db.insert(trustLevels).values({ memberId: row.id, level, locked: true }).run();
  return { id: row.id, name: row.name, email: row.email, handle: row.handle, role: 'member', areas: noAreas, sample: false, emailConfirmed: true, waiting: false, suspendedUntil: null };
}
/** Everything in which a member could meet what is new in a thread. */
const meets = (who: Member, threadId: number) => ({
  told: told(who).length, total: listTold(who, null).total, bell: countUnreadTold(who), unread: unreadOf(who, [threadId]).get(threadId)?.count ?? 0,
  forums: [...unreadByForum(who).values()].reduce((sum, n) => sum + n, 0), tracked: countTracked(who), list: trackedUnread(who).length,
});
const nothing = { told: 0, total: 0, bell: 0, unread: 0, forums: 0, tracked: 0, list: 0 };
const all = { told: 1, total: 1, bell: 1, unread: 1, forums: 1, tracked: 1, list: 1 };

const hidings: [string, (postId: number) => void][] = [
  ['three flags that count', (postId) => { for (let n = 0; n < 3; n++) flag(somebody('trusted'), postId); }],
  ['a resident’s personal data', (postId) => { flag(nadia, postId, 'personal-data'); }],
];

describe.each(hidings)('a post that is hidden by %s', (_, hide) => {
  test('is in no inbox, no count, no letter of any kind; kept, it is told as if nothing had been', () => {
    saveSearch(rosa, saveSearchInput.parse({ query: 'q=mulberry', name: 'Mulberry' }));
    const thread = start(rosa);
    const post = reply(tom, thread.id, 'Mulberry lives in Elm Street');
    expect(meets(rosa, thread.id)).toEqual(all);
    hide(post);
    expect(meets(rosa, thread.id)).toEqual(nothing);
    const tomorrow = addDays(lastHour(new Date(), settings().dailyHour), 1);
    expect(mail()).not.toContain(1);
    setNotificationSettings(rosa, { started: 'following', replied: 'tracking', mail: 'daily' });
    expect(mail(tomorrow)).not.toContain(1);
    const next = addDays(new Date(), 1);
    expect(membersWithSearchesDue(next).map((member) => mailSavedSearches(member, next))).toEqual([0]);
    expect(JSON.stringify(lettersTo(rosa.email))).not.toContain('Mulberry lives');
    decide(ines, { caseId: caseOn(post), outcome: 'keep', reason: 'Nothing of the kind.' });
    expect(meets(rosa, thread.id)).toEqual(all);
    expect(mail(tomorrow)).toEqual([1]);
    expect(lettersTo(rosa.email).filter(({ text }) => text.includes('Mulberry lives'))).toHaveLength(1);
    const after = addDays(new Date(), 2);
    expect(membersWithSearchesDue(after).map((member) => mailSavedSearches(member, after))).toEqual([1]);
  });

  test('and had been told before, is not told or mailed twice when it is kept', () => {
    saveSearch(rosa, saveSearchInput.parse({ query: 'q=mulberry', name: 'Mulberry' }));
    const thread = start(rosa);
    const post = reply(tom, thread.id, 'Mulberry lives in Elm Street');
    expect(mail()).toEqual([1]);
    const [one, two] = [addDays(new Date(), 1), addDays(new Date(), 2)];
    expect(membersWithSearchesDue(one).map((member) => mailSavedSearches(member, one))).toEqual([1]);
    sent();
    hide(post);
    decide(ines, { caseId: caseOn(post), outcome: 'keep', reason: 'Nothing of the kind.' });
    expect(meets(rosa, thread.id)).toEqual(all);
    expect([mail(), mail(addDays(new Date(), 1))].flat()).toEqual([]);
    expect(membersWithSearchesDue(two).map((member) => mailSavedSearches(member, two))).toEqual([0]);
    expect(aboutPosts(rosa)).toHaveLength(2);
  });

  test('as a whole thread: nothing of it is told', () => {
    set(rosa, 'member', tom.id, 'following');
    const thread = start(tom, 'Mulberry lives in Elm Street');
    reply(tom, thread.id);
    expect(meets(rosa, thread.id)).toMatchObject({ bell: 2, tracked: 1 });
    hide(openingOf(thread.id));
    expect({ ...meets(rosa, thread.id), unread: 0 }).toEqual(nothing);
    mail();
    expect(aboutPosts(rosa)).toEqual([]);
  });
});

describe.each(['at-once', 'daily'] as const)('letters that wait, %s,', (how) => {
  const tomorrow = addDays(lastHour(new Date(), settings().dailyHour), 1);
  const words = () => lettersTo(rosa.email).map(({ text }) => text).join();
  const thread = () => {
    setNotificationSettings(rosa, { started: 'following', replied: 'tracking', mail: how });
    return start(rosa);
  };

  test('do not tell of a post that was hidden, removed or taken back meanwhile; the rest they tell, and the post when it is shown again', () => {
    for (const [away, back] of [
      [(post: number) => flag(nadia, post, 'personal-data'), (post: number) => decide(ines, { caseId: caseOn(post), outcome: 'keep', reason: 'Nothing of the kind.' })],
      [(post: number) => removePost(nadia, { postId: post, reason: 'Spam.' }), (post: number) => restorePost(nadia, { postId: post, reason: 'In order.' })],
      [(post: number) => removeOwnPost(tom, { postId: post }), null],
    ] as const) {
      const { id } = thread();
      const post = reply(tom, id, 'Mulberry lives in Elm Street');
      reply(nadia, id, 'Quinces are ripe');
      expect(mail(tomorrow)).toEqual([1]);
      expect(words()).toMatch(/Mulberry[^]*Quinces/);
      away(post);
      expect(words()).toBe('');
      expect(mail(tomorrow)).toEqual([1]);
      expect(words()).not.toContain('Mulberry');
      expect(words()).toContain('Quinces');
      sent();
      back?.(post);
      expect(mail(addDays(tomorrow, 1)).filter((letters) => letters > 0)).toEqual(back ? [1] : []);
      expect(words().match(/Mulberry/g)?.length).toBe(back ? 1 : undefined);
      expect(words().match(/Quinces/g)).toHaveLength(1);
      for (const table of [notifications, outbox, threads]) db.delete(table).run();
    }
  });

  test('do not tell of a thread that was hidden or removed, nor quote a post that was', () => {
    const { id } = thread();
    const post = reply(tom, id, 'Mulberry lives in Elm Street twelve');
    reply(nadia, id, '> Mulberry lives in Elm Street twelve\n\nNot here.');
    mail(tomorrow);
    flag(nadia, post, 'personal-data');
    mail(tomorrow);
    expect(words()).toContain('Nadia Okafor replied');
    expect(words()).not.toContain('Mulberry');
    removeThread(ines, { threadId: id, reason: 'All of it.' });
    expect(aboutPosts(rosa).filter(({ subject }) => !subject.includes('decision'))).toEqual([]);
    expect(mail(tomorrow)).not.toContain(1);
  });
});

test('a letter of saved searches that waits is written anew without what was hidden, and tells it when it is shown', () => {
  saveSearch(rosa, saveSearchInput.parse({ query: 'q=mulberry', name: 'Mulberry' }));
  const thread = start(tom);
  const post = reply(tom, thread.id, 'Mulberry lives in Elm Street');
  reply(nadia, thread.id, 'A mulberry tree is black or white');
  const day = addDays(new Date(), 1);
  const searches = (now = day) => membersWithSearchesDue(now).map((member) => mailSavedSearches(member, now));
  const words = () => lettersTo(rosa.email).map(({ text }) => text).join();
  expect([searches(), searches()]).toEqual([[2], []]);
  flag(nadia, post, 'personal-data');
  expect(words()).toBe('');
  expect(searches()).toEqual([1]);
  expect(words()).not.toContain('Elm Street');
  sent();
  decide(ines, { caseId: caseOn(post), outcome: 'keep', reason: 'Nothing of the kind.' });
  expect([searches(), searches(addDays(day, 1)), searches(addDays(day, 2))]).toEqual([[], [1], [0]]);
});

describe('letters without a notification that wait', () => {
  const waiting = (who: Member) => db.select({ text: outbox.text }).from(outbox).where(and(eq(outbox.to, who.email), isNull(outbox.sentAt))).all().map(({ text }) => text).join('\n');

  test('about a flag that was decided do not name a thread that was removed meanwhile; the decision is mailed without it', () => {
    const thread = start(rosa);
    const post = reply(ines, thread.id);
    db.delete(notifications).run();
    flag(tom, post);
    decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'It is fine.' });
    expect(waiting(tom)).toContain(thread.title);
    removeThread(ines, { threadId: thread.id, reason: 'The title had to go.' });
    expect(waiting(tom)).not.toContain(thread.title);
    mail();
    expect(waiting(tom)).toContain('About a post that you flagged');
    expect(waiting(tom)).not.toMatch(/How do you count|how-do-you-count/);
  });

  test('to the owner of questions go when none of them stands, and not before', () => {
    const [one, two] = [start(rosa), start(rosa)];
    const letter = (threads: number[]) => noteShownIn(post(tom.email, 'Questions wait', ['Look at them']), threads.map(openingOf));
    letter([one.id]);
    letter([one.id, two.id]);
    expect(lettersTo(tom.email)).toHaveLength(2);
    removeThread(ines, { threadId: one.id, reason: 'x' });
    expect(lettersTo(tom.email)).toHaveLength(1);
    sent();
    removeThread(ines, { threadId: two.id, reason: 'x' });
    expect(lettersTo(tom.email)).toHaveLength(1);
  });

  test('about an old answer go with the answer', () => {
    const thread = start(rosa);
    const answer = reply(tom, thread.id);
    acceptAnswer(rosa, { postId: answer });
    db.update(posts).set({ createdAt: addDays(new Date(), -1000) }).where(eq(posts.id, answer)).run();
    askAboutAnswer(nadia, { postId: answer });
    expect(waiting(tom)).toContain(thread.title);
    removePost(ines, { postId: answer, reason: 'x' });
    expect(waiting(rosa)).not.toContain('still right');
  });

  test('that an answer was accepted go when that is taken back, and what else they told is told anew', () => {
    setNotificationSettings(tom, { started: 'following', replied: 'following', mail: 'daily' });
    const thread = start(rosa);
    const answer = reply(tom, thread.id);
    reply(ines, thread.id, 'I agree with that.');
    acceptAnswer(rosa, { postId: answer });
    mail(addDays(new Date(), 1));
    expect(waiting(tom)).toContain('accepted your answer');
    unacceptAnswer(rosa, { postId: answer });
    expect(waiting(tom)).toBe('');
    mail(addDays(new Date(), 1));
    expect(waiting(tom)).toContain('I agree with that.');
    expect(waiting(tom)).not.toContain('accepted');
    setNotificationSettings(tom, { started: 'following', replied: 'tracking', mail: 'at-once' });
  });
});

describe('what is shown again', () => {
  const edit = (who: Member, postId: number, body: string) => editPost(who, { postId, body });

  test('is told to those whom an edit named or quoted meanwhile, and to nobody twice', () => {
    const thread = start(rosa);
    const [post, quoted] = [reply(tom, thread.id, 'Medlar stands'), reply(abe, thread.id, 'A long enough sentence')];
    db.delete(notifications).where(eq(notifications.memberId, abe.id)).run();
    flag(nadia, post, 'personal-data');
    edit(tom, post, `Medlar stands, @nadia, @rosa and @ines\n\n${quoteOf(tom, quoted)}`);
    edit(tom, post, `Medlar stands, @nadia and @rosa\n\n${quoteOf(tom, quoted)}`);
    expect([told(nadia), told(ines), told(abe)]).toEqual([[], expect.anything(), []]);
    decide(ines, { caseId: caseOn(post), outcome: 'keep', reason: 'Fine.' });
    expect([told(nadia).slice(1), told(abe)]).toEqual([[`Tom Achterberg mentioned you in “${thread.title}”`], [`Tom Achterberg quoted you in “${thread.title}”`]]);
    expect(told(ines).join()).not.toContain('mentioned');
    expect(told(rosa).filter((words) => words.startsWith('Tom'))).toHaveLength(1);
    flag(nadia, post, 'personal-data');
    edit(tom, post, 'Medlar stands, @nadia, @rosa and @ines');
    db.update(posts).set({ createdAt: addDays(new Date(), -30) }).where(eq(posts.id, post)).run();
    removePost(abe, { postId: post, reason: 'After all.' });
    restorePost(abe, { postId: post, reason: 'In order.' });
    expect(told(ines).filter((words) => words.includes('mentioned'))).toHaveLength(1);
    expect(told(nadia).filter((words) => words.includes('mentioned'))).toHaveLength(1);
  });

  test('as a thread too; of what is old news only those it names are told, and nobody who has read it', () => {
    const thread = start(tom);
    const [post, old] = [reply(rosa, thread.id), reply(tom, thread.id)];
    db.update(posts).set({ createdAt: addDays(new Date(), -30) }).where(eq(posts.id, old)).run();
    for (const by of [nadia, ines, abe]) flag(by, openingOf(thread.id), 'attack');
    edit(tom, old, 'What does @abe say?');
    for (const who of [ines, abe, nadia]) db.insert(follows).values({ memberId: who.id, kind: 'thread', ref: String(thread.id), level: 'following' }).run();
    db.insert(threadReads).values({ memberId: nadia.id, threadId: thread.id, number: 3 }).run();
    decide(ines, { caseId: caseOn(openingOf(thread.id)), outcome: 'keep', reason: 'Fine.' });
    const about = (who: Member) => db.select({ postId: notifications.postId, kind: notifications.kind }).from(notifications).where(and(eq(notifications.memberId, who.id), isNotNull(notifications.postId))).orderBy(notifications.postId).all();
    expect(about(ines)).toEqual([{ postId: openingOf(thread.id), kind: 'new-thread' }, { postId: post, kind: 'reply' }]);
    expect(about(abe)).toEqual([...about(ines), { postId: old, kind: 'mention' }]);
    expect(about(nadia)).toEqual([]);
  });

  test('after days is mailed still, if it could have been when it went', () => {
    const thread = start(rosa);
    const post = reply(tom, thread.id, 'Medlar stands');
    const ago = addDays(new Date(), -10);
    db.update(notifications).set({ createdAt: ago }).run();
    db.update(posts).set({ createdAt: ago, removedAt: addDays(ago, 1), removedById: nadia.id, removedReason: 'x' }).where(eq(posts.id, post)).run();
    restorePost(nadia, { postId: post, reason: 'In order.' });
    expect(mail()).toEqual([1]);
    expect(aboutPosts(rosa)).toHaveLength(1);
  });
});

test('a letter about a post that quotes something hidden tells of it without its text', () => {
  const thread = start(rosa);
  const post = reply(tom, thread.id, 'Mulberry lives in Elm Street twelve');
  reply(nadia, thread.id, '> Mulberry lives in Elm Street twelve\n\nThat does not belong here.');
  flag(nadia, post, 'personal-data');
  mail();
  const [letter] = aboutPosts(rosa);
  expect(letter?.text).toContain('Nadia Okafor replied');
  expect(letter?.text).not.toContain('Mulberry');
});

test('a quotation in the first comment on a resource leaves search with what it quotes', () => {
  const post = reply(tom, start(rosa).id, 'Mulberry lives in Elm Street twelve');
  const { id } = createComment(nadia, { resourceId: 'article:a-work', body: `> Mulberry lives in Elm Street twelve\n\nSee [there](/posts/${post}).` });
  const body = () => db.select().from(searchDocuments).where(and(eq(searchDocuments.kind, 'post'), eq(searchDocuments.ref, String(id)))).get()?.body;
  expect(body()).toContain('Mulberry');
  flag(nadia, post, 'personal-data');
  expect(body()).not.toContain('Mulberry');
  expect(body()).toContain('See there');
});

describe('a post that is held', () => {
  test.each([['a reply', false], ['a thread', true]])('%s is told to nobody, and on approval to those whom an ordinary one is told', (_, opens) => {
    setHolding(abe, { hold: 'yes' });
    const author = somebody('new');
    const place = start(rosa);
    set(tom, 'forum', db.select({ id: threads.forumId }).from(threads).where(eq(threads.id, place.id)).get()?.id ?? 0, 'following');
    set(ines, 'thread', place.id, 'muted');
    set(nadia, 'member', author.id, 'first-post');
    const write = () => (opens ? submitThread(author, { forum: 'operations', kind: 'discussion', title: 'Whom do you ask first?', body: 'We ask the clerk.', themes: [], shown: typed() })
      : submitPost(author, { threadId: place.id, body: 'We ask the clerk.', shown: typed() }));
    const all_ = () => db.select({ member: notifications.memberId, kind: notifications.kind, reason: notifications.reason, ref: notifications.reasonRef, mailed: notifications.mailedAt }).from(notifications)
      .where(eq(notifications.actorId, author.id)).orderBy(notifications.memberId).all();
    expect(write().held).toBe(true);
    expect(all_()).toEqual([]);
    mail();
    decide(ines, { caseId: db.select().from(cases).orderBy(desc(cases.id)).get()?.id ?? 0, outcome: 'approve', reason: 'A person.' });
    const approved = all_();
    db.delete(notifications).run();
    db.update(posts).set({ createdAt: addDays(new Date(), -1) }).where(eq(posts.authorId, author.id)).run();
    db.update(threads).set({ createdAt: addDays(new Date(), -1) }).where(eq(threads.authorId, author.id)).run();
    setHolding(abe, { hold: 'no' });
    expect(write().held).toBe(false);
    expect(approved).toEqual(all_());
    expect(approved.map(({ member }) => member)).toEqual(opens ? [tom.id, nadia.id] : [rosa.id, tom.id]);
  });
});

describe('an accepted answer', () => {
  test('is told once to its author, is not when it is one’s own or the thread is muted, and withdrawn with the acceptance', () => {
    const thread = start(rosa);
    const [post, own, other] = [reply(tom, thread.id), reply(rosa, thread.id), reply(nadia, thread.id)];
    db.delete(notifications).run();
    for (let n = 0; n < 2; n++) acceptAnswer(rosa, { postId: post });
    acceptAnswer(nadia, { postId: post });
    expect(told(tom)).toEqual([`Rosa Delgado accepted your answer in “${thread.title}”`]);
    acceptAnswer(rosa, { postId: own });
    expect(told(rosa)).toEqual([]);
    set(nadia, 'thread', thread.id, 'muted');
    acceptAnswer(rosa, { postId: other });
    expect(told(nadia)).toEqual([]);
    unacceptAnswer(rosa, { postId: post });
    expect([told(tom), countUnreadTold(tom)]).toEqual([[], 0]);
    mail();
    expect(lettersTo(tom.email)).toEqual([]);
  });

  test('accepted, taken back and accepted again is told and mailed once, by whom as it stands', () => {
    const thread = start(rosa);
    const post = reply(tom, thread.id);
    db.delete(notifications).run();
    for (let n = 0; n < 3; n++) {
      acceptAnswer(n === 2 ? nadia : rosa, { postId: post });
      expect(told(tom)).toEqual([`${n === 2 ? 'Nadia Okafor' : 'Rosa Delgado'} accepted your answer in “${thread.title}”`]);
      mail();
      // Once it was sent; before that it would be taken back.
      sent();
      unacceptAnswer(rosa, { postId: post });
      expect([told(tom), countUnreadTold(tom)]).toEqual([[], 0]);
    }
    expect(lettersTo(tom.email)).toHaveLength(1);
    acceptAnswer(rosa, { postId: post });
    openTold(tom, listTold(tom, null).told[0]?.id ?? 0);
    unacceptAnswer(rosa, { postId: post });
    acceptAnswer(rosa, { postId: post });
    expect([told(tom).length, countUnreadTold(tom)]).toEqual([1, 0]);
  });
});

describe('decisions in the inbox', () => {
  const words = 'About your post: a coordinator has removed it.';
  test('author and flaggers are told, without names, titles or a second letter, whatever they have muted or stopped', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread.id, 'Quince, you fool');
    for (const who of [rosa, tom]) {
      set(who, 'thread', thread.id, 'muted');
      set(who, 'member', nadia.id, 'muted');
      stopMail({ token: stopToken(who.id, 'notifications') });
      setNotificationSettings(who, { started: 'following', replied: 'tracking', mail: 'none' });
    }
    db.delete(notifications).run();
    flag(tom, post, 'attack', { note: 'Calls a colleague a fool.' });
    const { decisionId } = decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'It attacks a person.' });
    const where = ` The thread is “${thread.title}”.`;
    expect(told(rosa)).toEqual([words + where]);
    expect(told(tom)).toEqual([`About a post that you flagged: a coordinator has removed it.${where}`]);
    expect(listTold(tom, null).told[0]?.why).toContain('you flagged it');
    for (const who of [rosa, tom]) {
      expect(JSON.stringify(db.select().from(notifications).where(eq(notifications.memberId, who.id)).all())).not.toMatch(/Tom|Rosa|Nadia|Quince|fool|attacks|How do you count|how-do-you-count/);
      expect(lettersTo(who.email)).toHaveLength(1);
    }
    for (const who of [rosa, tom]) setNotificationSettings(who, { started: 'following', replied: 'tracking', mail: 'at-once' });
    db.delete(mailStops).run();
    mail();
    mail(addDays(new Date(), 1));
    for (const who of [rosa, tom]) expect(lettersTo(who.email)).toHaveLength(1);
    expect(openTold(rosa, listTold(rosa, null).told[0]?.id ?? 0)).toBe(`/appeals/${decisionId}`);
    expect(openTold(tom, listTold(tom, null).told[0]?.id ?? 0)).toBe(`/posts/${post}`);
    undoDecision(ines, { decisionId, reason: 'Too strict.' });
    expect(told(rosa)[0]).toBe(`About your post: a coordinator has taken the decision back. It will be decided anew.${where}`);
    removeThread(nadia, { threadId: thread.id, reason: 'The title too.' });
    expect(JSON.stringify([told(rosa), told(tom)])).not.toContain(thread.title);
  });

  test('the letter to flaggers does not name a thread that is out of view', () => {
    const thread = start(rosa);
    for (const by of [tom, nadia]) flag(by, openingOf(thread.id), 'personal-data');
    decide(nadia, { caseId: caseOn(openingOf(thread.id)), outcome: 'remove', reason: 'So it is.' });
    expect(lettersTo(tom.email).at(-1)?.text).toContain('You told us about a thread. A coordinator has removed it.');
    expect(JSON.stringify(lettersTo(tom.email))).not.toMatch(/How do you count|how-do-you-count/);
    expect(told(rosa)).toEqual(['About your thread: a coordinator has removed it.', 'Your thread is hidden until a coordinator has looked at it. You can edit it meanwhile.']);
  });

  test('corrections too, and a coordinator’s own decision about what they flagged not', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread.id);
    const where = ` The thread is “${thread.title}”.`;
    db.delete(notifications).run();
    flag(tom, post, 'inaccurate', { note: 'It was 1999.', source: 'The report' });
    expect(told(rosa)).toEqual([`A reader proposes a correction to your post: accept or answer it.${where}`]);
    acceptCorrection(rosa, { caseId: caseOn(post) });
    expect(told(tom)).toEqual([`An author has accepted the correction that you proposed.${where}`]);
    const other = reply(rosa, start(rosa).id);
    flag(nadia, other);
    decide(nadia, { caseId: caseOn(other), outcome: 'remove', reason: 'x' });
    expect(told(nadia)).toEqual([]);
  });
});

describe('what a level allows', () => {
  test('a refused attempt does not count, the limit is told with the level and its end, and a form sent twice counts once', () => {
    const author = somebody('new');
    const place = start(rosa);
    const write = (body: string, website: string | null = null) => submitPost(author, { threadId: place.id, body, token: `form of ${body}`, shown: typed(), website });
    for (let n = 0; n < 8; n++) expect(() => write(`Look at https://one.example/${n}, https://two.example and https://three.example`)).toThrow(Invalid);
    for (let n = 2; n < levelLimits.new.postsPerHour; n++) write(`We count the calls of week ${n}.`);
    const [last, held] = [write('We count the visits as well, on paper.'), write('We count the letters, too.', 'https://robot.example')];
    expect(write('We count the visits as well, on paper.')).toEqual(last);
    expect(write('We count the letters, too.', 'https://robot.example')).toEqual(held);
    const refused = (): Error => {
      try {
        write('And one more.');
      } catch (error) {
        if (error instanceof Error) return error;
      }
      throw new Error('It was not refused.');
    };
    for (let n = 0; n < 3; n++) expect(JSON.stringify(refused())).toMatch(/A new member can write 5 posts an hour\. Please try again in (60|59) minutes\./);
    expect(db.select().from(posts).where(eq(posts.authorId, author.id)).all()).toHaveLength(levelLimits.new.postsPerHour - 1);
  });
});
