import { and, eq, inArray, like } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { appeals, caseNotes, cases, closedThreads, collections, db, decisions, flags, heldPosts, hiddenTitles, imports, log, members, merges, outbox, posts, reactions, resourceThemes, resources, threadActs, threads } from '#db/client.ts';
import { appealDecision } from '#domain/decisions/appealing.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagConfirmation, removeConfirmation } from '#domain/decisions/flagging-confirmations.ts';
import { flagPost, flagPostInput, hideByHub } from '#domain/decisions/flagging.ts';
import { addCaseNote, findCase } from '#domain/decisions/queue.ts';
import { Invalid } from '#domain/errors.ts';
import { acceptAnswer, unacceptAnswer } from '#domain/forum/accepting.ts';
import { acceptedAnswersOf } from '#domain/forum/answers.ts';
import { closeThread, reopenThread } from '#domain/forum/closing.ts';
import { confirmPost } from '#domain/forum/confirming.ts';
import { forumNames } from '#domain/forum/forums.ts';
import { editForum, editForumInput } from '#domain/forum/keeping-forums.ts';
import { mergeThreads, mergeThreadsInput } from '#domain/forum/merging.ts';
import { lockThread, renameThread } from '#domain/forum/moderating.ts';
import { createPost, postsOnPage } from '#domain/forum/posts.ts';
import { react, reactInput } from '#domain/forum/reacting.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import { finishLeavings } from '#domain/leaving/finishing.ts';
import { hubWordsNaming } from '#domain/leaving/hub-words.ts';
import { leaveHub } from '#domain/leaving/leaving.ts';
import { createCollection, deleteCollection, featureCollection } from '#domain/library/collecting.ts';
import { mergeInput, mergeResources, unmergeResources } from '#domain/library/merging.ts';
import { indexResource } from '#domain/library/searchable.ts';
import { placeOf } from '#domain/library/slugs.ts';
import { restoreVersion } from '#domain/library/versions.ts';
import { rulesInput, setRulesOfJoining } from '#domain/membership/rules.ts';
import { readPublicLog, recordAct } from '#domain/moderation/log.ts';
import { asMember } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
beforeEach(() => forgetLimits());

let made = 0;
const called = (name: string, given: Partial<typeof members.$inferInsert> = {}) => { const handle = `leaver-${++made}`; return asMember(db.insert(members).values({ name, handle, email: `${handle}@town.example`, emailConfirmedAt: new Date(), ...given }).returning().get()); };
async function leave(member: Member): Promise<void> {
  leaveHub(await sessionOf(member), { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: member.handle });
  await finishLeavings();
}
const start = (who: Member, title: string, nameless = false) => createThread(who, { forum: 'operations', kind: 'question', title, body: `What of it, ${++made}?`, themes: [], token: undefined, nameless });
type Started = ReturnType<typeof start>;
const merge = (by: Member, from: { id: number }, into: { url: string }) => mergeThreads(by, mergeThreadsInput.parse({ threadId: from.id, target: into.url, reason: 'The same.' }));
function work(title: string, by: Member): typeof resources.$inferSelect {
  const slug = `work-${++made}`;
  const row = db.insert(resources).values({ id: `hub:${slug}`, slug, kind: 'article', type: 'article', status: 'published', publishedAt: new Date(), origin: 'hub', title, summary: 'How.', body: 'So.', csl: { id: slug, title }, submittedById: by.id } as typeof resources.$inferInsert).returning().get();
  db.insert(resourceThemes).values({ resourceId: row.id, theme: 'equity' }).run();
  indexResource(row, []);
  return row;
}
const lines = () => db.select().from(log).all().map(({ object }) => object);
/** Every text of the database that says it, but for the full-text index. */
const saying = (what: RegExp) => (db.$client.prepare(`select m.name as "table", c.name as "column" from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and upper(c.type) = 'TEXT' and m.name not like 'search\\_index%' escape '\\'`).all() as { table: string; column: string }[])
  .flatMap(({ table, column }) => (db.$client.prepare(`select "${column}" from "${table}"`).pluck().all() as string[]).map((text) => `${table}.${column}: ${text}`)).filter((text) => what.test(text));

test('why another thread is gone says no earlier title of theirs', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Zebulon Quixotry');
  const thread = start(leaver, 'Zebulon Quixotry asks');
  merge(nadia, start(tom, 'How much snow is it?'), thread);
  renameThread(nadia, { threadId: thread.id, title: 'About snow', reason: 'It is.' });
  await leave(leaver);
  expect(saying(/quixotry/i)).toEqual([]);
});

