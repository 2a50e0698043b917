import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex, type AnySQLiteColumn } from 'drizzle-orm/sqlite-core';

const id = () => integer('id').primaryKey({ autoIncrement: true });
const moment = (name: string) => integer(name, { mode: 'timestamp_ms' });
const now = sql`(unixepoch('subsec') * 1000)`;

/* ---------- the house ---------- */

/** Single values the hub remembers about itself: change counters, renderer version, when chores last ran. */
export const facts = sqliteTable('facts', {
  name: text('name').primaryKey(),
  value: integer('value').notNull(),
});

/** How often something happened under a key within a window; the memory of the rate limits. */
export const attempts = sqliteTable('attempts', {
  key: text('key').primaryKey(),
  count: integer('count').notNull(),
  resetsAt: moment('resets_at').notNull(),
});

/** Mail that has been decided on and not yet been handed to the mail server, written with the fact it tells of. */
export const outbox = sqliteTable('outbox', {
  id: id(),
  to: text('to').notNull(),
  subject: text('subject').notNull(),
  text: text('text').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  nextTryAt: moment('next_try_at').notNull().default(now),
  tries: integer('tries').notNull().default(0),
  sentAt: moment('sent_at'),
  failure: text('failure'),
}, (t) => [index('outbox_waiting').on(t.nextTryAt).where(sql`sent_at is null`)]);

/* ---------- people ---------- */

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
  emailConfirmedAt: moment('email_confirmed_at'),
  suspendedUntil: moment('suspended_until'),
  suspendedReason: text('suspended_reason'),
  createdAt: moment('created_at').notNull().default(now),
}, (t) => [
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
}, (t) => [index('sessions_member').on(t.memberId)]);

/** A link that was mailed (or printed, for set-up) and works once. */
export const links = sqliteTable('links', {
  /** SHA-256 of the token in the link, hexadecimal. */
  id: text('id').primaryKey(),
  purpose: text('purpose', { enum: ['confirm', 'reset', 'set-up'] }).notNull(),
  memberId: integer('member_id').references(() => members.id, { onDelete: 'cascade' }),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
}, (t) => [
  check('links_purpose', sql`${t.purpose} in ('confirm', 'reset', 'set-up')`),
  check('links_member', sql`(${t.purpose} = 'set-up') = (${t.memberId} is null)`),
]);

/* ---------- the library ---------- */

export const themes = sqliteTable('themes', {
  code: text('code').primaryKey(),
  label: text('label').notNull(),
  note: text('note').notNull(),
  position: integer('position').notNull(),
});

