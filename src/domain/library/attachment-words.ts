import { and, asc, eq, sql } from 'drizzle-orm';
import { attachments, bumpChanges, db, resources, transaction } from '#db/client.ts';
import { readDocument, type Reading } from '#lib/document-words.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import { themeCodesOf } from './resource-themes.ts';
import { indexResource } from './searchable.ts';

/** Takes the words out of every document that waits for it, one after the other, and makes them findable where the resource is published. Returns how many were read. */
export async function readWaitingDocuments(): Promise<number> {
  for (let read = 0; ; read++) {
    // Spelled out: the index has only those that wait.
    const next = db.select({ hash: attachments.hash, mediaType: attachments.mediaType }).from(attachments).where(sql`${attachments.textState} = 'waiting'`).orderBy(asc(attachments.id)).limit(1).get();
    if (!next) return read;
    putWords(next.hash, await readDocument(pathInStore(filesFolder(), next.hash), next.mediaType, 'words'));
  }
}

/** The same bytes have the same words, whichever resource they belong to. */
function putWords(hash: string, reading: Reading): void {
  transaction(() => {
    const waiting = and(eq(attachments.hash, hash), eq(attachments.textState, 'waiting'));
    const holders = db.select({ resource: resources }).from(attachments).innerJoin(resources, eq(resources.id, attachments.resourceId)).where(waiting).all();
    db.update(attachments).set({ textState: reading.state, text: reading.state === 'done' ? reading.text : null }).where(waiting).run();
    for (const { resource } of holders.filter((h) => h.resource.status === 'published')) {
      indexResource(resource, themeCodesOf(resource.id));
      bumpChanges();
    }
  });
}
