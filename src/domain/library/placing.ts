import { and, count, eq, max } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, collectionItems, collections, db, resources, transaction } from '#db/client.ts';
import { optionalText, rowId } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustWrite } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { collectable } from './collectable.ts';
import { collectionTitleField, mustOwn, startCollection } from './collecting.ts';
import { itemsPerEditPage, placesOf, type Place } from './collection-items.ts';
import { collectionUrl } from './collections.ts';

/** So many resources a reading list holds. */
export const mostItems = 500;

const noteField = optionalText(1000).transform((t) => t ?? '');
const resourceIdField = z.string({ error: 'This form is incomplete: please reload the page.' }).max(200);

export const collectInput = z.object({
  resourceId: resourceIdField,
  collectionId: z.union([z.literal('new'), rowId], { error: 'Choose one of your lists.' }),
  /** Of the list that is begun with it. */
  title: z.string().nullish().transform((t) => t?.trim() || null).pipe(collectionTitleField.nullable()),
  note: noteField,
});

/** Where a resource was put, and its own address. */
export interface Collected { collectionId: number; url: string; editUrl: string; resourceUrl: string }

/**
 * Puts a published resource at the end of one of the actor's reading lists, or of a new private one. What stands there already keeps its place
 * and takes the new note, if there is one. Throws SignInRequired, Denied, NotFound, Invalid, TooMany.
 */
export function collectResource(actor: Member, { resourceId, collectionId, title, note }: z.output<typeof collectInput>): Collected {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const resource = collectable(resourceId);
    const list = collectionId === 'new' ? startFor(actor, title) : asStarted(mustOwn(actor, collectionId));
    put(list.id, resource.id, note);
    touch(list.id);
    return { collectionId: list.id, url: list.url, editUrl: editUrl(list.id, (place) => place.id === resource.id), resourceUrl: `/library/${resource.slug}` };
  });
}

const asStarted = (list: { id: number; slug: string }) => ({ id: list.id, url: collectionUrl(list) });

function startFor(actor: Member, title: string | null): { id: number; url: string } {
  if (title === null) throw new Invalid({ title: 'Give the new list a title.' });
  return startCollection(actor, { title, description: '', visibility: 'private' });
}

function put(collectionId: number, resourceId: string, note: string): void {
  const there = db.select({ note: collectionItems.note }).from(collectionItems).where(row(collectionId, resourceId)).get();
  if (there) {
    if (note) db.update(collectionItems).set({ note }).where(row(collectionId, resourceId)).run();
    return;
  }
  const { n, last } = db.select({ n: count(), last: max(collectionItems.position) }).from(collectionItems).where(eq(collectionItems.collectionId, collectionId)).get() ?? { n: 0, last: null };
  if (n >= mostItems) throw new Denied(`A list holds ${mostItems} works at most. Begin another one.`);
  db.insert(collectionItems).values({ collectionId, resourceId, note, position: (last ?? 0) + 1 }).run();
}

const row = (collectionId: number, resourceId: string) => and(eq(collectionItems.collectionId, collectionId), eq(collectionItems.resourceId, resourceId));

/** Remembers that a list has changed. Call inside the transaction of the change. */
function touch(collectionId: number): void {
  const { visibility } = db.update(collections).set({ updatedAt: new Date() }).where(eq(collections.id, collectionId)).returning({ visibility: collections.visibility }).get();
  if (visibility === 'public') bumpChanges();
}

/** Where the owner edits a line of a list: the right page, at the right place. */
function editUrl(collectionId: number, is: (place: Place) => boolean): string {
  const at = placesOf(collectionId).findIndex(is);
  const page = Math.floor(Math.max(0, at) / itemsPerEditPage) + 1;
  return `/collections/${collectionId}/edit${page > 1 ? `?page=${page}` : ''}${at < 0 ? '#works' : `#item-${at + 1}`}`;
}

