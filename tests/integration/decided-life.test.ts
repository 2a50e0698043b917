import { and, eq, isNull, ne } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { appeals, cases, db, decisions, hiddenTitles, posts, threadActs, threads } from '#db/client.ts';
import { appealDecision } from '#domain/decisions/appealing.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { outcomesFor } from '#domain/decisions/outcomes.ts';
import { findCase } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { subjectOf } from '#domain/decisions/subjects.ts';
import { Denied, Gone, Invalid, NotFound, TooMany } from '#domain/errors.ts';
import { mergeThreads } from '#domain/forum/merging.ts';
import { moveThread } from '#domain/forum/moderating.ts';
import { createPost, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });

/** What waits for a decision about flags on a post. */
const openOn = (postId: number) => db.select().from(cases).where(and(eq(cases.postId, postId), eq(cases.kind, 'flags'), isNull(cases.closedAt))).all();
/** Decisions to remove a post that stand. */
const removalsOf = (postId: number) => db.select({ id: decisions.id }).from(decisions).innerJoin(cases, eq(cases.id, decisions.caseId))
  .where(and(eq(cases.postId, postId), eq(decisions.outcome, 'remove'), isNull(decisions.undoneAt), isNull(decisions.overturnedAt))).all();

/** Posts that their authors took back. */
const own = new Set<number>();

/** Everything that must be true of what was decided, whatever was done. */
function expectSense(): void {
  for (const post of db.select().from(posts).all()) {
    const thread = db.select().from(threads).where(eq(threads.id, post.threadId)).get();
    const opens = post.number === 1;
    const name = `post ${post.id} (#${post.number} of thread ${post.threadId})`;
    const out = post.removedAt !== null || (opens && thread?.removedAt != null);
    const hidden = post.hidden || (opens && thread?.hidden === true);
    if (hidden) expect(openOn(post.id), `${name} is hidden: a case waits`).toHaveLength(1);
    if (own.has(post.id)) expect(post.removedAt, `${name} was taken back by its author`).not.toBeNull();
    else if (out && !hidden) expect(removalsOf(post.id), `${name} is removed: a decision says so`).not.toEqual([]);
    if (!out) expect(removalsOf(post.id), `${name} stands: no removal does`).toEqual([]);
    if (opens && thread?.forumId != null && findThread(nadia, thread.id).id === thread.id) {
      const shown = findThread(nadia, thread.id);
      const titleIsHidden = db.select().from(hiddenTitles).where(eq(hiddenTitles.threadId, thread.id)).get() !== undefined;
      if (titleIsHidden) expect(openOn(post.id).length > 0 || thread.removedAt !== null, `the title of thread ${thread.id} is hidden: a case waits`).toBe(true);
      const standing = db.select().from(posts).where(and(eq(posts.threadId, thread.id), ne(posts.number, 1), isNull(posts.removedAt))).all();
      expect([name, shown.replies]).toEqual([name, standing.length]);
      if (thread.removedAt === null) for (const view of postsOnPage(null, findThread(null, thread.id), 1)) expect([view.id, view.html !== ''], `thread ${thread.id}`).toEqual([view.id, db.select().from(posts).where(and(eq(posts.id, view.id), isNull(posts.removedAt))).get() !== undefined]);
    }
  }
}

