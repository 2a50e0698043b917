import { asc, eq, sql } from 'drizzle-orm';
import { db, formerForums, forums, forumThemes, prepared, themes, untilChange } from '#db/client.ts';
import { Denied, Gone, Invalid, NotFound } from '../errors.ts';
import type { Term } from '../library/types.ts';
import { canModerateForum, canWrite } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { mutesSomething } from './muted.ts';
import { latestThreads } from './threads.ts';
import { seesRemovedThreads } from './visible.ts';
import type { ForumRow, ForumStarters } from './types.ts';

const ownColumns = {
  id: forums.id, slug: forums.slug, name: forums.name, description: forums.description, startedBy: forums.startedBy, closedReason: forums.closedReason,
};

const allForums = prepared((d) => d.select({
  ...ownColumns,
  threads: sql<number>`(select count(*) from threads t where t.forum_id = forums.id and t.removed_at is null)`,
  posts: sql<number>`(select coalesce(sum(t.post_count), 0) from threads t where t.forum_id = forums.id and t.removed_at is null)`,
}).from(forums).orderBy(asc(forums.position), asc(forums.id)).prepare());

/** Every forum with its numbers and its newest thread, in the coordinators' order. */
export function listForums(viewer: Viewer): ForumRow[] {
  return seesRemovedThreads(viewer) || mutesSomething(viewer) ? withLatest(viewer) : forumsForAll();
}
const forumsForAll = untilChange(() => withLatest(null));

function withLatest(viewer: Viewer): ForumRow[] {
  return allForums().all().map((forum) => ({ ...forum, latest: latestThreads(viewer, { forumId: forum.id }, 1)[0] ?? null }));
}

export interface Forum {
  id: number; slug: string; name: string; description: string;
  startedBy: ForumStarters;
  /** Why it is read only; null while it is open. */
  closedReason: string | null;
}

/** Names and addresses only, for menus. */
export function forumNames(): Forum[] {
  return names().all();
}
const names = prepared((d) => d.select(ownColumns).from(forums).orderBy(asc(forums.position), asc(forums.id)).prepare());

/** The forums this person may start a thread in. */
export function forumsToStartIn(viewer: Viewer): Forum[] {
  return forumNames().filter((forum) => canStartThread(viewer, forum));
}

/** The forums in which this person keeps order. */
export function forumsToCoordinate(viewer: Viewer): Forum[] {
  return forumNames().filter((forum) => canModerateForum(viewer, forum.id));
}

/** The forums to which this person may move a thread of another one, whose id is given. */
export function forumsToMoveTo(viewer: Viewer, from: number | null): Forum[] {
  return forumsToCoordinate(viewer).filter((forum) => forum.id !== from && forum.closedReason === null);
}

/** Whether this person may start a thread in a forum. */
export function canStartThread(viewer: Viewer, forum: Forum): boolean {
  return canWrite(viewer) && forum.closedReason === null && (forum.startedBy === 'members' || canModerateForum(viewer, forum.id));
}

/** For commands: throws why this person may not start a thread here, in words. Whether they may write at all is asked before. */
export function mustStartThread(viewer: Viewer, forum: Forum): void {
  if (forum.closedReason !== null) throw new Denied(`${forum.name} is closed: it can be read, and nothing is added to it. The reason given: ${forum.closedReason}`);
  if (!canStartThread(viewer, forum)) throw new Denied(`In ${forum.name} coordinators start the threads; you are welcome to reply there.`);
}

/** The forum at this address; throws NotFound, or Gone for one that was taken away. */
export function findForum(slug: string): Forum {
  const forum = bySlug().get({ slug });
  if (forum) return forum;
  const former = db.select().from(formerForums).where(eq(formerForums.slug, slug)).get();
  if (former) throw new Gone(`The forum “${former.name}” was empty and was taken away.`, { url: '/forums', title: 'All forums' });
  throw new NotFound('There is no forum at this address.');
}
const bySlug = prepared((d) => d.select(ownColumns).from(forums).where(eq(forums.slug, sql.placeholder('slug'))).prepare());

/** The forum that a form names. Throws Invalid on `forum`. */
export function chosenForum(slug: string): Forum {
  if (slug === '') throw new Invalid({ forum: 'Please choose a forum.' });
  const forum = forumNames().find((known) => known.slug === slug);
  if (!forum) throw new Invalid({ forum: 'This forum does not exist any more: please choose another.' });
  return forum;
}

/** The themes a forum is about. */
export function themesOfForum(forumId: number): Term[] {
  return themesOf().all({ forumId });
}
const themesOf = prepared((d) => d.select({ code: themes.code, label: themes.label }).from(forumThemes)
  .innerJoin(themes, eq(themes.code, forumThemes.theme)).where(eq(forumThemes.forumId, sql.placeholder('forumId'))).orderBy(themes.position).prepare());