/** The place of a resource on one's own list. Throws NotFound where it does not stand there (any more), and what `mustOwn` throws. */
function mustStand(actor: Member, { collectionId, resourceId }: { collectionId: number; resourceId: string }): { places: Place[]; at: number } {
  mustOwn(actor, collectionId);
  const places = placesOf(collectionId);
  const at = places.findIndex((place) => place.id === resourceId);
  if (at < 0) throw new NotFound('This work is not on the list any more.');
  return { places, at };
}

const itemFields = { collectionId: rowId, resourceId: resourceIdField };
export const itemInput = z.object(itemFields);
export const annotateInput = z.object({ ...itemFields, note: noteField });
export const moveInput = z.object({ ...itemFields, to: z.union([z.enum(['up', 'down']), z.coerce.number().int().min(1)], { error: 'Give the number of the place it is to have.' }) });

/** Moves a line one place up or down, or to a place by its number; a number past the end means the end. Returns where it stands. */
export function moveItem(actor: Member, input: z.output<typeof moveInput>): { url: string } {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const { places, at } = mustStand(actor, input);
    const wanted = input.to === 'up' ? at - 1 : input.to === 'down' ? at + 1 : input.to - 1;
    const to = Math.min(places.length - 1, Math.max(0, wanted));
    if (to !== at) {
      const order = places.map((place) => place.id);
      order.splice(to, 0, ...order.splice(at, 1));
      renumber(input.collectionId, order);
      touch(input.collectionId);
    }
    return { url: editUrl(input.collectionId, (place) => place.id === input.resourceId) };
  });
}

/** Gives the visible lines of a list this order; what is hidden on it keeps its place between them. */
function renumber(collectionId: number, order: readonly string[]): void {
  const all = db.select({ id: collectionItems.resourceId, position: collectionItems.position }).from(collectionItems).where(eq(collectionItems.collectionId, collectionId))
    .orderBy(collectionItems.position, collectionItems.addedAt, collectionItems.resourceId).all();
  const visible = new Set(order);
  const next = order.values();
  all.forEach(({ id }, at) => {
    const there = visible.has(id) ? next.next().value ?? id : id;
    if (there !== id || all[at]?.position !== at + 1) db.update(collectionItems).set({ position: at + 1 }).where(row(collectionId, there)).run();
  });
}

/** Changes why a work is on the list; an empty note takes it away. Returns where it stands. */
export function annotateItem(actor: Member, input: z.output<typeof annotateInput>): { url: string } {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const { places, at } = mustStand(actor, input);
    if (places[at]?.note !== input.note) {
      db.update(collectionItems).set({ note: input.note }).where(row(input.collectionId, input.resourceId)).run();
      touch(input.collectionId);
    }
    return { url: editUrl(input.collectionId, (place) => place.id === input.resourceId) };
  });
}

/** Takes a work off the list. Returns where the next one stands. */
export function removeItem(actor: Member, input: z.output<typeof itemInput>): { url: string } {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const { places, at } = mustStand(actor, input);
    db.delete(collectionItems).where(row(input.collectionId, input.resourceId)).run();
    touch(input.collectionId);
    const near = places[at + 1] ?? places[at - 1];
    return { url: editUrl(input.collectionId, (place) => place.id === near?.id) };
  });
}

/** Puts the successor of a retired work in its place on the list, with its note. Throws NotFound where there is none. */
export function replaceItem(actor: Member, input: z.output<typeof itemInput>): { url: string } {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const { places, at } = mustStand(actor, input);
    const retired = db.select({ successorId: resources.successorId }).from(resources).where(and(eq(resources.id, places[at]?.id ?? ''), eq(resources.status, 'retired'))).get();
    if (!retired?.successorId) throw new NotFound('The library names nothing that could take its place.');
    const { id } = collectable(retired.successorId);
    if (places.some((place) => place.id === id)) db.delete(collectionItems).where(row(input.collectionId, input.resourceId)).run();
    else db.update(collectionItems).set({ resourceId: id }).where(row(input.collectionId, input.resourceId)).run();
    touch(input.collectionId);
    return { url: editUrl(input.collectionId, (place) => place.id === id) };
  });
}