test('a line is found again when a second one leaves, whatever it called the first', async () => {
  const [nadia, rosa] = [await enter('nadia'), await enter('rosa')];
  const [first, second] = [called('Zelda Brandish', { role: 'coordinator' }), called('Tom Quillwort')];
  const other = start(rosa, 'Which other one?');
  merge(first, start(second, 'Tom Quillwort thanks Zelda Brandish'), other);
  merge(nadia, start(second, `Tom Quillwort asks @${first.handle}`), other);
  const [theirs, others] = [work('Tom Quillwort after Zelda Brandish', second), work('Some other work', rosa)];
  mergeResources(first, mergeInput.parse({ keepId: others.id, mergeId: theirs.id, reason: 'The same.' }));
  await leave(first);
  expect(saying(new RegExp(`@${first.handle}`))).toEqual([]);
  expect(lines()).toContain('“Tom Quillwort thanks a former member” into “Which other one?”');
  await leave(second);
  expect(saying(/quillwort/i)).toEqual([]);
  expect(lines()).toEqual(expect.arrayContaining(['“a former member thanks a former member” into “Which other one?”', '“a former member asks a former member” into “Which other one?”', '“a former member after a former member” into “Some other work”']));
});

test('a thread that was split off for them and taken back is theirs, and one without their name is not', async () => {
  const [nadia, rosa] = [await enter('nadia'), await enter('rosa')];
  const leaver = called('Gideon Marchbanks');
  const split = (threadId: number, post: number, title: string) => {
    const { url } = splitThread(nadia, splitThreadInput.parse({ threadId, posts: [String(post)], into: 'new', title, forum: 'operations', reason: 'Another matter.' }));
    lockThread(nadia, { threadId: Number(/\/(\d+)-/.exec(url)?.[1]), reason: 'For a while.' });
    undoThreadAct(nadia, { actId: db.select().from(threadActs).where(eq(threadActs.act, 'split thread')).all().at(-1)?.id ?? 0 });
  };
  const snow = start(rosa, 'How much snow falls?');
  split(snow.id, createPost(leaver, { threadId: snow.id, body: 'Ten.', token: undefined }).id, 'Gideon Marchbanks on snow');
  const unnamed = start(leaver, 'Who else asks so?', true);
  split(unnamed.id, createPost(leaver, { threadId: unnamed.id, body: 'I mean it.', token: undefined }).id, 'Gideon Marchbanks without a name');
  await leave(leaver);
  expect(saying(/marchbanks on/i)).toEqual([]);
  expect(lines()).toContain('a post of “Who else asks so?” to “Gideon Marchbanks without a name”');
});

test('the line of a version that was brought back says the title as it is then', async () => {
  const nadia = await enter('nadia');
  const leaver = called("Sinead O'Neil");
  const row = work('Counting like Sinead O’Neil', leaver);
  const now = () => db.select().from(resources).where(eq(resources.id, row.id)).get();
  mergeResources(nadia, mergeInput.parse({ keepId: row.id, mergeId: work('Another', nadia).id, reason: 'The same.' }));
  db.update(resources).set({ title: 'Counting' }).where(eq(resources.id, row.id)).run();
  restoreVersion(nadia, { id: row.id, number: 1, updatedAt: now()?.updatedAt.getTime() ?? 0, reason: 'As it was.' });
  expect(lines()).toContain('Counting like Sinead O’Neil');
  await leave(leaver);
  expect(saying(/O.Neil/)).toEqual([]);
});

test('why works are merged or not says no title of theirs', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Una Pettifer');
  const [kept, gone, back] = [work('Way of Una Pettifer', leaver), work('One more', tom), work('And another', tom)];
  const [suggested, other] = [work('Kettles of Una Pettifer', leaver), work('One more thing', tom)];
  db.update(resources).set({ status: 'submitted', publishedAt: null }).where(eq(resources.id, suggested.id)).run();
  mergeResources(nadia, mergeInput.parse({ keepId: other.id, mergeId: suggested.id, reason: 'Una Pettifer wrote both.' }));
  for (const { id } of [gone, back]) mergeResources(nadia, mergeInput.parse({ keepId: kept.id, mergeId: id, reason: 'The same.' }));
  unmergeResources(nadia, { mergeId: db.select().from(merges).where(eq(merges.mergedId, back.id)).get()?.id ?? 0 });
  await leave(leaver);
  expect(saying(/pettifer/i)).toEqual([]);
  expect(readPublicLog(null).lines.map(({ object, reason }) => `${object}: ${reason}`)).toContain('a suggestion into “One more thing”: a former member wrote both.');
  expect(db.select().from(resources).where(eq(resources.id, gone.id)).get()?.retiredReason).toBe('It was merged with “Way of a former member”: The same.');
});

