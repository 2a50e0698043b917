import { and, eq, notExists, sql, type SQL } from 'drizzle-orm';
import type { alias, AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { anonymousPosts, db, members, posts, prepared } from '#db/client.ts';
import type { Author } from './people/types.ts';

/*
 * Who asks for a colleague is shown to nobody. A post is marked (anonymous_posts), not a thread, so that moving posts shows nobody either.
 * Whoever has a marked post in a thread is nameless as its starter and as its latest writer, and writes there without a name from then on.
 * Every query that shows who wrote something takes its columns and its join from here: the name of a marked post's author is not even read.
 */

/** What stands in the place of the name. */
export const namelessName = 'A member asking for a colleague';

/** What is shown of whoever wrote without a name. */
export const nameless: Author = { id: 0, handle: '', name: namelessName, role: 'member', sample: false, jobTitle: null, place: null };

/** In SQL over tables or aliases of one's own: true for a post that is shown without a name. */
export const isNamelessPost = (postId: string): string => `exists (select 1 from anonymous_posts where post_id = ${postId})`;

/** In SQL over tables or aliases of one's own: true for a member who is nameless in a thread. Begins with the few posts that have no name, not with those of a long thread. */
export const isNamelessIn = (threadId: string, memberId: string): string =>
  `exists (select 1 from anonymous_posts nameless cross join posts unnamed on unnamed.id = nameless.post_id where nameless.member_id = ${memberId} and unnamed.thread_id = ${threadId})`;

/** In SQL: the name as it is shown, where `hidden` is one of the two above. */
export const shownName = (hidden: string, name: string): string => `case when ${hidden} then '${namelessName}' else ${name} end`;

/** Columns of a person who is left-joined by one of the two conditions below; `person ?? nameless` is what everybody may see of them. */
export const personColumns = (m: MemberTable) => ({ id: m.id, handle: m.handle, name: m.name, role: m.role, sample: m.sample, jobTitle: m.jobTitle, place: m.place });
type MemberTable = typeof members | ReturnType<typeof alias<typeof members, string>>;

/** Left join of a post's author, who is not found when the post is shown without a name. */
export const isNamedAuthor = (m: MemberTable): SQL | undefined => and(eq(m.id, posts.authorId), isNamedPost());

/** Left join of somebody in a thread, its starter or its latest writer, who is not found when they write there without their name. */
export const isNamedInThread = (m: MemberTable, memberId: AnySQLiteColumn, threadId: AnySQLiteColumn): SQL | undefined => and(eq(m.id, memberId), sql`not exists (
  select 1 from anonymous_posts nameless cross join posts unnamed on unnamed.id = nameless.post_id where nameless.member_id = ${memberId} and unnamed.thread_id = ${threadId})`);

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
