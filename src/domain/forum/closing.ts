import { z } from 'zod';
import { bumpChanges, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { Denied } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { countAttempt } from '../people/limits.ts';
import { whyNotOwn } from '../people/coordinators.ts';
import { canModerateIn, canWrite, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { noteAct, type Closing } from './thread-acts.ts';
import { closingOf, putClosing } from './thread-fields.ts';
import { findThread, type Thread } from './threads.ts';

const startedBy = (viewer: Member, thread: Thread) => thread.authorId === viewer.id;

/** Whether this person may say that a thread is at its end: who started it, while no coordinator has locked it, and coordinators. */
export function canClose(viewer: Viewer, thread: Thread): boolean {
  return mayEnd(viewer, thread) && thread.closing === null;
}

/** Whether this person may open a closed thread again: who started it, when they closed it themselves, and coordinators who did not start it. */
export function canReopen(viewer: Viewer, thread: Thread): boolean {
  return mayEnd(viewer, thread) && thread.closing !== null && (thread.closing.byAuthor || (canModerateIn(viewer, thread) && whyNotOwn(viewer, thread.authorId, thread.forumId) === null));
}

function mayEnd(viewer: Viewer, thread: Thread): boolean {
  if (!canWrite(viewer) || thread.forumId === null || thread.removed || thread.forumClosedReason !== null) return false;
  return canModerateIn(viewer, thread) || (!thread.locked && startedBy(viewer, thread));
}

export const closeThreadInput = z.object({ threadId: rowId, reason: text({ missing: 'Say how it ended: it is shown above the thread.', max: 1_000 }) });

/** Closes a thread for further posts: the question is settled, the discussion over. By who started it or a coordinator. Throws Denied. */
export function closeThread(actor: Member, input: z.output<typeof closeThreadInput>): { url: string } {
  return ending(actor, input.threadId, (thread) => {
    if (!canClose(actor, thread)) throw new Denied(thread.closing ? 'This thread is closed already.' : 'Who started a thread can close it, and coordinators.');
    return { act: 'close thread', reason: input.reason, after: { byId: actor.id, at: Date.now(), reason: input.reason } };
  });
}

export const reopenThreadInput = z.object({ threadId: rowId });

/** Opens a closed thread again. Throws Denied. */
export function reopenThread(actor: Member, input: z.output<typeof reopenThreadInput>): { url: string } {
  return ending(actor, input.threadId, (thread) => {
    if (!canReopen(actor, thread)) throw new Denied(thread.closing ? 'A coordinator has closed this thread: ask one to open it again.' : 'This thread is open.');
    return { act: 'reopen thread', reason: null, after: null };
  });
}

function ending(actor: Member, threadId: number, decide: (thread: Thread) => { act: 'close thread' | 'reopen thread'; reason: string | null; after: Closing }): { url: string } {
  mustWrite(actor);
  return transaction(() => {
    const thread = findThread(actor, threadId);
    const { act, reason, after } = decide(thread);
    countAttempt('editPerMember', actor.id);
    const before = closingOf(thread.id);
    putClosing(thread.id, after);
    noteAct(actor, act, thread.id, reason, { as: 'closing', before, after });
    // What somebody does with a thread of their own is no act of the house, and the log would name them.
    if (!startedBy(actor, thread)) recordAct(actor, act, thread.title, thread.url, reason);
    bumpChanges();
    return { url: thread.url };
  });
}
