import { and, eq, isNull, max } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { anonymousPosts, appeals, cases, db, decisions, forums, heldPosts, posts, threadActs, threads } from '#db/client.ts';
import { appealDecision, appealFor } from '#domain/decisions/appealing.ts';
import { forumOfCase, forumOfHeld } from '#domain/decisions/case-areas.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { outcomesFor } from '#domain/decisions/outcomes.ts';
import { findCase } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { subjectOf } from '#domain/decisions/subjects.ts';
import { heldPost, ownWaiting, submitPost, submitThread, submitThreadInput } from '#domain/decisions/submitting.ts';
import { takeBackHeld } from '#domain/decisions/taking-back-held.ts';
import { Denied, Gone, Invalid, NotFound, TooMany } from '#domain/errors.ts';
import { addForum, deleteForum, newForumInput } from '#domain/forum/keeping-forums.ts';
import { mergeThreads } from '#domain/forum/merging.ts';
import { moveThread, renameThread } from '#domain/forum/moderating.ts';
import { createPost } from '#domain/forum/posts.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import { stamp } from '#domain/people/traps.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });

const writerOf = (id: number) => (id === tom.id ? tom : rosa);

/** Titles that a stranger reads now. */
function titlesShown(): Set<string> {
  return new Set(db.select({ id: threads.id }).from(threads).all().flatMap(({ id }) => {
    try {
      return [findThread(null, id).title];
    } catch {
      return [];
    }
  }));
}

/** Texts that were written without a name. */
const unnamed = new Set<string>();
/** What was held and had a place when it was let through. */
const placed = new Set<number>();

function isUnnamedIn(authorId: number, threadId: number): boolean {
  return db.select({ id: posts.id }).from(anonymousPosts).innerJoin(posts, eq(posts.id, anonymousPosts.postId)).where(and(eq(anonymousPosts.memberId, authorId), eq(posts.threadId, threadId))).get() !== undefined;
}

/** Everything that must be true of these of what was held, whatever was done. Each text is written once. */
function expectSense(looksAt: (id: number) => boolean): void {
  const shown = titlesShown();
  const all = db.select({ threadId: posts.threadId, authorId: posts.authorId, unnamed: anonymousPosts.memberId }).from(posts).leftJoin(anonymousPosts, eq(anonymousPosts.postId, posts.id)).all();
  for (const { threadId, authorId, unnamed: without } of all) {
    if (without !== null) expect(all.filter((p) => p.threadId === threadId && p.authorId === authorId && p.unnamed === null), `in thread ${threadId} nobody writes with and without their name`).toEqual([]);
  }
  for (const held of db.select().from(heldPosts).all().filter(({ id }) => looksAt(id))) {
    const name = `held ${held.id} (${held.kind}, ${held.withdrawnAt ? 'taken back' : held.state})`;
    const author = writerOf(held.authorId);
    const became = db.select().from(posts).where(eq(posts.markdown, held.markdown)).all();
    if (held.state !== 'approved') expect(became, `${name} stands nowhere`).toEqual([]);
    expect([name, heldPost(author, held.id).url, heldPost(nadia, held.id).url]).toEqual([name, ...Array.from({ length: 2 }, () => (became[0] ? `/posts/${became[0].id}` : null))]);
    const here = became[0] ? became[0].threadId : held.threadId === null ? null : findThread(nadia, held.threadId).id;
    const forum = here === null ? db.select().from(forums).where(eq(forums.slug, String(held.input['forum']))).get()?.id ?? null : findThread(nadia, here).forumId;
    const row = db.select().from(cases).where(eq(cases.heldId, held.id)).get();
    expect([name, forumOfHeld(held.id), forumOfCase(row?.id ?? 0)]).toEqual([name, forum, forum]);
    const { title } = heldPost(author, held.id);
    if (held.kind === 'post' && title !== null) expect(shown.has(title), `${name}: “${title}” is read by everybody`).toBe(true);
    if (held.kind === 'post' && title === null) expect(shown.has(findThread(nadia, here ?? 0).title) && !findThread(nadia, here ?? 0).removed && findThread(nadia, here ?? 0).hiddenTitle === null, `${name}: its title is kept back for a reason`).toBe(false);
    const marked = db.select({ threadId: posts.threadId, id: posts.id }).from(anonymousPosts).innerJoin(posts, eq(posts.id, anonymousPosts.postId)).where(eq(anonymousPosts.memberId, author.id)).all();
    const nameless = unnamed.has(held.markdown);
    // There is a place as long as there is a thread.
    if (held.state === 'approved' && became.length === 0 && placed.has(held.id)) expect([name, 'has a place']).toEqual([name, 'has none']);
    expect([name, findCase(nadia, row?.id ?? 0).subject.author.id]).toEqual([name, nameless ? 0 : author.id]);
    if (became[0]) expect([name, marked.some(({ id }) => id === became[0]?.id)]).toEqual([name, nameless]);
    if (here !== null) expect([name, ownWaiting(author, { threadId: here }).some(({ id }) => id === held.id)]).toEqual([name, held.state === 'waiting' && held.withdrawnAt === null]);
    for (const decision of db.select().from(decisions).where(eq(decisions.caseId, row?.id ?? 0)).all()) {
      const { said, words } = appealFor(author, decision.id);
      expect([name, said.includes('everybody can see it')]).toEqual([name, decision.outcome === 'approve' && became.length > 0]);
      const named = /“(.*)”/.exec(words)?.[1];
      if (held.kind === 'post' && named) expect(shown.has(named), `${words} is read by everybody`).toBe(true);
    }
  }
}