const whatStops = (act: () => unknown): Error | null => {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

describe.each([1, 2, 3])('random life %i', (seed) => {
  test('flags, decisions, appeals and taking back in any order, between merges and splits: nothing is stuck, and nothing shows that is out of view', () => {
    const { from, chance } = randomFrom(seed);
    const slugs = ['operations', 'measures'];
    let written = 0;
    const all = Array.from({ length: 2 }, () => createThread(from([rosa, tom]), { forum: from(slugs), kind: 'discussion', title: `What of case ${seed}.${++written}?`, body: `We wait. ${written}`, themes: [] }).id);
    for (let n = 0; n < 4; n++) createPost(from([rosa, tom]), { threadId: from(all), body: `Words ${++written}` });
    const placed = () => db.select().from(posts).all().filter((post) => all.includes(post.threadId));
    const post = () => from(placed());
    const thread = () => from(all);
    const trail: string[] = [];
    const attempt = (name: string, act: () => unknown) => {
      forgetLimits();
      try {
        act();
        trail.push(name);
      } catch (error) {
        // A refusal is tested elsewhere.
        if (![Denied, Invalid, Gone, TooMany, NotFound].some((refusal) => error instanceof refusal)) throw error;
      }
    };
    const authorOf = (id: number) => db.select().from(posts).where(eq(posts.id, id)).get()?.authorId === tom.id ? tom : rosa;
    const one = <T>(list: readonly T[], act: (item: T) => void) => { if (list.length > 0) act(from(list)); };
    try {
      for (let n = 0; n < 200; n++) {
        const by = from([nadia, ines, abe]);
        from<() => void>([
          ...Array<() => void>(3).fill(() => {
            const { id } = post();
            const reason = from(['attack', 'personal-data', 'off-topic'] as const);
            const who = from([rosa, tom, nadia]);
            attempt(`${who.handle} flags ${id} as ${reason}`, () => flagPost(who, flagPostInput.parse({ postId: id, reason })));
          }),
          ...Array<() => void>(4).fill(() => one(db.select().from(cases).where(isNull(cases.closedAt)).all().slice(-8), (row) => {
            const outcome = from(outcomesFor(row.kind, subjectOf(nadia, row), false));
            const forum = from(slugs);
            attempt(`${by.handle} decides case ${row.id} (${row.kind} on ${row.postId ?? `decision ${row.decisionId}`}): ${outcome} ${outcome === 'move' ? forum : ''}`, () => decide(by, { caseId: row.id, outcome: outcome as 'keep', reason: 'Looked at.', forum }));
          })),
          ...Array<() => void>(2).fill(() => one(db.select().from(decisions).all().slice(-12), ({ id }) => {
            attempt(`${by.handle} takes decision ${id} back`, () => {
              const offered = findCase(by, db.select().from(decisions).where(eq(decisions.id, id)).get()?.caseId ?? 0).decisions.find((d) => d.id === id)?.mayTakeBack;
              const refusal = whatStops(() => undoDecision(by, { decisionId: id, reason: 'Rather not.' }));
              expect([offered, refusal?.message], 'the button is there exactly where it goes through').toEqual([refusal === null, refusal?.message]);
              if (refusal) throw refusal;
            });
          })),
          ...Array<() => void>(2).fill(() => one(db.select().from(decisions).all().filter(({ id }) => !db.select().from(appeals).where(eq(appeals.decisionId, id)).get()).slice(-12), ({ id, authorId }) => {
            attempt(`decision ${id} is appealed`, () => appealDecision(authorId === tom.id ? tom : rosa, { decisionId: id, text: 'Look again.' }));
          })),
          () => { const { id } = post(); attempt(`${by.handle} removes ${id}`, () => removePost(by, { postId: id, reason: 'Gone.' })); },
          () => { const id = thread(); attempt(`${by.handle} removes thread ${id}`, () => removeThread(by, { threadId: id, reason: 'Gone.' })); },
          () => { const { id } = post(); attempt(`${by.handle} restores ${id}`, () => restorePost(by, { postId: id, reason: 'Back.' })); },
          () => { const id = thread(); attempt(`${by.handle} restores thread ${id}`, () => restoreThread(by, { threadId: id, reason: 'Back.' })); },
          () => { const { id } = post(); attempt(`${authorOf(id).handle} takes ${id} back`, () => { removeOwnPost(authorOf(id), { postId: id }); own.add(id); }); },
          () => { const [id, into] = [thread(), thread()]; attempt(`thread ${id} is merged into ${into}`, () => mergeThreads(nadia, { threadId: id, target: findThread(nadia, into).url, order: from(['appended', 'by-date'] as const), reason: 'The same.' })); },
          () => {
            const id = thread();
            const ids = placed().filter((p) => p.threadId === id && p.number > 1 && chance(0.5)).map((p) => String(p.id));
            attempt(`of thread ${id}, ${ids.join(', ')} split off`, () => {
              const { url } = splitThread(nadia, splitThreadInput.parse({ threadId: id, posts: ids, into: 'new', title: `Split off ${seed}.${++written}`, forum: from(slugs), reason: 'Another matter.' }));
              all.push(Number(/\/(\d+)-/.exec(url)?.[1]));
            });
          },
          () => { const [id, forum] = [thread(), from(slugs)]; attempt(`thread ${id} is moved to ${forum}`, () => moveThread(nadia, { threadId: id, forum, reason: 'Tidying.' })); },
          ...Array<() => void>(2).fill(() => one(db.select().from(threadActs).where(isNull(threadActs.undoneAt)).all().slice(-8), ({ id, act }) => { attempt(`act ${id} (${act}) is undone`, () => undoThreadAct(nadia, { actId: id })); })),
        ])();
        expectSense();
      }
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${trail.join('\n')}`, { cause: error });
    }
    expect(trail.length).toBeGreaterThan(30);
    // What is hidden can be decided, always.
    for (const row of db.select().from(cases).where(and(isNull(cases.closedAt), eq(cases.kind, 'flags'))).all()) decide(nadia, { caseId: row.id, outcome: 'keep', reason: 'Looked at.' });
    expect(db.select().from(posts).where(eq(posts.hidden, true)).all()).toEqual([]);
    expect(db.select().from(threads).where(eq(threads.hidden, true)).all()).toEqual([]);
    expectSense();
  }, 60_000);
});
