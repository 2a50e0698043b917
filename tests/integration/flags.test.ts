import { setTimeout } from 'node:timers/promises';
import { and, eq, ne } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, coordinatorAreas, db, decisions, flags, forums, heldPosts, letterPosts, members, notifications, outbox, passwords, posts, searchDocuments, threadActs, threads, trustLevels } from '#db/client.ts';
import { noAreas } from '#domain/people/areas.ts';
import { acceptCorrection, answerCorrection, correctionFor } from '#domain/decisions/correcting.ts';
import { appealDecision, appealFor } from '#domain/decisions/appealing.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagMember, flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { removePost, removeThread, restorable, restorePost, restoreThread, whyNotRestored } from '#domain/decisions/removing.ts';
import { forumOfCase, forumOfHeld } from '#domain/decisions/case-areas.ts';
import { heldPost, ownWaiting, submitEdit, submitPost, submitThread, submitThreadInput } from '#domain/decisions/submitting.ts';
import { takeBackHeld } from '#domain/decisions/taking-back-held.ts';
import { addCaseNote, claimCase, findCase, openCases, releaseCase } from '#domain/decisions/queue.ts';
import { Denied, Invalid, NotFound, SignInRequired } from '#domain/errors.ts';
import { listForums } from '#domain/forum/forums.ts';
import { draftPlace, draftsAt } from '#domain/forum/drafts.ts';
import { createPost, editPost, findPost, placeOfPost, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { putPostFiles } from '#domain/forum/post-files.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { actsOn } from '#domain/forum/thread-acts.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import { withTitles } from '#domain/forum/titles.ts';
import { findThread, listThreads, threadsOfTheme, type Thread } from '#domain/forum/threads.ts';
import { readLog, readPublicLog } from '#domain/moderation/log.ts';
import { search } from '#domain/search/results.ts';
import { levelLimits } from '#domain/people/limits.ts';
import { stamp } from '#domain/people/traps.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { listTold } from '#domain/forum/inbox.ts';
import { addForum } from '#domain/forum/keeping-forums.ts';
import { mergeThreads } from '#domain/forum/merging.ts';
import { moveThread, renameThread } from '#domain/forum/moderating.ts';
import { again, enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(forgetLimits);

let written = 0;
const start = (author: Member, body = 'We count the weeks.'): Thread => createThread(author, { forum: 'measures', kind: 'discussion', title: `Which weeks do you count? ${++written}`, body, themes: [] });
const reply = (author: Member, thread: Thread, body = `Sandalwood text ${++written}`) => createPost(author, { threadId: thread.id, body }).id;
const flag = (by: Member, postId: number, reason: (typeof flags.$inferSelect)['reason'] = 'attack', more: { note?: string | null; source?: string | null } = {}) =>
  flagPost(by, flagPostInput.parse({ postId, reason, ...more }));
const caseOn = (postId: number) => {
  const row = db.select().from(cases).where(eq(cases.postId, postId)).all().at(-1);
  if (!row) throw new Error('There is no case.');
  return row.id;
};
const rowOf = (postId: number) => db.select().from(posts).where(eq(posts.id, postId)).get();
const documents = (postId: number) => db.select().from(searchDocuments).where(and(eq(searchDocuments.kind, 'post'), eq(searchDocuments.ref, String(postId)))).all();
const lastTo = (member: Member) => lettersTo(member.email).at(-1);
/** While every other coordinator is away. */
function alone(who: Member, act: () => void): void {
  const others = [nadia, ines, abe].filter(({ id }) => id !== who.id);
  // The hub keeps an administrator who can act; one without a password is none.
  const kept = db.delete(passwords).where(eq(passwords.memberId, abe.id)).returning().get();
  for (const { id } of others) db.update(members).set({ suspendedUntil: addDays(new Date(), 3), suspendedReason: 'Away.' }).where(eq(members.id, id)).run();
  try {
    act();
  } finally {
    for (const { id } of others) db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(eq(members.id, id)).run();
    if (kept) db.insert(passwords).values(kept).run();
  }
}
async function trusted(n: number): Promise<Member> {
  const email = `trusted${n}@test.example`;
  const known = db.select().from(members).where(eq(members.email, email)).get() ?? db.insert(members).values({ name: `Trusted ${n}`, email, handle: `trusted-${n}`, emailConfirmedAt: new Date() }).returning().get();
  db.insert(trustLevels).values({ memberId: known.id, level: 'trusted', locked: true }).onConflictDoNothing().run();
  return { id: known.id, name: known.name, email, handle: known.handle, role: 'member', areas: noAreas, sample: false, emailConfirmed: true, waiting: false, suspendedUntil: null };
}

describe('flagging', () => {
  test('opens one case for all flags on a post, and each member once', () => {
    const post = reply(rosa, start(rosa));
    flag(tom, post);
    flag(nadia, post, 'spam');
    expect(() => flag(tom, post, 'spam')).toThrow(Denied);
    const view = findCase(nadia, caseOn(post));
    expect(view.flags.map((f) => [f.reason, f.by?.name])).toEqual([['attack', 'Tom Achterberg'], ['spam', 'Nadia Okafor']]);
    expect(db.select().from(cases).where(eq(cases.postId, post)).all()).toHaveLength(1);
    expect(() => db.insert(flags).values({ caseId: caseOn(post), memberId: tom.id, reason: 'spam' }).run()).toThrow(/UNIQUE/);
    expect(() => db.insert(cases).values({ kind: 'flags', postId: post }).run()).toThrow(/UNIQUE/);
    expect(() => db.insert(flags).values({ caseId: caseOn(post), memberId: abe.id, reason: 'I dislike it' }).run()).toThrow(/CHECK/);
  });

  test('the very same flag, sent again at once, is the first one, also where it hid the post', async () => {
    const post = reply(rosa, start(rosa));
    expect(flag(tom, post, 'spam', { note: 'It sells.' })).toEqual({ url: `/posts/${post}`, hidden: false });
    expect(flag(tom, post, 'spam', { note: 'It sells.' })).toEqual({ url: `/posts/${post}`, hidden: false });
    expect(() => flag(tom, post, 'spam', { note: 'It sells chairs.' })).toThrow(/already/);
    const hidden = { url: '/forums/measures', hidden: true };
    expect([flag(ines, post, 'personal-data'), flag(ines, post, 'personal-data')]).toEqual([hidden, hidden]);
    expect(findCase(nadia, caseOn(post)).flags).toHaveLength(2);
    // A hidden thread is seen by its author and coordinators alone.
    const alone = db.select().from(posts).where(eq(posts.threadId, start(rosa).id)).get()?.id ?? 0;
    const who = await trusted(1);
    expect([flag(who, alone, 'personal-data'), flag(who, alone, 'personal-data')]).toEqual([hidden, hidden]);
    expect(() => flag(tom, alone, 'personal-data')).toThrow(NotFound);
    const takenBack = reply(rosa, start(rosa));
    flag(tom, takenBack);
    removeOwnPost(rosa, { postId: takenBack });
    expect(() => flag(tom, takenBack)).toThrow(NotFound);
    db.update(flags).set({ at: addDays(new Date(), -1) }).where(eq(flags.caseId, caseOn(post))).run();
    expect(() => flag(ines, post, 'personal-data')).toThrow(/hidden already/);
    const wrong = reply(rosa, start(rosa));
    for (let n = 0; n < 2; n++) flag(tom, wrong, 'inaccurate', { note: 'It is 12.', source: 'The report, page 3' });
    expect(db.select().from(cases).where(eq(cases.postId, wrong)).all()).toHaveLength(1);
    expect(() => flag(tom, wrong, 'inaccurate', { note: 'It is 12.', source: 'The report, page 4' })).toThrow(/still open/);
  });

  test('not of one’s own, not of what is gone, not without an account, not for an unknown reason', () => {
    const post = reply(rosa, start(rosa));
    expect(() => flag(rosa, post)).toThrow(Denied);
    expect(() => flag(tom, 999_999)).toThrow(NotFound);
    expect(() => flag({ ...tom, suspendedUntil: addDays(new Date(), 1) }, post)).toThrow(Denied);
    expect(flagPostInput.safeParse({ postId: post, reason: 'boring' }).success).toBe(false);
    flag(ines, post, 'personal-data');
    expect(() => flag(nadia, post)).toThrow(NotFound);
  });

  test('a member of a level flags only so often', () => {
    const thread = start(rosa);
    for (let n = 0; n < levelLimits.member.flagsPerDay; n++) flag(tom, reply(rosa, thread));
    expect(() => flag(tom, reply(rosa, thread))).toThrow(Invalid);
  });

  test('a profile can be flagged, with a note', () => {
    expect(() => flagMember(tom, { memberId: rosa.id, reason: 'spam', note: null, source: null })).toThrow(Invalid);
    flagMember(tom, { memberId: rosa.id, reason: 'spam', note: 'The job title advertises.', source: null });
    flagMember(tom, { memberId: rosa.id, reason: 'spam', note: 'The job title advertises.', source: null });
    expect(() => flagMember(tom, { memberId: rosa.id, reason: 'spam', note: 'Again.', source: null })).toThrow(Denied);
    expect(() => flagMember(tom, { memberId: tom.id, reason: 'spam', note: 'Myself.', source: null })).toThrow(Denied);
    const row = openCases(nadia, null).cases.find((c) => c.subject.kind === 'member');
    decide(nadia, { caseId: row?.id ?? 0, outcome: 'warn', reason: 'Please take the slogan out.' });
    expect(lastTo(rosa)?.text).toContain('Please take the slogan out.');
    expect(JSON.stringify(readPublicLog(null))).not.toContain('slogan');
    expect(readLog(nadia, null).lines[0]).toMatchObject({ act: 'decide about profile', reason: 'Please take the slogan out.' });
  });
});

describe('hiding until somebody decides', () => {
  test('a resident’s personal data is hidden at the first flag, from everything', () => {
    const thread = start(rosa);
    const post = reply(tom, thread, 'Mulberry lives in Elm Street 12');
    const counted = findThread(null, thread.id).replies;
    const inForum = listForums(null).find((f) => f.slug === 'measures')?.posts ?? 0;
    expect(documents(post)).toHaveLength(1);
    expect(flag(ines, post, 'personal-data').hidden).toBe(true);
    for (const viewer of [null, rosa, tom, nadia]) {
      const [, shown] = postsOnPage(viewer, findThread(viewer, thread.id), 1);
      expect(shown).toMatchObject({ hidden: true, removed: { reason: null } });
      // Whoever wrote it reads it in its place.
      expect(shown?.html.includes('Mulberry')).toBe(viewer === tom);
    }
    expect(documents(post)).toEqual([]);
    expect(findThread(null, thread.id).replies).toBe(counted - 1);
    expect(listForums(null).find((f) => f.slug === 'measures')?.posts).toBe(inForum - 1);
    expect(findPost(rosa, post).markdown).toBe('');
    expect(findPost(tom, post).markdown).toContain('Mulberry');
    expect(lastTo(tom)).toMatchObject({ subject: expect.stringContaining('hidden for now') });
    expect(lastTo(tom)?.text).not.toMatch(/Rosa|Mulberry/);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'hide post', actor: null });
  });

  test('by others it is looked at first, with a letter, and hides nothing', () => {
    const [older, post] = [reply(rosa, start(rosa)), reply(rosa, start(rosa))];
    flag(nadia, older);
    expect(flag(tom, post, 'personal-data').hidden).toBe(false);
    expect(rowOf(post)?.hidden).toBe(false);
    const order = openCases(nadia, null).cases.map(({ id }) => id);
    expect(order.indexOf(caseOn(post))).toBeLessThan(order.indexOf(caseOn(older)));
    expect(lastTo(ines)).toMatchObject({ subject: expect.stringContaining('waits'), text: expect.stringContaining(`/desk/flags/${caseOn(post)}`) });
    decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'Nothing of the kind.' });
  });

  test('of a thread in which others wrote its opening text goes alone, and comes back or goes for good', () => {
    const thread = start(rosa, 'Boysenberry in the opening post');
    const answer = reply(tom, thread);
    const opening = db.select().from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0;
    const shown = () => postsOnPage(null, findThread(null, thread.id), 1).map(({ hidden, html }) => [hidden, html.length > 0]);
    const found = () => JSON.stringify(db.select().from(searchDocuments).where(eq(searchDocuments.threadId, thread.id)).all());
    expect(flag(ines, opening, 'personal-data').hidden).toBe(true);
    expect([shown(), found()]).toEqual([[[true, false], [false, true]], expect.not.stringContaining('Boysenberry')]);
    expect(findThread(null, thread.id).replies).toBe(1);
    expect(lastTo(rosa)?.text).toContain('The opening post of');
    expect(() => flag(tom, opening, 'personal-data')).toThrow(/hidden already/);
    const { decisionId } = decide(nadia, { caseId: caseOn(opening), outcome: 'keep', reason: 'Nothing of the kind.' });
    expect([shown(), found()]).toEqual([[[false, true], [false, true]], expect.stringContaining('Boysenberry')]);
    undoDecision(nadia, { decisionId, reason: 'I looked at another post.' });
    expect(shown()).toEqual([[true, false], [false, true]]);
    decide(nadia, { caseId: caseOn(opening), outcome: 'remove', reason: 'A street.' });
    expect(() => findThread(null, thread.id)).toThrow(/removed/);
    restoreThread(ines, { threadId: thread.id, reason: 'In order.' });
    expect(shown()).toEqual([[false, true], [false, true]]);
    expect(rowOf(answer)?.removedAt).toBeNull();
  });

  test('of such a thread the title goes meanwhile as well, from whatever the public sees; its author and coordinators read it', () => {
    const { id } = createThread(rosa, { forum: 'measures', kind: 'question', title: 'Why does Marionberry Smith call each week?', body: 'We count the weeks.', themes: ['equity'] });
    const answer = reply(tom, findThread(tom, id));
    const opening = db.select().from(posts).where(and(eq(posts.threadId, id), eq(posts.number, 1))).get()?.id ?? 0;
    const before = findThread(null, id);
    db.insert(outbox).values({ to: 'somebody@test.example', subject: `Re: ${before.title}`, text: before.title }).run();
    const letter = db.select({ id: outbox.id }).from(outbox).all().at(-1)?.id ?? 0;
    db.insert(letterPosts).values({ letterId: letter, postId: answer }).run();
    const hideIt = () => flag(ines, opening, 'personal-data');
    hideIt();
    const now = findThread(null, id);
    expect([now.title, now.url, now.hiddenTitle]).toEqual(['A thread waiting for a decision', `/forums/measures/${id}-a-thread-waiting-for-a-decision`, null]);
    const publicly = () => JSON.stringify([
      findThread(tom, id), listThreads(null, {}, null), threadsOfTheme(null, 'equity', 50), readPublicLog(null), search({ q: 'Marionberry' }).results,
      db.select().from(searchDocuments).where(eq(searchDocuments.threadId, id)).all(), withTitles([`<a href="/posts/${answer}" class="address">x</a>`]), db.select().from(notifications).all(), db.select().from(outbox).where(eq(outbox.id, letter)).all(),
    ]);
    expect(publicly()).not.toMatch(/marionberry/i);
    for (const viewer of [rosa, nadia]) expect(findThread(viewer, id).hiddenTitle).toBe(before.title);
    expect(JSON.stringify(findCase(nadia, caseOn(opening)))).toContain('Marionberry');
    expect(lastTo(rosa)?.text).toContain('Marionberry');
    const { decisionId } = decide(nadia, { caseId: caseOn(opening), outcome: 'keep', reason: 'Nobody of that name.' });
    expect(findThread(null, id)).toMatchObject({ title: before.title, url: before.url, hiddenTitle: null });
    expect(search({ q: 'Marionberry' }).total).toBeGreaterThan(0);
    undoDecision(nadia, { decisionId, reason: 'There is.' });
    expect(publicly()).not.toMatch(/marionberry/i);
    decide(nadia, { caseId: caseOn(opening), outcome: 'remove', reason: 'A name.' });
    expect(findThread(nadia, id)).toMatchObject({ removed: true, title: before.title, hiddenTitle: null });
    restoreThread(ines, { threadId: id, reason: 'In order.' });
    expect(findThread(null, id).title).toBe(before.title);
    hideIt();
    renameThread(nadia, { threadId: id, title: 'Why does somebody call each week?', reason: 'Tidying.' });
    expect(findThread(nadia, id)).toMatchObject({ title: 'Why does somebody call each week?', hiddenTitle: null });
    expect(publicly()).not.toMatch(/marionberry/i);
    decide(nadia, { caseId: caseOn(opening), outcome: 'keep', reason: 'Only the title had it.' });
    expect(findThread(null, id).title).toBe('Why does somebody call each week?');
  });

  test('of such a thread the title stays out of view when its renaming is undone meanwhile', () => {
    const { id } = createThread(rosa, { forum: 'measures', kind: 'question', title: 'Why does Loganberry Smith call each week?', body: 'We count the weeks.', themes: [] });
    reply(tom, findThread(tom, id));
    const opening = db.select().from(posts).where(and(eq(posts.threadId, id), eq(posts.number, 1))).get()?.id ?? 0;
    flag(ines, opening, 'personal-data');
    const rename = () => {
      renameThread(nadia, { threadId: id, title: 'Why does somebody call each week?', reason: 'Tidying.' });
      return db.select({ id: threadActs.id }).from(threadActs).where(eq(threadActs.threadId, id)).all().at(-1)?.id ?? 0;
    };
    undoThreadAct(ines, { actId: rename() });
    expect(JSON.stringify([findThread(tom, id), listThreads(null, {}, null), readPublicLog(null), search({ q: 'Loganberry' }).results])).not.toMatch(/loganberry/i);
    expect(findThread(nadia, id)).toMatchObject({ title: 'A thread waiting for a decision', hiddenTitle: 'Why does Loganberry Smith call each week?' });
    decide(nadia, { caseId: caseOn(opening), outcome: 'keep', reason: 'Nobody of that name.' });
    expect(findThread(null, id).title).toBe('Why does Loganberry Smith call each week?');
    const later = rename();
    expect(() => undoThreadAct(ines, { actId: later })).not.toThrow();
    expect(findThread(null, id).title).toBe('Why does Loganberry Smith call each week?');
  });

  test('three flags that count hide; those of others do not', async () => {
    const post = reply(rosa, start(rosa));
    const crowd = [await trusted(1), await trusted(2), await trusted(3), await trusted(4)];
    flag(tom, post);
    for (const somebody of crowd.slice(0, 2)) flag(somebody, post);
    expect(rowOf(post)).toMatchObject({ hidden: false, removedAt: null });
    flag(nadia, post);
    expect(rowOf(post)?.hidden).toBe(true);
  });

  test('a thread is hidden whole, and its author still finds it', async () => {
    const thread = start(rosa, 'Gooseberry in the opening post');
    reply(rosa, thread);
    const opening = db.select().from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get();
    flag(ines, opening?.id ?? 0, 'personal-data');
    expect(() => findThread(null, thread.id)).toThrow(NotFound);
    expect(() => findThread(tom, thread.id)).toThrow(/hidden while coordinators look/);
    expect(findThread(rosa, thread.id)).toMatchObject({ hidden: true });
    expect(listThreads(null, {}, null).threads.map((t) => t.id)).not.toContain(thread.id);
    expect(db.select().from(searchDocuments).where(eq(searchDocuments.threadId, thread.id)).all()).toEqual([]);
    expect(JSON.stringify(readPublicLog(null))).not.toContain(thread.title);
    decide(nadia, { caseId: caseOn(opening?.id ?? 0), outcome: 'keep', reason: 'There is nothing of the kind in it.' });
    expect(findThread(null, thread.id)).toMatchObject({ hidden: false, removed: false });
    expect(db.select().from(searchDocuments).where(eq(searchDocuments.threadId, thread.id)).all()).toHaveLength(2);
  });

  test('the author can edit what is hidden; it stays hidden and is in no search', () => {
    const thread = start(rosa);
    const post = reply(tom, thread);
    flag(ines, post, 'personal-data');
    decide(nadia, { caseId: caseOn(post), outcome: 'ask', reason: 'Please take the street out.' });
    expect(lastTo(tom)?.text).toMatch(/Please take the street out[^]*48|within 48 hours/);
    editPost(tom, { postId: post, body: 'Elderberry, without a street' });
    expect(rowOf(post)).toMatchObject({ hidden: true, markdown: 'Elderberry, without a street' });
    expect(documents(post)).toEqual([]);
    expect(openCases(nadia, null).cases.find((c) => c.id === caseOn(post))).toMatchObject({ editedSince: true });
    decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'Good now.' });
    expect(documents(post)).toMatchObject([{ body: 'Elderberry, without a street' }]);
  });
});

