import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attempts, changes, db, forumCoordinators, forums, log, members, outbox, passwords, questionTurns, threads, workingCalendar } from '#db/client.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { Denied, Invalid } from '#domain/errors.ts';
import { assignOverdue, clockOf, handOverQuestion, openQuestions, ownerAfterHours, tickAnswerClock } from '#domain/forum/answer-clock.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { calendarInput, currentCalendar, setCalendar, writeHolidays } from '#domain/forum/calendar.ts';
import { lockThread } from '#domain/forum/moderating.ts';
import { createPost } from '#domain/forum/posts.ts';
import { eligibleAnywhere, lookers, setForumCoordinators } from '#domain/forum/question-owners.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, type Thread } from '#domain/forum/threads.ts';
import { workingHoursBetween } from '#lib/working-hours.ts';
import { appointMember } from '#domain/moderation/appointing.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { again, enter, forgetLimits, lettersTo, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => {
  [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')];
  // The hub keeps an administrator who can act, and one without a password is none: here everybody may be away.
  db.delete(passwords).run();
});
beforeEach(() => {
  forgetLimits();
  for (const table of [questionTurns, forumCoordinators, threads, outbox, log, workingCalendar]) db.delete(table).run();
  db.update(members).set({ suspendedUntil: null, suspendedReason: null }).run();
});

let written = 0;
const ask = (by = rosa, forum = 'operations', daysAgo = 10) => {
  const { id } = createThread(by, { forum, kind: 'question', title: `Who answers at the weekend here? ${++written}`, body: 'Nobody does yet.', themes: [] });
  db.update(threads).set({ createdAt: addDays(new Date(), -daysAgo) }).where(eq(threads.id, id)).run();
  return findThread(null, id);
};
const clock = (thread: Thread, now = new Date()) => clockOf(findThread(null, thread.id), now);
const suspend = (member: Member) => db.update(members).set({ suspendedUntil: addDays(new Date(), 5), suspendedReason: 'A test.' }).where(eq(members.id, member.id)).run();
/** The cast is of the sample community: without a password they have no way to sign in. */
const letSignIn = (...able: Member[]) => { db.delete(passwords).run(); for (const { id } of able) db.insert(passwords).values({ memberId: id, hash: 'none' }).run(); };
const forumId = (slug: string) => db.select({ id: forums.id }).from(forums).where(eq(forums.slug, slug)).get()?.id ?? 0;

