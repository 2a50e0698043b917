import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { posts } from './forums.ts';
import { members } from './people.ts';

/** Whom a member wants to hear nothing of (see domain/people/blocking.ts). The blocked one is never told. */
export const blocks = sqliteTable('blocks', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  blockedId: integer('blocked_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  at: moment('at').notNull().default(now),
}, (t) => [primaryKey({ columns: [t.memberId, t.blockedId] }), index('blocks_blocked').on(t.blockedId), check('blocks_other', sql`${t.memberId} <> ${t.blockedId}`)]);

/** Handles of members who left, as keyed hashes: they are never given again, so no old mention points to somebody else. */
export const formerHandles = sqliteTable('former_handles', {
  /** HMAC-SHA-256 under a secret of the hub, hexadecimal. */
  hash: text('hash').primaryKey(),
});

/** What holds for an address after its member has left with it: whoever confirms it again takes it over (see domain/people/former-standings.ts). Gone at its end. */
export const formerStandings = sqliteTable('former_standings', {
  /** HMAC-SHA-256 of the address under a secret of the hub, hexadecimal. */
  hash: text('hash').notNull(),
  /** They may not write; they are not to be verified. */
  kind: text('kind', { enum: ['suspended', 'denied'] }).notNull(),
  until: moment('until').notNull(),
}, (t) => [primaryKey({ columns: [t.hash, t.kind] }), check('former_standings_kind', sql`${t.kind} in ('suspended', 'denied')`)]);

/** Names and addresses that members had before: see domain/people/former-traces.ts. They go with the member. */
export const formerTraces = sqliteTable('former_traces', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['name', 'email'] }).notNull(),
  /** Nothing in it can be read by whoever has a copy of the database alone. */
  sealed: text('sealed').notNull(),
  /** Until when they had it. */
  until: moment('until').notNull().default(now),
}, (t) => [index('former_traces_member').on(t.memberId), check('former_traces_kind', sql`${t.kind} in ('name', 'email')`)]);

/** The same for the level of trust at which a coordinator has kept its member: one that was given is not handed on. */
export const formerLevels = sqliteTable('former_levels', {
  /** As in `former_standings`. */
  hash: text('hash').primaryKey(),
  level: text('level', { enum: ['new', 'member'] }).notNull(),
  until: moment('until').notNull(),
}, (t) => [check('former_levels_level', sql`${t.level} in ('new', 'member')`)]);

/**
 * What is still to be done about somebody who has left (see domain/leaving/finishing.ts): gone when it is done, some seconds or minutes later. Nothing in it can be read
 * by whoever has a copy of the database alone.
 */
export const leavings = sqliteTable('leavings', {
  id: id(),
  at: moment('at').notNull().default(now),
  /** Sealed JSON: name, handle and addresses that are to be taken out of texts. */
  traces: text('traces').notNull(),
  /** Tables whose texts are still to be looked through, the one in hand first. */
  tables: text('tables', { mode: 'json' }).$type<string[]>().notNull(),
  /** Up to which row the table in hand is done. */
  doneTo: integer('done_to').notNull().default(0),
  /** The search index is being rewritten without what was taken out of it. */
  purging: integer('purging', { mode: 'boolean' }).notNull().default(false),
});

/** Posts that are still to be brought in step after somebody has left. */
export const leavingPosts = sqliteTable('leaving_posts', {
  leavingId: integer('leaving_id').notNull().references(() => leavings.id, { onDelete: 'cascade' }),
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  /** Emptied: counts and quotations of it. Kept: their name in their own words. Quoting: their name where others mention or quote them. */
  what: text('what', { enum: ['emptied', 'kept', 'quoting'] }).notNull(),
}, (t) => [primaryKey({ columns: [t.leavingId, t.postId] }), index('leaving_posts_post').on(t.postId), check('leaving_posts_what', sql`${t.what} in ('emptied', 'kept', 'quoting')`)]);
