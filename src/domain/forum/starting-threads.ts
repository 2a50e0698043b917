import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, forums, posts, themes, threads, threadThemes, transaction } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { canModerate, mustWrite } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { bodyField, titleField } from './fields.ts';
import { writePost } from './posts.ts';
import { indexThread } from './searchable.ts';
import { findThread, type Thread } from './threads.ts';
import { threadKinds } from './types.ts';

export const threadInput = z.object({
  forum: z.string({ error: 'Please choose a forum.' }),
  kind: z.enum(threadKinds, { error: 'Please choose what kind of thread it is.' }).default('discussion'),
  title: titleField,
  body: bodyField,
  /** For a colleague: nobody sees who asked. */
  nameless: z.boolean().default(false),
  themes: z.array(z.string()).max(4, 'Four themes at most.').default([]),
});

/** Starts a thread in a forum. Returns it. Throws SignInRequired, Denied, NotFound, Invalid, TooMany. */
export function createThread(actor: Member, { nameless = false, ...input }: Omit<z.output<typeof threadInput>, 'nameless'> & { nameless?: boolean }): Thread {
  mustWrite(actor);
  if (input.kind === 'announcement' && !canModerate(actor)) throw new Denied('Announcements are made by coordinators.');
  if (nameless && input.kind !== 'question') throw new Invalid({ kind: 'Only a question can be asked for a colleague, without your name.' });
  const forum = db.select().from(forums).where(eq(forums.slug, input.forum)).get();
  if (!forum) throw new Invalid({ forum: 'This forum does not exist any more: please choose another.' });
  const known = new Set(db.select({ code: themes.code }).from(themes).all().map((t) => t.code));
  if (input.themes.some((t) => !known.has(t))) throw new Invalid({ themes: 'One of these themes does not exist.' });
  countAttempt('threadPerMember', actor.id);
  return transaction(() => {
    // A form that was sent twice leads to the thread that it started the first time.
    const twin = db.select({ id: threads.id }).from(threads).innerJoin(posts, and(eq(posts.threadId, threads.id), eq(posts.number, 1)))
      .where(and(eq(threads.authorId, actor.id), eq(threads.forumId, forum.id), eq(threads.title, input.title), eq(posts.markdown, input.body), isNull(threads.removedAt), gt(threads.createdAt, new Date(Date.now() - 5 * 60_000)))).get();
    if (twin) return findThread(actor, twin.id);
    const { id } = db.insert(threads).values({
      forumId: forum.id, kind: input.kind, title: input.title, slug: slugify(input.title), authorId: actor.id, lastPosterId: actor.id,
    }).returning({ id: threads.id }).get();
    for (const theme of new Set(input.themes)) db.insert(threadThemes).values({ threadId: id, theme }).run();
    writePost(actor, id, input.body, nameless);
    indexThread(id);
    bumpChanges();
    return findThread(actor, id);
  });
}
