import { setImmediate } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { db, prepared, searchDocuments, transaction } from '#db/client.ts';
import { isNamelessPost, isNamelessStarter } from '../anonymity.ts';
import type { DocumentKind } from './attributes.ts';

/** Something that can be found and that everybody may see. */
export interface SearchDocument {
  kind: DocumentKind;
  /** Id or code of what it is, within its kind. */
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
  /** Code of the resource type; a thread's kind; `comment` for a comment on a resource; for all others their kind. */
  type: string;
  themes: readonly string[];
  year: number | null;
  place: string | null;
  /** An accepted answer, or a question that has one. */
  accepted?: boolean;
  at: Date;
}

/** Makes something findable, or changes what is found of it. Only what is public may be put here. Call inside the transaction of the change. */
export function putDocument({ themes, accepted = false, ...document }: SearchDocument): void {
  if (otherWords().get(document) !== undefined) count('documents-removed');
  upsert().run({ ...document, accepted: Number(accepted), themes: ` ${themes.map((t) => `${t} `).join('')}`, at: document.at.getTime() });
  count('documents');
}
const otherWords = prepared((d) => d.$client.prepare(`
  select 1 from search_documents where kind = @kind and ref = @ref
    and (url <> @url or title <> @title or people <> @people or summary <> @summary or body <> @body)`));
const upsert = prepared((d) => d.$client.prepare(`
  insert into search_documents (kind, ref, thread_id, url, title, people, summary, body, type, themes, year, place, accepted, at)
  values (@kind, @ref, @threadId, @url, @title, @people, @summary, @body, @type, @themes, @year, @place, @accepted, @at)
  on conflict (kind, ref) do update set thread_id = excluded.thread_id, url = excluded.url, title = excluded.title, people = excluded.people,
    summary = excluded.summary, body = excluded.body, type = excluded.type, themes = excluded.themes, year = excluded.year, place = excluded.place, accepted = excluded.accepted, at = excluded.at`));

/** Takes something out of search. Call inside the transaction of the change. */
export function dropDocument(kind: DocumentKind, ref: string): void {
  if (removal().run(kind, ref).changes) countRemoval();
}
const removal = prepared((d) => d.$client.prepare('delete from search_documents where kind = ? and ref = ?'));

/** Takes a thread and every post in it out of search. */
export function dropThreadDocuments(threadId: number): void {
  if (db.delete(searchDocuments).where(eq(searchDocuments.threadId, threadId)).run().changes) countRemoval();
}

/** Takes many things of one kind out of search. */
export function dropDocuments(kind: DocumentKind, refs: readonly (number | string)[]): void {
  if (removals().run(kind, JSON.stringify(refs)).changes) countRemoval();
}
const removals = prepared((d) => d.$client.prepare('delete from search_documents where kind = ? and ref in (select cast(value as text) from json_each(?))'));

/**
 * Takes what is no longer found out of the files of the search index, if anything was taken out of search or reworded since the last time, and lets requests through
 * between portions. For the chores: nobody who removes something waits for it.
 */
export async function purgeIndex(): Promise<void> {
  for (let more = true; more; await setImmediate()) more = purgeOn();
}

/** One portion of it. Returns whether there is more to do. */
function purgeOn(): boolean {
  const begun = counted('index-purging');
  const removals = begun || documentRemovals();
  if (removals === counted('index-purged')) return false;
  return transaction(() => {
    const more = purgeSome(begun === 0);
    noting().run('index-purging', more ? removals : 0);
    if (!more) noting().run('index-purged', removals);
    return more;
  });
}
const noting = prepared((d) => d.$client.prepare('insert into facts (name, value) values (?, ?) on conflict (name) do update set value = excluded.value'));

/** Pages of 4 kB that one portion writes, about. */
const pages = 30;

/** Writes a part of the files of the search index anew, without what was taken out of it. `begin` says that all that is there now is to be gone through. Returns whether there is more to do. */
export function purgeSome(begin: boolean): boolean {
  const total = changesSoFar();
  merging().run(begin ? -pages : pages);
  return changesSoFar() - total > 1;
}
const merging = prepared((d) => d.$client.prepare(`insert into search_index (search_index, rank) values ('merge', cast(? as integer))`));
const changesSoFar = () => totalChanges().get() as number;
const totalChanges = prepared((d) => d.$client.prepare('select total_changes()').pluck());

/** Counts changes of the documents, so that the Pagefind bundle knows when it is behind; one that still has removed words is behind at once. */
function count(name: 'documents' | 'documents-removed'): void {
  counting().run(name);
}
const counting = prepared((d) => d.$client.prepare('insert into facts (name, value) values (?, 1) on conflict (name) do update set value = value + 1'));

function countRemoval(): void {
  count('documents');
  count('documents-removed');
}

const counted = (name: string) => (counts().get(name) ?? 0) as number;
const counts = prepared((d) => d.$client.prepare('select value from facts where name = ?').pluck());

/** How often the documents have changed. */
export const documentChanges = (): number => counted('documents');

/** How often words that could be found ceased to be there, by removal or by an edit. */
export const documentRemovals = (): number => counted('documents-removed');

/** Puts a member's new name into everything of theirs that can be found. Call inside the transaction of the change. */
export function putWriterName(memberId: number, name: string): void {
  const changed = rename().run({ memberId, name }).changes;
  if (changed) countRemoval();
}
const rename = prepared((d) => d.$client.prepare(`
  update search_documents set people = @name
  where (kind = 'thread' and ref in (select cast(id as text) from threads where author_id = @memberId and not ${isNamelessStarter('threads.id', 'threads.author_id')}))
     or (kind = 'post' and ref in (select cast(id as text) from posts where author_id = @memberId and not ${isNamelessPost('posts.id')}))`));
