import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import { attachments, bookmarks, collectionItems, db, reads, resources } from '#db/client.ts';
import { putThemesOf, themeCodesOf } from './resource-themes.ts';

/** What hung on a duplicate and hangs on the one that stays now. `both` says that the one that stays had the same: then the duplicate's was put aside. */
export const movedBelongingsSchema = z.object({
  items: z.array(z.object({ collection: z.number(), both: z.boolean(), position: z.number(), note: z.string(), addedAt: z.number(), noteBefore: z.string(), noteAfter: z.string() })),
  bookmarks: z.array(z.object({ member: z.number(), both: z.boolean(), createdAt: z.number() })),
  attachments: z.array(z.number()),
  reads: z.number(),
  /** Retired resources whose successor it was. */
  successorOf: z.array(z.string()),
  themes: z.array(z.string()),
  /** Whether the one that stays had themes of its own. */
  hadThemes: z.boolean(),
});
export type MovedBelongings = z.infer<typeof movedBelongingsSchema>;

/** The most themes a resource has. */
const mostThemes = 4;

/** Moves what hangs on one resource to another, nothing twice. `themes` says whether the other takes its themes too. Call inside a transaction. */
export function moveBelongings(fromId: string, toId: string, themes: boolean): MovedBelongings {
  return {
    items: moveItems(fromId, toId), bookmarks: moveBookmarks(fromId, toId), attachments: moveAttachments(fromId, toId), reads: moveReads(fromId, toId, readsOf(fromId)),
    successorOf: moveSuccessors(fromId, toId), hadThemes: themeCodesOf(toId).length > 0, themes: themes ? addThemes(fromId, toId) : [],
  };
}

/** Moves back what was moved and is still there. Returns in words what is not. Call inside a transaction. */
export function moveBelongingsBack(moved: MovedBelongings, fromId: string, toId: string): string[] {
  moveBookmarksBack(moved.bookmarks, fromId, toId);
  moveReads(toId, fromId, Math.min(moved.reads, readsOf(toId)));
  if (moved.successorOf.length) db.update(resources).set({ successorId: fromId }).where(and(inArray(resources.id, moved.successorOf), eq(resources.successorId, toId))).run();
  const lists = moveItemsBack(moved.items, fromId, toId);
  const files = moved.attachments.length - (moved.attachments.length && db.update(attachments).set({ resourceId: fromId }).where(and(inArray(attachments.id, moved.attachments), eq(attachments.resourceId, toId))).run().changes);
  return [
    lists > 0 ? `${lists === 1 ? 'One reading list does' : `${lists} reading lists do`} not hold it any more: its owner has taken it off since.` : '',
    files > 0 ? `${files === 1 ? 'One file has' : `${files} files have`} been removed since.` : '',
    takeThemesBack(moved.themes, toId) || !moved.hadThemes ? '' : 'The one that stayed had only themes that came with the merge: please give it others.',
  ].filter((sentence) => sentence !== '');
}

const itemsOf = (resourceId: string) => db.select().from(collectionItems).where(eq(collectionItems.resourceId, resourceId)).all();
const itemAt = (collection: number, resourceId: string) => and(eq(collectionItems.collectionId, collection), eq(collectionItems.resourceId, resourceId));

function moveItems(fromId: string, toId: string): MovedBelongings['items'] {
  const kept = new Map(itemsOf(toId).map((item) => [item.collectionId, item.note]));
  return itemsOf(fromId).map(({ collectionId, position, note, addedAt }) => {
    const noteBefore = kept.get(collectionId);
    const item = { collection: collectionId, both: noteBefore !== undefined, position, note, addedAt: addedAt.getTime(), noteBefore: noteBefore ?? '', noteAfter: note };
    if (noteBefore === undefined) {
      db.update(collectionItems).set({ resourceId: toId }).where(itemAt(collectionId, fromId)).run();
      return item;
    }
    const noteAfter = [...new Set([noteBefore, note])].filter(Boolean).join('\n');
    db.update(collectionItems).set({ note: noteAfter }).where(itemAt(collectionId, toId)).run();
    db.delete(collectionItems).where(itemAt(collectionId, fromId)).run();
    return { ...item, noteAfter };
  });
}

