import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, posts, threads, threadThemes } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { slugify } from '#lib/slug.ts';
import { mustShowNobody } from '../anonymity.ts';
import { Invalid } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustModerateForum } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { titleField } from './fields.ts';
import { carryFollows, carryReads } from './carrying.ts';
import { chosenForum } from './forums.ts';
import { whyNotOfKind } from './kinds.ts';
import { mustLetPostsGo, onThread } from './moderating.ts';
import { appendPosts, authorsOf, placesIn, settleThreads, type Place } from './moving-posts.ts';
import { namedThread, targetFields, targetOf } from './naming-threads.ts';
import { tellMoved } from './notifying.ts';
import { noteAct } from './thread-acts.ts';
import { findThread, type Thread } from './threads.ts';
import { threadKinds, type ThreadKind } from './types.ts';

export const splitThreadInput = z.object({
  threadId: rowId,
  posts: z.array(z.coerce.number()).default([]),
  /** All that stands after the last chosen one goes along. */
  rest: z.enum(['yes']).optional(),
  into: z.enum(['new', 'existing'], { error: 'Say where the posts go.' }).default('new'),
  title: z.string().nullish(),
  /** Of the new thread; unless it is said, a question's is a question and all else a discussion. */
  kind: z.enum(threadKinds, { error: 'Please choose what the new thread is.' }).optional(),
  forum: z.string().nullish(),
  ...targetFields,
  reason: text({ missing: 'Please give the reason: it stands in the public log.', max: 1_000 }),
});

/**
 * Moves posts of a thread to a new thread or to the end of another one, where each gets the next number. Their permanent addresses go with them,
 * and a note in their old place says where they are. Who chose to follow the thread, or wrote them, follows where they go, and their authors are
 * told. The opening post stays. For coordinators. Returns where the posts are. Throws Invalid, Denied.
 */
export function splitThread(actor: Member, input: z.output<typeof splitThreadInput>): { url: string } {
  let url = '';
  onThread(actor, input.threadId, (thread) => {
    mustLetPostsGo(actor, thread);
    const moved = chosenPosts(thread, input);
    const to = input.into === 'new' ? threadFor(actor, thread, moved, input) : namedThread(actor, targetOf(input), thread);
    const { lastNumber } = to;
    const ids = moved.map((p) => p.id);
    mustShowNobody(thread.id, to.id, ids);
    const reads = carryReads([thread.id, to.id], () => appendPosts(to.id, ids)).filter(({ threadId }) => threadId === to.id);
    const carried = { ...carryFollows(thread.id, to.id, authorsOf(ids)), reads };
    noteAct(actor, 'split thread', thread.id, input.reason, { as: 'posts', from: thread.id, to: to.id, fresh: input.into === 'new', lastNumber, posts: moved, carried }, to.id);
    settleThreads([thread.id, to.id], ids);
    tellMoved(actor, ids, input.reason);
    recordAct(actor, 'split thread', `${moved.length === 1 ? 'a post' : `${moved.length} posts`} of “${thread.title}” to “${to.title}”`, to.url, input.reason, { threadId: thread.id });
    url = to.url;
  });
  return { url };
}

function chosenPosts(thread: Thread, { posts: ids, rest }: z.output<typeof splitThreadInput>): Place[] {
  const all = placesIn(thread.id);
  const chosen = all.filter((p) => ids.includes(p.id));
  const last = chosen.at(-1);
  if (!last) throw new Invalid({ posts: 'Choose at least one post.' });
  if (chosen[0]?.number === 1) throw new Invalid({ posts: 'The opening post stays with its thread: merge the whole thread instead.' });
  return rest ? all.filter((p) => chosen.includes(p) || p.number > last.number) : chosen;
}

/** What the new thread is unless a coordinator says otherwise: announcements and cases of the week are not made by splitting. */
const kindOfSplit = (from: Pick<Thread, 'kind'>): ThreadKind => (from.kind === 'question' ? 'question' : 'discussion');

/** The new thread that posts are moved to: by whoever wrote the first of them, then, and of the same themes. */
function threadFor(actor: Member, from: Thread, moved: readonly Place[], input: z.output<typeof splitThreadInput>): Thread {
  const title = titleField.safeParse(input.title ?? '');
  if (!title.success) throw new Invalid({ title: title.error.issues[0]?.message ?? 'Give the new thread a title.' });
  const forum = chosenForum(input.forum ?? '');
  if (forum.closedReason !== null) throw new Invalid({ forum: 'This forum is closed: nothing is added to it.' });
  mustModerateForum(actor, forum.id);
  const opening = db.select().from(posts).where(eq(posts.id, moved[0]?.id ?? 0)).get();
  if (!opening || opening.removedAt !== null) throw new Invalid({ posts: 'The first of them was removed, so it cannot open a thread: choose another one.' });
  const kind = input.kind ?? kindOfSplit(from);
  const whyNot = whyNotOfKind(from.kind, kind, moved.map((p) => p.id));
  if (whyNot) throw new Invalid({ kind: whyNot });
  const { id } = db.insert(threads).values({
    forumId: forum.id, kind, title: title.data, slug: slugify(title.data),
    authorId: opening.authorId, lastPosterId: opening.authorId, createdAt: opening.createdAt, lastPostAt: opening.createdAt,
  }).returning({ id: threads.id }).get();
  for (const { code } of from.themes) db.insert(threadThemes).values({ threadId: id, theme: code }).run();
  return findThread(actor, id);
}
