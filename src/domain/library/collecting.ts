import { and, count, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, collectionItems, collections, db, members, transaction } from '#db/client.ts';
import { line, optionalText, rowId, text } from '#lib/fields.ts';
import { renderMarkdown } from '#lib/markdown.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, NotFound } from '../errors.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { post } from '../mail/outbox.ts';
import { recordAct } from '../moderation/log.ts';
import { countAttempt } from '../people/limits.ts';
import { mustCoordinate, mustWrite } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { placesOf } from './collection-items.ts';
import { collectionUrl, findCollection } from './collections.ts';

/** So many reading lists a member may have. */
export const mostCollections = 100;

export const collectionTitleField = line({ missing: 'Give the list a title.', max: 120 });
export const collectionInput = z.object({
  title: collectionTitleField,
  description: optionalText(5000).transform((t) => t ?? ''),
  visibility: z.enum(['private', 'public'], { error: 'Choose who can read the list.' }),
});
type Described = z.output<typeof collectionInput>;

/** Begins a reading list. Returns where it stands and where works are added to it. Throws SignInRequired, Denied, TooMany, MarkdownTooLarge. */
export function createCollection(actor: Member, input: Described): { id: number; url: string; editUrl: string } {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => startCollection(actor, input));
}

/** Puts down a new reading list; the same one sent twice within five minutes is the first. Call inside a transaction, after the checks. */
export function startCollection(actor: Member, { title, description, visibility }: Described): { id: number; url: string; editUrl: string; isNew: boolean } {
  renderMarkdown(description);
  const { n } = db.select({ n: count() }).from(collections).where(eq(collections.ownerId, actor.id)).get() ?? { n: 0 };
  const twin = db.select({ id: collections.id, slug: collections.slug }).from(collections).where(and(
    eq(collections.ownerId, actor.id), eq(collections.title, title), eq(collections.description, description), gt(collections.createdAt, new Date(Date.now() - 5 * 60_000)))).get();
  if (twin) return { ...addressesOf(twin), isNew: false };
  if (n >= mostCollections) throw new Denied(`You have ${mostCollections} reading lists, which is the most. Delete one first.`);
  const made = db.insert(collections).values({ ownerId: actor.id, title, slug: slugify(title), description, visibility }).returning({ id: collections.id, slug: collections.slug }).get();
  if (visibility === 'public') bumpChanges();
  return { ...addressesOf(made), isNew: true };
}

const addressesOf = (list: { id: number; slug: string }) => ({ id: list.id, url: collectionUrl(list), editUrl: `/collections/${list.id}/edit` });

type CollectionRecord = typeof collections.$inferSelect;

/** The reading list that its owner wants to change. Throws SignInRequired, Denied for a public one of somebody else, NotFound for a private one. */
export function mustOwn(actor: Member, id: number): CollectionRecord {
  mustWrite(actor);
  const row = db.select().from(collections).where(eq(collections.id, id)).get();
  if (!row || (row.ownerId !== actor.id && row.visibility === 'private')) throw new NotFound('There is no such reading list.');
  if (row.ownerId !== actor.id) throw new Denied('Only its owner can change this list. You can make a copy of it for yourself.');
  return row;
}

export const collectionEditInput = collectionInput.extend({ collectionId: rowId });

/** Changes what a reading list is called and who reads it; its address follows the title, and what turns private is not featured any more. */
export function editCollection(actor: Member, { collectionId, title, description, visibility }: z.output<typeof collectionEditInput>): { url: string; editUrl: string } {
  countAttempt('collectPerMember', actor.id);
  renderMarkdown(description);
  return transaction(() => {
    const before = mustOwn(actor, collectionId);
    const slug = slugify(title);
    const notFeatured = visibility === 'private' ? { featuredAt: null, featuredById: null } : {};
    db.update(collections).set({ title, slug, description, visibility, ...notFeatured, updatedAt: new Date() }).where(eq(collections.id, before.id)).run();
    if (before.visibility === 'public' || visibility === 'public') bumpChanges();
    return addressesOf({ id: before.id, slug });
  });
}