describe('the clock of a question', () => {
  test('counts working hours, and after 24 somebody looks for an answer and is told', () => {
    const thread = ask();
    const at = new Date('2026-11-16T13:00Z');
    db.update(threads).set({ createdAt: at }).where(eq(threads.id, thread.id)).run();
    expect(clock(thread, new Date('2026-11-16T16:30Z'))).toEqual({ hours: 3, owner: null });
    expect(clock(thread, new Date('2026-11-18T18:59Z'))).toEqual({ hours: 23, owner: null });
    const found = clock(thread, new Date('2026-11-18T19:00Z'));
    expect(found).toMatchObject({ hours: ownerAfterHours, owner: { name: expect.stringMatching(/Nadia|Inès/), since: new Date('2026-11-18T19:00Z') } });
    const owner = found?.owner?.id === nadia.id ? nadia : ines;
    expect(lettersTo(owner.email)).toMatchObject([{ subject: `A question waits for an answer: ${thread.title}`, text: expect.stringContaining(thread.url) }]);
    expect(lettersTo(owner.email)[0]?.text).not.toContain('Rosa');
  });

  test('an answer ends it; the asker\'s own words do not; it goes on when the only answer is removed', () => {
    const thread = ask();
    assignOverdue();
    createPost(rosa, { threadId: thread.id, body: 'Still looking.' });
    expect(clock(thread)?.owner).toBeTruthy();
    const { id } = createPost(tom, { threadId: thread.id, body: 'We do, from home.' });
    expect(clock(thread)).toBeNull();
    removePost(nadia, { postId: id, reason: 'Selling.' });
    expect(clock(thread)?.owner).toBeTruthy();
    restorePost(nadia, { postId: id, reason: 'In order.' });
    expect(clock(thread)).toBeNull();
  });

  test('the asker who found it out and accepts their own reply is not waiting; nor is a locked or removed thread, or a discussion', () => {
    const own = ask();
    acceptAnswer(rosa, { postId: createPost(rosa, { threadId: own.id, body: 'Found it.' }).id });
    expect(clock(own)).toBeNull();
    const locked = ask();
    lockThread(nadia, { threadId: locked.id, reason: 'Settled.' });
    expect(clock(locked)).toBeNull();
    const removed = ask();
    removeThread(nadia, { threadId: removed.id, reason: 'Twice.' });
    expect(openQuestions(nadia, false)).toEqual([]);
    restoreThread(nadia, { threadId: removed.id, reason: 'In order.' });
    expect(openQuestions(nadia, false)).toHaveLength(1);
    const talk = createThread(rosa, { forum: 'operations', kind: 'discussion', title: 'Talk of the weekend', body: 'Just talk.', themes: [] });
    expect(clock(talk)).toBeNull();
  });

  test('goes round among the forum\'s own coordinators, else all, else the administrators; who asked comes last', () => {
    const here = forumId('operations');
    const round = (asker = rosa) => lookers(new Date()).inForum(here, asker.id).sort();
    expect(round()).toEqual([nadia.id, ines.id].sort());
    setForumCoordinators(abe, { pairs: [`${here}:${ines.id}`] });
    expect(round()).toEqual([ines.id]);
    expect(round(ines)).toEqual([nadia.id]);
    suspend(ines);
    expect(round()).toEqual([nadia.id]);
    suspend(nadia);
    expect(round()).toEqual([abe.id]);
    expect(round(abe)).toEqual([abe.id]);
    suspend(abe);
    expect(round()).toEqual([]);
    expect(clock(ask())?.owner).toBeNull();
  });

  test('never goes to who has no way to sign in while somebody else has one', () => {
    const here = forumId('operations');
    const thread = ask();
    const first = clock(thread)?.owner?.id;
    const [owner, other] = first === nadia.id ? [nadia, ines] : [ines, nadia];
    letSignIn(other, abe);
    expect(lookers(new Date()).inForum(here, rosa.id)).toEqual([other.id]);
    expect(clock(thread)?.owner?.id).toBe(other.id);
    expect(() => handOverQuestion(other, { threadId: thread.id, to: owner.id, reason: 'A test.' })).toThrow(Invalid);
    letSignIn(abe);
    expect(clock(thread)?.owner?.id).toBe(abe.id);
    // Who asked under their name comes last among those who can look, but before who cannot.
    expect(lookers(new Date()).inForum(here, abe.id)).toEqual([abe.id]);
    letSignIn();
    expect(clock(thread)?.owner?.id).toBe(abe.id);
    expect(lookers(new Date()).inForum(here, rosa.id).sort()).toEqual([nadia.id, ines.id].sort());
  });

  test('many at once are shared out evenly, one letter each', () => {
    for (let n = 0; n < 7; n++) ask();
    expect(assignOverdue()).toBe(7);
    const held = [nadia, ines].map((m) => openQuestions(m, true).length).sort();
    expect(held).toEqual([3, 4]);
    expect([nadia, ines].map(({ email }) => lettersTo(email).map((l) => l.subject))).toEqual(expect.arrayContaining([['4 questions wait for an answer'], ['3 questions wait for an answer']]));
    expect(assignOverdue()).toBe(0);
  });

  test('an owner who is suspended or loses the role is followed by another', async () => {
    const thread = ask();
    const first = clock(thread)?.owner?.id;
    const [owner, other] = first === nadia.id ? [nadia, ines] : [ines, nadia];
    suspend(owner);
    expect(clock(thread)?.owner?.id).toBe(other.id);
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).run();
    const session = await sessionOf(abe);
    appointMember(session, { memberId: other.id, role: 'member' });
    expect(clock(thread)?.owner?.id).toBe(owner.id);
    appointMember(session, { memberId: other.id, role: 'coordinator' });
  });

  test('is handed over with a reason; only to who can take it', () => {
    const thread = ask();
    const first = clock(thread)?.owner?.id;
    const [owner, other] = first === nadia.id ? [nadia, ines] : [ines, nadia];
    const over = { threadId: thread.id, reason: 'On leave until May.' };
    expect(() => handOverQuestion(tom, { ...over, to: other.id })).toThrow(Denied);
    expect(() => handOverQuestion(owner, { ...over, to: tom.id })).toThrow(Invalid);
    expect(() => handOverQuestion(owner, { ...over, to: owner.id })).toThrow(Invalid);
    handOverQuestion(owner, { ...over, to: other.id });
    expect(clock(thread)?.owner?.id).toBe(other.id);
    expect(lettersTo(other.email).at(-1)?.text).toMatch(/On\s+leave until May\./);
    expect(db.select().from(log).all()).toMatchObject([{ act: 'hand over question', reason: 'On leave until May.' }]);
    createPost(tom, { threadId: thread.id, body: 'An answer.' });
    expect(() => handOverQuestion(other, { ...over, to: owner.id })).toThrow(Denied);
  });

  test('the worklist sorts by age, for coordinators alone', () => {
    expect(() => openQuestions(tom, false)).toThrow(Denied);
    const old = ask(rosa, 'operations', 40);
    const fresh = ask(rosa, 'measures', 0);
    expect(openQuestions(nadia, false).map(({ threadId, age }) => [threadId, age])).toEqual([[old.id, 'over-72'], [fresh.id, 'under-24']]);
  });

  test('page caches are told when the hours shown have changed, and not otherwise', () => {
    ask(rosa, 'operations', 0);
    const start = new Date('2026-11-30T15:00Z');
    db.update(threads).set({ createdAt: start }).run();
    const told = (now: Date) => { const before = changes(); tickAnswerClock(now); return changes() - before; };
    expect([told(start), told(new Date('2026-11-30T15:30Z')), told(new Date('2026-11-30T16:05Z')), told(new Date('2026-12-01T03:00Z')), told(new Date('2026-12-01T05:00Z'))]).toEqual([1, 0, 1, 1, 0]);
  });
});

