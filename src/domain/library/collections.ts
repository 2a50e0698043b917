import { and, count, desc, eq, inArray, or, sql, type SQL } from 'drizzle-orm';
import { collectionItems, collections, db, members, prepared, resources, untilChange } from '#db/client.ts';
import { plainText, renderKept } from '#lib/markdown.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { NotFound } from '../errors.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { authorColumns } from '../people/members.ts';
import { canWrite, mustSignIn } from '../people/permissions.ts';
import type { Author, Viewer } from '../people/types.ts';

/** A reading list as a list of lists shows it. */
export interface CollectionRow {
  id: number;
  url: string;
  title: string;
  /** First words of the description, without markup. */
  excerpt: string;
  owner: Author;
  /** How many published resources are on it. */
  count: number;
  isPublic: boolean;
  featured: boolean;
  updatedAt: Date;
}

/** A reading list as its page needs it. */
export interface Collection extends CollectionRow {
  slug: string;
  /** Markdown, and what it becomes. */
  description: string;
  html: string;
  createdAt: Date;
  /** Whether it is the viewer's. */
  own: boolean;
  /** Whether the viewer may change it: it is theirs, and they may write. */
  mayEdit: boolean;
}

/** Where a reading list stands. */
export const collectionUrl = ({ id, slug }: { id: number; slug: string }): string => `/collections/${id}-${slug}`;

/** The id at the beginning of an address such as `12-night-shift`; NaN when there is none. */
export const collectionIdIn = (address: string | undefined): number => Number(/^(\d{1,15})(?:-[a-z0-9-]*)?$/.exec(address ?? '')?.[1] ?? NaN);

const columns = {
  id: collections.id, slug: collections.slug, title: collections.title, description: collections.description, visibility: collections.visibility,
  featuredAt: collections.featuredAt, createdAt: collections.createdAt, updatedAt: collections.updatedAt, owner: authorColumns,
};
const select = () => db.select(columns).from(collections).innerJoin(members, eq(members.id, collections.ownerId));
type RawRow = ReturnType<ReturnType<typeof select>['all']>[number];

function asRows(rows: readonly RawRow[]): CollectionRow[] {
  const counts = countsOf(rows.map((row) => row.id));
  return rows.map((row) => ({
    id: row.id, url: collectionUrl(row), title: row.title, excerpt: beginningOf(row.description), owner: row.owner, count: counts.get(row.id) ?? 0,
    isPublic: row.visibility === 'public', featured: row.featuredAt !== null, updatedAt: row.updatedAt,
  }));
}

function beginningOf(markdown: string): string {
  const words = plainText(renderKept(threadsByNumber(markdown))).replace(/ ([.,;:!?)])/g, '$1');
  return words.length > 240 ? `${words.slice(0, 240).replace(/\s+\S*$/, '')} …` : words;
}

/** Published resources of each of these lists. The plus keeps SQLite from going through the whole library by its status. */
function countsOf(ids: readonly number[]): Map<number, number> {
  if (!ids.length) return new Map();
  const rows = db.select({ id: collectionItems.collectionId, n: count() }).from(collectionItems).innerJoin(resources, eq(resources.id, collectionItems.resourceId))
    .where(and(inArray(collectionItems.collectionId, [...ids]), sql`+${resources.status} = 'published'`)).groupBy(collectionItems.collectionId).all();
  return new Map(rows.map(({ id, n }) => [id, n]));
}

/** Public, and with something to read on it: what everybody is shown among other lists. */
const isShown: SQL | undefined = and(eq(collections.visibility, 'public'), sql`exists (
  select 1 from collection_items i cross join resources r on r.id = i.resource_id
  where i.collection_id = ${collections.id} and r.status = 'published')`);
const featuredFirst = [sql`${collections.featuredAt} is null`, desc(collections.featuredAt), desc(collections.updatedAt), desc(collections.id)];

export interface CollectionList { collections: CollectionRow[]; total: number; paging: Paging }

/** One page of 20 public reading lists that hold something: featured ones first, then by their last change. */
export const listCollections = untilChange((page: string | null): CollectionList => {
  const total = db.select({ n: count() }).from(collections).where(isShown).get()?.n ?? 0;
  const slice = paging(total, 20, page);
  return { total, paging: slice, collections: asRows(select().where(isShown).orderBy(...featuredFirst).limit(slice.size).offset(slice.offset).all()) };
});

