import { and, eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, db, decisions, flags, members, passwords, posts, resources, trustLevels } from '#db/client.ts';
import { appealDecision } from '#domain/decisions/appealing.ts';
import { acceptCorrection, answerCorrection, correctionFor } from '#domain/decisions/correcting.ts';
import { decide } from '#domain/decisions/deciding.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { addCaseNote, claimCase, findCase, openCases } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { Gone, Invalid, NotFound, TooMany } from '#domain/errors.ts';
import { createComment } from '#domain/forum/comments.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, type Thread } from '#domain/forum/threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import { limits } from '#domain/people/limits.ts';
import { asMember } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

/* What a member or a coordinator may not do with flags, cases and decisions, however they go about it. */

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => {
  [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')];
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference' })]));
});
beforeEach(forgetLimits);

let written = 0;
const start = (author: Member, body = 'We count the weeks.'): Thread => createThread(author, { forum: 'measures', kind: 'discussion', title: `Which weeks do you count? ${++written}`, body, themes: [] });
const reply = (author: Member, thread: Thread, body = `Sandalwood text ${++written}`) => createPost(author, { threadId: thread.id, body }).id;
const openingOf = (thread: Thread) => db.select().from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0;
const flag = (by: Member, postId: number, reason: (typeof flags.$inferSelect)['reason'] = 'attack', more: { note?: string; source?: string } = {}) =>
  flagPost(by, flagPostInput.parse({ postId, reason, ...more }));
const propose = (by: Member, postId: number) => flag(by, postId, 'inaccurate', { note: 'It is 54 million, not 45.', source: 'Report 2024, page 7' });
const caseOn = (postId: number) => db.select().from(cases).where(eq(cases.postId, postId)).all().at(-1)?.id ?? 0;
const appealCase = (decisionId: number) => db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0;
const rowOf = (postId: number) => db.select().from(posts).where(eq(posts.id, postId)).get();

/** Leaves nobody but this one to decide. The hub keeps an administrator who can act, and one without a password is none. */
function alone<T>(others: Member[], act: () => T): T {
  const kept = others.flatMap(({ id }) => db.delete(passwords).where(eq(passwords.memberId, id)).returning().all());
  for (const { id } of others) db.update(members).set({ suspendedUntil: addDays(new Date(), 3), suspendedReason: 'Away.' }).where(eq(members.id, id)).run();
  try { return act(); } finally {
    for (const { id } of others) db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(eq(members.id, id)).run();
    db.insert(passwords).values(kept).run();
  }
}

describe('a proposed correction', () => {
  test('shows nothing of a post once it, its thread or its resource is out of view', () => {
    const thread = start(rosa, 'Tamarisk is in the opening post');
    const post = openingOf(thread);
    propose(tom, post);
    const caseId = caseOn(post);
    expect(correctionFor(tom, caseId).post.markdown).toContain('Tamarisk');
    flag(nadia, post, 'personal-data');
    expect(() => correctionFor(tom, caseId)).toThrow(NotFound);
    expect(correctionFor(rosa, caseId).post.markdown).toContain('Tamarisk');
    removeThread(nadia, { threadId: thread.id, reason: 'It names a resident.' });
    for (const somebody of [tom, rosa]) expect(() => correctionFor(somebody, caseId)).toThrow(Gone);
    expect(() => acceptCorrection(rosa, { caseId })).toThrow(Gone);
    expect(correctionFor(nadia, caseId).post.markdown).toContain('Tamarisk');

    const removed = reply(rosa, start(rosa), 'Tamarisk is in a reply');
    propose(tom, removed);
    const aboutReply = caseOn(removed);
    removePost(nadia, { postId: removed, reason: 'It attacks a person.' });
    expect(correctionFor(tom, aboutReply).post.markdown).toBe('');

    const comment = createComment(rosa, { resourceId: 'ref:behn2003why', body: 'Tamarisk is in a comment' }).id;
    propose(tom, comment);
    db.update(resources).set({ status: 'draft' }).where(eq(resources.id, 'ref:behn2003why')).run();
    expect(() => correctionFor(tom, caseOn(comment))).toThrow(NotFound);
    expect(correctionFor(nadia, caseOn(comment)).post.markdown).toContain('Tamarisk');
  });
});

