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
  /** The same letter as HTML, for mail programs that prefer it. */
  html: text('html'),
  /** Headers beyond the usual ones, by name; a `Message-ID` here is used instead of one made up. */
  headers: text('headers', { mode: 'json' }).$type<Record<string, string>>(),
  createdAt: moment('created_at').notNull().default(now),
  nextTryAt: moment('next_try_at').notNull().default(now),
  tries: integer('tries').notNull().default(0),
  sentAt: moment('sent_at'),
  failure: text('failure'),
}, (t) => [index('outbox_waiting').on(t.nextTryAt).where(sql`sent_at is null`)]);

/** Keys that the hub made for itself and that nobody else may know. */
export const secrets = sqliteTable('secrets', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});

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
  /** Agreed to be found by search and in lists of members. */
  listed: integer('listed', { mode: 'boolean' }).notNull().default(false),
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

/** Letters that a member wants no more, by what they are about (see domain/mail/stopping.ts). */
export const mailStops = sqliteTable('mail_stops', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  subject: text('subject').notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [primaryKey({ columns: [t.memberId, t.subject] })]);

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
  /** Where it stands on its way: see domain/library/workflow.ts. */
  status: text('status', { enum: ['draft', 'submitted', 'in-review', 'published', 'retired', 'declined'] }).notNull(),
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
  /** Code of a rights statement (vocabulary.ts): every resource states its rights, if only that they are undetermined. */
  rights: text('rights').notNull().default('undetermined'),
  /** What the statement leaves open, in words: holder, year, conditions. */
  rightsNote: text('rights_note'),
  /** Normalised title, year and first author: what duplicates have in common (see exchange/duplicates.ts). */
  workKey: text('work_key').notNull().default(''),
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
  /** Day (YYYY-MM-DD) by which the owner looks at it again. */
  reviewBy: text('review_by'),
  /** The coordinator who looks after it. */
  ownerId: integer('owner_id').references((): AnySQLiteColumn => members.id, { onDelete: 'set null' }),
  /** When somebody last said that it is still correct. */
  attestedAt: moment('attested_at'),
  /** Who brought it in: nobody publishes their own alone while there is another coordinator. */
  submittedById: integer('submitted_by_id').references((): AnySQLiteColumn => members.id, { onDelete: 'set null' }),
  submittedAt: moment('submitted_at'),
  /** Why the member who suggested it finds it useful. */
  suggestionNote: text('suggestion_note'),
  /** The coordinator who reviews it now. */
  reviewerId: integer('reviewer_id').references((): AnySQLiteColumn => members.id, { onDelete: 'set null' }),
  publishedById: integer('published_by_id').references((): AnySQLiteColumn => members.id, { onDelete: 'set null' }),
  /** Published by the one who brought it in, because there was no other coordinator then. */
  publishedAlone: integer('published_alone', { mode: 'boolean' }).notNull().default(false),
  declinedReason: text('declined_reason'),
  retiredReason: text('retired_reason'),
  /** What to read instead of a retired one. */
  successorId: text('successor_id').references((): AnySQLiteColumn => resources.id, { onDelete: 'set null' }),
  /** The resource that this duplicate was merged into: its address leads there. */
  mergedIntoId: text('merged_into_id').references((): AnySQLiteColumn => resources.id),
  importId: integer('import_id').references((): AnySQLiteColumn => imports.id, { onDelete: 'set null' }),
  publishedAt: moment('published_at'),
  createdAt: moment('created_at').notNull().default(now),
  updatedAt: moment('updated_at').notNull().default(now),
}, (t) => [
  index('resources_list').on(t.status, t.publishedAt),
  index('resources_type').on(t.status, t.type),
  index('resources_year').on(t.status, t.year),
  index('resources_place').on(t.status, t.place),
  index('resources_work').on(t.workKey),
  index('resources_doi').on(sql`lower(${t.doi})`).where(sql`doi is not null`),
  index('resources_import').on(t.importId).where(sql`import_id is not null`),
  index('resources_submitter').on(t.submittedById).where(sql`submitted_by_id is not null`),
  index('resources_merged').on(t.mergedIntoId).where(sql`merged_into_id is not null`),
  index('resources_successor').on(t.successorId).where(sql`successor_id is not null`),
  index('resources_review_by').on(t.reviewBy).where(sql`review_by is not null`),
  check('resources_kind', sql`${t.kind} in ('article', 'practice', 'reference')`),
  check('resources_status', sql`${t.status} in ('draft', 'submitted', 'in-review', 'published', 'retired', 'declined')`),
  check('resources_origin', sql`${t.origin} in ('content', 'hub')`),
  check('resources_title', sql`length(trim(${t.title})) between 1 and 500`),
  check('resources_retired', sql`${t.status} <> 'retired' or ${t.retiredReason} is not null`),
  check('resources_published', sql`${t.status} <> 'published' or ${t.publishedAt} is not null`),
  check('resources_declined', sql`${t.status} <> 'declined' or ${t.declinedReason} is not null`),
  check('resources_rights', sql`length(${t.rights}) > 0`),
  check('resources_merged', sql`${t.mergedIntoId} is null or (${t.status} = 'retired' and ${t.mergedIntoId} <> ${t.id})`),
  check('resources_four_eyes', sql`${t.status} <> 'published' or ${t.publishedById} is null or ${t.submittedById} is null or ${t.publishedById} <> ${t.submittedById} or ${t.publishedAlone}`),
  check('resources_review_by', sql`${t.reviewBy} is null or ${t.reviewBy} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'`),
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

/** What a resource was from a change on until the next: who, when, why. The first is written with the first change. */
export const resourceVersions = sqliteTable('resource_versions', {
  id: id(),
  resourceId: text('resource_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  /** From 1, without gaps. */
  number: integer('number').notNull(),
  at: moment('at').notNull().default(now),
  /** Null is the hub itself: the files of content/, an import. */
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  /** What was done, such as `edit` or `publish`. */
  act: text('act').notNull(),
  reason: text('reason'),
  status: text('status').notNull(),
  /** Every field of the form as it was after the act (see library/versions.ts). */
  fields: text('fields', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
}, (t) => [uniqueIndex('resource_versions_number').on(t.resourceId, t.number)]);

/** Addresses that resources had before: they lead on for ever and are never given again. */
export const formerSlugs = sqliteTable('former_slugs', {
  slug: text('slug').primaryKey(),
  resourceId: text('resource_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  since: moment('since').notNull().default(now),
}, (t) => [index('former_slugs_resource').on(t.resourceId)]);

/** Duplicates that were merged, with what it takes to undo it. */
export const merges = sqliteTable('merges', {
  id: id(),
  keptId: text('kept_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  mergedId: text('merged_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  at: moment('at').notNull().default(now),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  reason: text('reason'),
  /** What was moved or filled in, by noun (see library/merging.ts). */
  moved: text('moved', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  undoneAt: moment('undone_at'),
  undoneById: integer('undone_by_id').references(() => members.id, { onDelete: 'set null' }),
}, (t) => [
  index('merges_kept').on(t.keptId),
  uniqueIndex('merges_in_force').on(t.mergedId).where(sql`undone_at is null`),
]);

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

/** A reading list of a member. */
export const collections = sqliteTable('collections', {
  id: id(),
  ownerId: integer('owner_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  title: text('title').notNull(),
  slug: text('slug').notNull(),
  /** Markdown. */
  description: text('description').notNull().default(''),
  visibility: text('visibility', { enum: ['private', 'public'] }).notNull().default('private'),
  featuredAt: moment('featured_at'),
  featuredById: integer('featured_by_id').references(() => members.id, { onDelete: 'set null' }),
  createdAt: moment('created_at').notNull().default(now),
  updatedAt: moment('updated_at').notNull().default(now),
}, (t) => [
  index('collections_owner').on(t.ownerId, t.updatedAt),
  index('collections_public').on(t.visibility, t.updatedAt),
  check('collections_title', sql`length(trim(${t.title})) between 1 and 120`),
  check('collections_visibility', sql`${t.visibility} in ('private', 'public')`),
  check('collections_featured', sql`${t.featuredAt} is null or ${t.visibility} = 'public'`),
]);

export const collectionItems = sqliteTable('collection_items', {
  collectionId: integer('collection_id').notNull().references(() => collections.id, { onDelete: 'cascade' }),
  resourceId: text('resource_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  /** Order in the list; gaps are allowed. */
  position: integer('position').notNull(),
  /** Why it is on the list, plain text. */
  note: text('note').notNull().default(''),
  addedAt: moment('added_at').notNull().default(now),
}, (t) => [primaryKey({ columns: [t.collectionId, t.resourceId] }), index('collection_items_resource').on(t.resourceId)]);

/** What members saved for themselves: nobody else's business. */
export const bookmarks = sqliteTable('bookmarks', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  resourceId: text('resource_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  createdAt: moment('created_at').notNull().default(now),
}, (t) => [primaryKey({ columns: [t.memberId, t.resourceId] }), index('bookmarks_resource').on(t.resourceId)]);

/** Files of a resource; the bytes lie under their SHA-256 in the data folder. */
export const attachments = sqliteTable('attachments', {
  id: id(),
  resourceId: text('resource_id').notNull().references(() => resources.id, { onDelete: 'cascade' }),
  /** SHA-256 of the bytes, hexadecimal. */
  hash: text('hash').notNull(),
  /** Name for saving, with the ending that the sniffed type has. */
  name: text('name').notNull(),
  /** What it is, in words. */
  label: text('label').notNull(),
  mediaType: text('media_type').notNull(),
  /** Bytes. */
  size: integer('size').notNull(),
  /** Code of a rights statement: a file cannot be uploaded without. */
  rights: text('rights').notNull(),
  /** Words of a PDF or DOCX for search; null while they have not been taken out or there are none. */
  text: text('text'),
  textState: text('text_state', { enum: ['waiting', 'done', 'none', 'failed'] }).notNull(),
  uploadedById: integer('uploaded_by_id').references(() => members.id, { onDelete: 'set null' }),
  createdAt: moment('created_at').notNull().default(now),
}, (t) => [
  uniqueIndex('attachments_once').on(t.resourceId, t.hash),
  index('attachments_hash').on(t.hash),
  index('attachments_waiting').on(t.textState).where(sql`text_state = 'waiting'`),
  check('attachments_rights', sql`length(${t.rights}) > 0`),
  check('attachments_hash', sql`length(${t.hash}) = 64`),
  check('attachments_text_state', sql`${t.textState} in ('waiting', 'done', 'none', 'failed')`),
]);

/** What came of asking the link of a resource the last time. */
export const linkChecks = sqliteTable('link_checks', {
  resourceId: text('resource_id').primaryKey().references(() => resources.id, { onDelete: 'cascade' }),
  /** The address that was asked: a changed link is asked anew. */
  url: text('url').notNull(),
  checkedAt: moment('checked_at').notNull(),
  outcome: text('outcome', { enum: ['works', 'moved', 'broken', 'refused', 'unreachable'] }).notNull(),
  /** Status of the answer; null where there was none. */
  status: integer('status'),
  /** Where it leads, when it has moved. */
  movedTo: text('moved_to'),
  /** How many times in a row it did not work. */
  failures: integer('failures').notNull().default(0),
  nextCheckAt: moment('next_check_at').notNull(),
}, (t) => [
  index('link_checks_next').on(t.nextCheckAt),
  index('link_checks_outcome').on(t.outcome),
  check('link_checks_outcome', sql`${t.outcome} in ('works', 'moved', 'broken', 'refused', 'unreachable')`),
]);

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
  /** Who starts threads here; every member replies. */
  startedBy: text('started_by', { enum: ['members', 'coordinators'] }).notNull().default('members'),
  /** Read only since then. */
  closedAt: moment('closed_at'),
  closedReason: text('closed_reason'),
});

/** Addresses of forums that were taken away, empty: they say so, are never given again, and content/forums.yaml does not bring them back. */
export const formerForums = sqliteTable('former_forums', {
  slug: text('slug').primaryKey(),
  name: text('name').notNull(),
  since: moment('since').notNull().default(now),
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
  kind: text('kind', { enum: ['discussion', 'question', 'announcement', 'case-of-the-week'] }).notNull().default('discussion'),
  title: text('title').notNull(),
  slug: text('slug').notNull(),
  authorId: integer('author_id').notNull().references(() => members.id),
  pinned: integer('pinned', { mode: 'boolean' }).notNull().default(false),
  lockedAt: moment('locked_at'),
  lockedReason: text('locked_reason'),
  removedAt: moment('removed_at'),
  removedReason: text('removed_reason'),
  removedById: integer('removed_by_id').references(() => members.id),
  /** Taken out of view until a coordinator decides: whatever asks for removed ones leaves it out too. */
  hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
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
  index('threads_started').on(t.createdAt),
  index('threads_started_in').on(t.forumId, t.createdAt),
  check('threads_kind', sql`${t.kind} in ('discussion', 'question', 'announcement', 'case-of-the-week')`),
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
  /** Taken out of view until a coordinator decides: whatever asks for removed ones leaves it out too. */
  hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
}, (t) => [
  uniqueIndex('posts_place').on(t.threadId, t.number),
  index('posts_author').on(t.authorId, t.createdAt),
  check('posts_text', sql`length(${t.markdown}) between 1 and 50000`),
  check('posts_number', sql`${t.number} >= 1`),
  check('posts_removed', sql`(${t.removedAt} is null) = (${t.removedById} is null)`),
]);

/** Replies that the asker or a coordinator said answer the question. */
export const acceptedAnswers = sqliteTable('accepted_answers', {
  postId: integer('post_id').primaryKey().references(() => posts.id, { onDelete: 'cascade' }),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  byId: integer('by_id').notNull().references(() => members.id),
  at: moment('at').notNull().default(now),
}, (t) => [index('accepted_answers_thread').on(t.threadId)]);

/** When an accepted answer that has grown old was asked about, and by whom it was said to be still right. */
export const answerChecks = sqliteTable('answer_checks', {
  postId: integer('post_id').primaryKey().references(() => posts.id, { onDelete: 'cascade' }),
  askedAt: moment('asked_at'),
  askedById: integer('asked_by_id').references(() => members.id),
  confirmedAt: moment('confirmed_at'),
  confirmedById: integer('confirmed_by_id').references(() => members.id),
}, (t) => [
  check('answer_checks_asked', sql`(${t.askedAt} is null) = (${t.askedById} is null)`),
  check('answer_checks_confirmed', sql`(${t.confirmedAt} is null) = (${t.confirmedById} is null)`),
]);

/** "Works for us too": where and when else an answer worked. */
export const confirmations = sqliteTable('confirmations', {
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  place: text('place').notNull(),
  year: integer('year').notNull(),
  note: text('note'),
  createdAt: moment('created_at').notNull().default(now),
  /** When it was said last. */
  at: moment('at').notNull().default(now),
}, (t) => [
  primaryKey({ columns: [t.postId, t.memberId] }),
  check('confirmations_place', sql`length(trim(${t.place})) between 1 and 80`),
  check('confirmations_note', sql`${t.note} is null or length(${t.note}) between 1 and 200`),
  check('confirmations_year', sql`${t.year} between 2000 and cast(strftime('%Y', ${t.at} / 1000, 'unixepoch') as integer) + 1`),
]);

/** Posts whose author is shown to nobody: asked for a colleague. See domain/anonymity.ts. */
export const anonymousPosts = sqliteTable('anonymous_posts', {
  postId: integer('post_id').primaryKey().references(() => posts.id, { onDelete: 'cascade' }),
  /** The post's author again, so that what is hidden of a member is found at once. */
  memberId: integer('member_id').notNull().references(() => members.id),
}, (t) => [index('anonymous_posts_member').on(t.memberId)]);

/** The one working calendar, by which the wait of a question is counted. */
export const workingCalendar = sqliteTable('working_calendar', {
  id: integer('id').primaryKey(),
  /** Days of the week, 1 = Monday. */
  days: text('days', { mode: 'json' }).$type<number[]>().notNull(),
  /** Minutes from midnight. */
  opens: integer('opens').notNull(),
  closes: integer('closes').notNull(),
  /** IANA name, such as America/New_York. */
  timeZone: text('time_zone').notNull(),
  /** Days nobody works: YYYY-MM-DD and what they are called. */
  holidays: text('holidays', { mode: 'json' }).$type<{ day: string; name: string }[]>().notNull(),
  changedAt: moment('changed_at').notNull().default(now),
}, (t) => [
  check('working_calendar_one', sql`${t.id} = 1`),
  check('working_calendar_days', sql`json_array_length(${t.days}) between 1 and 7`),
  check('working_calendar_hours', sql`${t.opens} >= 0 and ${t.opens} < ${t.closes} and ${t.closes} <= 1440`),
]);

/** Who looks for answers in a forum; a forum without any is everybody's. */
export const forumCoordinators = sqliteTable('forum_coordinators', {
  forumId: integer('forum_id').notNull().references(() => forums.id, { onDelete: 'cascade' }),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
}, (t) => [primaryKey({ columns: [t.forumId, t.memberId] })]);

/** Every time that a question without an answer was given to somebody; the newest of a thread is its owner. */
export const questionTurns = sqliteTable('question_turns', {
  id: id(),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  ownerId: integer('owner_id').notNull().references(() => members.id),
  at: moment('at').notNull().default(now),
  /** Who handed it over; null where it was the owner's turn. */
  byId: integer('by_id').references(() => members.id),
  reason: text('reason'),
}, (t) => [
  index('question_turns_thread').on(t.threadId),
  index('question_turns_owner').on(t.ownerId, t.at),
  check('question_turns_handed', sql`(${t.byId} is null) = (${t.reason} is null)`),
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

/** Addresses inside the hub that a post links to: who mentions what. */
export const postLinks = sqliteTable('post_links', {
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  /** Path without query and fragment, such as `/library/behn2003why`. */
  path: text('path').notNull(),
}, (t) => [primaryKey({ columns: [t.postId, t.path] }), index('post_links_path').on(t.path)]);

/** How far a member has read a thread: the highest number of a post that a page showed them. Nobody else is told. */
export const threadReads = sqliteTable('thread_reads', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  number: integer('number').notNull(),
}, (t) => [primaryKey({ columns: [t.memberId, t.threadId] }), index('thread_reads_thread').on(t.threadId)]);

/** What was written in a forum up to a moment counts as read for a member; forum 0 stands for all of them. */
export const readMarks = sqliteTable('read_marks', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  forumId: integer('forum_id').notNull(),
  before: moment('before').notNull(),
}, (t) => [primaryKey({ columns: [t.memberId, t.forumId] })]);

/** How closely a member follows something (see domain/forum/follows.ts). What has no row is normal. */
export const follows = sqliteTable('follows', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['thread', 'forum', 'theme', 'member'] }).notNull(),
  /** Id of a thread, forum or member, or code of a theme. */
  ref: text('ref').notNull(),
  level: text('level', { enum: ['muted', 'normal', 'first-post', 'tracking', 'following'] }).notNull(),
  /** Came about by writing, not by choice. */
  auto: integer('auto', { mode: 'boolean' }).notNull().default(false),
  at: moment('at').notNull().default(now),
}, (t) => [
  primaryKey({ columns: [t.memberId, t.kind, t.ref] }),
  index('follows_of').on(t.kind, t.ref, t.level),
  check('follows_kind', sql`${t.kind} in ('thread', 'forum', 'theme', 'member')`),
  check('follows_level', sql`${t.level} in ('muted', 'normal', 'first-post', 'tracking', 'following')`),
]);

/** What a member chose about being told; without a row the defaults of domain/forum/follows.ts hold. */
export const notificationSettings = sqliteTable('notification_settings', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  /** Level of a thread that they start. */
  started: text('started').notNull(),
  /** Level of a thread that they reply to. */
  replied: text('replied').notNull(),
  mail: text('mail', { enum: ['at-once', 'daily', 'none'] }).notNull(),
}, (t) => [
  check('notification_settings_levels', sql`${t.started} in ('normal', 'tracking', 'following') and ${t.replied} in ('normal', 'tracking', 'following')`),
  check('notification_settings_mail', sql`${t.mail} in ('at-once', 'daily', 'none')`),
]);

/** What a member is told of in the hub, and perhaps by mail. Written with the fact. */
export const notifications = sqliteTable('notifications', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** What happened, such as `reply`; see domain/mail/notifications.ts. */
  kind: text('kind').notNull(),
  /** Why this member is told, such as `follows-thread`. */
  reason: text('reason').notNull(),
  /** What the reason is about: code of the theme, id of the forum or member that is followed. */
  reasonRef: text('reason_ref'),
  /** Who did it; null where nobody is named. */
  actorId: integer('actor_id').references(() => members.id, { onDelete: 'cascade' }),
  threadId: integer('thread_id').references(() => threads.id, { onDelete: 'cascade' }),
  postId: integer('post_id').references(() => posts.id, { onDelete: 'cascade' }),
  /** For what no post tells: the sentence that is shown, and the path that it leads to. */
  words: text('words'),
  url: text('url'),
  createdAt: moment('created_at').notNull().default(now),
  readAt: moment('read_at'),
  mailedAt: moment('mailed_at'),
}, (t) => [
  index('notifications_inbox').on(t.memberId, t.id),
  index('notifications_unread').on(t.memberId, t.threadId).where(sql`read_at is null`),
  index('notifications_unmailed').on(t.createdAt).where(sql`read_at is null and mailed_at is null`),
  index('notifications_post').on(t.postId),
  index('notifications_thread').on(t.threadId),
  index('notifications_actor').on(t.actorId),
  // Whatever reasons there are to tell somebody of a new post, it is told once.
  uniqueIndex('notifications_once').on(t.memberId, t.postId).where(sql`kind in ('mention', 'quote', 'reply', 'new-thread')`),
  check('notifications_subject', sql`${t.postId} is not null or (${t.words} is not null and ${t.url} is not null)`),
]);

/** Threads that were closed by who started them or by a coordinator: settled, or nothing more to say. */
export const closedThreads = sqliteTable('closed_threads', {
  threadId: integer('thread_id').primaryKey().references(() => threads.id, { onDelete: 'cascade' }),
  byId: integer('by_id').notNull().references(() => members.id),
  at: moment('at').notNull().default(now),
  reason: text('reason').notNull(),
}, (t) => [check('closed_threads_reason', sql`length(trim(${t.reason})) > 0`)]);

/** Threads that went into another one: their addresses lead there for ever. Their rows stay, removed and empty, so that it can be undone. */
export const formerThreads = sqliteTable('former_threads', {
  threadId: integer('thread_id').primaryKey().references(() => threads.id, { onDelete: 'cascade' }),
  intoId: integer('into_id').notNull().references(() => threads.id),
}, (t) => [index('former_threads_into').on(t.intoId), check('former_threads_other', sql`${t.threadId} <> ${t.intoId}`)]);

/** What was done to threads, with what it takes to undo it. */
export const threadActs = sqliteTable('thread_acts', {
  id: id(),
  /** Verb and noun, as in the log: `move thread`. */
  act: text('act').notNull(),
  threadId: integer('thread_id').notNull().references(() => threads.id, { onDelete: 'cascade' }),
  /** The other thread of a split or merge. */
  otherId: integer('other_id').references(() => threads.id, { onDelete: 'cascade' }),
  at: moment('at').notNull().default(now),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  reason: text('reason'),
  /** What was before and what came after (see forum/thread-acts.ts). */
  undo: text('undo', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  undoneAt: moment('undone_at'),
  undoneById: integer('undone_by_id').references(() => members.id, { onDelete: 'set null' }),
}, (t) => [index('thread_acts_thread').on(t.threadId), index('thread_acts_other').on(t.otherId).where(sql`other_id is not null`)]);

/** What members said of a post with one click. */
export const reactions = sqliteTable('reactions', {
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['helpful', 'thanks', 'we-do-this-too', 'same-question'] }).notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [
  primaryKey({ columns: [t.postId, t.memberId, t.kind] }),
  index('reactions_member').on(t.memberId),
  check('reactions_kind', sql`${t.kind} in ('helpful', 'thanks', 'we-do-this-too', 'same-question')`),
]);

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
}, (t) => [uniqueIndex('drafts_place').on(t.memberId, t.place), index('drafts_updated').on(t.updatedAt)]);

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