describe('the working calendar', () => {
  const input = { days: [1, 2, 3], opens: 540, closes: 960, timeZone: 'America/Chicago', holidays: '2027-07-05 Independence Day\n2026-12-24' };
  test('is set by administrators, read back, and counted by', () => {
    expect(currentCalendar()).toMatchObject({ days: [1, 2, 3, 4, 5], timeZone: 'America/New_York' });
    setCalendar(abe, input);
    expect(currentCalendar()).toMatchObject({ days: [1, 2, 3], opens: 540, closes: 960, timeZone: 'America/Chicago', holidays: [{ day: '2026-12-24', name: '' }, { day: '2027-07-05', name: 'Independence Day' }] });
    expect(writeHolidays(currentCalendar())).toBe('2026-12-24\n2027-07-05 Independence Day');
    expect(() => setCalendar(nadia, input)).toThrow(Denied);
  });
  test.each([
    ['closes', { closes: 540 }], ['timeZone', { timeZone: 'Mars/Olympus' }], ['holidays', { holidays: 'Christmas' }], ['holidays', { holidays: '2026-02-30 No such day' }], ['days', { days: [] }],
  ])('says at the field what is wrong with %s', (field, wrong) => {
    const refusal = (() => { try { setCalendar(abe, { ...input, ...wrong }); return null; } catch (error) { return error; } })();
    expect(refusal).toBeInstanceOf(Invalid);
    expect(Object.keys((refusal as Invalid).fields)).toEqual([field]);
  });
  test('a day has 24 hours', () => expect(calendarInput.safeParse({ ...input, closes: '1441' }).success).toBe(false));
});

