import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { forums } from './forums.ts';
import { id, moment, now } from './columns.ts';
import { themes } from './library.ts';
import { members } from './people.ts';

/**
 * The areas of a coordinator of some forums or themes, one a row. Their role stays `member`: whatever asks for a coordinator says no to them,
 * unless it asks about one forum or about the themes of one resource (see domain/people/permissions.ts).
 */
export const coordinatorAreas = sqliteTable('coordinator_areas', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  forumId: integer('forum_id').references(() => forums.id, { onDelete: 'cascade' }),
  theme: text('theme').references(() => themes.code, { onDelete: 'cascade' }),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  at: moment('at').notNull().default(now),
}, (t) => [
  uniqueIndex('coordinator_areas_forum').on(t.memberId, t.forumId).where(sql`forum_id is not null`),
  uniqueIndex('coordinator_areas_theme').on(t.memberId, t.theme).where(sql`theme is not null`),
  index('coordinator_areas_of_forum').on(t.forumId).where(sql`forum_id is not null`),
  check('coordinator_areas_one', sql`(${t.forumId} is null) <> (${t.theme} is null)`),
]);

/** What became of a member's right to write, in the order in which it happened. That a suspension has run out is no row: its end says so. */
export const suspensions = sqliteTable('suspensions', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['suspended', 'extended', 'ended'] }).notNull(),
  /** The end that was set; none for one that was ended early. */
  until: moment('until'),
  reason: text('reason').notNull(),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  at: moment('at').notNull().default(now),
}, (t) => [
  index('suspensions_member').on(t.memberId),
  check('suspensions_kind', sql`${t.kind} in ('suspended', 'extended', 'ended')`),
  check('suspensions_until', sql`(${t.kind} = 'ended') = (${t.until} is null)`),
  check('suspensions_reason', sql`length(trim(${t.reason})) > 0`),
]);
