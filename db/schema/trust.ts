import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, type AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { members } from './people.ts';

/** How often a member was here on a day: which pages they read is not kept. */
export const memberActivity = sqliteTable('member_activity', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** YYYY-MM-DD in UTC. */
  day: text('day').notNull(),
  threadsRead: integer('threads_read').notNull().default(0),
}, (t) => [primaryKey({ columns: [t.memberId, t.day] })]);

/** The level of a member; nobody here is new. A locked one is not computed. */
export const trustLevels = sqliteTable('trust_levels', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  level: text('level', { enum: ['new', 'member', 'trusted'] }).notNull(),
  locked: integer('locked', { mode: 'boolean' }).notNull().default(false),
}, (t) => [check('trust_levels_level', sql`${t.level} in ('new', 'member', 'trusted')`)]);

/** Every change of a level, with the reason in words. By nobody: computed from the rules. */
export const trustChanges = sqliteTable('trust_changes', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  from: text('from').notNull(),
  to: text('to').notNull(),
  reason: text('reason').notNull(),
  byId: integer('by_id').references((): AnySQLiteColumn => members.id, { onDelete: 'set null' }),
  at: moment('at').notNull().default(now),
}, (t) => [index('trust_changes_member').on(t.memberId)]);
