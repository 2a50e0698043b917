import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, coordinatorAreas, db, forums, members, resources, threads } from '#db/client.ts';
import { casesOfMember } from '#domain/decisions/about-member.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagMember, flagMemberInput, flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { addCaseNote, caseOfPost, claimCase, countOpenCases, findCase, openCases } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { heldPost, submitPost, submitThread } from '#domain/decisions/submitting.ts';
import { Denied, Gone, Invalid, NotFound, SignInRequired } from '#domain/errors.ts';
import { acceptAnswer, canAccept } from '#domain/forum/accepting.ts';
import { handOverQuestion, openQuestions } from '#domain/forum/answer-clock.ts';
import { namelessPost } from '#domain/forum/asking-anonymously.ts';
import { createComment } from '#domain/forum/comments.ts';
import { forumsToCoordinate, forumsToMoveTo, listForums } from '#domain/forum/forums.ts';
import { mergeThreads } from '#domain/forum/merging.ts';
import { lockThread, moveThread, pinThread, renameThread } from '#domain/forum/moderating.ts';
import { countOldAnswers } from '#domain/forum/old-answers.ts';
import { createPost, findPost } from '#domain/forum/posts.ts';
import { lookers } from '#domain/forum/question-owners.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { listActs } from '#domain/forum/thread-acts.ts';
import { findThread, listThreads, type Thread } from '#domain/forum/threads.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import { countDue } from '#domain/library/care.ts';
import { listForDesk, readDeskFilter, resourceForEditing } from '#domain/library/desk.ts';
import { renameResource } from '#domain/library/renaming.ts';
import { findResource } from '#domain/library/resources.ts';
import { historyOf } from '#domain/library/versions.ts';
import { countWaiting, declineResource, publishResource, retireResource, takeIntoReview, waitingResources } from '#domain/library/workflow.ts';
import { createResource, editResource, newResourceInput, resourceEditInput } from '#domain/library/writing.ts';
import { appointMember } from '#domain/moderation/appointing.ts';
import { setHolding } from '#domain/moderation/holding.ts';
import { readLog } from '#domain/moderation/log.ts';
import { suspendMember } from '#domain/decisions/suspending.ts';
import { listMembers } from '#domain/people/member-list.ts';
import * as permissions from '#domain/people/permissions.ts';
import { permissionMatrix, predicatesAsked } from '#domain/people/permission-matrix.ts';
import type { Member } from '#domain/people/types.ts';
import { stamp } from '#domain/people/traps.ts';
import { again, enter, forgetLimits, lettersTo, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
const root = resolve(import.meta.dirname, '../..');
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
let measures: number, operations: number;

/** Rosa coordinates the forum about measures and what carries the theme equity. */
beforeAll(async () => {
  [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')];
  const id = (slug: string) => db.select({ id: forums.id }).from(forums).where(eq(forums.slug, slug)).get()?.id ?? 0;
  [measures, operations] = [id('measures'), id('operations')];
  appointMember(await sessionOf(abe), { memberId: rosa.id, role: 'areas', forums: [measures], themes: ['equity'] });
  rosa = again(rosa);
});
beforeEach(forgetLimits);

let written = 0;
const start = (forum: 'measures' | 'operations', kind: 'discussion' | 'question' = 'discussion'): Thread => createThread(tom, { forum, kind, title: `What do you do about it? ${++written}`, body: 'We wonder about it.', themes: [] });
const reply = (thread: Thread) => createPost(tom, { threadId: thread.id, body: `A thought about it, number ${++written}` }).id;
const flag = (postId: number) => {
  flagPost(ines, flagPostInput.parse({ postId, reason: 'attack' }));
  return db.select({ id: cases.id }).from(cases).where(eq(cases.postId, postId)).all().at(-1)?.id ?? 0;
};
const draft = (more: Record<string, unknown> = {}) => newResourceInput.parse({ kind: 'reference', type: 'book', title: `A book of things ${++written}`, people: 'Nam, Taewoo', year: '2012', rights: 'in-copyright', themes: ['technology'], different: 'yes', ...more });
const edited = (slug: string, more: Record<string, unknown>) => {
  const { id, updatedAt, themes, channels, serviceAreas, fields } = resourceForEditing(nadia, slug);
  return resourceEditInput.parse({ id, updatedAt: String(updatedAt), themes, channels, serviceAreas, ...fields, ...more });
};

describe('who may do what', () => {
  test('every predicate of permissions.ts is asked by the matrix', () => {
    const names = Object.keys(permissions).filter((name) => /^(can|must)[A-Z]/.test(name));
    expect(names.length).toBeGreaterThan(20);
    expect(predicatesAsked(names)).toEqual(names);
  });

  test('the matrix says what the predicates say', () => {
    const { columns, groups } = permissionMatrix();
    const cells = (words: RegExp) => Object.fromEntries((groups.flatMap(({ rows }) => rows).find((row) => words.test(row.words))?.cells ?? []).map((may, at) => [columns[at], may]));
    const some = 'Coordinator of some forums or themes, there';
    expect(cells(/^Rename, move/)).toMatchObject({ Visitor: false, 'New member': false, 'Trusted member': false, [some]: true, 'The same, elsewhere': false, Coordinator: true, Administrator: true, 'Anybody suspended': false });
    expect(cells(/^Write, edit, review/)).toMatchObject({ 'New member': false, [some]: true, 'The same, elsewhere': false, Coordinator: true, 'Anybody suspended': false });
    expect(cells(/counts towards hiding/)).toMatchObject({ 'New member': false, Member: false, 'Trusted member': true, Coordinator: true, 'Anybody suspended': false });
    expect(cells(/^Invite colleagues.*where the rules/)).toMatchObject({ 'New member': false, Member: true, 'Trusted member': true, [some]: true, Coordinator: true, 'Anybody suspended': false });
    expect(cells(/^Invite colleagues.*otherwise/)).toMatchObject({ 'New member': false, 'Trusted member': false, Coordinator: true });
    expect(cells(/^Suspend a member/)).toMatchObject({ [some]: false, Coordinator: true });
    expect(cells(/^Give oneself a role/)).toMatchObject({ Administrator: false });
    for (const { rows } of groups) for (const row of rows) expect(row.cells).toHaveLength(columns.length);
  });

  test('no role is compared outside permissions.ts, so that nothing is open by another door', () => {
    const known = new Set(['domain/people/permissions.ts', 'domain/people/permission-matrix.ts', 'domain/people/levels.ts', 'domain/people/members.ts', 'domain/people/administrators.ts', 'domain/moderation/holding.ts', 'domain/moderation/appointing.ts']);
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|astro)$/.test(file) && !known.has(file));
    expect(files.filter((file) => /viewer\??\.role|actor\??\.role/.test(readFileSync(join(root, 'src', file), 'utf8')))).toEqual([]);
  });
});