/** What waits for a coordinator: flags on one thing, a correction, a post that was held, an appeal. Closed by a decision. */
export const cases = sqliteTable('cases', {
  id: id(),
  kind: text('kind', { enum: ['flags', 'correction', 'held', 'appeal'] }).notNull(),
  postId: integer('post_id').references((): AnySQLiteColumn => posts.id, { onDelete: 'cascade' }),
  /** A profile that was flagged. */
  memberId: integer('member_id').references(() => members.id, { onDelete: 'cascade' }),
  heldId: integer('held_id').references((): AnySQLiteColumn => heldPosts.id, { onDelete: 'cascade' }),
  /** The decision that an appeal is about: it can be appealed once. */
  decisionId: integer('decision_id').unique().references((): AnySQLiteColumn => decisions.id, { onDelete: 'cascade' }),
  openedAt: moment('opened_at').notNull().default(now),
  claimedById: integer('claimed_by_id').references(() => members.id, { onDelete: 'set null' }),
  claimedUntil: moment('claimed_until'),
  /** The author was asked to edit and has until then. */
  editBy: moment('edit_by'),
  closedAt: moment('closed_at'),
}, (t) => [
  index('cases_open').on(t.openedAt).where(sql`closed_at is null`),
  index('cases_post').on(t.postId),
  uniqueIndex('cases_flags_of_post').on(t.postId).where(sql`closed_at is null and kind = 'flags'`),
  uniqueIndex('cases_flags_of_member').on(t.memberId).where(sql`closed_at is null and kind = 'flags'`),
  check('cases_about', sql`(${t.postId} is not null) + (${t.memberId} is not null) + (${t.heldId} is not null) + (${t.decisionId} is not null) = 1`),
  check('cases_kind', sql`(${t.kind} = 'appeal') = (${t.decisionId} is not null) and (${t.kind} = 'held') = (${t.heldId} is not null)`),
]);

