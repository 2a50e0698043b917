import { setImmediate as afterOthers } from 'node:timers/promises';
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { db, members, prepared, transaction, trustChanges, trustLevels } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { isNamelessPost } from '../anonymity.ts';
import { post } from '../mail/outbox.ts';
import { levelOf, levels, levelWords, type Level } from './levels.ts';

/** What the rules look at: everything in whole days and counts. What was written without a name counts nowhere: a level that moves with it would tell whose it is. */
export interface TrustFacts {
  daysSinceJoining: number;
  /** Days on which they were here, signed in. */
  daysVisited: number;
  /** Since they were here last. */
  daysAway: number;
  threadsRead: number;
  /** Posts and comments that still stand. */
  postsStanding: number;
  /** Posts that somebody else accepted as an answer or marked as helpful, each once. */
  helpful: number;
  /** Posts removed by a decision in the last 60 days that was neither undone nor overturned. */
  removals: number;
}

interface Rule {
  level: Exclude<Level, 'new'>;
  measure: keyof TrustFacts;
  /** Which side of `amount` is right, the amount itself included. */
  is: 'at least' | 'at most';
  amount: number;
  /** As the page says it. */
  words: string;
  /** What is still to come, of an `at least`, by how many are missing. */
  missing?: (n: number) => string;
  /** Why a level was lost or is not reached, of an `at most`. */
  because?: string;
}

const count = (n: number, one: string, many: string) => `${n} more ${n === 1 ? one : many}`;

/** The published rules: whoever meets all rules of a level, and of those below it, has it. Behaviour and page are made from this one table. */
export const trustRules: readonly Rule[] = [
  { level: 'member', measure: 'daysSinceJoining', is: 'at least', amount: 1, words: 'joined at least 1 day ago', missing: (n) => `${count(n, 'day', 'days')} since joining` },
  { level: 'member', measure: 'daysVisited', is: 'at least', amount: 2, words: 'was here, signed in, on 2 days', missing: (n) => `${count(n, 'day', 'days')} here, signed in` },
  { level: 'member', measure: 'threadsRead', is: 'at least', amount: 10, words: 'has read 10 threads', missing: (n) => `${count(n, 'thread', 'threads')} to read` },
  { level: 'member', measure: 'postsStanding', is: 'at least', amount: 1, words: 'has written 1 post or comment that stands', missing: (n) => `${count(n, 'post or comment', 'posts or comments')} that stands` },
  { level: 'member', measure: 'removals', is: 'at most', amount: 2, words: 'has had no more than 2 posts removed after flags in the last 60 days', because: 'more than 2 posts were removed after flags in the last 60 days' },
  { level: 'trusted', measure: 'daysSinceJoining', is: 'at least', amount: 30, words: 'joined at least 30 days ago', missing: (n) => `${count(n, 'day', 'days')} since joining` },
  { level: 'trusted', measure: 'daysVisited', is: 'at least', amount: 10, words: 'was here, signed in, on 10 days', missing: (n) => `${count(n, 'day', 'days')} here, signed in` },
  { level: 'trusted', measure: 'threadsRead', is: 'at least', amount: 50, words: 'has read 50 threads', missing: (n) => `${count(n, 'thread', 'threads')} to read` },
  { level: 'trusted', measure: 'postsStanding', is: 'at least', amount: 10, words: 'has written 10 posts or comments that stand', missing: (n) => `${count(n, 'post or comment', 'posts or comments')} that stand` },
  { level: 'trusted', measure: 'helpful', is: 'at least', amount: 3, words: 'has 3 posts that somebody else accepted as an answer or marked as helpful', missing: (n) => `${count(n, 'post', 'posts')} that somebody else accepts as an answer or marks as helpful` },
  { level: 'trusted', measure: 'removals', is: 'at most', amount: 0, words: 'has had no post removed after flags in the last 60 days', because: 'a post was removed after flags in the last 60 days' },
  { level: 'trusted', measure: 'daysAway', is: 'at most', amount: 180, words: 'was here in the last 180 days', because: 'an absence of more than 180 days' },
];

const holds = (rule: Rule, facts: TrustFacts) => (rule.is === 'at least' ? facts[rule.measure] >= rule.amount : facts[rule.measure] <= rule.amount);

/** The level that the rules give for these facts. */
export function levelFor(facts: TrustFacts): Level {
  const broken = trustRules.filter((rule) => !holds(rule, facts)).map((rule) => rule.level);
  return broken.includes('member') ? 'new' : broken.includes('trusted') ? 'member' : 'trusted';
}

/** What keeps these facts from the level after `from`: what is still to do, and what stands against it. Null when there is no next level. */
export function towards(facts: TrustFacts, from: Level): { level: Level; todo: string[]; against: string[] } | null {
  const level = levels[levels.indexOf(from) + 1];
  if (!level) return null;
  const open = trustRules.filter((rule) => levels.indexOf(rule.level) <= levels.indexOf(level) && !holds(rule, facts));
  // Where both levels ask for the same thing, the higher amount says it.
  const last = open.filter((rule, i) => !open.slice(i + 1).some((later) => later.measure === rule.measure));
  return {
    level,
    todo: last.flatMap((rule) => (rule.missing ? [rule.missing(rule.amount - facts[rule.measure])] : [])),
    against: last.flatMap((rule) => (rule.because ? [rule.because] : [])),
  };
}