describe('appointing', () => {
  test('gives areas, tells the member, and signs them out', async () => {
    expect(rosa).toMatchObject({ role: 'member', areas: { forums: [measures], themes: ['equity'] } });
    expect(lettersTo(rosa.email).at(-1)?.text).toMatch(/coordinator of Measuring and\s+reporting/);
    expect(readLog(nadia, null).lines.find((line) => line.act === 'appoint member')?.object).toBe('Rosa Delgado: member → coordinator of Measuring and reporting and resources on Equity and access');
  });

  test('takes a proof, something to coordinate, and somebody else', async () => {
    const session = await sessionOf(abe);
    const stale = { ...session, provedAt: new Date(Date.now() - 3_600_000) };
    expect(() => appointMember(stale, { memberId: tom.id, role: 'coordinator' })).toThrow(/proof/);
    expect(() => appointMember(session, { memberId: tom.id, role: 'areas' })).toThrow(Invalid);
    expect(() => appointMember(session, { memberId: tom.id, role: 'areas', forums: [999_999] })).toThrow(Invalid);
    expect(() => appointMember(session, { memberId: abe.id, role: 'areas', forums: [measures] })).toThrow(Denied);
    for (const somebody of [rosa, tom, nadia]) expect(() => appointMember({ ...session, member: somebody }, { memberId: tom.id, role: 'administrator' })).toThrow(Denied);
    expect(again(tom).role).toBe('member');
  });

  test('says that somebody is what was chosen already, and does nothing', async () => {
    const session = await sessionOf(abe);
    const [letters, lines] = [lettersTo(tom.email).length, readLog(nadia, null).lines[0]?.id];
    const refusal = (act: () => void) => { try { act(); } catch (error) { return error instanceof Invalid ? error.fields : error; } return null; };
    expect(refusal(() => { appointMember(session, { memberId: tom.id, role: 'member' }); })).toEqual({ role: 'Tom Achterberg is a member already: nothing was changed.' });
    expect(refusal(() => { appointMember(session, { memberId: nadia.id, role: 'coordinator' }); })).toEqual({ role: 'Nadia Okafor is a coordinator already: nothing was changed.' });
    expect(refusal(() => { appointMember(session, { memberId: rosa.id, role: 'areas', forums: [measures], themes: ['equity'] }); })).toEqual({ role: 'Rosa Delgado is a coordinator of Measuring and reporting and resources on Equity and access already: nothing was changed.' });
    expect([lettersTo(tom.email).length, readLog(nadia, null).lines[0]?.id]).toEqual([letters, lines]);
  });

  test('areas go with a role, in the database too', async () => {
    const session = await sessionOf(abe);
    appointMember(session, { memberId: tom.id, role: 'areas', themes: ['technology'] });
    appointMember(session, { memberId: tom.id, role: 'coordinator' });
    expect(db.select().from(coordinatorAreas).where(eq(coordinatorAreas.memberId, tom.id)).all()).toEqual([]);
    expect(() => db.insert(coordinatorAreas).values({ memberId: tom.id, theme: 'technology' }).run()).toThrow(/Areas are for members/);
    appointMember(session, { memberId: tom.id, role: 'member' });
    expect(() => db.insert(coordinatorAreas).values({ memberId: tom.id }).run()).toThrow(/CHECK/);
    expect(again(tom)).toMatchObject({ role: 'member', areas: { forums: [], themes: [] } });
  });
});

