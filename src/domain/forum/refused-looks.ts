import { transaction } from '#db/client.ts';
import { WouldShow } from '../anonymity.ts';
import { recordAct } from '../moderation/log.ts';
import type { Member } from '../people/types.ts';
import { findThread } from './threads.ts';

/**
 * Runs a coordinator's act on a thread in a transaction. Refused because it would show who wrote without a name, it leaves a line in the
 * coordinators' log, as a look does: by trying, one could find out in which threads the same member writes.
 */
export function transactionOnThread<Result>(actor: Member, threadId: number, act: () => Result): Result {
  try {
    return transaction(act);
  } catch (error) {
    if (error instanceof WouldShow) {
      const { title, url } = findThread(actor, threadId);
      recordAct(actor, 'try move', title, url);
    }
    throw error;
  }
}
