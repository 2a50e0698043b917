import { prepared, transaction } from '#db/client.ts';

export interface ReadCount {
  kind: 'resource' | 'thread';
  /** Resource id or thread id. */
  ref: string;
  count: number;
}

/** Adds a batch of readings to the totals. The pages that show totals need not be fresh to the second, so no cache is told. */
export function countReads(counts: Iterable<ReadCount>): void {
  transaction(() => { for (const { kind, ref, count } of counts) add().run({ kind, ref, count }); });
}
const add = prepared((d) => d.$client.prepare(`
  insert into reads (kind, ref, count) values (@kind, @ref, @count) on conflict (kind, ref) do update set count = reads.count + excluded.count`));

/** The same, counted by address (`/library/<slug>`, `/forums/<forum>/<id>-<slug>`); addresses of anything else are passed over. */
export function countReadsOfAddresses(counts: ReadonlyMap<string, number>): void {
  countReads([...counts].flatMap(([path, count]): ReadCount[] => {
    const slug = /^\/library\/([^/?#]+)$/.exec(path)?.[1];
    if (slug) {
      const row = idOfSlug().get(slug) as { id: string } | undefined;
      return row ? [{ kind: 'resource', ref: row.id, count }] : [];
    }
    const thread = /^\/forums\/[^/]+\/(\d+)-[^/?#]*$/.exec(path)?.[1];
    return thread ? [{ kind: 'thread', ref: thread, count }] : [];
  }));
}
const idOfSlug = prepared((d) => d.$client.prepare(`select id from resources where slug = ? and status = 'published'`));
