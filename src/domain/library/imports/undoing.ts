import { and, eq } from 'drizzle-orm';
import { bumpChanges, db, importRows, imports, prepared, transaction } from '#db/client.ts';
import { recordAct } from '../../moderation/log.ts';
import { mustCoordinate } from '../../people/permissions.ts';
import type { Member } from '../../people/types.ts';
import { dropDocuments } from '../../search/documents.ts';
import { countLibraryChange } from '../published.ts';
import type { ImportAct } from './discarding.ts';
import { importIn } from './finding.ts';
import { undoneReason } from './matching.ts';
import { keepingHistory } from './statements.ts';
import { works } from './words.ts';

/**
 * Takes out of the library again what an import brought, in one transaction. What was never public is deleted; the address of what was
 * tells from now on that the import was undone, and leads to the work again when it is imported again. A work that somebody has used since
 * stays, and its row says why.
 */
export function undoImport(actor: Member, { id }: ImportAct): { url: string } {
  mustCoordinate(actor);
  transaction(() => {
    importIn(['done'], id);
    const brought = broughtBy().all(id) as Brought[];
    const kept = brought.filter((work) => usesOf(work).length > 0);
    const gone = brought.filter((work) => usesOf(work).length === 0);
    for (const work of kept) sayWhy(id, work);
    for (const work of gone) takeOut(actor, work);
    dropDocuments('resource', gone.map((work) => work.id));
    countLibraryChange();
    db.update(imports).set({ state: 'undone', undoneAt: new Date() }).where(eq(imports.id, id)).run();
    recordAct(actor, 'undo import', works(gone.length), `/desk/imports/${id}`, kept.length ? `${works(kept.length)} kept, because somebody has used them since` : null);
    bumpChanges();
  });
  return { url: `/desk/imports/${id}` };
}

/** What can have happened to a work since it was imported, in the words of the reason to keep it. */
const uses = {
  commented: 'it has comments', cited: 'a text of the hub cites it', mentioned: 'a post links to it', collected: 'it is in a collection', saved: 'a member saved it',
  files: 'it has files', edited: 'somebody has worked on it', merged: 'another resource was merged with it or leads to it',
} as const;
type Use = keyof typeof uses;
type Brought = { id: string; public: number } & Record<Use, number>;
const useNames: Use[] = ['commented', 'cited', 'mentioned', 'collected', 'saved', 'files', 'edited', 'merged'];

const usesOf = (work: Brought) => useNames.filter((use) => work[use] === 1);

// Handing on, publishing and declining is what happens to every import; it is no work on one of its works.
const broughtBy = prepared((d) => d.$client.prepare(`
  select r.id, r.published_at is not null as public,
    exists (select 1 from threads where resource_id = r.id) as commented,
    exists (select 1 from citations where cited_id = r.id) as cited,
    exists (select 1 from post_links where path = '/library/' || r.slug) as mentioned,
    exists (select 1 from collection_items where resource_id = r.id) as collected,
    exists (select 1 from bookmarks where resource_id = r.id) as saved,
    exists (select 1 from attachments where resource_id = r.id) as files,
    exists (select 1 from resource_versions where resource_id = r.id and act not in ('import', 'create', 'submit', 'review', 'publish', 'decline')) as edited,
    r.id in (select successor_id from resources where successor_id is not null union select merged_into_id from resources where merged_into_id is not null
      union select kept_id from merges union select merged_id from merges) as merged
  from resources r where r.import_id = ?`));

function sayWhy(importId: number, work: Brought): void {
  const reasons = usesOf(work).map((use) => uses[use]).join('; ');
  db.update(importRows).set({ problem: `Kept in the library: ${reasons}.` }).where(and(eq(importRows.importId, importId), eq(importRows.resourceId, work.id))).run();
}

function takeOut(actor: Member, work: Brought): void {
  if (!work.public) deletion().run(work.id);
  else keepingHistory(actor, work.id, 'retire', undoneReason, () => retirement().run({ id: work.id, reason: undoneReason, now: Date.now() }));
}
const deletion = prepared((d) => d.$client.prepare('delete from resources where id = ?'));
const retirement = prepared((d) => d.$client.prepare(`update resources set status = 'retired', retired_reason = @reason, updated_at = @now where id = @id`));