/** Returns how many lists do not hold the kept one any more, and so get nothing back. */
function moveItemsBack(items: MovedBelongings['items'], fromId: string, toId: string): number {
  return items.filter(({ collection, both, position, note, addedAt, noteBefore, noteAfter }) => {
    const now = db.select().from(collectionItems).where(itemAt(collection, toId)).get();
    if (!now) return true;
    if (both) {
      if (now.note === noteAfter) db.update(collectionItems).set({ note: noteBefore }).where(itemAt(collection, toId)).run();
      db.insert(collectionItems).values({ collectionId: collection, resourceId: fromId, position, note, addedAt: new Date(addedAt) }).onConflictDoNothing().run();
    } else db.update(collectionItems).set({ resourceId: fromId }).where(itemAt(collection, toId)).run();
    return false;
  }).length;
}

const bookmarkAt = (member: number, resourceId: string) => and(eq(bookmarks.memberId, member), eq(bookmarks.resourceId, resourceId));

function moveBookmarks(fromId: string, toId: string): MovedBelongings['bookmarks'] {
  const kept = new Set(db.select({ member: bookmarks.memberId }).from(bookmarks).where(eq(bookmarks.resourceId, toId)).all().map((b) => b.member));
  return db.select().from(bookmarks).where(eq(bookmarks.resourceId, fromId)).all().map(({ memberId, createdAt }) => {
    const both = kept.has(memberId);
    if (both) db.delete(bookmarks).where(bookmarkAt(memberId, fromId)).run();
    else db.update(bookmarks).set({ resourceId: toId }).where(bookmarkAt(memberId, fromId)).run();
    return { member: memberId, both, createdAt: createdAt.getTime() };
  });
}

/** Who has given up the bookmark since, has meant both. */
function moveBookmarksBack(moved: MovedBelongings['bookmarks'], fromId: string, toId: string): void {
  for (const { member, both, createdAt } of moved) {
    if (!both) db.update(bookmarks).set({ resourceId: fromId }).where(bookmarkAt(member, toId)).run();
    else if (db.select().from(bookmarks).where(bookmarkAt(member, toId)).get()) {
      db.insert(bookmarks).values({ memberId: member, resourceId: fromId, createdAt: new Date(createdAt) }).onConflictDoNothing().run();
    }
  }
}

/** A file that both have stays with each: the duplicate's is not seen while it is merged. */
function moveAttachments(fromId: string, toId: string): number[] {
  const kept = new Set(db.select({ hash: attachments.hash }).from(attachments).where(eq(attachments.resourceId, toId)).all().map((a) => a.hash));
  const ids = db.select({ id: attachments.id, hash: attachments.hash }).from(attachments).where(eq(attachments.resourceId, fromId)).all().filter((a) => !kept.has(a.hash)).map((a) => a.id);
  if (ids.length) db.update(attachments).set({ resourceId: toId }).where(inArray(attachments.id, ids)).run();
  return ids;
}

const readsAt = (resourceId: string) => and(eq(reads.kind, 'resource'), eq(reads.ref, resourceId));
const readsOf = (resourceId: string) => db.select({ n: reads.count }).from(reads).where(readsAt(resourceId)).get()?.n ?? 0;

function moveReads(fromId: string, toId: string, n: number): number {
  if (n === 0) return 0;
  db.update(reads).set({ count: sql`${reads.count} - ${n}` }).where(readsAt(fromId)).run();
  db.delete(reads).where(and(readsAt(fromId), eq(reads.count, 0))).run();
  db.insert(reads).values({ kind: 'resource', ref: toId, count: n }).onConflictDoUpdate({ target: [reads.kind, reads.ref], set: { count: sql`${reads.count} + ${n}` } }).run();
  return n;
}

function moveSuccessors(fromId: string, toId: string): string[] {
  return db.update(resources).set({ successorId: toId }).where(and(eq(resources.successorId, fromId), ne(resources.id, toId))).returning({ id: resources.id }).all().map((r) => r.id);
}

function addThemes(fromId: string, toId: string): string[] {
  const kept = themeCodesOf(toId);
  const added = themeCodesOf(fromId).filter((code) => !kept.includes(code)).slice(0, Math.max(0, mostThemes - kept.length));
  if (added.length) putThemesOf(toId, [...kept, ...added]);
  return added;
}

/** False where that leaves a resource without any. */
function takeThemesBack(added: readonly string[], toId: string): boolean {
  const now = themeCodesOf(toId);
  const left = now.filter((code) => !added.includes(code));
  if (left.length < now.length) putThemesOf(toId, left);
  return left.length > 0 || now.length === 0;
}
