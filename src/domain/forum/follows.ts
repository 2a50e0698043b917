import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { db, follows, forums, mailStops, members, prepared, themes, threads, transaction } from '#db/client.ts';
import { blockedBy } from '../blocked.ts';
import { Invalid, NotFound } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustSignIn } from '../people/permissions.ts';
import { safeNext } from '../people/signing-in.ts';
import type { Member, Viewer } from '../people/types.ts';
import { notificationSettingsOf } from './notification-settings.ts';
import { findThread } from './threads.ts';

export const followKinds = ['thread', 'forum', 'theme', 'member'] as const;
export type FollowKind = (typeof followKinds)[number];

/**
 * How closely a member follows something, from nothing to everything:
 * - `muted`: they are told of nothing in it, not even that they are mentioned, and it is in no list and no count of theirs;
 * - `normal`: they are told when somebody mentions or quotes them;
 * - `first-post`: also of every new thread in the forum, on the theme, by the member; of replies not;
 * - `tracking`: as normal, and the header counts its threads with something unread;
 * - `following`: as tracking, and they are told of every new post, new threads included.
 *
 * A level that stands on the thread itself decides. Otherwise muted anywhere (its forum, one of its themes, who started it) wins, and then the
 * highest of them. What a muted member writes is told of nowhere. What coordinators decide about one's own posts and flags is told whatever is muted.
 */
export const followLevels = ['muted', 'normal', 'first-post', 'tracking', 'following'] as const;
export type FollowLevel = (typeof followLevels)[number];

/** The levels in words, for forms. A thread has one opening post, so its followers cannot wait for another. */
export function levelOptions(kind: FollowKind): { value: FollowLevel; label: string }[] {
  const words: Record<FollowLevel, string> = {
    muted: 'Muted: tell me nothing', normal: 'Normal: when I am mentioned', 'first-post': 'New threads: tell me of them',
    tracking: 'Tracking: count unread', following: kind === 'thread' ? 'Following: every reply' : 'Following: every post',
  };
  return followLevels.filter((level) => kind !== 'thread' || level !== 'first-post').map((value) => ({ value, label: words[value] }));
}

/** What will happen from now on, in a sentence or two: said after a level was set. */
export function whatFollows(kind: FollowKind, level: FollowLevel): string {
  return kind === 'member' ? ofMembers[level] : level === 'following' ? `From now on you are told of every ${kind === 'thread' ? 'reply' : 'post'} in it.` : ofPlaces[level];
}
const ofPlaces: Record<Exclude<FollowLevel, 'following'>, string> = {
  muted: 'Muted: you are told of nothing in it, not even that somebody mentions you.',
  normal: 'Normal: you are told when somebody mentions or quotes you in it, and of nothing else.',
  'first-post': 'From now on you are told of every new thread in it, not of the replies.',
  tracking: 'From now on what is unread in it is counted at the top of every page. No letters.',
};
const ofMembers: Record<FollowLevel, string> = {
  muted: 'Muted: you are told of nothing that they write, not even that they mention you. What they reply in threads of others counts as unread all the same.',
  normal: 'Normal: you are told when they mention or quote you, and of nothing else.',
  'first-post': 'From now on you are told of every thread that they start, not of their replies.',
  tracking: 'From now on what is unread in their threads is counted at the top of every page. No letters.',
  following: 'From now on you are told of everything that they write.',
};

/** Whether a level brings letters, for whoever wants letters at all. */
export const bringsLetters = (level: FollowLevel): boolean => level === 'following' || level === 'first-post';

export const followInput = z.object({
  kind: z.enum(followKinds), ref: z.string().min(1).max(200), level: z.enum(followLevels, { error: 'Please choose one.' }),
  /** Where to go afterwards. */
  back: z.string().max(2_000).nullish(),
});

/** The address of a page with what was set, so that it says what will happen. */
function saying(path: string, subject: string): string {
  const url = new URL(path, 'http://hub');
  url.searchParams.set('set', subject);
  return url.pathname + url.search + url.hash;
}

