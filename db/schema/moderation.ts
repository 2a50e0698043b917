import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex, type AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { posts, threads } from './forums.ts';
import { resources } from './library.ts';
import { members } from './people.ts';

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
  /** About what of whom it was decided: it may lead nowhere, or to somebody else's post. Never of who wrote without a name. */
  aboutId: integer('about_id').references((): AnySQLiteColumn => members.id, { onDelete: 'set null' }),
}, (t) => [index('log_at').on(t.at), index('log_about').on(t.aboutId).where(sql`about_id is not null`)]);

/** The titles that lines of the log say, and of what: a post, a work or a list may have gone since, or be called otherwise, and a name in its title goes when its author leaves. */
export const logTitles = sqliteTable('log_titles', {
  logId: integer('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
  /** The thread that was called so, and the work that its posts are comments on. Both may be gone. */
  threadId: integer('thread_id'),
  resourceId: text('resource_id'),
  /** Whose reading list was called so. */
  ownerId: integer('owner_id').references(() => members.id, { onDelete: 'set null' }),
  title: text('title').notNull(),
}, (t) => [index('log_titles_owner').on(t.ownerId).where(sql`owner_id is not null`), index('log_titles_log').on(t.logId), index('log_titles_thread').on(t.threadId).where(sql`thread_id is not null`), index('log_titles_resource').on(t.resourceId).where(sql`resource_id is not null`)]);

/** What waits for a coordinator: flags on one thing, a correction, a post that was held, an appeal. Closed by a decision. That a "works for us too" below a post was removed or kept never waits: it is decided and closed at once. */
export const cases = sqliteTable('cases', {
  id: id(),
  kind: text('kind', { enum: ['flags', 'correction', 'held', 'appeal', 'confirmation'] }).notNull(),
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
  /** Counts towards hiding: the member was trusted, or a coordinator, when they flagged, and nobody had let stand the same words after a flag of theirs. */
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
  /**
   * How the thing stood before (`text`: of a thread its opening text alone was hidden; `opens`: it was about the thread that the post opens; `away`: the thread of a reply was out of view), the forum to which it was moved then, and what did not come back (`left`), in a sentence. Of a suspension, which no other
   * decision is: until when its member was suspended before, in milliseconds, or null, and by how many days it is longer since. Of a "works for us too" that was removed: which of the
   * refused words were its own, the year, and when it was said first and last, in milliseconds.
   */
  before: text('before', { mode: 'json' }).$type<{ hidden?: boolean; removed?: boolean; opens?: boolean; away?: boolean; text?: boolean; left?: string; forumId?: number; movedTo?: number; suspendedUntil?: number | null; days?: number; confirmation?: { words: number; year: number; createdAt: number; at: number } }>().notNull().default({}),
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

/** Titles of threads whose opening post alone is hidden, until coordinators have decided. */
export const hiddenTitles = sqliteTable('hidden_titles', {
  /** The opening post. */
  postId: integer('post_id').primaryKey().references(() => posts.id, { onDelete: 'cascade' }),
  threadId: integer('thread_id').notNull().unique().references(() => threads.id, { onDelete: 'cascade' }),
  title: text('title').notNull(),
});

/** Something written that a coordinator looks at before anybody else sees it: what its command was given, to be run on approval. */
export const heldPosts = sqliteTable('held_posts', {
  id: id(),
  authorId: integer('author_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['thread', 'post', 'comment'] }).notNull(),
  input: text('input', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  /** Whether it was written without a name: so it stays, whatever becomes of its thread while it waits. */
  nameless: integer('nameless', { mode: 'boolean' }).notNull().default(false),
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
  /** What it became when it was approved; null also where there was no place for it any more. */
  postId: integer('post_id').references(() => posts.id, { onDelete: 'set null' }),
  /** When its author took it back, which ends the waiting. Its words stay for coordinators, as those of a post that its author removed. */
  withdrawnAt: moment('withdrawn_at'),
}, (t) => [
  index('held_posts_author').on(t.authorId, t.state),
  index('held_posts_thread').on(t.threadId),
  index('held_posts_post').on(t.postId),
  check('held_posts_kind', sql`${t.kind} in ('thread', 'post', 'comment')`),
  check('held_posts_state', sql`${t.state} in ('waiting', 'approved', 'declined')`),
]);

/** Files that wait with a held post; their bytes lie in the store. They go with it into the post that it becomes. */
export const heldFiles = sqliteTable('held_files', {
  id: id(),
  heldId: integer('held_id').notNull().references(() => heldPosts.id, { onDelete: 'cascade' }),
  /** As `post_files` has them. */
  hash: text('hash').notNull(),
  name: text('name').notNull(),
  label: text('label').notNull(),
  mediaType: text('media_type').notNull(),
  size: integer('size').notNull(),
  width: integer('width'),
  height: integer('height'),
  textState: text('text_state', { enum: ['waiting', 'none'] }).notNull(),
}, (t) => [
  uniqueIndex('held_files_once').on(t.heldId, t.hash),
  index('held_files_hash').on(t.hash),
  check('held_files_hash', sql`length(${t.hash}) = 64`),
  check('held_files_text_state', sql`${t.textState} in ('waiting', 'none')`),
  check('held_files_picture', sql`(${t.width} is null) = (${t.height} is null) and (${t.width} is not null or length(${t.label}) > 0)`),
]);

/** In how many spam and how many good texts a word was seen, by coordinators' decisions. */
export const spamWords = sqliteTable('spam_words', {
  word: text('word').primaryKey(),
  spam: integer('spam').notNull().default(0),
  good: integer('good').notNull().default(0),
});
