import { and, eq, inArray, not, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, forums, posts, themes, threads, threadThemes, transaction } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import { isNamedPost } from '../anonymity.ts';
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
import { justWritten, standing } from './sent-again.ts';
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

const wordsOf = (input: z.output<typeof threadInput>) => [input.forum, input.kind, input.title, input.body, String(input.nameless ?? false), ...themesIn(input)];
const themesIn = (input: Pick<z.output<typeof threadInput>, 'themes'>) => [...new Set(input.themes)].sort();

/** The thread that the same form started when it was sent before, or a new form with the same words just now; null for the first time. */
export function threadMadeBefore(actor: Member, input: z.output<typeof threadInput> & Beside): Thread | null {
  const { token, files = [] } = input;
  const before = (token ? madeBefore(actor, token, wordsOf(input)) : null) ?? 0;
  const opening = standing(files, and(eq(posts.threadId, before), eq(posts.number, 1))) ?? justStarted(actor, input);
  const thread = opening === null ? undefined : db.select({ id: posts.threadId }).from(posts).where(eq(posts.id, opening)).get();
  return thread ? findThread(actor, thread.id) : null;
}

/** The opening post of such a thread. */
function justStarted(actor: Member, { forum, kind, title, body, nameless = false, themes: chosen, files = [] }: z.output<typeof threadInput> & Beside): number | null {
  const inForum = inArray(threads.forumId, db.select({ id: forums.id }).from(forums).where(eq(forums.slug, forum)));
  const sameThemes = sql`(select json_group_array(theme) from (select ${threadThemes.theme} as theme from ${threadThemes} where ${threadThemes.threadId} = ${threads.id} order by 1)) = ${JSON.stringify(themesIn({ themes: chosen }))}`;
  return justWritten(actor, body, files, and(eq(posts.number, 1), eq(threads.kind, kind), eq(threads.title, title), inForum, nameless ? not(isNamedPost()) : isNamedPost(), sameThemes));
}

/** Starts a thread in a forum. Returns it; the same form, or the same words just now, lead to the thread it started. Throws SignInRequired, Denied, NotFound, Invalid, TooMany. */
export function createThread(actor: Member, input: z.output<typeof threadInput> & Beside): Thread {
  mustWrite(actor);
  const { nameless = false } = input;
  if (nameless && input.kind !== 'question') throw new Invalid({ kind: 'Only a question can be asked for a colleague, without your name.' });
  return transaction(() => {
    const forum = chosenForum(input.forum);
    if (coordinatorKinds.includes(input.kind) && !canModerateForum(actor, forum.id)) throw new Denied(`${threadKindWords[input.kind].many} are started by coordinators.`);
    const before = threadMadeBefore(actor, input);
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