test('what was done to threads can be undone after whoever did it has left, with the words that stand there', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Adalbert Fisker', { role: 'coordinator' });
  const [closed, reopened, locked, renamed] = ['Is it closed?', 'Is it open?', 'Is it locked?', 'Is it snow?'].map((title) => start(tom, title));
  const own = start(leaver, 'Is it mine?');
  const id = (thread: { id: number } | undefined) => thread?.id ?? 0;
  for (const thread of [closed, reopened, own]) closeThread(leaver, { threadId: id(thread), reason: 'Settled, says Adalbert Fisker.' });
  reopenThread(leaver, { threadId: id(reopened) });
  acceptAnswer(nadia, { postId: createPost(leaver, { threadId: id(renamed), body: 'It is.', token: undefined }).id });
  lockThread(leaver, { threadId: id(locked), reason: 'Adalbert Fisker looks at it.' });
  renameThread(nadia, { threadId: id(renamed), title: 'Adalbert Fisker answers', reason: 'So they do.' });
  renameThread(leaver, { threadId: id(renamed), title: 'Is it snow, Adalbert Fisker?', reason: 'It is.' });
  unacceptAnswer(nadia, { postId: db.select().from(posts).where(and(eq(posts.threadId, id(renamed)), eq(posts.number, 2))).get()?.id ?? 0 });
  await leave(leaver);
  const state = (thread: { id: number } | undefined) => db.select().from(threads).where(eq(threads.id, id(thread))).get();
  expect([state(locked)?.lockedReason, state(renamed)?.title]).toEqual(['a former member looks at it.', 'Is it snow, a former member?']);
  expect(lines()).toContain('an answer to “Is it snow, a former member?”');
  for (const thread of [closed, reopened, reopened, own, locked, renamed]) undoThreadAct(nadia, { actId: db.select().from(threadActs).where(eq(threadActs.threadId, id(thread))).all().filter(({ undoneAt }) => undoneAt === null).at(-1)?.id ?? 0 });
  // What another called it stays.
  expect([state(locked)?.lockedReason, state(renamed)?.title]).toEqual([null, 'Adalbert Fisker answers']);
  expect(db.$client.prepare('select count(*) from closed_threads').pluck().get()).toBe(0);
  expect(saying(/says Adalbert|Fisker looks|snow, Adalbert/)).toEqual([]);
});

test('a name that is a word stays in why a thread of theirs was locked, and in what undoes it', async () => {
  const nadia = await enter('nadia');
  const leaver = called('max');
  const thread = start(leaver, 'How many replies?');
  lockThread(nadia, { threadId: thread.id, reason: 'At max ten replies.' });
  await leave(leaver);
  undoThreadAct(nadia, { actId: db.select().from(threadActs).where(eq(threadActs.threadId, thread.id)).get()?.id ?? 0 });
  expect(db.select().from(threads).where(eq(threads.id, thread.id)).get()?.lockedAt).toBeNull();
});

test('works and lists are called otherwise at once, before the rest of leaving is done', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Ottoline Vree');
  const [way, double, second] = [work('Ottoline Vree’s way', leaver), work('Double', tom), work('Second', leaver)];
  const list = createCollection(leaver, { title: 'OTTOLINE VREE reads', description: '', visibility: 'public' });
  mergeResources(nadia, mergeInput.parse({ keepId: way.id, mergeId: second.id, reason: 'The same.' }));
  mergeResources(nadia, mergeInput.parse({ keepId: double.id, mergeId: way.id, reason: 'The same.' }));
  unmergeResources(nadia, { mergeId: db.select().from(merges).where(eq(merges.mergedId, second.id)).get()?.id ?? 0 });
  unmergeResources(nadia, { mergeId: db.select().from(merges).where(eq(merges.mergedId, way.id)).get()?.id ?? 0 });
  leaveHub(await sessionOf(leaver), { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: leaver.handle });
  expect(db.select().from(resources).where(eq(resources.id, way.id)).get()?.title).toBe('a former member’s way');
  expect(db.select().from(collections).where(eq(collections.id, list.id)).get()).toMatchObject({ title: 'a former member reads', slug: 'a-former-member-reads' });
  mergeResources(nadia, mergeInput.parse({ keepId: way.id, mergeId: double.id, reason: 'The same.' }));
  featureCollection(nadia, { collectionId: list.id });
  await finishLeavings();
  expect(saying(/vree/i)).toEqual([]);
});

test('lists that are gone are named by nobody, and lines about them lead nowhere', async () => {
  const nadia = await enter('nadia');
  const leaver = called('Eustacia Pym');
  const list = (title: string) => { const { id } = createCollection(leaver, { title, description: '', visibility: 'public' }); featureCollection(nadia, { collectionId: id }); return id; };
  deleteCollection(leaver, { collectionId: list('Readings of Eustacia Pym') });
  const [kept] = [list('EUSTACIA PYM reads'), list('Secret things of mine')];
  leaveHub(await sessionOf(leaver), { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'delete', files: 'keep', confirm: leaver.handle });
  await finishLeavings();
  expect(saying(/eustacia|pym/i)).toEqual([]);
  expect(lines()).toEqual(expect.arrayContaining(['Readings of a former member', 'a former member reads']));
  expect(readPublicLog(null).lines.filter(({ act }) => act === 'feature collection').map(({ object, url }) => [object, url])).toEqual(expect.arrayContaining([['a reading list', null]]));
  expect(readPublicLog(null).lines.map(({ object }) => object)).not.toContain('Secret things of mine');
  expect(kept).toBeGreaterThan(0);
});

test('the file that they imported is called without their name, in what others did with it too', async () => {
  const nadia = await enter('nadia');
  const leaver = called('Zebulon Wexford', { role: 'coordinator' });
  const { id } = db.insert(imports).values({ fileName: 'Zebulon Wexford refs.ris', format: 'ris', state: 'ready', byId: leaver.id, size: 1, theme: 'equity', rights: 'undetermined' }).returning().get();
  recordAct(nadia, 'discard import', 'Zebulon Wexford refs.ris', `/desk/imports/${id}`);
  await leave(leaver);
  expect(saying(/wexford/i)).toEqual([]);
});

