import { count, eq } from 'drizzle-orm';
import { db, resources } from '#db/client.ts';
import type { ResourceKind } from './types.ts';

/** How many resources are published, in all and of each kind. */
export function countResources(): Record<ResourceKind | 'all', number> {
  const rows = db.select({ kind: resources.kind, n: count() }).from(resources).where(eq(resources.status, 'published')).groupBy(resources.kind).all();
  const of = (kind: ResourceKind) => rows.find((row) => row.kind === kind)?.n ?? 0;
  return { article: of('article'), practice: of('practice'), reference: of('reference'), all: rows.reduce((sum, row) => sum + row.n, 0) };
}
