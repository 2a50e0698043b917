import { and, count, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bookmarks, db, resources, transaction } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { Denied } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustSignIn, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { collectable } from './collectable.ts';
import { rowsOf } from './rows.ts';
import type { ResourceRow } from './types.ts';

/** So many resources a member may have saved. */
export const mostSaved = 2000;

export const saveInput = z.object({ resourceId: z.string({ error: 'This form is incomplete: please reload the page.' }).max(200) });

/** Saves a published resource for the actor alone; saving it again changes nothing. Throws SignInRequired, Denied, NotFound, TooMany. */
export function saveResource(actor: Member, { resourceId }: z.output<typeof saveInput>): { url: string } {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const { id, slug } = collectable(resourceId);
    const { n } = db.select({ n: count() }).from(bookmarks).where(eq(bookmarks.memberId, actor.id)).get() ?? { n: 0 };
    if (n >= mostSaved && !isBookmarked(actor, id)) throw new Denied(`You have saved ${mostSaved.toLocaleString('en-CA')} works, which is the most. Take one off first, or make a reading list.`);
    db.insert(bookmarks).values({ memberId: actor.id, resourceId: id }).onConflictDoNothing().run();
    return { url: `/library/${slug}` };
  });
}

/** Takes a resource off what the actor has saved, whatever became of it. Throws SignInRequired, Denied, TooMany. */
export function unsaveResource(actor: Member, { resourceId }: z.output<typeof saveInput>): void {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  db.delete(bookmarks).where(and(eq(bookmarks.memberId, actor.id), eq(bookmarks.resourceId, resourceId))).run();
}

/** Whether the viewer has saved this resource; false for visitors. */
export function isBookmarked(viewer: Viewer, resourceId: string): boolean {
  return viewer !== null && db.select({ at: bookmarks.createdAt }).from(bookmarks).where(and(eq(bookmarks.memberId, viewer.id), eq(bookmarks.resourceId, resourceId))).get() !== undefined;
}

/** What visitors may know of; a retired one is shown with its status. The plus keeps SQLite from going through the whole library by its status. */
const mine = (memberId: number) => and(eq(bookmarks.memberId, memberId), sql`+${resources.status} in ('published', 'retired')`);

/** One page of 20 of what the viewer has saved, the latest first. Throws SignInRequired. */
export function savedResources(viewer: Viewer, page: string | null): { resources: ResourceRow[]; total: number; paging: Paging } {
  mustSignIn(viewer);
  const total = db.select({ n: count() }).from(bookmarks).innerJoin(resources, eq(resources.id, bookmarks.resourceId)).where(mine(viewer.id)).get()?.n ?? 0;
  const slice = paging(total, 20, page);
  return { resources: rowsOf(saved(viewer.id).limit(slice.size).offset(slice.offset).all().map((r) => r.id)), total, paging: slice };
}

const saved = (memberId: number) => db.select({ id: bookmarks.resourceId }).from(bookmarks).innerJoin(resources, eq(resources.id, bookmarks.resourceId))
  .where(mine(memberId)).orderBy(desc(bookmarks.createdAt), bookmarks.resourceId).$dynamic();

/** Ids of all that the viewer has saved, the latest first: what exports carry. Throws SignInRequired. */
export function savedIds(viewer: Viewer): string[] {
  mustSignIn(viewer);
  return saved(viewer.id).all().map((r) => r.id);
}
