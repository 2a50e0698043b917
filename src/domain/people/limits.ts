import { and, eq, lt, notLike, or, sql } from 'drizzle-orm';
import { attempts, db, transaction } from '#db/client.ts';
import { Invalid, TooMany } from '../errors.ts';
import { standingOf, type Standing } from './levels.ts';
import type { Member } from './types.ts';

export interface Limit {
  /** How many within the window. */
  most: number;
  /** Length of the window in seconds; it starts with the first attempt. */
  seconds: number;
}

/** Every limit of the hub in one place. */
export const limits = {
  signInPerAccount: { most: 10, seconds: 15 * 60 },
  signInPerAddress: { most: 120, seconds: 15 * 60 },
  /** From all addresses together: guessing from many of them is slow too; a mailed link still lets the owner in. */
  signInAnywhere: { most: 100, seconds: 60 * 60 },
  /** A training room joins from one address: forty people, some of them twice or three times. */
  joinPerAddress: { most: 120, seconds: 60 * 60 },
  /** Letters to an address that anybody can name. */
  joinPerEmail: { most: 5, seconds: 60 * 60 },
  resetPerAccount: { most: 5, seconds: 60 * 60 },
  resetPerAddress: { most: 60, seconds: 60 * 60 },
  /** A training room signs in by mailed links: forty people, some of them twice or three times. */
  linkAskedPerAddress: { most: 120, seconds: 60 * 60 },
  /** Links that sign in; past it the last one stays good, so the window is no longer than its life. */
  linkPerAccount: { most: 5, seconds: 15 * 60 },
  proofLinkPerMember: { most: 5, seconds: 15 * 60 },
  /** Links that confirm, mailed again at signing in; past it the last one stays good. */
  confirmPerAccount: { most: 5, seconds: 60 * 60 },
  challengePerAddress: { most: 60, seconds: 15 * 60 },
  /** Codes of the authenticator app. Three of a million fit at a time. */
  codePerAccount: { most: 10, seconds: 15 * 60 },
  codePerMember: { most: 20, seconds: 60 * 60 },
  emailPerMember: { most: 5, seconds: 60 * 60 },
  /** Of links that nobody guesses, also with a wrong password; as many as join. */
  linkPerAddress: { most: 120, seconds: 60 * 60 },
  invitePerMember: { most: 10, seconds: 24 * 60 * 60 },
  invitePerCoordinator: { most: 100, seconds: 60 * 60 },
  /** Lists of up to 500 people. */
  inviteManyPerCoordinator: { most: 10, seconds: 60 * 60 },
  /** Letters of members to somebody who has not asked for any. */
  letterPerInvitation: { most: 3, seconds: 24 * 60 * 60 },
  /** Members must not use up what coordinators send. */
  letterPerInvitationOfCoordinators: { most: 3, seconds: 24 * 60 * 60 },
  /** Asked for by whoever names the address: it must not use up what coordinators send. */
  lostPerInvitation: { most: 2, seconds: 24 * 60 * 60 },
  /** Letters that were asked for as lost. */
  lostPerAddress: { most: 10, seconds: 60 * 60 },
  /** Letters to the coordinators about who waits to be let in. */
  letterOfWaiting: { most: 1, seconds: 24 * 60 * 60 },
  vouchPerMember: { most: 10, seconds: 24 * 60 * 60 },
  /** The same word by the same member: what was taken away is not said again soon. */
  vouchForMember: { most: 1, seconds: 30 * 24 * 60 * 60 },
  postPerMember: { most: 30, seconds: 10 * 60 },
  editPerMember: { most: 60, seconds: 10 * 60 },
  previewPerMember: { most: 120, seconds: 10 * 60 },
  filePerMember: { most: 60, seconds: 60 * 60 },
  /** Saved every few seconds while somebody types. */
  draftPerMember: { most: 400, seconds: 10 * 60 },
  strayPerAddress: { most: 30, seconds: 60 * 60 },
  strayFormPerAddress: { most: 30, seconds: 60 * 60 },
  profilePerMember: { most: 20, seconds: 60 * 60 },
  suggestPerMember: { most: 10, seconds: 60 * 60 },
  wordPerMember: { most: 10, seconds: 60 * 60 },
  lookUpPerMember: { most: 30, seconds: 10 * 60 },
  collectPerMember: { most: 240, seconds: 10 * 60 },
  saveSearchPerMember: { most: 120, seconds: 10 * 60 },
  followPerMember: { most: 240, seconds: 10 * 60 },
  reactPerMember: { most: 60, seconds: 10 * 60 },
  exportPerMember: { most: 3, seconds: 60 * 60 },
  threadPerMember: { most: 10, seconds: 60 * 60 },
} satisfies Record<string, Limit>;

