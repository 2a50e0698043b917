import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex, type AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { imports } from './imports.ts';
import { members } from './people.ts';

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
  index('resources_publisher').on(t.publishedById).where(sql`published_by_id is not null`),
  index('resources_reviewer').on(t.reviewerId).where(sql`reviewer_id is not null`),
  index('resources_owner').on(t.ownerId).where(sql`owner_id is not null`),
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
