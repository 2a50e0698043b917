import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { db, importRows, transaction } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { mustCoordinate } from '../../people/permissions.ts';
import type { Member } from '../../people/types.ts';
import { importIn } from './finding.ts';

/** Rows a page of the preview has. */
export const rowsPerPage = 50;

export const chooseInput = z.object({
  id: rowId,
  /** Positions on the page that is sent, with commas between: what is not ticked of them is not taken. */
  shown: z.string().nullish().transform((t) => (t ?? '').split(',').filter((n) => /^\d{1,6}$/.test(n)).map(Number).slice(0, rowsPerPage)),
  take: z.array(z.coerce.number().int()).default([]),
  /** Where to go on. */
  next: z.string().nullish(),
});

/** Remembers which rows of one page of the preview are to be taken. What cannot be read cannot be taken. */
export function chooseRows(actor: Member, { id, shown, take, next }: z.output<typeof chooseInput>): { url: string } {
  mustCoordinate(actor);
  transaction(() => {
    importIn(['ready'], id);
    putChoice(id, shown, take);
  });
  return { url: previewAt(id, next) };
}

/** Ticks what is ticked among the rows shown, and unticks the others of them. Call inside a transaction. */
export function putChoice(importId: number, shown: readonly number[], take: readonly number[]): void {
  const readable = (positions: number[]) => and(eq(importRows.importId, importId), inArray(importRows.position, positions), isNotNull(importRows.record));
  const ticked = new Set(take);
  db.update(importRows).set({ take: true }).where(readable(shown.filter((position) => ticked.has(position)))).run();
  db.update(importRows).set({ take: false }).where(readable(shown.filter((position) => !ticked.has(position)))).run();
}

/** Choices for all rows of a finding at once. */
export const bulkChoices = {
  'take-new': { finding: 'new', take: true }, 'leave-new': { finding: 'new', take: false },
  'take-similar': { finding: 'similar', take: true }, 'leave-similar': { finding: 'similar', take: false },
  'leave-duplicates': { finding: 'duplicate', take: false },
} as const;

export const chooseAllInput = chooseInput.extend({ choice: z.enum(['take-new', 'leave-new', 'take-similar', 'leave-similar', 'leave-duplicates'], { error: 'Choose what to do with them.' }) });

/** Takes, or leaves out, all rows of one finding; what is ticked on the page that is sent is remembered first. */
export function chooseAll(actor: Member, { id, shown, take: ticked, choice, next }: z.output<typeof chooseAllInput>): { url: string } {
  mustCoordinate(actor);
  const { finding, take } = bulkChoices[choice];
  transaction(() => {
    importIn(['ready'], id);
    putChoice(id, shown, ticked);
    db.update(importRows).set({ take }).where(and(eq(importRows.importId, id), eq(importRows.finding, finding), isNotNull(importRows.record))).run();
  });
  return { url: previewAt(id, next) };
}

const previewAt = (id: number, next: string | null | undefined) => `/desk/imports/${id}${next && /^\?[\w=&-]+$/.test(next) ? next : ''}`;
