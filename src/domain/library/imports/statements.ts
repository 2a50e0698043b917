import { eq, getTableColumns, sql } from 'drizzle-orm';
import { prepared, resources, resourceThemes } from '#db/client.ts';
import { indexResource } from '../searchable.ts';
import { withVersion, type VersionAct } from '../versions.ts';

/*
 * What is done to thousands of works in one transaction is done with statements prepared once: nobody else is served while it lasts, and
 * building a query takes many times as long as running it.
 */

export type ResourceRecord = typeof resources.$inferSelect;

const columns = Object.entries(getTableColumns(resources));
const insertion = prepared((d) => d.$client.prepare(`insert into resources (${columns.map(([, column]) => column.name).join(', ')}) values (${columns.map(([name]) => `@${name}`).join(', ')})`));
const themeInsertion = prepared((d) => d.$client.prepare('insert into resource_themes (resource_id, theme) values (?, ?)'));

/** Puts a new resource with these themes into the database. */
export function insertResource(row: ResourceRecord, themes: readonly string[]): void {
  const values = new Map<string, unknown>(Object.entries(row));
  insertion().run(Object.fromEntries(columns.map(([name, column]) => [name, values.get(name) === null ? null : column.mapToDriverValue(values.get(name))])));
  for (const theme of themes) themeInsertion().run(row.id, theme);
}

const resourceStatement = prepared((d) => d.select().from(resources).where(eq(resources.id, sql.placeholder('id'))).prepare());
const themesStatement = prepared((d) => d.select({ theme: resourceThemes.theme }).from(resourceThemes).where(eq(resourceThemes.resourceId, sql.placeholder('id'))).prepare());

/**
 * Puts the published works of an import into search. To be done after all other writing: with each other statement in between SQLite would
 * write the full-text index to the disk, work by work.
 */
export function indexWorks(importId: number): void {
  for (const id of publishedStatement().all(importId) as string[]) {
    const row = resourceStatement().get({ id });
    if (row) indexResource(row, themesStatement().all({ id }).map((t) => t.theme));
  }
}
const publishedStatement = prepared((d) => d.$client.prepare(`select id from resources where import_id = ? and status = 'published'`).pluck());

/**
 * Makes a change to one of many works. A work that has a history gets a line in it; one that has none, as every work that was only
 * imported, gets none: what happened to all of them stands in the log.
 */
export function keepingHistory(actor: { id: number }, resourceId: string, act: VersionAct, reason: string | null, change: () => void): void {
  if (anyVersion().get(resourceId)) withVersion(actor, resourceId, act, reason, change);
  else change();
}
const anyVersion = prepared((d) => d.$client.prepare('select 1 from resource_versions where resource_id = ? limit 1'));
