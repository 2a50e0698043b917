import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { posts, threads } from './forums.ts';
import { members } from './people.ts';

/** How far a member has read a thread: the highest number of a post that a page showed them. Nobody else is told. */
export const threadReads = sqliteTable('thread_reads', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  number: integer('number').notNull(),
}, (t) => [primaryKey({ columns: [t.memberId, t.threadId] }), index('thread_reads_thread').on(t.threadId)]);

/** What was written in a forum up to a moment counts as read for a member; forum 0 stands for all of them. */
export const readMarks = sqliteTable('read_marks', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  forumId: integer('forum_id').notNull(),
  before: moment('before').notNull(),
}, (t) => [primaryKey({ columns: [t.memberId, t.forumId] })]);

/** How closely a member follows something (see domain/forum/follows.ts). What has no row is normal. */
export const follows = sqliteTable('follows', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['thread', 'forum', 'theme', 'member'] }).notNull(),
  /** Id of a thread, forum or member, or code of a theme. */
  ref: text('ref').notNull(),
  level: text('level', { enum: ['muted', 'normal', 'first-post', 'tracking', 'following'] }).notNull(),
  /** Came about by writing, not by choice. */
  auto: integer('auto', { mode: 'boolean' }).notNull().default(false),
  at: moment('at').notNull().default(now),
}, (t) => [
  primaryKey({ columns: [t.memberId, t.kind, t.ref] }),
  index('follows_of').on(t.kind, t.ref, t.level),
  check('follows_kind', sql`${t.kind} in ('thread', 'forum', 'theme', 'member')`),
  check('follows_level', sql`${t.level} in ('muted', 'normal', 'first-post', 'tracking', 'following')`),
]);

/** What a member chose about being told; without a row the defaults of domain/forum/follows.ts hold. */
export const notificationSettings = sqliteTable('notification_settings', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  /** Level of a thread that they start. */
  started: text('started').notNull(),
  /** Level of a thread that they reply to. */
  replied: text('replied').notNull(),
  mail: text('mail', { enum: ['at-once', 'daily', 'none'] }).notNull(),
}, (t) => [
  check('notification_settings_levels', sql`${t.started} in ('normal', 'tracking', 'following') and ${t.replied} in ('normal', 'tracking', 'following')`),
  check('notification_settings_mail', sql`${t.mail} in ('at-once', 'daily', 'none')`),
]);

/** What a member is told of in the hub, and perhaps by mail. Written with the fact. */
export const notifications = sqliteTable('notifications', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** What happened, such as `reply`; see domain/mail/notifications.ts. */
  kind: text('kind').notNull(),
  /** Why this member is told, such as `follows-thread`. */
  reason: text('reason').notNull(),
  /** What the reason is about: code of the theme, id of the forum or member that is followed. */
  reasonRef: text('reason_ref'),
  /** Who did it; null where nobody is named. */
  actorId: integer('actor_id').references(() => members.id, { onDelete: 'cascade' }),
  threadId: integer('thread_id').references(() => threads.id, { onDelete: 'cascade' }),
  postId: integer('post_id').references(() => posts.id, { onDelete: 'cascade' }),
  /** For what no post tells: the sentence that is shown, and the path that it leads to. */
  words: text('words'),
  url: text('url'),
  createdAt: moment('created_at').notNull().default(now),
  readAt: moment('read_at'),
  mailedAt: moment('mailed_at'),
}, (t) => [
  index('notifications_inbox').on(t.memberId, t.id),
  index('notifications_unread').on(t.memberId, t.threadId).where(sql`read_at is null`),
  index('notifications_unmailed').on(t.createdAt).where(sql`read_at is null and mailed_at is null`),
  index('notifications_post').on(t.postId),
  index('notifications_thread').on(t.threadId),
  index('notifications_actor').on(t.actorId),
  // Whatever reasons there are to tell somebody of a new post, it is told once.
  uniqueIndex('notifications_once').on(t.memberId, t.postId).where(sql`kind in ('mention', 'quote', 'reply', 'new-thread')`),
  check('notifications_subject', sql`${t.postId} is not null or (${t.words} is not null and ${t.url} is not null)`),
]);
