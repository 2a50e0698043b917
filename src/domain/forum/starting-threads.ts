import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, posts, themes, threads, threadThemes, transaction } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { canModerateForum, mustWrite } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { bodyField, titleField } from './fields.ts';
import { followByWriting } from './follows.ts';
import { formToken, madeBefore, rememberForm } from './form-tokens.ts';
import { chosenForum, mustStartThread } from './forums.ts';
import { notifyOfPost } from './notifying.ts';
import { writePost, type Beside } from './posts.ts';
import { indexThread } from './searchable.ts';
import { findThread, type Thread } from './threads.ts';
import { coordinatorKinds, threadKinds, threadKindWords } from './types.ts';

export const threadInput = z.object({
  forum: z.string({ error: 'Please choose a forum.' }),
  kind: z.enum(threadKinds, { error: 'Please choose what kind of thread it is.' }).default('discussion'),
  title: titleField,
  body: bodyField,
  /** For a colleague: nobody sees who asked. */
  nameless: z.boolean().optional(),
  themes: z.array(z.string()).max(4, 'Four themes at most.').default([]),
  token: formToken,
});

const wordsOf = (input: z.output<typeof threadInput>) => [input.forum, input.kind, input.title, input.body];

/** The thread that the same form started when it was sent before; null for the first time. */
export function threadMadeBefore(actor: Member, input: z.output<typeof threadInput>): Thread | null {
  const id = input.token ? madeBefore(actor, input.token, wordsOf(input)) : null;
  return id === null ? null : findThread(actor, id);
}

/** Starts a thread in a forum. Returns it; the same form sent again leads to the thread it started. Throws SignInRequired, Denied, NotFound, Invalid, TooMany. */
export function createThread(actor: Member, input: z.output<typeof threadInput> & Beside): Thread {
  mustWrite(actor);
  const { nameless = false } = input;
  if (nameless && input.kind !== 'question') throw new Invalid({ kind: 'Only a question can be asked for a colleague, without your name.' });
  return transaction(() => {
    const forum = chosenForum(input.forum);
    if (coordinatorKinds.includes(input.kind) && !canModerateForum(actor, forum.id)) throw new Denied(`${threadKindWords[input.kind].many} are started by coordinators.`);
    const before = threadMadeBefore(actor, input) ?? (input.token ? null : justStarted(actor, forum.id, input));
    if (before) return before;
    if (!input.waited) mustStartThread(actor, forum);
    if (nameless && forum.startedBy === 'coordinators') throw new Invalid({ forum: 'Only coordinators start threads in this forum, so the place would tell that one of them asks. Please choose another forum.' });
    const known = new Set(db.select({ code: themes.code }).from(themes).all().map((t) => t.code));
    if (input.themes.some((t) => !known.has(t))) throw new Invalid({ themes: 'One of these themes does not exist.' });
    countAttempt('threadPerMember', actor.id);
    const { id } = db.insert(threads).values({
      forumId: forum.id, kind: input.kind, title: input.title, slug: slugify(input.title), authorId: actor.id, lastPosterId: actor.id,
    }).returning({ id: threads.id }).get();
    for (const theme of new Set(input.themes)) db.insert(threadThemes).values({ threadId: id, theme }).run();
    const post = writePost(actor, id, input.body, input.files, nameless);
    indexThread(id);
    notifyOfPost(post.id, post.addressed);
    followByWriting(actor.id, id, 'started');
    if (input.token) rememberForm(actor, input.token, wordsOf(input), id);
    bumpChanges();
    return findThread(actor, id);
  });
}

/** The same words by the same member in the same forum, less than five minutes ago: a form without a token that was sent twice. */
function justStarted(author: Member, forumId: number, { title, body }: { title: string; body: string }): Thread | null {
  const row = db.select({ id: threads.id }).from(threads).innerJoin(posts, and(eq(posts.threadId, threads.id), eq(posts.number, 1)))
    .where(and(eq(threads.authorId, author.id), eq(threads.forumId, forumId), eq(threads.title, title), eq(posts.markdown, body), isNull(threads.removedAt), gt(threads.createdAt, new Date(Date.now() - 5 * 60_000)))).get();
  return row ? findThread(author, row.id) : null;
}
