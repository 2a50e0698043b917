import { eq } from 'drizzle-orm';
import { db, resources, transaction } from '#db/client.ts';
import { readCsl } from './csl.ts';
import { workKey } from './exchange/duplicates.ts';

/** Gives resources of an older database the key by which duplicates are found. Does nothing where all have one. Call once at start. */
export function fillWorkKeys(): number {
  return transaction(() => {
    const rows = db.select({ id: resources.id, csl: resources.csl }).from(resources).where(eq(resources.workKey, '')).all();
    const keys = rows.map(({ id, csl }) => ({ id, key: workKey(readCsl(csl)) })).filter(({ key }) => key !== '');
    for (const { id, key } of keys) db.update(resources).set({ workKey: key }).where(eq(resources.id, id)).run();
    return keys.length;
  });
}
