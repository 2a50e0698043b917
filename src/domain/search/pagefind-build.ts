import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createIndex } from 'pagefind';
import { resourceType } from '../vocabulary.ts';

/**
 * Builds the Pagefind bundle from the search documents: the newest resources, then the threads that were written to last, each with its posts.
 * A program of its own: `node pagefind-build.ts <database> <folder> <threads> <keep>`. It writes folder/<generation>/, points the link
 * folder/current at it and keeps the generation before for pages that are still open, unless <keep> is `none`: then it has words that were removed.
 */
interface Row { url: string; title: string; people: string; summary: string; body: string; kind: string; type: string; year: number | null }

/** Pagefind takes about 110 MB of memory for 1,000 records while it builds; a larger library needs several bundles. */
const mostResources = 2000;

const [file = '', folder = '', limit = '2000', keep = 'last'] = process.argv.slice(2);
const sqlite = new Database(file, { readonly: true });
sqlite.pragma('busy_timeout = 5000');
const threadTypes = new Map([['discussion', 'Discussion'], ['question', 'Question'], ['announcement', 'Announcement']]);

const { index, errors } = await createIndex({ forceLanguage: 'en' });
if (!index) throw new Error(errors.join(' '));

const resources = sqlite.prepare(`select url, title, people, summary, body, kind, type, year from search_documents where kind = 'resource' order by at desc limit ${mostResources}`);
const threads = sqlite.prepare(`
  select d.url, d.title, d.people, d.summary, d.kind, d.type, d.year,
    d.body || coalesce((select ' ' || group_concat(body, ' ') from (select body from search_documents p where p.thread_id = d.thread_id and p.kind = 'post' order by p.at)), '') as body
  from search_documents d join threads t on t.id = d.thread_id where d.kind = 'thread' order by t.last_post_at desc limit ?`);

for (const rows of [resources.iterate(), threads.iterate(Number(limit))]) {
  for (const row of rows as IterableIterator<Row>) {
    const type = threadTypes.get(row.type) ?? resourceType(row.type).label;
    const { errors: wrong } = await index.addCustomRecord({
      url: row.url, language: 'en', content: [row.title, row.people, row.summary, row.body].filter(Boolean).join('. '),
      meta: { title: row.title, type, ...(row.people && { people: shortened(row.people) }), ...(row.year && { year: String(row.year) }) },
      filters: { kind: [row.kind], type: [type] },
    });
    if (wrong.length) throw new Error(`${row.url}: ${wrong.join(' ')}`);
  }
}
sqlite.close();

const generation = new Date().toISOString().replace(/\D/g, '');
mkdirSync(folder, { recursive: true });
const { errors: unwritten } = await index.writeFiles({ outputPath: join(folder, generation) });
if (unwritten.length) throw new Error(unwritten.join(' '));
swap(generation);
process.exit(0);

function shortened(people: string): string {
  const names = people.split('; ').map((name) => name.split(',')[0] ?? name);
  return names.length > 2 ? `${names[0]} et al.` : names.join(' & ');
}

/** Renaming a link over another is atomic: no request ever finds the folder missing. */
function swap(now: string): void {
  const link = join(folder, 'current');
  const before = readdirSync(folder).includes('current') ? readlinkSync(link) : null;
  const fresh = join(folder, `next-${now}`);
  symlinkSync(now, fresh);
  renameSync(fresh, link);
  for (const name of readdirSync(folder)) {
    if (/^\d{17}$/.test(name) && name !== now && (name !== before || keep === 'none')) rmSync(join(folder, name), { recursive: true });
    if (name.startsWith('next-')) rmSync(join(folder, name));
  }
}
