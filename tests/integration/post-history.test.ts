import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { cases, db, log, posts, postVersions } from '#db/client.ts';
import { decide } from '#domain/decisions/deciding.ts';
import { flagPost } from '#domain/decisions/flagging.ts';
import { removePost, removeThread } from '#domain/decisions/removing.ts';
import { Denied, Gone, NotFound, SignInRequired } from '#domain/errors.ts';
import { editedLate } from '#domain/forum/edited.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { createPost, editPost, postsOnPage } from '#domain/forum/posts.ts';
import { withholdVersions, showVersions } from '#domain/forum/withholding-versions.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => { [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')]; });
beforeEach(forgetLimits);

let started = 0;
const write = () => {
  const thread = createThread(rosa, { forum: 'measures', kind: 'question', title: `Who counts repeat calls apart? ${++started}`, body: 'The question.', themes: [] });
  return { thread, ...createPost(tom, { threadId: thread.id, body: 'We count two days.' }) };
};
const replyIn = (threadId: number) => postsOnPage(null, findThread(null, threadId), 1)[1];
const setBack = (id: number, days: number) => db.update(posts).set({ createdAt: addDays(new Date(), -days) }).where(eq(posts.id, id)).run();

test.each([
  [null, false], [0, false], [23.9, false], [24, false], [24.1, true], [900, true],
])('an edit after %s hours is told readers: %s', (hours, told) => {
  const createdAt = new Date('2026-11-01T12:00:00Z');
  expect(editedLate({ createdAt, editedAt: hours === null ? null : addDays(createdAt, hours / 24) }) !== null).toBe(told);
});

test('an edit on the first day stands in the history alone', () => {
  const { id, thread } = write();
  editPost(tom, { postId: id, body: 'We count three days.' });
  expect(replyIn(thread.id)?.editedAt).toBeNull();
  const { versions, title, url } = historyOfPost(null, id);
  expect([title, url]).toEqual([thread.title, `/posts/${id}`]);
  expect(versions.map((v) => [v.number, v.markdown])).toEqual([[2, 'We count three days.'], [1, 'We count two days.']]);
  expect(versions[0]?.changes).toEqual([{ kind: 'same', text: 'We count ' }, { kind: 'removed', text: 'two' }, { kind: 'added', text: 'three' }, { kind: 'same', text: ' days.' }]);
  expect(versions[1]?.changes).toBeNull();
});

test('a later edit is told, and every version has its date', () => {
  const { id, thread } = write();
  setBack(id, 3);
  editPost(tom, { postId: id, body: 'We count three days.' });
  editPost(tom, { postId: id, body: 'We count four days.' });
  expect(replyIn(thread.id)?.editedAt).toBeInstanceOf(Date);
  const { versions } = historyOfPost(null, id);
  expect(versions.map((v) => v.number)).toEqual([3, 2, 1]);
  expect(Date.now() - (versions[2]?.at.getTime() ?? 0)).toBeGreaterThan(2 * 86_400_000);
});

test('who may not see a post sees nothing of its past', () => {
  const { id, thread } = write();
  editPost(tom, { postId: id, body: 'We count three days.' });
  removePost(nadia, { postId: id, reason: 'Names a resident.' });
  for (const viewer of [null, rosa, tom]) expect(() => historyOfPost(viewer, id)).toThrow(Gone);
  expect(historyOfPost(nadia, id).versions).toHaveLength(2);
  removeThread(nadia, { threadId: thread.id, reason: 'Names a resident.' });
  expect(() => historyOfPost(null, id)).toThrow(Gone);
  expect(() => historyOfPost(null, 999_999)).toThrow(NotFound);
  expect(() => historyOfPost(null, NaN)).toThrow(NotFound);
});

