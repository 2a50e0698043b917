import { count, desc, eq } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { diffWordsWithSpace } from 'diff';
import { attachments, citations, collectionItems, db, members, merges, resources, threads } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { canCurate, mustCoordinate, mustCurateSomething } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { readCsl } from './csl.ts';
import { canBeFilled, compareFields, type ComparedField } from './filling.ts';
import { likelyDuplicatesOf, likenessWords, type LikelyDuplicate } from './likely-duplicates.ts';
import { leftOf, whyNotMerge } from './merging.ts';
import { mustCurateResource } from './resource-themes.ts';
import { themesByResource } from './rows.ts';
import { resourceIdAt } from './slugs.ts';
import { statusLabels, type ResourceStatus, type Term } from './types.ts';

type ResourceRecord = typeof resources.$inferSelect;

/** One side of a comparison. */
export interface ComparedResource {
  id: string; slug: string; title: string; status: ResourceStatus; statusLabel: string; origin: 'content' | 'hub'; createdAt: Date; themes: Term[];
  /** What hangs on it. */
  citedBy: number; lists: number; files: number; comments: number;
}

/** A stretch of one side's text, and whether the other side lacks it. */
export interface Stretch { text: string; differs: boolean }

export interface Comparison {
  kept: ComparedResource;
  merged: ComparedResource;
  fields: (ComparedField & { keptParts: Stretch[]; mergedParts: Stretch[] })[];
  /** Why these cannot be merged this way round. */
  problem: string | null;
  /** What they have in common, in words. */
  why: string | null;
  /** Whether filling a field takes the one that stays over from its file in content/. */
  takesOver: boolean;
  /** Whether nothing can be filled because a file in content/ says what it says. */
  fixed: boolean;
}

/** Finds a resource by what a coordinator types or pastes: its key, its address, or one it had before. Null where there is none. */
export function resourceTyped(viewer: Viewer, typed: string): { slug: string; title: string } | null {
  mustCoordinate(viewer);
  const row = rowTyped(typed);
  return row ? { slug: row.slug, title: row.title } : null;
}

