import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { citations, db, members, prepared, resources } from '#db/client.ts';
import { isoDate } from '#lib/dates.ts';
import { renderKept } from '#lib/markdown.ts';
import { Gone, NotFound } from '../errors.ts';
import { canCurate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { renderBody } from './bodies.ts';
import { citedKeys, unpublished, worksByKey } from './citations.ts';
import { readCsl, type Csl } from './csl.ts';
import { addressesOf, placeOf } from './slugs.ts';
import { canCurateResource } from './resource-themes.ts';
import { asRows, selectResources, themesByResource } from './rows.ts';
import { isPublic, type ResourceRow, type Term } from './types.ts';
import { resourceType } from '../vocabulary.ts';

type ResourceRecord = typeof resources.$inferSelect;

/** Columns that only coordinators may know. */
const privately = ['contentHash', 'workKey', 'submittedById', 'submittedAt', 'suggestionNote', 'reviewerId', 'publishedById', 'publishedAlone', 'declinedReason', 'importId', 'mergedIntoId', 'successorId'] as const;

/** A resource as its page needs it. What is for editors only is null for everybody else. */
export interface ResourceView extends Omit<ResourceRecord, 'type' | 'csl' | 'checked' | 'ownerId' | (typeof privately)[number]> {
  type: Term;
  csl: Partial<Csl>;
  themes: Term[];
  /** The body rendered, empty where the page shows the MDX of content/. Made when it is read, so that its citations say what is published now. */
  html: string;
  /** Whether somebody has seen the work; null for everybody but coordinators. */
  checked: boolean | null;
  /** Who looks after it. */
  owner: { name: string; handle: string } | null;
  /** Past the day by which it was to be looked at again. */
  stale: boolean;
  /** What to read instead of a retired one. */
  successor: { url: string; title: string } | null;
}

/** The resource at /library/<slug>. What is not published exists only for coordinators; a retired one is Gone with its reason for everybody else. */
export function findResource(viewer: Viewer, slug: string): ResourceView {
  const row = bySlug().get({ slug });
  const curates = row !== undefined && canCurateResource(viewer, row.id);
  if (!row || (!isPublic(row.status) && !curates)) throw new NotFound('There is nothing in the library at this address.');
  const successor = row.successorId === null ? null : db.select({ slug: resources.slug, title: resources.title }).from(resources)
    .where(and(eq(resources.id, row.successorId), eq(resources.status, 'published'))).get() ?? null;
  const instead = successor && { url: `/library/${successor.slug}`, title: successor.title };
  if (row.status === 'retired' && !curates) throw new Gone(`“${row.title}” was taken out of the library. The reason given: ${row.retiredReason}`, instead);
  const shown = omit(row, privately);
  const { code, label } = resourceType(row.type);
  return {
    ...shown, html: row.body && (row.origin === 'hub' || row.status === 'retired') ? renderBody(row.body, worksByKey(citedKeys(row.body)), renderKept) : '', type: { code, label }, csl: readCsl(row.csl), themes: themesByResource([row.id]).get(row.id) ?? [],
    checked: curates ? row.checked : null, provenance: curates ? row.provenance : null, successor: instead,
    owner: row.ownerId === null ? null : db.select({ name: members.name, handle: members.handle }).from(members).where(eq(members.id, row.ownerId)).get() ?? null,
    stale: isStale(row.reviewBy),
  };
}

const bySlug = prepared((d) => d.select().from(resources).where(eq(resources.slug, sql.placeholder('slug'))).prepare());

function omit<T extends object, K extends keyof T>(row: T, names: readonly K[]): Omit<T, K> {
  const kept = { ...row };
  for (const name of names) delete kept[name];
  return kept;
}

/** Whether the day of a review has passed. A day is YYYY-MM-DD, in UTC. */
export function isStale(reviewBy: string | null, now = new Date()): boolean {
  return reviewBy !== null && reviewBy < isoDate(now);
}

/** Where an old or merged address of the library leads, as the slug of today; null when it leads nowhere else that the viewer may know of. */
export function movedTo(viewer: Viewer, slug: string): string | null {
  const place = placeOf(slug);
  return place.kind === 'moved' && (isPublic(place.status) || canCurate(viewer)) ? place.slug : null;
}

const citing = alias(citations, 'citing');

/** Published resources whose text cites this one: the hub's own articles and practices first. */
export function citedBy(id: string): ResourceRow[] {
  return asRows(citingRows().all({ id }));
}
const citingRows = prepared(() => selectResources().innerJoin(citing, eq(citing.citingId, resources.id))
  .where(and(eq(citing.citedId, sql.placeholder('id')), eq(resources.status, 'published'))).orderBy(asc(resources.kind), desc(resources.year), asc(resources.id)).prepare());

export interface CitedWorkView { id: string; slug: string; title: string; people: string | null; year: number | null; csl: Partial<Csl>; position: number; linked: boolean;
  /** Every key that names it in a text: its address, former ones, those of merged duplicates. */
  keys: string[];
}

/** The works a resource cites, in the order of their first mention. A retired one is named and not linked, a draft not even named. */
export function worksCited(id: string): CitedWorkView[] {
  const rows = citedRows().all({ id });
  const addresses = addressesOf(rows.map((row) => row.id));
  return rows.map(({ status, csl, ...work }) => {
    const keys = addresses.get(work.id) ?? [work.slug];
    return isPublic(status) ? { ...work, keys, csl: readCsl(csl), linked: status === 'published' } : { ...work, ...unpublished, keys, csl: { title: unpublished.title }, linked: false };
  });
}
const citedRows = prepared((d) => d.select({ id: resources.id, slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, csl: resources.csl, status: resources.status, position: citations.position })
  .from(citations).innerJoin(resources, eq(resources.id, citations.citedId)).where(eq(citations.citingId, sql.placeholder('id'))).orderBy(asc(citations.position)).prepare());