/** What somebody told the coordinators. One member, one flag in a case; a flag by nobody is the hub's own. */
export const flags = sqliteTable('flags', {
  id: id(),
  caseId: integer('case_id').notNull().references(() => cases.id, { onDelete: 'cascade' }),
  memberId: integer('member_id').references(() => members.id, { onDelete: 'set null' }),
  reason: text('reason').notNull(),
  note: text('note'),
  /** Counts towards hiding: the member was trusted, or a coordinator, when they flagged. */
  counts: integer('counts', { mode: 'boolean' }).notNull().default(false),
  at: moment('at').notNull().default(now),
}, (t) => [
  uniqueIndex('flags_once').on(t.caseId, t.memberId),
  check('flags_reason', sql`${t.reason} in ('profane', 'obscene', 'inaccurate', 'off-topic', 'attack', 'spam', 'personal-data')`),
]);

/** What is wrong in a post and where the right figure stands. An accepted one stands under the post. */
export const corrections = sqliteTable('corrections', {
  caseId: integer('case_id').primaryKey().references(() => cases.id, { onDelete: 'cascade' }),
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  wrong: text('wrong').notNull(),
  source: text('source').notNull(),
  /** What the author says to it. */
  answer: text('answer'),
  answeredAt: moment('answered_at'),
  acceptedAt: moment('accepted_at'),
  acceptedById: integer('accepted_by_id').references(() => members.id),
  acceptedAs: text('accepted_as', { enum: ['author', 'coordinator'] }),
}, (t) => [
  index('corrections_post').on(t.postId),
  check('corrections_accepted', sql`(${t.acceptedAt} is null) = (${t.acceptedById} is null) and (${t.acceptedAt} is null) = (${t.acceptedAs} is null)`),
]);

