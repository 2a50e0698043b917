import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, confirmations, db, forums, log, members, posts, searchDocuments, threads } from '#db/client.ts';
import { removePost, removeThread, restorePost } from '#domain/decisions/removing.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { acceptAnswer, canAccept, unacceptAnswer } from '#domain/forum/accepting.ts';
import { acceptedAnswersOf } from '#domain/forum/answers.ts';
import { closeThread, reopenThread } from '#domain/forum/closing.ts';
import { canConfirmIn, confirmationBy, confirmationsBetween, confirmInput, confirmPost, ownConfirmation, unconfirmPost } from '#domain/forum/confirming.ts';
import { jsonLdOfThread } from '#domain/forum/json-ld.ts';
import { lockThread, unlockThread } from '#domain/forum/moderating.ts';
import { askAboutAnswer, oldAnswers, reconfirmAnswer } from '#domain/forum/old-answers.ts';
import { createPost, findPost, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, type Thread } from '#domain/forum/threads.ts';
import { setHolding } from '#domain/moderation/holding.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import { levelLimits } from '#domain/people/limits.ts';
import { asMember } from '#domain/people/members.ts';
import { formerMember } from '#domain/people/former.ts';
import type { Member } from '#domain/people/types.ts';
import { addMonths } from '#lib/dates.ts';
import { flagConfirmation, flaggedConfirmation, flaggedConfirmations, keepConfirmation, removeConfirmation, takeBackConfirmation } from '#domain/decisions/flagging-confirmations.ts';
import { listTold } from '#domain/forum/inbox.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(forgetLimits);

let written = 0;
const ask = (kind: 'question' | 'discussion' = 'question') => createThread(rosa, { forum: 'operations', kind, title: `Who picks up the phone at night? ${++written}`, body: 'We close at **five** o’clock.', themes: [] });
const answer = (thread: Thread, by = tom, body = `A neighbouring county does it for us. ${++written}`) => createPost(by, { threadId: thread.id, body }).id;
const now = (thread: Thread) => findThread(null, thread.id);
const setBack = (postId: number, months: number) => db.update(posts).set({ createdAt: addMonths(new Date(), -months) }).where(eq(posts.id, postId)).run();
const said = { place: 'Alder Springs, CO', year: 2026, note: null };