describe('what was removed of a coordinator’s own', () => {
  test('comes back through somebody else alone, as long as there is somebody', () => {
    const thread = start(ines);
    const post = reply(ines, thread);
    removePost(nadia, { postId: post, reason: 'It attacks a person.' });
    expect(() => restorePost(ines, { postId: post, reason: 'In order.' })).toThrow(/about yourself/);
    removeThread(nadia, { threadId: thread.id, reason: 'Twice here.' });
    expect(() => restoreThread(ines, { threadId: thread.id, reason: 'In order.' })).toThrow(/about yourself/);
    restoreThread(abe, { threadId: thread.id, reason: 'In order.' });
    const letters = lettersTo(ines.email).length;
    alone([nadia, abe], () => restorePost(ines, { postId: post, reason: 'In order.' }));
    // Nobody is told what they did themselves.
    expect(lettersTo(ines.email)).toHaveLength(letters);
    expect(rowOf(post)?.removedAt).toBeNull();
  });

  test('waits for others: who is barred neither claims the case nor blocks it with an older claim', () => {
    const post = reply(ines, start(rosa));
    flag(tom, post);
    const caseId = caseOn(post);
    expect(() => claimCase(ines, { caseId })).toThrow(/about yourself/);
    alone([nadia, abe], () => claimCase(ines, { caseId }));
    expect(findCase(nadia, caseId).claimedBy).toBeNull();
    const { decisionId } = decide(nadia, { caseId, outcome: 'remove', reason: 'It attacks a person.' });
    appealDecision(ines, { decisionId, text: 'It was about the practice.' });
    expect(() => claimCase(nadia, { caseId: appealCase(decisionId) })).toThrow(/different coordinator/);
    claimCase(abe, { caseId: appealCase(decisionId) });
    decide(abe, { caseId: appealCase(decisionId), outcome: 'uphold', reason: 'It does.' });
  });

  test('does not tell them who flagged it, nor what the others say among themselves', () => {
    const post = reply(ines, start(rosa));
    flag(tom, post, 'attack', { note: 'It is about my county.' });
    const caseId = caseOn(post);
    addCaseNote(nadia, { caseId, note: 'Third time this month.' });
    expect(findCase(ines, caseId)).toMatchObject({ flags: [{ reason: 'attack', note: null, by: null }], notes: [] });
    expect(JSON.stringify([findCase(ines, caseId), openCases(ines, null)])).not.toMatch(/Tom|my county|Third time/);
    expect(findCase(nadia, caseId)).toMatchObject({ flags: [{ note: 'It is about my county.', by: { handle: 'tom' } }], notes: [{ by: 'Nadia Okafor' }] });
  });
});

test('who proposed a correction does not decide about it, unless there is nobody else', () => {
  const post = reply(rosa, start(rosa));
  propose(nadia, post);
  const caseId = caseOn(post);
  expect(findCase(nadia, caseId).barred).toMatch(/You proposed/);
  expect(() => decide(nadia, { caseId, outcome: 'correct', reason: 'I say so.' })).toThrow(/You proposed/);
  expect(() => claimCase(nadia, { caseId })).toThrow(/You proposed/);
  const { decisionId } = alone([ines, abe], () => decide(nadia, { caseId, outcome: 'correct', reason: 'The report says so.' }));
  expect(db.select().from(decisions).where(eq(decisions.id, decisionId)).get()).toMatchObject({ nobodyElse: true });
  expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'accept correction', reason: expect.stringContaining('nobody else') });
});

test('the log does not tell by whom a question without a name is, when its author was the only one who could decide', () => {
  const thread = createThread(nadia, { forum: 'operations', kind: 'question', title: `My director forbids it ${++written}`, body: 'What would you do?', themes: [], nameless: true });
  flag(tom, openingOf(thread));
  const caseId = caseOn(openingOf(thread));
  alone([ines, abe], () => decide(nadia, { caseId, outcome: 'keep', reason: 'It is a fair question.' }));
  expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'keep post', reason: 'It is a fair question.' });
  expect(findCase(ines, caseId).decisions).toMatchObject([{ nobodyElse: false }]);
});

