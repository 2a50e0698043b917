import { formatDate } from '#lib/dates.ts';
import { isNameless } from '../anonymity.ts';
import { Denied, SignInRequired } from '../errors.ts';
import type { Member, Viewer, Visibility } from './types.ts';

/** Whether this is somebody who may write anything at all: confirmed and not suspended. */
export function canWrite(viewer: Viewer, now = new Date()): viewer is Member {
  return viewer !== null && viewer.emailConfirmed && !isSuspended(viewer, now);
}

/** Whether a suspension is in force. */
export function isSuspended(member: Member, now = new Date()): boolean {
  return member.suspendedUntil !== null && member.suspendedUntil > now;
}

/** Whether the viewer curates the library: publishes, edits, retires. */
export function canCurate(viewer: Viewer): viewer is Member {
  return canWrite(viewer) && viewer.role !== 'member';
}

/** Whether the viewer keeps order in the forums and sees the log. */
export function canModerate(viewer: Viewer): viewer is Member {
  return canCurate(viewer);
}

/**
 * Whether the viewer writes, closes and opens as a coordinator in a thread: not where they write without their name, since what no member may do
 * would tell that a coordinator asked.
 */
export function canModerateIn(viewer: Viewer, threadId: number): viewer is Member {
  return canModerate(viewer) && !isNameless(viewer.id, threadId);
}

/** Whether the viewer gives out roles. */
export function canAdminister(viewer: Viewer): viewer is Member {
  return canWrite(viewer) && viewer.role === 'administrator';
}

/** A coordinator may suspend members, an administrator everybody but administrators; nobody suspends themselves. */
export function canSuspend(actor: Viewer, member: { id: number; role: Member['role'] }): boolean {
  if (!canModerate(actor) || actor.id === member.id) return false;
  return member.role === 'member' || (canAdminister(actor) && member.role === 'coordinator');
}

/** Whether the viewer may see a field of a member's profile. */
export function canSeeField(viewer: Viewer, memberId: number, seenBy: Visibility): boolean {
  if (seenBy === 'everyone' || viewer?.id === memberId) return true;
  return seenBy === 'members' ? viewer !== null : seenBy === 'coordinators' && canModerate(viewer);
}

/** For commands: throws what keeps this viewer from writing, in words. */
export function mustWrite(viewer: Viewer, now = new Date()): asserts viewer is Member {
  if (!viewer) throw new SignInRequired();
  if (!viewer.emailConfirmed) throw new Denied('Please confirm your e-mail address first: we have sent you a link.');
  if (isSuspended(viewer, now)) throw new Denied(`Your account is suspended until ${formatDate(viewer.suspendedUntil ?? now)}, so you can read but not write. The reason is on your account page.`);
}

/** For pages and commands of coordinators: a member is told no, a visitor is sent to sign in. */
export function mustCoordinate(viewer: Viewer): asserts viewer is Member {
  if (!viewer) throw new SignInRequired('This page is for coordinators: please sign in.');
  if (!canModerate(viewer)) throw new Denied('This is for coordinators.');
}

/** For acts of coordinators on a thread: who has no name there acts as any member does, as the log would name them. */
export function mustModerateIn(viewer: Viewer, threadId: number): asserts viewer is Member {
  mustCoordinate(viewer);
  if (!canModerateIn(viewer, threadId)) throw new Denied('You write in this thread without your name, and the log would show it: another coordinator does this.');
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
