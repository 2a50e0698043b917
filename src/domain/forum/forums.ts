import { asc, eq, sql } from 'drizzle-orm';
import { db, forums, forumThemes, prepared, themes, untilChange } from '#db/client.ts';
import { NotFound } from '../errors.ts';
import type { Term } from '../library/types.ts';
import { canModerate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { mutesSomething } from './muted.ts';
import { latestThreads } from './threads.ts';
import type { ForumRow } from './types.ts';

const allForums = prepared((d) => d.select({
  id: forums.id, slug: forums.slug, name: forums.name, description: forums.description,
  threads: sql<number>`(select count(*) from threads t where t.forum_id = forums.id and t.removed_at is null)`,
  posts: sql<number>`(select coalesce(sum(t.post_count), 0) from threads t where t.forum_id = forums.id and t.removed_at is null)`,
}).from(forums).orderBy(asc(forums.position), asc(forums.id)).prepare());

/** Every forum with its numbers and its newest thread, in the coordinators' order. */
export function listForums(viewer: Viewer): ForumRow[] {
  return canModerate(viewer) || mutesSomething(viewer) ? withLatest(viewer) : forumsForAll();
}
const forumsForAll = untilChange(() => withLatest(null));

function withLatest(viewer: Viewer): ForumRow[] {
  return allForums().all().map((forum) => ({ ...forum, latest: latestThreads(viewer, { forumId: forum.id }, 1)[0] ?? null }));
}

export interface Forum { id: number; slug: string; name: string; description: string }

/** Names and addresses only, for menus. */
export function forumNames(): Forum[] {
  return db.select({ id: forums.id, slug: forums.slug, name: forums.name, description: forums.description }).from(forums).orderBy(asc(forums.position), asc(forums.id)).all();
}

/** The forum at this address; throws NotFound. */
export function findForum(slug: string): Forum {
  const forum = db.select({ id: forums.id, slug: forums.slug, name: forums.name, description: forums.description }).from(forums).where(eq(forums.slug, slug)).get();
  if (!forum) throw new NotFound('There is no forum at this address.');
  return forum;
}

/** The themes a forum is about. */
export function themesOfForum(forumId: number): Term[] {
  return db.select({ code: themes.code, label: themes.label }).from(forumThemes)
    .innerJoin(themes, eq(themes.code, forumThemes.theme)).where(eq(forumThemes.forumId, forumId)).all();
}
