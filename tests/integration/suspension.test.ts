import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, db, members, sessions, suspensions, trustLevels } from '#db/client.ts';
import { appealDecision, appealFor } from '#domain/decisions/appealing.ts';
import { casesOfMember } from '#domain/decisions/about-member.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { claimCase, openCases } from '#domain/decisions/queue.ts';
import { keepOldSuspensions, suspensionsToAppeal } from '#domain/decisions/suspension-decisions.ts';
import { removePost } from '#domain/decisions/removing.ts';
import { submitPost, submitThread } from '#domain/decisions/submitting.ts';
import { Denied, NotFound, SignInRequired } from '#domain/errors.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, listThreads } from '#domain/forum/threads.ts';
import { setHolding } from '#domain/moderation/holding.ts';
import { readPublicLog, readLog } from '#domain/moderation/log.ts';
import { extendSuspension, restoreMember, suspendInput, suspendMember, suspensionsOf } from '#domain/decisions/suspending.ts';
import { takenOver } from '#domain/people/former-standings.ts';
import { canWrite } from '#domain/people/permissions.ts';
import { startSession } from '#domain/people/sessions.ts';
import { stamp } from '#domain/people/traps.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { again, enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(() => {
  forgetLimits();
  db.delete(suspensions).run();
  db.update(members).set({ suspendedUntil: null, suspendedReason: null }).run();
});

let written = 0;
const start = (author: Member) => createThread(author, { forum: 'measures', kind: 'discussion', title: `How do you count them? ${++written}`, body: 'We count the weeks.', themes: [] });
const lastTo = (member: Member) => lettersTo(member.email).at(-1);
const flat = (text: string | undefined) => (text ?? '').replace(/\s+/g, ' ');