test('titles that they gave in office are found as they are now, also those that were hidden or made by a split; others’ of the same words stay', async () => {
  const [nadia, tom, rosa] = [await enter('nadia'), await enter('tom'), await enter('rosa')];
  const leaver = called('Hedda Corriveau', { role: 'coordinator' });
  const [snow, hidden, split, same] = ['How is snow?', 'Which one is hidden?', 'What is split?', 'Hedda Corriveau on salt'].map((title) => start(tom, title).id);
  start(leaver, 'Hedda Corriveau on salt');
  const last = (thread = 0) => db.select().from(threadActs).where(eq(threadActs.threadId, thread)).all().filter(({ undoneAt }) => undoneAt === null).at(-1)?.id ?? 0;
  renameThread(leaver, { threadId: snow ?? 0, title: 'Snow: notes of Hedda Corriveau', reason: 'So.' });
  renameThread(leaver, { threadId: hidden ?? 0, title: 'Plan of Hedda Corriveau', reason: 'So.' });
  renameThread(leaver, { threadId: same ?? 0, title: 'Another on salt', reason: 'So.' });
  const reply = createPost(rosa, { threadId: split ?? 0, body: 'Another matter.', token: undefined }).id;
  splitThread(leaver, splitThreadInput.parse({ threadId: split, posts: [String(reply)], into: 'new', title: 'Split for Hedda Corriveau', forum: 'operations', reason: 'So.' }));
  const opening = db.select().from(posts).where(eq(posts.threadId, hidden ?? 0)).get()?.id ?? 0;
  createPost(rosa, { threadId: hidden ?? 0, body: 'This one.', token: undefined });
  flagPost(rosa, flagPostInput.parse({ postId: opening, reason: 'attack' }));
  const flagged = db.select().from(cases).where(eq(cases.postId, opening)).get();
  if (flagged) hideByHub(flagged, 'flags', 'own');
  expect(db.select().from(hiddenTitles).get()?.title).toBe('Plan of Hedda Corriveau');
  await leave(leaver);
  decide(nadia, { caseId: flagged?.id ?? 0, outcome: 'keep', reason: 'Fine.' });
  expect(db.select().from(threads).all().map(({ title }) => title)).toEqual(expect.arrayContaining(['Snow: notes of a former member', 'Plan of a former member', 'Split for a former member']));
  expect(saying(/of Hedda|for Hedda|of-hedda/i)).toEqual([]);
  expect(db.$client.prepare(`select count(*) from search_documents where title like '%Hedda%' or url like '%hedda%'`).pluck().get()).toBe(0);
  for (const thread of [snow, hidden, same]) undoThreadAct(nadia, { actId: last(thread) });
  expect([snow, hidden, same].map((id) => db.select().from(threads).where(eq(threads.id, id ?? 0)).get()?.title)).toEqual(['How is snow?', 'Which one is hidden?', 'Hedda Corriveau on salt']);
});

test('a long reason is the same where it stands and in what undoes it', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Max Leed', { role: 'coordinator' });
  const thread = start(tom, 'How long is it?');
  lockThread(leaver, { threadId: thread.id, reason: `Max Leed looked. ${'Again. '.repeat(90)}` });
  await leave(leaver);
  expect(db.select().from(threads).where(eq(threads.id, thread.id)).get()?.lockedReason).toMatch(/^a former member looked/);
  undoThreadAct(nadia, { actId: db.select().from(threadActs).where(eq(threadActs.threadId, thread.id)).get()?.id ?? 0 });
});

test('a thread that went into another leads there after its author has deleted what they wrote', async () => {
  const [nadia, rosa] = [await enter('nadia'), await enter('rosa')];
  const leaver = called('Ingmar Tolle');
  const [from, into] = [start(leaver, 'Who has gone?'), start(rosa, 'Who is there?')];
  createPost(rosa, { threadId: from.id, body: 'I am.', token: undefined });
  const alone = start(leaver, 'My private trouble');
  for (const one of [from, alone]) merge(nadia, one, into);
  leaveHub(await sessionOf(leaver), { posts: 'delete', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: leaver.handle });
  await finishLeavings();
  expect(db.$client.prepare('select thread_id, into_id from former_threads').raw().all()).toEqual(expect.arrayContaining([[from.id, into.id], [alone.id, into.id]]));
  // Where others answered a title stays; of what was theirs alone nothing does, and no undoing brings it back.
  expect([from, alone].map(({ id }) => db.select().from(threads).where(eq(threads.id, id)).get()?.title)).toEqual(['Who has gone?', 'Removed by its author']);
  expect(db.select().from(threadActs).where(eq(threadActs.threadId, alone.id)).all()).toEqual([]);
});

test('why posts were moved out of a thread of theirs names them in nobody’s inbox', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Percival Snodgrass');
  const [thread, other] = [start(leaver, 'How many lines?'), start(tom, 'How many desks?')];
  const reply = createPost(tom, { threadId: thread.id, body: 'Ten desks.', token: undefined }).id;
  splitThread(nadia, splitThreadInput.parse({ threadId: thread.id, posts: [String(reply)], into: 'existing', target: other.url, reason: 'Not what Percival Snodgrass asked.' }));
  await leave(leaver);
  expect(db.$client.prepare(`select words from notifications where kind = 'moved'`).pluck().all()).toContain('Not what a former member asked.');
  expect(saying(/snodgrass/i)).toEqual([]);
});