describe('what coordinators let stand', () => {
  const keep = (postId: number, outcome: 'keep' | 'warn' = 'keep') => decide(nadia, { caseId: caseOn(postId), outcome, reason: 'It may stay.', forum: undefined });

  test('the same member does not hide again as long as it says the same; their flag goes to the queue, and coordinators have a letter', async () => {
    const [jo, jane] = [await trusted(11), await trusted(12)];
    const post = reply(rosa, start(tom));
    expect(flag(jo, post, 'personal-data').hidden).toBe(true);
    keep(post);
    expect(flag(jo, post, 'personal-data').hidden).toBe(false);
    expect(rowOf(post)?.hidden).toBe(false);
    expect(findCase(nadia, caseOn(post)).flags).toMatchObject([{ reason: 'personal-data', counts: false }]);
    expect(lastTo(nadia)?.text).toMatch(/not\s+hidden, and stands first/);
    expect(flag(jane, post, 'personal-data').hidden).toBe(true);
  });

  test('nor do they count among three', async () => {
    const [one, two, three, four] = [await trusted(11), await trusted(12), await trusted(13), await trusted(14)];
    const post = reply(rosa, start(tom));
    flag(one, post);
    flag(two, post);
    keep(post, 'warn');
    flag(one, post);
    flag(two, post);
    expect(flag(three, post).hidden).toBe(false);
    expect(flag(four, post).hidden).toBe(false);
    expect(flag(await trusted(15), post).hidden).toBe(true);
  });

  test('once it was edited or has other files, their flags count again', async () => {
    const jo = await trusted(11);
    const [edited, filed] = [reply(rosa, start(tom)), reply(rosa, start(tom))];
    for (const post of [edited, filed]) {
      flag(jo, post, 'personal-data');
      keep(post);
    }
    await setTimeout(2);
    editPost(rosa, { postId: edited, body: 'Another text with a name in it' });
    putPostFiles(filed, [{ hash: 'a'.repeat(64), name: 'residents.csv', label: 'Residents', mediaType: 'text/csv', size: 9, width: null, height: null, textState: 'none' }]);
    expect(flag(jo, edited, 'personal-data').hidden).toBe(true);
    expect(flag(jo, filed, 'personal-data').hidden).toBe(true);
  });
});

