import { createHash } from 'node:crypto';
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import { bumpChanges, db, forums, forumThemes, reads, resources, resourceThemes, themes, threads, transaction } from '#db/client.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { dropDocument } from '../search/documents.ts';
import { dropComments, indexComments, indexResource } from './searchable.ts';
import { countLibraryChange } from './published.ts';
import { citedKeys, isCited, putCitations } from './citations.ts';
import type { ResourceKind } from './types.ts';

/** A piece of content/, ready for the catalogue. */
export interface Piece {
  /** `article:<slug>`, `practice:<slug>` or `ref:<key>`. */
  id: string;
  slug: string;
  kind: ResourceKind;
  type: string;
  title: string;
  summary: string;
  people: string | null;
  year: number | null;
  venue: string | null;
  place: string | null;
  region: string | null;
  country: string | null;
  population: number | null;
  language: string;
  evidence: string | null;
  doi: string | null;
  url: string | null;
  csl: Record<string, unknown>;
  details: Record<string, unknown>;
  /** Markdown with [@key] citations. */
  body: string;
  themes: string[];
  /** Keys cited outside the body, such as the sources of results. */
  cites: string[];
  checked: boolean;
  provenance: string | null;
  reviewBy: string | null;
  /** Null for a work of the bibliography, which has no date of its own. */
  publishedAt: Date | null;
}

export interface Catalogue {
  pieces: readonly Piece[];
  themes: readonly { code: string; label: string; note: string }[];
  forums: readonly { slug: string; name: string; description: string; themes: readonly string[] }[];
}

export interface CatalogueChange {
  added: number; changed: number; removed: number;
  /** Pieces left out because their address is taken by a resource made in the hub. */
  skipped: string[];
}

/** Reason of a withdrawal that a file's disappearance caused; the file's return lifts it. */
export const removedReason = 'Removed from the library.';

/**
 * Brings the catalogue in step with content/: new and changed pieces are put, pieces whose file is gone are taken out (withdrawn when
 * something hangs on them). What was written or taken over in the browser is never touched. Forums are only ever added.
 */
export function putCatalogue(catalogue: Catalogue): CatalogueChange {
  return transaction(() => {
    const change: CatalogueChange = { added: 0, changed: 0, removed: 0, skipped: [] };
    const themesChanged = putThemes(catalogue.themes);
    const forumsAdded = putForums(catalogue.forums);
    change.removed = removeMissing(catalogue.pieces.map((p) => p.id));
    const undated = dateOfUndated(catalogue.pieces);
    const known = new Map(db.select({ id: resources.id, slug: resources.slug, origin: resources.origin, hash: resources.contentHash }).from(resources).all().map((r) => [r.id, r]));
    const slugs = new Map([...known.values()].map((r) => [r.slug, r.id]));
    const changed: Piece[] = [];
    for (const piece of catalogue.pieces) {
      const before = known.get(piece.id);
      const hash = hashOf(piece);
      if (before && (before.origin === 'hub' || before.hash === hash)) continue;
      const holder = slugs.get(piece.slug);
      if (holder !== undefined && holder !== piece.id) {
        change.skipped.push(piece.id);
        continue;
      }
      putPiece(piece, hash, undated);
      slugs.set(piece.slug, piece.id);
      changed.push(piece);
      if (before) change.changed++;
      else change.added++;
    }
    if (changed.length || change.removed) {
      // A work may have come after the pieces that cite it.
      const fromContent = new Set(db.select({ id: resources.id }).from(resources).where(eq(resources.origin, 'content')).all().map((r) => r.id));
      for (const piece of catalogue.pieces) if (fromContent.has(piece.id)) putCitations(piece.id, [...citedKeys(piece.body), ...piece.cites]);
    }
    removeThemes(catalogue.themes.map((t) => t.code));
    if (changed.length || change.removed || themesChanged || forumsAdded) bumpChanges();
    return change;
  });
}

const hashOf = (piece: Piece) => createHash('sha256').update(JSON.stringify(piece)).digest('hex');

