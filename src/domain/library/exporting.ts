import { and, eq, inArray } from 'drizzle-orm';
import { db, prepared, resources, resourceThemes } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { NotFound } from '../errors.ts';
import type { SearchAsk } from '../search/narrowing.ts';
import { allFound } from '../search/results.ts';
import { citableRecord } from './citable.ts';
import { recordOf } from './exchange/columns.ts';
import type { ExchangeRecord } from './exchange/record.ts';
import { findResource } from './resources.ts';
import { resourceIdAt } from './slugs.ts';

/** So many records are read at a time: whoever writes them can let others have their turn in between. */
const portion = 100;

/** The published ones among these resources as records to take along, in this order; read in portions of 100. */
export function* exportRecords(ids: Iterable<string>): Generator<ExchangeRecord> {
  let waiting: string[] = [];
  for (const id of ids) {
    waiting.push(id);
    if (waiting.length < portion) continue;
    yield* recordsOf(waiting);
    waiting = [];
  }
  yield* recordsOf(waiting);
}

function recordsOf(ids: readonly string[]): ExchangeRecord[] {
  if (!ids.length) return [];
  const themesOf = Map.groupBy(db.select().from(resourceThemes).where(inArray(resourceThemes.resourceId, [...ids])).all(), (t) => t.resourceId);
  const byId = new Map(db.select().from(resources).where(and(inArray(resources.id, [...ids]), eq(resources.status, 'published'))).all().map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row ? [asPublished(row, recordOf(row, (themesOf.get(id) ?? []).map((t) => t.theme)))] : [];
  });
}

/** What the hub publishes itself names the hub and its page there, as it is cited. */
function asPublished({ kind, slug }: typeof resources.$inferSelect, record: ExchangeRecord): ExchangeRecord {
  return kind === 'reference' ? record : { ...record, csl: { ...record.csl, ...citableRecord({ kind, slug, csl: record.csl }, settings()), type: record.csl.type } };
}

/** The record of the published resource at an address of the library, former ones included, with its address of today. Throws NotFound or Gone as its page does. */
export function recordAt(address: string): { slug: string; record: ExchangeRecord } {
  const place = resourceIdAt(address);
  const record = place && recordsOf([place.id])[0];
  if (record) return { slug: place.slug, record };
  findResource(null, place?.slug ?? address);
  throw new NotFound('There is nothing to take along at this address.');
}

/** Ids of the resources among the results of a search, the best first, narrowed as the page of results is. */
export function foundResources(ask: SearchAsk): string[] {
  if (ask.kind && ask.kind !== 'resource') return [];
  return allFound({ ...ask, kind: 'resource' }).flatMap((id) => (refOf().get(id) as string | undefined) ?? []);
}
const refOf = prepared((d) => d.$client.prepare('select ref from search_documents where id = ?').pluck());
