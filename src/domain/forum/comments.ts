import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, posts, prepared, resources, threads, transaction } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { slugify } from '#lib/slug.ts';
import { NotFound } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { postPlace, postsPerPage } from './addresses.ts';
import { bodyField } from './fields.ts';
import { followByWriting } from './follows.ts';
import { formToken, madeBefore, rememberForm } from './form-tokens.ts';
import { notifyOfPost } from './notifying.ts';
import { createPost, placeOfPost, postsOnPage, writePost, type Beside } from './posts.ts';
import { indexPost } from './searchable.ts';
import { justWritten, standing } from './sent-again.ts';
import { findThread, type Thread } from './threads.ts';
import type { PostView } from './types.ts';

export interface Comments { thread: Thread | null; posts: PostView[]; paging: Paging; total: number }

/** The comments on a resource, which are the posts of its thread; the thread is made with the first of them. */
export function commentsOf(viewer: Viewer, resourceId: string, page: string | null): Comments {
  const row = threadOf().get({ resourceId });
  if (!row) return { thread: null, posts: [], paging: paging(0, postsPerPage, null), total: 0 };
  const thread = findThread(viewer, row.id);
  const slice = paging(thread.lastNumber, postsPerPage, page);
  return { thread, posts: postsOnPage(viewer, thread, slice.page), paging: slice, total: thread.postCount };
}
const threadOf = prepared((d) => d.select({ id: threads.id }).from(threads).where(eq(threads.resourceId, sql.placeholder('resourceId'))).prepare());

export const commentInput = z.object({ resourceId: z.string({ error: 'This form is incomplete: please reload the page.' }), body: bodyField, token: formToken });

const wordsOf = (input: z.output<typeof commentInput>) => [input.resourceId, input.body];

/** The comment that the same form wrote when it was sent before, or a new form with the same words just now; null for the first time. */
export function commentMadeBefore(actor: Member, input: z.output<typeof commentInput> & Beside): { id: number; url: string } | null {
  const { token, files = [] } = input;
  const id = standing(files, eq(posts.id, (token ? madeBefore(actor, token, wordsOf(input)) : null) ?? 0)) ?? justWritten(actor, input.body, files, eq(threads.resourceId, input.resourceId));
  return id === null ? null : { id, url: placeOfPost(actor, id) };
}

/** Comments on a published resource. Returns where the comment stands. Throws NotFound, Denied, TooMany. */
export function createComment(actor: Member, input: z.output<typeof commentInput> & Beside): { id: number; url: string } {
  mustWrite(actor);
  const resource = db.select().from(resources).where(and(eq(resources.id, input.resourceId), eq(resources.status, 'published'))).get();
  if (!resource) throw new NotFound('This resource is not in the library any more.');
  return transaction(() => {
    const known = db.select({ id: threads.id }).from(threads).where(eq(threads.resourceId, resource.id)).get();
    const before = commentMadeBefore(actor, input);
    if (before) return before;
    if (known) return createPost(actor, { threadId: known.id, body: input.body, token: input.token, files: input.files, waited: input.waited });
    countAttempt('postPerMember', actor.id);
    const { id } = db.insert(threads).values({
      resourceId: resource.id, title: resource.title, slug: slugify(resource.title), authorId: actor.id, lastPosterId: actor.id,
    }).returning({ id: threads.id }).get();
    const post = writePost(actor, id, input.body, input.files);
    indexPost(post.id);
    notifyOfPost(post.id, post.addressed);
    followByWriting(actor.id, id, 'replied');
    if (input.token) rememberForm(actor, input.token, wordsOf(input), post.id);
    bumpChanges();
    return { id: post.id, url: postPlace(`/library/${resource.slug}#comments`, post.number) };
  });
}