/** Reading lists that coordinators feature, the latest first, at most `limit`. */
export const featuredCollections = untilChange((limit: number): CollectionRow[] =>
  asRows(select().where(and(isShown, sql`${collections.featuredAt} is not null`)).orderBy(...featuredFirst).limit(limit).all()));

/** Public reading lists of a member, for their profile, newest change first, at most `limit`. */
export const collectionsBy = untilChange((memberId: number, limit: number): CollectionRow[] =>
  asRows(select().where(and(isShown, eq(collections.ownerId, memberId))).orderBy(desc(collections.updatedAt), desc(collections.id)).limit(limit).all()));

/** The names of all the viewer's reading lists, newest change first, for choosing one; none for a visitor. */
export function ownCollections(viewer: Viewer): { id: number; title: string; isPublic: boolean }[] {
  if (!viewer) return [];
  return db.select({ id: collections.id, title: collections.title, visibility: collections.visibility }).from(collections).where(eq(collections.ownerId, viewer.id))
    .orderBy(desc(collections.updatedAt), desc(collections.id)).all().map(({ visibility, ...list }) => ({ ...list, isPublic: visibility === 'public' }));
}

/** One page of 20 of the viewer's own reading lists, newest change first. Throws SignInRequired. */
export function listOwnCollections(viewer: Viewer, page: string | null): CollectionList {
  mustSignIn(viewer);
  const own = eq(collections.ownerId, viewer.id);
  const total = db.select({ n: count() }).from(collections).where(own).get()?.n ?? 0;
  const slice = paging(total, 20, page);
  return { total, paging: slice, collections: asRows(select().where(own).orderBy(desc(collections.updatedAt), desc(collections.id)).limit(slice.size).offset(slice.offset).all()) };
}

/** Reading lists that hold a resource, at most 12: the viewer's own first, then public ones, featured ones before others. */
export function collectionsHolding(viewer: Viewer, resourceId: string): CollectionRow[] {
  return asRows(holding().all({ resourceId, viewerId: viewer?.id ?? 0 }));
}
const holding = prepared((d) => {
  const lists = d.select({ id: collectionItems.collectionId }).from(collectionItems).where(eq(collectionItems.resourceId, sql.placeholder('resourceId')));
  const mine = eq(collections.ownerId, sql.placeholder('viewerId'));
  return select().where(and(inArray(collections.id, lists), or(isShown, mine))).orderBy(sql`${mine} desc`, ...featuredFirst).limit(12).prepare();
});

/** Addresses of public reading lists with the moment they last changed, newest first, for the sitemap. */
export function publicCollectionAddresses(): { url: string; at: Date }[] {
  return db.select({ id: collections.id, slug: collections.slug, at: collections.updatedAt }).from(collections).where(isShown)
    .orderBy(desc(collections.updatedAt), desc(collections.id)).limit(5000).all().map(({ at, ...list }) => ({ url: collectionUrl(list), at }));
}

/** The reading list with this id. A private one exists only for its owner, coordinators included. Throws NotFound. */
export function findCollection(viewer: Viewer, id: number): Collection {
  const row = Number.isSafeInteger(id) ? select().where(eq(collections.id, id)).get() : undefined;
  const own = row !== undefined && viewer?.id === row.owner.id;
  const [shown] = row && (own || row.visibility === 'public') ? asRows([row]) : [];
  if (!row || !shown) throw new NotFound('There is no reading list at this address.');
  return {
    ...shown, slug: row.slug, description: row.description, html: renderKept(threadsByNumber(row.description), `list-${row.id}`), createdAt: row.createdAt,
    own, mayEdit: own && canWrite(viewer),
  };
}

/** One's own reading list, for the pages that change it. Throws SignInRequired, NotFound (also for public ones of others). */
export function ownCollection(viewer: Viewer, id: number): Collection {
  mustSignIn(viewer);
  const collection = findCollection(viewer, id);
  if (!collection.own) throw new NotFound('There is no reading list of yours at this address.');
  return collection;
}