export const collectionActInput = z.object({ collectionId: rowId });

/** Deletes one's own reading list with its notes; the resources stay, and so do copies that others made. */
export function deleteCollection(actor: Member, { collectionId }: z.output<typeof collectionActInput>): { title: string } {
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const { id, title, visibility } = mustOwn(actor, collectionId);
    db.delete(collections).where(eq(collections.id, id)).run();
    if (visibility === 'public') bumpChanges();
    return { title };
  });
}

/** Makes a private copy of a reading list that the actor may read, with its notes; the description says what it is based on. Throws NotFound, Denied, TooMany. */
export function copyCollection(actor: Member, { collectionId }: z.output<typeof collectionActInput>): { url: string; editUrl: string } {
  mustWrite(actor);
  countAttempt('collectPerMember', actor.id);
  return transaction(() => {
    const source = findCollection(actor, collectionId);
    const by = source.own ? '' : ` by ${literal(source.owner.name)}`;
    const origin = source.isPublic ? `Based on [${literal(source.title)}](${source.url})${by}.` : '';
    const description = [origin, threadsByNumber(source.description)].filter(Boolean).join('\n\n').slice(0, 5000);
    const { isNew, ...copy } = startCollection(actor, { title: source.title, description, visibility: 'private' });
    const readable = isNew ? placesOf(source.id).filter((place) => source.own || place.status === 'published') : [];
    readable.forEach(({ id, note }, at) => { db.insert(collectionItems).values({ collectionId: copy.id, resourceId: id, position: at + 1, note }).run(); });
    return copy;
  });
}

/** Words that mean nothing in Markdown but themselves. */
const literal = (words: string) => words.replace(/[!-/:-@[-`{-~]/g, '\\$&');

/** Puts a public reading list among those that visitors see first. For coordinators; logged. */
export function featureCollection(actor: Member, input: z.output<typeof collectionActInput>): { url: string } {
  return putFeatured(actor, input.collectionId, true);
}

/** Takes a reading list off the featured ones. For coordinators; logged. */
export function unfeatureCollection(actor: Member, input: z.output<typeof collectionActInput>): { url: string } {
  return putFeatured(actor, input.collectionId, false);
}

function putFeatured(actor: Member, id: number, featured: boolean): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const collection = findCollection(actor, id);
    if (!collection.isPublic) throw new Denied('Only a public list can be featured.');
    if (collection.featured !== featured) {
      db.update(collections).set(featured ? { featuredAt: new Date(), featuredById: actor.id } : { featuredAt: null, featuredById: null }).where(eq(collections.id, id)).run();
      recordAct(actor, featured ? 'feature collection' : 'unfeature collection', collection.title, collection.url);
      bumpChanges();
    }
    return { url: collection.url };
  });
}

export const hideInput = z.object({ collectionId: rowId, reason: text({ missing: 'Say why: its owner gets this by mail.', max: 1000 }) });

/** Takes a public reading list out of public view; its owner keeps it and gets the reason by mail. For coordinators; logged. */
export function hideCollection(actor: Member, { collectionId, reason }: z.output<typeof hideInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const collection = findCollection(actor, collectionId);
    if (!collection.isPublic) throw new Denied('This list is not public any more.');
    db.update(collections).set({ visibility: 'private', featuredAt: null, featuredById: null, updatedAt: new Date() }).where(eq(collections.id, collectionId)).run();
    const owner = db.select({ email: members.email }).from(members).innerJoin(collections, eq(collections.ownerId, members.id)).where(eq(collections.id, collectionId)).get();
    if (owner) post(owner.email, 'Your reading list is not public any more', [`A coordinator took your reading list “${collection.title}” out of public view. The reason:`, reason, 'The list is still yours. Answer in the forums, or write to a coordinator, if you think this is wrong.']);
    recordAct(actor, 'hide collection', collection.title, collection.url, reason);
    bumpChanges();
    return { url: '/collections' };
  });
}
