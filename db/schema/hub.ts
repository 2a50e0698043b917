import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';

/** Single values the hub remembers about itself: change counters, renderer version, when chores last ran. */
export const facts = sqliteTable('facts', {
  name: text('name').primaryKey(),
  value: integer('value').notNull(),
});

/** How often something happened under a key within a window; the memory of the rate limits. */
export const attempts = sqliteTable('attempts', {
  key: text('key').primaryKey(),
  count: integer('count').notNull(),
  resetsAt: moment('resets_at').notNull(),
});

/** Mail that has been decided on and not yet been handed to the mail server, written with the fact it tells of. */
export const outbox = sqliteTable('outbox', {
  id: id(),
  to: text('to').notNull(),
  subject: text('subject').notNull(),
  text: text('text').notNull(),
  /** The same letter as HTML, for mail programs that prefer it. */
  html: text('html'),
  /** Headers beyond the usual ones, by name; a `Message-ID` here is used instead of one made up. */
  headers: text('headers', { mode: 'json' }).$type<Record<string, string>>(),
  createdAt: moment('created_at').notNull().default(now),
  nextTryAt: moment('next_try_at').notNull().default(now),
  tries: integer('tries').notNull().default(0),
  sentAt: moment('sent_at'),
  failure: text('failure'),
  /** Nothing of it is kept once it is sent or given up, not even to whom. */
  passing: integer('passing', { mode: 'boolean' }),
}, (t) => [index('outbox_waiting').on(t.nextTryAt).where(sql`sent_at is null`)]);

/** Keys that the hub made for itself and that nobody else may know. */
export const secrets = sqliteTable('secrets', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});
