import { desc, eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appeals, cases, confirmations, db, decisions, refusedConfirmations } from '#db/client.ts';
import { casesOfMember } from '#domain/decisions/about-member.ts';
import { appealDecision, appealFor } from '#domain/decisions/appealing.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagConfirmation, keepConfirmation, removeConfirmation } from '#domain/decisions/flagging-confirmations.ts';
import { caseOfPost, findCase, openCases } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost } from '#domain/decisions/removing.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { confirmationsBetween, confirmPost, forgetRefusedConfirmations } from '#domain/forum/confirming.ts';
import { listTold } from '#domain/forum/inbox.ts';
import { createPost, findPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { rowsOf, kinds } from '#domain/leaving/belongings.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import { trustFacts } from '#domain/people/trust.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { again, enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(forgetLimits);

const flat = (text: string | undefined) => (text ?? '').replace(/\s+/g, ' ');
const lastTo = (who: Member) => flat(lettersTo(who.email).at(-1)?.text);
const inboxOf = (who: Member) => listTold(who, null).told[0]?.words;
const said = { place: 'Jane Roe’s office', year: 2024, note: 'Zqquince, *since* the merger.' };
const why = 'It names a resident.';

let written = 0;
/** A reply of Abe's, of which Tom has said that it works too. */
function confirmed() {
  const thread = createThread(rosa, { forum: 'operations', kind: 'question', title: `Who counts the calls at night? ${++written}`, body: 'We close at five.', themes: [] });
  const { id: postId } = createPost(abe, { threadId: thread.id, body: `The county does. ${written}` });
  confirmPost(tom, { postId, ...said });
  return { thread, postId, which: { postId, memberId: tom.id } };
}
const standing = (postId: number) => db.select({ place: confirmations.place, year: confirmations.year, note: confirmations.note }).from(confirmations).where(eq(confirmations.postId, postId)).all();
const refused = (postId: number) => db.select({ note: refusedConfirmations.note }).from(refusedConfirmations).where(eq(refusedConfirmations.postId, postId)).all();
/** The decision that Tom's newest letter offers to appeal. */
const offered = () => Number(/appeals\/(\d+)/.exec(lastTo(tom))?.[1]);
const flag = (who: Member, which: { postId: number; memberId: number }, reason: 'spam' | 'personal-data' = 'spam') => flagConfirmation(who, { ...which, reason, note: 'Zqtold.' });
function appealed() {
  const decisionId = offered();
  appealDecision(again(tom), { decisionId, text: 'It is the name of our town.' });
  return { decisionId, caseId: db.select({ id: cases.id }).from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0 };
}

describe('removing a “works for us too”', () => {
  test('tells its author and whoever flagged it why, and offers its author an appeal', () => {
    const { postId, which } = confirmed();
    flag(rosa, which);
    removeConfirmation(nadia, { ...which, reason: why });
    expect(lastTo(tom)).toMatch(/works for us too.*A coordinator has removed it\. The reason: It names a resident\..*in other words.*ask a different coordinator, or the same where there is no other, to look at it, once, within 30 days: \S+\/appeals\/\d+/);
    expect(inboxOf(tom)).toContain('About your “works for us too”: a coordinator has removed it.');
    expect([lastTo(rosa), inboxOf(rosa)]).toEqual([expect.stringContaining(`A coordinator has removed it. The reason: ${why}`), expect.stringContaining('that you flagged: a coordinator has removed it.')]);
    expect(lastTo(rosa)).not.toContain('/appeals/');
    expect(JSON.stringify([lettersTo(tom.email), listTold(tom, null)])).not.toMatch(/Rosa|Zqtold/);
    const view = appealFor(again(tom), offered());
    expect(view).toMatchObject({ words: 'a “works for us too” below an answer', url: `/posts/${postId}`, decider: nadia.name, markdown: null, confirmation: said, closed: null, decision: { outcome: 'remove', reason: why } });
  });

  test('without a flag is a decision too, nobody else’s to appeal, and waits in no queue', () => {
    const { which } = confirmed();
    removeConfirmation(nadia, { ...which, reason: why });
    for (const act of [() => appealFor(rosa, offered()), () => appealDecision(rosa, { decisionId: offered(), text: 'x' })]) expect(act).toThrow(NotFound);
    expect(trustFacts(tom.id).removals).toBe(0);
    expect([...casesOfMember(nadia, abe.id), ...casesOfMember(nadia, tom.id)]).toEqual([]);
    expect(openCases(ines, null).total).toBe(0);
  });

  test('says nothing of what was said or of who said it in the public log, and no reason where it was flagged for personal data', () => {
    const { thread, which, postId } = confirmed();
    flag(rosa, which, 'personal-data');
    removeConfirmation(nadia, { ...which, reason: 'Zqreason' });
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'remove confirmation', object: `a post in “${thread.title}”`, url: `/posts/${postId}`, reason: expect.stringContaining('nothing more is said') });
    expect(lastTo(tom)).toContain('Zqreason');
    decide(ines, { caseId: appealed().caseId, outcome: 'uphold', reason: 'Zqupheld' });
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'uphold removal of confirmation', object: `a post in “${thread.title}”`, url: `/posts/${postId}` });
    expect(JSON.stringify(readPublicLog(null))).not.toMatch(/Zq|Jane Roe|Tom/);
  });

  test('has nothing to do with the answer below which it stood', () => {
    const { which, postId } = confirmed();
    removeConfirmation(nadia, { ...which, reason: why });
    expect(caseOfPost(nadia, postId)).toBe(null);
    const before = offered();
    appealed();
    removePost(nadia, { postId, reason: 'Rude.' });
    restorePost(ines, { postId, reason: 'In order.' });
    expect(db.select({ undoneAt: decisions.undoneAt }).from(decisions).where(eq(decisions.id, before)).get()).toEqual({ undoneAt: null });
    expect(findPost(null, postId).removed).toBe(false);
  });

  test('is taken back by an appeal alone', () => {
    const { which, postId } = confirmed();
    removeConfirmation(nadia, { ...which, reason: why });
    expect(() => undoDecision(ines, { decisionId: offered(), reason: 'No.' })).toThrow(Denied);
    expect(standing(postId)).toEqual([]);
  });
});

