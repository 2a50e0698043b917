import { and, count, desc, eq, inArray, isNotNull, isNull, not, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { closedThreads, db, formerThreads, forums, members, posts, prepared, resources, themes, threads, threadThemes, untilChange } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { isNamedPost, isNamelessStarter, latestInThread, starterOfThread } from '../anonymity.ts';
import { Gone, NotFound } from '../errors.ts';
import type { Term } from '../library/types.ts';
import { canModerate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { threadUrl } from './addresses.ts';
import { hasAnswer, isWaiting } from './answered.ts';
import { followedThreads } from './followed.ts';
import { mutesSomething, unmutedThreads } from './muted.ts';
import type { ThreadKind, ThreadRow } from './types.ts';
import { visibleThreads } from './visible.ts';

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
  forumSlug: forums.slug, forumName: forums.name, resourceSlug: resources.slug, closedAt: closedThreads.at, author: starterOfThread(author), lastPoster: latestInThread(poster),
  answered: hasAnswer, waiting: isWaiting,
};

function selectRows() {
  return db.select(rowColumns).from(threads)
    .innerJoin(author, eq(author.id, threads.authorId)).innerJoin(poster, eq(poster.id, threads.lastPosterId))
    .leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(resources, eq(resources.id, threads.resourceId))
    .leftJoin(closedThreads, eq(closedThreads.threadId, threads.id));
}
type RawRow = ReturnType<ReturnType<typeof selectRows>['all']>[number];

function asRow(row: RawRow): ThreadRow {
  return {
    id: row.id, title: row.title, url: threadUrl(row), kind: row.kind,
    forum: row.forumSlug !== null && row.forumName !== null ? { slug: row.forumSlug, name: row.forumName } : null,
    author: row.author, createdAt: row.createdAt, lastPostAt: row.lastPostAt, lastPoster: row.lastPoster,
    replies: Math.max(0, row.postCount - (row.forumSlug === null ? 0 : 1)), pinned: row.pinned, locked: row.lockedAt !== null, closed: row.closedAt !== null,
    removed: row.removedAt !== null, hidden: row.hidden,
    answered: row.answered, waiting: row.waiting, themes: themesOf().all({ id: row.id }),
  };
}

export interface ThreadFilter {
  forumId?: number;
  kind?: ThreadKind;
  /** Nobody has replied: of one kind, or the questions among all. */
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
    filter.unanswered ? and(filter.kind ? undefined : eq(threads.kind, 'question'), eq(threads.postCount, 1)) : undefined,
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
  return selectRows().where(whereOf(viewer, filter)).orderBy(desc(threads.lastPostAt)).limit(limit).all().map(asRow);
}

/** Threads of the forums with most posts in the last 30 days, among the 100 written to last; at most `limit`. */
export function liveliestThreads(viewer: Viewer, limit: number): ThreadRow[] {
  return canModerate(viewer) || mutesSomething(viewer) ? liveliest(viewer, limit) : liveliestForAll(limit);
}
const liveliestForAll = untilChange((limit: number) => liveliest(null, limit));

function liveliest(viewer: Viewer, limit: number, now = new Date()): ThreadRow[] {
  const written = db.select({ id: threads.id }).from(threads).where(whereOf(viewer, {})).orderBy(desc(threads.lastPostAt)).limit(100);
  const recent = sql`(select count(*) from posts p where p.thread_id = ${threads.id} and p.removed_at is null and p.created_at > ${addDays(now, -30).getTime()})`;
  return selectRows().where(inArray(threads.id, written)).orderBy(desc(recent), desc(threads.lastPostAt)).limit(limit).all().map(asRow);
}

/** One page of 30 threads of the forums or of one: by newest post, a forum's pinned ones first, or by when they were started. */
export function listThreads(viewer: Viewer, filter: ThreadFilter, page: string | null, by: 'activity' | 'start' = 'activity'): { threads: ThreadRow[]; total: number; paging: Paging } {
  const where = whereOf(viewer, filter);
  const total = db.select({ n: count() }).from(threads).where(where).get()?.n ?? 0;
  const slice = paging(total, 30, page);
  const order = by === 'start' ? [desc(threads.createdAt), desc(threads.id)] : [...(filter.forumId === undefined ? [] : [desc(threads.pinned)]), desc(threads.lastPostAt)];
  const rows = selectRows().where(where).orderBy(...order).limit(slice.size).offset(slice.offset).all();
  return { threads: rows.map(asRow), total, paging: slice };
}

/** Threads of the forums on a theme, newest post first. */
export function threadsOfTheme(viewer: Viewer, theme: string, limit: number): ThreadRow[] {
  const onTheme = db.select({ id: threadThemes.threadId }).from(threadThemes).where(eq(threadThemes.theme, theme));
  return selectRows().where(and(inArray(threads.id, onTheme), isNotNull(threads.forumId), visibleThreads(viewer), unmutedThreads(viewer, 'theme'))).orderBy(desc(threads.lastPostAt)).limit(limit).all().map(asRow);
}

/** Threads somebody started in the forums, newest first; those without their name only for themselves. */
export function threadsBy(viewer: Viewer, authorId: number, limit: number): ThreadRow[] {
  return selectRows().where(and(eq(threads.authorId, authorId), isNotNull(threads.forumId), viewer?.id === authorId ? undefined : not(namelessHere), visibleThreads(viewer))).orderBy(desc(threads.createdAt)).limit(limit).all().map(asRow);
}

const namelessHere = sql.raw(isNamelessStarter('threads.id', 'threads.author_id'));

/** These threads in this order, as far as the viewer may see them. */
export function threadRows(viewer: Viewer, ids: readonly number[]): ThreadRow[] {
  if (ids.length === 0) return [];
  const rows = new Map(selectRows().where(and(inArray(threads.id, [...ids]), visibleThreads(viewer))).all().map((row) => [row.id, asRow(row)]));
  return ids.flatMap((id) => rows.get(id) ?? []);
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
  postCount: number;
  lastNumber: number;
}

const rowById = prepared((d) => d.select({
  ...rowColumns, authorId: threads.authorId, forumId: threads.forumId, resourceId: threads.resourceId, resourceStatus: resources.status, lockedReason: threads.lockedReason, removedReason: threads.removedReason, lastNumber: threads.lastNumber,
  closedReason: closedThreads.reason, closedById: closedThreads.byId, forumClosedReason: forums.closedReason,
}).from(threads)
  .innerJoin(author, eq(author.id, threads.authorId)).innerJoin(poster, eq(poster.id, threads.lastPosterId))
  .leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(resources, eq(resources.id, threads.resourceId))
  .leftJoin(closedThreads, eq(closedThreads.threadId, threads.id))
  .where(eq(threads.id, sql.placeholder('id'))).prepare());
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
  if (row.hidden && viewer?.id !== row.authorId && !canModerate(viewer)) throw new NotFound('This thread is hidden while coordinators look at it.');
  if (row.removedAt && !row.hidden && !canModerate(viewer)) throw new Gone(`This thread was removed by a coordinator. The reason given: ${row.removedReason}`);
  return {
    ...asRow(row), authorId: row.authorId, forumId: row.forumId, slug: row.slug, resourceId: row.resourceId, resourceStatus: row.resourceStatus, lockedReason: row.lockedReason, removedReason: row.removedReason,
    closing: row.closedReason === null ? null : { reason: row.closedReason, byAuthor: row.closedById === row.authorId }, forumClosedReason: row.forumClosedReason,
    postCount: row.postCount, lastNumber: row.lastNumber,
  };
}

/** The themes of the vocabulary, for forms. */
export function themeOptions(): Term[] {
  return db.select({ code: themes.code, label: themes.label }).from(themes).orderBy(themes.position).all();
}

/** The threads of the same forum that were started before and after this one; null at either end. */
export function neighboursOf(viewer: Viewer, thread: Thread): { earlier: ThreadRow | null; later: ThreadRow | null } {
  const at = thread.createdAt.getTime();
  const here = and(eq(threads.forumId, thread.forumId ?? -1), visibleThreads(viewer));
  const earlier = selectRows().where(and(here, sql`(${threads.createdAt}, ${threads.id}) < (${at}, ${thread.id})`)).orderBy(desc(threads.createdAt), desc(threads.id)).limit(1).get();
  const later = selectRows().where(and(here, sql`(${threads.createdAt}, ${threads.id}) > (${at}, ${thread.id})`)).orderBy(threads.createdAt, threads.id).limit(1).get();
  return { earlier: earlier ? asRow(earlier) : null, later: later ? asRow(later) : null };
}