describe('the queue', () => {
  test('is for coordinators, what is said of personal data first, then the oldest', () => {
    expect(() => openCases(tom, null)).toThrow(Denied);
    expect(() => openCases(null, null)).toThrow(SignInRequired);
    const { cases: rows } = openCases(nadia, null);
    expect(rows.length).toBeGreaterThan(1);
    const later = ({ reasons }: (typeof rows)[number]) => Number(!reasons.some(({ reason }) => reason === 'personal-data'));
    expect(new Set(rows.map(later)).size).toBe(2);
    expect([...rows].sort((a, b) => later(a) - later(b) || a.openedAt.getTime() - b.openedAt.getTime())).toEqual(rows);
  });

  test('“I am on it” keeps others out until it is left or ends after eight working hours', () => {
    const post = reply(rosa, start(rosa));
    flag(tom, post);
    const caseId = caseOn(post);
    // Eleven on a Friday in New York, where the hub's offices work from 8 to 17 until somebody sets other hours.
    const friday = new Date('2026-11-27T16:00:00Z');
    claimCase(nadia, { caseId }, friday);
    expect(findCase(ines, caseId, friday).claimedBy).toMatchObject({ name: 'Nadia Okafor', until: new Date('2026-11-30T15:00:00Z') });
    expect(() => decide(ines, { caseId, outcome: 'keep', reason: 'Fine.' }, new Date('2026-11-30T14:59:00Z'))).toThrow(/Nadia Okafor is on it/);
    expect(() => claimCase(ines, { caseId }, new Date('2026-11-29T12:00:00Z'))).toThrow(Denied);
    expect(findCase(ines, caseId, new Date('2026-11-30T15:01:00Z')).claimedBy).toBeNull();
    claimCase(ines, { caseId }, new Date('2026-11-30T15:01:00Z'));
    releaseCase(ines, { caseId }, new Date('2026-11-30T15:02:00Z'));
    claimCase(abe, { caseId }, new Date('2026-11-30T15:03:00Z'));
    decide(abe, { caseId, outcome: 'keep', reason: 'Fine.' }, new Date('2026-11-30T15:04:00Z'));
    expect(() => decide(nadia, { caseId, outcome: 'remove', reason: 'Too late.' })).toThrow(/decided already/);
  });

  test('nobody is on it who coordinates it no more: neither a member, nor a coordinator of other forums', () => {
    const post = reply(rosa, start(rosa));
    flag(tom, post);
    const caseId = caseOn(post);
    const { forumId } = findThread(null, start(rosa).id);
    const others = db.select().from(forums).where(ne(forums.id, forumId ?? 0)).get()?.id;
    claimCase(ines, { caseId });
    db.update(members).set({ role: 'member' }).where(eq(members.id, ines.id)).run();
    try {
      expect(findCase(nadia, caseId).claimedBy).toBeNull();
      db.insert(coordinatorAreas).values({ memberId: ines.id, forumId: others, byId: abe.id }).run();
      expect(findCase(nadia, caseId).claimedBy).toBeNull();
      db.update(coordinatorAreas).set({ forumId }).where(eq(coordinatorAreas.memberId, ines.id)).run();
      expect(findCase(nadia, caseId).claimedBy).toMatchObject({ id: ines.id });
      expect(() => claimCase(nadia, { caseId })).toThrow(/is on it/);
      db.delete(coordinatorAreas).where(eq(coordinatorAreas.memberId, ines.id)).run();
      claimCase(nadia, { caseId });
      decide(nadia, { caseId, outcome: 'keep', reason: 'It is in order.' });
    } finally {
      db.delete(coordinatorAreas).where(eq(coordinatorAreas.memberId, ines.id)).run();
      db.update(members).set({ role: 'coordinator' }).where(eq(members.id, ines.id)).run();
    }
  });

  test('notes stay among coordinators', () => {
    const post = reply(rosa, start(rosa));
    flag(tom, post);
    addCaseNote(nadia, { caseId: caseOn(post), note: 'Persimmon: I know them, let me ask.' });
    expect(findCase(ines, caseOn(post)).notes).toMatchObject([{ by: 'Nadia Okafor', text: expect.stringContaining('Persimmon') }]);
    expect(() => addCaseNote(tom, { caseId: caseOn(post), note: 'Me too.' })).toThrow(Denied);
    expect(() => findCase(tom, caseOn(post))).toThrow(Denied);
    decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'Against a person.' });
    expect(JSON.stringify([lettersTo(rosa.email), lettersTo(tom.email), readPublicLog(null)])).not.toContain('Persimmon');
  });

  test('whose case it is notes nothing on it, and leaves it to nobody', () => {
    const post = reply(nadia, start(rosa));
    flag(tom, post);
    const caseId = caseOn(post);
    expect(() => addCaseNote(nadia, { caseId, note: 'He never liked me.' })).toThrow(Denied);
    expect(() => releaseCase(nadia, { caseId })).toThrow(Denied);
    addCaseNote(ines, { caseId, note: 'Looks harmless.' });
  });
});

