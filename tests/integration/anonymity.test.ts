import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { cases, db, decisions, heldPosts, log, members, outbox, posts, searchDocuments, threads } from '#db/client.ts';
import { hideAuthor, namelessName } from '#domain/anonymity.ts';
import { appealDecision } from '#domain/decisions/appealing.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { removeConfirmation } from '#domain/decisions/flagging-confirmations.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { findCase, openCases } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restoreThread } from '#domain/decisions/removing.ts';
import { heldPost, submitPost, submitThread, submitThreadInput } from '#domain/decisions/submitting.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { assignOverdue, openQuestions } from '#domain/forum/answer-clock.ts';
import { acceptedAnswersOf } from '#domain/forum/answers.ts';
import { lookUpAuthor, namelessPost } from '#domain/forum/asking-anonymously.ts';
import { closeThread, reopenThread } from '#domain/forum/closing.ts';
import { canConfirmIn, confirmationsBetween, confirmPost } from '#domain/forum/confirming.ts';
import { findInThread } from '#domain/forum/finding.ts';
import { follow } from '#domain/forum/follows.ts';
import { listForums } from '#domain/forum/forums.ts';
import { listTold } from '#domain/forum/inbox.ts';
import { jsonLdOfThread } from '#domain/forum/json-ld.ts';
import { addForum } from '#domain/forum/keeping-forums.ts';
import { mergeThreads, mergeThreadsInput } from '#domain/forum/merging.ts';
import { lockThread, pinThread, renameThread } from '#domain/forum/moderating.ts';
import { mailNotifications, membersWithLettersDue } from '#domain/forum/notification-letters.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import type { TakenFile } from '#domain/forum/post-files.ts';
import { canReply, createPost, editPost, ownPost, postsOnPage, recount, removeOwnPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { react, whoReacted } from '#domain/forum/reacting.ts';
import { newestPostsBy, newestPostsIn, newestThreads } from '#domain/forum/recent-posts.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { actsOn, listActs } from '#domain/forum/thread-acts.ts';
import { findThread, latestThreads, listThreads, liveliestThreads, neighboursOf, threadRows, threadsBy, threadsOfTheme } from '#domain/forum/threads.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import { trackedUnread, unreadOf } from '#domain/forum/unread.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { threadsMentioning } from '#domain/library/mentions.ts';
import { readLog, readPublicLog } from '#domain/moderation/log.ts';
import { listMembers } from '#domain/people/member-list.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import { trustOf } from '#domain/people/trust.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { search } from '#domain/search/results.ts';
import { again, enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let quill: Member, tom: Member, nadia: Member, abe: Member, ines: Member;
beforeAll(async () => {
  [tom, nadia, abe, ines] = [await enter('tom'), await enter('nadia'), await enter('abe'), await enter('ines')];
  quill = await enter('rosa');
  // A name that stands nowhere by chance.
  db.update(members).set({ name: 'Quillon Zebrowitz', handle: 'quillon-zebrowitz', email: 'zebrowitz@test.example', place: 'Zebrowitzville' }).where(eq(members.id, quill.id)).run();
  quill = again(quill);
  follow(ines, { kind: 'member', ref: String(quill.id), level: 'following' });
  follow(tom, { kind: 'member', ref: String(quill.id), level: 'tracking' });
  follow(abe, { kind: 'member', ref: String(quill.id), level: 'muted' });
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference' })]));
});
beforeEach(forgetLimits);

const names = /zebrowitz|quillon/i;
const opening = (threadId: number) => postsOnPage(null, findThread(null, threadId), 1)[0]?.id ?? 0;
const caseOn = (postId: number) => db.select({ id: cases.id }).from(cases).where(eq(cases.postId, postId)).all().at(-1)?.id ?? 0;
let written = 0;
function story() {
  const thread = createThread(quill, { forum: 'operations', kind: 'question', title: `My supervisor forbids call-backs ${++written}`, body: 'See [Behn](/library/behn2003why). What would you do?', themes: ['equity'], nameless: true });
  const answer = createPost(tom, { threadId: thread.id, body: 'Show the numbers.' });
  const later = createPost(quill, { threadId: thread.id, body: 'Which numbers, from [Behn](/library/behn2003why)?' });
  acceptAnswer(quill, { postId: answer.id });
  confirmPost(nadia, { postId: answer.id, place: 'Fir County', year: 2026, note: null });
  react(quill, { postId: answer.id, give: 'thanks' });
  flagPost(tom, flagPostInput.parse({ postId: opening(thread.id), reason: 'attack', note: 'It sounds angry.' }));
  closeThread(quill, { threadId: thread.id, reason: 'That will do.' });
  reopenThread(quill, { threadId: thread.id });
  return { thread: findThread(null, thread.id), answer, later };
}

/** Takes away a thread that was started under the name, which may show. */
function forget(threadId: number): void {
  removeThread(nadia, { threadId, reason: 'A test.' });
  db.delete(threads).where(eq(threads.id, threadId)).run();
}

/** Writes all letters about notifications that are due in an hour. */
function writeLetters(): void {
  const later = new Date(Date.now() + 3_600_000);
  for (const id of membersWithLettersDue(later)) mailNotifications(id, later);
}

/** Everything the domain hands out that pages, feeds, search and letters are made of, to one viewer. */
function surfaces(viewer: Member | null, threadId: number): Record<string, unknown> {
  const shown = (thread: { authorId?: number }) => ({ ...thread, authorId: undefined });
  const thread = findThread(viewer, threadId);
  const posts = postsOnPage(viewer, thread, 1);
  const [first] = posts;
  return {
    thread: shown(thread), posts, jsonLd: first && jsonLdOfThread(thread, posts, first, new Set(), { name: 'Hub', url: 'https://hub.test' }),
    answers: acceptedAnswersOf(thread), confirmations: [...confirmationsBetween(threadId, 1, 20)],
    lists: [latestThreads(viewer, {}, 50), listThreads(viewer, { forumId: thread.forumId ?? 0 }, null), liveliestThreads(viewer, 50), threadsOfTheme(viewer, 'equity', 50), listForums(viewer), neighboursOf(viewer, thread), threadRows(viewer, [threadId])],
    profile: [threadsBy(viewer, quill.id, 50), newestPostsBy(quill.id, 50), latestThreads(viewer, { withMember: quill.id }, 50)], mentions: threadsMentioning(viewer, 'ref:behn2003why'), publicLog: readPublicLog(null),
    feeds: [newestThreads(50), newestThreads(50, thread.forumId ?? 0), newestPostsIn(threadId, 50)],
    found: findInThread(thread, 'numbers', null), reactions: posts.map(({ id }) => whoReacted(viewer, id)), quotes: posts.map(({ id }) => quoteOf(viewer, id)), histories: posts.filter(({ removed }) => !removed).map(({ id }) => historyOfPost(viewer, id)),
    ...(viewer && { inbox: listTold(viewer, null), unread: [threadRows(viewer, trackedUnread(viewer)), [...unreadOf(viewer, [threadId])]], followed: latestThreads(viewer, { followedBy: viewer.id }, 50) }),
    ...(viewer && viewer.role !== 'member' && { acts: [actsOn(viewer, threadId), listActs(viewer, null)], queue: [openCases(viewer, null), findCase(viewer, caseOn(first?.id ?? 0))] }),
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
    writeLetters();
    for (const viewer of [null, tom, nadia, abe, ines]) {
      for (const [where, shown] of Object.entries(surfaces(viewer, thread.id))) {
        expect(JSON.stringify(shown), `${where}, to ${viewer?.name ?? 'a visitor'}`).not.toMatch(names);
      }
      const { posts, thread: row, lists } = surfaces(viewer, thread.id) as { posts: { author: object }[]; thread: { author: object; lastPoster: object }; lists: unknown };
      for (const { author } of [posts[0], posts[2], { author: row.author }, { author: row.lastPoster }].filter((p) => p !== undefined)) expect(author).toEqual({ id: 0, handle: '', name: namelessName, role: 'member', sample: false, jobTitle: null, place: null, vendor: false });
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
    const counted = () => listMembers(nadia, { q: 'zebrowitz' }, null).members[0]?.posts;
    const before = counted();
    story();
    expect(counted()).toBe(before);
    editProfile(quill, profileInput.parse({ name: 'Quillon van Zebrowitz', listed: false }));
    expect(JSON.stringify(db.select().from(searchDocuments).all())).not.toMatch(names);
    editProfile(again(quill), profileInput.parse({ name: 'Quillon Zebrowitz', listed: false }));
  });

  test('knows their own, edits and takes back, accepts as "the asker" and leaves no line in the log', () => {
    const lines = () => db.select().from(log).all().length;
    const before = lines();
    const { thread, later } = story();
    expect(postsOnPage(quill, thread, 1).map(({ own, ownNameless, mayEdit }) => [own, ownNameless, mayEdit])).toEqual([[true, true, true], [false, false, false], [true, true, true]]);
    expect(postsOnPage(tom, thread, 1).map(({ ownNameless }) => ownNameless)).toEqual([false, false, false]);
    expect(acceptedAnswersOf(thread)).toMatchObject([{ acceptedBy: 'the asker' }]);
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
    forget(open.id);
  });

  test('is told by mail of what becomes of the thread, and nobody else is', () => {
    const { thread } = story();
    removeThread(nadia, { threadId: thread.id, reason: 'Names a colleague.' });
    expect(lettersTo(quill.email).at(-1)?.text).toContain('Names a colleague.');
    restoreThread(nadia, { threadId: thread.id, reason: 'In order.' });
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
    const postId = opening(thread.id);
    expect(() => lookUpAuthor(tom, { postId, reason: 'I am curious about it.' })).toThrow(Denied);
    expect(lookUpAuthor(nadia, { postId, reason: 'A threat in the text.' })).toEqual({ name: 'Quillon Zebrowitz', handle: 'quillon-zebrowitz' });
    expect(readLog(nadia, null).lines[0]).toMatchObject({ act: 'look up asker', object: thread.title, url: `/posts/${postId}`, reason: 'A threat in the text.', actor: { name: 'Nadia Okafor' } });
    expect(JSON.stringify(readLog(abe, null))).not.toMatch(names);
    expect(JSON.stringify(readPublicLog(null))).not.toContain('looked up');
    expect(JSON.stringify(surfaces(nadia, thread.id))).not.toMatch(names);
  });

  test('finds nothing to look up in a thread with a name', () => {
    const open = createThread(quill, { forum: 'operations', kind: 'question', title: `My own name ${++written} is here`, body: 'It is me.', themes: [] });
    expect(() => namelessPost(nadia, opening(open.id))).toThrow(NotFound);
    expect(() => lookUpAuthor(nadia, { postId: opening(open.id), reason: 'A threat in the text.' })).toThrow(NotFound);
    forget(open.id);
  });

  test('finds who wrote a post without a name wherever it stands now: split off, merged away, removed', () => {
    const { thread, answer, later } = story();
    const other = createThread(tom, { forum: 'operations', kind: 'question', title: `Somebody else asks this ${++written}`, body: 'With my name.', themes: [] });
    const look = (postId: number) => lookUpAuthor(nadia, { postId, reason: 'A threat in the text.' }).handle;
    splitThread(nadia, splitThreadInput.parse({ threadId: thread.id, posts: [later.id], into: 'existing', target: String(other.id), reason: 'Another question.' }));
    expect(look(later.id)).toBe('quillon-zebrowitz');
    expect(readLog(nadia, null).lines[0]).toMatchObject({ act: 'look up asker', object: other.title });
    const asked = opening(thread.id);
    mergeThreads(nadia, { threadId: thread.id, target: String(other.id), order: 'appended', reason: 'The same.' });
    removePost(nadia, { postId: later.id, reason: 'Names somebody.' });
    for (const id of [asked, later.id]) expect(look(id)).toBe('quillon-zebrowitz');
    for (const id of [answer.id, opening(other.id)]) expect(() => look(id)).toThrow(NotFound);
    expect(JSON.stringify([readLog(abe, null), readPublicLog(null)])).not.toMatch(names);
  });
});

describe('a coordinator who asks for a colleague', () => {
  const ask = (more: object = {}) => createThread(ines, { forum: 'operations', kind: 'question', title: `How do others cope with this ${++written}`, body: 'Please tell.', themes: [], nameless: true, ...more });

  test('is shown as any member: neither role nor standing, and nothing counts', () => {
    const before = trustOf(ines.id).facts;
    const thread = ask();
    createPost(ines, { threadId: thread.id, body: 'And who pays?' });
    for (const viewer of [null, tom, nadia]) {
      const shown = JSON.stringify([postsOnPage(viewer, thread, 1).map(({ author }) => author), latestThreads(viewer, {}, 1).map(({ author, lastPoster }) => [author, lastPoster])]);
      expect(shown).not.toMatch(/coordinator|Lévesque/);
    }
    expect(trustOf(ines.id).facts).toEqual(before);
    expect(newestPostsBy(ines.id, 50)).toEqual([]);
  });

  test('does there what a member may do: no reply where it is locked, no opening of what another closed', () => {
    const thread = ask();
    closeThread(nadia, { threadId: thread.id, reason: 'Settled.' });
    expect(canReply(ines, findThread(ines, thread.id))).toBe(false);
    expect(() => createPost(ines, { threadId: thread.id, body: 'One more word.' })).toThrow(/closed/);
    expect(() => reopenThread(ines, { threadId: thread.id })).toThrow(/coordinator has closed/);
    expect(canReply(nadia, findThread(nadia, thread.id))).toBe(true);
    reopenThread(nadia, { threadId: thread.id });
    lockThread(nadia, { threadId: thread.id, reason: 'Heat.' });
    expect(() => createPost(ines, { threadId: thread.id, body: 'One more word.' })).toThrow(/locked/);
    expect(() => closeThread(ines, { threadId: thread.id, reason: 'Mine.' })).toThrow(Denied);
  });

  test('not in a forum where only coordinators ask', () => {
    const { slug } = addForum(nadia, { name: 'For coordinators', description: 'x', startedBy: 'coordinators', themes: [] });
    expect(() => ask({ forum: slug })).toThrow(/tell that one of them asks/);
  });
});

describe('what members set about whoever asks without a name', () => {
  test('brings nothing: neither news, nor counts, nor silence', () => {
    const { thread } = story();
    const told = (viewer: Member) => JSON.stringify(listTold(viewer, null).told);
    expect(told(ines)).not.toContain(thread.title);
    expect(trackedUnread(ines)).not.toContain(thread.id);
    expect(latestThreads(ines, { followedBy: ines.id }, 50).map(({ id }) => id)).not.toContain(thread.id);
    expect(latestThreads(abe, {}, 50).map(({ id }) => id)).toContain(thread.id);
    expect(latestThreads(tom, { withMember: quill.id }, 50).map(({ id }) => id)).not.toContain(thread.id);
    expect(latestThreads(quill, { withMember: quill.id }, 50).map(({ id }) => id)).toContain(thread.id);
    // Under their name all of it works.
    const open = createThread(quill, { forum: 'operations', kind: 'question', title: `Followed ${++written} with a name`, body: 'It is me.', themes: [] });
    expect(told(ines)).toContain(`Quillon Zebrowitz started “${open.title}”`);
    expect(told(ines)).toContain('because you follow Quillon Zebrowitz');
    expect(trackedUnread(ines)).toContain(open.id);
    expect(latestThreads(ines, { followedBy: ines.id }, 50).map(({ id }) => id)).toContain(open.id);
    expect(latestThreads(abe, {}, 50).map(({ id }) => id)).not.toContain(open.id);
    expect(newestPostsBy(quill.id, 50).map(({ title }) => title)).toEqual([open.title]);
    forget(open.id);
  });

  test('does not tell who replied, mentioned or accepted, to those who are told of it', () => {
    const { thread, answer } = story();
    follow(tom, { kind: 'thread', ref: String(thread.id), level: 'following' });
    createPost(quill, { threadId: thread.id, body: 'Thank you, and what does @nadia say?' });
    expect(listTold(nadia, null).told[0]?.words).toBe(`${namelessName} mentioned you in “${thread.title}”`);
    const words = listTold(tom, null).told.map((one) => one.words);
    expect(words).toContain(`${namelessName} replied in “${thread.title}”`);
    expect(words).toContain(`${namelessName} accepted your answer in “${thread.title}”`);
    expect(listTold(quill, null).told.map((one) => one.words)).toContain(`Tom Achterberg replied in “${thread.title}”`);
    acceptAnswer(nadia, { postId: createPost(tom, { threadId: thread.id, body: 'And the costs.' }).id });
    expect(listTold(tom, null).told[0]?.words).toBe(`Nadia Okafor accepted your answer in “${thread.title}”`);
    expect(whoReacted(null, answer.id)).toMatchObject([{ kind: 'thanks', members: [{ id: 0, handle: '', name: namelessName }] }]);
    expect(quoteOf(tom, opening(thread.id))).toContain(`[${namelessName} wrote]`);
    expect(findInThread(thread, 'call-backs numbers which', null).hits.map(({ author }) => author.name)).toEqual([]);
    expect(findInThread(thread, 'which numbers', null).hits.map(({ author }) => author.name)).toEqual([namelessName]);
  });
});

describe('moderation of what has no name', () => {
  test('goes by whoever wrote it, and shows them to no coordinator', () => {
    const { thread } = story();
    const caseId = caseOn(opening(thread.id));
    expect(findCase(nadia, caseId)).toMatchObject({ subject: { author: { id: 0, name: namelessName } }, authorStanding: null });
    expect(() => flagPost(quill, flagPostInput.parse({ postId: opening(thread.id), reason: 'attack' }))).toThrow(Denied);
    const before = db.select().from(outbox).all().length;
    const { decisionId } = decide(nadia, { caseId, outcome: 'warn', reason: 'Please stay calm.' });
    expect(lettersTo(quill.email).at(-1)?.text).toContain('Please stay calm.');
    const appeal = appealDecision(quill, { decisionId, text: 'I was calm.' });
    expect(appeal.url).toContain(String(decisionId));
    const appealed = db.select({ id: cases.id }).from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0;
    expect(JSON.stringify([openCases(ines, null), findCase(ines, appealed), readLog(ines, null), readPublicLog(null)])).not.toMatch(names);
    const letters = db.select().from(outbox).all().slice(before).filter((l) => l.to !== quill.email);
    expect(letters.length).toBeGreaterThan(1);
    expect(JSON.stringify(letters)).not.toMatch(names);
  });

  test('hides a question from all but whoever asked and coordinators', () => {
    const { thread } = story();
    for (const by of [nadia, ines, abe]) flagPost(by, flagPostInput.parse({ postId: opening(thread.id), reason: 'attack' }));
    expect(() => findThread(tom, thread.id)).toThrow(NotFound);
    expect(findThread(quill, thread.id)).toMatchObject({ hidden: true, author: { name: namelessName } });
    expect(JSON.stringify([findCase(ines, caseOn(postsOnPage(ines, findThread(ines, thread.id), 1)[0]?.id ?? 0)), openCases(ines, null)])).not.toMatch(names);
  });

  test('holds one that looks sent by a robot without a name too, and lets it through without', () => {
    const title = `May I ask this for a friend ${++written}`;
    expect(submitThread(quill, submitThreadInput.parse({ forum: 'operations', kind: 'question', title, body: 'A question.', nameless: true, website: 'filled by a robot' })).held).toBe(true);
    const held = db.select().from(heldPosts).where(eq(heldPosts.title, title)).get();
    const caseId = db.select({ id: cases.id }).from(cases).where(eq(cases.heldId, held?.id ?? 0)).get()?.id ?? 0;
    expect(JSON.stringify([openCases(nadia, null), findCase(nadia, caseId)])).not.toMatch(names);
    expect(findCase(nadia, caseId).subject.author.name).toBe(namelessName);
    decide(nadia, { caseId, outcome: 'approve', reason: 'It is one.' });
    const thread = latestThreads(nadia, {}, 50).find((one) => one.title === title);
    expect(thread?.author.name).toBe(namelessName);
    expect(JSON.stringify([findCase(nadia, caseId), readLog(nadia, null)])).not.toMatch(names);
  });

  test('holds a reply in such a thread without a name, also when the thread is merged while it waits, and after', () => {
    const { thread } = story();
    const body = `May I add something, for the friend I ask for? ${++written}`;
    expect(submitPost(quill, { threadId: thread.id, body, website: 'filled by a robot' }).held).toBe(true);
    const held = db.select().from(heldPosts).where(eq(heldPosts.markdown, body)).get();
    const caseId = db.select({ id: cases.id }).from(cases).where(eq(cases.heldId, held?.id ?? 0)).get()?.id ?? 0;
    const shown = () => JSON.stringify([openCases(nadia, null), findCase(nadia, caseId)]);
    expect(shown()).not.toMatch(names);
    const into = createThread(tom, { forum: 'measures', kind: 'discussion', title: `Another one ${++written}`, body: 'We do too.', themes: [] });
    mergeThreads(nadia, mergeThreadsInput.parse({ threadId: thread.id, target: into.url, reason: 'The same.' }));
    expect(shown()).not.toMatch(names);
    expect(findCase(nadia, caseId).subject.author.name).toBe(namelessName);
    decide(nadia, { caseId, outcome: 'approve', reason: 'Fine.' });
    expect(JSON.stringify([shown(), readLog(nadia, null), postsOnPage(tom, findThread(tom, into.id), 1)])).not.toMatch(names);
  });

  test('moves posts to other threads without telling whose they are', () => {
    const { thread, later } = story();
    splitThread(nadia, splitThreadInput.parse({ threadId: thread.id, posts: [later.id], title: `Split ${++written} off`, forum: 'operations', reason: 'Another question.' }));
    const rows = latestThreads(tom, {}, 3);
    expect(rows.map(({ author }) => author.name)).toContain(namelessName);
    expect(JSON.stringify([surfaces(nadia, thread.id), rows])).not.toMatch(names);
  });

  /** A reply by quill that waits in a thread, with its case. */
  function waiting(threadId: number): { body: string; caseId: number; heldId: number } {
    const body = `To add to it, we have six seats ${++written}`;
    expect(submitPost(quill, { threadId, body, website: 'filled by a robot' }).held).toBe(true);
    const heldId = db.select().from(heldPosts).where(eq(heldPosts.markdown, body)).get()?.id ?? 0;
    return { body, heldId, caseId: db.select().from(cases).where(eq(cases.heldId, heldId)).get()?.id ?? 0 };
  }

  /** A question of quill's without a name that has gone into a thread of tom's, and what it takes to undo that. */
  function asksWithin() {
    const thread = createThread(quill, { forum: 'operations', kind: 'question', title: `My supervisor forbids call-backs ${++written}`, body: 'What would you do?', themes: [], nameless: true });
    const asked = opening(thread.id);
    const into = createThread(tom, { forum: 'measures', kind: 'discussion', title: `Another one ${++written}`, body: 'We do too.', themes: [] });
    mergeThreads(nadia, mergeThreadsInput.parse({ threadId: thread.id, target: into.url, reason: 'The same.' }));
    const actId = listActs(nadia, null).acts[0]?.id ?? 0;
    return {
      thread, into, undo: () => undoThreadAct(nadia, { actId }),
      split: () => splitThread(nadia, splitThreadInput.parse({ threadId: into.id, posts: [asked], title: `Split ${++written} off`, forum: 'operations', reason: 'Another question.' })),
    };
  }
  const shownAs = (threadId: number, body: string) => postsOnPage(tom, findThread(tom, threadId), 1).filter(({ html }) => html.includes(body)).map(({ author }) => author.name);

  test('keeps what was written without a name so while it waits: nothing moves by which its author would have one there', () => {
    for (const leave of ['undo', 'split'] as const) {
      const asks = asksWithin();
      const { body, caseId } = waiting(asks.into.id);
      expect(() => asks[leave]()).toThrow(/would show who asked/);
      expect(JSON.stringify([openCases(nadia, null), findCase(nadia, caseId)])).not.toMatch(names);
      decide(nadia, { caseId, outcome: 'approve', reason: 'Fine.' });
      asks[leave]();
      expect(shownAs(asks.into.id, body)).toEqual([namelessName]);
      expect(JSON.stringify([findCase(nadia, caseId), search({ q: `"${body}"` }).results])).not.toMatch(names);
    }
    // By the form of the thread as it was before it was merged: it goes back with that.
    const asks = asksWithin();
    const { body, caseId } = waiting(asks.thread.id);
    asks.undo();
    expect(findCase(nadia, caseId).subject.author.name).toBe(namelessName);
    decide(nadia, { caseId, outcome: 'approve', reason: 'Fine.' });
    expect(shownAs(asks.thread.id, body)).toEqual([namelessName]);
  });

  test('nor while it was declined and can be let through on appeal', () => {
    const asks = asksWithin();
    const { caseId, body } = waiting(asks.into.id);
    const { decisionId } = decide(nadia, { caseId, outcome: 'decline', reason: 'A robot.' });
    expect(() => asks.undo()).toThrow(/would show who asked/);
    db.update(decisions).set({ at: addDays(new Date(), -40) }).where(eq(decisions.id, decisionId)).run();
    appealDecision(quill, { decisionId, text: 'I am none.' }, addDays(new Date(), -39));
    expect(() => asks.undo()).toThrow(/would show who asked/);
    const appeal = db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0;
    decide(ines, { caseId: appeal, outcome: 'uphold', reason: 'It is.' });
    asks.undo();
    expect(db.select().from(posts).where(eq(posts.markdown, body)).all()).toEqual([]);
    expect(JSON.stringify([findCase(nadia, caseId), findCase(nadia, appeal)])).not.toMatch(names);
  });

  test('a decline that nobody appealed is final after the days of appeal: nothing is refused because of it any more, and nobody takes it back', () => {
    const asks = asksWithin();
    const { caseId, heldId } = waiting(asks.into.id);
    const { decisionId } = decide(nadia, { caseId, outcome: 'decline', reason: 'A robot.' });
    const mayTakeBack = () => findCase(nadia, caseId).decisions.map((one) => one.mayTakeBack);
    db.update(decisions).set({ at: addDays(new Date(), -29) }).where(eq(decisions.id, decisionId)).run();
    expect(mayTakeBack()).toEqual([true]);
    expect(() => asks.undo()).toThrow(/would show who asked/);
    db.update(decisions).set({ at: addDays(new Date(), -31) }).where(eq(decisions.id, decisionId)).run();
    expect(mayTakeBack()).toEqual([false]);
    expect(() => undoDecision(nadia, { decisionId, reason: 'A second look.' })).toThrow(/is final/);
    asks.undo();
    expect(heldPost(quill, heldId)).toMatchObject({ state: 'declined' });
  });

  test('nor where a “works for us too” was removed and can come back on appeal: it has a name', () => {
    for (const way of ['merge', 'split'] as const) {
      const asked = createThread(tom, { forum: 'operations', kind: 'question', title: `Do you call back? ${++written}`, body: 'We wonder.', themes: [] });
      const { id: postId } = createPost(abe, { threadId: asked.id, body: `We do, within a day. ${written}` });
      confirmPost(quill, { postId, place: 'Zebrowitzville', year: 2026, note: null });
      const { thread } = story();
      const move = () => (way === 'merge'
        ? mergeThreads(nadia, mergeThreadsInput.parse({ threadId: thread.id, target: asked.url, reason: 'The same.' }))
        : splitThread(nadia, splitThreadInput.parse({ threadId: asked.id, posts: [postId], into: 'existing', target: thread.url, reason: 'Another question.' })));
      expect(move).toThrow(/would show who asked/);
      removeConfirmation(nadia, { postId, memberId: quill.id, reason: 'An advertisement.' });
      expect(move).toThrow(/would show who asked/);
      const decisionId = Number(/appeals\/(\d+)/.exec(lettersTo(quill.email).at(-1)?.text ?? '')?.[1]);
      db.update(decisions).set({ at: addDays(new Date(), -31) }).where(eq(decisions.id, decisionId)).run();
      appealDecision(quill, { decisionId, text: 'It is none.' }, addDays(new Date(), -30));
      expect(move).toThrow(/would show who asked/);
      decide(ines, { caseId: db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0, outcome: 'uphold', reason: 'It is.' });
      move();
    }
  });

  test('nor does an appeal bring one back where its author has no name by now', () => {
    const asked = createThread(tom, { forum: 'operations', kind: 'question', title: `Do you call back? ${++written}`, body: 'We wonder.', themes: [] });
    const { id: postId } = createPost(abe, { threadId: asked.id, body: `We do, within a day. ${written}` });
    confirmPost(quill, { postId, place: 'Zebrowitzville', year: 2026, note: null });
    removeConfirmation(nadia, { postId, memberId: quill.id, reason: 'An advertisement.' });
    hideAuthor(createPost(quill, { threadId: asked.id, body: 'As earlier versions let it be merged.' }).id, quill.id);
    const decisionId = Number(/appeals\/(\d+)/.exec(lettersTo(quill.email).at(-1)?.text ?? '')?.[1]);
    appealDecision(quill, { decisionId, text: 'It is none.' });
    decide(ines, { caseId: db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0, outcome: 'overturn', reason: 'It is none.' });
    expect(confirmationsBetween(asked.id, 1, 99).size).toBe(0);
    expect(readPublicLog(null).lines[0]?.words).toBe('overturned, after an appeal, the removal of a “works for us too”; what its author says there by now stays as it is');
  });

  test('does not let a thread in which something waits under a name be merged with one in which its author has none', () => {
    const { thread } = story();
    const open = createThread(tom, { forum: 'measures', kind: 'discussion', title: `Another one ${++written}`, body: 'We do too.', themes: [] });
    const { caseId } = waiting(open.id);
    const named = () => findCase(nadia, caseId).subject.author.id;
    expect(named()).toBe(quill.id);
    for (const [from, into] of [[open, thread], [thread, open]] as const) expect(() => mergeThreads(nadia, mergeThreadsInput.parse({ threadId: from.id, target: into.url, reason: 'The same.' }))).toThrow(/would show who asked/);
    expect(named()).toBe(quill.id);
    const { decisionId } = decide(nadia, { caseId, outcome: 'decline', reason: 'A robot.' });
    const merge = () => mergeThreads(nadia, mergeThreadsInput.parse({ threadId: open.id, target: thread.url, reason: 'The same.' }));
    expect(merge).toThrow(/would show who asked/);
    appealDecision(quill, { decisionId, text: 'I am none.' });
    decide(ines, { caseId: db.select().from(cases).where(eq(cases.decisionId, decisionId)).get()?.id ?? 0, outcome: 'uphold', reason: 'It is.' });
    merge();
    expect(named()).toBe(quill.id);
  });

  test('lets nothing through where its author has a name by now, as earlier versions let happen, and says so of nobody', () => {
    const open = createThread(tom, { forum: 'measures', kind: 'discussion', title: `Another one ${++written}`, body: 'We do too.', themes: [] });
    const { body, caseId, heldId } = waiting(open.id);
    db.update(heldPosts).set({ nameless: true }).where(eq(heldPosts.id, heldId)).run();
    createPost(quill, { threadId: open.id, body: 'With my name.' });
    expect(findCase(nadia, caseId).placeless).toBe(false);
    decide(nadia, { caseId, outcome: 'approve', reason: 'Fine.' });
    expect(heldPost(quill, heldId)).toMatchObject({ state: 'approved', url: null });
    expect(db.select().from(posts).where(eq(posts.markdown, body)).all()).toEqual([]);
    expect(lettersTo(quill.email).at(-1)?.text).toMatch(/no\s+place\s+for\s+it/);
  });
});

describe('a coordinator who asks without a name', () => {
  const ask = () => createThread(ines, { forum: 'operations', kind: 'question', title: `Do I plan too late? ${++written}`, body: 'I wonder.', themes: [], nameless: true });

  test('keeps no order in the thread: the log would name them', () => {
    const { id } = ask();
    const other = createThread(tom, { forum: 'operations', kind: 'question', title: `Do you plan late? ${++written}`, body: 'I wonder.', themes: [] });
    const lines = () => db.select().from(log).all().length;
    const before = lines();
    for (const act of [
      () => lockThread(ines, { threadId: id, reason: 'Enough.' }), () => renameThread(ines, { threadId: id, title: 'Another title for it', reason: 'Tidying.' }), () => pinThread(ines, { threadId: id, reason: 'In order.' }),
      () => mergeThreads(ines, mergeThreadsInput.parse({ threadId: id, target: String(other.id), reason: 'The same.' })),
    ]) expect(act).toThrow(Denied);
    expect(() => mergeThreads(ines, mergeThreadsInput.parse({ threadId: other.id, target: String(id), reason: 'The same.' }))).toThrow(Invalid);
    expect(lines()).toBe(before);
    lockThread(nadia, { threadId: id, reason: 'Enough.' });
    expect(() => undoThreadAct(ines, { actId: actsOn(nadia, id)[0]?.id ?? 0 })).toThrow(Denied);
  });

  test('is drawn to look for an answer like any other, so that who is not drawn tells nothing', () => {
    const owners = Array.from({ length: 6 }, () => {
      const { id } = ask();
      assignOverdue(addDays(new Date(), 30));
      return openQuestions(nadia, false).find(({ threadId }) => threadId === id)?.owner?.id;
    });
    expect(new Set(owners)).toEqual(new Set([nadia.id, ines.id]));
  });
});

describe('files of what has no name', () => {
  const file = (mediaType: string, width: number | null): TakenFile => ({ hash: String(++written).padStart(64, 'a'), name: 'quillon-zebrowitz-desktop.png', label: 'Our rota', mediaType, size: 100, width, height: width, textState: 'none' });
  const document = () => file('application/pdf', null);
  const picture = () => file('image/png', 40);

  test('are pictures: a document keeps who wrote it', () => {
    const ask = (files: TakenFile[]) => createThread(quill, { forum: 'operations', kind: 'question', title: `Is this rota fair? ${++written}`, body: 'See the file.', themes: [], nameless: true, files });
    expect(() => ask([picture(), document()])).toThrow(expect.objectContaining({ fields: { file2: expect.stringMatching(/who wrote/) } }));
    const thread = ask([picture()]);
    expect(() => createPost(quill, { threadId: thread.id, body: 'Here it is.', files: [document()] })).toThrow(Invalid);
    expect(() => editPost(quill, { postId: opening(thread.id), body: 'See the file.', files: [document()] })).toThrow(Invalid);
    editPost(quill, { postId: opening(thread.id), body: 'See the file.', files: [picture()] });
    createPost(tom, { threadId: thread.id, body: 'Ours is this.', files: [document()] });
    expect(JSON.stringify(postsOnPage(null, findThread(null, thread.id), 1).slice(0, 1))).not.toMatch(names);
  });

  test('are called by a number: the name of a file may say whose it is', () => {
    const { id } = createThread(quill, { forum: 'operations', kind: 'question', title: `Is this desk fair? ${++written}`, body: 'See the pictures.', themes: [], nameless: true, files: [picture(), picture()] });
    editPost(quill, { postId: opening(id), body: 'See the pictures.', files: [picture()] });
    createPost(quill, { threadId: id, body: 'And this one.', files: [picture()] });
    createPost(tom, { threadId: id, body: 'Mine has its name.', files: [picture()] });
    expect(postsOnPage(null, findThread(null, id), 1).map(({ files }) => files.map(({ name }) => name))).toEqual([['picture-1.png', 'picture-2.png', 'picture-3.png'], ['picture-1.png'], ['quillon-zebrowitz-desktop.png']]);
    const { url, held } = submitThread(quill, { ...submitThreadInput.parse({ forum: 'operations', kind: 'question', title: `Is this lamp fair? ${++written}`, body: 'A question.', nameless: true, website: 'filled by a robot' }), files: [picture()] });
    expect([held, JSON.stringify(heldPost(nadia, Number(url.split('/').at(-1))))]).toEqual([true, expect.not.stringMatching(names)]);
  });
});

describe('moving posts', () => {
  const merge = (threadId: number, target: number) => mergeThreads(nadia, mergeThreadsInput.parse({ threadId, target: String(target), reason: 'The same question.' }));
  const ask = (nameless: boolean, author = quill) => createThread(author, { forum: 'operations', kind: 'question', title: `Who checks the rota? ${++written}`, body: `What is fair? ${written}`, themes: [], nameless });
  const cannot = /would show who asked/;

  test('never puts what somebody wrote with and without their name together', () => {
    const [hidden, named, others] = [ask(true), ask(false), ask(false, tom)];
    expect(() => merge(hidden.id, named.id)).toThrow(cannot);
    expect(() => merge(named.id, hidden.id)).toThrow(cannot);
    const mine = createPost(quill, { threadId: others.id, body: 'We do it by lot.' });
    expect(() => merge(hidden.id, others.id)).toThrow(cannot);
    expect(() => splitThread(nadia, splitThreadInput.parse({ threadId: others.id, posts: [mine.id], into: 'existing', target: String(hidden.id), reason: 'It belongs there.' }))).toThrow(cannot);
    // A refusal tells as much as a look does, so it leaves a line as a look does: which thread, and nobody's name.
    expect(readLog(nadia, null).lines.slice(0, 4)).toMatchObject([others, hidden, named, hidden].map(({ title, url }) => ({ act: 'try move', object: title, url, actor: { name: 'Nadia Okafor' } })));
    expect(JSON.stringify(readPublicLog(null).lines)).not.toContain('try move');
    expect(findThread(null, hidden.id)).toMatchObject({ id: hidden.id, replies: 0 });
    merge(hidden.id, ask(false, tom).id);
    forget(named.id);
    forget(others.id);
  });

  test('nor takes the name off a reaction that had one, or gives one to a reaction that had none', () => {
    const [hidden, others] = [ask(true), ask(false, tom)];
    const reply = createPost(nadia, { threadId: others.id, body: 'By lot.' });
    react(quill, { postId: reply.id, give: 'thanks' });
    expect(() => merge(hidden.id, others.id)).toThrow(cannot);
    const answer = createPost(tom, { threadId: hidden.id, body: 'By seniority.' });
    react(quill, { postId: answer.id, give: 'thanks' });
    const split = (target: number) => splitThread(nadia, splitThreadInput.parse({ threadId: hidden.id, posts: [answer.id], into: 'existing', target: String(target), reason: 'It belongs there.' }));
    expect(() => split(ask(false, tom).id)).toThrow(cannot);
    react(quill, { postId: answer.id, take: 'thanks' });
    split(ask(false, tom).id);
    forget(others.id);
  });

  test('nor a name to who asked, where they say that an answer works for them too', () => {
    const [hidden, others, third] = [ask(true), ask(false, tom), ask(false, tom)];
    const [reply, elsewhere] = [createPost(nadia, { threadId: others.id, body: 'By lot.' }), createPost(nadia, { threadId: third.id, body: 'By dice.' })];
    const confirm = (postId: number) => confirmPost(quill, { postId, place: 'Zebrowitzville', year: 2026, note: null });
    confirm(elsewhere.id);
    expect(() => merge(hidden.id, third.id)).toThrow(cannot);
    merge(hidden.id, others.id);
    expect(() => confirm(reply.id)).toThrow(/without your name/);
    expect([canConfirmIn(quill, findThread(quill, others.id)), canConfirmIn(ines, findThread(ines, others.id))]).toEqual([false, true]);
    forget(third.id);
  });

  test('back is looked at in the same way', () => {
    const [hidden, others] = [ask(true), ask(false, tom)];
    merge(hidden.id, others.id);
    const reply = createPost(nadia, { threadId: others.id, body: 'By lot.' });
    react(quill, { postId: reply.id, give: 'thanks' });
    const act = actsOn(nadia, others.id)[0]?.id ?? 0;
    expect(() => undoThreadAct(nadia, { actId: act })).toThrow(cannot);
    react(quill, { postId: reply.id, take: 'thanks' });
    undoThreadAct(nadia, { actId: act });
    expect(findThread(null, hidden.id).author.name).toBe(namelessName);
    expect(JSON.stringify(findThread(null, others.id).lastPoster)).not.toMatch(names);
  });

  test('what was put together before: who started and who wrote last are named as the posts are', () => {
    const [hidden, named] = [ask(true), ask(false)];
    db.update(posts).set({ threadId: named.id, number: 2, createdAt: new Date(Date.now() + 1_000) }).where(eq(posts.id, opening(hidden.id))).run();
    recount(named.id);
    expect(findThread(null, named.id)).toMatchObject({ author: { name: quill.name }, lastPoster: { name: namelessName } });
    expect(threadsBy(null, quill.id, 50).map((t) => t.id)).toContain(named.id);
    forget(named.id);
    db.delete(threads).where(eq(threads.id, hidden.id)).run();
  });
});
