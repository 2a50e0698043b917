import { prepared } from '#db/client.ts';

/*
 * What a post said before is read by everybody, except what was edited away while it was flagged, what coordinators took out of view, and all before
 * that: it may be what had to go. Where they let stand what was flagged, and it was not a resident's personal data, nothing had to. Its history and what quotes it go by this one rule.
 */

/** In SQL, of a case c: decided so that what was flagged stands, and not about personal data. */
const stoodFlags = `(c.closed_at is not null and exists (select 1 from decisions d where d.case_id = c.id and d.outcome in ('keep', 'warn') and d.undone_at is null) and not exists (select 1 from flags f where f.case_id = c.id and f.reason = 'personal-data'))`;

/** In SQL: when the last version was replaced that only its author and coordinators see; -1 where everybody sees all. In milliseconds, as `replaced_at`. */
export const closedUntil = (postId: string): string => `max(
  coalesce((select w.at from withheld_versions w where w.post_id = ${postId}), -1),
  coalesce((select max(v.replaced_at) from cases c join post_versions v on v.post_id = c.post_id where c.post_id = ${postId} and c.kind = 'flags' and v.replaced_at >= c.opened_at and (c.closed_at is null or v.replaced_at <= c.closed_at) and not ${stoodFlags}), -1))`;

/** In SQL: whether a post has such versions. */
export const hasClosedVersions = (postId: string): string => `exists (select 1 from post_versions old where old.post_id = ${postId} and old.replaced_at <= ${closedUntil(postId)})`;

/** The same for one post, as a number. */
export function versionsClosedUntil(postId: number): number {
  return until().get({ id: postId }) as number;
}
const until = prepared((d) => d.$client.prepare(`select ${closedUntil('@id')}`).pluck());

/** What a post said before and everybody may read, as Markdown, the newest first. */
export function openVersions(postId: number, most: number): string[] {
  return open().all({ id: postId, most }) as string[];
}
const open = prepared((d) => d.$client.prepare(`select markdown from post_versions where post_id = @id and replaced_at > ${closedUntil('@id')} order by id desc limit @most`).pluck());
