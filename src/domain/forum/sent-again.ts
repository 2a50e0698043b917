import { and, eq, gt, isNull, or, sql, type SQL } from 'drizzle-orm';
import { db, postFiles, posts, threads } from '#db/client.ts';
import type { Member } from '../people/types.ts';
import type { TakenFile } from './post-files.ts';

/** From when on the same words by the same member at the same place are the same post: whoever goes back in the browser and sends again does so with a new form. */
export const sameSince = () => new Date(Date.now() - 10 * 60_000);

type Described = Pick<TakenFile, 'hash' | 'label'>;

/** Whether all files that were sent now lie there already, under what is said of them now: a browser that goes back does not choose them again. A post has each file once, as it is described first. */
export const bringsNothingNew = (files: readonly Described[], there: readonly Described[]) =>
  files.every(({ hash }) => { const label = files.find((file) => file.hash === hash)?.label; return there.some((file) => file.hash === hash && (!label || file.label === label)); });

/** Words that somebody may well write twice on purpose are shorter. */
const fewestOfOnePost = 60;

/** Nobody else has written there since: who thanks a second person with the same words has not sent the first thanks again. */
const nobodySince = sql`(${posts.number} = 1 or not exists (select 1 from posts later where later.thread_id = ${posts.threadId} and later.number > ${posts.number} and later.author_id <> ${posts.authorId}))`;

/** The id of a post that stands, or is hidden while coordinators look at it, and has all these files, where `place` of it or its thread holds. */
export function standing(files: readonly TakenFile[], place: SQL | undefined): number | null {
  const rows = db.select({ id: posts.id }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId))
    .where(and(or(isNull(posts.removedAt), posts.hidden), or(isNull(threads.removedAt), threads.hidden), place)).all();
  return rows.find(({ id }) => bringsNothingNew(files, filesThere(id)))?.id ?? null;
}

/** The id of such a post, by this member, with these words, from the last ten minutes, where `place` of its post or thread holds; of a few words only while nobody else has written since. */
export function justWritten(author: Member, markdown: string, files: readonly TakenFile[], place: SQL | undefined): number | null {
  return standing(files, and(eq(posts.authorId, author.id), gt(posts.createdAt, sameSince()), eq(posts.markdown, markdown), markdown.length < fewestOfOnePost ? nobodySince : undefined, place));
}

const filesThere = (postId: number) => db.select({ hash: postFiles.hash, label: postFiles.label }).from(postFiles).where(eq(postFiles.postId, postId)).all();
