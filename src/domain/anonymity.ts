import { and, eq, not, notExists, or, sql, type SQL } from 'drizzle-orm';
import type { alias, AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { anonymousPosts, db, members, posts, prepared, threads } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { daysToAppeal } from './decisions/outcomes.ts';
import { Denied } from './errors.ts';
import type { Author } from './people/types.ts';
import { threadNow, wayOf } from './thread-addresses.ts';

/*
 * Who asks for a colleague is shown to nobody. A post is marked (anonymous_posts), not a thread, so that moving posts shows nobody either.
 * Whoever has a marked post in a thread writes and reacts there without a name from then on. As its starter and its latest writer somebody is shown
 * as its opening and its newest post show them.
 * Every query that shows who wrote something takes its columns and its join from here: the name of a marked post's author is not even read.
 */

/** What stands in the place of the name. */
export const namelessName = 'A member asking for a colleague';

/** What is shown of whoever wrote without a name. */
export const nameless: Author = { id: 0, handle: '', name: namelessName, role: 'member', sample: false, jobTitle: null, place: null, vendor: false };

/** In SQL over tables or aliases of one's own: true for a post that is shown without a name. */
export const isNamelessPost = (postId: string): string => `exists (select 1 from anonymous_posts where post_id = ${postId})`;

/** In SQL over tables or aliases of one's own: true for a member who is nameless in a thread. Begins with the few posts that have no name, not with those of a long thread. */
export const isNamelessIn = (threadId: string, memberId: string): string =>
  `exists (select 1 from anonymous_posts nameless cross join posts unnamed on unnamed.id = nameless.post_id where nameless.member_id = ${memberId} and unnamed.thread_id = ${threadId})`;

/** The same for whoever started a thread: nameless, unless its opening post shows their name. */
export const isNamelessStarter = (threadId: string, authorId: string): string =>
  `(${isNamelessIn(threadId, authorId)} and not ${hasNamedPost(threadId, authorId, 'shown.number = 1')})`;

const hasNamedPost = (threadId: string, memberId: string, which: string) =>
  `exists (select 1 from posts shown where shown.thread_id = ${threadId} and shown.author_id = ${memberId} and ${which} and not ${isNamelessPost('shown.id')})`;

/** In SQL: the name of a member with what has to stand by it where there is no badge (see writerName). */
export const writerIn = (member: string): string => `${member}.name || iif(${member}.vendor, ' (vendor)', '')`;

/** In SQL: the name of a writer as it is shown where no badge stands beside it; `hidden` is one of the three above, `member` a table or alias. */
export const shownName = (hidden: string, member: string, name = writerIn(member)): string => `case when ${hidden} then '${namelessName}' else ${name} end`;

/** In SQL: a name with the handle behind it where another member has the same name; for letters and quotations, where no link tells them apart. */
export const nameApart = (member: string): string => `${member}.name || iif(exists (select 1 from members twin where twin.name = ${member}.name and twin.id <> ${member}.id and twin.email_confirmed_at is not null), ' (' || ${member}.handle || ')', '')`;

/** A writer's name where it stands within a sentence. */
export const nameWithin = ({ id, name }: Pick<Author, 'id' | 'name'>): string => (id === nameless.id ? `${namelessName.charAt(0).toLowerCase()}${namelessName.slice(1)}` : name);

/** Columns of a person who is left-joined by one of the two conditions below; `person ?? nameless` is what everybody may see of them. */
export const personColumns = (m: MemberTable) => ({ id: m.id, handle: m.handle, name: m.name, role: m.role, sample: m.sample, jobTitle: m.jobTitle, place: m.place, vendor: m.vendor });
type MemberTable = typeof members | ReturnType<typeof alias<typeof members, string>>;

/** Left join of a post's author, who is not found when the post is shown without a name. */
export const isNamedAuthor = (m: MemberTable): SQL | undefined => and(eq(m.id, posts.authorId), isNamedPost());

/** Left join of somebody in a thread, such as one who reacted there, who is not found when they write there without their name. */
export const isNamedInThread = (m: MemberTable, memberId: AnySQLiteColumn, threadId: AnySQLiteColumn): SQL | undefined => and(eq(m.id, memberId), not(isUnnamedIn(threadId, memberId)));

/** Left join of who started a thread; for a select over `threads`. */
export const isNamedStarter = (m: MemberTable): SQL | undefined =>
  and(eq(m.id, threads.authorId), or(not(isUnnamedIn(threads.id, threads.authorId)), hasNamed(threads.authorId, sql`shown.number = 1`)));

/** Left join of who wrote last in a thread; for a select over `threads`. */
export const isNamedLatest = (m: MemberTable): SQL | undefined =>
  and(eq(m.id, threads.lastPosterId), or(not(isUnnamedIn(threads.id, threads.lastPosterId)), hasNamed(threads.lastPosterId, sql`shown.created_at = ${threads.lastPostAt}`)));

// Begins with the few posts that have no name.
const isUnnamedIn = (threadId: AnySQLiteColumn, memberId: AnySQLiteColumn) => sql`exists (
  select 1 from anonymous_posts nameless cross join posts unnamed on unnamed.id = nameless.post_id where nameless.member_id = ${memberId} and unnamed.thread_id = ${threadId})`;

const hasNamed = (memberId: AnySQLiteColumn, which: SQL) => sql`exists (
  select 1 from posts shown where shown.thread_id = ${threads.id} and shown.author_id = ${memberId} and ${which} and not exists (select 1 from anonymous_posts where post_id = shown.id))`;

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

/** Refused because it would show who wrote without a name: this too tells that somebody did in both places. */
export class WouldShow extends Denied {}

/**
 * Throws WouldShow when moving these posts of a thread to another one would show who wrote without a name: it would put what somebody wrote with and
 * without their name together, or change whether they are named where they reacted, accepted or confirmed, or where something of theirs waits for a look: that goes along
 * with a whole thread, and back with it. What was declined, and a confirmation that was removed, counts like what it would be until that is final. Call before the posts move.
 */
export function mustShowNobody(from: number, to: number, moved: readonly number[], now = new Date()): void {
  if (tells().get({ from, to, moved: JSON.stringify(moved), appealable: addDays(now, -daysToAppeal).getTime() })) throw new WouldShow('These posts cannot be moved there: it would show who asked without a name.');
}
// A decision `d` after which there may be an appeal still, or that waits for the answer to one.
const notFinal = `d.undone_at is null and (d.at >= @appealable or exists (select 1 from cases appeal where appeal.decision_id = d.id))
  and not exists (select 1 from cases appeal where appeal.decision_id = d.id and appeal.closed_at is not null)`;
const tells = prepared((d) => d.$client.prepare(`
  with placed as materialized (
    select p.id, p.author_id, p.thread_id as home, case when p.id in (select value from json_each(@moved)) then @to else p.thread_id end as goal, ${isNamelessPost('p.id')} as nameless
    from posts p where p.thread_id in (@from, @to)),
  unnamed as materialized (select distinct author_id, home, goal from placed where nameless),
  waiting as materialized (
    select h.author_id, h.nameless, ${threadNow('h.thread_id')} as home, @to in ${wayOf('h.thread_id')} or exists (select 1 from placed p join posts q on q.id = p.id where q.number = 1 and p.home = @from and p.goal = @to) as follows
    from held_posts h where h.kind = 'post' and h.withdrawn_at is null and (h.state = 'waiting' or (h.state = 'declined' and exists (
      select 1 from cases c join decisions d on d.case_id = c.id where c.held_id = h.id and d.outcome = 'decline' and ${notFinal})))),
  waits as materialized (select author_id, home, case when home = @from and follows then @to else home end as goal, nameless from waiting where home in (@from, @to)),
  written as materialized (
    select author_id, home, goal, nameless from placed
    union all select author_id, home, goal, nameless from waits),
  said as (select post_id, member_id from reactions union select post_id, by_id from accepted_answers union select post_id, member_id from confirmations
    union select post_id, member_id from refused_confirmations where id in (select d.before ->> '$.confirmation.words' from decisions d where d.outcome = 'remove' and ${notFinal}))
  select 1 where exists (select 1 from written u join written p on p.author_id = u.author_id and p.goal = u.goal and p.home <> u.home where u.nameless and not p.nameless)
    or exists (
      select 1 from placed p join said s on s.post_id = p.id where s.member_id in (select author_id from unnamed)
        and exists (select 1 from unnamed u where u.author_id = s.member_id and u.home = p.home) <> exists (select 1 from unnamed u where u.author_id = s.member_id and u.goal = p.goal))
    or exists (
      select 1 from waits w where w.nameless and exists (select 1 from unnamed u where u.author_id = w.author_id and u.home = w.home) and not exists (select 1 from unnamed u where u.author_id = w.author_id and u.goal = w.goal))`));
