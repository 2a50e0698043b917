import { formatDate } from '#lib/dates.ts';
import { isNameless } from '../anonymity.ts';
import { Denied, SignInRequired } from '../errors.ts';
import { standingOf, type Standing } from './levels.ts';
import type { Member, Role, Viewer, Visibility } from './types.ts';

/*
 * Who may do what. A coordinator of all has the role; a coordinator of some forums or themes has the role `member` and areas beside it, so that every
 * question about a coordinator is answered no for them. What is open to them asks about its subject: `canModerateForum` for one forum,
 * `canCurateThemes` for what carries these themes. Whoever forgets to pass the subject shuts them out and shows them nothing.
 * The page /permissions is made from these functions.
 */

/** What keeps a member from writing anything at all; null when nothing does. */
export function keptFromWriting(member: Member, now = new Date()): 'unconfirmed' | 'waiting' | 'suspended' | null {
  if (!member.emailConfirmed) return 'unconfirmed';
  if (member.waiting) return 'waiting';
  return isSuspended(member, now) ? 'suspended' : null;
}

/** Whether this is somebody who may write anything at all: confirmed, let in and not suspended. */
export function canWrite(viewer: Viewer, now = new Date()): viewer is Member {
  return viewer !== null && keptFromWriting(viewer, now) === null;
}

/** Whether the ways to write are shown: to who may write, and to visitors, who sign in on the way. */
export function isOfferedWriting(viewer: Viewer): boolean {
  return viewer === null || canWrite(viewer);
}

/** Whether a suspension is in force. */
export function isSuspended(member: Pick<Member, 'suspendedUntil'>, now = new Date()): boolean {
  return member.suspendedUntil !== null && member.suspendedUntil > now;
}

const hasRole = (member: Member) => member.role !== 'member';

/** Whether the viewer curates the whole library: publishes, edits, retires, imports, merges. */
export function canCurate(viewer: Viewer): viewer is Member {
  return canWrite(viewer) && hasRole(viewer);
}

/** Whether the viewer curates a resource that carries these themes: all coordinators, and those of one of the themes. */
export function canCurateThemes(viewer: Viewer, themes: readonly string[]): viewer is Member {
  return canWrite(viewer) && (hasRole(viewer) || themes.some((code) => viewer.areas.themes.includes(code)));
}

/** Whether the viewer curates anything: opens the desk of the library, which shows them what is theirs. */
export function canCurateSomething(viewer: Viewer): viewer is Member {
  return canWrite(viewer) && (hasRole(viewer) || viewer.areas.themes.length > 0);
}

/** Whether the viewer keeps order everywhere and sees the log. */
export function canModerate(viewer: Viewer): viewer is Member {
  return canCurate(viewer);
}

/** Whether the viewer keeps order in a forum: all coordinators, and its own. What stands in no forum, such as comments, is for all coordinators. */
export function canModerateForum(viewer: Viewer, forumId: number | null): viewer is Member {
  return canWrite(viewer) && (hasRole(viewer) || (forumId !== null && viewer.areas.forums.includes(forumId)));
}

/** Whether the viewer keeps order in any forum: opens the worklists, which show them what is theirs. */
export function canModerateSomething(viewer: Viewer): viewer is Member {
  return canWrite(viewer) && (hasRole(viewer) || viewer.areas.forums.length > 0);
}

/** Whether the viewer coordinates anything at all: has a desk. */
export function canCoordinateSomething(viewer: Viewer): viewer is Member {
  return canModerateSomething(viewer) || canCurateSomething(viewer);
}

/**
 * Whether the viewer writes, closes and opens as a coordinator in a thread: not where they write without their name, since what no member may do
 * would tell that a coordinator asked.
 */
export function canModerateIn(viewer: Viewer, thread: { id: number; forumId: number | null }): viewer is Member {
  return canModerateForum(viewer, thread.forumId) && !isNameless(viewer.id, thread.id);
}

/** Whether the viewer gives out roles, decides about the settings, and looks after how others sign in. */
export function canAdminister(viewer: Viewer): viewer is Member {
  return canWrite(viewer) && viewer.role === 'administrator';
}

type Person = { id: number; role: Role };

/** A coordinator may suspend members, those with areas too; an administrator everybody but administrators; nobody suspends themselves. */
export function canSuspend(actor: Viewer, member: Person): actor is Member {
  if (!canModerate(actor) || actor.id === member.id) return false;
  return member.role === 'member' || (canAdminister(actor) && member.role === 'coordinator');
}

/** An administrator gives anybody another role or areas, but not themselves. */
export function canAppoint(actor: Viewer, member: Person): actor is Member {
  return canAdminister(actor) && actor.id !== member.id;
}

/** An administrator sees where others are signed in, and ends it; themselves they find on their own account. */
export function canEndSessionsOf(actor: Viewer, member: Person): actor is Member {
  return canAdminister(actor) && actor.id !== member.id;
}

