import { db, prepared, searchDocuments, transaction } from '#db/client.ts';
import { and, eq, notInArray } from 'drizzle-orm';
import { dropDocument, putDocument, type SearchDocument } from './documents.ts';

/** A page, theme or forum as search knows it. */
export interface Standing { kind: 'forum' | 'theme' | 'page'; ref: string; url: string; title: string; summary: string; body: string; themes: readonly string[] }

/** Makes a page, theme or forum findable. Call inside the transaction of the change; nothing is written where nothing changed. */
export function putStanding({ kind, ...standing }: Standing): void {
  const before = known().get({ kind, ...standing, themes: ` ${standing.themes.map((t) => `${t} `).join('')}` });
  if (before === undefined) putDocument({ ...empty, ...standing, kind, type: kind, at: new Date() });
}
const empty = { threadId: null, people: '', year: null, place: null } satisfies Partial<SearchDocument>;
const known = prepared((d) => d.$client.prepare(`
  select 1 from search_documents where kind = @kind and ref = @ref and url = @url and title = @title and summary = @summary and body = @body and themes = @themes`));

/** Brings all pages (or themes, or forums) into search, and takes out those of the kind that are none any more. */
export function putAllStanding(kind: Standing['kind'], all: readonly Omit<Standing, 'kind'>[]): void {
  transaction(() => {
    for (const standing of all) putStanding({ kind, ...standing });
    const gone = db.select({ ref: searchDocuments.ref }).from(searchDocuments).where(and(eq(searchDocuments.kind, kind), notInArray(searchDocuments.ref, all.map((s) => s.ref)))).all();
    for (const { ref } of gone) dropDocument(kind, ref);
  });
}
