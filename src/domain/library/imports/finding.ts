import { eq } from 'drizzle-orm';
import { db, imports } from '#db/client.ts';
import { Denied, NotFound } from '../../errors.ts';

export type ImportRecord = typeof imports.$inferSelect;
export type ImportState = ImportRecord['state'];

/** The import with this number. Throws NotFound. */
export function importWith(id: number): ImportRecord {
  const row = Number.isSafeInteger(id) ? db.select().from(imports).where(eq(imports.id, id)).get() : undefined;
  if (!row) throw new NotFound('There is no such import.');
  return row;
}

const otherwise: Record<ImportState, string> = {
  reading: 'This file is still being read.', ready: 'This import has not been confirmed yet.', done: 'These works are in the library already.',
  undone: 'This import was undone.', discarded: 'This import was discarded.', failed: 'This file could not be read.',
};

/** The import, when it stands where the command needs it. Throws NotFound, Denied. */
export function importIn(states: readonly ImportState[], id: number): ImportRecord {
  const row = importWith(id);
  if (!states.includes(row.state)) throw new Denied(otherwise[row.state]);
  return row;
}