describe('an appeal', () => {
  function appealed() {
    const post = reply(rosa, start(rosa));
    flag(tom, post);
    const { decisionId } = decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'It attacks a person.' });
    appealDecision(rosa, { decisionId, text: 'It was about the practice.' });
    return { post, decisionId, caseId: appealCase(decisionId) };
  }

  test('is decided as an appeal: while it waits, and after it was upheld, nobody brings the post back in passing', () => {
    const { post, caseId } = appealed();
    expect(() => restorePost(nadia, { postId: post, reason: 'In order.' })).toThrow(/decides about the appeal/);
    decide(ines, { caseId, outcome: 'uphold', reason: 'It does.' });
    expect(() => restorePost(nadia, { postId: post, reason: 'In order.' })).toThrow(/final/);
    const again = appealed();
    decide(ines, { caseId: again.caseId, outcome: 'overturn', reason: 'It is about the practice.' });
    removePost(nadia, { postId: again.post, reason: 'It names a resident.' });
    restorePost(nadia, { postId: again.post, reason: 'In order.' });
    expect(rowOf(again.post)?.removedAt).toBeNull();
  });

  test('of a decision that was taken back is not upheld', () => {
    const { decisionId, caseId } = appealed();
    db.update(decisions).set({ undoneAt: new Date(), undoneById: nadia.id }).where(eq(decisions.id, decisionId)).run();
    expect(() => decide(ines, { caseId, outcome: 'uphold', reason: 'It does.' })).toThrow(Invalid);
    decide(ines, { caseId, outcome: 'overturn', reason: 'It was taken back.' });
  });
});

describe('a flag for a resident’s personal data', () => {
  let newcomers = 0;
  function newcomer(): Member {
    const n = ++newcomers;
    return asMember(db.insert(members).values({ name: `Newcomer ${n}`, email: `newcomer${n}@test.example`, handle: `newcomer-${n}`, emailConfirmedAt: new Date() }).returning().get());
  }
  function trusted(member: Member): Member {
    db.insert(trustLevels).values({ memberId: member.id, level: 'trusted', locked: true }).run();
    return member;
  }

  test('hides nothing by a new or ordinary member, however often they say so', () => {
    const thread = start(rosa);
    const post = reply(tom, thread);
    for (const by of [newcomer(), newcomer(), rosa]) expect(flag(by, post, 'personal-data').hidden).toBe(false);
    for (const by of [newcomer(), tom]) expect(flag(by, openingOf(thread), 'personal-data').hidden).toBe(false);
    expect(findThread(null, thread.id).hidden).toBe(false);
    expect(rowOf(post)?.hidden).toBe(false);
  });

  test('by one trusted member hides no replies of others', () => {
    const [alone, thread] = [start(rosa), start(rosa)];
    const post = reply(tom, thread);
    expect(flag(trusted(newcomer()), openingOf(alone), 'personal-data').hidden).toBe(true);
    expect(() => findThread(null, alone.id)).toThrow(NotFound);
    expect(flag(trusted(newcomer()), openingOf(thread), 'personal-data').hidden).toBe(true);
    expect([findThread(null, thread.id).hidden, rowOf(openingOf(thread))?.hidden, rowOf(post)?.hidden]).toEqual([false, true, false]);
  });
});

test('an author who answers a correction again and again sends one letter, and not for ever', () => {
  const post = reply(rosa, start(rosa));
  propose(tom, post);
  const caseId = caseOn(post);
  const before = lettersTo(tom.email).length;
  for (const answer of ['The report was revised.', 'Twice, in fact.']) answerCorrection(rosa, { caseId, answer });
  expect(lettersTo(tom.email)).toHaveLength(before + 1);
  expect(correctionFor(tom, caseId).answer).toBe('Twice, in fact.');
  expect(() => { for (let n = 0; n <= limits.editPerMember.most; n++) answerCorrection(rosa, { caseId, answer: `Answer ${n}` }); }).toThrow(TooMany);
});
