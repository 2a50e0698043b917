import { eq } from 'drizzle-orm';
import { db, resources, transaction } from '#db/client.ts';
import { readCsl } from './csl.ts';
import { workKey } from './exchange/duplicates.ts';

/** Gives references of an older database the key by which duplicates are found. Does nothing where all have one. Call once at start. */
export function fillWorkKeys(): number {
  return transaction(() => {
    const rows = db.select({ id: resources.id, csl: resources.csl, kind: resources.kind }).from(resources).where(eq(resources.workKey, '')).all().filter((r) => r.kind === 'reference');
    for (const { id, csl } of rows) db.update(resources).set({ workKey: workKey(readCsl(csl)) }).where(eq(resources.id, id)).run();
    return rows.length;
  });
}