describe('a suspension', () => {
  test('has a reason and an end, which the member is told; they are signed out and can only read', async () => {
    await startSession(tom.id, null);
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Personal attacks on a colleague.' });
    const now = again(tom);
    expect(canWrite(now)).toBe(false);
    expect(db.select().from(sessions).where(eq(sessions.memberId, tom.id)).all()).toEqual([]);
    expect(flat(lastTo(tom)?.text)).toMatch(/ends by itself.*Personal attacks on a colleague.*signed out everywhere.*sign in again.*appeal decisions/);
    expect(() => start(now)).toThrow(/suspended until/);
    expect(suspendInput.safeParse({ memberId: tom.id, days: 0, reason: 'x' }).success).toBe(false);
    expect(suspendInput.safeParse({ memberId: tom.id, days: 3, reason: ' ' }).success).toBe(false);
  });

  test('ends by itself on its day', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    expect(canWrite(again(tom), addDays(new Date(), 6))).toBe(false);
    expect(canWrite(again(tom), addDays(new Date(), 8))).toBe(true);
  });

  test('is made longer from its end on, ended early, and all of it is kept', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    const first = again(tom).suspendedUntil;
    expect(() => suspendMember(nadia, { memberId: tom.id, days: 30, reason: 'More.' })).toThrow(/extend/);
    extendSuspension(ines, { memberId: tom.id, days: 7, reason: 'By letter too.' });
    expect(again(tom).suspendedUntil).toEqual(addDays(first ?? new Date(0), 7));
    expect(flat(lastTo(tom)?.text)).toContain('By letter too.');
    restoreMember(nadia, { memberId: tom.id, reason: 'They have apologised.' });
    expect(canWrite(again(tom))).toBe(true);
    expect(lastTo(tom)?.text).toContain('They have apologised.');
    expect(suspensionsOf(nadia, tom.id).map(({ kind, reason, by }) => [kind, reason, by])).toEqual([
      ['suspended', 'Attacks.', 'Nadia Okafor'], ['extended', 'By letter too.', 'Inès Lévesque'], ['ended', 'They have apologised.', 'Nadia Okafor'],
    ]);
    expect(suspensionsOf(again(tom), tom.id).map(({ by }) => by)).toEqual([null, null, null]);
    expect(() => suspensionsOf(rosa, tom.id)).toThrow(Denied);
    expect(() => suspensionsOf(null, tom.id)).toThrow(SignInRequired);
    expect(readLog(nadia, null).lines.slice(0, 3).map(({ act }) => act)).toEqual(['restore member', 'extend suspension', 'suspend member']);
    for (const act of [() => restoreMember(nadia, { memberId: tom.id }), () => extendSuspension(nadia, { memberId: tom.id, days: 1, reason: 'x' })]) expect(act).toThrow(/not suspended any more/);
  });

  test('is not for oneself, one’s equals or members to give', () => {
    for (const [actor, member] of [[nadia, nadia], [nadia, ines], [nadia, abe], [rosa, tom], [abe, abe]] as const) {
      for (const act of [suspendMember, extendSuspension]) expect(() => act(actor, { memberId: member.id, days: 1, reason: 'x' })).toThrow(Denied);
    }
    suspendMember(abe, { memberId: ines.id, days: 1, reason: 'Away.' });
    expect(canWrite(again(ines))).toBe(false);
  });

  test('leaves what a coordinator was on to others', () => {
    const { id: postId } = createPost(tom, { threadId: start(rosa).id, body: `A flagged thought ${++written}` });
    flagPost(rosa, flagPostInput.parse({ postId, reason: 'spam' }));
    const caseId = db.select().from(cases).where(eq(cases.postId, postId)).get()?.id ?? 0;
    claimCase(ines, { caseId });
    suspendMember(abe, { memberId: ines.id, days: 1, reason: 'Away.' });
    expect(openCases(nadia, null).cases.find(({ id }) => id === caseId)?.claimedBy).toBeNull();
    expect(() => decide(nadia, { caseId, outcome: 'keep', reason: 'It is none.' })).not.toThrow();
  });

  test('leaves the right to appeal', () => {
    const { id: postId } = createPost(tom, { threadId: start(rosa).id, body: `A removed thought ${++written}` });
    removePost(nadia, { postId, reason: 'An attack.' });
    const decisionId = Number(db.$client.prepare('select max(id) from decisions').pluck().get());
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    expect(appealDecision(again(tom), { decisionId, text: 'It was none.' }).url).toContain('/appeals/');
  });
});

describe('what waits of somebody who was suspended meanwhile', () => {
  const typed = () => ({ shown: stamp(new Date(Date.now() - 60_000)), website: '' });
  const newcomer = (): Member => {
    const n = ++written;
    const { id } = db.insert(members).values({ name: `Newcomer ${n}`, email: `newcomer${n}@test.example`, handle: `newcomer-${n}`, emailConfirmedAt: new Date() }).returning().get();
    db.insert(trustLevels).values({ memberId: id, level: 'new', locked: true }).run();
    return again({ ...tom, id });
  };
  const lastCase = () => openCases(nadia, null).cases.at(-1)?.id ?? 0;
  beforeAll(() => setHolding(abe, { hold: 'yes' }));

  test('can be let through', () => {
    const [ned, thread] = [newcomer(), start(rosa)];
    submitPost(ned, { threadId: thread.id, body: 'A first reply that waits.', ...typed() });
    suspendMember(nadia, { memberId: ned.id, days: 7, reason: 'Something else.' });
    decide(ines, { caseId: lastCase(), outcome: 'approve', reason: 'It helps.' });
    expect(findThread(null, thread.id).replies).toBe(1);
    expect(canWrite(again(ned))).toBe(false);
  });

  test('can be declined, and let through after an appeal', () => {
    const ned = newcomer();
    submitThread(ned, { forum: 'measures', kind: 'discussion', title: 'A thread that waits for a look', body: 'Good day to all of you.', themes: [], ...typed() });
    suspendMember(nadia, { memberId: ned.id, days: 7, reason: 'Something else.' });
    const { decisionId } = decide(nadia, { caseId: lastCase(), outcome: 'decline', reason: 'Not now.' });
    appealDecision(again(ned), { decisionId, text: 'Please look again.' });
    decide(ines, { caseId: lastCase(), outcome: 'overturn', reason: 'It is fine.' });
    expect(listThreads(null, {}, null).threads.map(({ title }) => title)).toContain('A thread that waits for a look');
  });
});

