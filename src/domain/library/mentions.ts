import { prepared } from '#db/client.ts';
import { postPlace, threadUrl } from '../forum/addresses.ts';
import { isNamelessPost, shownName } from '../anonymity.ts';
import { canModerate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';

/** A discussion in which a resource is linked to. */
export interface Mention {
  threadId: number;
  title: string;
  /** Where the newest post stands that links to it. */
  url: string;
  at: Date;
  author: { name: string; handle: string; sample: boolean };
  /** Null where it is said in the comments on another resource; `title` is then that resource's. */
  forum: { slug: string; name: string } | null;
  /** How many posts of the discussion link to it. */
  posts: number;
  /** The thread was removed: coordinators alone see it. */
  removed: boolean;
}

interface Row {
  threadId: number; title: string; slug: string; removedAt: number | null; forumSlug: string | null; forumName: string | null; resourceSlug: string | null;
  number: number; at: number; posts: number; name: string; handle: string; sample: number;
}

/**
 * Discussions whose visible posts link to a resource, under its address of today, a former one, or one of a duplicate that was merged into it:
 * threads of the forums and comments on other published resources, each once, newest mention first, at most `limit`. Its own comments do not count.
 */
export function threadsMentioning(viewer: Viewer, resourceId: string, limit = 10): Mention[] {
  const rows = mentions().all({ resourceId, limit, all: canModerate(viewer) ? 1 : 0 }) as Row[];
  return rows.map((row) => ({
    threadId: row.threadId, title: row.title, url: postPlace(threadUrl({ ...row, id: row.threadId }), row.number), at: new Date(row.at),
    author: { name: row.name, handle: row.handle, sample: row.sample === 1 },
    forum: row.forumSlug !== null && row.forumName !== null ? { slug: row.forumSlug, name: row.forumName } : null, posts: row.posts, removed: row.removedAt !== null,
  }));
}
// Of the columns that are not grouped, SQLite takes the values of the row that has the max().
const mentions = prepared((d) => d.$client.prepare(`
  with recursive held(id) as (select @resourceId union select m.merged_id from held cross join merges m on m.kept_id = held.id and m.undone_at is null),
  paths(path) as (
    select '/library/' || r.slug from held cross join resources r on r.id = held.id
    union select '/library/' || f.slug from held cross join former_slugs f on f.resource_id = held.id),
  linking(post_id) as (select distinct l.post_id from paths cross join post_links l on l.path = paths.path)
  select t.id as threadId, coalesce(r.title, t.title) as title, t.slug, t.removed_at as removedAt, f.slug as forumSlug, f.name as forumName, r.slug as resourceSlug,
    p.number, max(p.created_at) as at, count(*) as posts, ${shownName(isNamelessPost('p.id'), 'w')} as name,
    case when ${isNamelessPost('p.id')} then '' else w.handle end as handle, case when ${isNamelessPost('p.id')} then 0 else w.sample end as sample
  from linking cross join posts p on p.id = linking.post_id cross join threads t on t.id = p.thread_id cross join members w on w.id = p.author_id
  left join forums f on f.id = t.forum_id left join resources r on r.id = t.resource_id
  where p.removed_at is null and (t.removed_at is null or @all = 1) and (r.id is null or (r.status = 'published' and r.id <> @resourceId))
  group by t.id order by at desc, t.id desc limit @limit`));
