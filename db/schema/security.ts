import { sql } from 'drizzle-orm';
import { blob, check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { members, sessions } from './people.ts';

/** A key pair of a member's device or password manager; the hub holds the public half (WebAuthn). */
export const passkeys = sqliteTable('passkeys', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** As the authenticator names it, base64url. */
  credentialId: text('credential_id').notNull().unique(),
  publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
  /** How often it has signed, where it counts; it never goes down. */
  counter: integer('counter').notNull(),
  transports: text('transports', { mode: 'json' }).$type<string[]>().notNull(),
  name: text('name').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  lastUsedAt: moment('last_used_at'),
}, (t) => [index('passkeys_member').on(t.memberId), check('passkeys_name', sql`length(trim(${t.name})) between 1 and 60`)]);

/** The shared secret of an authenticator app (TOTP, RFC 6238), confirmed by a first code. */
export const authenticators = sqliteTable('authenticators', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  /** Base32, sealed with a key that is not in the database (lib/sealing.ts). */
  secret: text('secret').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  /** The time step of the last code that was taken: no code is taken twice. */
  lastStep: integer('last_step').notNull().default(0),
});

/** Codes for the day on which the authenticator is lost, each good once. */
export const recoveryCodes = sqliteTable('recovery_codes', {
  /** SHA-256 of the code, hexadecimal: a code has 120 random bits. */
  id: text('id').primaryKey(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  usedAt: moment('used_at'),
}, (t) => [index('recovery_codes_member').on(t.memberId)]);

/** An account with a member's agency (OpenID Connect) that signs them in. */
export const agencyAccounts = sqliteTable('agency_accounts', {
  issuer: text('issuer').notNull(),
  /** Who they are to the issuer, for ever; their e-mail address may change. */
  subject: text('subject').notNull(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  email: text('email').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  lastUsedAt: moment('last_used_at'),
}, (t) => [primaryKey({ columns: [t.issuer, t.subject] }), index('agency_accounts_member').on(t.memberId)]);

/** A step of signing in, or of setting it up, that is under way in one browser: whoever has the cookie may finish it, once. */
export const signInSteps = sqliteTable('sign_in_steps', {
  /** SHA-256 of the token in the cookie, hexadecimal. */
  id: text('id').primaryKey(),
  purpose: text('purpose', { enum: ['second', 'passkey', 'agency', 'agency-link', 'authenticator'] }).notNull(),
  memberId: integer('member_id').references(() => members.id, { onDelete: 'cascade' }),
  /** What the step must know again when it is finished: a challenge, a state, where to go afterwards. */
  data: text('data', { mode: 'json' }).$type<Record<string, string>>().notNull(),
  expiresAt: moment('expires_at').notNull(),
}, (t) => [check('sign_in_steps_purpose', sql`${t.purpose} in ('second', 'passkey', 'agency', 'agency-link', 'authenticator')`)]);

/** A mailed link that signs in, or proves anew who is signed in; works once. */
export const signInLinks = sqliteTable('sign_in_links', {
  /** SHA-256 of the token in the link, hexadecimal. */
  id: text('id').primaryKey(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** The session that is to be proved; without one the link signs in. */
  sessionId: text('session_id').references(() => sessions.id, { onDelete: 'cascade' }),
  /** SHA-256 of a token in a cookie of the browser that asked for it. */
  browser: text('browser').notNull(),
  next: text('next').notNull().default('/'),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
}, (t) => [index('sign_in_links_member').on(t.memberId)]);

/** A browser in which a member has signed in before: of another one they are told by mail. */
export const knownBrowsers = sqliteTable('known_browsers', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** SHA-256 of a token in a cookie, hexadecimal. */
  browser: text('browser').notNull(),
  lastUsedAt: moment('last_used_at').notNull().default(now),
}, (t) => [primaryKey({ columns: [t.memberId, t.browser] })]);

/** A change of e-mail address: asked for, confirmed from the new one, for a week taken back from the old one. */
export const emailChanges = sqliteTable('email_changes', {
  /** SHA-256 of the token mailed to the new address. */
  id: text('id').primaryKey(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  oldEmail: text('old_email').notNull(),
  newEmail: text('new_email').notNull(),
  expiresAt: moment('expires_at').notNull(),
  confirmedAt: moment('confirmed_at'),
  /** SHA-256 of the token mailed to the old address, once it is confirmed. */
  undoId: text('undo_id').unique(),
  undoneAt: moment('undone_at'),
}, (t) => [
  index('email_changes_member').on(t.memberId),
  check('email_changes_addresses', sql`${t.newEmail} = lower(${t.newEmail}) and ${t.newEmail} <> ${t.oldEmail}`),
  check('email_changes_undo', sql`(${t.confirmedAt} is null) = (${t.undoId} is null) and (${t.undoneAt} is null or ${t.confirmedAt} is not null)`),
]);