describe('deciding', () => {
  test('removing tells author and flagger why, names no flagger to the author, and stands in the log', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread, 'Quince, you fool');
    flag(tom, post, 'attack', { note: 'Calls a colleague a fool.' });
    const { decisionId } = decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'It attacks a person.' });
    expect(rowOf(post)).toMatchObject({ hidden: false, removedById: nadia.id, removedReason: 'It attacks a person.' });
    expect(lastTo(rosa)?.text).toContain('It attacks a person.');
    expect(lastTo(rosa)?.text).toContain(`/appeals/${decisionId}`);
    expect(lastTo(rosa)?.text).not.toMatch(/Tom|Achterberg|colleague a fool/);
    expect(lastTo(tom)?.text).toContain('It attacks a person.');
    const { lines } = readPublicLog(null);
    expect(lines[0]).toMatchObject({ act: 'remove post', reason: 'It attacks a person.', actor: { handle: 'nadia' } });
    expect(JSON.stringify(lines)).not.toMatch(/Quince|Tom Achterberg|colleague a fool/);
  });

  test('the public reason for personal data tells nothing', () => {
    const post = reply(rosa, start(rosa));
    flag(ines, post, 'personal-data', { note: 'Names Hawthorn.' });
    decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'It names Hawthorn of Elm Street.' });
    expect(JSON.stringify(readPublicLog(null))).not.toContain('Hawthorn');
    expect(rowOf(post)?.removedReason).not.toContain('Hawthorn');
    expect(lastTo(rosa)?.text).toContain('Hawthorn');
  });

  test('not about one’s own, and nothing that does not fit', () => {
    const post = reply(nadia, start(rosa));
    flag(tom, post);
    expect(() => decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'It is mine.' })).toThrow(/about yourself/);
    expect(() => decide(ines, { caseId: caseOn(post), outcome: 'approve', reason: 'Hm.' })).toThrow(Invalid);
    expect(() => decide(tom, { caseId: caseOn(post), outcome: 'keep', reason: 'Hm.' })).toThrow(Denied);
  });

  test('off-topic threads move, and taking the decision back is the one way to undo it', () => {
    const thread = start(rosa);
    const opening = db.select().from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0;
    flag(tom, opening, 'off-topic');
    expect(() => decide(nadia, { caseId: caseOn(opening), outcome: 'move', reason: 'Elsewhere.' })).toThrow(Invalid);
    const { decisionId } = decide(nadia, { caseId: caseOn(opening), outcome: 'move', reason: 'It is about running the centre.', forum: 'operations' });
    expect(findThread(null, thread.id).forum?.slug).toBe('operations');
    expect(actsOn(nadia, thread.id)).toEqual([]);
    undoDecision(ines, { decisionId, reason: 'It was right there.' });
    expect(findThread(null, thread.id).forum?.slug).toBe('measures');
    expect(actsOn(nadia, thread.id)).toEqual([]);
  });

  test('a thread that was moved again since stays where it is when the decision is taken back, and its author reads so', () => {
    const thread = start(rosa);
    const opening = db.select().from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0;
    flag(tom, opening, 'off-topic');
    const { decisionId } = decide(nadia, { caseId: caseOn(opening), outcome: 'move', reason: 'Elsewhere.', forum: 'operations' });
    const third = addForum(nadia, { name: 'Night shifts', description: 'After ten.', startedBy: 'members', themes: [] });
    moveThread(ines, { threadId: thread.id, forum: third.slug, reason: 'Tidying.' });
    expect(undoDecision(ines, { decisionId, reason: 'Too quick.' }).left).toContain('Night shifts');
    expect(findThread(null, thread.id).forum?.slug).toBe(third.slug);
    expect(lettersTo(rosa.email).at(-1)?.text.replace(/\s+/g, ' ')).toContain(`It was moved again since, so it stays in the forum Night shifts.`);
  });

  test('undo restores the post exactly as it stood, and opens the case again', () => {
    const thread = start(rosa);
    const post = reply(tom, thread, 'Medlar **stands** again');
    const picture = () => [rowOf(post), documents(post).map(({ id: _, ...d }) => d), db.select().from(threads).where(eq(threads.id, thread.id)).get(), postsOnPage(null, findThread(null, thread.id), 1)];
    const before = picture();
    flag(rosa, post);
    const { decisionId } = decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'Not so good.' });
    expect(documents(post)).toEqual([]);
    undoDecision(ines, { decisionId, reason: 'I read it differently.' });
    expect(picture()).toEqual(before);
    expect(findCase(nadia, caseOn(post)).closedAt).toBeNull();
    expect(lastTo(tom)?.text).toContain('I read it differently.');
    expect(() => undoDecision(ines, { decisionId, reason: 'Again.' })).toThrow(Denied);

    flag(nadia, post, 'personal-data');
    const hidden = picture();
    const second = decide(ines, { caseId: caseOn(post), outcome: 'remove', reason: 'A name.' });
    undoDecision(abe, { decisionId: second.decisionId, reason: 'No name.' });
    expect(picture().map((p) => JSON.stringify(p).replace(/"removedAt":"[^"]*"/g, ''))).toEqual(hidden.map((p) => JSON.stringify(p).replace(/"removedAt":"[^"]*"/g, '')));
  });

  test('what its author took back meanwhile stays taken back', () => {
    const post = reply(tom, start(rosa));
    flag(rosa, post);
    removeOwnPost(tom, { postId: post });
    const { decisionId } = decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'It was fine.' });
    expect(rowOf(post)).toMatchObject({ removedById: tom.id, removedReason: null });
    undoDecision(ines, { decisionId, reason: 'Again.' });
    expect(rowOf(post)).toMatchObject({ removedById: tom.id, hidden: false });
  });
});

