import { eq, sql } from 'drizzle-orm';
import { db, prepared, resources, threads } from '#db/client.ts';
import type { ResourceRow, Term } from './types.ts';
import { evidenceLevels, labelOf, resourceType, rightsStatement } from '../vocabulary.ts';

const columns = {
  id: resources.id, slug: resources.slug, kind: resources.kind, type: resources.type, title: resources.title, summary: resources.summary,
  people: resources.people, year: resources.year, venue: resources.venue, place: resources.place, language: resources.language, evidence: resources.evidence,
  rights: resources.rights, status: resources.status, publishedAt: resources.publishedAt, updatedAt: resources.updatedAt,
  comments: sql<number>`coalesce(${threads.postCount}, 0)`,
};

/** Resources with what a list shows of them, except their themes: to be narrowed, sorted and cut. */
export function selectResources() {
  return db.select(columns).from(resources).leftJoin(threads, eq(threads.resourceId, resources.id)).$dynamic();
}
type RawRow = ReturnType<ReturnType<typeof selectResources>['all']>[number];

/** Adds labels and themes: one further query for all the rows. */
export function asRows(rows: readonly RawRow[]): ResourceRow[] {
  const themesOf = themesByResource(rows.map((row) => row.id));
  return rows.map((row) => {
    const { code, label } = resourceType(row.type);
    // A newspaper that is its own author is named once.
    const venue = row.venue === row.people ? null : row.venue;
    const evidence = row.evidence === null ? null : { code: row.evidence, label: labelOf(evidenceLevels, row.evidence) };
    const rights = { code: row.rights, label: rightsStatement(row.rights).label };
    return { ...row, venue, type: { code, label }, evidence, rights, themes: themesOf.get(row.id) ?? [] };
  });
}

/** The rows of these resources, in this order. */
export function rowsOf(ids: readonly string[]): ResourceRow[] {
  if (!ids.length) return [];
  const byId = new Map(asRows(withIds().all({ ids: JSON.stringify(ids) })).map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
const withIds = prepared(() => selectResources().where(sql`${resources.id} in (select value from json_each(${sql.placeholder('ids')}))`).prepare());

/** The themes of each of these resources, in the order of the vocabulary. */
export function themesByResource(ids: readonly string[]): Map<string, Term[]> {
  const byId = new Map<string, Term[]>();
  if (!ids.length) return byId;
  for (const { id, code, label } of themesOfAll().all(JSON.stringify(ids)) as (Term & { id: string })[]) byId.set(id, [...(byId.get(id) ?? []), { code, label }]);
  return byId;
}
const themesOfAll = prepared((d) => d.$client.prepare(`
  select t.resource_id as id, w.code, w.label from json_each(?) j cross join resource_themes t on t.resource_id = j.value join themes w on w.code = t.theme order by w.position`));