describe('accepted answers', () => {
  test('the asker accepts several; they stand in the order of the thread, and search knows', () => {
    const thread = ask();
    const [first, second] = [answer(thread), answer(thread, nadia, 'x '.repeat(400))];
    expect(now(thread).answered).toBe(false);
    acceptAnswer(rosa, { postId: second });
    expect(acceptAnswer(rosa, { postId: first }).url).toBe(`${thread.url}#post-2`);
    acceptAnswer(rosa, { postId: first });
    expect(acceptedAnswersOf(now(thread))).toMatchObject([
      { postId: first, author: 'Tom Achterberg', whole: true, acceptedBy: 'the asker', url: `${thread.url}#post-2`, old: null }, { postId: second, author: 'Nadia Okafor', whole: false },
    ]);
    expect(acceptedAnswersOf(now(thread))[1]?.words.length).toBeLessThanOrEqual(302);
    expect(now(thread)).toMatchObject({ answered: true, waiting: false });
    expect(db.select({ accepted: searchDocuments.accepted }).from(searchDocuments).where(eq(searchDocuments.threadId, thread.id)).all()).toEqual([{ accepted: true }, { accepted: true }, { accepted: true }]);
    expect(db.select().from(log).all()).toEqual([]);
  });

  test('a coordinator accepts too, once in the log; taken back it is gone', () => {
    const thread = ask();
    const id = answer(thread);
    acceptAnswer(nadia, { postId: id });
    acceptAnswer(nadia, { postId: id });
    expect(acceptedAnswersOf(now(thread))).toMatchObject([{ acceptedBy: 'Nadia Okafor' }]);
    expect(db.select().from(log).all().filter((line) => line.act === 'accept answer')).toHaveLength(1);
    unacceptAnswer(rosa, { postId: id });
    expect(acceptedAnswersOf(now(thread))).toEqual([]);
  });

  test('who is neither may not; the question, a removed reply and a discussion have no answer', () => {
    const thread = ask();
    const id = answer(thread);
    const opening = postsOnPage(null, thread, 1)[0]?.id ?? 0;
    const talk = ask('discussion');
    const remark = answer(talk);
    const gone = answer(thread);
    removeOwnPost(tom, { postId: gone });
    expect(() => acceptAnswer(tom, { postId: id })).toThrow(Denied);
    expect(() => acceptAnswer(rosa, { postId: opening })).toThrow(Denied);
    expect(() => acceptAnswer(rosa, { postId: gone })).toThrow(Denied);
    expect(() => acceptAnswer(nadia, { postId: remark })).toThrow(Denied);
  });

  test('an accepted answer that is removed is no answer any more until it is back', () => {
    const thread = ask();
    const id = answer(thread);
    acceptAnswer(rosa, { postId: id });
    removePost(nadia, { postId: id, reason: 'Names a resident.' });
    expect(now(thread).answered).toBe(false);
    expect(acceptedAnswersOf(now(thread))).toEqual([]);
    expect(db.select().from(searchDocuments).where(eq(searchDocuments.threadId, thread.id)).all()).toMatchObject([{ kind: 'thread', accepted: false }]);
    restorePost(nadia, { postId: id, reason: 'In order.' });
    expect(now(thread).answered).toBe(true);
  });

  test('from 24 months on it shows its age, coordinators ask once, and being confirmed takes it off their list', () => {
    const thread = ask();
    const [young, old] = [answer(thread), answer(thread)];
    for (const postId of [young, old]) acceptAnswer(rosa, { postId });
    setBack(young, 23);
    setBack(old, 37);
    expect(acceptedAnswersOf(now(thread)).map((a) => a.old)).toEqual([null, { years: 3, confirmed: null }]);
    expect(oldAnswers(nadia).map((a) => a.postId)).toEqual([old]);
    expect(() => oldAnswers(tom)).toThrow(Denied);
    expect(() => askAboutAnswer(nadia, { postId: young })).toThrow(Denied);
    askAboutAnswer(nadia, { postId: old });
    expect(() => askAboutAnswer(ines, { postId: old })).toThrow('already');
    for (const { email } of [rosa, tom]) expect(lettersTo(email).filter((l) => l.subject.includes(thread.title))).toMatchObject([{ text: expect.stringContaining(`/posts/${old}`) }]);
    expect(oldAnswers(nadia)).toMatchObject([{ postId: old, askedAt: expect.any(Date) }]);
    const before = changes();
    reconfirmAnswer(tom, { postId: old });
    expect(changes()).toBe(before + 1);
    expect(oldAnswers(nadia)).toEqual([]);
    expect(acceptedAnswersOf(now(thread))[1]?.old).toMatchObject({ years: 3, confirmed: expect.any(Date) });
    const other = answer(thread, nadia);
    acceptAnswer(rosa, { postId: other });
    expect(() => reconfirmAnswer(tom, { postId: other })).toThrow(Denied);
  });

  test('a colleague for whom it works confirms an old answer too', () => {
    const thread = ask();
    const id = answer(thread);
    acceptAnswer(rosa, { postId: id });
    setBack(id, 30);
    expect(oldAnswers(nadia).map((a) => a.postId)).toContain(id);
    confirmPost(ines, { postId: id, ...said });
    expect(oldAnswers(nadia).map((a) => a.postId)).not.toContain(id);
  });
});