function rowTyped(typed: string): ResourceRecord | null {
  const id = resourceIdAt(typed.trim().replace(/^.*\/(?:library|resources)\//, '').replace(/[/?#].*$/, ''))?.id;
  return id === undefined ? null : db.select().from(resources).where(eq(resources.id, id)).get() ?? null;
}

/** Two resources side by side, the one that stays first: `keep` says which, else the one that more hangs on. Null where one is missing. For coordinators. */
export function compareResources(viewer: Viewer, one: string, other: string, keep: string | null): Comparison | null {
  mustCoordinate(viewer);
  const [a, b] = [rowTyped(one), rowTyped(other)];
  if (!a || !b) return null;
  const [left, right] = [sideOf(a), sideOf(b)];
  const swap = keep === b.slug || (keep !== a.slug && weight(right) > weight(left));
  const [kept, merged] = swap ? [b, a] : [a, b];
  const likeness = likelyOf(kept).find((d) => d.id === merged.id)?.why;
  return {
    kept: swap ? right : left, merged: swap ? left : right, problem: whyNotMerge(kept, merged)?.sentence ?? null, why: likeness ? likenessWords[likeness] : null,
    takesOver: kept.origin === 'content' && canBeFilled(kept), fixed: !canBeFilled(kept),
    fields: compareFields(kept, merged).map((field) => ({ ...field, ...partsOf(field) })),
  };
}

/** Resources that may be the same as this one; for coordinators of all those that wait too. */
export function likelyDuplicatesAt(viewer: Viewer, slug: string): LikelyDuplicate[] {
  mustCurateSomething(viewer);
  const row = rowTyped(slug);
  if (row) mustCurateResource(viewer, row);
  return row ? likelyOf(row, canCurate(viewer)) : [];
}

const likelyOf = (row: ResourceRecord, all = true) => likelyDuplicatesOf({ ...row, people: readCsl(row.csl).author ?? [] }, { all, except: row.id });

function sideOf(row: ResourceRecord): ComparedResource {
  const { id, slug, title, status, origin, createdAt } = row;
  return {
    id, slug, title, status, statusLabel: statusLabels[status], origin, createdAt, themes: themesByResource([id]).get(id) ?? [],
    citedBy: db.select({ n: count() }).from(citations).where(eq(citations.citedId, id)).get()?.n ?? 0,
    lists: db.select({ n: count() }).from(collectionItems).where(eq(collectionItems.resourceId, id)).get()?.n ?? 0,
    files: db.select({ n: count() }).from(attachments).where(eq(attachments.resourceId, id)).get()?.n ?? 0,
    comments: db.select({ n: threads.postCount }).from(threads).where(eq(threads.resourceId, id)).get()?.n ?? 0,
  };
}

/** Published before what is not, the editorial library before what members brought, then what more hangs on, then the older. */
function weight({ status, origin, citedBy, lists, files, comments, createdAt }: ComparedResource): number {
  return (status === 'published' ? 1e6 : 0) + (origin === 'content' ? 1e5 : 0) + Math.min(9e4, 10 * (citedBy + lists + files + comments)) - createdAt.getTime() / 1e13;
}

/** Above this many characters words are not compared one by one. */
const longText = 8_000;

function partsOf({ kept, merged, same }: ComparedField): { keptParts: Stretch[]; mergedParts: Stretch[] } {
  const whole = (text: string, differs: boolean) => (text ? [{ text: text.length > 1_500 ? `${text.slice(0, 1_500)} […]` : text, differs }] : []);
  if (same || !kept || !merged || kept.length + merged.length > longText) return { keptParts: whole(kept, !same && merged !== ''), mergedParts: whole(merged, !same && kept !== '') };
  const changes = diffWordsWithSpace(kept, merged, { timeout: 200 }) ?? [{ value: kept, removed: true, added: false }, { value: merged, removed: false, added: true }];
  return {
    keptParts: changes.filter((c) => !c.added).map((c) => ({ text: c.value, differs: c.removed })),
    mergedParts: changes.filter((c) => !c.removed).map((c) => ({ text: c.value, differs: c.added })),
  };
}

export interface MergeLine {
  id: number; at: Date; by: { name: string; handle: string } | null; reason: string | null;
  kept: { slug: string; title: string; status: ResourceStatus }; merged: { slug: string; title: string; status: ResourceStatus };
  undoneAt: Date | null; undoneBy: { name: string; handle: string } | null;
  /** What undoing it could not put back, in sentences. */
  left: string[];
}

const keptOne = alias(resources, 'kept');
const mergedOne = alias(resources, 'merged');
const undoer = alias(members, 'undoer');

/** All merges, newest first, 30 a page. For coordinators. */
export function listMerges(viewer: Viewer, page: string | null): { merges: MergeLine[]; total: number; paging: Paging } {
  mustCoordinate(viewer);
  const total = db.select({ n: count() }).from(merges).get()?.n ?? 0;
  const slice = paging(total, 30, page);
  const named = (r: typeof keptOne | typeof mergedOne) => ({ slug: r.slug, title: r.title, status: r.status });
  const rows = db.select({
    merge: merges, kept: named(keptOne), merged: named(mergedOne), by: { name: members.name, handle: members.handle }, undoneBy: { name: undoer.name, handle: undoer.handle },
  }).from(merges).innerJoin(keptOne, eq(keptOne.id, merges.keptId)).innerJoin(mergedOne, eq(mergedOne.id, merges.mergedId))
    .leftJoin(members, eq(members.id, merges.byId)).leftJoin(undoer, eq(undoer.id, merges.undoneById)).orderBy(desc(merges.id)).limit(slice.size).offset(slice.offset).all();
  return { total, paging: slice, merges: rows.map(({ merge, ...line }) => ({ id: merge.id, at: merge.at, reason: merge.reason, undoneAt: merge.undoneAt, left: leftOf(merge), ...line })) };
}