test.each(['keep', 'delete'] as const)('a suggestion that was merged is cited as the one that stays, also after its author has left: %s', async (how) => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Dorothea Quimble');
  const [kept, suggested] = [work('A published work', tom), work('Ledger of kerbs by Dorothea Quimble', leaver)];
  db.update(resources).set({ status: 'submitted', publishedAt: null }).where(eq(resources.id, suggested.id)).run();
  mergeResources(nadia, mergeInput.parse({ keepId: kept.id, mergeId: suggested.id, reason: 'The same.' }));
  leaveHub(await sessionOf(leaver), { posts: 'keep', comments: 'keep', suggestions: how, collections: 'keep', files: 'keep', confirm: leaver.handle });
  await finishLeavings();
  expect(placeOf(suggested.slug)).toMatchObject({ kind: 'moved', slug: kept.slug });
  expect(saying(/dorothea|quimble/i)).toEqual([]);
});

test('nobody writes to whoever has left, asks them to edit or warns them; of who wrote without a name nobody can tell', async () => {
  const [nadia, rosa, ines] = [await enter('nadia'), await enter('rosa'), await enter('ines')];
  const leaver = called('Wilbur Thackery');
  const thread = start(rosa, 'Whom do we write to?');
  const reply = createPost(leaver, { threadId: thread.id, body: 'To nobody.', token: undefined }).id;
  const unnamed = db.select().from(posts).where(eq(posts.threadId, start(leaver, 'Who asks without a name?', true).id)).get()?.id ?? 0;
  for (const postId of [reply, unnamed]) flagPost(rosa, flagPostInput.parse({ postId, reason: 'attack' }));
  const caseOf = (postId: number) => db.select().from(cases).where(eq(cases.postId, postId)).get()?.id ?? 0;
  const second = createPost(leaver, { threadId: db.select().from(posts).where(eq(posts.id, unnamed)).get()?.threadId ?? 0, body: 'Nobody yet?', token: undefined }).id;
  flagPost(rosa, flagPostInput.parse({ postId: second, reason: 'attack' }));
  for (const postId of [reply, second]) appealDecision(leaver, { decisionId: decide(nadia, { caseId: caseOf(postId), outcome: 'warn', reason: 'Please.' }).decisionId, text: `No, says Wilbur Thackery, ${leaver.email}.` });
  const appealed = (postId: number) => db.select().from(cases).where(and(eq(cases.kind, 'appeal'), inArray(cases.decisionId, db.select({ id: decisions.id }).from(decisions).where(eq(decisions.caseId, caseOf(postId)))))).get();
  // Their “works for us too” below what somebody else wrote without a name had theirs.
  const askedByRosa = start(rosa, 'And who asks here?', true).id;
  const rosas = createPost(rosa, { threadId: askedByRosa, body: 'I do.', token: undefined }).id;
  confirmPost(leaver, { postId: rosas, place: 'Fir', year: 2026, note: null });
  removeConfirmation(nadia, { postId: rosas, memberId: leaver.id, reason: 'It is not so.' });
  appealDecision(leaver, { decisionId: db.select({ id: decisions.id }).from(decisions).where(eq(decisions.caseId, caseOf(rosas))).get()?.id ?? 0, text: `It is, says ${leaver.email}.` });
  const other = createPost(leaver, { threadId: thread.id, body: 'To nobody at all.', token: undefined }).id;
  flagPost(rosa, flagPostInput.parse({ postId: other, reason: 'attack' }));
  await leave(leaver);
  // What is appealed without a name waits on.
  expect([reply, second, rosas].map((postId) => appealed(postId)?.closedAt === null)).toEqual([false, true, false]);
  expect(findCase(ines, appealed(second)?.id ?? 0)).toMatchObject({ tellsFlaggers: true, authorLeft: false });
  expect(findCase(ines, appealed(second)?.id ?? 0).appeal?.text).toBe('No, says Wilbur Thackery, an address that is gone.');
  expect(findCase(ines, appealed(reply)?.id ?? 0).appeal?.text).toBe('The member has left.');
  expect(findCase(nadia, caseOf(other))).toMatchObject({ outcomes: ['keep', 'remove'], authorLeft: true });
  expect(findCase(nadia, caseOf(unnamed))).toMatchObject({ outcomes: ['keep', 'remove', 'ask', 'warn', 'move'], authorLeft: false });
  expect(() => decide(nadia, { caseId: caseOf(other), outcome: 'warn', reason: 'Please.' })).toThrow(Invalid);
  const { decisionId } = decide(nadia, { caseId: caseOf(other), outcome: 'remove', reason: 'It is untrue.' });
  undoDecision(nadia, { decisionId, reason: 'It is true.' });
  decide(nadia, { caseId: caseOf(unnamed), outcome: 'warn', reason: 'Please.' });
  expect(db.select().from(outbox).all().filter(({ to }) => to.endsWith('.invalid'))).toEqual([]);
});

