import { and, eq, notExists, sql, type SQL } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { anonymousPosts, db, members, posts, prepared } from '#db/client.ts';
import type { Author } from './people/types.ts';

/*
 * Who asks for a colleague is shown to nobody. A post is marked (anonymous_posts), not a thread, so that moving posts shows nobody either.
 * Whoever has a marked post in a thread is nameless as its starter and as its latest writer, and writes there without a name from then on.
 * Every query that shows who wrote something takes its columns from here: the name of a marked post's author is not even read.
 */

/** What stands in the place of the name. */
export const namelessName = 'A member asking for a colleague';

/** What is shown of whoever wrote without a name. */
export const nameless: Author = { id: 0, handle: '', name: namelessName, role: 'member', sample: false, jobTitle: null, place: null, vendor: false };

/** In SQL over tables or aliases of one's own: true for a post that is shown without a name. */
export const isNamelessPost = (postId: string): string => `exists (select 1 from anonymous_posts where post_id = ${postId})`;

/** In SQL over tables or aliases of one's own: true for a member who is nameless in a thread. */
export const isNamelessIn = (threadId: string, memberId: string): string =>
  `exists (select 1 from anonymous_posts nameless join posts unnamed on unnamed.id = nameless.post_id where nameless.member_id = ${memberId} and unnamed.thread_id = ${threadId})`;

/** In SQL: the name of a member with what has to stand by it where there is no badge (see writerName). */
export const writerIn = (member: string): string => `${member}.name || iif(${member}.vendor, ' (vendor)', '')`;

/** In SQL: the name of a writer as it is shown where no badge stands beside it; `hidden` is one of the two above, `member` a table or alias. */
export const shownName = (hidden: string, member: string): string => `case when ${hidden} then '${namelessName}' else ${writerIn(member)} end`;

type People = { [column in 'id' | 'handle' | 'name' | 'role' | 'sample' | 'jobTitle' | 'place' | 'vendor']: AnySQLiteColumn };

function columns(m: People, hidden: SQL) {
  const shown = <T>(instead: T, column: AnySQLiteColumn) => sql<T>`case when ${hidden} then ${instead} else ${column} end`;
  return {
    id: shown(nameless.id, m.id), handle: shown(nameless.handle, m.handle), name: shown(nameless.name, m.name), role: shown(nameless.role, m.role),
    sample: sql<boolean>`case when ${hidden} then 0 else ${m.sample} end`.mapWith(Boolean), jobTitle: shown(nameless.jobTitle, m.jobTitle), place: shown(nameless.place, m.place),
    vendor: sql<boolean>`case when ${hidden} then 0 else ${m.vendor} end`.mapWith(Boolean),
  };
}

/** Columns of the author of a post as everybody may see them; for a select over `posts` that joins `members` (or an alias of it) by the author. */
export const authorOfPost = (m: People = members) => columns(m, sql`exists (select 1 from anonymous_posts where post_id = ${posts.id})`);

/** Columns of somebody's place in a thread, its starter or its latest writer, as everybody may see them. */
export const personInThread = (m: People, threadId: AnySQLiteColumn) => columns(m, sql`exists (
  select 1 from anonymous_posts nameless join posts unnamed on unnamed.id = nameless.post_id where nameless.member_id = ${m.id} and unnamed.thread_id = ${threadId})`);

/** A condition for lists of what somebody wrote: leaves out what they wrote without their name. */
export const isNamedPost = (): SQL => notExists(db.select({ id: anonymousPosts.postId }).from(anonymousPosts).where(eq(anonymousPosts.postId, posts.id)));

/** Whether a member writes without their name in a thread. */
export function isNameless(memberId: number, threadId: number): boolean {
  return inThread().get({ memberId, threadId }) !== undefined;
}
const inThread = prepared((d) => d.select({ id: posts.id }).from(anonymousPosts).innerJoin(posts, eq(posts.id, anonymousPosts.postId))
  .where(and(eq(anonymousPosts.memberId, sql.placeholder('memberId')), eq(posts.threadId, sql.placeholder('threadId')))).limit(1).prepare());

/** Whether a post is shown without its author's name. */
export function isWrittenNamelessly(postId: number): boolean {
  return marked().get({ postId }) !== undefined;
}
const marked = prepared((d) => d.select({ id: anonymousPosts.postId }).from(anonymousPosts).where(eq(anonymousPosts.postId, sql.placeholder('postId'))).prepare());

/** Marks a post as written without a name. Call inside the transaction that writes it. */
export function hideAuthor(postId: number, memberId: number): void {
  db.insert(anonymousPosts).values({ postId, memberId }).run();
}
