import { eq } from 'drizzle-orm';
import { db, heldFiles, heldPosts } from '#db/client.ts';
import type { ServedFile } from '#lib/file-headers.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import { NotFound } from '../errors.ts';
import { shownFile, type PostFile, type TakenFile } from '../forum/post-files.ts';
import { canModerateForum } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { forumOfHeld } from './case-areas.ts';

/** Lets files wait with what they were sent with. Call inside the transaction that holds it. */
export function holdFiles(heldId: number, files: readonly TakenFile[]): void {
  for (const file of files) db.insert(heldFiles).values({ ...file, heldId }).onConflictDoNothing().run();
}

/** Takes the files that waited, for the command that publishes. Call inside its transaction. */
export function releaseFiles(heldId: number): TakenFile[] {
  const files = db.delete(heldFiles).where(eq(heldFiles.heldId, heldId)).returning().all().sort((a, b) => a.id - b.id);
  return files.map(({ id: _, heldId: __, ...file }) => file);
}

/** The files that wait with a held post, as its author and coordinators see them. */
export function heldFilesOf(heldId: number): PostFile[] {
  return db.select().from(heldFiles).where(eq(heldFiles.heldId, heldId)).orderBy(heldFiles.id).all().map((file) => shownFile(file, addressOfHeldFile(file)));
}

const addressOfHeldFile = ({ id, name }: { id: number; name: string }) => `/files/h${id}/${encodeURIComponent(name)}`;

/** A file that waits, for its author and coordinators. Throws NotFound. */
export function findHeldFile(viewer: Viewer, id: number): ServedFile {
  const file = Number.isSafeInteger(id) ? db.select({ name: heldFiles.name, mediaType: heldFiles.mediaType, size: heldFiles.size, hash: heldFiles.hash, authorId: heldPosts.authorId, heldId: heldPosts.id }).from(heldFiles)
    .innerJoin(heldPosts, eq(heldPosts.id, heldFiles.heldId)).where(eq(heldFiles.id, id)).get() : undefined;
  if (!file || !(viewer?.id === file.authorId || canModerateForum(viewer, forumOfHeld(file.heldId)))) throw new NotFound('There is no such file.');
  const { authorId: _, heldId: __, ...served } = file;
  return { ...served, path: pathInStore(filesFolder(), file.hash), shared: false };
}