describe.each([1, 2, 3])('random life %i', (seed) => {
  test('what is held waits where its thread is, and is the post that it became, whatever is done around it; it can always be decided', () => {
    const { from, chance } = randomFrom(seed);
    const slugs = ['operations', 'measures'];
    let written = 0;
    const title = () => `What of number ${seed}.${++written}?`;
    const all: number[] = [];
    const start = (nameless: boolean) => all.push(createThread(from([rosa, tom]), { forum: from(slugs), kind: 'question', title: title(), body: `We wait. ${seed}.${++written}`, themes: [], nameless }).id);
    for (const nameless of [false, false, true]) start(nameless);
    const thread = () => from(all);
    const trail: string[] = [];
    const before = db.select({ id: max(heldPosts.id) }).from(heldPosts).get()?.id ?? 0;
    const attempt = (name: string, act: () => unknown, refusals: readonly (new (...args: never[]) => Error)[] = [Denied, Invalid, Gone, TooMany, NotFound]) => {
      forgetLimits();
      try {
        act();
        trail.push(name);
      } catch (error) {
        // A refusal is tested elsewhere.
        if (!refusals.some((refusal) => error instanceof refusal)) throw error;
      }
    };
    const one = <T>(list: readonly T[], act: (item: T) => void) => { if (list.length > 0) act(from(list)); };
    const robot = () => ({ website: 'http://robot.example', shown: stamp() });
    try {
      for (let n = 0; n < 200; n++) {
        const by = from([nadia, ines, abe]);
        from<() => void>([
          ...Array<() => void>(4).fill(() => { const [who, id] = [from([rosa, tom]), thread()]; attempt(`${who.handle} replies in ${id}`, () => { const body = `Held ${seed}.${++written}`; if (isUnnamedIn(who.id, findThread(who, id).id)) unnamed.add(body); submitPost(who, { threadId: id, body, ...robot() }); }); }),
          () => { const [who, forum, nameless] = [from([rosa, tom]), from(slugs), chance(0.5)]; attempt(`${who.handle} starts a thread in ${forum}${nameless ? ' without a name' : ''}`, () => { const body = `Held ${seed}.${++written}`; if (nameless) unnamed.add(body); submitThread(who, submitThreadInput.parse({ forum, kind: 'question', title: title(), body, nameless, ...robot() })); }); },
          ...Array<() => void>(5).fill(() => one(db.select().from(cases).where(isNull(cases.closedAt)).all().slice(-8), (row) => {
            const outcome = from(outcomesFor(row.kind, subjectOf(nadia, row), false));
            // What can be chosen about something held is never refused for its input.
            attempt(`${by.handle} decides case ${row.id} (${row.kind} on ${row.heldId !== null ? `held ${row.heldId}` : row.postId ?? `decision ${row.decisionId}`}): ${outcome}`, () => {
              const held = outcome === 'approve' ? db.select().from(heldPosts).where(eq(heldPosts.id, row.heldId ?? 0)).get() : undefined;
              if (held && held.threadId !== null) {
                const { removed } = findThread(nadia, held.threadId);
                if (!removed) placed.add(held.id);
              }
              decide(by, { caseId: row.id, outcome: outcome as 'keep', reason: 'Looked at.', forum: from(slugs) });
              const made = row.heldId !== null && outcome === 'approve' ? db.select().from(heldPosts).where(eq(heldPosts.id, row.heldId)).get() : undefined;
              const id = made?.kind === 'thread' && made.postId !== null ? db.select().from(posts).where(eq(posts.id, made.postId)).get()?.threadId : undefined;
              if (id !== undefined && !all.includes(id)) all.push(id);
            }, row.kind === 'held' ? [Denied, TooMany] : undefined);
          })),
          () => one(db.select().from(decisions).all().slice(-12), ({ id }) => { attempt(`${by.handle} takes decision ${id} back`, () => undoDecision(by, { decisionId: id, reason: 'Rather not.' })); }),
          ...Array<() => void>(2).fill(() => one(db.select().from(decisions).all().filter(({ id }) => !db.select().from(appeals).where(eq(appeals.decisionId, id)).get()).slice(-12), ({ id, authorId }) => { attempt(`decision ${id} is appealed`, () => appealDecision(writerOf(authorId), { decisionId: id, text: 'Look again.' })); })),
          () => one(db.select().from(heldPosts).where(eq(heldPosts.state, 'waiting')).all(), ({ id, authorId }) => { attempt(`held ${id} is taken back`, () => takeBackHeld(writerOf(authorId), { heldId: id })); }),
          () => one(db.select().from(posts).where(eq(posts.number, 1)).all(), ({ authorId, id: postId }) => { const who = from([nadia, rosa, tom].filter((m) => m.id !== authorId)); attempt(`${who.handle} flags ${postId}`, () => flagPost(who, flagPostInput.parse({ postId, reason: from(['personal-data', 'off-topic']) }))); }),
          () => { const id = thread(); attempt(`${by.handle} removes thread ${id}`, () => removeThread(by, { threadId: id, reason: 'Gone.' })); },
          () => { const id = thread(); attempt(`${by.handle} restores thread ${id}`, () => restoreThread(by, { threadId: id, reason: 'Back.' })); },
          () => one(db.select().from(posts).all(), ({ id }) => { attempt(`${by.handle} removes ${id}`, () => removePost(by, { postId: id, reason: 'Gone.' })); }),
          () => one(db.select().from(posts).all(), ({ id }) => { attempt(`${by.handle} restores ${id}`, () => restorePost(by, { postId: id, reason: 'Back.' })); }),
          () => { const id = thread(); attempt(`thread ${id} is renamed`, () => renameThread(nadia, { threadId: id, title: title(), reason: 'Clearer.' })); },
          ...Array<() => void>(2).fill(() => { const [id, into] = [thread(), thread()]; attempt(`thread ${id} is merged into ${into}`, () => mergeThreads(nadia, { threadId: id, target: findThread(nadia, into).url, order: from(['appended', 'by-date'] as const), reason: 'The same.' })); }),
          () => {
            const id = thread();
            const ids = db.select().from(posts).where(eq(posts.threadId, id)).all().filter((p) => p.number > 1 && chance(0.5)).map((p) => String(p.id));
            attempt(`of thread ${id}, ${ids.join(', ')} split off`, () => {
              const { url } = splitThread(nadia, splitThreadInput.parse({ threadId: id, posts: ids, into: 'new', title: title(), forum: from(slugs), reason: 'Another matter.' }));
              all.push(Number(/\/(\d+)-/.exec(url)?.[1]));
            });
          },
          () => { const [id, forum] = [thread(), from(slugs)]; attempt(`thread ${id} is moved to ${forum}`, () => moveThread(nadia, { threadId: id, forum, reason: 'Tidying.' })); },
          ...Array<() => void>(2).fill(() => one(db.select().from(threadActs).where(isNull(threadActs.undoneAt)).all().slice(-8), ({ id, act }) => { attempt(`act ${id} (${act}) is undone`, () => undoThreadAct(nadia, { actId: id })); })),
          () => { const [who, id] = [from([rosa, tom]), thread()]; attempt(`${who.handle} writes in ${id}`, () => createPost(who, { threadId: id, body: `Words ${seed}.${++written}` })); },
          () => { if (slugs.length < 4) attempt('a forum is added', () => slugs.push(addForum(nadia, newForumInput.parse({ name: `Forum ${seed} ${++written}`, description: 'For a day.' })).slug)); },
          () => one(slugs.slice(2), (slug) => { attempt(`forum ${slug} is deleted`, () => { deleteForum(nadia, { forumId: db.select().from(forums).where(eq(forums.slug, slug)).get()?.id ?? 0 }); slugs.splice(slugs.indexOf(slug), 1); }); }),
        ])();
        // All of them now and then: each look renders texts.
        expectSense((id) => id > before && (n % 20 === 19 || id % 10 === n % 10));
      }
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${trail.join('\n')}`, { cause: error });
    }
    expect(trail.length).toBeGreaterThan(60);
    for (const kind of ['flags', 'held'] as const) for (const row of db.select().from(cases).where(and(isNull(cases.closedAt), eq(cases.kind, kind))).all()) decide(nadia, { caseId: row.id, outcome: kind === 'flags' ? 'keep' : 'approve', reason: 'Looked at.' });
    expectSense((id) => id > before);
  }, 60_000);
});
