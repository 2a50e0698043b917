import { and, eq, inArray, lt } from 'drizzle-orm';
import { z } from 'zod';
import { db, importRows, imports, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { rowId } from '#lib/fields.ts';
import { recordAct } from '../../moderation/log.ts';
import { mustCoordinate } from '../../people/permissions.ts';
import type { Member } from '../../people/types.ts';
import { dropText, keptTexts } from './files.ts';
import { importIn } from './finding.ts';

export const importActInput = z.object({ id: rowId });
export type ImportAct = z.output<typeof importActInput>;

/** Throws away a preview, or a file that is still being read: its rows and its text. Nothing of it was in the library. */
export function discardImport(actor: Member, { id }: ImportAct): { url: string } {
  mustCoordinate(actor);
  transaction(() => {
    const { fileName } = importIn(['reading', 'ready', 'failed'], id);
    db.update(imports).set({ state: 'discarded' }).where(eq(imports.id, id)).run();
    db.delete(importRows).where(eq(importRows.importId, id)).run();
    recordAct(actor, 'discard import', fileName, `/desk/imports/${id}`);
  });
  dropText(id);
  return { url: '/desk/imports?discarded' };
}

/** Throws away previews that nobody confirmed within thirty days, what could not be read, and texts that no import needs. */
export function forgetOldImports(now = new Date()): void {
  db.delete(imports).where(and(inArray(imports.state, ['reading', 'ready', 'failed', 'discarded']), lt(imports.createdAt, addDays(now, -30)))).run();
  const reading = new Set(db.select({ id: imports.id }).from(imports).where(eq(imports.state, 'reading')).all().map((row) => row.id));
  for (const id of keptTexts()) if (!reading.has(id)) dropText(id);
}
