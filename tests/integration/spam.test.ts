import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { and, eq } from 'drizzle-orm';
import { cases, changes, db, forums, heldPosts, members, outbox, posts, searchDocuments, spamWords, threads, trustLevels } from '#db/client.ts';
import { noAreas } from '#domain/people/areas.ts';
import { appealDecision, appealFor } from '#domain/decisions/appealing.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost } from '#domain/decisions/flagging.ts';
import { claimCase, findCase, openCases, releaseCase } from '#domain/decisions/queue.ts';
import { removeThread } from '#domain/decisions/removing.ts';
import { countsOf, heldPost, ownWaiting, submitComment, submitEdit, submitPost, submitThread, submitThreadInput } from '#domain/decisions/submitting.ts';
import { takeBackHeld } from '#domain/decisions/taking-back-held.ts';
import { Denied, Invalid, NotFound, SignInRequired } from '#domain/errors.ts';
import { draftsAt, dropDraft, saveDraft } from '#domain/forum/drafts.ts';
import { closeThread } from '#domain/forum/closing.ts';
import { addForum, deleteForum, newForumInput } from '#domain/forum/keeping-forums.ts';
import { lockThread } from '#domain/forum/moderating.ts';
import { filesOfOnePost, type TakenFile } from '#domain/forum/post-files.ts';
import { createPost, postsOnPage } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, listThreads } from '#domain/forum/threads.ts';
import { holdsFirstPosts, setHolding, whyHeld } from '#domain/moderation/holding.ts';
import { readLog, readPublicLog } from '#domain/moderation/log.ts';
import { learn, likelihood } from '#domain/moderation/spam-words.ts';
import { secondsSince, stamp } from '#domain/people/traps.ts';
import { join as joinHub } from '#domain/people/joining.ts';
import { levelLimits, limitsFor } from '#domain/people/limits.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { draftAt } from '../support/drafts.ts';

useDatabase();
const root = resolve(import.meta.dirname, '../..');
const read = <T>(file: string): T => parse(readFileSync(join(root, file), 'utf8')) as T;
const spam = read<string[]>('tests/fixtures/spam/spam.yaml');
const samples = 'db/sample/threads';
const ham = readdirSync(join(root, samples)).sort().flatMap((file) => read<{ title: string; body: string; replies?: { body: string }[] }[]>(`${samples}/${file}`)
  .flatMap(({ title, body, replies = [] }) => [`${title}\n\n${body}`, ...replies.map((r) => r.body)]));

