import { and, eq, sql } from 'drizzle-orm';
import { db, facts, prepared, searchDocuments } from '#db/client.ts';

/** Something that can be found and that everybody may see. */
export interface SearchDocument {
  kind: 'resource' | 'thread' | 'post';
  /** Resource id, thread id or post id. */
  ref: string;
  /** The thread of a thread or post, so that a thread is found once; null for a resource. */
  threadId: number | null;
  url: string;
  /** Empty for a post: its thread has the title. */
  title: string;
  people: string;
  summary: string;
  /** Words without markup. */
  body: string;
  /** Code of the resource type; a thread's kind; `comment` for a comment on a resource. */
  type: string;
  themes: readonly string[];
  year: number | null;
  place: string | null;
  at: Date;
}

/** Makes something findable, or changes what is found of it. Only what is public may be put here. Call inside the transaction of the change. */
export function putDocument({ themes, ...document }: SearchDocument): void {
  upsert().run({ ...document, themes: ` ${themes.map((t) => `${t} `).join('')}`, at: document.at.getTime() });
  countDocumentChange();
}
const upsert = prepared((d) => d.$client.prepare(`
  insert into search_documents (kind, ref, thread_id, url, title, people, summary, body, type, themes, year, place, at)
  values (@kind, @ref, @threadId, @url, @title, @people, @summary, @body, @type, @themes, @year, @place, @at)
  on conflict (kind, ref) do update set thread_id = excluded.thread_id, url = excluded.url, title = excluded.title, people = excluded.people,
    summary = excluded.summary, body = excluded.body, type = excluded.type, themes = excluded.themes, year = excluded.year, place = excluded.place, at = excluded.at`));

/** Takes something out of search. Call inside the transaction of the change. */
export function dropDocument(kind: SearchDocument['kind'], ref: string): void {
  db.delete(searchDocuments).where(and(eq(searchDocuments.kind, kind), eq(searchDocuments.ref, ref))).run();
  countDocumentChange();
}

/** Takes a thread and every post in it out of search. */
export function dropThreadDocuments(threadId: number): void {
  db.delete(searchDocuments).where(eq(searchDocuments.threadId, threadId)).run();
  countDocumentChange();
}

/** Counts changes of the documents, so that the Pagefind bundle knows when it is behind. */
function countDocumentChange(): void {
  db.insert(facts).values({ name: 'documents', value: 1 }).onConflictDoUpdate({ target: facts.name, set: { value: sql`${facts.value} + 1` } }).run();
}

/** How often the documents have changed; see `countDocumentChange`. */
export function documentChanges(): number {
  return db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'documents')).get()?.value ?? 0;
}

/** Puts a member's new name into everything of theirs that can be found. Call inside the transaction of the change. */
export function putWriterName(memberId: number, name: string): void {
  const changed = rename().run({ memberId, name }).changes;
  if (changed) countDocumentChange();
}
const rename = prepared((d) => d.$client.prepare(`
  update search_documents set people = @name
  where (kind = 'thread' and ref in (select cast(id as text) from threads where author_id = @memberId))
     or (kind = 'post' and ref in (select cast(id as text) from posts where author_id = @memberId))`));