/** Sets how closely the actor follows something that they may see. Choosing a thread again also lets letters about it come again. Throws NotFound, Gone, Invalid, TooMany. */
export function follow(actor: Member, { kind, ref: given, level, back }: z.output<typeof followInput>): { url: string } {
  mustSignIn(actor);
  countAttempt('followPerMember', actor.id);
  if (kind === 'thread' && level === 'first-post') throw new Invalid({ level: 'A thread is followed as a whole, or not.' });
  const ref = refOf(actor, kind, given, level);
  if (kind === 'member' && blockedBy(actor).has(Number(ref))) throw new Invalid({ level: 'You have blocked this member, so nothing they write is told to you. Unblock them first.' });
  if (kind === 'member' && ref === String(actor.id)) throw new Invalid({ level: 'You cannot follow or mute yourself.' });
  transaction(() => {
    const which = and(eq(follows.memberId, actor.id), eq(follows.kind, kind), eq(follows.ref, ref));
    db.delete(follows).where(which).run();
    // A thread that was set to normal stays so, whatever its forum is and whoever replies.
    if (level !== 'normal' || (kind === 'thread' && isThread(ref))) db.insert(follows).values({ memberId: actor.id, kind, ref, level }).run();
    if (kind === 'thread' && level === 'following') db.delete(mailStops).where(and(eq(mailStops.memberId, actor.id), eq(mailStops.subject, `thread-${ref}`))).run();
  });
  return { url: saying(safeNext(back ?? '/account/notifications'), `${kind}-${ref}`) };
}

const isNumber = /^[1-9]\d{0,14}$/;
const isThread = (ref: string) => isNumber.test(ref) && db.select({ id: threads.id }).from(threads).where(eq(threads.id, Number(ref))).get() !== undefined;

/** What is followed, written in one way only; of a merged thread the one it went into. What is gone can still be let go of. Throws NotFound, Gone. */
function refOf(actor: Member, kind: FollowKind, given: string, level: FollowLevel): string {
  try {
    if (kind !== 'theme' && !isNumber.test(given)) throw new NotFound('This is not here any more.');
    if (kind === 'thread') return String(findThread(actor, Number(given)).id);
    mustBeThere(kind, given);
  } catch (error) {
    if (level !== 'normal') throw error;
  }
  return given;
}

function mustBeThere(kind: Exclude<FollowKind, 'thread'>, ref: string): void {
  const there = kind === 'forum' ? db.select({ id: forums.id }).from(forums).where(eq(forums.id, Number(ref))).get()
    : kind === 'theme' ? db.select({ code: themes.code }).from(themes).where(eq(themes.code, ref)).get()
    : db.select({ id: members.id }).from(members).where(and(eq(members.id, Number(ref)), isNotNull(members.emailConfirmedAt), isNull(members.application))).get();
  if (!there) throw new NotFound('This is not here any more.');
}

/** How closely the viewer has set to follow something; normal for visitors and where nothing is set. */
export function followLevelOf(viewer: Viewer, kind: FollowKind, ref: string | number): FollowLevel {
  if (!viewer) return 'normal';
  return (levelOf().get(viewer.id, kind, String(ref)) as FollowLevel | undefined) ?? 'normal';
}
const levelOf = prepared((d) => d.$client.prepare('select level from follows where member_id = ? and kind = ? and ref = ?').pluck());

/** Follows a thread for whoever starts it or replies, as their settings say, unless they have chosen something for it. Call inside the transaction of the post. */
export function followByWriting(memberId: number, threadId: number, how: 'started' | 'replied'): void {
  const level = notificationSettingsOf(memberId)[how];
  if (level !== 'normal') byWriting().run(memberId, String(threadId), level);
}
const byWriting = prepared((d) => d.$client.prepare(`insert into follows (member_id, kind, ref, level, auto) values (?, 'thread', ?, ?, 1) on conflict do nothing`));