export const resources = sqliteTable('resources', {
  id: text('id').primaryKey(),
  slug: text('slug').notNull().unique(),
  kind: text('kind', { enum: ['article', 'practice', 'reference'] }).notNull(),
  /** Code of the resource type; `article` and `practice` for our own two kinds. */
  type: text('type').notNull(),
  status: text('status', { enum: ['draft', 'published', 'withdrawn'] }).notNull(),
  /** `content` = read from content/ and kept in step with it, `hub` = written or taken over in the browser. */
  origin: text('origin', { enum: ['content', 'hub'] }).notNull(),
  contentHash: text('content_hash'),
  title: text('title').notNull(),
  summary: text('summary').notNull().default(''),
  /** Short form for lists: "Nam & Pardo". */
  people: text('people'),
  year: integer('year'),
  venue: text('venue'),
  place: text('place'),
  region: text('region'),
  country: text('country'),
  population: integer('population'),
  language: text('language').notNull().default('en'),
  evidence: text('evidence'),
  doi: text('doi'),
  url: text('url'),
  rights: text('rights'),
  /** The work as a CSL-JSON item: the full bibliographic record. */
  csl: text('csl', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  /** What only a kind has: a practice's results, an article's audience … */
  details: text('details', { mode: 'json' }).$type<Record<string, unknown>>().notNull().default({}),
  /** Body as Markdown with [@key] citations. For MDX pieces the page shows the MDX; this is what search and the browser editor read. */
  body: text('body').notNull().default(''),
  /** Somebody has seen the work, not only heard of it. For coordinators. */
  checked: integer('checked', { mode: 'boolean' }).notNull().default(false),
  /** Where the record comes from, for coordinators. */
  provenance: text('provenance'),
  reviewBy: text('review_by'),
  withdrawnReason: text('withdrawn_reason'),
  publishedAt: moment('published_at'),
  createdAt: moment('created_at').notNull().default(now),
  updatedAt: moment('updated_at').notNull().default(now),
}, (t) => [
  index('resources_list').on(t.status, t.publishedAt),
  index('resources_type').on(t.status, t.type),
  index('resources_year').on(t.status, t.year),
  index('resources_place').on(t.status, t.place),
  check('resources_kind', sql`${t.kind} in ('article', 'practice', 'reference')`),
  check('resources_status', sql`${t.status} in ('draft', 'published', 'withdrawn')`),
  check('resources_origin', sql`${t.origin} in ('content', 'hub')`),
  check('resources_title', sql`length(trim(${t.title})) between 1 and 500`),
  check('resources_withdrawn', sql`${t.status} <> 'withdrawn' or ${t.withdrawnReason} is not null`),
  check('resources_published', sql`${t.status} <> 'published' or ${t.publishedAt} is not null`),
]);

export const resourceThemes = sqliteTable('resource_themes', {
  resourceId: text('resource_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  theme: text('theme').notNull().references(() => themes.code, { onUpdate: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.resourceId, t.theme] }), index('resource_themes_theme').on(t.theme)]);

/** Which resource of the hub cites which work; filled from the bodies. */
export const citations = sqliteTable('citations', {
  citingId: text('citing_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  citedId: text('cited_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  /** Order of first mention, from 1. */
  position: integer('position').notNull(),
}, (t) => [primaryKey({ columns: [t.citingId, t.citedId] }), index('citations_cited').on(t.citedId)]);

/** How often a resource or thread was read: totals only, nobody's trace. */
export const reads = sqliteTable('reads', {
  kind: text('kind', { enum: ['resource', 'thread'] }).notNull(),
  ref: text('ref').notNull(),
  count: integer('count').notNull(),
}, (t) => [primaryKey({ columns: [t.kind, t.ref] }), index('reads_most').on(t.kind, t.count)]);

/* ---------- forums ---------- */

export const forums = sqliteTable('forums', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  description: text('description').notNull(),
  position: integer('position').notNull(),
});

export const forumThemes = sqliteTable('forum_themes', {
  forumId: integer('forum_id').notNull().references(() => forums.id, { onDelete: 'cascade' }),
  theme: text('theme').notNull().references(() => themes.code, { onUpdate: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.forumId, t.theme] })]);

export const threads = sqliteTable('threads', {
  id: id(),
  /** Null exactly for the thread of comments of a resource. */
  forumId: integer('forum_id').references(() => forums.id),
  resourceId: text('resource_id').unique().references(() => resources.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['discussion', 'question', 'announcement'] }).notNull().default('discussion'),
  title: text('title').notNull(),
  slug: text('slug').notNull(),
  authorId: integer('author_id').notNull().references(() => members.id),
  pinned: integer('pinned', { mode: 'boolean' }).notNull().default(false),
  lockedAt: moment('locked_at'),
  lockedReason: text('locked_reason'),
  removedAt: moment('removed_at'),
  removedReason: text('removed_reason'),
  removedById: integer('removed_by_id').references(() => members.id),
  createdAt: moment('created_at').notNull().default(now),
  /** Kept by the commands that add or remove a post. */
  lastPostAt: moment('last_post_at').notNull().default(now),
  lastPosterId: integer('last_poster_id').notNull().references(() => members.id),
  /** Posts that are not removed, the opening post included. */
  postCount: integer('post_count').notNull().default(0),
  /** Number of the newest post ever written here: numbers are never given twice. */
  lastNumber: integer('last_number').notNull().default(0),
}, (t) => [
  index('threads_forum').on(t.forumId, t.pinned, t.lastPostAt),
  index('threads_lively').on(t.lastPostAt),
  index('threads_newest').on(t.forumId, t.removedAt, t.lastPostAt, t.postCount),
  index('threads_removed').on(t.removedAt).where(sql`removed_at is not null`),
  index('threads_author').on(t.authorId),
  check('threads_kind', sql`${t.kind} in ('discussion', 'question', 'announcement')`),
  check('threads_home', sql`(${t.forumId} is null) <> (${t.resourceId} is null)`),
  check('threads_title', sql`length(trim(${t.title})) between 1 and 500`),
  check('threads_removed', sql`(${t.removedAt} is null) = (${t.removedReason} is null)`),
]);

export const threadThemes = sqliteTable('thread_themes', {
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  theme: text('theme').notNull().references(() => themes.code, { onUpdate: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.threadId, t.theme] }), index('thread_themes_theme').on(t.theme)]);

export const posts = sqliteTable('posts', {
  id: id(),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  number: integer('number').notNull(),
  authorId: integer('author_id').notNull().references(() => members.id),
  markdown: text('markdown').notNull(),
  html: text('html').notNull(),
  renderedBy: integer('rendered_by').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  editedAt: moment('edited_at'),
  removedAt: moment('removed_at'),
  removedById: integer('removed_by_id').references(() => members.id),
  removedReason: text('removed_reason'),
}, (t) => [
  uniqueIndex('posts_place').on(t.threadId, t.number),
  index('posts_author').on(t.authorId, t.createdAt),
  check('posts_text', sql`length(${t.markdown}) between 1 and 50000`),
  check('posts_number', sql`${t.number} >= 1`),
  check('posts_removed', sql`(${t.removedAt} is null) = (${t.removedById} is null)`),
]);

/** What a post said before an edit. */
export const postVersions = sqliteTable('post_versions', {
  id: id(),
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  markdown: text('markdown').notNull(),
  writtenAt: moment('written_at').notNull(),
  replacedAt: moment('replaced_at').notNull().default(now),
  replacedById: integer('replaced_by_id').notNull().references(() => members.id),
}, (t) => [index('post_versions_post').on(t.postId)]);

/* ---------- moderation ---------- */

/** Who did what, for coordinators: every privileged act leaves one line. */
export const log = sqliteTable('log', {
  id: id(),
  at: moment('at').notNull().default(now),
  actorId: integer('actor_id').references((): AnySQLiteColumn => members.id),
  /** Verb and noun, such as `lock thread`. */
  act: text('act').notNull(),
  /** What it was done to, in words, as it was called then. */
  object: text('object').notNull(),
  /** Address of it inside the hub, when it has one. */
  url: text('url'),
  reason: text('reason'),
}, (t) => [index('log_at').on(t.at)]);

/* ---------- search ---------- */

/** The one stream of search documents: everything in it is public. FTS5 indexes it (see client.ts), Pagefind reads it. */
export const searchDocuments = sqliteTable('search_documents', {
  id: id(),
  kind: text('kind', { enum: ['resource', 'thread', 'post'] }).notNull(),
  /** Resource id, thread id or post id. */
  ref: text('ref').notNull(),
  /** The thread of a post, so that a thread is found once. */
  threadId: integer('thread_id'),
  url: text('url').notNull(),
  title: text('title').notNull(),
  people: text('people').notNull().default(''),
  summary: text('summary').notNull().default(''),
  body: text('body').notNull().default(''),
  type: text('type').notNull(),
  /** Codes with a space before, between and after them: " equity open311 ". */
  themes: text('themes').notNull().default(' '),
  year: integer('year'),
  place: text('place'),
  at: moment('at').notNull(),
}, (t) => [uniqueIndex('search_documents_ref').on(t.kind, t.ref), index('search_documents_thread').on(t.threadId)]);