test('a case says of nobody that they are told who has left, or decides it', async () => {
  const [nadia, rosa, ines] = [await enter('nadia'), await enter('rosa'), await enter('ines')];
  const flagged = (by: Member) => {
    const postId = createPost(rosa, { threadId: start(rosa, 'Who is told?').id, body: 'Whoever asks.', token: undefined }).id;
    flagPost(by, flagPostInput.parse({ postId, reason: 'attack' }));
    return db.select().from(cases).where(eq(cases.postId, postId)).get()?.id ?? 0;
  };
  const appealOf = (caseId: number, text: string) => {
    const { decisionId } = decide(nadia, { caseId, outcome: 'remove', reason: 'It is untrue.' });
    appealDecision(rosa, { decisionId, text });
    return db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0;
  };
  const gone = called('Ottoline Brack');
  const [ofGone, ofInes] = [flagged(gone), flagged(ines)];
  expect(findCase(nadia, ofGone)).toMatchObject({ tellsAuthor: true, tellsFlaggers: true });
  await leave(gone);
  const lettersTo = (to: string) => db.select().from(outbox).all().filter((letter) => letter.to === to).length;
  for (const [caseId, text] of [[ofGone, 'No.'], [ofInes, 'Not at all.']] as const) {
    expect(findCase(nadia, caseId)).toMatchObject({ tellsAuthor: true, tellsFlaggers: caseId === ofInes });
    const appeal = appealOf(caseId, text);
    expect(findCase(ines, appeal)).toMatchObject({ tellsAuthor: true, tellsFlaggers: false });
    const before = lettersTo(ines.email);
    decide(ines, { caseId: appeal, outcome: 'uphold', reason: 'It is untrue.' });
    expect(lettersTo(ines.email)).toBe(before);
  }
  expect(findCase(ines, flagged(ines))).toMatchObject({ tellsAuthor: true, tellsFlaggers: false });
});

test('what others noted about a “works for us too” of somebody else below a reply of theirs loses their handle and address', async () => {
  const [nadia, rosa, ines] = [await enter('nadia'), await enter('rosa'), await enter('ines')];
  const leaver = called('Ottoline Brack');
  const thread = start(rosa, 'Does it work?');
  const reply = createPost(leaver, { threadId: thread.id, body: 'It does.', token: undefined }).id;
  const tom = await enter('tom');
  confirmPost(tom, { postId: reply, place: 'Fir', year: 2026, note: null });
  flagConfirmation(ines, { postId: reply, memberId: tom.id, reason: 'inaccurate', note: `Ottoline Brack says no: @${leaver.handle}, ${leaver.email}.` });
  await leave(leaver);
  removeConfirmation(nadia, { postId: reply, memberId: tom.id, reason: 'It is not so.' });
  expect(db.select().from(flags).all().map(({ note }) => note).filter((note) => note?.includes('says no'))).toEqual(['a former member says no: a former member, an address that is gone.']);
});

test('before they leave they are told where the hub itself names them, and who changes that', async () => {
  const [nadia, rosa] = [await enter('nadia'), await enter('rosa')];
  const [leaver, administrator] = [called('Ottoline Brack'), called('Paula Petrov', { role: 'administrator' })];
  const hope = called('Hope');
  expect(hubWordsNaming(leaver).places).toEqual([]);
  const { slug, id, name } = forumNames()[0] ?? expect.fail();
  editForum(nadia, editForumInput.parse({ forumId: String(id), name, description: 'Hope Street. Ask Ottoline Brack, or Paula Petrov.' }));
  const forum = { label: `the forum “${name}”`, url: `/forums/${slug}` };
  expect(hubWordsNaming(leaver)).toEqual({ places: [forum], by: 'coordinators' });
  expect(hubWordsNaming({ ...nadia, name: 'Ottoline Brack' }).by).toBe('the member');
  setRulesOfJoining(administrator, rulesInput.parse({ mode: 'invitation', invite: 'coordinators', askWhom: `Write to ${leaver.email} or ${administrator.email}.` }));
  const whom = { label: 'whom to ask for an invitation', url: null };
  expect(hubWordsNaming(leaver)).toEqual({ places: [whom, forum], by: 'administrators' });
  expect(hubWordsNaming(administrator)).toEqual({ places: [{ ...whom, url: '/desk/settings' }, forum], by: 'the member' });
  for (const other of [hope, rosa, called('Ottoline Bracken')]) expect(hubWordsNaming(other).places).toEqual([]);
});

test('what coordinators noted about an appeal loses the name of whoever appealed', async () => {
  const [nadia, rosa, ines] = [await enter('nadia'), await enter('rosa'), await enter('ines')];
  const leaver = called('Ottoline Brack');
  const thread = start(leaver, 'Who notes what?');
  const postId = db.select().from(posts).where(eq(posts.threadId, thread.id)).get()?.id ?? 0;
  flagPost(rosa, flagPostInput.parse({ postId, reason: 'attack' }));
  const { decisionId } = decide(nadia, { caseId: db.select().from(cases).where(eq(cases.postId, postId)).get()?.id ?? 0, outcome: 'remove', reason: 'It is untrue.' });
  appealDecision(leaver, { decisionId, text: 'No.' });
  addCaseNote(ines, { caseId: db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0, note: 'Ottoline Brack may be behind it.' });
  await leave(leaver);
  expect(db.select().from(caseNotes).all().map(({ text }) => text)).toContain('a former member may be behind it.');
});

