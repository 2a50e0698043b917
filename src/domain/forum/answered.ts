import { sql } from 'drizzle-orm';

/** In SQL over `threads`: a question of which somebody accepted an answer that still stands. One that opens a thread of its own since is none there. */
const accepted = `(threads.kind = 'question' and exists (select 1 from accepted_answers yes join posts answer on answer.id = yes.post_id where yes.thread_id = threads.id and answer.number > 1 and answer.removed_at is null))`;

/**
 * In SQL over `threads`: one that is open, as its forum is, to which nobody but who started it has replied, and of which no reply is accepted.
 * This alone decides it, for the clock and for every list: no state is kept.
 */
const unansweredSql = `(threads.forum_id is not null and threads.removed_at is null and threads.locked_at is null
  and not exists (select 1 from closed_threads shut where shut.thread_id = threads.id)
  and not exists (select 1 from forums shut where shut.id = threads.forum_id and shut.closed_reason is not null)
  and not exists (select 1 from posts reply where reply.thread_id = threads.id and reply.author_id <> threads.author_id and reply.removed_at is null)
  and not ${accepted})`;

/** In SQL over `threads`: a question that waits for an answer. */
export const waitingSql = `(threads.kind = 'question' and ${unansweredSql})`;

/** Condition: nobody has answered the thread, of whatever kind it is. */
export const isUnanswered = sql.raw(unansweredSql);

/** Column: the question has an accepted answer. */
export const hasAnswer = sql<boolean>`${sql.raw(accepted)}`.mapWith(Boolean);

/** Column: the question waits for an answer. */
export const isWaiting = sql<boolean>`${sql.raw(waitingSql)}`.mapWith(Boolean);