function putPiece({ themes: codes, cites: _, ...piece }: Piece, contentHash: string, undated: Date): void {
  const before = db.select({ status: resources.status, reason: resources.withdrawnReason, publishedAt: resources.publishedAt }).from(resources).where(eq(resources.id, piece.id)).get();
  const withdrawn = before?.status === 'withdrawn' && before.reason !== removedReason;
  const values = {
    ...piece, contentHash, origin: 'content' as const, updatedAt: new Date(),
    publishedAt: piece.publishedAt ?? before?.publishedAt ?? undated,
    ...(!withdrawn && { status: 'published' as const, withdrawnReason: null }),
  };
  const row = before
    ? db.update(resources).set(values).where(eq(resources.id, piece.id)).returning().get()
    : db.insert(resources).values({ ...values, status: 'published' }).returning().get();
  putThemesOf(piece.id, codes);
  if (row) indexResource(row, codes);
  if (before?.status === 'withdrawn' && !withdrawn) indexComments(piece.id);
}

/**
 * When a work without a date of its own counts as added: now, but the stock that comes with the first filling counts as older than
 * every dated piece, so that "newest" shows what was published.
 */
function dateOfUndated(pieces: readonly Piece[]): Date {
  const started = db.select({ one: sql`1` }).from(resources).where(eq(resources.kind, 'reference')).limit(1).get() !== undefined;
  const dated = pieces.flatMap((p) => (p.publishedAt ? [p.publishedAt.getTime()] : []));
  return started || !dated.length ? new Date() : new Date(Math.min(...dated) - 86_400_000);
}

/** Gives a piece that was taken over in the browser back to its file in content/; what was written in the browser is dropped. For coordinators. */
export function useFileAgain(actor: Member, piece: Piece): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    putPiece(piece, hashOf(piece), new Date());
    putCitations(piece.id, [...citedKeys(piece.body), ...piece.cites]);
    recordAct(actor, 'return resource', piece.title, `/library/${piece.slug}`);
    bumpChanges();
    return { url: `/library/${piece.slug}` };
  });
}

/** Gives a resource exactly these themes. Call inside a transaction. */
export function putThemesOf(resourceId: string, codes: readonly string[]): void {
  db.delete(resourceThemes).where(eq(resourceThemes.resourceId, resourceId)).run();
  for (const theme of new Set(codes)) db.insert(resourceThemes).values({ resourceId, theme }).run();
}

function removeMissing(ids: readonly string[]): number {
  const present = new Set(ids);
  const gone = db.select({ id: resources.id, slug: resources.slug, status: resources.status, origin: resources.origin, threadId: threads.id }).from(resources)
    .leftJoin(threads, eq(threads.resourceId, resources.id)).where(eq(resources.origin, 'content')).all()
    .filter((row) => !present.has(row.id));
  let removed = 0;
  for (const row of gone) {
    dropDocument('resource', row.id);
    countLibraryChange();
    if (row.threadId === null && !isCited(row.id)) {
      db.delete(resources).where(eq(resources.id, row.id)).run();
      db.delete(reads).where(and(eq(reads.kind, 'resource'), eq(reads.ref, row.id))).run();
    } else if (row.status !== 'withdrawn') {
      dropComments(row.id);
      db.update(resources).set({ status: 'withdrawn', withdrawnReason: removedReason, contentHash: null, updatedAt: new Date() }).where(eq(resources.id, row.id)).run();
    } else continue;
    removed++;
  }
  return removed;
}

function putThemes(list: Catalogue['themes']): boolean {
  const known = new Map(db.select().from(themes).all().map((t) => [t.code, t]));
  let changed = false;
  list.forEach(({ code, label, note }, position) => {
    const before = known.get(code);
    if (before && before.label === label && before.note === note && before.position === position) return;
    db.insert(themes).values({ code, label, note, position }).onConflictDoUpdate({ target: themes.code, set: { label, note, position } }).run();
    changed = true;
  });
  return changed;
}

/** A theme that left the vocabulary goes as soon as nothing carries it. */
function removeThemes(codes: readonly string[]): void {
  const used = sql`(select theme from resource_themes union select theme from thread_themes union select theme from forum_themes)`;
  db.delete(themes).where(and(notInArray(themes.code, [...codes]), sql`${themes.code} not in ${used}`)).run();
}

function putForums(list: Catalogue['forums']): boolean {
  const known = new Set(db.select({ slug: forums.slug }).from(forums).where(inArray(forums.slug, list.map((f) => f.slug))).all().map((f) => f.slug));
  list.forEach(({ slug, name, description, themes: codes }, position) => {
    if (known.has(slug)) return;
    const { id } = db.insert(forums).values({ slug, name, description, position }).returning({ id: forums.id }).get();
    for (const theme of codes) db.insert(forumThemes).values({ forumId: id, theme }).run();
  });
  return known.size < list.length;
}