test('that a “works for us too” is kept says no more in the public log either, where it was flagged for personal data', () => {
  const { which } = confirmed();
  flag(rosa, which, 'personal-data');
  keepConfirmation(nadia, { ...which, reason: 'Zqkept' });
  expect(lastTo(rosa)).toContain('Zqkept');
  expect(JSON.stringify(readPublicLog(null))).not.toContain('Zqkept');
});

test('that a “works for us too” is kept is a decision as well, told to its author and to whoever flagged it, with nothing to appeal', () => {
  const { thread, which, postId } = confirmed();
  flag(rosa, which);
  keepConfirmation(nadia, { ...which, reason: 'It only says where.' });
  const decision = db.select().from(decisions).orderBy(desc(decisions.id)).limit(1).get();
  expect(decision).toMatchObject({ outcome: 'keep', reason: 'It only says where.', deciderId: nadia.id, authorId: tom.id, before: {} });
  for (const who of [tom, rosa]) expect(lastTo(who)).toMatch(/works for us too.*decided that it stays\. The reason: It only says where\./);
  expect(lastTo(tom)).not.toMatch(/other words|once, within 30 days|Rosa|Zqtold/);
  expect([inboxOf(tom), inboxOf(rosa)]).toEqual([expect.stringContaining('About your “works for us too”: a coordinator has looked at it and decided that it stays.'), expect.stringContaining('that you flagged: a coordinator has looked at it')]);
  expect(standing(postId)).toEqual([said]);
  expect(appealFor(again(tom), decision?.id ?? 0)).toMatchObject({ confirmation: said, until: null, closed: expect.stringContaining('nothing to appeal') });
  expect(() => appealDecision(again(tom), { decisionId: decision?.id ?? 0, text: 'x' })).toThrow(Denied);
  expect(findCase(ines, decision?.caseId ?? 0)).toMatchObject({ kind: 'confirmation', closedAt: expect.any(Date), outcomes: [], flags: [{ reason: 'spam', note: 'Zqtold.' }], decisions: [{ outcome: 'keep', decider: nadia.name }], subject: { said } });
  expect(() => undoDecision(ines, { decisionId: decision?.id ?? 0, reason: 'No.' })).toThrow(/flagged again/);
  expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'keep confirmation', object: `a post in “${thread.title}”` });
  flag(rosa, which);
  removeConfirmation(abe, { ...which, reason: why });
  expect(findCase(ines, decision?.caseId ?? 0).subject).toMatchObject({ said: null });
  const kind = kinds.find(({ file }) => file === 'decisions');
  expect(kind && JSON.stringify([...rowsOf(kind, tom.id)].flat())).toMatch(/"outcome":"keep"/);
});