describe('an appeal against a suspension', () => {
  const words = 'They have asked me to write it.';
  const appealed = () => {
    const [decision] = suspensionsToAppeal(again(tom));
    const { url } = appealDecision(again(tom), { decisionId: decision?.id ?? 0, text: words });
    return { decisionId: Number(/\d+/.exec(url)?.[0]), caseId: db.select({ id: cases.id }).from(cases).where(eq(cases.decisionId, decision?.id ?? 0)).get()?.id ?? 0 };
  };

  test('is offered in the letter, is for a different coordinator, and ends the suspension when it is right', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    const link = /appeals\/(\d+)/.exec(lastTo(tom)?.text ?? '')?.[1];
    expect(suspensionsToAppeal(again(tom)).map(({ id }) => String(id))).toEqual([link]);
    const { caseId, decisionId } = appealed();
    expect(flat(lastTo(ines)?.text)).toContain('A suspended member has appealed');
    expect(openCases(ines, null).cases.find(({ id }) => id === caseId)).toMatchObject({ notFor: nadia.name, subject: { words: 'the decision about the suspension of Tom Achterberg' } });
    expect(() => decide(nadia, { caseId, outcome: 'uphold', reason: 'I was right.' })).toThrow(/different coordinator/);
    expect(suspensionsToAppeal(again(tom))).toEqual([expect.objectContaining({ id: decisionId, appealed: true })]);
    decide(ines, { caseId, outcome: 'overturn', reason: 'It was a quotation.' });
    expect([canWrite(again(tom)), again(tom).suspendedUntil]).toEqual([true, null]);
    expect(flat(lastTo(tom)?.text)).toMatch(/taken the decision back.*It was a quotation/);
    expect(suspensionsOf(nadia, tom.id).map(({ kind, by }) => [kind, by])).toEqual([['suspended', nadia.name], ['ended', ines.name]]);
    expect(appealFor(again(tom), decisionId)).toMatchObject({ decider: null, appeal: { text: words }, result: { outcome: 'overturn', decider: null } });
    expect(appealFor(nadia, decisionId)).toMatchObject({ decider: nadia.name, result: { decider: ines.name } });
  });

  test('is in the coordinators’ log, and nowhere in the public one', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    decide(ines, { caseId: appealed().caseId, outcome: 'uphold', reason: 'Zqupheld.' });
    expect(canWrite(again(tom))).toBe(false);
    expect(readLog(nadia, null).lines[0]).toMatchObject({ act: 'uphold decision on member', object: 'the suspension of Tom Achterberg', reason: 'Zqupheld.' });
    expect(JSON.stringify(readPublicLog(null))).not.toMatch(/Zqupheld|suspension of/);
  });

  test('against making it longer leaves the end that was', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    const first = again(tom).suspendedUntil;
    extendSuspension(nadia, { memberId: tom.id, days: 30, reason: 'By letter too.' });
    expect(suspensionsToAppeal(again(tom))).toHaveLength(2);
    decide(ines, { caseId: appealed().caseId, outcome: 'overturn', reason: 'Once is enough.' });
    expect([again(tom).suspendedUntil, db.select({ why: members.suspendedReason }).from(members).where(eq(members.id, tom.id)).get()?.why]).toEqual([first, 'Attacks.']);
  });

  const because = () => db.select({ why: members.suspendedReason }).from(members).where(eq(members.id, tom.id)).get()?.why ?? null;
  const overturn = (id = 0) => {
    appealDecision(again(tom), { decisionId: id, text: words });
    decide(ines, { caseId: db.select({ id: cases.id }).from(cases).where(eq(cases.decisionId, id)).get()?.id ?? 0, outcome: 'overturn', reason: 'Once is enough.' });
  };
  const threeDecisions = () => {
    suspendMember(nadia, { memberId: tom.id, days: 10, reason: 'Attacks.' });
    const first = again(tom).suspendedUntil ?? new Date(0);
    extendSuspension(nadia, { memberId: tom.id, days: 20, reason: 'More.' });
    extendSuspension(nadia, { memberId: tom.id, days: 30, reason: 'And more.' });
    return { first, ids: suspensionsToAppeal(again(tom)).map(({ id }) => id).toSorted((a, b) => a - b) };
  };

  test('takes away the days of that decision alone, whichever of them it is', () => {
    const { first, ids: [one, two, three] } = threeDecisions();
    overturn(two);
    expect([again(tom).suspendedUntil, because()]).toEqual([addDays(first, 30), 'And more.']);
    overturn(three);
    expect([again(tom).suspendedUntil, because()]).toEqual([first, 'Attacks.']);
    overturn(one);
    expect([again(tom).suspendedUntil, because()]).toEqual([null, null]);
  });

  test('against the first of them leaves the time by which it was made longer', () => {
    const { first, ids: [one, two, three] } = threeDecisions();
    overturn(one);
    expect([again(tom).suspendedUntil, because()]).toEqual([addDays(first, 40), 'And more.']);
    overturn(three);
    expect([again(tom).suspendedUntil, because()]).toEqual([addDays(first, 10), 'More.']);
    overturn(two);
    expect(again(tom).suspendedUntil).toBeNull();
  });

  test('decided by an earlier version of the hub sets the end back to what it was, and never makes it longer', () => {
    const { first, ids: [, two, three] } = threeDecisions();
    db.$client.prepare(`update decisions set before = json_remove(before, '$.days') where author_id = ?`).run(tom.id);
    for (const id of [two, three]) {
      overturn(id);
      expect(again(tom).suspendedUntil).toEqual(first);
    }
  });

  test('can be made where it is older than appeals are: once, within 30 days of being told', () => {
    db.delete(cases).where(eq(cases.memberId, tom.id)).run();
    const until = addDays(new Date(), 200);
    db.update(members).set({ suspendedUntil: until, suspendedReason: 'Attacks, long ago.' }).where(eq(members.id, tom.id)).run();
    db.insert(suspensions).values({ memberId: tom.id, kind: 'suspended', until, reason: 'Attacks, long ago.', byId: nadia.id, at: addDays(new Date(), -100) }).run();
    const letters = lettersTo(tom.email).length;
    keepOldSuspensions();
    keepOldSuspensions();
    expect(lettersTo(tom.email).length).toBe(letters + 1);
    const [decision, ...more] = suspensionsToAppeal(again(tom));
    expect([more, flat(lastTo(tom)?.text).includes(`/appeals/${decision?.id}`)]).toEqual([[], true]);
    const { caseId } = appealed();
    expect(() => decide(nadia, { caseId, outcome: 'uphold', reason: 'I was right.' })).toThrow(/different coordinator/);
    extendSuspension(nadia, { memberId: tom.id, days: 5, reason: 'By letter too.' });
    decide(ines, { caseId, outcome: 'overturn', reason: 'It was a quotation.' });
    expect([Math.round(((again(tom).suspendedUntil?.getTime() ?? 0) - Date.now()) / 86_400_000), because()]).toEqual([5, 'By letter too.']);
    overturn(suspensionsToAppeal(again(tom))[0]?.id);
    keepOldSuspensions();
    expect([again(tom).suspendedUntil, suspensionsToAppeal(again(tom))]).toEqual([null, []]);
  });

  test('is told of to addresses that were confirmed alone', () => {
    const { id } = db.insert(members).values({ name: 'Typed Only', email: 'typed@test.example', handle: 'typed-only', suspendedUntil: addDays(new Date(), 9), suspendedReason: 'Attacks.' }).returning().get();
    keepOldSuspensions();
    expect([lettersTo('typed@test.example'), suspensionsToAppeal(again({ ...tom, id }))]).toEqual([[], []]);
    db.update(members).set({ emailConfirmedAt: new Date() }).where(eq(members.id, id)).run();
    keepOldSuspensions();
    expect([lettersTo('typed@test.example').length, suspensionsToAppeal(again({ ...tom, id })).length]).toEqual([1, 1]);
  });

  test('mails no address that nobody has proved, and can be made once it is confirmed', () => {
    const { id } = db.insert(members).values({ name: 'Not Proved', email: 'not-proved@test.example', handle: 'not-proved' }).returning().get();
    suspendMember(nadia, { memberId: id, days: 7, reason: 'Attacks.' });
    restoreMember(nadia, { memberId: id });
    suspendMember(nadia, { memberId: id, days: 7, reason: 'Attacks again.' });
    extendSuspension(nadia, { memberId: id, days: 7, reason: 'And again.' });
    expect([lettersTo('not-proved@test.example'), suspensionsOf(nadia, id).length]).toEqual([[], 4]);
    db.update(members).set({ emailConfirmedAt: new Date() }).where(eq(members.id, id)).run();
    keepOldSuspensions();
    const [decision, ...more] = suspensionsToAppeal(again({ ...tom, id }));
    expect([more, flat(lettersTo('not-proved@test.example').at(-1)?.text).includes(`/appeals/${decision?.id}`)]).toEqual([[], true]);
  });

  test('can be made of the whole of one that is made longer right after the address is confirmed', () => {
    const { id } = db.insert(members).values({ name: 'Just Proved', email: 'just-proved@test.example', handle: 'just-proved' }).returning().get();
    suspendMember(nadia, { memberId: id, days: 7, reason: 'Attacks.' });
    db.update(members).set({ emailConfirmedAt: new Date() }).where(eq(members.id, id)).run();
    extendSuspension(nadia, { memberId: id, days: 5, reason: 'And again.' });
    const [longer, first, ...more] = suspensionsToAppeal(again({ ...tom, id }));
    expect([more, lettersTo('just-proved@test.example').map(({ text }) => /\/appeals\/(\d+)/.exec(flat(text))?.[1])]).toEqual([[], [String(first?.id), String(longer?.id)]]);
  });

  test('is not to be had anew for one that was taken over with an address', () => {
    const { id } = db.insert(members).values({ name: 'Back Again', email: 'back@test.example', handle: 'back-again', emailConfirmedAt: new Date(), suspendedUntil: addDays(new Date(), 9), suspendedReason: takenOver.suspended }).returning().get();
    keepOldSuspensions();
    expect(suspensionsToAppeal(again({ ...tom, id }))).toEqual([]);
  });

  test('against one that is over does not end the next', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    const { caseId } = appealed();
    restoreMember(nadia, { memberId: tom.id });
    suspendMember(nadia, { memberId: tom.id, days: 14, reason: 'Worse.' });
    const { suspendedUntil } = again(tom);
    expect(suspensionsToAppeal(again(tom))).toHaveLength(1);
    decide(ines, { caseId, outcome: 'overturn', reason: 'The first was wrong.' });
    expect(again(tom).suspendedUntil).toEqual(suspendedUntil);
  });

  test('is no business of others, comes once, and is no flag on the profile', () => {
    suspendMember(nadia, { memberId: tom.id, days: 7, reason: 'Attacks.' });
    const id = suspensionsToAppeal(again(tom))[0]?.id ?? 0;
    for (const act of [() => appealFor(rosa, id), () => appealDecision(rosa, { decisionId: id, text: words })]) expect(act).toThrow(NotFound);
    expect(() => undoDecision(ines, { decisionId: id, reason: 'No.' })).toThrow(/page of the member/);
    appealed();
    expect(() => appealDecision(again(tom), { decisionId: id, text: words })).toThrow(/once/);
    expect(casesOfMember(nadia, tom.id).filter(({ about }) => about === 'profile')).toEqual([]);
  });
});