test('why something of theirs was decided loses their name wherever its line leads, but not of what had no name', async () => {
  const [nadia, rosa, ines, tom] = [await enter('nadia'), await enter('rosa'), await enter('ines'), await enter('tom')];
  const [leaver, before] = [called('Ottoline Brack'), called('Quincy Underhill')];
  const latest = () => db.select().from(cases).all().at(-1)?.id ?? 0;
  const hold = (who: Member, nameless: boolean) => {
    const held = db.insert(heldPosts).values({ authorId: who.id, kind: 'post', input: { threadId: thread.id, body: 'x' }, threadId: thread.id, markdown: 'Waiting', why: 'spam', nameless }).returning().get();
    return db.insert(cases).values({ kind: 'held', heldId: held.id, openedAt: new Date() }).returning().get().id;
  };
  const thread = start(rosa, 'Does it work for them?');
  const [answer, theirs] = [before, leaver].map((who) => createPost(who, { threadId: thread.id, body: 'It does.', token: undefined }).id) as [number, number];
  confirmPost(leaver, { postId: answer, place: 'Fir', year: 2026, note: null });
  removeConfirmation(nadia, { postId: answer, memberId: leaver.id, reason: 'Ottoline Brack is brusque to Quincy Underhill.' });
  appealDecision(leaver, { decisionId: db.select().from(decisions).all().at(-1)?.id ?? 0, text: 'No.' });
  decide(ines, { caseId: latest(), outcome: 'uphold', reason: 'Ottoline Brack is very brusque.' });
  confirmPost(tom, { postId: theirs, place: 'Fir', year: 2026, note: null });
  removeConfirmation(nadia, { postId: theirs, memberId: tom.id, reason: 'Ottoline Brack wondered.' });
  const { decisionId } = decide(nadia, { caseId: hold(leaver, false), outcome: 'decline', reason: 'Ottoline Brack sells.' });
  undoDecision(nadia, { decisionId, reason: 'Ottoline Brack does not sell.' });
  // The same is said of what has no name, by the same coordinator.
  const unnamed = (who: Member) => { flagPost(rosa, flagPostInput.parse({ postId: db.select().from(posts).where(eq(posts.threadId, start(who, `Who is ${who.handle} here?`, true).id)).get()?.id ?? 0, reason: 'attack' })); };
  for (const who of [leaver, tom]) {
    unnamed(who);
    decide(nadia, { caseId: latest(), outcome: 'keep', reason: 'Ottoline Brack sells.' });
    decide(nadia, { caseId: hold(who, true), outcome: 'decline', reason: 'Ottoline Brack sells.' });
  }
  await leave(before);
  await leave(leaver);
  const why = (rows: { reason: string | null }[]) => rows.flatMap(({ reason }) => (reason !== null && /brusque|wondered|sell/.test(reason) ? [reason] : [])).sort();
  const said = ['a former member is brusque to a former member.', 'a former member is very brusque.', 'a former member wondered.'];
  const unnamedToo = (times: number) => Array<string>(times).fill('Ottoline Brack sells.');
  expect(why(db.select().from(decisions).all())).toEqual([...unnamedToo(4), ...said]);
  expect(why(db.select().from(log).all())).toEqual([...unnamedToo(4), ...said, 'a former member does not sell.', 'a former member sells.'].sort());
});

test('what is said about a thread that they began without their name keeps the name in it, whatever they did to it', async () => {
  const nadia = await enter('nadia');
  const leaver = called('Ottoline Brack');
  const thread = start(leaver, 'Who began this one?', true);
  closeThread(leaver, { threadId: thread.id, reason: 'I know it now.' });
  reopenThread(leaver, { threadId: thread.id });
  closeThread(nadia, { threadId: thread.id, reason: 'Ottoline Brack is not meant.' });
  lockThread(nadia, { threadId: thread.id, reason: 'Ottoline Brack is not meant either.' });
  await leave(leaver);
  const meant = saying(/not meant/);
  expect(meant.length).toBeGreaterThan(3);
  expect(meant.filter((text) => text.includes('ormer member'))).toEqual([]);
});

test('a thread that was begun and closed without a name is opened again by undoing after its author has left', async () => {
  const leaver = called('Ottoline Brack');
  const thread = start(leaver, 'Who ends this one?', true);
  closeThread(leaver, { threadId: thread.id, reason: 'Ottoline Brack knows it now.' });
  await leave(leaver);
  expect(saying(/knows it now/).filter((text) => text.includes('ormer member'))).toEqual([]);
  undoThreadAct(await enter('nadia'), { actId: db.select().from(threadActs).where(eq(threadActs.threadId, thread.id)).get()?.id ?? 0 });
  expect(db.select().from(closedThreads).where(eq(closedThreads.threadId, thread.id)).all()).toEqual([]);
});