describe('works for us too', () => {
  test('one a member and post, edited and taken back by its author', () => {
    const thread = ask();
    const id = answer(thread);
    db.update(members).set({ place: 'Fir County' }).where(eq(members.id, ines.id)).run();
    expect(ownConfirmation(ines, id)).toMatchObject({ said: false, place: 'Fir County', year: new Date().getUTCFullYear(), note: '' });
    confirmPost(ines, { postId: id, ...said });
    confirmPost(nadia, { postId: id, ...said, year: 2024, note: 'Since the merger.' });
    confirmPost(ines, { postId: id, ...said, place: 'Fir County' });
    const vendors = () => confirmationsBetween(thread.id, 1, 20).get(id)?.map(({ vendor }) => vendor);
    expect(vendors()).toEqual([false, false]);
    db.update(members).set({ vendor: true }).where(eq(members.id, nadia.id)).run();
    expect(vendors()).toEqual([false, true]);
    db.update(members).set({ vendor: false }).where(eq(members.id, nadia.id)).run();
    expect(confirmationsBetween(thread.id, 1, 20).get(id)).toMatchObject([{ name: 'Inès Lévesque', place: 'Fir County', year: 2026 }, { name: 'Nadia Okafor', note: 'Since the merger.' }]);
    expect(ownConfirmation(ines, id)).toMatchObject({ said: true, place: 'Fir County' });
    unconfirmPost(ines, { postId: id });
    expect(confirmationsBetween(thread.id, 1, 20).get(id)).toHaveLength(1);
    expect(() => unconfirmPost(ines, { postId: id })).toThrow(NotFound);
  });

  test('not by who answered, not by who asked, not of a question or a discussion', () => {
    const thread = ask();
    const id = answer(thread);
    const remark = answer(ask('discussion'));
    const opening = postsOnPage(null, thread, 1)[0]?.id ?? 0;
    for (const [who, postId] of [[tom, id], [rosa, id], [ines, opening], [ines, remark]] as const) expect(() => confirmPost(who, { postId, ...said })).toThrow(Denied);
    removeThread(nadia, { threadId: thread.id, reason: 'Twice here.' });
    expect(() => confirmPost(nadia, { postId: id, ...said })).toThrow(Denied);
  });

  test('a year between 2000 and the next, a place, a short note; the database says so too', () => {
    const id = answer(ask());
    const parse = (more: object) => confirmInput.safeParse({ postId: id, place: 'Fir County', year: '2026', ...more }).success;
    expect([{}, { year: '1999' }, { year: 'soon' }, { place: ' ' }, { note: 'x'.repeat(201) }, { note: '' }].map(parse)).toEqual([true, false, false, false, false, true]);
    expect(() => confirmPost(ines, { postId: id, ...said, year: new Date().getUTCFullYear() + 2 })).toThrow(Invalid);
    for (const wrong of [{ year: 1999 }, { year: new Date().getUTCFullYear() + 2 }, { place: ' ' }, { note: 'x'.repeat(201) }]) {
      expect(() => db.insert(confirmations).values({ postId: id, memberId: ines.id, ...said, ...wrong }).run()).toThrow(/CHECK/);
    }
  });
});

