import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';

export const members = sqliteTable('members', {
  id: id(),
  /** Lower case, trimmed: one person, one account. */
  email: text('email').notNull().unique(),
  handle: text('handle').notNull().unique(),
  name: text('name').notNull(),
  role: text('role', { enum: ['member', 'coordinator', 'administrator'] }).notNull().default('member'),
  jobTitle: text('job_title'),
  place: text('place'),
  sample: integer('sample', { mode: 'boolean' }).notNull().default(false),
  /** Agreed to be found by search and in lists of members. */
  listed: integer('listed', { mode: 'boolean' }).notNull().default(false),
  /** Sells to local governments: said wherever they write. */
  vendor: integer('vendor', { mode: 'boolean' }).notNull().default(false),
  emailConfirmedAt: moment('email_confirmed_at'),
  /** Who they are, in their words, while a coordinator has not let them in; empty when they have not said it yet, null for members. */
  application: text('application'),
  suspendedUntil: moment('suspended_until'),
  suspendedReason: text('suspended_reason'),
  createdAt: moment('created_at').notNull().default(now),
}, (t) => [
  index('members_by_name').on(t.name),
  check('members_role', sql`${t.role} in ('member', 'coordinator', 'administrator')`),
  check('members_email', sql`${t.email} = lower(${t.email}) and ${t.email} like '%_@_%'`),
  check('members_name', sql`length(trim(${t.name})) between 1 and 80`),
  check('members_suspension', sql`(${t.suspendedUntil} is null) = (${t.suspendedReason} is null)`),
]);

export const passwords = sqliteTable('passwords', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  /** argon2id in PHC string form. */
  hash: text('hash').notNull(),
  changedAt: moment('changed_at').notNull().default(now),
});

export const sessions = sqliteTable('sessions', {
  /** SHA-256 of the token in the cookie, hexadecimal. */
  id: text('id').primaryKey(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** Seconds since 1970, as Lucia keeps them. */
  expiresAt: integer('expires_at').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  browser: text('browser'),
  /** To within some minutes. */
  lastUsedAt: moment('last_used_at'),
  /** When they last showed who they are, in this session. */
  provedAt: moment('proved_at'),
}, (t) => [index('sessions_member').on(t.memberId)]);

/** A link that was mailed (or printed, for set-up) and works once. */
export const links = sqliteTable('links', {
  /** SHA-256 of the token in the link, hexadecimal. */
  id: text('id').primaryKey(),
  purpose: text('purpose', { enum: ['confirm', 'reset', 'set-up'] }).notNull(),
  memberId: integer('member_id').references(() => members.id, { onDelete: 'cascade' }),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
  /** What was typed when the link was asked for that confirms an address: it counts when the link is used. */
  name: text('name'),
  passwordHash: text('password_hash'),
  application: text('application'),
}, (t) => [
  check('links_purpose', sql`${t.purpose} in ('confirm', 'reset', 'set-up')`),
  check('links_member', sql`(${t.purpose} = 'set-up') = (${t.memberId} is null)`),
]);

/** Letters that a member wants no more, by what they are about (see domain/mail/stopping.ts). */
export const mailStops = sqliteTable('mail_stops', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  subject: text('subject').notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [primaryKey({ columns: [t.memberId, t.subject] })]);
