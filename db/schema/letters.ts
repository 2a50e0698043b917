import { index, integer, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';
import { moment } from './columns.ts';
import { notifications } from './following.ts';
import { outbox } from './hub.ts';
import { savedSearches } from './search.ts';

/** What a letter tells, so that one that still waits can be taken back when it must not be told any more. */
export const letterNotifications = sqliteTable('letter_notifications', {
  letterId: integer('letter_id').notNull().references(() => outbox.id, { onDelete: 'cascade' }),
  notificationId: integer('notification_id').notNull().references(() => notifications.id, { onDelete: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.letterId, t.notificationId] }), index('letter_notifications_notification').on(t.notificationId)]);

/** Saved searches that a letter tells of, and how far each had been looked through before it. */
export const letterSearches = sqliteTable('letter_searches', {
  letterId: integer('letter_id').notNull().references(() => outbox.id, { onDelete: 'cascade' }),
  searchId: integer('search_id').notNull().references(() => savedSearches.id, { onDelete: 'cascade' }),
  /** When its hits were noted as mailed. */
  mailedAt: moment('mailed_at').notNull(),
  lastDocumentId: integer('last_document_id').notNull(),
  lastMailedAt: moment('last_mailed_at'),
}, (t) => [primaryKey({ columns: [t.letterId, t.searchId] }), index('letter_searches_search').on(t.searchId)]);