describe('for search engines', () => {
  const hub = { name: 'Hub', url: 'https://hub.test' };
  const nodeOf = (thread: Thread) => {
    const shown = postsOnPage(null, now(thread), 1);
    const [opening] = shown;
    if (!opening) throw new Error('No opening post.');
    return jsonLdOfThread(now(thread), shown, opening, new Set(acceptedAnswersOf(now(thread)).map((a) => a.postId)), hub);
  };

  test('a question is a QAPage with its accepted and its other answers', () => {
    const thread = ask();
    const [yes, no] = [answer(thread), answer(thread, nadia)];
    acceptAnswer(rosa, { postId: yes });
    removeOwnPost(tom, { postId: answer(thread) });
    expect(nodeOf(thread)).toMatchObject({
      '@context': 'https://schema.org', '@type': 'QAPage', url: hub.url + thread.url,
      mainEntity: {
        '@type': 'Question', name: thread.title, text: 'We close at five o’clock.', answerCount: 2, datePublished: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        author: { '@type': 'Person', name: 'Rosa Delgado', url: 'https://hub.test/members/rosa' },
        acceptedAnswer: [{ '@type': 'Answer', '@id': `https://hub.test/posts/${yes}`, url: `${hub.url}${thread.url}#post-2`, text: expect.any(String), author: { name: 'Tom Achterberg' } }],
        suggestedAnswer: [{ '@type': 'Answer', '@id': `https://hub.test/posts/${no}` }],
      },
    });
  });

  test('who has left has no page', () => {
    const thread = ask('discussion');
    answer(thread);
    db.update(posts).set({ authorId: formerMember() }).where(eq(posts.threadId, thread.id)).run();
    expect(nodeOf(thread)).toMatchObject({ comment: [{ author: { '@type': 'Person', name: 'A former member' } }] });
    expect(JSON.stringify(nodeOf(thread))).not.toContain('/members/');
  });

  test('a question without an answer has none', () => {
    expect(Object.keys((nodeOf(ask()) as { mainEntity: object }).mainEntity)).not.toEqual(expect.arrayContaining(['acceptedAnswer']));
  });

  test('anything else is a DiscussionForumPosting with comments', () => {
    const thread = ask('discussion');
    answer(thread);
    expect(nodeOf(thread)).toMatchObject({
      '@type': 'DiscussionForumPosting', headline: thread.title, text: 'We close at five o’clock.', commentCount: 1, author: { url: 'https://hub.test/members/rosa' },
      comment: [{ '@type': 'Comment', author: { name: 'Tom Achterberg', url: 'https://hub.test/members/tom' }, datePublished: expect.any(String) }],
    });
  });
});