describe('a coordinator of one forum', () => {
  test('keeps order there and nowhere else', () => {
    const [here, there] = [start('measures'), start('operations')];
    const acts = (thread: Thread) => [
      () => renameThread(rosa, { threadId: thread.id, title: `Another title for it ${++written}`, reason: 'Tidying.' }), () => pinThread(rosa, { threadId: thread.id, reason: 'In order.' }), () => lockThread(rosa, { threadId: thread.id, reason: 'Enough.' }),
      () => removePost(rosa, { postId: reply(start(thread.forum?.slug === 'measures' ? 'measures' : 'operations')), reason: 'An attack.' }),
    ];
    for (const act of acts(here)) expect(act).not.toThrow();
    for (const act of acts(there)) expect(act).toThrow(Denied);
    expect(db.select().from(threads).where(eq(threads.id, there.id)).get()).toMatchObject({ pinned: false, lockedAt: null });
  });

  test('sees what is removed there and nowhere else', () => {
    const [here, there] = [start('measures'), start('operations')];
    const [postHere, postThere] = [reply(start('measures')), reply(start('operations'))];
    for (const thread of [here, there]) removeThread(nadia, { threadId: thread.id, reason: 'Off topic.' });
    for (const postId of [postHere, postThere]) removePost(nadia, { postId, reason: 'Off topic.' });
    expect(findThread(rosa, here.id).removed).toBe(true);
    expect(() => findThread(rosa, there.id)).toThrow(Gone);
    expect(findPost(rosa, postHere).markdown).not.toBe('');
    expect(findPost(rosa, postThere).markdown).toBe('');
    const listed = (viewer: Member | null) => listThreads(viewer, {}, null).threads.map(({ id }) => id);
    expect(listed(rosa)).toContain(here.id);
    expect(listed(rosa)).not.toContain(there.id);
    expect(listed(tom)).not.toContain(here.id);
    expect(listThreads(rosa, { forumId: operations }, null).total).toBe(listThreads(null, { forumId: operations }, null).total);
    expect(listForums(rosa).find(({ id }) => id === operations)?.latest?.id).toBe(listForums(null).find(({ id }) => id === operations)?.latest?.id);
    restoreThread(rosa, { threadId: here.id, reason: 'In order.' });
    restorePost(rosa, { postId: postHere, reason: 'In order.' });
    expect(() => restoreThread(rosa, { threadId: there.id, reason: 'In order.' })).toThrow(Gone);
    expect(() => restorePost(rosa, { postId: postThere, reason: 'In order.' })).toThrow(Denied);
  });

  test('is offered to move a thread nowhere, and a coordinator of all to every other forum that is open', () => {
    const { forumId } = start('measures');
    expect(forumsToMoveTo(rosa, forumId)).toEqual([]);
    expect(forumsToMoveTo(nadia, forumId).map(({ slug }) => slug)).toEqual(['operations']);
    db.update(forums).set({ closedReason: 'Over.' }).where(eq(forums.id, operations)).run();
    expect(forumsToMoveTo(nadia, forumId)).toEqual([]);
    db.update(forums).set({ closedReason: null }).where(eq(forums.id, operations)).run();
  });

  test('moves, merges and splits only between forums of theirs', () => {
    const [here, other, there] = [start('measures'), start('measures'), start('operations')];
    const post = reply(here);
    expect(() => moveThread(rosa, { threadId: here.id, forum: 'operations', reason: 'Tidying.' })).toThrow(Denied);
    expect(() => mergeThreads(rosa, { threadId: here.id, target: String(there.id), order: 'appended', reason: 'The same.' })).toThrow(Denied);
    expect(() => splitThread(rosa, splitThreadInput.parse({ threadId: here.id, posts: [post], into: 'new', title: 'Another matter altogether', forum: 'operations', reason: 'x' }))).toThrow(Denied);
    expect(() => splitThread(rosa, splitThreadInput.parse({ threadId: here.id, posts: [post], into: 'existing', target: String(there.id), reason: 'x' }))).toThrow(Denied);
    mergeThreads(rosa, { threadId: here.id, target: String(other.id), order: 'appended', reason: 'The same.' });
    moveThread(nadia, { threadId: there.id, forum: 'measures', reason: 'Tidying.' });
    const [byNadia] = listActs(nadia, null).acts;
    // It stood where Rosa may do nothing: undoing it would put it there.
    expect(() => undoThreadAct(rosa, { actId: byNadia?.id ?? 0 })).toThrow(Denied);
    expect(forumsToCoordinate(rosa).map(({ slug }) => slug)).toEqual(['measures']);
  });

  test('reads of acts only where both threads are theirs', () => {
    const [here, there] = [start('measures'), start('operations')];
    lockThread(nadia, { threadId: there.id, reason: 'Enough.' });
    lockThread(nadia, { threadId: here.id, reason: 'Enough.' });
    const told = JSON.stringify(listActs(rosa, null).acts);
    expect(told).toContain(here.title);
    expect(told).not.toContain(there.title);
    expect(() => listActs(tom, null)).toThrow(Denied);
  });

  test('decides cases of that forum; others are nowhere on their desk, nor in a count or a letter', () => {
    const [here, there] = [flag(reply(start('measures'))), flag(reply(start('operations')))];
    createComment(tom, { resourceId: publishedWith(['equity']), body: 'A comment that somebody flags.' });
    const comment = flag(lastPost());
    flagMember(ines, flagMemberInput.parse({ memberId: tom.id, reason: 'spam', note: 'An advertisement.' }));
    const seen = openCases(rosa, null);
    expect(seen.cases.map(({ id }) => id)).toEqual([here]);
    expect([seen.total, countOpenCases(rosa)]).toEqual([1, 1]);
    expect(countOpenCases(nadia)).toBeGreaterThan(3);
    for (const id of [there, comment]) {
      expect(() => findCase(rosa, id)).toThrow(NotFound);
      expect(() => claimCase(rosa, { caseId: id })).toThrow(NotFound);
      expect(() => addCaseNote(rosa, { caseId: id, note: 'Hm.' })).toThrow(NotFound);
      expect(() => decide(rosa, { caseId: id, outcome: 'keep', reason: 'Fine.' })).toThrow(NotFound);
    }
    const postThere = db.select({ id: cases.postId }).from(cases).where(eq(cases.id, there)).get()?.id ?? 0;
    expect(caseOfPost(rosa, postThere)).toBeNull();
    expect(caseOfPost(nadia, postThere)).toBe(there);
    claimCase(rosa, { caseId: here });
    const { decisionId } = decide(rosa, { caseId: here, outcome: 'remove', reason: 'An attack on a colleague.' });
    undoDecision(rosa, { decisionId, reason: 'I was wrong.' });
    decide(nadia, { caseId: there, outcome: 'remove', reason: 'An attack.' }, new Date(Date.now() + 1));
    expect(() => undoDecision(rosa, { decisionId: lastDecisionOf(there), reason: 'No.' })).toThrow(NotFound);
    const before = lettersTo(rosa.email).length;
    const [personalHere, personalThere] = [reply(start('measures')), reply(start('operations'))];
    for (const postId of [personalHere, personalThere]) flagPost(ines, flagPostInput.parse({ postId, reason: 'personal-data' }));
    expect(lettersTo(rosa.email).slice(before).map(({ subject }) => subject)).toEqual(['Something is hidden on Practice Hub and waits for you']);
    expect(() => findPost(rosa, personalHere)).not.toThrow();
  });

  test('lets held posts of that forum through, and sees no others', async () => {
    setHolding(abe, { hold: 'yes' });
    const newcomer = db.insert(members).values({ name: 'Ned Newcomer', email: 'ned@test.example', handle: 'ned', emailConfirmedAt: new Date() }).returning().get();
    const ned = again({ ...tom, id: newcomer.id });
    const typed = { shown: stamp(new Date(Date.now() - 60_000)), website: '' };
    const waits = (forum: string) => submitThread(ned, { forum, kind: 'discussion', title: `A first thread in ${forum}`, body: `Good day to all of you in ${forum}.`, themes: [], ...typed }).url;
    const [here, there] = [waits('measures'), waits('operations')].map((url) => Number(url.split('/').at(-1)));
    const inThread = Number(submitPost(ned, { threadId: start('operations').id, body: 'A first reply of mine.', ...typed }).url.split('/').at(-1));
    expect(heldPost(rosa, here ?? 0).title).toBe('A first thread in measures');
    for (const id of [there, inThread]) expect(() => heldPost(rosa, id ?? 0)).toThrow(NotFound);
    const mine = openCases(rosa, null).cases.filter(({ kind }) => kind === 'held');
    expect(mine).toHaveLength(1);
    decide(rosa, { caseId: mine[0]?.id ?? 0, outcome: 'approve', reason: 'Welcome.' });
    expect(listThreads(null, { forumId: measures }, null).threads.map(({ title }) => title)).toContain('A first thread in measures');
    setHolding(abe, { hold: 'no' });
  });

  test('accepts answers, looks after questions, and is among those who are asked, there alone', () => {
    const [here, there] = [start('measures', 'question'), start('operations', 'question')];
    expect([canAccept(rosa, here), canAccept(rosa, there)]).toEqual([true, false]);
    const asked = openQuestions(rosa, false).map(({ threadId }) => threadId);
    expect(asked).toContain(here.id);
    expect(asked).not.toContain(there.id);
    expect(countOldAnswers(rosa)).toBe(0);
    const people = lookers(new Date());
    expect(people.inForum(measures, tom.id)).toEqual([rosa.id]);
    expect(people.inForum(operations, tom.id)).not.toContain(rosa.id);
    expect([people.has(rosa.id, measures), people.has(rosa.id, operations)]).toEqual([true, false]);
    handOverQuestion(nadia, { threadId: here.id, to: rosa.id, reason: 'It is yours.' });
    expect(() => handOverQuestion(nadia, { threadId: there.id, to: rosa.id, reason: 'It is yours.' })).toThrow(Invalid);
    expect(() => handOverQuestion(rosa, { threadId: there.id, to: nadia.id, reason: 'It is yours.' })).toThrow(Denied);
    acceptAnswer(rosa, { postId: reply(here) });
    expect(() => acceptAnswer(rosa, { postId: reply(there) })).toThrow(Denied);
  });

  test('has nothing of the house: no members, log, settings, suspensions, nobody’s name', () => {
    const { id } = start('measures', 'question');
    for (const act of [
      () => listMembers(rosa, {}, null), () => readLog(rosa, null), () => setHolding(rosa, { hold: 'yes' }), () => suspendMember(rosa, { memberId: tom.id, days: 1, reason: 'x' }),
      () => namelessPost(rosa, id), () => casesOfMember(rosa, tom.id),
    ]) expect(act).toThrow(Denied);
    expect(() => openCases(null, null)).toThrow(SignInRequired);
    expect(() => openCases({ ...rosa, suspendedUntil: new Date(Date.now() + 1e6) }, null)).toThrow(Denied);
  });
});