describe('quotations of what is not shown', () => {
  const secret = 'The juniper figures of Elm Street';

  test('are taken out where others quote it, in pages and search, and come back with it', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread, `${secret} are known.\n\nMore of it.`);
    const quoting = reply(tom, thread, `> ${secret} are known.\n\nI doubt it.\n\n> Something else entirely, of mine.`);
    const elsewhere = reply(tom, start(tom), `> [Rosa](/posts/${post}):\n>\n> ${secret} are known.\n\nSee there.`);
    const quotingBefore = [rowOf(quoting)?.html, rowOf(elsewhere)?.html, documents(quoting)];
    flag(ines, post, 'personal-data');
    for (const id of [quoting, elsewhere]) expect(JSON.stringify([rowOf(id)?.html, documents(id)])).not.toContain('juniper');
    expect(rowOf(quoting)?.html).toMatch(/quotation is not shown[^]*I doubt it[^]*Something else entirely/);
    expect(JSON.stringify(db.select().from(searchDocuments).all())).not.toContain('juniper');
    submitEdit(tom, { postId: quoting, body: `> ${secret} are known.\n\nI doubt it still.` });
    expect(rowOf(quoting)?.html).toMatch(/quotation is not shown[^]*I doubt it still/);
    submitEdit(tom, { postId: quoting, body: `> ${secret} are known.\n\nI doubt it.\n\n> Something else entirely, of mine.` });
    decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'No person.' });
    expect([rowOf(quoting)?.html, rowOf(elsewhere)?.html, documents(quoting)]).toEqual(quotingBefore);
  });

  test('of two, only the one that is still hidden stays out', () => {
    const thread = start(rosa);
    const first = reply(rosa, thread, 'The first sentence that is quoted');
    const second = reply(rosa, thread, 'The second sentence that is quoted');
    const quoting = reply(tom, thread, '> The first sentence that is quoted\n\nand\n\n> The second sentence that is quoted');
    const before = rowOf(quoting)?.html;
    for (const post of [first, second]) flag(ines, post, 'personal-data');
    expect(rowOf(quoting)?.html).not.toMatch(/sentence that is quoted/);
    decide(nadia, { caseId: caseOn(first), outcome: 'keep', reason: 'Fine.' });
    expect(rowOf(quoting)?.html).toMatch(/first sentence/);
    expect(rowOf(quoting)?.html).not.toMatch(/second sentence/);
    decide(nadia, { caseId: caseOn(second), outcome: 'keep', reason: 'Fine.' });
    expect(rowOf(quoting)?.html).toBe(before);
  });
});

describe('removing in passing', () => {
  test('is a decision too: the author can appeal, and restoring takes it back', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread);
    removePost(nadia, { postId: post, reason: 'Advertising.' });
    expect(lastTo(rosa)?.text).toMatch(/Advertising[^]*\/appeals\/\d+/);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'remove post', reason: 'Advertising.' });
    expect(() => removePost(nadia, { postId: post, reason: 'Again.' })).toThrow(Denied);
    expect(() => removePost(tom, { postId: reply(rosa, thread), reason: 'Mine now.' })).toThrow(Denied);
    restorePost(ines, { postId: post, reason: 'It sells nothing.' });
    expect(lastTo(rosa)).toMatchObject({ subject: expect.stringContaining('Your post on'), text: expect.stringMatching(new RegExp(`everybody\\s+can\\s+see\\s+it\\s+again[^]*It sells nothing\\.[^]*/posts/${post}`)) });
    expect(listTold(rosa, null).told[0]?.words).toContain('Your post is back: a coordinator has restored it.');
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'restore post', reason: 'It sells nothing.' });
    const decision = db.select().from(decisions).where(eq(decisions.caseId, caseOn(post))).get();
    expect(decision?.undoneAt).not.toBeNull();
    expect(appealFor(rosa, decision?.id ?? 0).closed).toContain('taken back');

    removeThread(nadia, { threadId: thread.id, reason: 'Twice the same.' });
    expect(() => findThread(null, thread.id)).toThrow(/Twice the same/);
    expect(lastTo(rosa)?.text).toContain('/appeals/');
    restoreThread(ines, { threadId: thread.id, reason: 'The other one is gone.' });
    expect(findThread(null, thread.id).removed).toBe(false);
    expect(lastTo(rosa)?.text).toContain('The other one is gone.');
    expect(listTold(rosa, null).told[0]?.words).toContain('Your thread is back: a coordinator has restored it.');
  });

  test('of a post that comes back into a removed thread its author is told neither the title nor that it shows', () => {
    const thread = start(tom);
    const post = reply(rosa, thread);
    removePost(nadia, { postId: post, reason: 'Advertising.' });
    removeThread(nadia, { threadId: thread.id, reason: 'Its title.' });
    restorePost(ines, { postId: post, reason: 'It sells nothing.' });
    expect(lastTo(rosa)?.text).toMatch(/it\s+shows\s+again\s+once\s+its\s+thread\s+does/);
    expect(lastTo(rosa)?.text).not.toContain(thread.title);
  });
});

describe('corrections', () => {
  const propose = (by: Member, postId: number) => flag(by, postId, 'inaccurate', { note: 'It is 54 million, not 45.', source: 'Report 2024, page 7' });

  test('need what is wrong and where it stands, and hide nothing', () => {
    const post = reply(rosa, start(rosa));
    expect(() => flag(tom, post, 'inaccurate', { note: 'Wrong.' })).toThrow(Invalid);
    expect(() => flag(tom, post, 'inaccurate', { source: 'Page 7.' })).toThrow(Invalid);
    propose(tom, post);
    expect(rowOf(post)).toMatchObject({ removedAt: null, hidden: false });
    expect(lastTo(rosa)?.text).toContain('It is 54 million, not 45.');
    expect(lastTo(rosa)?.text).not.toContain('Tom');
    expect(postsOnPage(null, findThread(null, findPost(null, post).thread.id), 1).at(-1)?.corrections).toEqual([]);
  });

  test('the author can accept: it stands under the post, and the proposer is told', () => {
    const post = reply(rosa, start(rosa));
    propose(tom, post);
    const caseId = caseOn(post);
    expect(() => acceptCorrection(tom, { caseId })).toThrow(NotFound);
    expect(correctionFor(tom, caseId)).toMatchObject({ own: false, accepted: null });
    expect(() => correctionFor(null, caseId)).toThrow(SignInRequired);
    acceptCorrection(rosa, { caseId });
    expect(postsOnPage(null, findThread(null, findPost(null, post).thread.id), 1).at(-1)?.corrections).toMatchObject([{ wrong: 'It is 54 million, not 45.', source: 'Report 2024, page 7', acceptedAs: 'author' }]);
    expect(lastTo(tom)?.subject).toContain('was accepted');
    expect(() => acceptCorrection(rosa, { caseId })).toThrow(Denied);
    expect(() => decide(nadia, { caseId, outcome: 'correct', reason: 'Yes.' })).toThrow(Denied);
  });

  test('whoever proposed one may flag the post too, and propose no second one meanwhile', () => {
    const post = reply(rosa, start(rosa));
    const more = { note: 'It is 12.', source: 'The charter' };
    flag(tom, post, 'inaccurate', more);
    expect(() => flag(tom, post, 'inaccurate', { ...more, note: 'It is 13.' })).toThrow(/^A correction that you proposed/);
    flag(tom, post, 'personal-data');
    expect(() => flag(tom, post)).toThrow(Denied);
    const other = reply(rosa, start(rosa));
    flag(tom, other);
    flag(tom, other, 'inaccurate', more);
    expect(() => flag(tom, other, 'inaccurate', { ...more, note: 'It is 13.' })).toThrow(Denied);
  });

  test('or answer, and a coordinator decides; undo takes the note away', () => {
    const post = reply(rosa, start(rosa));
    propose(tom, post);
    const caseId = caseOn(post);
    expect(() => answerCorrection(tom, { caseId, answer: 'No.' })).toThrow(NotFound);
    answerCorrection(rosa, { caseId, answer: 'The report was revised.' });
    expect(lastTo(tom)?.text).toContain('The report was revised.');
    const under = () => postsOnPage(null, findThread(null, findPost(null, post).thread.id), 1).at(-1)?.corrections;
    const { decisionId } = decide(nadia, { caseId, outcome: 'correct', reason: 'The report says so.' });
    expect(under()).toMatchObject([{ acceptedAs: 'coordinator', answer: 'The report was revised.' }]);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'accept correction' });
    undoDecision(ines, { decisionId, reason: 'There is a newer one.' });
    expect(under()).toEqual([]);
    decide(ines, { caseId, outcome: 'keep', reason: 'The revision is right.' });
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'decline correction' });
    expect(lastTo(rosa)?.text).toContain('has not taken up the correction');
  });
});

