import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { members } from './people.ts';

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
