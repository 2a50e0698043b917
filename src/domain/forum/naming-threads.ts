import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, threads } from '#db/client.ts';
import { Invalid } from '../errors.ts';
import { canModerateIn, mustModerateForum } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { findThread, type Thread } from './threads.ts';

/** How a form names a thread: one of those that it offers, or another. */
export const targetFields = {
  /** Number of one that was offered; `other` where `target` names it. */
  pick: z.string().nullish(),
  /** Address or number of another one; words only find some to choose from. */
  target: z.string().nullish(),
};

/** What names the thread; Invalid where that is not one. */
export function targetOf({ pick, target }: { pick?: string | null | undefined; target?: string | null | undefined }): string {
  const typed = target?.trim() ?? '';
  const picked = pick && pick !== 'other' ? pick : '';
  // Words that were typed have found what was picked.
  if (picked && numberTyped(typed) !== null) throw new Invalid({ target: 'Choose one of the threads or name another one, not both.' });
  if (!picked && !typed) throw new Invalid({ target: 'Choose the thread that it goes into, or name it.' });
  return picked || typed;
}

/** The number of a thread in an address of it, or typed alone; null of words. */
export function numberTyped(typed: string): number | null {
  const found = /^#?(\d{1,12})(?:-\S*)?$|\/forums\/[^/\s]+\/(\d{1,12})(?:\D.*)?$/.exec(typed.trim());
  return found ? Number(found[1] ?? found[2]) : null;
}

/**
 * The thread that a coordinator names by its address or its number, to put something of `from` into it. Throws Invalid on `target` where there
 * is none, where it is the same, or where nothing can be added to it.
 */
export function namedThread(actor: Member, typed: string, from: Thread): Thread {
  const number = numberTyped(typed);
  const sorry = (sentence: string) => new Invalid({ target: sentence });
  if (number === null) throw sorry('Choose one of the threads that are shown, or give other words, an address, such as /forums/measures/12-how-do-you-count, or a number.');
  const thread = found(actor, number);
  if (!thread || thread.forumId === null) throw sorry(`There is no thread with the number ${number} in the forums.`);
  mustModerateForum(actor, thread.forumId);
  if (!canModerateIn(actor, thread)) throw sorry('You write in that thread without your name, and the log would show it: another coordinator does this.');
  if (thread.id === from.id) throw sorry('This is the same thread.');
  if (thread.removed) throw sorry('That thread was removed: bring it back first.');
  if (thread.forumClosedReason !== null) throw sorry('That thread stands in a closed forum: nothing is added to it.');
  return thread;
}

function found(actor: Member, id: number): Thread | null {
  return db.select({ id: threads.id }).from(threads).where(eq(threads.id, id)).get() ? findThread(actor, id) : null;
}
