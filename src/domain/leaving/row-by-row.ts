import { db } from '#db/client.ts';
import { reportFailure } from '#lib/failures.ts';

/**
 * Changes one row of a table in a savepoint of its own, so that the rows after it have their turn whatever stands in it. What fails is taken back and reported, and `instead`
 * is done; where that fails as well, the row stays as it was. Call inside a transaction.
 */
export function inRow(table: string, row: number, change: () => void, instead: () => void = () => undefined): void {
  for (const work of [change, instead]) {
    try {
      return db.$client.transaction(work)();
    } catch (error) {
      // A full disk ends the whole transaction, not the savepoint.
      if (!db.$client.inTransaction) throw error;
      reportFailure(error, `leaving, row ${row} of ${table}`);
    }
  }
}
