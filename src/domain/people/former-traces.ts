import { and, desc, eq, notInArray } from 'drizzle-orm';
import { db, formerTraces } from '#db/client.ts';
import { seal, unseal } from '#lib/sealing.ts';

/*
 * Names and addresses that members had before, so that these go too when they leave: what others wrote may have them still. Nobody sees them, and whoever has a copy of the
 * database alone cannot read them.
 */

/** Of each kind those that are kept, the latest: whoever leaves is looked for by all of them in every text. */
const most = 20;
const purpose = 'former traces';

/** Remembers a name or an address that a member has no longer. Returns what is not kept any more for it. Call inside the transaction of the change. */
export function rememberFormer(memberId: number, kind: 'name' | 'email', value: string): string[] {
  const rows = rowsOf(memberId, kind);
  const same = rows.find((row) => opened(row.sealed) === value);
  if (same) db.delete(formerTraces).where(eq(formerTraces.id, same.id)).run();
  db.insert(formerTraces).values({ memberId, kind, sealed: seal(value, purpose) }).run();
  const kept = rowsOf(memberId, kind).slice(0, most).map(({ id }) => id);
  return db.delete(formerTraces).where(and(eq(formerTraces.memberId, memberId), eq(formerTraces.kind, kind), notInArray(formerTraces.id, kept))).returning().all().flatMap(({ sealed }) => opened(sealed) ?? []);
}

/** What a member was called, or which addresses they had, before: the latest first. */
export function formerOf(memberId: number, kind: 'name' | 'email'): string[] {
  return rowsOf(memberId, kind).flatMap(({ sealed }) => opened(sealed) ?? []);
}

/** One of them as it was; null where it was sealed with another key. */
export const opened = (sealed: string): string | null => unseal(sealed, purpose);

const rowsOf = (memberId: number, kind: 'name' | 'email') => db.select().from(formerTraces).where(and(eq(formerTraces.memberId, memberId), eq(formerTraces.kind, kind))).orderBy(desc(formerTraces.id)).all();