test('many long versions are compared ten at a time, and within half a second', () => {
  const { id } = write();
  const writtenAt = new Date();
  const text = (version: number) => Array.from({ length: 9_900 }, (_, line) => String.fromCharCode(97 + ((line * 7 + version * (line % 3)) % 26))).join('\n');
  db.insert(postVersions).values(Array.from({ length: 58 }, (_, version) => ({ postId: id, markdown: text(version), writtenAt, replacedById: tom.id }))).run();
  const before = performance.now();
  const { versions, paging, edits } = historyOfPost(null, id);
  expect(performance.now() - before).toBeLessThan(1_500);
  expect([versions.length, versions[0]?.number, versions[9]?.number, paging.pages, edits]).toEqual([10, 59, 50, 6, 58]);
  expect(versions.every(({ changes }) => (changes?.length ?? 0) > 0 && (changes?.length ?? 0) <= 1_000)).toBe(true);
  const last = historyOfPost(null, id, '6').versions;
  expect(last.map(({ number }) => number)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect([last[0]?.changes === null, last.at(-1)?.changes, last.at(-1)?.markdown === text(0)]).toEqual([false, null, true]);
  // The oldest of a page is compared with the newest of the next.
  expect(versions[9]?.changes).not.toBeNull();
});

test('a post whose quotation is not shown has no history for others either, nor once it was edited away', () => {
  const { id, thread } = write();
  const { id: quoting } = createPost(rosa, { threadId: thread.id, body: `> [Tom Achterberg wrote](/posts/${id}):\n>\n> We count two days.\n\nReally?` });
  expect(historyOfPost(null, quoting)).toMatchObject({ withheld: false, versions: { length: 1 } });
  flagPost(nadia, { postId: id, reason: 'personal-data', note: null, source: null });
  for (const viewer of [null, tom]) expect(historyOfPost(viewer, quoting)).toMatchObject({ withheld: true, versions: [] });
  for (const viewer of [rosa, nadia]) expect(historyOfPost(viewer, quoting).versions[0]?.markdown).toContain('two days');
  editPost(rosa, { postId: quoting, body: 'Really?' });
  expect(JSON.stringify(historyOfPost(null, quoting))).not.toContain('two days');
});

test('coordinators take earlier versions out of view, and bring them back', () => {
  const { id } = write();
  expect(() => withholdVersions(nadia, { postId: id, reason: 'A name.' })).toThrow(Denied);
  editPost(tom, { postId: id, body: 'We count three days.' });
  for (const viewer of [tom, rosa]) expect(() => withholdVersions(viewer, { postId: id, reason: 'A name.' })).toThrow(Denied);
  expect(() => withholdVersions(null as never, { postId: id, reason: 'A name.' })).toThrow(SignInRequired);
  expect([historyOfPost(null, id).mayWithhold, historyOfPost(nadia, id).mayWithhold]).toEqual([false, true]);
  withholdVersions(nadia, { postId: id, reason: 'A name.' });
  for (const viewer of [null, rosa]) expect(historyOfPost(viewer, id)).toMatchObject({ withheld: true, outOfView: null, mayWithhold: false, versions: [{ markdown: 'We count three days.', changes: null }] });
  expect(historyOfPost(tom, id)).toMatchObject({ withheld: false, outOfView: null, versions: { length: 2 } });
  expect(historyOfPost(nadia, id)).toMatchObject({ outOfView: { by: nadia.name, reason: 'A name.' }, mayWithhold: false, versions: { length: 2 } });
  showVersions(nadia, { postId: id, reason: 'No name.' });
  expect(historyOfPost(null, id)).toMatchObject({ withheld: false, versions: { length: 2 } });
  expect(() => showVersions(nadia, { postId: id, reason: 'Again.' })).toThrow(Denied);
  expect(db.select({ act: log.act, reason: log.reason }).from(log).where(eq(log.url, `/posts/${id}`)).all()).toEqual([{ act: 'withhold versions', reason: 'A name.' }, { act: 'show versions', reason: 'No name.' }]);
});

test('a coordinator does not bring back what another took out of view in a post of theirs; what they took out themselves they do', async () => {
  const ines = await enter('ines');
  const { id } = createPost(nadia, { threadId: write().thread.id, body: 'We count two days.' });
  editPost(nadia, { postId: id, body: 'We count three days.' });
  withholdVersions(ines, { postId: id, reason: 'A name.' });
  expect(() => showVersions(nadia, { postId: id, reason: 'No name.' })).toThrow(Denied);
  expect([historyOfPost(nadia, id).mayShow, historyOfPost(ines, id).mayShow]).toEqual([false, true]);
  showVersions(ines, { postId: id, reason: 'No name.' });
  withholdVersions(nadia, { postId: id, reason: 'A name.' });
  showVersions(nadia, { postId: id, reason: 'No name.' });
});

test('what was edited out before anybody flagged it goes out of view with the decision about personal data', () => {
  const { id } = write();
  editPost(tom, { postId: id, body: 'We count three days.' });
  flagPost(nadia, { postId: id, reason: 'personal-data', note: null, source: null });
  decide(nadia, { caseId: db.select({ id: cases.id }).from(cases).where(eq(cases.postId, id)).get()?.id ?? 0, outcome: 'keep', reason: 'The name of Mary Miller is out of it.' });
  expect(historyOfPost(null, id)).toMatchObject({ withheld: true, versions: [{ markdown: 'We count three days.' }] });
  expect(historyOfPost(nadia, id).outOfView?.reason).not.toContain('Miller');
  expect(JSON.stringify(db.select().from(log).where(eq(log.url, `/posts/${id}`)).all())).not.toContain('Miller');
});