test('a question without a name stands as before when whoever asked, answered, accepted or closed it has left', async () => {
  const [nadia, rosa] = [await enter('nadia'), await enter('rosa')];
  const [asker, named, answerer] = [called('Ottoline Brack'), called('Quincy Underhill'), called('Prudence Vail')];
  const coordinator = called('Cora Dint', { role: 'coordinator' });
  const [question, closed, merged] = ['Who asks this one?', 'And who this one?', 'And this?'].map((title) => start(asker, title, true)) as [Started, Started, Started];
  const other = start(named, 'A question with a name');
  merge(nadia, merged, start(rosa, 'Into this one'));
  createPost(answerer, { threadId: question.id, body: 'This helps.', token: undefined });
  const answer = createPost(answerer, { threadId: closed.id, body: 'This helps too.', token: undefined });
  react(asker, reactInput.parse({ postId: answer.id, give: 'thanks' }));
  acceptAnswer(coordinator, { postId: answer.id });
  closeThread(coordinator, { threadId: closed.id, reason: 'It is answered.' });
  const state = () => [question, closed].map(({ id }) => {
    const thread = findThread(rosa, id);
    return [thread.waiting, thread.closing?.byAuthor, acceptedAnswersOf(thread).map(({ acceptedBy }) => acceptedBy), db.select().from(reactions).innerJoin(posts, eq(posts.id, reactions.postId)).where(eq(posts.threadId, id)).all().length];
  });
  const before = state();
  expect(before).toEqual([[false, undefined, [], 0], [false, false, ['Cora Dint'], 1]]);
  for (const who of [coordinator, answerer, named]) await leave(who);
  before[1]?.splice(2, 1, ['A former coordinator']);
  expect(state()).toEqual(before);
  await leave(asker);
  expect(state()).toEqual(before);
  // Nor does moving it tell: it goes where somebody else wrote who has left, as that of somebody who is here.
  merge(nadia, question, other);
  expect(findThread(rosa, question.id).id).toBe(other.id);
  undoThreadAct(nadia, { actId: db.select().from(threadActs).where(eq(threadActs.threadId, merged.id)).get()?.id ?? 0 });
  expect(findThread(rosa, merged.id).author).toMatchObject({ id: 0 });
});

test('what was sent without a name waits, and is read as it was decided, when its author has left; what they delete is taken back', async () => {
  const nadia = await enter('nadia');
  for (const how of ['keep', 'delete'] as const) {
    const leaver = called('Ottoline Brack');
    const hold = (body: string) => {
      const held = db.insert(heldPosts).values({ authorId: leaver.id, kind: 'thread', input: { forum: 'operations', kind: 'question', title: body, body, themes: [], nameless: true }, title: body, markdown: body, why: 'spam', nameless: true }).returning().get();
      return db.insert(cases).values({ kind: 'held', heldId: held.id, openedAt: new Date() }).returning().get().id;
    };
    const [approved, declined, waits, refused] = ['One', 'Two', 'Three', 'Four'].map((word) => hold(`${word} that ${how} ${made}`)) as [number, number, number, number];
    decide(nadia, { caseId: approved, outcome: 'approve', reason: 'Fine.' });
    const { decisionId } = decide(nadia, { caseId: declined, outcome: 'decline', reason: 'It sells.' });
    appealDecision(leaver, { decisionId, text: 'It does not.' });
    const refusal = decide(nadia, { caseId: refused, outcome: 'decline', reason: 'It sells too.' });
    leaveHub(await sessionOf(leaver), { posts: how, comments: how, suggestions: how, collections: how, files: how, confirm: leaver.handle });
    await finishLeavings();
    expect([approved, declined].map((id) => findCase(nadia, id).decisions.length)).toEqual([1, 1]);
    const view = findCase(nadia, waits);
    expect([view.closedAt === null, view.authorLeft, view.subject.kind === 'held' && view.subject.held.markdown]).toEqual(how === 'keep' ? [true, false, expect.stringContaining('Three')] : [false, false, 'Removed.']);
    expect(db.select().from(appeals).where(eq(appeals.decisionId, decisionId)).get()?.text).toBe(how === 'keep' ? 'It does not.' : 'Its author has deleted what it was about.');
    if (how === 'delete') {
      expect(saying(/(?:One|Two|Three|Four) that delete/).filter((text) => !text.startsWith('outbox.'))).toEqual([]);
      undoDecision(nadia, { decisionId: refusal.decisionId, reason: 'It does not sell.' });
      decide(nadia, { caseId: refused, outcome: 'approve', reason: 'Fine.' });
      continue;
    }
    decide(nadia, { caseId: waits, outcome: 'approve', reason: 'Fine.' });
    const shown = db.select().from(threads).where(like(threads.title, 'Three that keep%')).get();
    expect(postsOnPage(nadia, findThread(nadia, shown?.id ?? 0), 1).map(({ author }) => author.name)).toEqual(['A member asking for a colleague']);
    decide(await enter('ines'), { caseId: db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0, outcome: 'overturn', reason: 'It does not.' });
    expect(db.select().from(threads).where(like(threads.title, 'Two that keep%')).all().length).toBe(1);
    expect(db.select().from(outbox).where(like(outbox.to, '%.invalid')).all()).toEqual([]);
  }
});