type OfMembers = Exclude<Extract<keyof typeof limits, `${string}PerMember`>, 'proofLinkPerMember' | 'codePerMember' | 'emailPerMember'>;

/** What the limits of members count, as the page about trust says it; those that guard accounts are not among them. */
const countedActs: Record<OfMembers, string> = {
  postPerMember: 'Posts and comments', threadPerMember: 'Threads', editPerMember: 'Edits, words that an answer works elsewhere too, and answers to corrections', reactPerMember: 'Reactions',
  previewPerMember: 'Previews', draftPerMember: 'Drafts saved', filePerMember: 'Files and photos', profilePerMember: 'Changes to a profile, and to the facts of a place',
  followPerMember: 'Choices of what to follow or mute, and whom to block', collectPerMember: 'Changes to reading lists and bookmarks', saveSearchPerMember: 'Changes to saved searches',
  suggestPerMember: 'Works suggested', lookUpPerMember: 'Works looked up', wordPerMember: 'Words suggested', invitePerMember: 'Invitations by those who are no coordinators', vouchPerMember: `Members vouched for, the same one again after ${limits.vouchForMember.seconds / 86_400} days`, exportPerMember: 'Copies of one’s own data',
};

/** The limits that hold for every member whatever their level, in words: what is counted, and how much of it in how long. */
export function limitsForAll(): { what: string; most: string }[] {
  return (Object.entries(countedActs) as [OfMembers, string][]).map(([name, what]) => ({ what, most: `${limits[name].most} in ${spanWords(limits[name].seconds)}` }));
}

const spanWords = (seconds: number) => (seconds === 86_400 ? 'a day' : seconds === 3_600 ? 'an hour' : `${seconds / 60} minutes`);

/** What members may do by where they stand: little at first, more with time. */
export interface LevelLimits {
  /** Links to other sites in one post. */
  linksPerPost: number;
  imagesPerPost: number;
  /** Members that one post may call by @name. */
  mentionsPerPost: number;
  threadsPerDay: number;
  postsPerHour: number;
  flagsPerDay: number;
  /** "Works for us too", below answers of others. */
  confirmationsPerDay: number;
}

export const levelLimits: Record<Standing, LevelLimits> = {
  new: { linksPerPost: 2, imagesPerPost: 1, mentionsPerPost: 3, threadsPerDay: 2, postsPerHour: 5, flagsPerDay: 3, confirmationsPerDay: 3 },
  member: { linksPerPost: 20, imagesPerPost: 10, mentionsPerPost: 10, threadsPerDay: 20, postsPerHour: 60, flagsPerDay: 10, confirmationsPerDay: 20 },
  trusted: { linksPerPost: 60, imagesPerPost: 20, mentionsPerPost: 20, threadsPerDay: 40, postsPerHour: 120, flagsPerDay: 30, confirmationsPerDay: 40 },
  coordinator: { linksPerPost: 200, imagesPerPost: 40, mentionsPerPost: 50, threadsPerDay: 100, postsPerHour: 200, flagsPerDay: 100, confirmationsPerDay: 100 },
};

/** The limits of a member, by where they stand now. */
export function limitsFor(member: Member): LevelLimits {
  return levelLimits[standingOf(member)];
}

const timed = {
  threadsPerDay: { seconds: 86_400, what: (n: number) => `start ${n === 1 ? '1 thread' : `${n} threads`} a day` },
  postsPerHour: { seconds: 3_600, what: (n: number) => `write ${n} posts an hour` },
  flagsPerDay: { seconds: 86_400, what: (n: number) => `send ${n} flags a day` },
  confirmationsPerDay: { seconds: 86_400, what: (n: number) => `say ${n} times a day that an answer works elsewhere too` },
} as const;

/** Counts one act of a member against the limit of their level; throws Invalid at the field, in words, when it is reached. */
export function countForLevel(member: Member, limit: keyof typeof timed, field: string): void {
  const most = limitsFor(member)[limit];
  const { seconds, what } = timed[limit];
  const wait = waitAfterCounting(`${limit}:${member.id}`, { most, seconds });
  if (wait > 0) throw new Invalid({ [field]: `${levelName(member)} can ${what(most)}. Please try again in ${inWords(wait)}. What changes this: see the page about trust.` });
}

