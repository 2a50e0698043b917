import { inArray, sql, type SQL } from 'drizzle-orm';
import { cases, db, prepared } from '#db/client.ts';
import { NotFound } from '../errors.ts';
import { coordinates } from '../people/coordinators.ts';
import { canModerateForum, forumsOf } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { threadNow } from '../thread-addresses.ts';

/*
 * A case belongs to the forum where the post stands, or is to stand. Comments, profiles and appeals belong to none: they are for coordinators of all.
 */

/** In SQL: the thread in which a held post stands, or is to stand; null of a thread or a first comment that waits. */
export const threadOfHeldSql = (held: string): string => `coalesce((select thread_id from posts where posts.id = ${held}.post_id), ${threadNow(`${held}.thread_id`)})`;

/** In SQL: the work on which a held comment stands, or is to stand. */
export const workOfHeldSql = (held: string): string => `coalesce((select t.resource_id from posts p join threads t on t.id = p.thread_id where p.id = ${held}.post_id), (
  with recursive led(id, next) as (select id, merged_into_id from resources where id = ${held}.resource_id union select r.id, r.merged_into_id from led join resources r on r.id = led.next) select led.id from led where led.next is null))`;

const forumOfHeldSql = (held: string) => `coalesce((select forum_id from threads where threads.id = ${threadOfHeldSql(held)}), (select id from forums where ${held}.kind = 'thread' and slug = ${held}.input ->> '$.forum'))`;

const forumOfCaseSql = `case
  when cases.post_id is not null then (select t.forum_id from posts p join threads t on t.id = p.thread_id where p.id = cases.post_id)
  when cases.held_id is not null then (select ${forumOfHeldSql('h')} from held_posts h where h.id = cases.held_id) end`;

/** The forum that a case belongs to. */
export function forumOfCase(caseId: number): number | null {
  return (ofCase().get(caseId) as number | null | undefined) ?? null;
}
const ofCase = prepared((d) => d.$client.prepare(`select ${forumOfCaseSql} from cases where id = ?`).pluck());

/** The forum that a held post is for. */
export function forumOfHeld(heldId: number): number | null {
  return (ofHeld().get(heldId) as number | null | undefined) ?? null;
}
const ofHeld = prepared((d) => d.$client.prepare(`select ${forumOfHeldSql('h')} from held_posts h where h.id = ?`).pluck());

/** The thread in which a held post stands, or is to stand: the one that it was written for may have been merged. Null of a thread or a comment that waits. */
export function threadOfHeld(heldId: number): number | null {
  return (threadOf().get(heldId) as number | null | undefined) ?? null;
}
const threadOf = prepared((d) => d.$client.prepare(`select ${threadOfHeldSql('h')} from held_posts h where h.id = ?`).pluck());

/** The work on which a held comment stands, or is to stand, over merged duplicates; null of what is no comment. */
export function workOfHeld(heldId: number): string | null {
  return (workOf().get(heldId) as string | null | undefined) ?? null;
}
const workOf = prepared((d) => d.$client.prepare(`select ${workOfHeldSql('h')} from held_posts h where h.id = ?`).pluck());

/** A condition on `cases`: those that this coordinator decides. */
export function casesFor(viewer: Viewer): SQL | undefined {
  const own = forumsOf(viewer);
  return own === null ? undefined : inArray(cases.id, db.select({ id: cases.id }).from(cases).where(inArray(sql.raw(`(${forumOfCaseSql})`), [...own])));
}

/** Throws NotFound where a case is not for this coordinator: it is nowhere on their desk. */
export function mustBeFor(viewer: Viewer, caseId: number): void {
  if (!canModerateForum(viewer, forumOfCase(caseId))) throw new NotFound('There is no such case.');
}

/** Whether somebody's "I am on it" keeps others off a case: it has not ended, and they are among those who decide there. */
export function isClaimed({ id, claimedById, claimedUntil }: Pick<typeof cases.$inferSelect, 'id' | 'claimedById' | 'claimedUntil'>, now: Date): boolean {
  return claimedById !== null && claimedUntil !== null && claimedUntil > now && coordinates({ id: claimedById }, forumOfCase(id), now);
}