let rosa: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, nadia, ines, abe] = [await enter('rosa'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(forgetLimits);

let joined = 0;
/** Somebody whose account is new. */
function newcomer(): Member {
  const n = ++joined;
  const row = db.insert(members).values({ name: `Newcomer ${n}`, email: `newcomer${n}@test.example`, handle: `newcomer-${n}`, emailConfirmedAt: new Date() }).returning().get();
  return { id: row.id, name: row.name, email: row.email, handle: row.handle, role: 'member', areas: noAreas, sample: false, emailConfirmed: true, waiting: false, suspendedUntil: null };
}
const thread = () => createThread(nadia, { forum: 'operations', kind: 'discussion', title: `Shifts at night, part ${++joined}`, body: 'Who covers them?', themes: [] });
const typed = () => stamp(new Date(Date.now() - 60_000));
const spamText = spam[0] ?? '';
let pictures = 0;
const picture = (label = 'A chart'): TakenFile => ({ hash: String(++pictures).padStart(64, '0'), name: 'chart.png', label, mediaType: 'image/png', size: 100, width: 40, height: 30, textState: 'none' });
const lastCase = () => openCases(nadia, null).cases.at(-1)?.id ?? 0;

describe('sent again from a new form', () => {
  const body = 'We answer in two languages at night, and keep a list of words.';

  test('within three seconds it leads to the post or thread that stands, is not held, and counts towards no limit', () => {
    const somebody = newcomer();
    const input = { forum: 'operations', kind: 'question' as const, title: `Who answers at night, part ${++joined}?`, body, themes: [] };
    const made = submitThread(somebody, { ...input, token: 'one', shown: typed() });
    for (const token of ['two', 'three', 'four', 'five']) expect(submitThread(somebody, { ...input, token, shown: stamp() })).toEqual(made);
    const threadId = thread().id;
    const reply = submitPost(somebody, { threadId, body, token: 'one', shown: typed() });
    for (let n = 0; n < 6; n++) expect(submitPost(somebody, { threadId, body, token: `again ${n}`, shown: stamp() })).toEqual(reply);
    expect([made.held, reply.held, ownWaiting(somebody).length]).toEqual([false, false, 0]);
    expect(db.select().from(posts).where(eq(posts.authorId, somebody.id)).all()).toHaveLength(2);
  });

  test('what waits for a look is found too, of its own forum alone', () => {
    const somebody = newcomer();
    const input = { forum: 'operations', kind: 'question' as const, title: `Cheap followers, part ${++joined}`, body: spamText, themes: [] };
    const first = submitThread(somebody, { ...input, token: 'one', shown: typed() });
    expect([first.held, submitThread(somebody, { ...input, token: 'two', shown: stamp() })]).toEqual([true, first]);
    expect(submitThread(somebody, { ...input, forum: 'measures', token: 'three', shown: typed() })).not.toEqual(first);
    const another = newcomer();
    const send = (label: string) => submitThread(another, { ...input, token: 'four', shown: typed(), files: [{ hash: 'd'.repeat(64), name: 'a.csv', label, mediaType: 'text/csv', size: 10, width: null, height: null, textState: 'none' }] });
    const listed = send('Our list');
    expect(send('Our list')).toEqual(listed);
    expect(send('Our list of May')).not.toEqual(listed);
    forgetLimits();
    db.delete(heldPosts).where(eq(heldPosts.authorId, somebody.id)).run();
    const named = submitThread(somebody, { ...input, token: 'four', shown: typed() });
    expect(submitThread(somebody, { ...input, nameless: true, token: 'five', shown: typed() })).not.toEqual(named);
    const place = thread();
    const waiting = submitPost(somebody, { threadId: place.id, body: spamText, token: 'one', shown: typed() });
    expect([waiting.held, submitPost(somebody, { threadId: place.id, body: spamText, token: 'two', shown: stamp() })]).toEqual([true, waiting]);
  });
});

describe('the corpus', () => {
  test('of 30 spam texts at least 25 are held, of 60 good ones none', () => {
    expect(spam).toHaveLength(30);
    expect(ham.length).toBeGreaterThanOrEqual(60);
    const somebody = newcomer();
    const missed = spam.filter((text) => whyHeld(somebody, text, { shown: typed() }) === null);
    const wronged = ham.map((text) => ({ text, held: whyHeld(somebody, text, { shown: typed() }) })).filter(({ held }) => held !== null);
    expect(wronged).toEqual([]);
    expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(5);
  });

  test('a good text sent at once, or without the hub’s form, is still good', () => {
    const somebody = newcomer();
    for (const shown of [stamp(), null]) expect(ham.filter((text) => whyHeld(somebody, text, { shown }) !== null)).toEqual([]);
  });

  test.each([
    'Our WhatsApp line is +1 555 010 0123. Residents text us pictures of potholes, and an agent opens the request.',
    'We moved the casino licence questions to the clerk, and the bitcoin payment question to finance: nobody had asked before.',
    'BEWARE: THE NEW TELEPHONE SYSTEM DROPS CALLS AFTER 59 MINUTES! Ours did it on Monday, twice.',
    'The study is at https://www.example.gov/reports/311/2024.pdf and the data at https://data.example.gov/311, both free.',
    'Kreyòl, 中文 and русский are our three largest languages after English and Spanish; who records the greetings for you?',
    'Who has written a request for proposals for a CRM lately? Vendors all say that theirs is the leading solution.',
  ])('a hard good text stays: %s', (text) => expect(whyHeld(newcomer(), text, { shown: typed() })).toBeNull());

  test('words learned from decisions tell', () => {
    expect(likelihood('Zanzibar widgets')).toBe(0.5);
    for (let n = 0; n < 12; n++) {
      learn('Zanzibar widgets shipped tomorrow to your door', 'spam');
      learn(ham[n] ?? '', 'good');
    }
    expect(likelihood('Zanzibar widgets for your door')).toBeGreaterThan(0.95);
    expect(likelihood(ham[3] ?? '')).toBeLessThan(0.5);
  });
});

describe('the traps', () => {
  test('a stamp tells the seconds, and only our own counts', () => {
    const at = new Date('2026-11-01T12:00:00Z');
    expect(secondsSince(stamp(at), new Date('2026-11-01T12:00:07Z'))).toBe(7);
    for (const forged of [null, '', '1', `${Date.now()}.abc`, stamp(at).replace(/^\d/, '2')]) expect(secondsSince(forged)).toBeNull();
  });

  test('a filled honeypot holds a post and makes joining do nothing, without a word', async () => {
    const somebody = newcomer();
    const held = submitPost(somebody, { threadId: thread().id, body: 'We cover them in turns.', website: 'http://robot.example', shown: typed() });
    expect(held.held).toBe(true);
    expect(db.select().from(heldPosts).where(eq(heldPosts.authorId, somebody.id)).get()).toMatchObject({ why: 'trap' });
    const letters = db.select().from(outbox).all().length;
    await joinHub({ name: 'Robot', email: 'robot@test.example', password: 'heron lantern gravel', website: 'http://robot.example' }, 'somewhere');
    expect(db.select().from(members).where(eq(members.email, 'robot@test.example')).get()).toBeUndefined();
    expect(db.select().from(outbox).all()).toHaveLength(letters);
  });

  test('the same text by several accounts is held', () => {
    const text = 'Our city has had very good results with the new dashboards, ask me how.';
    const say = () => submitPost(newcomer(), { threadId: thread().id, body: text, shown: typed() }).held;
    expect([say(), say(), say()]).toEqual([false, false, true]);
    const body = 'We have seen very good results with these new phones, so ask me how it went.';
    const start = () => submitThread(newcomer(), submitThreadInput.parse({ forum: 'operations', kind: 'discussion', title: 'Good results with phones', body, themes: [], shown: typed() })).held;
    expect([start(), start(), start()]).toEqual([false, false, true]);
  });

  test('a text that was sent without a name counts for nobody: what a coordinator reads of it would tell who asked', () => {
    const body = 'Our supervisor has had us read every call aloud, is that so elsewhere too?';
    const ask = (by: Member, nameless: boolean) => submitThread(by, submitThreadInput.parse({ forum: 'operations', kind: 'question', title: 'Is it so elsewhere too?', body, themes: [], nameless, shown: typed() })).held;
    const asker = newcomer();
    expect([ask(asker, true), ask(newcomer(), false), ask(newcomer(), false)]).toEqual([false, false, false]);
    expect(submitPost(asker, { threadId: thread().id, body, shown: typed() }).held).toBe(true);
  });

  test('mail addresses and telephones count as links', () => {
    expect(countsOf('[a](mailto:a@b.example) [b](tel:+15550134) https://c.example [here](/library)', 0).linksPerPost).toBe(3);
  });

  test('what files are called counts like the text, when they are sent and when they are added', () => {
    const [place, somebody] = [thread(), newcomer()];
    const body = 'Our chart of the night shifts.';
    expect(submitPost(somebody, { threadId: place.id, body, files: [picture(spamText)], shown: typed() }).held).toBe(true);
    const { id } = createPost(somebody, { threadId: place.id, body });
    submitEdit(somebody, { postId: id, body, files: [picture(spamText)], shown: typed() });
    expect(db.select({ hidden: posts.hidden }).from(posts).where(eq(posts.id, id)).get()?.hidden).toBe(true);
  });

  test('trusted members and coordinators are never held', () => {
    const somebody = newcomer();
    db.insert(trustLevels).values({ memberId: somebody.id, level: 'trusted' }).run();
    for (const author of [somebody, nadia]) expect(whyHeld(author, spamText, { website: 'x' })).toBeNull();
  });
});

describe('what is held', () => {
  test('is nowhere for others: no thread, count, search, letter, change or log', () => {
    const place = thread();
    const somebody = newcomer();
    const picture = () => [
      findThread(null, place.id), postsOnPage(null, findThread(null, place.id), 1), listThreads(null, {}, null).total, db.select().from(posts).all().length, db.select().from(threads).all().length,
      db.select().from(searchDocuments).all().length, db.select().from(outbox).all().length, readPublicLog(null).lines, changes(),
    ];
    const before = picture();
    const { url, held } = submitPost(somebody, { threadId: place.id, body: spamText, shown: typed() });
    submitThread(somebody, { forum: 'measures', kind: 'discussion', title: 'Casino bonus for everybody', body: spam[1] ?? '', themes: [], shown: typed() });
    expect(held).toBe(true);
    expect(picture()).toEqual(before);
    const id = Number(/\d+$/.exec(url)?.[0]);
    expect(heldPost(somebody, id)).toMatchObject({ state: 'waiting', title: place.title });
    expect(heldPost(nadia, id).html).toContain('Viagra');
    expect(() => heldPost(rosa, id)).toThrow(NotFound);
    expect(() => heldPost(null, id)).toThrow(SignInRequired);
    expect(ownWaiting(somebody, { threadId: place.id })).toHaveLength(1);
    expect([ownWaiting(rosa, { threadId: place.id }), ownWaiting(null, { threadId: place.id })]).toEqual([[], []]);
  });

  test('is refused like anything else that may not be written, and not held twice', () => {
    const somebody = newcomer();
    expect(() => submitPost(somebody, { threadId: 999_999, body: spamText, shown: typed() })).toThrow(NotFound);
    expect(() => submitThread(somebody, { forum: 'measures', kind: 'announcement', title: 'Casino bonus for everybody', body: spamText, themes: [], shown: typed() })).toThrow(Denied);
    expect(db.select().from(heldPosts).where(eq(heldPosts.authorId, somebody.id)).all()).toEqual([]);
    const place = thread();
    const first = submitPost(somebody, { threadId: place.id, body: spamText, shown: typed() });
    expect(submitPost(somebody, { threadId: place.id, body: spamText, shown: typed() }).url).toBe(first.url);
  });

  test('let through it is written in its author’s name, and they are told', () => {
    const place = thread();
    const somebody = newcomer();
    submitPost(somebody, { threadId: place.id, body: 'We cover them in turns.', website: 'x', shown: typed() });
    const caseId = lastCase();
    expect(findCase(nadia, caseId)).toMatchObject({ kind: 'held', outcomes: ['approve', 'decline'] });
    decide(nadia, { caseId, outcome: 'approve', reason: 'A person after all.' });
    expect(postsOnPage(null, findThread(null, place.id), 1).at(-1)).toMatchObject({ html: expect.stringContaining('in turns'), author: { name: somebody.name } });
    expect(ownWaiting(somebody)).toEqual([]);
    expect(lettersTo(somebody.email).at(-1)?.text).toContain('everybody can see it now');
    expect(readPublicLog(null).lines.some((line) => line.act === 'approve post')).toBe(false);
  });

  test('declined it stays unseen; undo brings it back into the queue, an appeal may let it through', () => {
    const somebody = newcomer();
    submitThread(somebody, { forum: 'measures', kind: 'question', title: 'Marzipan at the counter?', body: 'Who sells it?', themes: [], website: 'x', shown: typed() });
    const caseId = lastCase();
    const { decisionId } = decide(nadia, { caseId, outcome: 'decline', reason: 'It sells something.' });
    expect(lettersTo(somebody.email).at(-1)?.text).toMatch(/It sells something[^]*\/appeals\//);
    const { heldId } = db.select().from(cases).where(eq(cases.id, caseId)).get() ?? {};
    expect(heldPost(somebody, heldId ?? 0).declined).toEqual({ reason: 'It sells something.', appealUrl: `/appeals/${decisionId}` });
    const line = readPublicLog(null).lines[0];
    expect(line).toMatchObject({ act: 'decline post', object: 'a post that waited', url: null });
    expect(JSON.stringify(readPublicLog(null))).not.toContain('Marzipan');
    undoDecision(ines, { decisionId, reason: 'Let us look again.' });
    expect(ownWaiting(somebody)).toHaveLength(1);
    expect(heldPost(somebody, heldId ?? 0).declined).toBeNull();
    const again = decide(ines, { caseId, outcome: 'decline', reason: 'It still sells something.' });
    appealDecision(somebody, { decisionId: again.decisionId, text: 'I only ask.' });
    const appeal = db.select().from(cases).where(eq(cases.decisionId, again.decisionId)).get()?.id ?? 0;
    decide(nadia, { caseId: appeal, outcome: 'overturn', reason: 'It is a question.' });
    expect(listThreads(null, {}, null).threads.map((t) => t.title)).toContain('Marzipan at the counter?');
  });

  test('is taken back by its author as long as nobody has decided: a draft again where it was written', () => {
    const somebody = newcomer();
    const place = thread();
    const wait = (body: string) => Number(/\d+$/.exec(submitPost(somebody, { threadId: place.id, body, website: 'x', shown: typed() }).url)?.[0]);
    const heldId = wait('We cover them in turns, one.');
    expect([heldPost(somebody, heldId).mayTakeBack, heldPost(nadia, heldId).mayTakeBack]).toEqual([true, false]);
    for (const other of [rosa, nadia]) expect(() => takeBackHeld(other, { heldId })).toThrow(NotFound);
    const caseId = lastCase();
    claimCase(nadia, { caseId });
    expect(() => takeBackHeld(somebody, { heldId })).toThrow(/looking at this just now/);
    expect(heldPost(somebody, heldId)).toMatchObject({ mayTakeBack: false, staysBecause: expect.stringContaining('looking at this just now') });
    expect(heldPost(nadia, heldId).staysBecause).toBeNull();
    expect(findCase(nadia, caseId).subject).toMatchObject({ kind: 'held' });
    releaseCase(nadia, { caseId });
    expect(takeBackHeld(somebody, { heldId }).url).toBe('/account/drafts');
    expect(draftAt(somebody, `thread:${place.id}`)?.fields).toEqual({ threadId: String(place.id), body: 'We cover them in turns, one.', token: expect.any(String) });
    expect(findCase(nadia, caseId)).toMatchObject({ closedAt: expect.any(Date), decisions: [], subject: { kind: 'held', held: { state: 'waiting', withdrawnAt: expect.any(Date) }, words: expect.stringContaining('taken back') } });
    expect(openCases(nadia, null).cases.map(({ id }) => id)).not.toContain(caseId);
    expect(readLog(nadia, null).lines[0]).toMatchObject({ actor: null, act: 'withdraw post', object: 'a post that waited', url: `/desk/flags/${caseId}` });
    expect(readPublicLog(null).lines.map(({ act }) => act)).not.toContain('withdraw post');
    expect(heldPost(somebody, heldId)).toMatchObject({ state: 'withdrawn', mayTakeBack: false, staysBecause: null, files: [] });
    expect(ownWaiting(somebody)).toEqual([]);
    expect(() => takeBackHeld(somebody, { heldId })).toThrow(/taken this back already/);
    expect(() => decide(nadia, { caseId, outcome: 'approve', reason: 'Fine.' })).toThrow(/author has taken this back/);
    expect(() => claimCase(nadia, { caseId })).toThrow(/author has taken this back/);
    dropDraft(somebody, { place: `thread:${place.id}` });
    expect(wait('We cover them in turns, one.')).not.toBe(heldId);
    expect(db.select({ signals: heldPosts.signals }).from(heldPosts).all().at(-1)?.signals.join()).not.toContain('same text');
    takeBackHeld(somebody, { heldId: ownWaiting(somebody).at(-1)?.id ?? 0 });
    dropDraft(somebody, { place: `thread:${place.id}` });
    const second = wait('We cover them in turns, two.');
    saveDraft(somebody, { place: `thread:${place.id}`, fields: { body: 'Another one.' } });
    submitThread(somebody, { forum: 'measures', kind: 'question', title: 'Who asks for a colleague?', body: 'We do.', nameless: true, themes: ['equity'], token: 'form', website: 'x', shown: typed() });
    takeBackHeld(somebody, { heldId: ownWaiting(somebody).at(-1)?.id ?? 0 });
    expect(draftAt(somebody, 'new-thread')?.fields).toEqual({ forum: 'measures', kind: 'question', title: 'Who asks for a colleague?', body: 'We do.', nameless: 'true', themes: ['equity'], token: expect.not.stringMatching(/^form$/) });
    const { decisionId } = decide(nadia, { caseId: lastCase(), outcome: 'decline', reason: 'It sells something.' });
    undoDecision(ines, { decisionId, reason: 'Let us look again.' });
    expect(() => takeBackHeld(somebody, { heldId: second })).toThrow(Denied);
    const third = wait('We cover them in turns, three.');
    takeBackHeld(somebody, { heldId: third });
    expect(draftsAt(somebody, `thread:${place.id}`).map(({ fields }) => fields['body'])).toEqual(['We cover them in turns, three.', 'Another one.']);
  });

  test('is let through as it could be written then: a thread that was locked or closed since, and a forum that was closed, do not keep it out', () => {
    const somebody = newcomer();
    const [locked, closed, readOnly] = [thread(), thread(), thread()];
    const wait = (threadId: number, body: string) => { submitPost(somebody, { threadId, body, website: 'x', shown: typed() }); return lastCase(); };
    const [one, two, three] = [wait(locked.id, 'We cover them in turns, one.'), wait(closed.id, 'We cover them in turns, two.'), wait(readOnly.id, 'We cover them in turns, three.')];
    submitThread(somebody, { forum: 'operations', kind: 'question', title: 'Who covers the night shift?', body: 'We do not.', themes: [], website: 'x', shown: typed() });
    const four = lastCase();
    lockThread(nadia, { threadId: locked.id, reason: 'Enough.' });
    closeThread(nadia, { threadId: closed.id, reason: 'Settled.' });
    const forumId = findThread(null, readOnly.id).forumId ?? 0;
    db.update(forums).set({ closedReason: 'Read only.', closedAt: new Date() }).where(eq(forums.id, forumId)).run();
    for (const caseId of [one, two, three, four]) decide(ines, { caseId, outcome: 'approve', reason: 'A person after all.' });
    db.update(forums).set({ closedReason: null, closedAt: null }).where(eq(forums.id, forumId)).run();
    for (const [place, words] of [[locked, 'one'], [closed, 'two'], [readOnly, 'three']] as const) expect(postsOnPage(null, findThread(null, place.id), 1).at(-1)?.html).toContain(`in turns, ${words}`);
    expect(listThreads(null, {}, null).threads.map((t) => t.title)).toContain('Who covers the night shift?');
    expect(() => createPost(somebody, { threadId: locked.id, body: 'Another one.' })).toThrow(Denied);
  });

  test('for a thread that is gone it is let through and stands nowhere; an appeal says so too; while the thread is hidden it waits', () => {
    const somebody = newcomer();
    const place = thread();
    const wait = (body: string) => { submitPost(somebody, { threadId: place.id, body, website: 'x', shown: typed() }); return lastCase(); };
    const [one, two] = [wait('We cover them in turns, one.'), wait('We cover them in turns, two.')];
    const { decisionId } = decide(nadia, { caseId: two, outcome: 'decline', reason: 'It sells something.' });
    appealDecision(somebody, { decisionId, text: 'It does not.' });
    const appeal = lastCase();
    flagPost(ines, { postId: postsOnPage(null, findThread(null, place.id), 1)[0]?.id ?? 0, reason: 'personal-data', note: null, source: null });
    const flagged = openCases(ines, null).cases.find((c) => c.kind === 'flags' && c.reasons.some((r) => r.reason === 'personal-data'))?.id ?? 0;
    expect(() => decide(ines, { caseId: one, outcome: 'approve', reason: 'Fine.' })).toThrow(/hidden/);
    const learned = () => db.select().from(spamWords).all();
    const before = learned();
    expect(() => decide(ines, { caseId: one, outcome: 'decline', reason: 'Not in place.' })).toThrow(/hidden/);
    expect(() => decide(ines, { caseId: appeal, outcome: 'overturn', reason: 'Fine.' })).toThrow(/hidden/);
    expect(learned()).toEqual(before);
    decide(ines, { caseId: flagged, outcome: 'keep', reason: 'Nobody is named.' });
    removeThread(abe, { threadId: place.id, reason: 'An attack.' });
    decide(ines, { caseId: one, outcome: 'approve', reason: 'Nothing wrong with it.' });
    expect(lettersTo(somebody.email).at(-1)?.text).toMatch(/found\s+nothing\s+wrong[^]*no\s+place\s+for\s+it\s+any\s+more/);
    expect(lettersTo(somebody.email).at(-1)?.text).not.toContain('everybody can see it now');
    decide(ines, { caseId: appeal, outcome: 'overturn', reason: 'It sells nothing.' });
    expect(db.select({ state: heldPosts.state, postId: heldPosts.postId }).from(heldPosts).where(eq(heldPosts.authorId, somebody.id)).all()).toEqual([{ state: 'approved', postId: null }, { state: 'approved', postId: null }]);
    expect(ownWaiting(somebody)).toEqual([]);
  });

  test('for a thread whose forum is gone too; the coordinator is told so first, and the decision’s page says what the letter does', () => {
    const somebody = newcomer();
    const { slug } = addForum(nadia, newForumInput.parse({ name: `A forum for a day ${++joined}`, description: 'Not for long.' }));
    submitThread(somebody, { forum: slug, kind: 'question', title: `Who covers the early shift ${++joined}?`, body: 'We do not.', themes: [], website: 'x', shown: typed() });
    const caseId = lastCase();
    expect(findCase(nadia, caseId).placeless).toBe(false);
    deleteForum(nadia, { forumId: db.select().from(forums).where(eq(forums.slug, slug)).get()?.id ?? 0 });
    expect(findCase(nadia, caseId).placeless).toBe(true);
    const { decisionId } = decide(nadia, { caseId, outcome: 'approve', reason: 'Nothing wrong with it.' });
    expect(lettersTo(somebody.email).at(-1)?.text).toMatch(/a\s+post\s+that\s+waited|thread[^]*that\s+waited/);
    expect(appealFor(somebody, decisionId).said).toMatch(/nothing wrong with it.*not shown/);
    expect(heldPost(somebody, db.select().from(heldPosts).where(eq(heldPosts.authorId, somebody.id)).get()?.id ?? 0)).toMatchObject({ state: 'approved', url: null });
  });

  test('a question without a name has no place in a forum that is for coordinators by now; while its thread is hidden nothing is decided about a reply, and the case says so', () => {
    const somebody = newcomer();
    const { slug } = addForum(nadia, newForumInput.parse({ name: `A forum for a week ${++joined}`, description: 'Not for long.' }));
    submitThread(somebody, submitThreadInput.parse({ forum: slug, kind: 'question', title: `Who covers the late shift ${++joined}?`, body: 'We do not.', nameless: true, website: 'x', shown: typed() }));
    const asked = lastCase();
    db.update(forums).set({ startedBy: 'coordinators' }).where(eq(forums.slug, slug)).run();
    expect(findCase(nadia, asked).placeless).toBe(true);
    decide(nadia, { caseId: asked, outcome: 'approve', reason: 'Nothing wrong with it.' });
    const place = thread();
    submitPost(somebody, { threadId: place.id, body: 'We cover them in turns.', website: 'x', shown: typed() });
    const reply = lastCase();
    expect(findCase(ines, reply)).toMatchObject({ placeless: false, barred: null });
    flagPost(ines, { postId: postsOnPage(null, findThread(null, place.id), 1)[0]?.id ?? 0, reason: 'personal-data', note: null, source: null });
    expect(findCase(ines, reply)).toMatchObject({ placeless: false, barred: expect.stringContaining('hidden until its flags are decided') });
  });

  test('an edit that turns a post into spam puts it before the coordinators and hides it', () => {
    const place = thread();
    const somebody = newcomer();
    submitPost(somebody, { threadId: place.id, body: 'We cover them in turns, two weeks each.', shown: typed() });
    const post = db.select().from(posts).where(and(eq(posts.threadId, place.id), eq(posts.authorId, somebody.id))).get();
    submitEdit(somebody, { postId: post?.id ?? 0, body: spamText, shown: typed() });
    expect(db.select().from(posts).where(eq(posts.id, post?.id ?? 0)).get()).toMatchObject({ hidden: true });
    expect(findCase(nadia, lastCase()).flags).toMatchObject([{ reason: 'spam', by: null }]);
  });

  test('an edit that would have been shown as a new post is shown: a post is no repetition of itself', () => {
    const [place, somebody] = [thread(), newcomer()];
    const body = 'We compared the night shifts of four towns last year and wrote down what it cost.';
    const better = `${body} The table: https://www.example.gov/311/nights`;
    expect(submitPost(newcomer(), { threadId: place.id, body: better.replace('four', 'five'), shown: typed() }).held).toBe(false);
    submitPost(somebody, { threadId: place.id, body, shown: typed() });
    const postId = db.select().from(posts).where(and(eq(posts.threadId, place.id), eq(posts.authorId, somebody.id))).get()?.id ?? 0;
    submitEdit(somebody, { postId, body: better, shown: typed() });
    expect(db.select({ hidden: posts.hidden }).from(posts).where(eq(posts.id, postId)).get()).toEqual({ hidden: false });
    createPost(somebody, { threadId: thread().id, body: better });
    expect(whyHeld(somebody, spamText, { shown: typed() }, [], better, postId)?.signals).toContain('the same text in other posts');
  });

  test('a held post that was let through counts once, as the post that it is', () => {
    const [place, somebody] = [thread(), newcomer()];
    const body = 'We compared the night shifts of six towns last year: https://www.example.gov/nights';
    submitPost(somebody, { threadId: place.id, body, website: 'x', shown: typed() });
    decide(nadia, { caseId: lastCase(), outcome: 'approve', reason: 'A person after all.' });
    const postId = db.select().from(posts).where(eq(posts.authorId, somebody.id)).get()?.id ?? 0;
    submitEdit(somebody, { postId, body, files: [picture()], shown: typed() });
    expect(db.select({ hidden: posts.hidden }).from(posts).where(eq(posts.id, postId)).get()).toEqual({ hidden: false });
  });

  test('an opening post that an edit turns into spam is hidden alone while others have written in its thread', () => {
    const somebody = newcomer();
    const start = () => submitThread(somebody, submitThreadInput.parse({ forum: 'measures', kind: 'question', title: `Who covers the nights, ${++joined}?`, body: `In your town, number ${joined}?`, themes: [], shown: typed() })).url;
    const spoil = (url: string) => {
      const threadId = Number(/(\d+)-/.exec(url)?.[1]);
      submitEdit(somebody, { postId: db.select().from(posts).where(and(eq(posts.threadId, threadId), eq(posts.number, 1))).get()?.id ?? 0, body: spamText, shown: typed() });
      return threadId;
    };
    const answered = start();
    createPost(rosa, { threadId: Number(/(\d+)-/.exec(answered)?.[1]), body: 'Two of us, in turns.' });
    const place = findThread(null, spoil(answered));
    expect(postsOnPage(null, place, 1).map((post) => [post.number, post.hidden, post.html.length > 0])).toEqual([[1, true, false], [2, false, true]]);
    const alone = spoil(start());
    expect(() => findThread(null, alone)).toThrow(NotFound);
  });
});

describe('the switch for first posts', () => {
  test('is off at first, and for administrators', () => {
    expect(holdsFirstPosts()).toBe(false);
    expect(() => setHolding(nadia, { hold: 'yes' })).toThrow(Denied);
    expect(() => setHolding(rosa, { hold: 'yes' })).toThrow(Denied);
    setHolding(abe, { hold: 'yes' });
    expect(holdsFirstPosts()).toBe(true);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'change holding' });
  });

  test('holds a new member’s posts until one stands, and nobody else’s', () => {
    const place = thread();
    const somebody = newcomer();
    const say = (author: Member, body: string) => submitPost(author, { threadId: place.id, body, shown: typed() }).held;
    expect(say(somebody, 'Hello, we are forty people in the north.')).toBe(true);
    expect(say(rosa, 'Welcome to the hub.')).toBe(false);
    decide(nadia, { caseId: lastCase(), outcome: 'approve', reason: 'Welcome.' });
    expect(say(somebody, 'We cover the nights in turns.')).toBe(false);
    setHolding(abe, { hold: 'no' });
    expect(say(newcomer(), 'Hello, we are ten people in the south.')).toBe(false);
  });
});

describe('limits of a new account', () => {
  const links = (n: number) => Array.from({ length: n }, (_, i) => `[a](https://city${i}.example/)`).join(' and also ');

  test('are known by level', () => {
    const somebody = newcomer();
    expect([limitsFor(somebody), limitsFor(rosa), limitsFor(nadia)]).toEqual([levelLimits.new, levelLimits.member, levelLimits.coordinator]);
  });

  test('two links to other sites in a post; those inside the hub are free', () => {
    const somebody = newcomer();
    const place = thread();
    const say = (body: string) => submitPost(somebody, { threadId: place.id, body, shown: typed() });
    const filler = 'We looked at what other places do before we changed our own night shift, and compared the costs with the year before.';
    say(`${filler} ${links(2)} [b](/library/x) [c](/forums)`);
    expect(() => say(`${filler} ${links(3)}`)).toThrow(Invalid);
    expect(() => say(`${filler} ${links(3)}`)).toThrow(/2 links to other sites.*this one has 3/);
    expect(() => createPost(rosa, { threadId: place.id, body: links(3) })).not.toThrow();
  });

  test('one image in a post, also by and by', () => {
    const somebody = newcomer();
    const { id } = createPost(somebody, { threadId: thread().id, body: 'With a chart.', files: [picture()] });
    const edit = (more: { files?: TakenFile[]; takeOff?: number[]; body?: string }) => submitEdit(somebody, { postId: id, body: 'With a chart.', shown: typed(), ...more });
    expect(() => edit({ files: [picture()] })).toThrow(/1 image .*this one has 2/);
    expect(filesOfOnePost(id)).toHaveLength(1);
    edit({ body: 'With the chart.' });
    edit({ takeOff: filesOfOnePost(id).map((file) => file.id), files: [picture()] });
    expect(filesOfOnePost(id)).toHaveLength(1);
  });

  test('five posts an hour and two threads a day', () => {
    const somebody = newcomer();
    const place = thread();
    for (let n = 0; n < 5; n++) submitPost(somebody, { threadId: place.id, body: `Answer number ${n}`, shown: typed() });
    expect(() => submitPost(somebody, { threadId: place.id, body: 'One too many', shown: typed() })).toThrow(/5 posts an hour/);
    const ask = (n: number) => submitThread(somebody, { forum: 'measures', kind: 'question', title: `How many per shift, ${n}?`, body: `Number ${n}`, themes: [], shown: typed() });
    ask(1);
    ask(2);
    expect(() => ask(3)).toThrow(/2 threads a day/);
  });

  test('comments count like posts', () => {
    expect(() => submitComment(newcomer(), { resourceId: 'nothing', body: 'Hello', shown: typed() })).toThrow(NotFound);
  });
});
