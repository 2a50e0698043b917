import { sql } from 'drizzle-orm';
import { check, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { moment, now } from './columns.ts';
import { posts } from './forums.ts';
import { members } from './people.ts';

/** Posts of which coordinators took earlier versions out of view: their authors and coordinators alone see what had been replaced by then. */
export const withheldVersions = sqliteTable('withheld_versions', {
  postId: integer('post_id').primaryKey().references(() => posts.id, { onDelete: 'cascade' }),
  /** When it was done: versions replaced until then. */
  at: moment('at').notNull().default(now),
  byId: integer('by_id').notNull().references(() => members.id),
  reason: text('reason').notNull(),
}, (t) => [check('withheld_versions_reason', sql`length(trim(${t.reason})) > 0`)]);
