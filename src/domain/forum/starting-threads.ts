import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, posts, themes, threads, threadThemes, transaction } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { canModerate, mustWrite } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { bodyField, titleField } from './fields.ts';
import { formToken, madeBefore, rememberForm } from './form-tokens.ts';
import { chosenForum, mustStartThread } from './forums.ts';
import { writePost } from './posts.ts';
import { indexThread } from './searchable.ts';
import { findThread, type Thread } from './threads.ts';
import { coordinatorKinds, threadKinds, threadKindWords } from './types.ts';

export const threadInput = z.object({
  forum: z.string({ error: 'Please choose a forum.' }),
  kind: z.enum(threadKinds, { error: 'Please choose what kind of thread it is.' }).default('discussion'),
  title: titleField,
  body: bodyField,
  themes: z.array(z.string()).max(4, 'Four themes at most.').default([]),
  token: formToken,
});

/** Starts a thread in a forum. Returns it; the same form sent again leads to the thread it started. Throws SignInRequired, Denied, NotFound, Invalid, TooMany. */
export function createThread(actor: Member, input: z.output<typeof threadInput>): Thread {
  mustWrite(actor);
  if (coordinatorKinds.includes(input.kind) && !canModerate(actor)) throw new Denied(`${threadKindWords[input.kind].many} are started by coordinators.`);
  return transaction(() => {
    const forum = chosenForum(input.forum);
    const words = [input.forum, input.kind, input.title, input.body];
    const before = input.token ? madeBefore(actor, input.token, words) : justStarted(actor, forum.id, input);
    if (before !== null) return findThread(actor, before);
    mustStartThread(actor, forum);
    const known = new Set(db.select({ code: themes.code }).from(themes).all().map((t) => t.code));
    if (input.themes.some((t) => !known.has(t))) throw new Invalid({ themes: 'One of these themes does not exist.' });
    countAttempt('threadPerMember', actor.id);
    const { id } = db.insert(threads).values({
      forumId: forum.id, kind: input.kind, title: input.title, slug: slugify(input.title), authorId: actor.id, lastPosterId: actor.id,
    }).returning({ id: threads.id }).get();
    for (const theme of new Set(input.themes)) db.insert(threadThemes).values({ threadId: id, theme }).run();
    writePost(actor, id, input.body);
    indexThread(id);
    if (input.token) rememberForm(actor, input.token, words, id);
    bumpChanges();
    return findThread(actor, id);
  });
}

/** The same words by the same member in the same forum, less than five minutes ago: a form without a token that was sent twice. */
function justStarted(author: Member, forumId: number, { title, body }: { title: string; body: string }): number | null {
  return db.select({ id: threads.id }).from(threads).innerJoin(posts, and(eq(posts.threadId, threads.id), eq(posts.number, 1)))
    .where(and(eq(threads.authorId, author.id), eq(threads.forumId, forumId), eq(threads.title, title), eq(posts.markdown, body), isNull(threads.removedAt), gt(threads.createdAt, new Date(Date.now() - 5 * 60_000)))).get()?.id ?? null;
}