/** An administrator takes a lost second step away from others, who are told; their own they remove on their account's page. */
export function canRemoveSecondStep(actor: Viewer, member: Person): actor is Member {
  return canAdminister(actor) && actor.id !== member.id;
}

/** Whether the viewer reads what is for members: not who waits to be let in. */
export const canReadAsMember = (viewer: Viewer): viewer is Member => viewer !== null && !viewer.waiting;

/** Whether the viewer may see a field of a member's profile. */
export function canSeeField(viewer: Viewer, memberId: number, seenBy: Visibility): boolean {
  if (seenBy === 'everyone' || viewer?.id === memberId) return true;
  return seenBy === 'members' ? canReadAsMember(viewer) : seenBy === 'coordinators' && canModerate(viewer);
}

/** The forums in which the viewer keeps order, for lists: null stands for all of them. */
export function forumsOf(viewer: Viewer): readonly number[] | null {
  if (!canWrite(viewer)) return [];
  return hasRole(viewer) ? null : viewer.areas.forums;
}

/** The themes whose resources the viewer curates, for lists: null stands for the whole library. */
export function themesOf(viewer: Viewer): readonly string[] | null {
  if (!canWrite(viewer)) return [];
  return hasRole(viewer) ? null : viewer.areas.themes;
}

/** Whether the viewer invites people by mail: coordinators, and every member who is not new where the rules of joining say so. */
export function canInvite(viewer: Viewer, membersInvite: boolean, standing: Standing | null = viewer && standingOf(viewer)): viewer is Member {
  return canModerate(viewer) || (membersInvite && standing !== 'new' && canWrite(viewer));
}

/** For commands: throws what keeps this viewer from writing, in words. */
export function mustWrite(viewer: Viewer, now = new Date()): asserts viewer is Member {
  if (!viewer) throw new SignInRequired();
  const reason = keptFromWriting(viewer, now);
  if (reason === 'unconfirmed') throw new Denied('Please confirm your e-mail address first: we have sent you a link.');
  if (reason === 'waiting') throw new Denied('A coordinator has not let you in yet, so you can read but not write. Your account page says how it stands.');
  if (reason === 'suspended') throw new Denied(`Your account is suspended until ${formatDate(viewer.suspendedUntil ?? now)}, so you can read but not write. The reason is on your account page.`);
}

const signInFirst = () => new SignInRequired('This page is for coordinators: please sign in.');

/** For pages and commands of coordinators of all: a member is told no, a visitor is sent to sign in. */
export function mustCoordinate(viewer: Viewer): asserts viewer is Member {
  if (!viewer) throw signInFirst();
  if (!canModerate(viewer)) throw new Denied(canCoordinateSomething(viewer) ? 'This is for coordinators of the whole hub.' : 'This is for coordinators.');
}

/** For the pages that show each coordinator what is theirs. */
export function mustCoordinateSomething(viewer: Viewer): asserts viewer is Member {
  if (!viewer) throw signInFirst();
  if (!canCoordinateSomething(viewer)) throw new Denied('This is for coordinators.');
}

/** For worklists of forums. */
export function mustModerateSomething(viewer: Viewer): asserts viewer is Member {
  if (!viewer) throw signInFirst();
  if (!canModerateSomething(viewer)) throw new Denied('This is for coordinators of forums.');
}

/** For acts in a forum. */
export function mustModerateForum(viewer: Viewer, forumId: number | null): asserts viewer is Member {
  if (!viewer) throw signInFirst();
  if (!canModerateForum(viewer, forumId)) throw new Denied(canModerateSomething(viewer) ? 'This is outside the forums that you coordinate.' : 'This is for coordinators.');
}

/** For worklists of the library. */
export function mustCurateSomething(viewer: Viewer): asserts viewer is Member {
  if (!viewer) throw signInFirst();
  if (!canCurateSomething(viewer)) throw new Denied('This is for coordinators of the library.');
}

/** For acts on a resource that carries these themes. */
export function mustCurateThemes(viewer: Viewer, themes: readonly string[]): asserts viewer is Member {
  if (!viewer) throw signInFirst();
  if (!canCurateThemes(viewer, themes)) throw new Denied(canCurateSomething(viewer) ? 'This carries none of the themes that you coordinate.' : 'This is for coordinators.');
}

/** For acts of coordinators on a thread: who has no name there acts as any member does, as the log would name them. */
export function mustModerateIn(viewer: Viewer, thread: { id: number; forumId: number | null }): asserts viewer is Member {
  mustModerateForum(viewer, thread.forumId);
  if (!canModerateIn(viewer, thread)) throw new Denied('You write in this thread without your name, and the log would show it: another coordinator does this.');
}

/** For pages and commands of administrators. */
export function mustAdminister(viewer: Viewer): asserts viewer is Member {
  if (!viewer) throw new SignInRequired('This page is for administrators: please sign in.');
  if (!canAdminister(viewer)) throw new Denied('This is for administrators.');
}

/** For pages of one's own account. */
export function mustSignIn(viewer: Viewer): asserts viewer is Member {
  if (!viewer) throw new SignInRequired();
}