describe('works for us too, kept in order', () => {
  function newcomer(): Member {
    const n = ++written;
    return asMember(db.insert(members).values({ name: `Newcomer ${n}`, email: `newcomer${n}@test.example`, handle: `newcomer-${n}`, emailConfirmedAt: new Date() }).returning().get());
  }

  test('a coordinator takes one away with a reason, which the log keeps and its author is told', () => {
    const thread = ask();
    const id = answer(thread);
    confirmPost(ines, { postId: id, place: 'Jane Roe, 555-123-4567', year: 2026, note: null });
    const about = { postId: id, memberId: ines.id };
    expect(() => confirmationBy(rosa, about)).toThrow(Denied);
    expect(() => removeConfirmation(tom, { ...about, reason: 'I dislike it.' })).toThrow(Denied);
    expect(() => confirmationBy(nadia, { postId: id, memberId: tom.id })).toThrow(NotFound);
    expect(confirmationBy(nadia, about)).toMatchObject({ post: { id }, confirmation: { name: 'Inès Lévesque', place: 'Jane Roe, 555-123-4567' } });
    removeConfirmation(nadia, { ...about, reason: 'It names a resident.' });
    expect(confirmationsBetween(thread.id, 1, 20).get(id)).toBeUndefined();
    expect(readPublicLog(null, 'order').lines[0]).toMatchObject({ act: 'remove confirmation', object: `a post in “${thread.title}”`, reason: 'It names a resident.' });
    expect(lettersTo(ines.email).at(-1)?.text).toMatch(/works for us too[^]*It names a resident\./);
    expect(JSON.stringify(readPublicLog(null))).not.toMatch(/Jane Roe|Inès/);
    expect(() => removeConfirmation(nadia, { ...about, reason: 'Again.' })).toThrow(NotFound);
  });

  test('what looks like spam is refused, and new members say so only a few times a day', () => {
    const somebody = newcomer();
    const id = answer(ask());
    expect(() => confirmPost(somebody, { postId: id, ...said, place: 'Resident Jane Roe, 555-123-4567 BUY CHEAP VIAGRA http://spam.top' })).toThrow(Invalid);
    expect(() => confirmPost(somebody, { postId: id, ...said, note: 'Best online casino, win free spins: http://spam.top' })).toThrow(/looks like advertising/);
    expect(() => confirmPost(somebody, { postId: id, ...said, website: 'http://a.example' })).toThrow(Invalid);
    for (let n = 0; n < levelLimits.new.confirmationsPerDay; n++) confirmPost(somebody, { postId: answer(ask()), ...said });
    expect(() => confirmPost(somebody, { postId: id, ...said })).toThrow(/times? a day/);
  });

  test('not before the first posts of new members were looked at, where those wait', () => {
    setHolding(abe, { hold: 'yes' });
    try {
      expect(() => confirmPost(newcomer(), { postId: answer(ask()), ...said })).toThrow(/write a reply first/);
    } finally { setHolding(abe, { hold: 'no' }); }
  });

  test('nothing new in a locked or closed thread or a closed forum, and no answer is accepted in that', () => {
    const thread = ask();
    const id = answer(thread);
    const abel = newcomer();
    const refused = () => { expect(canConfirmIn(abel, now(thread))).toBe(false); expect(() => confirmPost(abel, { postId: id, ...said })).toThrow(Denied); };
    lockThread(nadia, { threadId: thread.id, reason: 'It goes in circles.' });
    refused();
    unlockThread(nadia, { threadId: thread.id, reason: 'In order.' });
    closeThread(rosa, { threadId: thread.id, reason: 'That will do.' });
    refused();
    acceptAnswer(rosa, { postId: id });
    unacceptAnswer(rosa, { postId: id });
    reopenThread(rosa, { threadId: thread.id });
    db.update(forums).set({ closedAt: new Date(), closedReason: 'It moved.' }).where(eq(forums.slug, 'operations')).run();
    try {
      refused();
      for (const somebody of [nadia, abe]) expect(() => confirmPost(somebody, { postId: id, ...said })).toThrow(/forum is closed/);
      expect(canAccept(rosa, now(thread))).toBe(false);
      for (const somebody of [rosa, nadia]) expect(() => acceptAnswer(somebody, { postId: id })).toThrow(/forum is closed/);
    } finally { db.update(forums).set({ closedAt: null, closedReason: null }).where(eq(forums.slug, 'operations')).run(); }
    confirmPost(abel, { postId: id, ...said });
  });
});

