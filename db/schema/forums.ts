import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { resources, themes } from './library.ts';
import { members } from './people.ts';

export const forums = sqliteTable('forums', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  description: text('description').notNull(),
  position: integer('position').notNull(),
  /** Who starts threads here; every member replies. */
  startedBy: text('started_by', { enum: ['members', 'coordinators'] }).notNull().default('members'),
  /** Read only since then. */
  closedAt: moment('closed_at'),
  closedReason: text('closed_reason'),
});

/** Addresses of forums that were taken away, empty: they say so, are never given again, and content/forums.yaml does not bring them back. */
export const formerForums = sqliteTable('former_forums', {
  slug: text('slug').primaryKey(),
  name: text('name').notNull(),
  since: moment('since').notNull().default(now),
});

export const forumThemes = sqliteTable('forum_themes', {
  forumId: integer('forum_id').notNull().references(() => forums.id, { onDelete: 'cascade' }),
  theme: text('theme').notNull().references(() => themes.code, { onUpdate: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.forumId, t.theme] })]);

export const threads = sqliteTable('threads', {
  id: id(),
  /** Null exactly for the thread of comments of a resource. */
  forumId: integer('forum_id').references(() => forums.id),
  resourceId: text('resource_id').unique().references(() => resources.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['discussion', 'question', 'announcement', 'case-of-the-week'] }).notNull().default('discussion'),
  title: text('title').notNull(),
  slug: text('slug').notNull(),
  authorId: integer('author_id').notNull().references(() => members.id),
  pinned: integer('pinned', { mode: 'boolean' }).notNull().default(false),
  lockedAt: moment('locked_at'),
  lockedReason: text('locked_reason'),
  removedAt: moment('removed_at'),
  removedReason: text('removed_reason'),
  removedById: integer('removed_by_id').references(() => members.id),
  /** Taken out of view until a coordinator decides: whatever asks for removed ones leaves it out too. */
  hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
  createdAt: moment('created_at').notNull().default(now),
  /** Kept by the commands that add or remove a post. */
  lastPostAt: moment('last_post_at').notNull().default(now),
  lastPosterId: integer('last_poster_id').notNull().references(() => members.id),
  /** Posts that are not removed, the opening post included. */
  postCount: integer('post_count').notNull().default(0),
  /** Number of the newest post ever written here: numbers are never given twice. */
  lastNumber: integer('last_number').notNull().default(0),
}, (t) => [
  index('threads_forum').on(t.forumId, t.pinned, t.lastPostAt),
  index('threads_lively').on(t.lastPostAt),
  index('threads_newest').on(t.forumId, t.removedAt, t.lastPostAt, t.postCount),
  index('threads_removed').on(t.removedAt).where(sql`removed_at is not null`),
  index('threads_remover').on(t.removedById).where(sql`removed_by_id is not null`),
  index('threads_last_poster').on(t.lastPosterId),
  index('threads_author').on(t.authorId),
  index('threads_started').on(t.createdAt),
  index('threads_started_in').on(t.forumId, t.createdAt),
  check('threads_kind', sql`${t.kind} in ('discussion', 'question', 'announcement', 'case-of-the-week')`),
  check('threads_home', sql`(${t.forumId} is null) <> (${t.resourceId} is null)`),
  check('threads_title', sql`length(trim(${t.title})) between 1 and 500`),
  check('threads_removed', sql`(${t.removedAt} is null) = (${t.removedReason} is null)`),
]);

export const threadThemes = sqliteTable('thread_themes', {
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  theme: text('theme').notNull().references(() => themes.code, { onUpdate: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.threadId, t.theme] }), index('thread_themes_theme').on(t.theme)]);

export const posts = sqliteTable('posts', {
  id: id(),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  number: integer('number').notNull(),
  authorId: integer('author_id').notNull().references(() => members.id),
  markdown: text('markdown').notNull(),
  html: text('html').notNull(),
  renderedBy: integer('rendered_by').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  editedAt: moment('edited_at'),
  removedAt: moment('removed_at'),
  removedById: integer('removed_by_id').references(() => members.id),
  removedReason: text('removed_reason'),
  /** Taken out of view until a coordinator decides: whatever asks for removed ones leaves it out too. */
  hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
}, (t) => [
  uniqueIndex('posts_place').on(t.threadId, t.number),
  index('posts_remover').on(t.removedById).where(sql`removed_by_id is not null`),
  index('posts_author').on(t.authorId, t.createdAt),
  // Equal texts of the last days are found among those of one length. (drizzle-kit breaks an expression with a comma.)
  index('posts_length').on(sql`length(trim(markdown))`, t.createdAt),
  check('posts_text', sql`length(${t.markdown}) between 1 and 50000`),
  check('posts_number', sql`${t.number} >= 1`),
  check('posts_removed', sql`(${t.removedAt} is null) = (${t.removedById} is null)`),
]);

/** Threads that were closed by who started them or by a coordinator: settled, or nothing more to say. */
export const closedThreads = sqliteTable('closed_threads', {
  threadId: integer('thread_id').primaryKey().references(() => threads.id, { onDelete: 'cascade' }),
  byId: integer('by_id').notNull().references(() => members.id),
  at: moment('at').notNull().default(now),
  reason: text('reason').notNull(),
}, (t) => [check('closed_threads_reason', sql`length(trim(${t.reason})) > 0`)]);

/** Threads that went into another one: their addresses lead there for ever. Their rows stay, removed and empty, so that it can be undone. */
export const formerThreads = sqliteTable('former_threads', {
  threadId: integer('thread_id').primaryKey().references(() => threads.id, { onDelete: 'cascade' }),
  intoId: integer('into_id').notNull().references(() => threads.id),
}, (t) => [index('former_threads_into').on(t.intoId), check('former_threads_other', sql`${t.threadId} <> ${t.intoId}`)]);

/** What was done to threads, with what it takes to undo it. */
export const threadActs = sqliteTable('thread_acts', {
  id: id(),
  /** Verb and noun, as in the log: `move thread`. */
  act: text('act').notNull(),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  /** The other thread of a split or merge. */
  otherId: integer('other_id').references(() => threads.id, { onDelete: 'cascade' }),
  at: moment('at').notNull().default(now),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  reason: text('reason'),
  /** What was before and what came after (see forum/thread-acts.ts). */
  undo: text('undo', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  undoneAt: moment('undone_at'),
  undoneById: integer('undone_by_id').references(() => members.id, { onDelete: 'set null' }),
}, (t) => [index('thread_acts_thread').on(t.threadId), index('thread_acts_other').on(t.otherId).where(sql`other_id is not null`)]);

/** What members said of a post with one click. */
export const reactions = sqliteTable('reactions', {
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['helpful', 'thanks', 'we-do-this-too', 'same-question'] }).notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [
  primaryKey({ columns: [t.postId, t.memberId, t.kind] }),
  index('reactions_member').on(t.memberId),
  check('reactions_kind', sql`${t.kind} in ('helpful', 'thanks', 'we-do-this-too', 'same-question')`),
]);