/** Throws Invalid at the field when a text has more links, images or mentions than the member's level allows. */
export function mustKeepToLevel(member: Member, counts: Partial<Pick<LevelLimits, 'linksPerPost' | 'imagesPerPost' | 'mentionsPerPost'>>, field: string): void {
  const most = limitsFor(member);
  const over = (['linksPerPost', 'imagesPerPost', 'mentionsPerPost'] as const).find((limit) => (counts[limit] ?? 0) > most[limit]);
  if (!over) return;
  const things = { linksPerPost: ['link to another site', 'links to other sites'], imagesPerPost: ['image', 'images'], mentionsPerPost: ['mention of a member', 'mentions of members'] }[over];
  throw new Invalid({ [field]: `${levelName(member)} can put ${most[over]} ${things[most[over] === 1 ? 0 : 1]} into a post; this one has ${counts[over]}.${over === 'mentionsPerPost' ? ' Whom it named before an edit counts too.' : ''} What changes this: see the page about trust.` });
}

const levelName = (member: Member) => ({ new: 'A new member', member: 'A member', trusted: 'A trusted member', coordinator: 'A coordinator' })[standingOf(member)];

const inWords = (seconds: number) => {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'a minute' : minutes > 72 * 60 ? `${Math.ceil(minutes / 24 / 60)} days` : minutes > 90 ? `${Math.ceil(minutes / 60)} hours` : `${minutes} minutes`;
};

/** Counts one attempt under a key; throws TooMany, with the wait in words, when the window is full. */
export function countAttempt(name: keyof typeof limits, who: string | number): void {
  const wait = waitAfterCounting(`${name}:${who}`, limits[name]);
  if (wait > 0) throw new TooMany(`That was too often in a short time. Please try again in ${inWords(wait)}.`, wait);
}

/** Counts one attempt under a key. Returns 0, or the seconds to wait when the window is full. */
function waitAfterCounting(key: string, limit: Limit): number {
  const now = new Date();
  const row = transaction(() => {
    const found = db.select().from(attempts).where(eq(attempts.key, key)).get();
    if (!found || found.resetsAt <= now) {
      const fresh = { key, count: 1, resetsAt: new Date(now.getTime() + limit.seconds * 1000) };
      db.insert(attempts).values(fresh).onConflictDoUpdate({ target: attempts.key, set: fresh }).run();
      return fresh;
    }
    if (found.count <= limit.most) db.update(attempts).set({ count: found.count + 1 }).where(eq(attempts.key, key)).run();
    return { ...found, count: found.count + 1 };
  });
  return row.count <= limit.most ? 0 : Math.max(1, Math.ceil((row.resetsAt.getTime() - now.getTime()) / 1000));
}

/** Counts one attempt and says whether it was within the limit; for answers that must not tell. */
export function isWithinLimit(name: keyof typeof limits, who: string | number): boolean {
  try {
    countAttempt(name, who);
    return true;
  } catch (error) {
    if (error instanceof TooMany) return false;
    throw error;
  }
}

/** Whether the next attempt would be past the limit; counts nothing. */
export function isUsedUp(name: keyof typeof limits, who: string | number): boolean {
  const found = db.select().from(attempts).where(eq(attempts.key, `${name}:${who}`)).get();
  return found !== undefined && found.resetsAt > new Date() && found.count >= limits[name].most;
}

/** Forgets a key, for instance after the right password. */
export function forgetAttempts(name: keyof typeof limits, who: string | number): void {
  db.delete(attempts).where(eq(attempts.key, `${name}:${who}`)).run();
}

/** Forgets every key that names a member, by number or whole address. */
export function forgetAttemptsOf(memberId: number, emails: readonly string[]): void {
  const named = (who: string | number) => sql`instr(' ' || replace(lower(${attempts.key}), ':', ' ') || ' ', ${` ${who} `}) > 0`;
  db.delete(attempts).where(or(and(named(memberId), notLike(attempts.key, 'letterPerInvitation%')), ...emails.map(named))).run();
}

/** Throws away windows that are over. */
export function forgetOldAttempts(): void {
  db.delete(attempts).where(lt(attempts.resetsAt, new Date())).run();
}
