import { prepared } from '#db/client.ts';
import { isNamelessPost } from './anonymity.ts';
import type { Member } from './people/types.ts';

/*
 * To block is to mute and more. Muting (forum/muted.ts) keeps somebody out of what one is told and out of one's lists; whoever is blocked is muted too, and
 * besides folded or left out wherever they show. The blocked one is never told, and what they see is as before. What somebody writes without their name
 * stays as it is for everybody: to hide it would give the name away.
 */

/** In SQL: whether one member has blocked another. */
export const hasBlocked = (member: string, other: string): string => `exists (select 1 from blocks where blocks.member_id = ${member} and blocks.blocked_id = ${other})`;

/** Ids of the members whom the viewer has blocked; none for visitors. */
export function blockedBy(viewer: Pick<Member, 'id'> | null): ReadonlySet<number> {
  return viewer ? new Set(all().all(viewer.id) as number[]) : nobody;
}
const nobody: ReadonlySet<number> = new Set();
const all = prepared((d) => d.$client.prepare('select blocked_id from blocks where member_id = ?').pluck());

/** Which of these posts a member wrote, under their name, whom the viewer has blocked. */
export function postsByBlocked(viewer: Pick<Member, 'id'> | null, postIds: readonly number[]): ReadonlySet<number> {
  if (!viewer || postIds.length === 0 || blockedBy(viewer).size === 0) return nobody;
  return new Set(theirs().all({ viewer: viewer.id, ids: JSON.stringify(postIds) }) as number[]);
}
const theirs = prepared((d) => d.$client.prepare(`
  select p.id from json_each(@ids) j join posts p on p.id = j.value where ${hasBlocked('@viewer', 'p.author_id')} and not ${isNamelessPost('p.id')}`).pluck());
