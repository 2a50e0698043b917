import { and, eq, inArray } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { db, prepared, resources } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import type { Viewer } from '../people/types.ts';
import { ownCollection } from './collections.ts';
import { rowsOf } from './rows.ts';
import { isPublic, type ResourceRow, type ResourceStatus } from './types.ts';

/** A place on a reading list. */
export interface Place { id: string; status: ResourceStatus; note: string; addedAt: Date }

/** All that stands on a reading list, in order; what visitors may not know of is left out. Merging moves a duplicate's places to the one that stays. */
export function placesOf(collectionId: number): Place[] {
  const rows = placed().all({ id: collectionId }) as (Omit<Place, 'addedAt'> & { addedAt: number })[];
  return rows.filter((row) => isPublic(row.status)).map((row) => ({ ...row, addedAt: new Date(row.addedAt) }));
}
const placed = prepared((d) => d.$client.prepare(`
  select r.id, r.status, i.note, i.added_at as addedAt from collection_items i join resources r on r.id = i.resource_id
  where i.collection_id = @id order by i.position, i.added_at, r.id`));

/** One line of a reading list. */
export interface CollectionItem {
  /** Its place, from 1. */
  number: number;
  resource: ResourceRow;
  /** Why it is on the list, in the owner's words, plain text; may be empty. */
  note: string;
  addedAt: Date;
}

function itemsAt(places: readonly (Place & { number: number })[]): CollectionItem[] {
  const rows = new Map(rowsOf(places.map((place) => place.id)).map((row) => [row.id, row]));
  return places.flatMap(({ id, number, note, addedAt }) => {
    const resource = rows.get(id);
    return resource ? [{ number, resource, note, addedAt }] : [];
  });
}

const numbered = (places: readonly Place[]) => places.map((place, at) => ({ ...place, number: at + 1 }));
const readable = (collection: { id: number }) => numbered(placesOf(collection.id).filter((place) => place.status === 'published'));

/** One page of 100 of a reading list as everybody reads it: what is published, in the list's order. */
export function itemsOnPage(collection: { id: number }, page: string | null): { items: CollectionItem[]; total: number; paging: Paging } {
  const all = readable(collection);
  const slice = paging(all.length, 100, page);
  return { items: itemsAt(all.slice(slice.offset, slice.offset + slice.size)), total: all.length, paging: slice };
}

/** Ids of the published resources on a reading list, in its order: what exports carry. */
export function collectedIds(collection: { id: number }): string[] {
  return readable(collection).map((place) => place.id);
}

/** What was put on a reading list last, newest first, at most `limit`: what its feeds carry. */
export function latestItems(collection: { id: number }, limit: number): CollectionItem[] {
  return itemsAt(readable(collection).sort((a, b) => b.addedAt.getTime() - a.addedAt.getTime() || b.number - a.number).slice(0, limit));
}

/** A line of a reading list as its owner edits it. */
export interface OwnItem extends CollectionItem {
  /** Set for what was taken out of the library: nobody else sees it on the list. */
  retired: { reason: string; successor: { url: string; title: string } | null } | null;
}

/** So many lines a page that edits a list shows. */
export const itemsPerEditPage = 50;

/** One page of one's own reading list, with what others do not see on it any more. Throws SignInRequired, NotFound. */
export function ownItems(viewer: Viewer, collectionId: number, page: string | null): { items: OwnItem[]; total: number; paging: Paging } {
  const all = numbered(placesOf(ownCollection(viewer, collectionId).id));
  const slice = paging(all.length, itemsPerEditPage, page);
  const items = itemsAt(all.slice(slice.offset, slice.offset + slice.size));
  const reasons = reasonsOf(items.filter((item) => item.resource.status === 'retired').map((item) => item.resource.id));
  return { total: all.length, paging: slice, items: items.map((item) => ({ ...item, retired: reasons.get(item.resource.id) ?? null })) };
}

const successor = alias(resources, 'successor');

function reasonsOf(ids: readonly string[]): Map<string, NonNullable<OwnItem['retired']>> {
  if (!ids.length) return new Map();
  const rows = db.select({ id: resources.id, reason: resources.retiredReason, slug: successor.slug, title: successor.title }).from(resources)
    .leftJoin(successor, and(eq(successor.id, resources.successorId), eq(successor.status, 'published'))).where(inArray(resources.id, [...ids])).all();
  return new Map(rows.map(({ id, reason, slug, title }) => [id, { reason: reason ?? '', successor: slug !== null && title !== null ? { url: `/library/${slug}`, title } : null }]));
}
