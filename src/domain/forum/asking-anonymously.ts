import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { isNameless, nameless } from '../anonymity.ts';
import { NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { findThread, type Thread } from './threads.ts';

/** A thread that was asked without a name, for the form that looks its author up. For coordinators. Throws NotFound, Denied. */
export function namelessThread(viewer: Viewer, threadId: number): Thread {
  mustCoordinate(viewer);
  const thread = findThread(viewer, threadId);
  if (!isNameless(thread.authorId, thread.id)) throw new NotFound('This thread was not asked without a name.');
  return thread;
}

export const lookUpInput = z.object({ threadId: rowId, reason: text({ missing: 'Please give the reason: other coordinators read it in the log.', max: 500, min: 10, tooShort: 'A few more words, please: what makes it necessary?' }) });

/** Tells a coordinator who asked without a name. Every look leaves a line in the coordinators' log, which names the thread and not the member. Throws NotFound, Denied. */
export function lookUpAsker(actor: Member, { threadId, reason }: z.output<typeof lookUpInput>): { name: string; handle: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const thread = namelessThread(actor, threadId);
    const asker = db.select({ name: members.name, handle: members.handle }).from(members).where(eq(members.id, thread.authorId)).get();
    if (!asker) throw new NotFound();
    recordAct(actor, 'look up asker', thread.title, thread.url, reason);
    return asker;
  });
}

/** Whether a thread shows no name of who started it. */
export const isAskedNamelessly = (thread: Thread): boolean => thread.author.id === nameless.id;
