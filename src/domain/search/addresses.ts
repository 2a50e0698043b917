import { db } from '#db/client.ts';

/** Addresses of everything public with the moment it last changed, newest first, at most `limit`: resources and threads. */
export function publicAddresses(limit: number): { url: string; at: Date }[] {
  const rows = db.$client.prepare(`
    select d.url, coalesce(r.updated_at, t.last_post_at, d.at) as at from search_documents d
    left join resources r on d.kind = 'resource' and r.id = d.ref left join threads t on d.kind = 'thread' and t.id = d.thread_id
    where d.kind in ('resource', 'thread') order by at desc limit ?`).all(limit) as { url: string; at: number }[];
  return rows.map(({ url, at }) => ({ url, at: new Date(at) }));
}