describe('appeals', () => {
  const removed = (author: Member, by: Member) => {
    const post = reply(author, start(rosa));
    flag(tom.id === author.id ? rosa : tom, post);
    return { post, decisionId: decide(by, { caseId: caseOn(post), outcome: 'remove', reason: 'It attacks a person.' }).decisionId };
  };
  const appealCase = (decisionId: number) => db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0;

  test('name in their letters no thread of others whose title is hidden meanwhile, nor do those of taking back', () => {
    for (const act of ['appeal', 'undo', 'remove']) {
      const thread = start(ines);
      const opening = db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0;
      const post = createPost(rosa, { threadId: thread.id, body: 'Hm, you fool.' }).id;
      flag(tom, post);
      const begun = act === 'remove' ? null : decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'Rude.' });
      const other = createPost(tom, { threadId: thread.id, body: 'As you say.' }).id;
      flag(nadia, opening, 'personal-data');
      expect([findThread(null, thread.id).title, rowOf(other)?.hidden]).not.toContain(thread.title);
      const sent = () => [rosa, tom].map(({ email }) => lettersTo(email));
      const before = sent().map((letters) => letters.length);
      if (begun === null) {
        flag(ines, post, 'personal-data');
        decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'Rude.' });
      }
      if (begun && act === 'undo') undoDecision(abe, { decisionId: begun.decisionId, reason: 'Rather not.' });
      if (begun && act === 'appeal') {
        appealDecision(rosa, { decisionId: begun.decisionId, text: 'Look again.' });
        decide(abe, { caseId: appealCase(begun.decisionId), outcome: 'overturn', reason: 'It was in order.' });
        expect(appealFor(rosa, begun.decisionId).words).toBe('a post');
      }
      const letters = sent().flatMap((all, n) => all.slice(before[n]));
      expect(letters.length).toBeGreaterThan(0);
      for (const { subject, text } of letters) expect(`${subject} ${text.replace(/\s+/g, ' ')}`).not.toContain(thread.title);
      expect(JSON.stringify(readPublicLog(null))).not.toContain(thread.title);
    }
  });

  test('of what was held name no such thread either, nor does its page', () => {
    for (const out of ['title', 'thread'] as const) {
      const thread = start(ines);
      createPost(tom, { threadId: thread.id, body: 'So do we.' });
      submitPost(rosa, { threadId: thread.id, body: `Held text ${++written}`, website: 'http://robot.example', shown: stamp() });
      const { id, caseId } = db.select({ id: heldPosts.id, caseId: cases.id }).from(heldPosts).innerJoin(cases, eq(cases.heldId, heldPosts.id)).orderBy(heldPosts.id).all().at(-1) ?? { id: 0, caseId: 0 };
      expect(heldPost(rosa, id).title).toBe(thread.title);
      if (out === 'title') flag(nadia, db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0, 'personal-data');
      else removeThread(abe, { threadId: thread.id, reason: 'Off.' });
      const { decisionId } = decide(nadia, { caseId, outcome: 'decline', reason: 'A robot.' });
      expect([heldPost(rosa, id).title, heldPost(nadia, id).title, appealFor(rosa, decisionId).words, appealFor(nadia, decisionId).words]).toEqual([null, thread.title, 'a post that waited', `a post that waited, in “${thread.title}”`]);
      expect(`${lastTo(rosa)?.subject} ${lastTo(rosa)?.text.replace(/\s+/g, ' ')}`).toMatch(/a post that waited(?!, in)/);
      expect(`${lastTo(rosa)?.subject} ${lastTo(rosa)?.text.replace(/\s+/g, ' ')}`).not.toContain(thread.title);
    }
  });

  test('nor by the title or address that a thread had before its title was hidden and changed', () => {
    const thread = start(ines);
    createPost(tom, { threadId: thread.id, body: 'So do we.' });
    const hold = () => {
      submitPost(rosa, { threadId: thread.id, body: `Held text ${++written}`, website: 'http://robot.example', shown: stamp() });
      return db.select({ id: heldPosts.id, caseId: cases.id }).from(heldPosts).innerJoin(cases, eq(cases.heldId, heldPosts.id)).orderBy(heldPosts.id).all().at(-1) ?? { id: 0, caseId: 0 };
    };
    const [through, later, waiting] = [hold(), hold(), hold()];
    decide(nadia, { caseId: through.caseId, outcome: 'approve', reason: 'Fine.' });
    for (let n = 0; n < 20; n++) createPost(nadia, { threadId: thread.id, body: `So do we, ${n}.` });
    decide(nadia, { caseId: later.caseId, outcome: 'approve', reason: 'Fine.' });
    for (const { id } of [later, through]) expect(heldPost(rosa, id).url).toMatch(/^\/posts\/\d+$/);
    flag(nadia, db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0, 'personal-data');
    renameThread(abe, { threadId: thread.id, title: 'A clean name', reason: 'It named somebody.' });
    const { decisionId } = decide(nadia, { caseId: waiting.caseId, outcome: 'decline', reason: 'A robot.' });
    const said = JSON.stringify([heldPost(rosa, through.id), heldPost(rosa, waiting.id), appealFor(rosa, decisionId), lastTo(rosa)]);
    expect(said).toContain('A clean name');
    expect(said).not.toContain(thread.title);
    expect(said).not.toContain(thread.url.split('/').at(-1));
  });

  test('but the address leads to the post where it stands, whatever became of its thread before and after', () => {
    const hold = (threadId: number) => {
      submitPost(rosa, { threadId, body: `Held text ${++written}`, website: 'http://robot.example', shown: stamp() });
      return db.select({ id: heldPosts.id, caseId: cases.id, markdown: heldPosts.markdown }).from(heldPosts).innerJoin(cases, eq(cases.heldId, heldPosts.id)).orderBy(heldPosts.id).all().at(-1) ?? { id: 0, caseId: 0, markdown: '' };
    };
    const through = (held: ReturnType<typeof hold>) => decide(nadia, { caseId: held.caseId, outcome: 'approve', reason: 'Fine.' });
    const led = ({ id }: { id: number }) => placeOfPost(rosa, Number(/^\/posts\/(\d+)$/.exec(heldPost(rosa, id).url ?? '')?.[1]));
    const stands = ({ markdown }: { markdown: string }) => placeOfPost(rosa, db.select({ id: posts.id }).from(posts).where(eq(posts.markdown, markdown)).get()?.id ?? 0);
    for (const order of ['appended', 'by-date'] as const) {
      const [thread, into] = [start(ines), start(tom)];
      const before = hold(thread.id);
      through(before);
      const after = hold(thread.id);
      createPost(tom, { threadId: into.id, body: `So do we, ${++written}.` });
      mergeThreads(nadia, { threadId: thread.id, target: into.url, order, reason: 'The same.' });
      const { decisionId } = through(after);
      for (const held of [before, after]) expect([led(held), led(held).split('#')[0]]).toEqual([stands(held), into.url]);
      expect([before, after].map(({ id }) => heldPost(rosa, id).title)).toEqual([into.title, into.title]);
      expect(appealFor(rosa, decisionId).url).toBe(heldPost(rosa, after.id).url);
      expect(lastTo(rosa)?.text).toContain(`${settings().url}${heldPost(rosa, after.id).url}`);
      undoThreadAct(nadia, { actId: db.select().from(threadActs).orderBy(threadActs.id).all().at(-1)?.id ?? 0 });
      expect([led(before), led(before).split('#')[0]]).toEqual([stands(before), thread.url]);
    }
    submitThread(rosa, submitThreadInput.parse({ forum: 'measures', kind: 'discussion', title: `A thread that waits ${++written}`, body: `Held text ${++written}`, website: 'http://robot.example', shown: stamp() }));
    const held = db.select({ id: heldPosts.id, caseId: cases.id, markdown: heldPosts.markdown }).from(heldPosts).innerJoin(cases, eq(cases.heldId, heldPosts.id)).orderBy(heldPosts.id).all().at(-1) ?? { id: 0, caseId: 0, markdown: '' };
    through(held);
    const into = start(tom);
    mergeThreads(nadia, { threadId: findPost(rosa, Number(heldPost(rosa, held.id).url?.split('/').at(-1))).thread.id, target: into.url, order: 'appended', reason: 'The same.' });
    expect([led(held), stands(held)]).toEqual([`${into.url}#post-2`, `${into.url}#post-2`]);
  });

  test('a reply that waits goes along with its thread when that is merged: to the coordinators there, for its author, and back into the form', () => {
    const thread = start(ines);
    const into = createThread(tom, { forum: 'operations', kind: 'discussion', title: `Elsewhere ${++written}`, body: 'We do too.', themes: [] });
    submitPost(rosa, { threadId: thread.id, body: `Held text ${++written}`, website: 'http://robot.example', shown: stamp() });
    const { id, caseId } = db.select({ id: heldPosts.id, caseId: cases.id }).from(heldPosts).innerJoin(cases, eq(cases.heldId, heldPosts.id)).orderBy(heldPosts.id).all().at(-1) ?? { id: 0, caseId: 0 };
    const where = () => [forumOfCase(caseId), forumOfHeld(id)];
    const forumId = (of: { id: number }) => findThread(nadia, of.id).forumId;
    expect(where()).toEqual([forumId(thread), forumId(thread)]);
    mergeThreads(nadia, { threadId: thread.id, target: into.url, order: 'appended', reason: 'The same.' });
    expect(where()).toEqual([forumId(into), forumId(into)]);
    expect(ownWaiting(rosa, { threadId: into.id }).map((held) => held.id)).toEqual([id]);
    expect([heldPost(rosa, id).title, heldPost(nadia, id).title, findCase(nadia, caseId).subject.words]).toEqual([into.title, into.title, `a post that waits, in “${into.title}”`]);
    takeBackHeld(rosa, { heldId: id });
    expect(draftsAt(rosa, draftPlace.reply(into.id))).toHaveLength(1);
  });

  test('say of a reply in a thread that was out of view before that all is as it was', () => {
    for (const outcome of ['keep', 'remove'] as const) {
      const thread = start(ines);
      const post = createPost(rosa, { threadId: thread.id, body: 'Hm, you fool.' }).id;
      flag(tom, post);
      removeThread(abe, { threadId: thread.id, reason: 'Off.' });
      const { decisionId } = decide(nadia, { caseId: caseOn(post), outcome, reason: 'Looked at.' });
      expect(undoDecision(abe, { decisionId, reason: 'Rather not.' }).left).toBeNull();
      expect(lastTo(rosa)?.text).toContain('everything is as it was');
    }
  });

  test('do not name a thread of others that is out of view meanwhile', () => {
    const thread = start(rosa);
    const post = createPost(tom, { threadId: thread.id, body: 'Hm, you fool.' }).id;
    flag(ines, post);
    const { decisionId } = decide(nadia, { caseId: caseOn(post), outcome: 'remove', reason: 'Rude.' });
    expect(appealFor(tom, decisionId).words).toContain(thread.title);
    removeThread(ines, { threadId: thread.id, reason: 'The title too.' });
    const { words, url } = appealFor(tom, decisionId);
    expect([words, url]).toEqual(['a post', `/posts/${post}`]);
    expect(appealFor(ines, decisionId).words).toContain(thread.title);
  });

  test('go once, within 30 days, from the author alone, to somebody else', () => {
    const { post, decisionId } = removed(rosa, nadia);
    expect(() => appealDecision(tom, { decisionId, text: 'Not mine.' })).toThrow(NotFound);
    expect(() => appealDecision(rosa, { decisionId, text: 'Late.' }, addDays(new Date(), 31))).toThrow(/30 days/);
    appealDecision({ ...rosa, suspendedUntil: addDays(new Date(), 5) }, { decisionId, text: 'It was about the practice.' });
    expect(() => appealDecision(rosa, { decisionId, text: 'Once more.' })).toThrow(/once/);
    expect(() => db.insert(cases).values({ kind: 'appeal', decisionId }).run()).toThrow(/UNIQUE/);
    const caseId = appealCase(decisionId);
    expect(openCases(ines, '99').cases.find((c) => c.id === caseId)).toMatchObject({ kind: 'appeal', notFor: 'Nadia Okafor' });
    expect(lastTo(ines)?.subject).toContain('An appeal waits');
    expect(() => decide(nadia, { caseId, outcome: 'uphold', reason: 'I was right.' })).toThrow(/different coordinator/);
    expect(() => undoDecision(nadia, { decisionId, reason: 'Well then.' })).toThrow(/appealed/);
    const second = decide(ines, { caseId, outcome: 'overturn', reason: 'It is about the practice.' });
    expect(rowOf(post)).toMatchObject({ removedAt: null, hidden: false });
    expect(documents(post)).toHaveLength(1);
    expect(lastTo(rosa)?.text).toMatch(/taken\s+the\s+decision\s+back[^]*It\s+is\s+about\s+the\s+practice[^]*decided\s+by\s+somebody\s+else\s+than\s+the\s+first\s+time/);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'overturn decision', actor: { handle: 'ines' } });
    expect(appealFor(rosa, decisionId)).toMatchObject({ closed: expect.stringContaining('once'), result: { outcome: 'overturn', decider: 'Inès Lévesque' } });
    expect(() => undoDecision(abe, { decisionId: second.decisionId, reason: 'No.' })).toThrow(/final/);
  });

  test('the database itself refuses the same person, unless there was nobody else', () => {
    const { decisionId } = removed(rosa, nadia);
    const row = { caseId: db.select().from(decisions).where(eq(decisions.id, decisionId)).get()?.caseId ?? 0, outcome: 'uphold' as const, reason: 'I say so.', deciderId: nadia.id, authorId: rosa.id };
    expect(() => db.insert(decisions).values({ ...row, firstDeciderId: nadia.id }).run()).toThrow(/CHECK/);
    expect(() => db.insert(decisions).values(row).run()).toThrow(/CHECK/);
    expect(() => db.insert(decisions).values({ ...row, outcome: 'keep', reason: ' ' }).run()).toThrow(/CHECK/);
  });

  test('with one coordinator, the same person decides and says so', () => {
    const { post, decisionId } = removed(rosa, nadia);
    alone(nadia, () => {
      appealDecision(rosa, { decisionId, text: 'Please look again.' });
      expect(openCases(nadia, '99').cases.find((c) => c.id === appealCase(decisionId))).toMatchObject({ kind: 'appeal', notFor: null });
      decide(nadia, { caseId: appealCase(decisionId), outcome: 'uphold', reason: 'It still attacks a person.' });
    });
    expect(rowOf(post)?.removedAt).not.toBeNull();
    expect(lastTo(rosa)?.text).toContain('There was nobody else who could decide');
    expect(lastTo(rosa)?.text).not.toMatch(/another\s+coordinator|somebody\s+else\s+than/i);
    expect(readPublicLog(null).lines[0]?.reason).toContain('There was nobody else who could decide');
  });

  test('say who would look again: who cannot decide about appeals is not named', () => {
    const { decisionId } = removed(abe, ines);
    expect(appealFor(abe, decisionId).again).toBe('another');
    alone(nadia, () => { expect(appealFor(rosa, removed(rosa, nadia).decisionId).again).toBe('same'); });
    db.update(members).set({ role: 'member' }).where(eq(members.id, ines.id)).run();
    db.insert(coordinatorAreas).values({ memberId: ines.id, forumId: findThread(null, start(rosa).id).forumId, byId: abe.id }).run();
    db.update(members).set({ role: 'member' }).where(eq(members.id, nadia.id)).run();
    try {
      expect(appealFor(abe, decisionId).again).toBe('author');
      appealDecision(abe, { decisionId, text: 'It is in order.' });
      expect(openCases(again(ines), '99').cases.find((c) => c.id === appealCase(decisionId))).toBeUndefined();
      decide(abe, { caseId: appealCase(decisionId), outcome: 'overturn', reason: 'In order.' });
    } finally {
      db.delete(coordinatorAreas).where(eq(coordinatorAreas.memberId, ines.id)).run();
      for (const { id } of [ines, nadia]) db.update(members).set({ role: 'coordinator' }).where(eq(members.id, id)).run();
    }
  });
});

