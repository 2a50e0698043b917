import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { resources, themes } from './library.ts';
import { members } from './people.ts';

/** A file of records that a coordinator brought, from reading it until the works stand in the library, or are taken out again. */
export const imports = sqliteTable('imports', {
  id: id(),
  fileName: text('file_name').notNull(),
  format: text('format', { enum: ['bib', 'ris', 'csl.json', 'csv'] }).notNull(),
  state: text('state', { enum: ['reading', 'ready', 'done', 'undone', 'discarded', 'failed'] }).notNull(),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  createdAt: moment('created_at').notNull().default(now),
  /** Characters of the file, and how many of them have been read: the progress. */
  size: integer('size').notNull(),
  readTo: integer('read_to').notNull().default(0),
  /** Given to works that bring none. */
  theme: text('theme').notNull().references(() => themes.code, { onUpdate: 'cascade' }),
  rights: text('rights').notNull(),
  failure: text('failure'),
  doneAt: moment('done_at'),
  undoneAt: moment('undone_at'),
}, (t) => [
  check('imports_format', sql`${t.format} in ('bib', 'ris', 'csl.json', 'csv')`),
  check('imports_state', sql`${t.state} in ('reading', 'ready', 'done', 'undone', 'discarded', 'failed')`),
]);

/** One record of an import, as the preview shows it. */
export const importRows = sqliteTable('import_rows', {
  id: id(),
  importId: integer('import_id').notNull().references(() => imports.id, { onDelete: 'cascade' }),
  /** From 1, in the order of the file. */
  position: integer('position').notNull(),
  /** Line of the file on which it begins, from 1. */
  line: integer('line').notNull(),
  finding: text('finding', { enum: ['new', 'duplicate', 'similar', 'unreadable'] }).notNull(),
  /** What to call it in the preview: its title, or its first words where it cannot be read. */
  label: text('label').notNull(),
  /** Why it cannot be read, or what was left out. */
  problem: text('problem'),
  /** The record as exchange/record.ts has it; null where it cannot be read. */
  record: text('record', { mode: 'json' }).$type<Record<string, unknown>>(),
  /** The resource it is a duplicate of, or resembles. */
  matchId: text('match_id').references(() => resources.id, { onDelete: 'set null' }),
  /** The earlier row of the same file that it repeats. */
  matchPosition: integer('match_position'),
  /** What they have in common: `doi`, `work` or `title`. */
  matchBy: text('match_by'),
  take: integer('take', { mode: 'boolean' }).notNull(),
  resourceId: text('resource_id').references(() => resources.id, { onDelete: 'set null' }),
}, (t) => [
  uniqueIndex('import_rows_position').on(t.importId, t.position),
  index('import_rows_finding').on(t.importId, t.finding),
  // Deleting a resource asks who points at it.
  index('import_rows_match').on(t.matchId).where(sql`match_id is not null`),
  index('import_rows_resource').on(t.resourceId).where(sql`resource_id is not null`),
  check('import_rows_finding', sql`${t.finding} in ('new', 'duplicate', 'similar', 'unreadable')`),
  check('import_rows_take', sql`not ${t.take} or ${t.record} is not null`),
]);
