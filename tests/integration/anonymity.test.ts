import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { db, log, members, outbox, searchDocuments, threads } from '#db/client.ts';
import { namelessName } from '#domain/anonymity.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { assignOverdue, openQuestions } from '#domain/forum/answer-clock.ts';
import { acceptedAnswersOf } from '#domain/forum/answers.ts';
import { isAskedNamelessly, lookUpAsker, namelessThread } from '#domain/forum/asking-anonymously.ts';
import { confirmationsBetween, confirmPost } from '#domain/forum/confirming.ts';
import { listForums } from '#domain/forum/forums.ts';
import { jsonLdOfThread } from '#domain/forum/json-ld.ts';
import { removeThread, restoreThread } from '#domain/forum/moderating.ts';
import { createPost, editPost, ownPost, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, latestThreads, listThreads, liveliestThreads, threadsBy, threadsOfTheme } from '#domain/forum/threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { threadsMentioning } from '#domain/library/mentions.ts';
import { readLog, readPublicLog } from '#domain/moderation/log.ts';
import { editProfile, listMembers, profileInput } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { search } from '#domain/search/results.ts';
import { again, enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let quill: Member, tom: Member, nadia: Member, abe: Member;
beforeAll(async () => {
  [tom, nadia, abe] = [await enter('tom'), await enter('nadia'), await enter('abe')];
  quill = await enter('rosa');
  // A name that stands nowhere by chance.
  db.update(members).set({ name: 'Quillon Zebrowitz', handle: 'quillon-zebrowitz', email: 'zebrowitz@test.example', place: 'Zebrowitzville' }).where(eq(members.id, quill.id)).run();
  quill = again(quill);
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference' })]));
});
beforeEach(forgetLimits);

const names = /zebrowitz|quillon/i;
let written = 0;
function story() {
  const thread = createThread(quill, { forum: 'operations', kind: 'question', title: `My supervisor forbids call-backs ${++written}`, body: 'See [Behn](/library/behn2003why). What would you do?', themes: ['equity'], nameless: true });
  const answer = createPost(tom, { threadId: thread.id, body: 'Show the numbers.' });
  const later = createPost(quill, { threadId: thread.id, body: 'Which numbers, from [Behn](/library/behn2003why)?' });
  acceptAnswer(quill, { postId: answer.id });
  confirmPost(nadia, { postId: answer.id, place: 'Fir County', year: 2026, note: null });
  return { thread: findThread(null, thread.id), answer, later };
}

/** Everything the domain hands out that pages, feeds, search and letters are made of, to one viewer. */
function surfaces(viewer: Member | null, threadId: number): Record<string, unknown> {
  const shown = (thread: { authorId?: number }) => ({ ...thread, authorId: undefined });
  const thread = findThread(viewer, threadId);
  const posts = postsOnPage(viewer, thread, 1);
  const [opening] = posts;
  return {
    thread: shown(thread), posts, jsonLd: opening && jsonLdOfThread(thread, posts, opening, new Set(), { name: 'Hub', url: 'https://hub.test' }),
    answers: acceptedAnswersOf(thread), confirmations: [...confirmationsBetween(threadId, 1, 20)],
    lists: [latestThreads(viewer, {}, 50), listThreads(viewer, { forumId: thread.forumId ?? 0 }, null), liveliestThreads(viewer, 50), threadsOfTheme(viewer, 'equity', 50), listForums(viewer)],
    profile: threadsBy(viewer, quill.id, 50), mentions: threadsMentioning(viewer, 'ref:behn2003why'), publicLog: readPublicLog(null),
    ...(viewer && viewer.role !== 'member' && { log: readLog(viewer, null), worklist: openQuestions(viewer, false) }),
    search: ['supervisor forbids', 'numbers', 'author:zebrowitz', 'quillon'].map((q) => search({ q }).results),
    documents: db.select().from(searchDocuments).all().filter((d) => d.threadId === threadId),
  };
}

describe('who asks without a name', () => {
  test('is named to nobody, wherever the thread shows', () => {
    const log = vi.spyOn(console, 'log');
    const error = vi.spyOn(console, 'error');
    const { thread } = story();
    for (const viewer of [null, tom, nadia, abe]) {
      for (const [where, shown] of Object.entries(surfaces(viewer, thread.id))) {
        expect(JSON.stringify(shown), `${where}, to ${viewer?.name ?? 'a visitor'}`).not.toMatch(names);
      }
      const { posts, thread: row, lists } = surfaces(viewer, thread.id) as { posts: { author: object }[]; thread: { author: object; lastPoster: object }; lists: unknown };
      for (const { author } of [posts[0], posts[2], { author: row.author }, { author: row.lastPoster }].filter((p) => p !== undefined)) expect(author).toEqual({ id: 0, handle: '', name: namelessName, role: 'member', sample: false, jobTitle: null, place: null });
      expect(JSON.stringify(lists)).toContain(namelessName);
    }
    expect(JSON.stringify([log.mock.calls, error.mock.calls])).not.toMatch(names);
    expect(JSON.stringify(db.select().from(outbox).all().filter((l) => l.to !== quill.email))).not.toMatch(names);
  });

  test('is found by no search for the name, is not counted, and stays so when the name changes', () => {
    const { thread } = story();
    expect(search({ q: 'author:zebrowitz' }).total).toBe(0);
    expect(threadsBy(tom, quill.id, 50)).toEqual([]);
    expect(threadsBy(quill, quill.id, 50).map(({ id }) => id)).toContain(thread.id);
    const counted = () => listMembers(nadia, 'zebrowitz', null).members[0]?.posts;
    const before = counted();
    story();
    expect(counted()).toBe(before);
    editProfile(quill, profileInput.parse({ name: 'Quillon van Zebrowitz', listed: false }));
    expect(JSON.stringify(db.select().from(searchDocuments).all())).not.toMatch(names);
    editProfile(again(quill), profileInput.parse({ name: 'Quillon Zebrowitz', listed: false }));
  });

  test('knows their own, edits and takes back, accepts as "who asked" and leaves no line in the log', () => {
    const lines = () => db.select().from(log).all().length;
    const before = lines();
    const { thread, later } = story();
    expect(postsOnPage(quill, thread, 1).map(({ own, ownNameless, mayEdit }) => [own, ownNameless, mayEdit])).toEqual([[true, true, true], [false, false, false], [true, true, true]]);
    expect(postsOnPage(tom, thread, 1).map(({ ownNameless }) => ownNameless)).toEqual([false, false, false]);
    expect(acceptedAnswersOf(thread)).toMatchObject([{ acceptedBy: 'who asked' }]);
    editPost(quill, { postId: ownPost(quill, later.id).id, body: 'Which ones do you mean?' });
    removeOwnPost(quill, { postId: later.id });
    expect(postsOnPage(null, thread, 1)[2]).toMatchObject({ removed: { by: 'author' }, author: { name: namelessName } });
    expect(lines()).toBe(before);
    expect(JSON.stringify(surfaces(nadia, thread.id))).not.toMatch(names);
  });

  test('writes under their name everywhere else, and others under theirs in the thread', () => {
    const { thread } = story();
    const open = createThread(quill, { forum: 'operations', kind: 'question', title: `With my name ${++written} on it`, body: 'It is me.', themes: [] });
    expect(findThread(null, open.id)).toMatchObject({ author: { name: 'Quillon Zebrowitz' }, lastPoster: { name: 'Quillon Zebrowitz' } });
    expect(search({ q: 'author:zebrowitz' }).results.map(({ title }) => title)).toEqual([open.title]);
    expect(postsOnPage(null, thread, 1)[1]?.author.name).toBe('Tom Achterberg');
    removeThread(nadia, { threadId: open.id, reason: 'A test.' });
    db.delete(threads).where(eq(threads.id, open.id)).run();
  });

  test('is told by mail of what becomes of the thread, and nobody else is', () => {
    const { thread } = story();
    removeThread(nadia, { threadId: thread.id, reason: 'Names a colleague.' });
    expect(lettersTo(quill.email).at(-1)?.text).toContain('Names a colleague.');
    restoreThread(nadia, { threadId: thread.id });
    expect(JSON.stringify(surfaces(nadia, thread.id))).not.toMatch(names);
  });

  test('is not told to the coordinator who looks for an answer', () => {
    const { id } = createThread(quill, { forum: 'operations', kind: 'question', title: `Nobody answers this one ${++written}`, body: 'Please.', themes: [], nameless: true });
    expect(assignOverdue(addDays(new Date(), 30))).toBeGreaterThan(0);
    expect(openQuestions(nadia, false).map(({ threadId }) => threadId)).toContain(id);
    expect(JSON.stringify([db.select().from(outbox).all().filter((l) => l.to !== quill.email), openQuestions(nadia, false)])).not.toMatch(names);
  });

  test('asks a question: nothing else goes without a name', () => {
    const input = { forum: 'operations', title: 'A discussion without a name', body: 'Talk.', themes: [], nameless: true };
    expect(() => createThread(quill, { ...input, kind: 'discussion' })).toThrow(Invalid);
    expect(() => createThread(nadia, { ...input, kind: 'announcement' })).toThrow(Invalid);
  });
});

describe('a coordinator\'s look', () => {
  test('needs a reason and leaves a line for coordinators that names the thread and not the member', () => {
    const { thread } = story();
    expect(isAskedNamelessly(thread)).toBe(true);
    expect(() => lookUpAsker(tom, { threadId: thread.id, reason: 'I am curious about it.' })).toThrow(Denied);
    expect(lookUpAsker(nadia, { threadId: thread.id, reason: 'A threat in the text.' })).toEqual({ name: 'Quillon Zebrowitz', handle: 'quillon-zebrowitz' });
    expect(readLog(nadia, null).lines[0]).toMatchObject({ act: 'look up asker', object: thread.title, reason: 'A threat in the text.', actor: { name: 'Nadia Okafor' } });
    expect(JSON.stringify(readLog(abe, null))).not.toMatch(names);
    expect(JSON.stringify(readPublicLog(null))).not.toContain('looked up');
    expect(JSON.stringify(surfaces(nadia, thread.id))).not.toMatch(names);
  });

  test('finds nothing to look up in a thread with a name', () => {
    const open = createThread(quill, { forum: 'operations', kind: 'question', title: `My own name ${++written} is here`, body: 'It is me.', themes: [] });
    expect(() => namelessThread(nadia, open.id)).toThrow(NotFound);
    expect(() => lookUpAsker(nadia, { threadId: open.id, reason: 'A threat in the text.' })).toThrow(NotFound);
  });
});
