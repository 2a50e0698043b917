import { and, asc, eq, sql } from 'drizzle-orm';
import { bumpChanges, db, postFiles, posts, threads, transaction } from '#db/client.ts';
import { readDocument, type Reading } from '#lib/document-words.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import { indexPost, indexThread } from './searchable.ts';

/** Takes the words out of every document of a post that waits for it, one after the other, and makes them findable. Returns how many were read. */
export async function readWaitingPostFiles(): Promise<number> {
  for (let read = 0; ; read++) {
    // Spelled out: the index has only those that wait.
    const next = db.select({ hash: postFiles.hash, mediaType: postFiles.mediaType }).from(postFiles).where(sql`${postFiles.textState} = 'waiting'`).orderBy(asc(postFiles.id)).limit(1).get();
    if (!next) return read;
    putWords(next.hash, await readDocument(pathInStore(filesFolder(), next.hash), next.mediaType, 'words'));
  }
}

function putWords(hash: string, reading: Reading): void {
  transaction(() => {
    const waiting = and(eq(postFiles.hash, hash), eq(postFiles.textState, 'waiting'));
    const holders = db.select({ id: posts.id, number: posts.number, threadId: posts.threadId, forumId: threads.forumId }).from(postFiles)
      .innerJoin(posts, eq(posts.id, postFiles.postId)).innerJoin(threads, eq(threads.id, posts.threadId)).where(waiting).all();
    db.update(postFiles).set({ textState: reading.state, text: reading.state === 'done' ? reading.text : null }).where(waiting).run();
    for (const { id, number, threadId, forumId } of holders) {
      if (number === 1 && forumId !== null) indexThread(threadId);
      else indexPost(id);
    }
    bumpChanges();
  });
}