describe('taking a decision back', () => {
  const decided = (by: Member, author: Member, outcome: 'keep' | 'warn' | 'remove' = 'keep') => {
    const post = reply(author, start(tom));
    flag(rosa.id === author.id ? tom : rosa, post);
    const caseId = caseOn(post);
    const { decisionId } = decide(by, { caseId, outcome, reason: 'Looked at.' });
    return { post, decisionId, mayTakeBack: (viewer: Member) => findCase(viewer, caseId).decisions.find(({ id }) => id === decisionId)?.mayTakeBack };
  };

  test('about oneself is another coordinator’s, unless there is nobody else, as the log then says', () => {
    const { decisionId, mayTakeBack } = decided(ines, nadia);
    expect([mayTakeBack(nadia), mayTakeBack(ines)]).toEqual([false, true]);
    expect(() => undoDecision(nadia, { decisionId, reason: 'Rather not.' })).toThrow(/another coordinator/);
    alone(nadia, () => {
      expect(mayTakeBack(nadia)).toBe(true);
      undoDecision(nadia, { decisionId, reason: 'Rather not.' });
    });
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'undo decision', reason: expect.stringContaining('There was nobody else who could decide') });
  });

  test('brings back what that decision removed, and nothing that went since: by another decision, a flag or its author', () => {
    const warned = (author: Member) => {
      const one = decided(nadia, author, 'warn');
      const appeal = () => {
        appealDecision(author, { decisionId: one.decisionId, text: 'It was no attack.' });
        const caseId = db.select().from(cases).where(eq(cases.decisionId, one.decisionId)).get()?.id ?? 0;
        decide(ines, { caseId, outcome: 'overturn', reason: 'It was none.' });
      };
      return { ...one, appeal };
    };
    const away = (post: number) => { const { removedAt, hidden } = rowOf(post) ?? {}; return [removedAt != null, hidden]; };
    const takeBackOwn = (post: number) => { removeOwnPost(tom, { postId: post }); };
    const byDecision = (post: number) => { removePost(ines, { postId: post, reason: 'Now it must go.' }); };
    const byFlag = (post: number) => { flag(ines, post, 'personal-data'); };

    const kept = decided(nadia, tom);
    byDecision(kept.post);
    expect(kept.mayTakeBack(nadia)).toBe(false);
    expect(() => undoDecision(nadia, { decisionId: kept.decisionId, reason: 'Rather not.' })).toThrow(/after this/);
    for (const [go, hidden] of [[byFlag, true], [takeBackOwn, false]] as const) {
      const { post, decisionId } = decided(nadia, tom);
      go(post);
      undoDecision(nadia, { decisionId, reason: 'Rather not.' });
      expect(away(post)).toEqual([true, hidden]);
    }
    for (const [go, hidden] of [[byDecision, false], [byFlag, true], [takeBackOwn, false]] as const) {
      const { post, appeal } = warned(tom);
      go(post);
      appeal();
      expect(away(post)).toEqual([true, hidden]);
    }
  });

  const overturn = (author: Member, decisionId: number) => {
    appealDecision(author, { decisionId, text: 'Look again.' });
    decide(ines, { caseId: db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0, outcome: 'overturn', reason: 'It was in order.' });
  };
  const merge = (thread: Thread, into: Thread) => { mergeThreads(nadia, { threadId: thread.id, target: into.url, order: 'appended', reason: 'The same.' }); };
  const openingOf = (thread: Thread) => db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 1))).get()?.id ?? 0;
  const unmerge = () => { undoThreadAct(nadia, { actId: Math.max(...db.select().from(threadActs).all().map(({ id }) => id)) }); };

  test('to have asked for an edit leaves the flag that hides it to be decided', () => {
    for (const hides of [true, false]) {
      const post = reply(tom, start(rosa));
      flag(ines, post, hides ? 'personal-data' : 'attack');
      overturn(tom, decide(nadia, { caseId: caseOn(post), outcome: 'ask', reason: 'Please edit it.' }).decisionId);
      expect([rowOf(post)?.hidden, findCase(nadia, caseOn(post)).closedAt === null]).toEqual([hides, hides]);
      expect(/stays\s+hidden/.test(lastTo(tom)?.text ?? '')).toBe(hides);
      if (hides) decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'Nothing of the kind.' });
      expect(rowOf(post)).toMatchObject({ removedAt: null, hidden: false });
    }
  });

  test('to have moved a thread moves no other that it went into since, and none into a closed forum', () => {
    const moved = () => {
      const thread = start(rosa);
      flag(tom, openingOf(thread), 'off-topic');
      return { thread, ...decide(nadia, { caseId: caseOn(openingOf(thread)), outcome: 'move', reason: 'It belongs there.', forum: 'operations' }) };
    };
    const other = createThread(tom, { forum: 'operations', kind: 'discussion', title: `Which of them? ${++written}`, body: 'We wait.', themes: [] });
    const [undone, overturned, stuck] = [moved(), moved(), moved()];
    merge(undone.thread, other);
    merge(overturned.thread, other);
    expect(undoDecision(nadia, { decisionId: undone.decisionId, reason: 'Rather not.' }).left).toContain('merged with another');
    overturn(rosa, overturned.decisionId);
    expect(findThread(null, other.id).forum?.slug).toBe('operations');
    expect([appealFor(rosa, overturned.decisionId).result?.before.left, lastTo(rosa)?.text.replace(/\s+/g, ' ')]).toEqual([expect.stringContaining('merged with another'), expect.stringContaining('merged with another')]);
    const home = db.select().from(forums).where(eq(forums.slug, 'measures')).get();
    db.update(forums).set({ closedAt: new Date(), closedReason: 'Over.' }).where(eq(forums.id, home?.id ?? 0)).run();
    try {
      overturn(rosa, stuck.decisionId);
    } finally {
      db.update(forums).set({ closedAt: null, closedReason: null }).where(eq(forums.id, home?.id ?? 0)).run();
    }
    expect(findThread(null, stuck.thread.id).forum?.slug).toBe('operations');
  });

  test('to have removed a reply brings it back also where it opens its thread again', () => {
    for (const back of [(id: number) => { undoDecision(nadia, { decisionId: id, reason: 'Rather not.' }); }, (id: number) => { overturn(rosa, id); }]) {
      const [thread, other] = [start(rosa), start(tom)];
      const post = openingOf(thread);
      merge(thread, other);
      removePost(nadia, { postId: post, reason: 'It attacks.' });
      unmerge();
      expect([openingOf(thread), rowOf(post)?.removedAt]).toEqual([post, expect.any(Date)]);
      back(findCase(nadia, caseOn(post)).decisions.at(-1)?.id ?? 0);
      expect([rowOf(post)?.removedAt, postsOnPage(null, findThread(null, thread.id), 1)[0]?.html]).toEqual([null, expect.stringContaining('We count the weeks')]);
    }
  });

  test('where its thread was removed as well, it comes back with the thread and not before', () => {
    const [thread, other] = [start(rosa), start(tom)];
    const post = openingOf(thread);
    merge(thread, other);
    removePost(nadia, { postId: post, reason: 'It attacks.' });
    unmerge();
    removeThread(nadia, { threadId: thread.id, reason: 'The title too.' });
    expect(() => restorePost(ines, { postId: post, reason: 'In order.' })).toThrow(/restore the thread/);
    restoreThread(ines, { threadId: thread.id, reason: 'In order.' });
    expect([findThread(null, thread.id).removed, rowOf(post)?.removedAt]).toEqual([false, null]);
  });

  test('of a reply does not bring back the thread that it opens since, and that was removed for itself', () => {
    const [thread, other] = [start(rosa), start(tom)];
    const post = openingOf(thread);
    merge(thread, other);
    removePost(nadia, { postId: post, reason: 'It attacks.' });
    const decisionId = findCase(nadia, caseOn(post)).decisions.at(-1)?.id ?? 0;
    unmerge();
    removeThread(nadia, { threadId: thread.id, reason: 'The title too.' });
    overturn(rosa, decisionId);
    expect([findThread(nadia, thread.id).removed, rowOf(post)?.removedAt]).toEqual([true, null]);
    const letter = lastTo(rosa)?.text.replace(/\s+/g, ' ');
    expect([letter, appealFor(rosa, decisionId).result?.before.left]).toEqual([expect.stringMatching(/^.*This is about the decision about a post\..*Its thread is out of view/), 'Its thread is out of view, and it shows again only with that.']);
    expect(appealFor(rosa, decisionId).words).toBe('a post');
    restoreThread(nadia, { threadId: thread.id, reason: 'In order.' });
    expect(findThread(null, thread.id).removed).toBe(false);
  });

  test('of one’s own that one removed as the only coordinator brings it back', () => {
    alone(nadia, () => {
      const { post, decisionId } = decided(nadia, nadia, 'remove');
      expect(rowOf(post)?.removedAt).not.toBeNull();
      undoDecision(nadia, { decisionId, reason: 'Rather not.' });
      expect(rowOf(post)?.removedAt).toBeNull();
    });
  });

  test('is not offered where it is refused: after an appeal, or under a later decision', () => {
    const { post, decisionId, mayTakeBack } = decided(nadia, tom, 'remove');
    expect([mayTakeBack(ines), whyNotRestored(ines, findPost(ines, post)), restorable(ines, [{ id: post, removed: { by: 'coordinator' } }])]).toEqual([true, null, new Set([post])]);
    appealDecision(tom, { decisionId, text: 'Look again.' });
    expect([mayTakeBack(ines), whyNotRestored(ines, findPost(ines, post))]).toEqual([false, expect.stringContaining('decides about the appeal')]);
    expect(restorable(ines, [{ id: post, removed: { by: 'coordinator' } }])).toEqual(new Set());
    const appeal = db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0;
    decide(ines, { caseId: appeal, outcome: 'uphold', reason: 'It stands.' });
    expect([mayTakeBack(ines), whyNotRestored(ines, findPost(ines, post))]).toEqual([false, expect.stringContaining('final')]);
    expect(() => undoDecision(ines, { decisionId, reason: 'Well then.' })).toThrow(/final/);
    expect(findCase(ines, appeal).decisions.map((one) => one.mayTakeBack)).toEqual([false]);
  });
});
