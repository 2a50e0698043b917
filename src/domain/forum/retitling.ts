import { eq } from 'drizzle-orm';
import { bumpChanges, db, threads } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import { threadAt } from '../thread-addresses.ts';
import { indexThread } from './searchable.ts';

/** Puts another title in a thread's place, in its address, and in the log too. Call inside a transaction. */
export function retitle(id: number, title: string): void {
  if (retitleAll(new Map([[id, title]])).length > 0) indexThread(id);
}

/** The same for many threads, by id, without bringing the search in step. Returns those that were called otherwise. Call inside a transaction. */
export function retitleAll(titles: ReadonlyMap<number, string>): number[] {
  const slugs = new Map<number, string>();
  const changed = [...titles].flatMap(([id, title]) => {
    const before = db.select({ title: threads.title, slug: threads.slug }).from(threads).where(eq(threads.id, id)).get();
    if (!before) return [];
    slugs.set(id, before.title === title ? before.slug : slugify(title));
    if (before.title === title) return [];
    db.update(threads).set({ title, slug: slugs.get(id) ?? '' }).where(eq(threads.id, id)).run();
    return [id];
  });
  putThreadSlugs(slugs);
  if (changed.length > 0) bumpChanges();
  return changed;
}

/** Puts the slugs of threads, by id, into all their addresses in the log and in notifications: earlier ones are there too. Call inside a transaction. */
export function putThreadSlugs(slugs: ReadonlyMap<number, string>): void {
  for (const table of ['log', 'notifications']) {
    const rows = db.$client.prepare(`select rowid as row, url, ${threadAt('url')} as id from "${table}" where url like '/forums/%/%' and ${threadAt('url')} in (select value from json_each(?))`).all(JSON.stringify([...slugs.keys()])) as { row: number; url: string; id: number }[];
    for (const { row, url, id } of rows) {
      const present = url.replace(/^(\/forums\/[^/]*\/\d+-)[^/?#]*/, (_, before: string) => `${before}${slugs.get(id) ?? ''}`);
      if (present !== url) db.$client.prepare(`update "${table}" set url = ? where rowid = ?`).run(present, row);
    }
  }
}
