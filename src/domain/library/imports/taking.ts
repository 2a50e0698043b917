import { and, asc, eq, gt } from 'drizzle-orm';
import type { z } from 'zod';
import { bumpChanges, db, importRows, imports, prepared, themes, transaction } from '#db/client.ts';
import { Invalid } from '../../errors.ts';
import { recordAct } from '../../moderation/log.ts';
import { mustCoordinate } from '../../people/permissions.ts';
import type { Member } from '../../people/types.ts';
import { mayPublishAlone } from '../workflow.ts';
import { resourceOf, themesOf, type Standing } from './becoming.ts';
import { chooseInput, putChoice } from './choosing.ts';
import { importIn, type ImportRecord } from './finding.ts';
import { sameWork } from './matching.ts';
import { indexWorks, insertResource, keepingHistory } from './statements.ts';
import { readStored } from './stored.ts';
import { works } from './words.ts';

export const takeInput = chooseInput;

/**
 * Puts the rows that are ticked into the library, all of them or, when anything goes wrong, none. A work that somebody added since the
 * preview is left out, and its row says so; a work that went out when its import was undone comes back as it was, under its address. New
 * works are public at once only where nobody else could look at them; otherwise they wait for another coordinator. Throws SignInRequired,
 * Denied, NotFound, Invalid.
 */
export function takeImport(actor: Member, { id, shown, take }: z.output<typeof takeInput>): { url: string } {
  mustCoordinate(actor);
  transaction(() => {
    importIn(['ready'], id);
    if (shown.length) putChoice(id, shown, take);
  });
  transaction(() => {
    const file = importIn(['ready'], id);
    const taken = takeRows(actor, file);
    if (!taken.rows) throw new Invalid({ take: 'Nothing is ticked, so there is nothing to import.' });
    db.update(imports).set({ state: 'done', doneAt: new Date() }).where(eq(imports.id, id)).run();
    indexWorks(id);
    if (taken.works) recordAct(actor, 'import resources', works(taken.works), `/desk/imports/${id}`);
    bumpChanges();
  });
  return { url: `/desk/imports/${id}` };
}

type Row = typeof importRows.$inferSelect;

/** Goes through the ticked rows, two hundred at a time so that a large import needs no more memory than a small one. */
function takeRows(actor: Member, file: ImportRecord): { rows: number; works: number } {
  const standing = standingOf(actor);
  const vocabulary = new Set(db.select({ code: themes.code }).from(themes).all().map((t) => t.code));
  const counts = { rows: 0, works: 0 };
  let some: Row[];
  for (let last = 0; (some = rowsAfter(file.id, last)).length; last = some.at(-1)?.position ?? last) {
    for (const row of some) {
      counts.rows++;
      if (takeRow(actor, file, row, standing, vocabulary)) counts.works++;
    }
  }
  return counts;
}

const rowsAfter = (importId: number, position: number) => db.select().from(importRows)
  .where(and(eq(importRows.importId, importId), eq(importRows.take, true), gt(importRows.position, position))).orderBy(asc(importRows.position)).limit(200).all();

/** Makes a resource of a row, or brings one back; false where the work is there already. */
function takeRow(actor: Member, file: ImportRecord, { position, line, matchId, record }: Row, standing: Standing, vocabulary: ReadonlySet<string>): boolean {
  const stored = readStored(record);
  if (!stored) throw new Error(`Row ${position} of import ${file.id} has no record.`);
  const same = sameWork(stored.csl);
  if (same?.undone) {
    bringBack(actor, file, same.id);
    rememberResult().run(same.id, file.id, position);
    return true;
  }
  // A duplicate that was one in the preview, or that came with this import, was ticked on purpose.
  if (same && same.id !== matchId && same.importId !== file.id) {
    setAside(file.id, position, same);
    return false;
  }
  const row = resourceOf(stored, file, line, standing);
  insertResource(row, themesOf(stored, file, vocabulary));
  rememberResult().run(row.id, file.id, position);
  return true;
}
const rememberResult = prepared((d) => d.$client.prepare('update import_rows set resource_id = ? where import_id = ? and position = ?'));

function standingOf(actor: Member): Standing {
  const now = new Date();
  const came = { submittedById: actor.id, submittedAt: now, createdAt: now, updatedAt: now };
  return mayPublishAlone(actor)
    ? { ...came, status: 'published', publishedAt: now, publishedById: actor.id, publishedAlone: true }
    : { ...came, status: 'submitted', publishedAt: null, publishedById: null, publishedAlone: false };
}

function setAside(importId: number, position: number, { id, by }: { id: string; by: 'doi' | 'work' }): void {
  db.update(importRows).set({ finding: 'duplicate', matchId: id, matchPosition: null, matchBy: by, problem: 'It was added to the library after this preview was made, so it was left out.' })
    .where(and(eq(importRows.importId, importId), eq(importRows.position, position))).run();
}

/** What was published before, and went out only because its import was undone, stands again as it was. */
function bringBack(actor: Member, file: ImportRecord, resourceId: string): void {
  keepingHistory(actor, resourceId, 'publish', 'Imported again.', () => standAgain().run({ id: resourceId, importId: file.id, now: Date.now() }));
}
const standAgain = prepared((d) => d.$client.prepare(`update resources set status = 'published', retired_reason = null, import_id = @importId, updated_at = @now where id = @id`));