test('whatever happens, an overdue question has an owner while somebody can be, and the load is even when it is given', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    for (const table of [questionTurns, forumCoordinators, threads]) db.delete(table).run();
    const random = randomFrom(seed);
    const people = [nadia, ines, abe, tom];
    let now = new Date('2026-11-30T14:00Z');
    const acts = {
      ask: () => { const t = ask(random.from([rosa, tom, nadia]), random.from(['operations', 'measures'])); db.update(threads).set({ createdAt: now }).where(eq(threads.id, t.id)).run(); },
      answer: () => { const t = some(); if (t) createPost(again(random.from([rosa, abe])), { threadId: t.id, body: `An answer ${++written}.` }); },
      remove: () => { const t = some(); if (t) db.$client.prepare(`update posts set removed_at = case when removed_at is null then 1 end, removed_by_id = case when removed_at is null then ? end where thread_id = ? and number > 1`).run(abe.id, t.id); },
      appoint: () => { const m = random.from(people); db.update(members).set({ role: random.from(['member', 'coordinator', 'coordinator', 'administrator'] as const) }).where(eq(members.id, m.id)).run(); },
      suspend: () => { const m = random.from(people); const on = random.chance(0.4); db.update(members).set({ suspendedUntil: on ? addDays(now, random.below(8) + 1) : null, suspendedReason: on ? 'A test.' : null }).where(eq(members.id, m.id)).run(); },
      letSignIn: () => letSignIn(...people.filter(() => random.chance(0.5))),
      choose: () => { db.insert(forumCoordinators).values({ forumId: forumId(random.from(['operations', 'measures'])), memberId: random.from(people).id }).onConflictDoNothing().run(); },
      wait: () => { now = new Date(now.getTime() + random.below(40) * 3_600_000); },
    };
    const some = () => { const all = db.select({ id: threads.id }).from(threads).all(); return all.length ? random.from(all) : null; };
    for (let step = 0; step < 60; step++) {
      const act = random.from(Object.keys(acts) as (keyof typeof acts)[]);
      db.delete(attempts).run();
      // Those who write here are not suspended on the day of the machine.
      try { acts[act](); } catch (error) { if (!(error instanceof Denied || /must keep an administrator/.test(String(error)))) throw error; }
      const before = db.$client.prepare('select coalesce(max(id), 0) from question_turns').pluck().get() as number;
      assignOverdue(now);
      const waiting = db.$client.prepare(`select id, forum_id, author_id, created_at, (select owner_id from question_turns q where q.thread_id = t.id order by q.id desc limit 1) as owner from threads t
        where not exists (select 1 from posts p where p.thread_id = t.id and p.author_id <> t.author_id and p.removed_at is null)`).all() as { id: number; forum_id: number; author_id: number; created_at: number; owner: number | null }[];
      const able = eligibleAnywhere(now).map(({ id }) => id);
      for (const q of waiting) {
        if (workingHoursBetween(currentCalendar(), new Date(q.created_at), now) < ownerAfterHours || able.length === 0) continue;
        expect(able, `seed ${seed}, step ${step}, ${act}`).toContain(q.owner);
        expect(inventedWhileOthersCan(q.owner, now), `seed ${seed}, step ${step}, ${act}`).toBe(false);
      }
      // Replays what was given in this step: whoever was given a question had none more than any other who could have been.
      const turns = db.select().from(questionTurns).all().filter(({ id }) => id > before);
      const holding = new Map<number, number>();
      for (const q of waiting) if (q.owner !== null && !turns.some((turn) => turn.threadId === q.id)) holding.set(q.owner, (holding.get(q.owner) ?? 0) + 1);
      for (const turn of turns) {
        const q = waiting.find(({ id }) => id === turn.threadId);
        const held = holding.get(turn.ownerId) ?? 0;
        for (const other of q ? lookers(now).inForum(q.forum_id, q.author_id) : []) expect(held, `seed ${seed}, step ${step}`).toBeLessThanOrEqual(holding.get(other) ?? 0);
        holding.set(turn.ownerId, held + 1);
      }
    }
  }
  letSignIn();
  for (const [member, role] of [[nadia, 'coordinator'], [ines, 'coordinator'], [abe, 'administrator'], [tom, 'member']] as const) db.update(members).set({ role, suspendedUntil: null, suspendedReason: null }).where(eq(members.id, member.id)).run();

  function inventedWhileOthersCan(owner: number | null, at: Date): boolean {
    const able = db.select({ id: passwords.memberId }).from(passwords).all().map(({ id }) => id);
    const people = db.select().from(members).all().filter((m) => m.role !== 'member' && (m.suspendedUntil === null || m.suspendedUntil <= at));
    return owner !== null && !able.includes(owner) && people.some((m) => able.includes(m.id));
  }
});