/** What coordinators tell each other about a case. Never public. */
export const caseNotes = sqliteTable('case_notes', {
  id: id(),
  caseId: integer('case_id').notNull().references(() => cases.id, { onDelete: 'cascade' }),
  byId: integer('by_id').notNull().references(() => members.id),
  text: text('text').notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [index('case_notes_case').on(t.caseId)]);

/** What was decided about a case, why, and what it takes to undo it. */
export const decisions = sqliteTable('decisions', {
  id: id(),
  caseId: integer('case_id').notNull().references(() => cases.id, { onDelete: 'cascade' }),
  outcome: text('outcome', { enum: ['keep', 'remove', 'ask', 'warn', 'move', 'correct', 'approve', 'decline', 'uphold', 'overturn'] }).notNull(),
  reason: text('reason').notNull(),
  deciderId: integer('decider_id').notNull().references(() => members.id),
  at: moment('at').notNull().default(now),
  /** Whose post, profile or writing it was about: they may appeal. */
  authorId: integer('author_id').notNull().references(() => members.id),
  /** Of a decision about an appeal: who decided first. It is somebody else, unless there was nobody else. */
  firstDeciderId: integer('first_decider_id').references(() => members.id),
  nobodyElse: integer('nobody_else', { mode: 'boolean' }).notNull().default(false),
  /** How the thing stood before. */
  before: text('before', { mode: 'json' }).$type<{ hidden?: boolean; removed?: boolean; forumId?: number }>().notNull().default({}),
  undoneAt: moment('undone_at'),
  undoneById: integer('undone_by_id').references(() => members.id),
  overturnedAt: moment('overturned_at'),
}, (t) => [
  index('decisions_case').on(t.caseId),
  index('decisions_author').on(t.authorId, t.outcome),
  check('decisions_outcome', sql`${t.outcome} in ('keep', 'remove', 'ask', 'warn', 'move', 'correct', 'approve', 'decline', 'uphold', 'overturn')`),
  check('decisions_appeal', sql`(${t.outcome} in ('uphold', 'overturn')) = (${t.firstDeciderId} is not null)`),
  check('decisions_other', sql`${t.firstDeciderId} is null or ${t.firstDeciderId} <> ${t.deciderId} or ${t.nobodyElse}`),
  check('decisions_reason', sql`length(trim(${t.reason})) > 0`),
]);

/** Why the author of something thinks that a decision about it was wrong. */
export const appeals = sqliteTable('appeals', {
  decisionId: integer('decision_id').primaryKey().references(() => decisions.id, { onDelete: 'cascade' }),
  text: text('text').notNull(),
  at: moment('at').notNull().default(now),
});

/** Posts that quote what is hidden or removed, as they were before the quotation was taken out. */
export const blankedQuotes = sqliteTable('blanked_quotes', {
  /** The post that quotes. */
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  ofPostId: integer('of_post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  html: text('html').notNull(),
}, (t) => [primaryKey({ columns: [t.postId, t.ofPostId] }), index('blanked_quotes_of').on(t.ofPostId)]);

/** Something written that a coordinator looks at before anybody else sees it: what its command was given, to be run on approval. */
export const heldPosts = sqliteTable('held_posts', {
  id: id(),
  authorId: integer('author_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['thread', 'post', 'comment'] }).notNull(),
  input: text('input', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  /** The thread it is for, so that its author finds it there. */
  threadId: integer('thread_id').references(() => threads.id, { onDelete: 'cascade' }),
  resourceId: text('resource_id').references(() => resources.id, { onDelete: 'cascade' }),
  title: text('title'),
  markdown: text('markdown').notNull(),
  why: text('why', { enum: ['first', 'spam', 'trap'] }).notNull(),
  /** What the spam score found, in words. */
  signals: text('signals', { mode: 'json' }).$type<string[]>().notNull().default([]),
  at: moment('at').notNull().default(now),
  state: text('state', { enum: ['waiting', 'approved', 'declined'] }).notNull().default('waiting'),
  /** Where it stands since it was approved. */
  url: text('url'),
}, (t) => [
  index('held_posts_author').on(t.authorId, t.state),
  index('held_posts_thread').on(t.threadId),
  check('held_posts_kind', sql`${t.kind} in ('thread', 'post', 'comment')`),
  check('held_posts_state', sql`${t.state} in ('waiting', 'approved', 'declined')`),
]);

/** In how many spam and how many good texts a word was seen, by coordinators' decisions. */
export const spamWords = sqliteTable('spam_words', {
  word: text('word').primaryKey(),
  spam: integer('spam').notNull().default(0),
  good: integer('good').notNull().default(0),
});

/* ---------- trust ---------- */

/** How often a member was here on a day: which pages they read is not kept. */
export const memberActivity = sqliteTable('member_activity', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  /** YYYY-MM-DD in UTC. */
  day: text('day').notNull(),
  threadsRead: integer('threads_read').notNull().default(0),
}, (t) => [primaryKey({ columns: [t.memberId, t.day] })]);

/** The level of a member; nobody here is new. A locked one is not computed. */
export const trustLevels = sqliteTable('trust_levels', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  level: text('level', { enum: ['new', 'member', 'trusted'] }).notNull(),
  locked: integer('locked', { mode: 'boolean' }).notNull().default(false),
}, (t) => [check('trust_levels_level', sql`${t.level} in ('new', 'member', 'trusted')`)]);

/** Every change of a level, with the reason in words. By nobody: computed from the rules. */
export const trustChanges = sqliteTable('trust_changes', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  from: text('from').notNull(),
  to: text('to').notNull(),
  reason: text('reason').notNull(),
  byId: integer('by_id').references((): AnySQLiteColumn => members.id, { onDelete: 'set null' }),
  at: moment('at').notNull().default(now),
}, (t) => [index('trust_changes_member').on(t.memberId)]);

/* ---------- search ---------- */

/** The one stream of search documents: everything in it is public. FTS5 indexes it (see search-index.ts), Pagefind reads it. */
export const searchDocuments = sqliteTable('search_documents', {
  id: id(),
  kind: text('kind', { enum: ['resource', 'thread', 'post', 'member', 'forum', 'theme', 'page'] }).notNull(),
  /** Id or code of what it is, within its kind. */
  ref: text('ref').notNull(),
  /** The thread of a thread or post, so that a thread is found once. */
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
  /** An accepted answer, or a question that has one. */
  accepted: integer('accepted', { mode: 'boolean' }).notNull().default(false),
  at: moment('at').notNull(),
}, (t) => [uniqueIndex('search_documents_ref').on(t.kind, t.ref), index('search_documents_thread').on(t.threadId)]);

/** Words that search takes for one another: read from content/thesaurus.yaml and changed in the browser. */
export const thesaurusEntries = sqliteTable('thesaurus_entries', {
  id: id(),
  term: text('term').notNull(),
  /** The term as words are compared (see domain/thesaurus/words.ts). */
  termKey: text('term_key').notNull(),
  also: text('also', { mode: 'json' }).$type<string[]>().notNull(),
  related: text('related', { mode: 'json' }).$type<string[]>().notNull().default([]),
  note: text('note'),
  /** `content` = kept in step with the file, `hub` = written, changed or removed in the browser. */
  origin: text('origin', { enum: ['content', 'hub'] }).notNull(),
  /** The term of the file's entry that this one was, compared as words are: what was changed or removed here does not come back from there. */
  contentKey: text('content_key').unique(),
  contentHash: text('content_hash'),
  removedAt: moment('removed_at'),
  createdAt: moment('created_at').notNull().default(now),
  updatedAt: moment('updated_at').notNull().default(now),
  updatedById: integer('updated_by_id').references(() => members.id, { onDelete: 'set null' }),
}, (t) => [
  uniqueIndex('thesaurus_entries_term').on(t.termKey).where(sql`removed_at is null`),
  check('thesaurus_entries_term', sql`length(trim(${t.term})) between 1 and 80 and length(${t.termKey}) > 0`),
  check('thesaurus_entries_also', sql`json_array_length(${t.also}) between 1 and 20`),
  check('thesaurus_entries_origin', sql`(${t.origin} = 'content' and ${t.contentKey} is not null and ${t.removedAt} is null) or ${t.origin} = 'hub'`),
]);

/** Words that a member misses in the thesaurus. */
export const thesaurusSuggestions = sqliteTable('thesaurus_suggestions', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  words: text('words', { mode: 'json' }).$type<string[]>().notNull(),
  /** Where the member met them, or what they mean. */
  note: text('note'),
  state: text('state', { enum: ['open', 'taken', 'declined'] }).notNull().default('open'),
  at: moment('at').notNull().default(now),
  decidedAt: moment('decided_at'),
  decidedById: integer('decided_by_id').references(() => members.id, { onDelete: 'set null' }),
  /** Why it was declined. */
  reason: text('reason'),
  /** The entry that the words went into. */
  entryId: integer('entry_id').references(() => thesaurusEntries.id, { onDelete: 'set null' }),
}, (t) => [
  index('thesaurus_suggestions_member').on(t.memberId),
  index('thesaurus_suggestions_open').on(t.at).where(sql`state = 'open'`),
  check('thesaurus_suggestions_state', sql`${t.state} in ('open', 'taken', 'declined') and (${t.state} = 'open') = (${t.decidedAt} is null)`),
  check('thesaurus_suggestions_reason', sql`(${t.state} = 'declined') = (${t.reason} is not null)`),
  check('thesaurus_suggestions_words', sql`json_array_length(${t.words}) between 1 and 10`),
]);

