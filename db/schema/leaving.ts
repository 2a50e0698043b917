import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { moment, now } from './columns.ts';
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