const lastPost = () => Number((db.$client.prepare('select max(id) as id from posts').get() as { id: number }).id);
const lastDecisionOf = (caseId: number) => Number((db.$client.prepare('select max(id) as id from decisions where case_id = ?').get(caseId) as { id: number }).id);

/** A published book with these themes. */
function publishedWith(themes: string[]): string {
  const made = createResource(nadia, draft({ themes, publish: 'yes' }));
  publishResource(ines, { id: made.id });
  return made.id;
}

describe('a coordinator of one theme', () => {
  test('curates what carries it and nothing else', () => {
    const [own, other] = [createResource(nadia, draft({ themes: ['equity', 'technology'], publish: 'yes' })), createResource(nadia, draft({ publish: 'yes' }))];
    expect(waitingResources(rosa).map(({ id }) => id)).toEqual([own.id]);
    expect([countWaiting(rosa), countDue(rosa)]).toEqual([1, 0]);
    takeIntoReview(rosa, { id: own.id });
    expect(editResource(rosa, edited(own.slug, { title: 'A better title of it' })).id).toBe(own.id);
    publishResource(rosa, { id: own.id });
    retireResource(rosa, { id: own.id, reason: 'Outdated.' });
    for (const act of [
      () => takeIntoReview(rosa, { id: other.id }), () => publishResource(rosa, { id: other.id }), () => declineResource(rosa, { id: other.id, reason: 'x' }), () => editResource(rosa, edited(other.slug, { title: 'Mine' })),
      () => resourceForEditing(rosa, other.slug), () => historyOf(rosa, other.slug), () => renameResource(rosa, { id: other.id, slug: 'mine', reason: 'x' }), () => findResource(rosa, other.slug),
    ]) expect(act).toThrow(NotFound);
    publishResource(ines, { id: other.id });
    expect(() => retireResource(rosa, { id: other.id, reason: 'x' })).toThrow(/none of the themes/);
    expect(db.select().from(resources).where(eq(resources.id, other.id)).get()).toMatchObject({ status: 'published' });
  });

  test('sees on the desk only these', () => {
    const [own, other] = [createResource(nadia, draft({ themes: ['equity'] })), createResource(nadia, draft())];
    const listed = listForDesk(rosa, readDeskFilter(new URLSearchParams()), null);
    expect(listed.resources.map(({ slug }) => slug)).toContain(own.slug);
    expect(JSON.stringify(listed)).not.toContain(other.slug);
    expect(findResource(rosa, own.slug).slug).toBe(own.slug);
    expect(() => listForDesk(tom, readDeskFilter(new URLSearchParams()), null)).toThrow(Denied);
  });

  test('writes what carries it, and lets nothing go out of it', () => {
    expect(() => createResource(rosa, draft())).toThrow(Invalid);
    const made = createResource(rosa, draft({ themes: ['equity'], publish: 'yes' }));
    expect(made.status).toBe('submitted');
    expect(() => publishResource(rosa, { id: made.id })).toThrow(/another coordinator/);
    expect(() => editResource(rosa, edited(made.slug, { themes: ['technology'] }))).toThrow(Invalid);
    expect(() => createResource(tom, draft({ themes: ['equity'] }))).toThrow(Denied);
  });
});