describe('an appeal about a “works for us too”', () => {
  test('is for a different coordinator, who reads what was said', () => {
    const { which } = confirmed();
    flag(rosa, which);
    removeConfirmation(nadia, { ...which, reason: why });
    const { caseId, decisionId } = appealed();
    expect(lastTo(ines)).toContain('The author of a “works for us too” below an answer has appealed');
    expect(openCases(ines, null).cases.find(({ id }) => id === caseId)).toMatchObject({ notFor: nadia.name, subject: { author: { id: tom.id }, about: { kind: 'confirmation', said } } });
    expect(() => decide(nadia, { caseId, outcome: 'uphold', reason: 'I was right.' })).toThrow(/different coordinator/);
    expect(() => appealDecision(again(tom), { decisionId, text: 'Again.' })).toThrow(/once/);
    expect(findCase(ines, caseId)).toMatchObject({ outcomes: ['uphold', 'overturn'], appeal: { text: 'It is the name of our town.' } });
    expect(findCase(ines, db.select({ id: decisions.caseId }).from(decisions).where(eq(decisions.id, decisionId)).get()?.id ?? 0)).toMatchObject({ kind: 'confirmation', flags: [{ reason: 'spam', note: 'Zqtold.', by: { name: rosa.name } }], decisions: [{ outcome: 'remove' }] });
  });

  test('brings it back as it stood when it is right, with nothing held against its words', () => {
    const { thread, which, postId } = confirmed();
    const before = db.select().from(confirmations).where(eq(confirmations.postId, postId)).get();
    flag(rosa, which);
    removeConfirmation(nadia, { ...which, reason: why });
    const { caseId, decisionId } = appealed();
    decide(ines, { caseId, outcome: 'overturn', reason: 'It is a town.' });
    expect(db.select().from(confirmations).where(eq(confirmations.postId, postId)).all()).toEqual([before]);
    expect(confirmationsBetween(thread.id, 1, 20).get(postId)).toMatchObject([{ name: tom.name, ...said }]);
    expect(refused(postId)).toEqual([]);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'overturn removal of confirmation' });
    confirmPost(tom, { postId, ...said });
    for (const who of [tom, rosa]) expect(lastTo(who)).toMatch(/(?:taken the decision back|first decision was taken back).*It is a town\./);
    expect(appealFor(again(tom), decisionId)).toMatchObject({ result: { outcome: 'overturn', decider: ines.name } });
    flag(rosa, which);
    keepConfirmation(abe, { ...which, reason: 'It stays.' });
  });

  test('says in the log that its first words did not come back, where newer ones of its author stand', () => {
    const { thread, which, postId } = confirmed();
    flag(rosa, which);
    removeConfirmation(nadia, { ...which, reason: why });
    const { caseId } = appealed();
    confirmPost(tom, { postId, ...said, note: 'In other words.' });
    decide(ines, { caseId, outcome: 'overturn', reason: 'It is a town.' });
    expect(confirmationsBetween(thread.id, 1, 20).get(postId)).toMatchObject([{ note: 'In other words.' }]);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'overturn removal of replaced confirmation', words: expect.stringContaining('what its author says there by now stays') });
  });

  test('names no thread that is out of view meanwhile, and can be decided still', () => {
    const { thread, which, postId } = confirmed();
    flag(rosa, which);
    removeConfirmation(nadia, { ...which, reason: why });
    removeThread(abe, { threadId: thread.id, reason: 'Zqaway.' });
    const { caseId, decisionId } = appealed();
    decide(ines, { caseId, outcome: 'overturn', reason: 'It is a town.' });
    expect(JSON.stringify([lettersTo(tom.email), lastTo(rosa), listTold(tom, null).told, appealFor(again(tom), decisionId).words, readPublicLog(null)])).not.toContain(thread.title);
    expect(standing(postId)).toEqual([said]);
  });

  test('leaves it away when the first decision stands', () => {
    const { which, postId } = confirmed();
    removeConfirmation(nadia, { ...which, reason: why });
    decide(ines, { caseId: appealed().caseId, outcome: 'uphold', reason: 'It is a person.' });
    expect([standing(postId), refused(postId)]).toEqual([[], [{ note: said.note }]]);
    expect(() => confirmPost(tom, { postId, ...said })).toThrow(Invalid);
    expect(lastTo(tom)).toMatch(/decision stands.*It is a person\./);
  });

  test('leaves what its author has said in other words since', () => {
    const { which, postId } = confirmed();
    removeConfirmation(nadia, { ...which, reason: why });
    const { caseId } = appealed();
    const anew = { place: 'Fir County', year: 2025, note: null };
    confirmPost(tom, { postId, ...anew });
    decide(ines, { caseId, outcome: 'overturn', reason: 'It is a town.' });
    expect([standing(postId), refused(postId)]).toEqual([[anew], []]);
    confirmPost(tom, { postId, ...said });
  });
});

describe('the words of a “works for us too” that was removed', () => {
  test('are kept for a year, and the decision without them for good', () => {
    const { which, postId } = confirmed();
    removeConfirmation(nadia, { ...which, reason: why });
    const decisionId = offered();
    forgetRefusedConfirmations(addDays(new Date(), 364));
    expect(refused(postId)).toEqual([{ note: said.note }]);
    const { caseId } = appealed();
    forgetRefusedConfirmations(addDays(new Date(), 366));
    expect(refused(postId)).toEqual([{ note: said.note }]);
    decide(ines, { caseId, outcome: 'uphold', reason: 'It is a person.' });
    forgetRefusedConfirmations(addDays(new Date(), 366));
    expect([refused(postId), db.select().from(appeals).where(eq(appeals.decisionId, decisionId)).all().length]).toEqual([[], 1]);
    expect(appealFor(again(tom), decisionId)).toMatchObject({ confirmation: null, decision: { reason: why } });
    confirmPost(tom, { postId, ...said });
  });

  test('and the decision are in the export of its author, told apart from the removal of a post', () => {
    const { which, postId } = confirmed();
    removeConfirmation(nadia, { ...which, reason: why });
    const kind = kinds.find(({ file }) => file === 'decisions');
    if (!kind) throw new Error('Not exported.');
    expect([...rowsOf(kind, tom.id)].flat().at(-1)).toMatchObject({ post: `/posts/${postId}`, outcome: 'remove confirmation', reason: why });
  });
});
