import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { forums, posts, threads } from './forums.ts';
import { members } from './people.ts';

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

/** What somebody told the coordinators about a "works for us too". It goes with what it is about. */
export const confirmationFlags = sqliteTable('confirmation_flags', {
  id: id(),
  postId: integer('post_id').notNull(),
  /** Who said it. */
  memberId: integer('member_id').notNull(),
  byId: integer('by_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  reason: text('reason').notNull(),
  note: text('note').notNull(),
  at: moment('at').notNull().default(now),
  /** When a coordinator decided that it stays. */
  closedAt: moment('closed_at'),
}, (t) => [
  foreignKey({ columns: [t.postId, t.memberId], foreignColumns: [confirmations.postId, confirmations.memberId] }).onDelete('cascade'),
  uniqueIndex('confirmation_flags_once').on(t.postId, t.memberId, t.byId).where(sql`closed_at is null`),
  check('confirmation_flags_other', sql`${t.byId} <> ${t.memberId}`),
  check('confirmation_flags_reason', sql`${t.reason} in ('profane', 'obscene', 'inaccurate', 'off-topic', 'attack', 'spam', 'personal-data')`),
]);

/** What was said in a "works for us too" that a coordinator removed, or that was taken back while it was flagged: it is not said again in these words, for a year. */
export const refusedConfirmations = sqliteTable('refused_confirmations', {
  id: id(),
  postId: integer('post_id').notNull().references(() => posts.id, { onDelete: 'cascade' }),
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  place: text('place').notNull(),
  note: text('note'),
  at: moment('at').notNull().default(now),
}, (t) => [index('refused_confirmations_of').on(t.postId, t.memberId)]);

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