describe('works for us too, flagged', () => {
  const flag = (who: Member, postId: number, memberId = tom.id, note = 'It sells something.') => flagConfirmation(who, { postId, memberId, reason: 'spam', note });
  const inboxOf = (who: Member) => listTold(who, null).told.map(({ words }) => words);
  const confirmed = () => {
    const id = answer(ask(), ines);
    confirmPost(tom, { postId: id, ...said });
    return id;
  };

  test('waits for a coordinator, hides nothing, and goes with what it is about', () => {
    const id = confirmed();
    expect(flag(rosa, id).url).toBe(`/posts/${id}`);
    expect(flag(rosa, id).url, 'sent twice').toBe(`/posts/${id}`);
    expect(() => flag(rosa, id, tom.id, 'It sells chairs.')).toThrow(/already/);
    expect(() => flag(tom, id)).toThrow(Denied);
    expect(() => flag(rosa, id, abe.id)).toThrow(NotFound);
    expect(() => flaggedConfirmations(rosa)).toThrow(Denied);
    expect(flaggedConfirmations(nadia)).toMatchObject([{ postId: id, memberId: tom.id, name: tom.name }]);
    expect(flaggedConfirmation(nadia, { postId: id, memberId: tom.id }).flags).toMatchObject([{ reason: 'spam', note: 'It sells something.', by: { name: rosa.name } }]);
    expect(findPost(null, id).removed).toBe(false);
    takeBackConfirmation(tom, { postId: id });
    expect(flaggedConfirmations(nadia)).toEqual([]);
  });

  test('stays as it was flagged; taken back then, whoever flagged is told, and it is not said in the same words again', () => {
    const id = confirmed();
    flag(rosa, id);
    expect(() => confirmPost(tom, { postId: id, ...said, note: 'All clean now.' })).toThrow(/flagged/);
    takeBackConfirmation(tom, { postId: id });
    expect(inboxOf(rosa)[0]).toContain('its author has taken it back.');
    expect(JSON.stringify(lettersTo(rosa.email).at(-1))).toContain('taken it back');
    expect(() => confirmPost(tom, { postId: id, ...said, place: `${said.place.toUpperCase()} !` })).toThrow(Invalid);
    confirmPost(tom, { postId: id, ...said, note: 'In other words.' });
    const other = confirmed();
    takeBackConfirmation(tom, { postId: other });
    confirmPost(tom, { postId: other, ...said });
  });

  test('removed by a coordinator it is not said in the same words again', () => {
    const id = confirmed();
    removeConfirmation(nadia, { postId: id, memberId: tom.id, reason: 'It sells something.' });
    expect(() => confirmPost(tom, { postId: id, ...said })).toThrow(/other words/);
    confirmPost(tom, { postId: id, ...said, note: 'In other words.' });
  });

  test('is decided by nobody who flagged it, or whose own it is, as long as there is somebody else', () => {
    const id = confirmed();
    const which = { postId: id, memberId: tom.id };
    flag(nadia, id);
    for (const decide of [keepConfirmation, removeConfirmation]) expect(() => decide(nadia, { ...which, reason: 'x' })).toThrow(/different coordinator/);
    expect([flaggedConfirmation(nadia, which).barred, flaggedConfirmation(abe, which).barred]).toEqual([expect.stringContaining('flagged'), null]);
    keepConfirmation(abe, { ...which, reason: 'It only says where.' });
    confirmPost(nadia, { postId: id, ...said });
    flag(rosa, id, nadia.id);
    for (const decide of [keepConfirmation, removeConfirmation]) expect(() => decide(nadia, { postId: id, memberId: nadia.id, reason: 'x' })).toThrow(/another coordinator/);
    keepConfirmation(abe, { postId: id, memberId: nadia.id, reason: 'It only says where.' });
  });

  test('not where it is not shown: the thread is no question any more', () => {
    const thread = ask();
    const id = answer(thread, ines);
    confirmPost(tom, { postId: id, ...said });
    db.update(threads).set({ kind: 'discussion' }).where(eq(threads.id, thread.id)).run();
    expect(() => flag(rosa, id)).toThrow(NotFound);
  });

  test('is kept or removed with a reason; whoever flagged is told, and may flag it again', () => {
    const id = confirmed();
    const which = { postId: id, memberId: tom.id };
    flag(rosa, id);
    expect(() => keepConfirmation(rosa, { ...which, reason: 'x' })).toThrow(Denied);
    keepConfirmation(nadia, { ...which, reason: 'It only says where.' });
    expect(flaggedConfirmations(nadia)).toEqual([]);
    expect(inboxOf(rosa)[0]).toContain('a coordinator has looked at it and decided that it stays.');
    expect(lettersTo(rosa.email).at(-1)?.text).toContain('It only says where.');
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'keep confirmation', reason: 'It only says where.' });
    expect(() => keepConfirmation(nadia, { ...which, reason: 'x' })).toThrow(/decided already/);
    flag(rosa, id);
    removeConfirmation(nadia, { ...which, reason: 'It does sell something.' });
    expect(inboxOf(rosa)[0]).toContain('a coordinator has removed it.');
    expect(flaggedConfirmations(nadia)).toEqual([]);
    expect(JSON.stringify(lettersTo(tom.email))).not.toContain(rosa.name);
  });
});
