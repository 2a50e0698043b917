import { eq } from 'drizzle-orm';
import { db, posts, prepared, resources, threads } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import { lookAgainAtQuotes } from '../forum/blanked-quotes.ts';
import { indexPost } from '../forum/searchable.ts';
import { dropDocument, dropThreadDocuments, putDocument } from '../search/documents.ts';
import { wordsOfAttachments } from './attachments.ts';
import { wordsOf } from './bodies.ts';
import { readCsl } from './csl.ts';
import { fullName } from './names.ts';
import { countLibraryChange } from './published.ts';

type ResourceRecord = typeof resources.$inferSelect;

/** Brings search, lists and the comments on it in step with a resource: a published one is found, any other is not; its comments are called as it is. Call inside the transaction of the change. */
export function indexResource(resource: ResourceRecord, themes: readonly string[]): void {
  countLibraryChange();
  const { title } = resource;
  // Asked first: where many works are imported, a statement that writes would have the search index written to the disk, work by work.
  if (commentsCalledElse().get(resource.id, title)) db.update(threads).set({ title, slug: slugify(title) }).where(eq(threads.resourceId, resource.id)).run();
  if (resource.status !== 'published') {
    dropDocument('resource', resource.id);
    return;
  }
  const csl = readCsl(resource.csl);
  const people = [...(csl.author ?? []), ...(csl.editor ?? [])].map(fullName).join('; ') || (resource.people ?? '');
  const about = [resource.place, resource.venue, csl['collection-title'], csl.abstract === resource.summary ? null : csl.abstract].filter(Boolean).join('. ');
  putDocument({
    kind: 'resource', ref: resource.id, threadId: null, url: `/library/${resource.slug}`, title: resource.title, people,
    summary: resource.summary, body: [wordsOf(resource.body), about, wordsOfAttachments(resource.id)].filter(Boolean).join('\n'), type: resource.type, themes,
    year: resource.year, place: resource.place, at: resource.publishedAt ?? resource.updatedAt,
  });
}

const commentsCalledElse = prepared((d) => d.$client.prepare('select 1 from threads where resource_id = ? and title <> ?'));

/** Takes the comments on a resource out of search and out of what quotes them, as when it is retired. */
export function dropComments(resourceId: string): void {
  const thread = db.select({ id: threads.id }).from(threads).where(eq(threads.resourceId, resourceId)).get();
  if (!thread) return;
  dropThreadDocuments(thread.id);
  lookAgainAtQuotes({ threadId: thread.id });
}

/** Puts the comments on a resource back into search and into what quotes them, as when it is published again. */
export function indexComments(resourceId: string): void {
  const rows = db.select({ id: posts.id, threadId: posts.threadId }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).where(eq(threads.resourceId, resourceId)).all();
  for (const { id } of rows) indexPost(id);
  if (rows[0]) lookAgainAtQuotes({ threadId: rows[0].threadId });
}
