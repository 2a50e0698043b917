import { and, eq, isNull, or } from 'drizzle-orm';
import { db, forums, posts, resources, threads } from '#db/client.ts';
import type { Viewer } from '../people/types.ts';
import { threadUrl } from './addresses.ts';
import { draftsOf, type DraftFields } from './drafts.ts';
import { visibleThreads } from './visible.ts';

/** A draft as the list of one's drafts shows it. */
export interface DraftRow {
  id: number;
  place: string;
  /** What it is to become: "A reply in …". */
  what: string;
  /** Where to go on writing; null where nothing can be written any more. */
  url: string | null;
  body: string;
  updatedAt: Date;
}

/** The drafts of the viewer with what they are to become, the newest first. Throws SignInRequired. */
export function listDrafts(viewer: Viewer): DraftRow[] {
  return draftsOf(viewer).map(({ id, place, fields, updatedAt }) => ({ id, place, updatedAt, body: textOf(fields, 'body'), ...placeOf(viewer, place, textOf(fields, 'title'), `?draft=${id}`) }));
}

const textOf = (fields: DraftFields, name: string) => { const value = fields[name]; return typeof value === 'string' ? value : ''; };
const nowhere = { what: 'For a place that is not there any more', url: null };

function placeOf(viewer: Viewer, place: string, title: string, query: string): Pick<DraftRow, 'what' | 'url'> {
  const [, kind = '', id = ''] = /^([a-z-]+):?(.*)$/.exec(place) ?? [];
  if (kind === 'new-thread') return { what: title ? `A new thread, “${title}”` : 'A new thread', url: `/forums/new${query}` };
  if (kind === 'comment') {
    const resource = db.select({ slug: resources.slug, title: resources.title }).from(resources).where(and(eq(resources.id, id), eq(resources.status, 'published'))).get();
    return resource ? { what: `A comment on “${resource.title}”`, url: `/library/${resource.slug}${query}#write` } : nowhere;
  }
  return kind === 'thread' ? inThread(viewer, Number(id), query) : inPost(viewer, Number(id), query);
}

function inThread(viewer: Viewer, id: number, query: string): Pick<DraftRow, 'what' | 'url'> {
  const thread = db.select({ id: threads.id, slug: threads.slug, title: threads.title, forumSlug: forums.slug }).from(threads).innerJoin(forums, eq(forums.id, threads.forumId))
    .where(and(eq(threads.id, id), visibleThreads(viewer))).get();
  return thread ? { what: `A reply in “${thread.title}”`, url: `${threadUrl({ ...thread, resourceSlug: null })}${query}#write` } : nowhere;
}

function inPost(viewer: Viewer, id: number, query: string): Pick<DraftRow, 'what' | 'url'> {
  const post = db.select({ title: threads.title }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId))
    .where(and(eq(posts.id, id), eq(posts.authorId, viewer?.id ?? 0), or(isNull(posts.removedAt), posts.hidden), or(visibleThreads(viewer), threads.hidden))).get();
  return post ? { what: `An edit of your post in “${post.title}”`, url: `/posts/${id}/edit${query}` } : nowhere;
}
