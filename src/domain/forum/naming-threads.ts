import { eq } from 'drizzle-orm';
import { db, threads } from '#db/client.ts';
import { Invalid } from '../errors.ts';
import { canModerateIn, mustModerateForum } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { findThread, type Thread } from './threads.ts';

/**
 * The thread that a coordinator names by its address or its number, to put something of `from` into it. Throws Invalid on `target` where there
 * is none, where it is the same, or where nothing can be added to it.
 */
export function namedThread(actor: Member, typed: string, from: Thread): Thread {
  const number = /(?:^|\/forums\/[^/\s]+\/)(\d{1,12})(?:\D.*)?$/.exec(typed.trim())?.[1];
  const sorry = (sentence: string) => new Invalid({ target: sentence });
  if (!number) throw sorry('Give the address of a thread, such as /forums/measures/12-how-do-you-count, or its number.');
  const thread = found(actor, Number(number));
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
