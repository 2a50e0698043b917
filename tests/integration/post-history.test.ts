import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { db, posts } from '#db/client.ts';
import { removePost, removeThread } from '#domain/decisions/removing.ts';
import { Gone, NotFound } from '#domain/errors.ts';
import { editedLate } from '#domain/forum/edited.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { createPost, editPost, postsOnPage } from '#domain/forum/posts.ts';
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
