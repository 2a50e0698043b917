import { prepared } from '#db/client.ts';
import type { Role } from './types.ts';

/** Levels of trust that members reach by reading and writing, in ascending order. Coordinators are appointed. */
export const levels = ['new', 'member', 'trusted'] as const;
export type Level = (typeof levels)[number];
/** A level as others may be told it: coordinators and administrators stand above the levels. */
export type Standing = Level | 'coordinator';

/** What a level is called in a sentence: "you are a new member". */
export const levelWords: Record<Standing, string> = { new: 'new member', member: 'member', trusted: 'trusted member', coordinator: 'coordinator' };

/** The level a member has reached, whatever their role. */
export function levelOf(memberId: number): Level {
  return (level().get(memberId) as { level: Level } | undefined)?.level ?? 'new';
}
const level = prepared((d) => d.$client.prepare('select level from trust_levels where member_id = ?'));

/** Where somebody stands: their level, or coordinator for those who were appointed. */
export function standingOf(member: { id: number; role: Role }): Standing {
  return member.role === 'member' ? levelOf(member.id) : 'coordinator';
}

/** Whether somebody's flag counts towards hiding a post, and what they write is never held. */
export function isTrusted(member: { id: number; role: Role }): boolean {
  return isTrustedStanding(standingOf(member));
}

/** The same of a standing that is known. */
export const isTrustedStanding = (standing: Standing): boolean => standing === 'trusted' || standing === 'coordinator';
