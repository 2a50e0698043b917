import { and, count, desc, eq, inArray, isNotNull, isNull, not, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { closedThreads, db, formerThreads, forums, hiddenTitles, members, posts, prepared, resources, themes, threads, threadThemes, untilChange } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { isNamedLatest, isNamedPost, isNamedStarter, isNamelessStarter, nameless, personColumns } from '../anonymity.ts';
import { Gone, NotFound } from '../errors.ts';
import type { Term } from '../library/types.ts';
import { canModerateForum } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { threadUrl } from './addresses.ts';
import { hasAnswer, isUnanswered, isWaiting } from './answered.ts';
import { followedThreads } from './followed.ts';
import { mutesSomething, unmutedThreads } from './muted.ts';
import type { ThreadKind, ThreadRow } from './types.ts';
import { seesRemovedThreads, threadsVisible, visibleThreads } from './visible.ts';

const author = alias(members, 'author');
const poster = alias(members, 'poster');

const themesOf = prepared((d) => d.select({ code: themes.code, label: themes.label }).from(threadThemes)
  .innerJoin(themes, eq(themes.code, threadThemes.theme)).where(eq(threadThemes.threadId, sql.placeholder('id'))).orderBy(themes.position).prepare());

/** The themes of a thread, in the order of the vocabulary. */
export function themesOfThread(threadId: number): Term[] {
  return themesOf().all({ id: threadId });
}

const rowColumns = {
  id: threads.id, title: threads.title, slug: threads.slug, kind: threads.kind, createdAt: threads.createdAt, lastPostAt: threads.lastPostAt,
  postCount: threads.postCount, pinned: threads.pinned, lockedAt: threads.lockedAt, removedAt: threads.removedAt, hidden: threads.hidden,
  forumSlug: forums.slug, forumName: forums.name, resourceSlug: resources.slug, closedAt: closedThreads.at, author: personColumns(author), lastPoster: personColumns(poster),
  answered: hasAnswer, waiting: isWaiting,
  // Who left may have taken their opening post with them, and the replies are there still.
  opens: sql<number>`${threads.forumId} is not null and exists (select 1 from ${posts} o where o.thread_id = ${threads.id} and o.number = 1 and o.removed_at is null)`,
};

const rowsById = prepared((d) => d.select(rowColumns).from(threads)
  .leftJoin(author, isNamedStarter(author)).leftJoin(poster, isNamedLatest(poster))
  .leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(resources, eq(resources.id, threads.resourceId))
  .leftJoin(closedThreads, eq(closedThreads.threadId, threads.id))
  .where(sql`${threads.id} in (select value from json_each(${sql.placeholder('ids')}))`).prepare());
type RawRow = ReturnType<ReturnType<typeof rowsById>['all']>[number];

/** The rows of these threads, in this order. What a list chooses is small and asked each time; what it shows is wide and asked in one prepared query. */
function rowsOf(ids: readonly number[]): ThreadRow[] {
  if (ids.length === 0) return [];
  const given = JSON.stringify(ids);
  const themesById = Map.groupBy(themesOfAll().all(given) as (Term & { threadId: number })[], (term) => term.threadId);
  const rows = new Map(rowsById().all({ ids: given }).map((row) => [row.id, asRow(row, (themesById.get(row.id) ?? []).map(({ code, label }) => ({ code, label })))]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}
const themesOfAll = prepared((d) => d.$client.prepare(`
  select h.thread_id as threadId, w.code, w.label from json_each(?) j cross join thread_themes h on h.thread_id = j.value join themes w on w.code = h.theme order by w.position`));

/** Ids of the threads that a condition holds for, to be ordered and cut. */
function selectIds(where: SQL | undefined) {
  return db.select({ id: threads.id }).from(threads).where(where).$dynamic();
}
const idsOf = (rows: readonly { id: number }[]) => rows.map(({ id }) => id);

function asRow(row: RawRow, themes: Term[]): ThreadRow {
  return {
    id: row.id, title: row.title, url: threadUrl(row), kind: row.kind,
    forum: row.forumSlug !== null && row.forumName !== null ? { slug: row.forumSlug, name: row.forumName } : null,
    author: row.author ?? nameless, createdAt: row.createdAt, lastPostAt: row.lastPostAt, lastPoster: row.lastPoster ?? nameless,
    replies: row.postCount - (row.opens ? 1 : 0), pinned: row.pinned, locked: row.lockedAt !== null, closed: row.closedAt !== null,
    removed: row.removedAt !== null, hidden: row.hidden,
    answered: row.answered, waiting: row.waiting, themes,
  };
}

export interface ThreadFilter {
  forumId?: number;
  kind?: ThreadKind;
  /** Open, and nobody has answered: of one kind, or the questions among all. */
  unanswered?: boolean;
  /** Started by this member, or written in by them. */
  withMember?: number;
  /** Tracked or followed by this member, themselves or by their forum, a theme or who started them. */
  followedBy?: number;
}

function whereOf(viewer: Viewer, filter: ThreadFilter): SQL | undefined {
  return and(
    filter.forumId === undefined ? isNotNull(threads.forumId) : eq(threads.forumId, filter.forumId),
    filter.kind ? eq(threads.kind, filter.kind) : undefined,
    filter.unanswered ? filter.kind ? isUnanswered : isWaiting : undefined,
    filter.withMember === undefined ? undefined : withMember(viewer, filter.withMember),
    filter.followedBy === undefined ? undefined : followedThreads(filter.followedBy),
    visibleThreads(viewer),
    unmutedThreads(viewer, filter.forumId === undefined ? null : 'forum'),
  );
}

/** What somebody writes without their name is only for themselves among what they wrote. */
function withMember(viewer: Viewer, memberId: number): SQL | undefined {
  const own = viewer?.id === memberId;
  const writtenIn = db.select({ id: posts.threadId }).from(posts).where(and(eq(posts.authorId, memberId), isNull(posts.removedAt), own ? undefined : isNamedPost()));
  return or(and(eq(threads.authorId, memberId), own ? undefined : not(namelessHere)), inArray(threads.id, writtenIn));
}

/** Threads of the forums (or of one) with the newest post first, at most `limit`. */
export function latestThreads(viewer: Viewer, filter: ThreadFilter, limit: number): ThreadRow[] {
  return rowsOf(idsOf(selectIds(whereOf(viewer, filter)).orderBy(desc(threads.lastPostAt)).limit(limit).all()));
}

/** Threads of the forums with most posts in the last 30 days, among the 100 written to last; at most `limit`. */
export function liveliestThreads(viewer: Viewer, limit: number): ThreadRow[] {
  return seesRemovedThreads(viewer) || mutesSomething(viewer) ? liveliest(viewer, limit) : liveliestForAll(limit);
}
const liveliestForAll = untilChange((limit: number) => liveliest(null, limit));

function liveliest(viewer: Viewer, limit: number, now = new Date()): ThreadRow[] {
  const written = db.select({ id: threads.id }).from(threads).where(whereOf(viewer, {})).orderBy(desc(threads.lastPostAt)).limit(100);
  const recent = sql`(select count(*) from posts p where p.thread_id = ${threads.id} and p.removed_at is null and p.created_at > ${addDays(now, -30).getTime()})`;
  return rowsOf(idsOf(selectIds(inArray(threads.id, written)).orderBy(desc(recent), desc(threads.lastPostAt)).limit(limit).all()));
}

/** One page of 30 threads of the forums or of one: by newest post, a forum's pinned ones first, or by when they were started. */
export function listThreads(viewer: Viewer, filter: ThreadFilter, page: string | null, by: 'activity' | 'start' = 'activity'): { threads: ThreadRow[]; total: number; paging: Paging } {
  const where = whereOf(viewer, filter);
  const total = countThreads(viewer, filter, where);
  const slice = paging(total, 30, page);
  const order = by === 'start' ? [desc(threads.createdAt), desc(threads.id)] : [...(filter.forumId === undefined ? [] : [desc(threads.pinned)]), desc(threads.lastPostAt)];
  const ids = idsOf(selectIds(where).orderBy(...order).limit(slice.size).offset(slice.offset).all());
  return { threads: rowsOf(ids), total, paging: slice };
}

/** How many threads a list has; remembered where it is the same for everybody. */
function countThreads(viewer: Viewer, filter: ThreadFilter, where: SQL | undefined): number {
  const own = seesRemovedThreads(viewer) || mutesSomething(viewer) || filter.withMember !== undefined || filter.followedBy !== undefined;
  return own ? countWhere(where) : countForAll(filter.forumId ?? null, filter.kind ?? null, filter.unanswered ?? false);
}
const countWhere = (where: SQL | undefined): number => db.select({ n: count() }).from(threads).where(where).get()?.n ?? 0;
const countForAll = untilChange((forumId: number | null, kind: ThreadKind | null, unanswered: boolean) =>
  countWhere(whereOf(null, { unanswered, ...(forumId !== null && { forumId }), ...(kind !== null && { kind }) })));

/** Threads of the forums on a theme, newest post first. */
export function threadsOfTheme(viewer: Viewer, theme: string, limit: number): ThreadRow[] {
  const onTheme = db.select({ id: threadThemes.threadId }).from(threadThemes).where(eq(threadThemes.theme, theme));
  return rowsOf(idsOf(selectIds(and(inArray(threads.id, onTheme), isNotNull(threads.forumId), visibleThreads(viewer), unmutedThreads(viewer, 'theme'))).orderBy(desc(threads.lastPostAt)).limit(limit).all()));
}

/** Threads somebody started in the forums, newest first; those without their name only for themselves. */
export function threadsBy(viewer: Viewer, authorId: number, limit: number): ThreadRow[] {
  return rowsOf(idsOf(selectIds(and(eq(threads.authorId, authorId), isNotNull(threads.forumId), viewer?.id === authorId ? undefined : not(namelessHere), visibleThreads(viewer))).orderBy(desc(threads.createdAt)).limit(limit).all()));
}

const namelessHere = sql.raw(isNamelessStarter('threads.id', 'threads.author_id'));

/** These threads in this order, as far as the viewer may see them. */
export function threadRows(viewer: Viewer, ids: readonly number[]): ThreadRow[] {
  if (ids.length === 0) return [];
  const visible = new Set(idsOf(selectIds(and(inArray(threads.id, [...ids]), visibleThreads(viewer))).all()));
  return rowsOf(ids.filter((id) => visible.has(id)));
}

/** A thread as its page needs it. */
export interface Thread extends ThreadRow {
  /** Who started it, for what they may do: never shown, since `author` may be nameless. */
  authorId: number;
  forumId: number | null;
  slug: string;
  resourceId: string | null;
  /** Of the resource that is commented on; null for a thread of a forum. */
  resourceStatus: string | null;
  lockedReason: string | null;
  /** Its end in words: closed by who started it, or by a coordinator. */
  closing: { reason: string; byAuthor: boolean } | null;
  /** Why its whole forum is read only; null while that is open. */
  forumClosedReason: string | null;
  removedReason: string | null;
  /** Its own, for its author and coordinators, while `title` stands in its place. */
  hiddenTitle: string | null;
  postCount: number;
  lastNumber: number;
}

const rowById = prepared((d) => d.select({
  ...rowColumns, authorId: threads.authorId, forumId: threads.forumId, resourceId: threads.resourceId, resourceStatus: resources.status, lockedReason: threads.lockedReason, removedReason: threads.removedReason, lastNumber: threads.lastNumber,
  closedReason: closedThreads.reason, closedById: closedThreads.byId, forumClosedReason: forums.closedReason,
}).from(threads)
  .leftJoin(author, isNamedStarter(author)).leftJoin(poster, isNamedLatest(poster))
  .leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(resources, eq(resources.id, threads.resourceId))
  .leftJoin(closedThreads, eq(closedThreads.threadId, threads.id))
  .where(eq(threads.id, sql.placeholder('id'))).prepare());
const hiddenTitleOf = prepared((d) => d.select({ title: hiddenTitles.title }).from(hiddenTitles).where(eq(hiddenTitles.threadId, sql.placeholder('id'))).prepare());
const intoOf = prepared((d) => d.select({ id: formerThreads.intoId }).from(formerThreads).where(eq(formerThreads.threadId, sql.placeholder('id'))).prepare());

/**
 * The thread with this id, or the one that it went into: whoever asks for a merged thread is given the other. Throws NotFound, or Gone with
 * the coordinators' reason when it was removed and the viewer is no coordinator. A hidden one its author finds too.
 */
export function findThread(viewer: Viewer, id: number): Thread {
  const row = Number.isSafeInteger(id) ? rowById().get({ id }) : undefined;
  if (!row) throw new NotFound('There is no thread at this address.');
  const into = row.removedAt ? intoOf().get({ id }) : undefined;
  if (into) return findThread(viewer, into.id);
  const moderates = canModerateForum(viewer, row.forumId);
  if (row.hidden && viewer?.id !== row.authorId && !moderates) throw new NotFound('This thread is hidden while coordinators look at it.');
  if (row.removedAt && !row.hidden && !moderates) throw new Gone(`This thread was removed by a coordinator. The reason given: ${threadsByNumber(row.removedReason ?? '')}`);
  return {
    ...asRow(row, themesOfThread(row.id)), authorId: row.authorId, forumId: row.forumId, slug: row.slug, resourceId: row.resourceId, resourceStatus: row.resourceStatus, lockedReason: row.lockedReason && threadsByNumber(row.lockedReason), removedReason: row.removedReason && threadsByNumber(row.removedReason),
    closing: row.closedReason === null ? null : { reason: threadsByNumber(row.closedReason), byAuthor: row.closedById === row.authorId }, forumClosedReason: row.forumClosedReason,
    postCount: row.postCount, lastNumber: row.lastNumber, hiddenTitle: viewer?.id === row.authorId || moderates ? hiddenTitleOf().get({ id })?.title ?? null : null,
  };
}

/** The themes of the vocabulary, for forms. */
export function themeOptions(): Term[] {
  return themesInOrder().all();
}
const themesInOrder = prepared((d) => d.select({ code: themes.code, label: themes.label }).from(themes).orderBy(themes.position).prepare());

/** A thread as a link to it needs it. */
export interface ThreadLink { id: number; title: string; url: string }

/** The threads of the same forum that were started before and after this one; null at either end. */
export function neighboursOf(viewer: Viewer, thread: Thread): { earlier: ThreadLink | null; later: ThreadLink | null } {
  const { earlier, later } = canModerateForum(viewer, thread.forumId) ? besideForCoordinators() : besideForAll();
  const here = { forumId: thread.forumId ?? -1, at: thread.createdAt.getTime(), id: thread.id };
  return { earlier: asLink(earlier.get(here)), later: asLink(later.get(here)) };
}

function prepareBeside(moderates: boolean) {
  return prepared((d) => {
    const place = sql`(${threads.createdAt}, ${threads.id})`;
    const here = sql`(${sql.placeholder('at')}, ${sql.placeholder('id')})`;
    const beside = (where: SQL) => d.select({ id: threads.id, title: threads.title, slug: threads.slug, forumSlug: forums.slug }).from(threads)
      .innerJoin(forums, eq(forums.id, threads.forumId)).where(and(eq(threads.forumId, sql.placeholder('forumId')), where, threadsVisible(moderates))).limit(1);
    return {
      earlier: beside(sql`${place} < ${here}`).orderBy(desc(threads.createdAt), desc(threads.id)).prepare(),
      later: beside(sql`${place} > ${here}`).orderBy(threads.createdAt, threads.id).prepare(),
    };
  });
}
const besideForAll = prepareBeside(false);
const besideForCoordinators = prepareBeside(true);

const asLink = (row: { id: number; title: string; slug: string; forumSlug: string } | undefined): ThreadLink | null =>
  (row ? { id: row.id, title: row.title, url: threadUrl({ ...row, resourceSlug: null }) } : null);
