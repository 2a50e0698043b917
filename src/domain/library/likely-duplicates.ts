import { and, eq, inArray } from 'drizzle-orm';
import { db, prepared, resources } from '#db/client.ts';
import { normaliseDoi, workKey } from './exchange/duplicates.ts';
import { comparable, knownWorks } from './known-works.ts';
import type { Name } from './names.ts';
import type { ResourceStatus } from './types.ts';

/** What two records have in common: the DOI, title with year and first author, the address on the web, or nearly the title. */
export type Likeness = 'doi' | 'work' | 'url' | 'title';

export const likenessWords: Record<Likeness, string> = {
  doi: 'Same DOI', work: 'Same title, year and first author', url: 'Same address on the web', title: 'Similar title',
};

export interface LikelyDuplicate { id: string; slug: string; title: string; people: string | null; year: number | null; status: ResourceStatus; why: Likeness }

export interface KnownOfWork { title: string; year: number | null; people: readonly Name[]; doi: string | null; url: string | null }

/**
 * Resources that may be the same as this work, the surest first, at most ten. Only published ones, which everybody may see; coordinators ask
 * with `all` for what waits as well. `except` is the resource itself when it is edited. Not inside a transaction that has written.
 */
export function likelyDuplicatesOf({ title, year, people, doi, url }: KnownOfWork, { all = false, except }: { all?: boolean; except?: string } = {}): LikelyDuplicate[] {
  const key = workKey({ title, author: [...people], ...(year !== null && { issued: { 'date-parts': [[year]] } }) });
  const known = knownWorks();
  const found = new Map<string, Likeness>();
  const note = (ids: readonly string[], why: Likeness) => { for (const id of ids) if (id !== except && !found.has(id)) found.set(id, why); };
  if (doi) note(withDoi().all({ doi: normaliseDoi(doi) }) as string[], 'doi');
  if (key) note(withKey().all({ key }) as string[], 'work');
  if (url) note(known.under(url), 'url');
  note(known.similar(title, key).map(({ id }) => id), 'title');
  if (!found.size) return [];
  const rows = db.select({ id: resources.id, slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, status: resources.status }).from(resources)
    .where(and(inArray(resources.id, [...found.keys()].slice(0, 200)), all ? inArray(resources.status, comparable) : eq(resources.status, 'published'))).all();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...found].flatMap(([id, why]) => {
    const row = byId.get(id);
    return row ? [{ ...row, why }] : [];
  }).slice(0, 10);
}
const withDoi = prepared((d) => d.$client.prepare(`select id from resources where lower(doi) = @doi and doi is not null and status <> 'retired' limit 50`).pluck());
const withKey = prepared((d) => d.$client.prepare(`select id from resources where work_key = @key and status <> 'retired' limit 50`).pluck());
