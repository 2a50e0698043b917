import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, posts, threads } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { mustShowNobody } from '../anonymity.ts';
import { recordAct } from '../moderation/log.ts';
import type { Member } from '../people/types.ts';
import { carryFollows, carryReads } from './carrying.ts';
import { mustLetPostsGo, onThread } from './moderating.ts';
import { appendPosts, leadTo, placesIn, renumber, settleThreads } from './moving-posts.ts';
import { namedThread, targetFields, targetOf } from './naming-threads.ts';
import { tellMoved } from './notifying.ts';
import { noteAct } from './thread-acts.ts';

export const mergeThreadsInput = z.object({
  threadId: rowId,
  ...targetFields,
  order: z.enum(['appended', 'by-date'], { error: 'Say in which order the posts stand.' }).default('appended'),
  reason: text({ missing: 'Please give the reason: it stands in the public log.', max: 1_000 }),
});

/**
 * Merges a thread into another one: all its posts go there, after the others or among them by date (the other's opening post stays the first),
 * and its address leads there; who followed it follows the other one, and whose posts moved is told. For coordinators. Returns where the other thread is. Throws Invalid, Denied.
 */
export function mergeThreads(actor: Member, input: z.output<typeof mergeThreadsInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    mustLetPostsGo(actor, thread);
    const into = namedThread(actor, targetOf(input), thread);
    const moved = placesIn(thread.id);
    const own = placesIn(into.id);
    mustShowNobody(thread.id, into.id, moved.map((p) => p.id));
    const reads = carryReads([thread.id, into.id], () => {
      appendPosts(into.id, moved.map((p) => p.id));
      if (input.order === 'by-date') orderByDate(into.id);
    });
    const carried = { ...carryFollows(thread.id, into.id), reads: reads.filter(({ threadId }) => threadId === into.id) };
    leadTo(actor, thread.id, into.id, `It was merged into “${into.title}”.`);
    noteAct(actor, 'merge threads', thread.id, input.reason, {
      as: 'thread', from: thread.id, to: into.id, lastNumber: into.lastNumber, posts: moved, own: input.order === 'by-date' ? own : null, carried,
    }, into.id);
    settleThreads([thread.id, into.id], moved.map((p) => p.id));
    tellMoved(actor, moved.map((p) => p.id), input.reason);
    recordAct(actor, 'merge threads', `“${thread.title}” into “${into.title}”`, into.url, input.reason, { threadId: thread.id });
  });
}

/** Numbers the posts of a thread anew, by when they were written; what opens it goes on opening it. */
function orderByDate(threadId: number): void {
  const [opening, ...others] = db.select({ id: posts.id, number: posts.number, at: posts.createdAt }).from(posts).where(eq(posts.threadId, threadId)).orderBy(asc(posts.number)).all();
  if (!opening) return;
  others.sort((a, b) => a.at.getTime() - b.at.getTime() || a.id - b.id);
  renumber(threadId, [opening, ...others].map(({ id }, at) => ({ id, number: at + 1 })));
  db.update(threads).set({ lastNumber: others.length + 1 }).where(eq(threads.id, threadId)).run();
}
