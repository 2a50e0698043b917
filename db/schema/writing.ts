import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { posts } from './forums.ts';
import { members } from './people.ts';

/** What a post said before an edit. */
export const postVersions = sqliteTable('post_versions', {
  id: id(),
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  markdown: text('markdown').notNull(),
  writtenAt: moment('written_at').notNull(),
  replacedAt: moment('replaced_at').notNull().default(now),
  replacedById: integer('replaced_by_id').notNull().references(() => members.id),
}, (t) => [index('post_versions_post').on(t.postId)]);

/** Addresses inside the hub that a post links to: who mentions what. */
export const postLinks = sqliteTable('post_links', {
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  /** Path without query and fragment, such as `/library/behn2003why`. */
  path: text('path').notNull(),
}, (t) => [primaryKey({ columns: [t.postId, t.path] }), index('post_links_path').on(t.path)]);

/** Forms that were sent, so that the same one sent again writes nothing twice. */
export const formTokens = sqliteTable('form_tokens', {
  /** SHA-256 of the sender, the token in the form and what was written. */
  id: text('id').primaryKey(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** Id of the thread or post it made. */
  ref: integer('ref').notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [index('form_tokens_at').on(t.at), index('form_tokens_member').on(t.memberId)]);

/** Members whom a post names with @. A name that an edit takes out stays here, so that nobody is told of it twice. */
export const postMentions = sqliteTable('post_mentions', {
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** Named only in what it quotes, of which nobody is told: those are the words of somebody else. */
  quoted: integer('quoted', { mode: 'boolean' }).notNull().default(false),
}, (t) => [primaryKey({ columns: [t.postId, t.memberId] }), index('post_mentions_member').on(t.memberId)]);

/** Pictures and documents that belong to a post; the bytes lie under their SHA-256 in the data folder. */
export const postFiles = sqliteTable('post_files', {
  id: id(),
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  /** SHA-256 of the bytes, hexadecimal. */
  hash: text('hash').notNull(),
  /** Name for saving, with the ending that the sniffed type has. */
  name: text('name').notNull(),
  /** What a picture shows, or what a document is, in words; empty for a picture that only decorates. */
  label: text('label').notNull(),
  mediaType: text('media_type').notNull(),
  /** Bytes. */
  size: integer('size').notNull(),
  /** Of a picture, in pixels. */
  width: integer('width'),
  height: integer('height'),
  /** Words of a document for search; null while they have not been taken out or there are none. */
  text: text('text'),
  textState: text('text_state', { enum: ['waiting', 'done', 'none', 'failed'] }).notNull(),
  createdAt: moment('created_at').notNull().default(now),
}, (t) => [
  uniqueIndex('post_files_once').on(t.postId, t.hash),
  index('post_files_hash').on(t.hash),
  index('post_files_waiting').on(t.textState).where(sql`text_state = 'waiting'`),
  check('post_files_hash', sql`length(${t.hash}) = 64`),
  check('post_files_text_state', sql`${t.textState} in ('waiting', 'done', 'none', 'failed')`),
  check('post_files_picture', sql`(${t.width} is null) = (${t.height} is null) and (${t.width} is not null or length(${t.label}) > 0)`),
]);

/** What members have begun to write and not sent, one for each place where they write. */
export const drafts = sqliteTable('drafts', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** `new-thread`, `thread:<id>`, `comment:<resource>` or `edit:<post>`. */
  place: text('place').notNull(),
  /** What stands in the fields of the form. */
  fields: text('fields', { mode: 'json' }).$type<Record<string, string | string[]>>().notNull(),
  updatedAt: moment('updated_at').notNull(),
}, (t) => [index('drafts_place').on(t.memberId, t.place), index('drafts_updated').on(t.updatedAt)]);

/** What a member sent when their session was over: it waits until they sign in again in the browser that holds its token. */
export const strayDrafts = sqliteTable('stray_drafts', {
  /** SHA-256 of the token in the cookie, hexadecimal. */
  id: text('id').primaryKey(),
  /** For whom the form was made: nobody else gets it. */
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  place: text('place').notNull(),
  fields: text('fields', { mode: 'json' }).$type<Record<string, string | string[]>>().notNull(),
  expiresAt: moment('expires_at').notNull(),
}, (t) => [index('stray_drafts_expires').on(t.expiresAt)]);
