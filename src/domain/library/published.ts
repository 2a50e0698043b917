import { asc, desc, eq, sql } from 'drizzle-orm';
import { db, facts, prepared, resources, resourceThemes } from '#db/client.ts';
import type { ResourceKind } from './types.ts';

/** What choosing and counting needs of a published resource. */
export interface Published {
  id: string;
  kind: ResourceKind;
  type: string;
  year: number | null;
  place: string | null;
  title: string;
  themes: readonly string[];
}

let shelf: { of: object; at: number; rows: readonly Published[] } | null = null;

/**
 * Every published resource, newest first. Read once and kept until the library changes, in this process or another: counting facets
 * over tens of thousands of wide rows would cost SQLite a hundred times what it costs here. Do not call inside a transaction that writes.
 */
export function publishedResources(): readonly Published[] {
  const at = (changeCount().get() as { value: number } | undefined)?.value ?? 0;
  if (shelf?.at === at && shelf.of === db.$client) return shelf.rows;
  const themesOf = new Map<string, string[]>();
  for (const { id, theme } of db.select({ id: resourceThemes.resourceId, theme: resourceThemes.theme }).from(resourceThemes).all()) {
    const themes = themesOf.get(id);
    if (themes) themes.push(theme);
    else themesOf.set(id, [theme]);
  }
  const rows = db.select({ id: resources.id, kind: resources.kind, type: resources.type, year: resources.year, place: resources.place, title: resources.title })
    .from(resources).where(eq(resources.status, 'published')).orderBy(desc(resources.publishedAt), asc(resources.kind), asc(resources.id)).all()
    .map((row) => ({ ...row, themes: themesOf.get(row.id) ?? [] }));
  shelf = { of: db.$client, at, rows };
  return rows;
}
const changeCount = prepared((d) => d.$client.prepare(`select value from facts where name = 'library'`));

/** Says that a resource was put, changed or taken out. Call inside the transaction of the change. */
export function countLibraryChange(): void {
  db.insert(facts).values({ name: 'library', value: 1 }).onConflictDoUpdate({ target: facts.name, set: { value: sql`${facts.value} + 1` } }).run();
}
