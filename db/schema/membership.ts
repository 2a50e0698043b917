import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { members } from './people.ts';

/** How one becomes a member. One row; without it everybody may join. */
export const joiningRules = sqliteTable('joining_rules', {
  id: integer('id').primaryKey(),
  mode: text('mode', { enum: ['open', 'invitation', 'approval'] }).notNull(),
  /** Whether every member may invite, not coordinators alone. */
  membersInvite: integer('members_invite', { mode: 'boolean' }).notNull().default(false),
  /** Whom somebody asks who has no invitation, in the administrators' words. */
  askWhom: text('ask_whom'),
}, (t) => [check('joining_rules_one', sql`${t.id} = 1`), check('joining_rules_mode', sql`${t.mode} in ('open', 'invitation', 'approval')`)]);

/** An invitation by mail. Open until it is used, withdrawn or expired. */
export const invitations = sqliteTable('invitations', {
  id: id(),
  /** SHA-256 of the token in the newest letter, hexadecimal. */
  token: text('token').notNull().unique(),
  email: text('email').notNull(),
  /** What the form of joining begins with. */
  name: text('name'),
  place: text('place'),
  /** A sentence of whoever invites, in the letter. */
  note: text('note'),
  invitedById: integer('invited_by_id').references(() => members.id, { onDelete: 'set null' }),
  sentAt: moment('sent_at').notNull().default(now),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
  memberId: integer('member_id').references(() => members.id, { onDelete: 'set null' }),
  withdrawnAt: moment('withdrawn_at'),
  /**
   * Of a member's whose address somebody else had invited: no letter went yet, and whoever sent it is not told, so that nobody learns who was invited. Until it is used or
   * really withdrawn, `withdrawnAt` is its end.
   */
  quietAt: moment('quiet_at'),
}, (t) => [
  uniqueIndex('invitations_open').on(t.email).where(sql`used_at is null and withdrawn_at is null`),
  index('invitations_by').on(t.invitedById),
  index('invitations_member').on(t.memberId),
  check('invitations_email', sql`${t.email} = lower(${t.email}) and ${t.email} like '%_@_%'`),
  check('invitations_end', sql`${t.usedAt} is null or ${t.withdrawnAt} is null`),
  check('invitations_used', sql`${t.memberId} is null or ${t.usedAt} is not null`),
]);

/** Domains whose addresses only governments give out. A label may be `*`, which stands for any one. */
export const governmentDomains = sqliteTable('government_domains', {
  domain: text('domain').primaryKey(),
  /** `file` = kept in step with content/government-domains.txt, `hub` = added in the browser. */
  origin: text('origin', { enum: ['file', 'hub'] }).notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [
  check('government_domains_domain', sql`${t.domain} = lower(${t.domain}) and length(${t.domain}) between 2 and 100 and ${t.domain} not like '%@%'`),
  check('government_domains_origin', sql`${t.origin} in ('file', 'hub')`),
]);

/** How it is known that a member works for a government; `denied` = a coordinator said that it is not, whatever else speaks for it. */
export const verifications = sqliteTable('verifications', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  method: text('method', { enum: ['domain', 'vouches', 'coordinator', 'denied'] }).notNull(),
  /** The domain of the list under which the address is. */
  domain: text('domain'),
  reason: text('reason'),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  at: moment('at').notNull().default(now),
}, (t) => [
  index('verifications_by').on(t.byId),
  check('verifications_method', sql`${t.method} in ('domain', 'vouches', 'coordinator', 'denied')`),
  check('verifications_domain', sql`(${t.method} = 'domain') = (${t.domain} is not null)`),
  check('verifications_reason', sql`(${t.method} in ('coordinator', 'denied')) = (${t.reason} is not null)`),
]);

/** A member's word that they know another as somebody who works for a government. */
export const vouches = sqliteTable('vouches', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  byId: integer('by_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** How they know each other. */
  how: text('how').notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [
  primaryKey({ columns: [t.memberId, t.byId] }),
  index('vouches_by').on(t.byId),
  check('vouches_other', sql`${t.memberId} <> ${t.byId}`),
  check('vouches_how', sql`length(trim(${t.how})) between 10 and 300`),
]);

/** The first steps of a new member, and who welcomes them. What is done of the steps is computed. */
export const firstHours = sqliteTable('first_hours', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  at: moment('at').notNull().default(now),
  skipped: text('skipped', { mode: 'json' }).$type<string[]>().notNull().default([]),
  /** The member wants to see it no more. */
  dismissedAt: moment('dismissed_at'),
  /** Whose task it is to welcome them; null where nobody could when they came: everybody's. */
  coordinatorId: integer('coordinator_id').references(() => members.id, { onDelete: 'set null' }),
  welcomedAt: moment('welcomed_at'),
  welcomedById: integer('welcomed_by_id').references(() => members.id, { onDelete: 'set null' }),
  note: text('note'),
}, (t) => [
  index('first_hours_waiting').on(t.at).where(sql`welcomed_at is null`),
  index('first_hours_coordinator').on(t.coordinatorId),
  index('first_hours_welcomed_by').on(t.welcomedById),
  check('first_hours_note', sql`${t.note} is null or ${t.welcomedAt} is not null`),
]);