const named = `not ${isNamelessPost('p.id')}`;
const factsById = prepared((d) => d.$client.prepare(`
  select cast((@now - m.created_at) / 86400000 as integer) as daysSinceJoining,
    (select count(*) from member_activity a where a.member_id = m.id) as daysVisited,
    (select coalesce(sum(a.threads_read), 0) from member_activity a where a.member_id = m.id) as threadsRead,
    max(0, cast((@now - max(m.created_at,
      coalesce((select unixepoch(max(a.day)) * 1000 from member_activity a where a.member_id = m.id), 0),
      coalesce((select max(p.created_at) from posts p where p.author_id = m.id and ${named}), 0))) / 86400000 as integer)) as daysAway,
    (select count(*) from posts p join threads t on t.id = p.thread_id
      where p.author_id = m.id and (p.removed_at is null or p.hidden) and (t.removed_at is null or t.hidden) and ${named}) as postsStanding,
    (select count(*) from posts p where p.author_id = m.id and p.removed_at is null and ${named}
      and (exists (select 1 from accepted_answers x where x.post_id = p.id and x.by_id <> m.id)
        or exists (select 1 from reactions r where r.post_id = p.id and r.kind = 'helpful' and r.member_id <> m.id))) as helpful,
    (select count(*) from decisions x join cases c on c.id = x.case_id where x.author_id = m.id and x.outcome = 'remove' and c.kind = 'flags'
      and x.undone_at is null and x.overturned_at is null and x.at > @now - 60 * 86400000
      and not ${isNamelessPost('c.post_id')}) as removals
  from members m where m.id = @id`));

/** What the rules look at, for one member now. */
export function trustFacts(memberId: number, now = new Date()): TrustFacts {
  const facts = factsById().get({ id: memberId, now: now.getTime() }) as TrustFacts | undefined;
  if (!facts) throw new Error('There is no such member.');
  return facts;
}

/** Brings a member's level in step with the rules, unless a coordinator has set it; keeps why, and tells the member what they lost. Joins a transaction. */
export function computeTrust(memberId: number, now = new Date()): Level {
  return transaction(() => {
    const known = db.select().from(trustLevels).where(eq(trustLevels.memberId, memberId)).get();
    const from = known?.level ?? 'new';
    if (known?.locked) return from;
    const facts = trustFacts(memberId, now);
    const to = levelFor(facts);
    if (to !== from) changeLevel({ memberId, from, to, reason: reasonOf(facts, from, to), byId: null, locked: false });
    return to;
  });
}

function reasonOf(facts: TrustFacts, from: Level, to: Level): string {
  if (levels.indexOf(to) > levels.indexOf(from)) return `You have met all rules for a ${levelWords[to]}.`;
  const open = towards(facts, to);
  const why = [...(open?.against ?? []), ...(open?.todo ?? []).map((what) => `the rules ask for ${what}`)];
  return `The rules for a ${levelWords[from]} are not met any more: ${why.join('; ')}.`;
}

/** Writes a level with its history, and a letter when it was lowered. Call inside a transaction. */
export function changeLevel({ locked, ...change }: { memberId: number; from: Level; to: Level; reason: string; byId: number | null; locked: boolean }): void {
  const { memberId, from, to, reason } = change;
  db.insert(trustLevels).values({ memberId, level: to, locked }).onConflictDoUpdate({ target: trustLevels.memberId, set: { level: to, locked } }).run();
  if (from === to) return;
  db.insert(trustChanges).values(change).run();
  if (levels.indexOf(to) > levels.indexOf(from)) return;
  const member = db.select({ email: members.email, handle: members.handle }).from(members).where(eq(members.id, memberId)).get();
  if (member) post(member.email, `You are a ${levelWords[to]} on ${settings().name} now`, [
    `Until now you were a ${levelWords[from]}; now you are a ${levelWords[to]}.`, `The reason: ${reason}`,
    `What that means, and what brings the level back: ${settings().url}/members/${member.handle}`,
  ]);
}

/** Computes the level of every confirmed member, in portions, so that others are served meanwhile. */
export async function computeAllTrust(now = new Date()): Promise<void> {
  const ids = db.select({ id: members.id }).from(members).where(isNotNull(members.emailConfirmedAt)).all();
  for (let i = 0; i < ids.length; i += 100) {
    transaction(() => { for (const { id } of ids.slice(i, i + 100)) computeTrust(id, now); });
    await afterOthers();
  }
}

export interface TrustView {
  level: Level;
  /** A coordinator has set it: the rules do not change it. */
  locked: boolean;
  facts: TrustFacts;
  next: ReturnType<typeof towards>;
  changes: { from: Level; to: Level; reason: string; at: Date; byCoordinator: boolean }[];
}

/** A member's level, what comes next and what happened before, newest first. For the member and for coordinators: the page asks only for them. */
export function trustOf(memberId: number): TrustView {
  const facts = trustFacts(memberId);
  const row = db.select().from(trustLevels).where(and(eq(trustLevels.memberId, memberId))).get();
  const level = levelOf(memberId);
  const changes = db.select().from(trustChanges).where(eq(trustChanges.memberId, memberId)).orderBy(desc(trustChanges.id)).limit(20).all();
  return {
    level, locked: row?.locked ?? false, facts, next: towards(facts, level),
    changes: changes.flatMap(({ from, to, reason, at, byId }) => (isLevel(from) && isLevel(to) ? [{ from, to, reason, at, byCoordinator: byId !== null }] : [])),
  };
}

const isLevel = (word: string): word is Level => levels.some((level) => level === word);
