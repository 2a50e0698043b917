import { index, integer, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';
import { moment } from './columns.ts';
import { notifications } from './following.ts';
import { posts } from './forums.ts';
import { outbox } from './hub.ts';
import { savedSearches } from './search.ts';

/** What a letter tells, so that one that still waits can be taken back when it must not be told any more. */
export const letterNotifications = sqliteTable('letter_notifications', {
  letterId: integer('letter_id').notNull().references(() => outbox.id, { onDelete: 'cascade' }),
  notificationId: integer('notification_id').notNull().references(() => notifications.id, { onDelete: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.letterId, t.notificationId] }), index('letter_notifications_notification').on(t.notificationId)]);

/** Posts whose words or thread a letter without a notification shows, so that it is taken back when none of them is in view any more. */
export const letterPosts = sqliteTable('letter_posts', {
  letterId: integer('letter_id').notNull().references(() => outbox.id, { onDelete: 'cascade' }),
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.letterId, t.postId] }), index('letter_posts_post').on(t.postId)]);

/** Saved searches that a letter tells of, and how far each had been looked through before it. */
export const letterSearches = sqliteTable('letter_searches', {
  letterId: integer('letter_id').notNull().references(() => outbox.id, { onDelete: 'cascade' }),
  searchId: integer('search_id').notNull().references(() => savedSearches.id, { onDelete: 'cascade' }),
  /** When its hits were noted as mailed. */
  mailedAt: moment('mailed_at').notNull(),
  lastDocumentId: integer('last_document_id').notNull(),
  lastMailedAt: moment('last_mailed_at'),
}, (t) => [primaryKey({ columns: [t.letterId, t.searchId] }), index('letter_searches_search').on(t.searchId)]);
