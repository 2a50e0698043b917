import { and, eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { acceptedAnswers, cases, db, decisions, memberActivity, members, posts, reactions, threads, trustChanges, trustLevels } from '#db/client.ts';
import { hideAuthor } from '#domain/anonymity.ts';
import { Denied } from '#domain/errors.ts';
import { react } from '#domain/forum/reacting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { readLog, readPublicLog } from '#domain/moderation/log.ts';
import { setTrust } from '#domain/moderation/setting-trust.ts';
import { addActivity } from '#domain/people/activity.ts';
import { isTrusted, levelOf, standingOf, type Level } from '#domain/people/levels.ts';
import { limits, limitsForAll } from '#domain/people/limits.ts';
import { computeAllTrust, computeTrust, levelFor, towards, trustFacts, trustOf, trustRules, type TrustFacts } from '#domain/people/trust.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays, isoDate } from '#lib/dates.ts';
import { noteThreadRead, noteVisit, writeReads } from '../../src/reads.ts';
import { enter, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let rosa: Member, nadia: Member;
let threadId = 0;
beforeAll(async () => {
  [rosa, nadia] = [await enter('rosa'), await enter('nadia')];
  threadId = createThread(nadia, { forum: 'operations', kind: 'question', title: 'Where everybody writes', body: 'Here.', themes: [] }).id;
});

test('every limit of what members do is published with its numbers', () => {
  const guarding = ['proofLinkPerMember', 'codePerMember', 'emailPerMember'];
  const published = limitsForAll();
  expect(published).toHaveLength(Object.keys(limits).filter((name) => name.endsWith('PerMember') && !guarding.includes(name)).length);
  const { postPerMember, threadPerMember, reactPerMember } = limits;
  expect(published).toEqual(expect.arrayContaining([
    { what: 'Posts and comments', most: `${postPerMember.most} in ${postPerMember.seconds / 60} minutes` },
    { what: 'Threads', most: `${threadPerMember.most} in an hour` },
    { what: 'Reactions', most: `${reactPerMember.most} in ${reactPerMember.seconds / 60} minutes` },
  ]));
  for (const { most } of published) expect(most).toMatch(/^\d+ in (?:\d+ minutes|an hour|a day)$/);
});

interface Life { joinedDaysAgo: number; /** Days ago, with threads read on them. */ days: Map<number, number>; posts: { daysAgo: number; removed: boolean; accepted: boolean; /** By how many others. */ helpful?: number; /** Without a name. */ nameless?: boolean }[]; removals: { daysAgo: number; undone: boolean; overturned: boolean; nameless?: boolean }[] }
const now = new Date('2026-11-28T12:00:00Z');
let people = 0;
let number = 100;

/** Writes a history into the database as if it had happened. */
function live(life: Life): { id: number; email: string } {
  const n = ++people;
  const joined = addDays(now, -life.joinedDaysAgo - 0.1);
  const member = db.insert(members).values({ name: `Somebody ${n}`, email: `somebody${n}@test.example`, handle: `somebody-${n}`, emailConfirmedAt: joined, createdAt: joined }).returning().get();
  addActivity([...life.days].map(([daysAgo, threadsRead]) => ({ memberId: member.id, day: isoDate(addDays(now, -daysAgo)), threadsRead })));
  for (const post of life.posts) {
    const { id } = db.insert(posts).values({
      threadId, number: ++number, authorId: member.id, markdown: 'x', html: 'x', renderedBy: 1, createdAt: addDays(now, -post.daysAgo), ...(post.removed && { removedAt: now, removedById: nadia.id, removedReason: 'Because.' }),
    }).returning().get();
    if (post.nameless) hideAuthor(id, member.id);
    for (const by of [nadia, rosa].slice(0, post.helpful ?? 0)) db.insert(reactions).values({ postId: id, memberId: by.id, kind: 'helpful' }).run();
    // What others thank for, and what somebody thinks of their own, counts for nothing.
    db.insert(reactions).values([{ postId: id, memberId: nadia.id, kind: 'thanks' }, { postId: id, memberId: member.id, kind: 'helpful' }]).run();
    if (post.accepted) db.insert(acceptedAnswers).values({ postId: id, threadId, byId: nadia.id }).run();
  }
  for (const removal of life.removals) {
    const about = removal.nameless ? { postId: namelessPost(member.id) } : { memberId: member.id };
    const flagged = db.insert(cases).values({ kind: 'flags', ...about, closedAt: now }).returning().get();
    db.insert(decisions).values({
      caseId: flagged.id, outcome: 'remove', reason: 'Because.', deciderId: nadia.id, authorId: member.id, at: addDays(now, -removal.daysAgo - 0.1),
      undoneAt: removal.undone ? now : null, overturnedAt: removal.overturned ? now : null,
    }).run();
  }
  return member;
}

/** A post without a name that was removed. */
function namelessPost(memberId: number): number {
  const { id } = db.insert(posts).values({ threadId, number: ++number, authorId: memberId, markdown: 'x', html: 'x', renderedBy: 1, createdAt: now, removedAt: now, removedById: nadia.id }).returning().get();
  hideAuthor(id, memberId);
  return id;
}

/** The rules told a second time, from a history and not from the table. */
function expected(life: Life): Level {
  const visits = [...life.days.keys()].filter((d) => d >= 0).length;
  const read = [...life.days.values()].reduce((sum, n) => sum + n, 0);
  const named = life.posts.filter((p) => !p.nameless);
  const stand = named.filter((p) => !p.removed);
  const helpful = stand.filter((p) => p.accepted || p.helpful).length;
  const removals = life.removals.filter((r) => r.daysAgo < 60 && !r.undone && !r.overturned && !r.nameless).length;
  const lastHere = Math.min(life.joinedDaysAgo, ...life.days.keys(), ...named.map((p) => p.daysAgo));
  if (life.joinedDaysAgo < 1 || visits < 2 || read < 10 || stand.length < 1 || removals > 2) return 'new';
  if (life.joinedDaysAgo < 30 || visits < 10 || read < 50 || stand.length < 10 || helpful < 3 || removals > 0 || lastHere > 180) return 'member';
  return 'trusted';
}

function someLife(random: ReturnType<typeof randomFrom>): Life {
  // Lives lie near the edges of a rule; of the devoted ones most rules are met, so that single ones decide.
  const devoted = random.chance(0.6);
  const joinedDaysAgo = random.from(devoted ? [29, 30, 31, 100, 250, 400] : [0, 1, 2, 15, 29, 30, 31, 100, 250, 400]);
  const earliest = random.chance(devoted ? 0.3 : 0.1) ? Math.min(joinedDaysAgo, random.from([179, 181, 185, 200])) : 0;
  const visits = Math.min(joinedDaysAgo - earliest + 1, random.from(devoted ? [9, 10, 11, 25] : [0, 1, 2, 3, 9, 10, 11, 25]));
  const read = random.from(devoted ? [4, 5, 6] : [0, 1, 3, 5, 6]);
  const days = new Map(Array.from({ length: visits }, (_, i) => [earliest + i, read] as const));
  const many = random.from(devoted ? [9, 10, 11, 14] : [0, 1, 2, 9, 10, 11, 14]);
  const removedShare = random.from(devoted ? [0, 0, 0.1] : [0, 0, 0.1, 0.5, 1]);
  const acceptedShare = random.from([0, 0.1, 0.2, 0.4]);
  const helpfulShare = random.from([0, 0.1, 0.2, 0.4]);
  const namelessShare = random.from([0, 0, 0.1, 0.3]);
  return {
    joinedDaysAgo, days,
    posts: Array.from({ length: many }, () => ({ daysAgo: earliest + random.below(Math.max(1, joinedDaysAgo - earliest)), removed: random.chance(removedShare), accepted: random.chance(acceptedShare), helpful: random.chance(helpfulShare) ? 1 + random.below(2) : 0, nameless: random.chance(namelessShare) })),
    removals: Array.from({ length: random.from(devoted ? [0, 0, 0, 0, 1, 3] : [0, 0, 1, 2, 3, 4]) }, () => ({ daysAgo: random.from([0, 30, 58, 59, 60, 61, 90]), undone: random.chance(0.2), overturned: random.chance(0.2), nameless: random.chance(0.3) })),
  };
}

describe('the rules', () => {
  test('200 random histories give the level that the rules tell, and the table alone gives it too', () => {
    const random = randomFrom(311);
    const reached: Record<Level, number> = { new: 0, member: 0, trusted: 0 };
    for (let n = 0; n < 200; n++) {
      const life = someLife(random);
      const { id } = live(life);
      const facts = trustFacts(id, now);
      const level = computeTrust(id, now);
      const told = JSON.stringify({ ...life, days: [...life.days] });
      expect([n, level, told]).toEqual([n, expected(life), told]);
      // The table, read as the page prints it: every rule of the level and of those below is met, and one of the next is not.
      const met = (of: Level) => trustRules.filter((rule) => rule.level === of).every((rule) => {
        const amount = Number(/\d+/.exec(rule.words.replace('no post', '0 posts'))?.[0] ?? (rule.measure === 'removals' ? 0 : NaN));
        return rule.is === 'at least' ? facts[rule.measure] >= amount : facts[rule.measure] <= amount;
      });
      expect(level).toBe(!met('member') ? 'new' : met('trusted') ? 'trusted' : 'member');
      expect(levelOf(id)).toBe(level);
      const next = towards(facts, level);
      expect(level === 'trusted' ? next : (next?.todo.length ?? 0) + (next?.against.length ?? 0)).toSatisfy((found: unknown) => (level === 'trusted' ? found === null : Number(found) > 0));
      reached[level]++;
    }
    for (const level of ['new', 'member', 'trusted'] as const) expect(reached[level], JSON.stringify(reached)).toBeGreaterThan(4);
  });

  test('doing exactly what the page says leads to the next level', () => {
    const random = randomFrom(8);
    const measures = ['daysSinceJoining', 'daysVisited', 'threadsRead', 'postsStanding', 'helpful'] as const;
    for (let n = 0; n < 200; n++) {
      const facts: TrustFacts = { daysSinceJoining: random.below(40), daysVisited: random.below(15), threadsRead: random.below(60), postsStanding: random.below(14), helpful: random.below(5), removals: 0, daysAway: 0 };
      const level = levelFor(facts);
      const next = towards(facts, level);
      if (!next) continue;
      const more = { ...facts };
      for (const measure of measures) {
        const needed = trustRules.filter((rule) => rule.measure === measure && rule.missing);
        const line = next.todo.find((todo) => needed.some((rule) => rule.missing?.(rule.amount - facts[measure]) === todo));
        if (line) more[measure] += Number(/^\d+/.exec(line)?.[0]);
      }
      expect([next.level, 'trusted']).toContain(levelFor(more));
    }
  });
});

test('accepting one’s own answer counts for nothing', () => {
  const { id } = live({ joinedDaysAgo: 40, days: new Map(), posts: [{ daysAgo: 1, removed: false, accepted: true }], removals: [] });
  expect(trustFacts(id, now).helpful).toBe(1);
  db.update(acceptedAnswers).set({ byId: id }).where(eq(acceptedAnswers.postId, db.select({ id: posts.id }).from(posts).where(eq(posts.authorId, id)))).run();
  expect(trustFacts(id, now).helpful).toBe(0);
});

test('marking as helpful counts at once, and taking it back too', () => {
  const almost = { joinedDaysAgo: 60, days: new Map(Array.from({ length: 12 }, (_, i) => [i, 5] as const)), removals: [], posts: Array.from({ length: 10 }, (_, i) => ({ daysAgo: i + 1, removed: false, accepted: i < 2 })) };
  const { id } = live(almost);
  db.update(members).set({ createdAt: addDays(new Date(), -60) }).where(eq(members.id, id)).run();
  expect(computeTrust(id)).toBe('member');
  const postId = db.select({ id: posts.id }).from(posts).where(eq(posts.authorId, id)).orderBy(posts.id).all().at(-1)?.id ?? 0;
  react(rosa, { postId, give: 'helpful' });
  expect(levelOf(id)).toBe('trusted');
  react(rosa, { postId, take: 'helpful' });
  expect(levelOf(id)).toBe('member');
});

describe('levels', () => {
  const good: Life = {
    joinedDaysAgo: 60, days: new Map(Array.from({ length: 12 }, (_, i) => [i, 5] as const)), removals: [],
    posts: Array.from({ length: 10 }, (_, i) => ({ daysAgo: i + 1, removed: false, accepted: i < 3 })),
  };

  test('rise and fall with the reason in words, and what is lost is told by mail', () => {
    const { id, email } = live(good);
    expect(computeTrust(id, now)).toBe('trusted');
    expect(trustOf(id).changes).toMatchObject([{ from: 'new', to: 'trusted', reason: 'You have met all rules for a trusted member.', byCoordinator: false }]);
    expect(lettersTo(email)).toEqual([]);
    const flagged = db.insert(cases).values({ kind: 'flags', memberId: id, closedAt: now }).returning().get();
    const removal = db.insert(decisions).values({ caseId: flagged.id, outcome: 'remove', reason: 'Because.', deciderId: nadia.id, authorId: id, at: now }).returning().get();
    expect(computeTrust(id, addDays(now, 0.01))).toBe('member');
    expect(trustOf(id).changes[0]?.reason).toBe('The rules for a trusted member are not met any more: a post was removed after flags in the last 60 days.');
    expect(lettersTo(email).at(-1)?.text.replace(/\s+/g, ' ')).toContain('a post was removed after flags');
    db.update(decisions).set({ overturnedAt: now }).where(eq(decisions.id, removal.id)).run();
    expect(computeTrust(id, addDays(now, 0.02))).toBe('trusted');
    expect(computeTrust(id, addDays(now, 182))).toBe('member');
    expect(trustOf(id).changes[0]?.reason).toContain('an absence of more than 180 days');
  });

  test('are computed for everybody, and a locked one stays', async () => {
    const free = live(good);
    const locked = live(good);
    db.insert(trustLevels).values({ memberId: locked.id, level: 'new', locked: true }).run();
    await computeAllTrust(now);
    expect([levelOf(free.id), levelOf(locked.id)]).toEqual(['trusted', 'new']);
  });

  test('a coordinator sets one with a reason, which is logged and not public, and can leave it to the rules', () => {
    const { id } = live({ ...good, posts: [] });
    const member = { id, role: 'member' as const };
    expect(() => setTrust(rosa, { memberId: id, level: 'trusted', reason: 'A friend.' })).toThrow(Denied);
    expect(() => setTrust(nadia, { memberId: nadia.id, level: 'trusted', reason: 'Myself.' })).toThrow(Denied);
    setTrust(nadia, { memberId: id, level: 'trusted', reason: 'Known from the conference.' });
    expect([levelOf(id), isTrusted(member), computeTrust(id, now)]).toEqual(['trusted', true, 'trusted']);
    expect(trustOf(id)).toMatchObject({ locked: true, changes: [{ to: 'trusted', reason: 'A coordinator has set it: Known from the conference.', byCoordinator: true }] });
    expect(readLog(nadia, null).lines[0]).toMatchObject({ act: 'set trust', reason: 'Known from the conference.' });
    expect(JSON.stringify(readPublicLog(null))).not.toContain('conference');
    setTrust(nadia, { memberId: id, level: 'rules', reason: 'As everybody.' });
    expect([levelOf(id), trustOf(id).locked]).toEqual(['new', false]);
  });

  test('coordinators stand above them; nobody known is new', () => {
    expect([standingOf(nadia), standingOf(rosa), levelOf(987_654)]).toEqual(['coordinator', 'member', 'new']);
  });

  test('activity of a day adds up, and tells no pages', () => {
    addActivity([{ memberId: rosa.id, day: '2026-11-01', threadsRead: 2 }, { memberId: 987_654, day: '2026-11-01', threadsRead: 1 }]);
    addActivity([{ memberId: rosa.id, day: '2026-11-01', threadsRead: 3 }]);
    expect(db.select().from(memberActivity).where(and(eq(memberActivity.memberId, rosa.id), eq(memberActivity.day, '2026-11-01'))).all()).toEqual([{ memberId: rosa.id, day: '2026-11-01', threadsRead: 5 }]);
    expect(db.select().from(memberActivity).where(eq(memberActivity.memberId, 987_654)).all()).toEqual([]);
  });

  test('what the pages note is written with the reads: a thread counts once a day', () => {
    noteVisit(rosa.id);
    for (const thread of [1, 1, 2, 1]) noteThreadRead(rosa.id, thread);
    noteVisit(nadia.id);
    writeReads();
    noteThreadRead(rosa.id, 2);
    noteThreadRead(rosa.id, 3);
    noteVisit(rosa.id);
    writeReads();
    const of = (memberId: number) => db.select({ n: memberActivity.threadsRead }).from(memberActivity).where(and(eq(memberActivity.memberId, memberId), eq(memberActivity.day, isoDate(new Date())))).get()?.n;
    expect([of(rosa.id), of(nadia.id)]).toEqual([3, 0]);
  });

  test('the database refuses levels there are not', () => {
    expect(() => db.$client.prepare('update trust_levels set level = ? where member_id = ?').run('king', rosa.id)).toThrow(/CHECK/);
    expect(db.select().from(trustChanges).where(eq(trustChanges.memberId, rosa.id)).all()).toEqual([]);
    expect(db.select({ id: threads.id }).from(threads).all()).toHaveLength(1);
  });
});