/** Searches that a member keeps under a name, and how far the daily letter about each has come. */
export const savedSearches = sqliteTable('saved_searches', {
  id: id(),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  name: text('name').notNull(),
  /** The query of its address in the one way the hub writes it, without a page: `q=pothole&kind=thread`. */
  query: text('query').notNull(),
  mail: integer('mail', { mode: 'boolean' }).notNull().default(true),
  createdAt: moment('created_at').notNull().default(now),
  /** The newest search document that it has been compared with. */
  lastDocumentId: integer('last_document_id').notNull(),
  /** When it was last gone through for the daily letter, whether or not there was something to tell. */
  lastMailedAt: moment('last_mailed_at'),
}, (t) => [
  uniqueIndex('saved_searches_query').on(t.memberId, t.query),
  check('saved_searches_name', sql`length(trim(${t.name})) between 1 and 80`),
  check('saved_searches_query', sql`length(${t.query}) between 1 and 2000`),
]);

/** What a saved search has told already: what leaves search and comes back is not told twice. */
export const savedSearchHits = sqliteTable('saved_search_hits', {
  searchId: integer('search_id').notNull().references(() => savedSearches.id, { onDelete: 'cascade' }),
  kind: text('kind').notNull(),
  ref: text('ref').notNull(),
  mailedAt: moment('mailed_at').notNull(),
}, (t) => [primaryKey({ columns: [t.searchId, t.kind, t.ref] })]);
