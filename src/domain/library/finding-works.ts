import { eq, or, sql } from 'drizzle-orm';
import { db, resources } from '#db/client.ts';
import { foundResources } from './exporting.ts';
import { rowsOf } from './rows.ts';
import { resourceIdAt } from './slugs.ts';
import type { ResourceRow } from './types.ts';

/**
 * Published resources that a member may mean: by their address in the library, their DOI or the address of the work, else by words as in a search.
 * At most `limit`, the likeliest first.
 */
export function worksMeantBy(typed: string, limit: number): ResourceRow[] {
  const meant = typed.trim().slice(0, 2000);
  const ids = byAddress(meant) ?? foundResources({ q: meant, kind: 'resource', type: null, theme: null });
  return rowsOf(ids.slice(0, limit)).filter((resource) => resource.status === 'published');
}

/** Null where it does not look like an address. */
function byAddress(meant: string): string[] | null {
  const slug = /(?:^|\/)library\/([^/?#\s.]+)/.exec(meant)?.[1];
  const here = slug === undefined ? null : resourceIdAt(slug);
  if (here) return [here.id];
  const doi = /\b10\.\d{4,9}\/\S+/.exec(meant)?.[0].toLowerCase();
  if (!doi && !/^https?:\/\/\S+$/i.test(meant)) return null;
  return db.select({ id: resources.id }).from(resources).where(or(doi ? eq(sql`lower(${resources.doi})`, doi) : undefined, eq(resources.url, meant))).limit(10).all().map((r) => r.id);
}
