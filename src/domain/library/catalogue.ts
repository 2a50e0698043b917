import { createHash } from 'node:crypto';
import { and, eq, inArray, ne, notInArray, sql } from 'drizzle-orm';
import { bumpChanges, db, formerForums, formerSlugs, forums, forumThemes, resources, themes, transaction } from '#db/client.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCurateSomething } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { dropDocument } from '../search/documents.ts';
import { putAllStanding } from '../search/standing.ts';
import { dropComments, indexComments, indexResource } from './searchable.ts';
import { countLibraryChange } from './published.ts';
import { citedKeys, putCitations } from './citations.ts';
import { readCsl } from './csl.ts';
import { workKey } from './exchange/duplicates.ts';
import { mustCurateResource, putThemesOf } from './resource-themes.ts';
import { withVersion } from './versions.ts';
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
  rights: string;
  rightsNote: string | null;
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

/** Reason of a retirement that a file's disappearance caused; the file's return lifts it. */
export const removedReason = 'Removed from the library.';

/**
 * Brings the catalogue in step with content/: new and changed pieces are put, pieces whose file is gone are
 * retired. What was written or taken over in the browser is never touched. Forums are only ever added.
 */
export function putCatalogue(catalogue: Catalogue): CatalogueChange {
  return transaction(() => {
    const change: CatalogueChange = { added: 0, changed: 0, removed: 0, skipped: [] };
    const themesChanged = putThemes(catalogue.themes);
    const forumsAdded = putForums(catalogue.forums);
    change.removed = removeMissing(catalogue.pieces.map((p) => p.id));
    const undated = dateOfUndated(catalogue.pieces);
    const known = new Map(db.select({ id: resources.id, slug: resources.slug, origin: resources.origin, hash: resources.contentHash }).from(resources).all().map((r) => [r.id, r]));
    const slugs = new Map([...db.select({ slug: formerSlugs.slug, id: formerSlugs.resourceId }).from(formerSlugs).all(), ...known.values()].map((r) => [r.slug, r.id]));
    const changed: Piece[] = [];
    for (const piece of catalogue.pieces) {
      const before = known.get(piece.id);
      const hash = hashOf(piece);
      if (before && (before.origin === 'hub' || before.hash === hash)) continue;
      const holder = slugs.get(piece.slug);
      if (!before && holder !== undefined) {
        change.skipped.push(piece.id);
        continue;
      }
      putPiece(piece, hash, undated);
      changed.push(piece);
      if (before) change.changed++;
      else {
        change.added++;
        slugs.set(piece.slug, piece.id);
      }
    }
    if (changed.length || change.removed) {
      // A work may have come after the pieces that cite it.
      const fromContent = new Set(db.select({ id: resources.id }).from(resources).where(eq(resources.origin, 'content')).all().map((r) => r.id));
      for (const piece of catalogue.pieces) if (fromContent.has(piece.id)) putCitations(piece.id, [...citedKeys(piece.body), ...piece.cites]);
    }
    removeThemes(catalogue.themes.map((t) => t.code));
    indexVocabulary();
    if (changed.length || change.removed || themesChanged || forumsAdded) bumpChanges();
    return change;
  });
}

const hashOf = (piece: Piece) => createHash('sha256').update(JSON.stringify(piece)).digest('hex');

function putPiece({ themes: codes, cites: _, ...piece }: Piece, contentHash: string, undated: Date, by?: { actor: Member }): void {
  const before = db.select({ slug: resources.slug, status: resources.status, reason: resources.retiredReason, publishedAt: resources.publishedAt }).from(resources).where(eq(resources.id, piece.id)).get();
  const retired = before?.status === 'retired' && before.reason !== removedReason;
  const values = {
    ...piece, contentHash, origin: 'content' as const, updatedAt: new Date(), workKey: workKey(readCsl(piece.csl)),
    publishedAt: piece.publishedAt ?? before?.publishedAt ?? undated,
    ...(!retired && { status: 'published' as const, retiredReason: null }),
  };
  const put = () => {
    const row = before
      // Its address is what it was at first or what a coordinator made of it; the file's name says only which piece it is.
      ? db.update(resources).set({ ...values, slug: before.slug }).where(eq(resources.id, piece.id)).returning().get()
      : db.insert(resources).values({ ...values, status: 'published' }).returning().get();
    putThemesOf(piece.id, codes);
    if (row) indexResource(row, codes);
  };
  if (before) withVersion(by?.actor ?? null, piece.id, by ? 'return' : 'edit', by ? null : 'The file in content/ has changed.', put);
  else put();
  if (before?.status === 'retired' && !retired) indexComments(piece.id);
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
  mustCurateSomething(actor);
  return transaction(() => {
    const before = db.select({ id: resources.id, status: resources.status }).from(resources).where(eq(resources.id, piece.id)).get();
    if (before) mustCurateResource(actor, before);
    putPiece(piece, hashOf(piece), new Date(), { actor });
    putCitations(piece.id, [...citedKeys(piece.body), ...piece.cites]);
    const slug = db.select({ slug: resources.slug }).from(resources).where(eq(resources.id, piece.id)).get()?.slug ?? piece.slug;
    recordAct(actor, 'return resource', piece.title, `/library/${slug}`);
    bumpChanges();
    return { url: `/library/${slug}` };
  });
}

/** An address that was public once never breaks: what leaves content/ is retired, and its address says so. */
function removeMissing(ids: readonly string[]): number {
  const present = new Set(ids);
  const gone = db.select({ id: resources.id, status: resources.status }).from(resources).where(and(eq(resources.origin, 'content'), ne(resources.status, 'retired'))).all()
    .filter((row) => !present.has(row.id));
  for (const { id } of gone) {
    dropDocument('resource', id);
    withVersion(null, id, 'retire', removedReason, () => db.update(resources).set({ status: 'retired', retiredReason: removedReason, contentHash: null, updatedAt: new Date() }).where(eq(resources.id, id)).run());
    dropComments(id);
  }
  if (gone.length) countLibraryChange();
  return gone.length;
}

/** Themes and forums are found by search as well as what is under them. */
function indexVocabulary(): void {
  putAllStanding('theme', db.select().from(themes).all().map(({ code, label, note }) => ({ ref: code, url: `/themes/${code}`, title: label, summary: note, body: '', themes: [code] })));
  const themesOf = Map.groupBy(db.select().from(forumThemes).all(), (t) => t.forumId);
  putAllStanding('forum', db.select().from(forums).all().map(({ id, slug, name, description }) => ({
    ref: String(id), url: `/forums/${slug}`, title: name, summary: description, body: '', themes: (themesOf.get(id) ?? []).map((t) => t.theme),
  })));
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
  const slugs = list.map((f) => f.slug);
  const known = new Set([
    ...db.select({ slug: forums.slug }).from(forums).where(inArray(forums.slug, slugs)).all(),
    // A coordinator took it away: it stays away.
    ...db.select({ slug: formerForums.slug }).from(formerForums).where(inArray(formerForums.slug, slugs)).all(),
  ].map((f) => f.slug));
  list.forEach(({ slug, name, description, themes: codes }, position) => {
    if (known.has(slug)) return;
    const { id } = db.insert(forums).values({ slug, name, description, position }).returning({ id: forums.id }).get();
    for (const theme of codes) db.insert(forumThemes).values({ forumId: id, theme }).run();
  });
  return known.size < list.length;
}
