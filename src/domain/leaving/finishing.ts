import { setImmediate } from 'node:timers/promises';
import { and, asc, eq } from 'drizzle-orm';
import { blankedQuotes, bumpChanges, db, foldLog, leavingPosts, leavings, posts, postVersions, threads, transaction } from '#db/client.ts';
import { seal, unseal } from '#lib/sealing.ts';
import { blankQuotes } from '../forum/blanked-quotes.ts';
import { recount } from '../forum/posts.ts';
import { replaceQuotes } from '../forum/quoted.ts';
import { indexPost, indexThread } from '../forum/searchable.ts';
import { changingMany, purgeSome } from '../search/documents.ts';
import { scrubber, scrubSome, tablesWithTexts, type Traces } from './traces.ts';

/*
 * Whoever leaves is gone at once, with all that is theirs. To take them out of what others wrote takes the hub through every text that it has (5 s where there are
 * 100,000 posts): that is done in portions, between which others are served, and goes on after a restart.
 */

/** A post that is still to be brought in step: see the table. */
export interface Left { postId: number; what: 'emptied' | 'kept' | 'quoting' }
interface Leaving { id: number; traces: string; tables: string[]; doneTo: number; purging: boolean }

/** Writes down what is left to be done about somebody who leaves. Call inside the transaction of their leaving. */
export function beginFinishing(traces: Traces, left: readonly Left[]): void {
  const { id } = db.insert(leavings).values({ traces: seal(JSON.stringify(traces), 'leaving'), tables: tablesWithTexts() }).returning({ id: leavings.id }).get();
  for (const { postId, what } of left) db.insert(leavingPosts).values({ leavingId: id, postId, what }).run();
}

/** Milliseconds that one portion is to take. */
const goal = 25;

/** Does what is left about those who have left, for so many milliseconds. Returns whether there is more to do. */
export function finishFor(milliseconds: number): boolean {
  const until = performance.now() + milliseconds;
  for (;;) {
    if (!finishSome()) return false;
    if (performance.now() >= until) return true;
  }
}

/** Does all that is left, and lets requests through between portions. For the chores. */
export async function finishLeavings(): Promise<void> {
  while (finishSome()) await setImmediate();
}

/** One portion. Returns false where there is nothing to do. */
function finishSome(): boolean {
  const leaving = db.select().from(leavings).orderBy(asc(leavings.id)).limit(1).get();
  if (!leaving) return false;
  const over = transaction(() => changingMany(() => finishPosts(leaving) || finishTexts(leaving))) ? false : purge(leaving);
  if (over) foldLog();
  return true;
}

function tracesOf(leaving: Leaving): Traces | null {
  const opened = unseal(leaving.traces, 'leaving');
  return opened === null ? null : JSON.parse(opened) as Traces;
}

/** Brings posts in step for as long as a portion takes. Returns false where none is left. */
function finishPosts(leaving: Leaving): boolean {
  const until = performance.now() + goal;
  const theirs = eq(leavingPosts.leavingId, leaving.id);
  // Each is read when it is its turn: what was done to one before it may have changed it.
  const next = () => db.select({ what: leavingPosts.what, id: posts.id, number: posts.number, threadId: posts.threadId, forumId: threads.forumId, removedAt: posts.removedAt, markdown: posts.markdown, html: posts.html }).from(leavingPosts)
    .innerJoin(posts, eq(posts.id, leavingPosts.postId)).innerJoin(threads, eq(threads.id, posts.threadId)).where(theirs).orderBy(asc(leavingPosts.postId)).limit(1).get();
  const traces = tracesOf(leaving);
  let row = next();
  if (!row) return false;
  for (; row && performance.now() < until; row = next()) {
    if (row.what === 'emptied') {
      recount(row.threadId);
      blankQuotes(row.id);
    } else if (traces && row.what === 'kept') keepPost(row, scrubber(traces));
    else if (traces) takeOutOfQuotations(row, scrubber(traces));
    if (row.number === 1 && row.forumId !== null) indexThread(row.threadId);
    else if (row.removedAt === null) indexPost(row.id);
    db.delete(leavingPosts).where(and(theirs, eq(leavingPosts.postId, row.id))).run();
  }
  bumpChanges();
  return true;
}

interface Written { id: number; markdown: string; html: string }
type Scrub = ReturnType<typeof scrubber>;

/** Takes their name out of their own words. */
function keepPost({ id, markdown, html }: Written, scrub: Scrub): void {
  db.update(posts).set({ markdown: scrub(markdown, true), html: scrub(html, true) }).where(eq(posts.id, id)).run();
  for (const version of db.select({ id: postVersions.id, markdown: postVersions.markdown }).from(postVersions).where(eq(postVersions.postId, id)).all()) {
    db.update(postVersions).set({ markdown: scrub(version.markdown, true) }).where(eq(postVersions.id, version.id)).run();
  }
}

/** Takes their name out of their words where somebody quotes them. */
function takeOutOfQuotations({ id, markdown, html }: Written, scrub: Scrub): void {
  const quoted = { markdown: markdown.replace(/^ {0,3}>.*$/gm, (line) => scrub(line, true)), html: replaceQuotes(html, (block) => scrub(block, true)) };
  db.update(posts).set(quoted).where(eq(posts.id, id)).run();
  // What was taken out of it is kept beside it.
  for (const kept of db.select().from(blankedQuotes).where(eq(blankedQuotes.postId, id)).all()) {
    db.update(blankedQuotes).set({ html: replaceQuotes(kept.html, (block) => scrub(block, true)) }).where(and(eq(blankedQuotes.postId, id), eq(blankedQuotes.ofPostId, kept.ofPostId))).run();
  }
}

/** Rows that a portion looks through: few in a new table, then as many as take some milliseconds. */
const few = 100;
let many = few;

/** Looks through some rows of the table in hand. Returns false where no table is left. */
function finishTexts(leaving: Leaving): boolean {
  const [table, ...others] = leaving.tables;
  const traces = tracesOf(leaving);
  // With another key than it was sealed with, nobody can tell any more whom to look for.
  if (table === undefined || traces === null) return false;
  const began = performance.now();
  const doneTo = scrubSome(traces, table, leaving.doneTo, many);
  many = doneTo === null ? few : Math.min(2_000, Math.max(20, performance.now() - began > goal ? many / 2 : many * 1.25) | 0);
  db.update(leavings).set(doneTo === null ? { tables: others, doneTo: 0 } : { doneTo }).where(eq(leavings.id, leaving.id)).run();
  return true;
}

/** Pages of the search index that are written in one portion. */
const pages = 30;

/** Takes what is no longer found out of the files of the search index, and forgets the leaving at the end. Returns whether it is over. */
function purge({ id, purging }: Leaving): boolean {
  return transaction(() => {
    const more = purgeSome(!purging, pages);
    if (more) db.update(leavings).set({ purging: true }).where(eq(leavings.id, id)).run();
    else db.delete(leavings).where(eq(leavings.id, id)).run();
    if (!more) bumpChanges();
    return !more;
  });
}
