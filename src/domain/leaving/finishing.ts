import { setImmediate } from 'node:timers/promises';
import { and, asc, eq } from 'drizzle-orm';
import { bumpChanges, db, foldLog, leavingPosts, leavings, posts, postVersions, threads, transaction } from '#db/client.ts';
import { rendererVersion } from '#lib/markdown.ts';
import { seal, unseal } from '#lib/sealing.ts';
import { isNamedPost } from '../anonymity.ts';
import { blankHidden, blankQuotes } from '../forum/blanked-quotes.ts';
import { retitle } from '../forum/hidden-titles.ts';
import { postAt, replacePostLinks } from '../forum/post-links.ts';
import { recount } from '../forum/posts.ts';
import { renderPost } from '../forum/rendering.ts';
import { indexPost, indexThread } from '../forum/searchable.ts';
import { formerMember, formerName } from '../people/former.ts';
import { changingMany, purgeSome } from '../search/documents.ts';
import { attributionsTo, endOfPortion, mostKept, rowsNaming, scrubber, scrubSome, writings, type Scrub, type Traces } from './traces.ts';

/*
 * Whoever leaves is gone at once, with all that is theirs. To take them out of what others wrote takes the hub through every text that it has (5 s where there are
 * 100,000 posts): that is done in portions, between which others are served, and goes on after a restart.
 */

/** A post that is still to be brought in step: see the table. */
export interface Left { postId: number; what: 'emptied' | 'kept' | 'quoting' }
interface Leaving { id: number; traces: string; tables: string[]; doneTo: number; purging: boolean }

/** Writes down what is left to be done about somebody who leaves. Call inside the transaction of their leaving. */
export function beginFinishing(traces: Traces, left: readonly Left[]): void {
  const { id } = db.insert(leavings).values({ traces: seal(JSON.stringify(traces), 'leaving'), tables: writings.map(({ table }) => table) }).returning({ id: leavings.id }).get();
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

/** Brings posts in step for as long as a portion takes, theirs before those that quote them: a quotation says what stands there. Returns false where none is left. */
function finishPosts(leaving: Leaving): boolean {
  const until = performance.now() + goal;
  const theirs = eq(leavingPosts.leavingId, leaving.id);
  // Each is read when it is its turn: what was done to one before it may have changed it.
  const next = () => db.select({ what: leavingPosts.what, id: posts.id, number: posts.number, threadId: posts.threadId, forumId: threads.forumId, removedAt: posts.removedAt, markdown: posts.markdown }).from(leavingPosts)
    .innerJoin(posts, eq(posts.id, leavingPosts.postId)).innerJoin(threads, eq(threads.id, posts.threadId)).where(theirs).orderBy(asc(leavingPosts.what), asc(leavingPosts.postId)).limit(1).get();
  const traces = tracesOf(leaving);
  let row = next();
  if (!row) return false;
  for (; row && performance.now() < until; row = next()) {
    if (row.what === 'emptied') {
      recount(row.threadId);
      blankQuotes(row.id);
    } else if (traces && row.what === 'kept') keepPost(row, scrubber(traces));
    else if (traces) rewrite(row, othersWords(traces)(row.markdown));
    if (row.number === 1 && row.forumId !== null) indexThread(row.threadId);
    else if (row.removedAt === null) indexPost(row.id);
    db.delete(leavingPosts).where(and(theirs, eq(leavingPosts.postId, row.id))).run();
  }
  bumpChanges();
  return true;
}

interface Written { id: number; number: number; threadId: number; markdown: string }

/** Takes their name out of their own words. */
function keepPost(post: Written, scrub: Scrub): void {
  rewrite(post, scrub(post.markdown, true));
  for (const version of db.select({ id: postVersions.id, markdown: postVersions.markdown }).from(postVersions).where(eq(postVersions.postId, post.id)).all()) {
    db.update(postVersions).set({ markdown: scrub(version.markdown, true) }).where(eq(postVersions.id, version.id)).run();
  }
}

/** Puts other Markdown in a post's place, rendered as after an edit. It is found by what it says now. */
function rewrite({ id, number, threadId, markdown: before }: Written, markdown: string): void {
  if (markdown === before) return;
  const { html, linked } = renderPost(markdown, `p${threadId}-${number}`);
  db.update(posts).set({ markdown, html, renderedBy: rendererVersion }).where(eq(posts.id, id)).run();
  replacePostLinks(id, linked);
  blankHidden(id);
}

/** Markdown without their name in quotations of what they wrote: in the line that says so, and in their words, as in the post itself. In brief, `…` stands there: where it is shown, the line says what is shown of the post (see quoted.ts). */
function withoutThemQuoted(markdown: string, { name, handle }: Traces, scrub: Scrub, brief: boolean): string {
  const former = formerMember();
  const said = attributionsTo(name, handle);
  let theirs = false;
  return markdown.split('\n').map((line) => {
    const isQuotation = /^ {0,3}>/.test(line);
    const quoted = isQuotation ? /\bwrote\]\(([^()\s]{1,300})\)/.exec(line)?.[1] : undefined;
    if (!isQuotation) theirs = false;
    else if (quoted !== undefined) theirs = isNamedPostOf(former, postAt(quoted));
    return theirs ? scrub(said.reduce((text, one) => text.replaceAll(one, `[${brief ? '…' : formerName} wrote](`), line), true, brief ? 0 : mostKept) : line;
  }).join('\n');
}

function isNamedPostOf(memberId: number, postId: number | null): boolean {
  return postId !== null && db.select({ id: posts.id }).from(posts).where(and(eq(posts.id, postId), eq(posts.authorId, memberId), isNamedPost())).get() !== undefined;
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
  const end = endOfPortion(table, leaving.doneTo, many);
  const doneTo = end === null ? null : lookThrough(traces, table, leaving.doneTo, end);
  many = doneTo === null ? few : Math.min(2_000, Math.max(20, performance.now() - began > goal ? many / 2 : many * 1.25) | 0);
  db.update(leavings).set(doneTo === null ? { tables: others, doneTo: 0 } : { doneTo }).where(eq(leavings.id, leaving.id)).run();
  return true;
}

/** Looks through the rows after one and up to another. Returns up to which it came. */
function lookThrough(traces: Traces, table: string, after: number, to: number): number {
  if (table === 'posts') return scrubPosts(traces, after, to);
  if (table === 'threads') scrubTitles(traces, after, to);
  else scrubSome(traces, table, after, to, othersWords(traces));
  return to;
}

/** What others wrote, without links, mentions, addresses and attributions; no longer than `most`, if the text was not. */
function othersWords(traces: Traces): (text: string, most?: number) => string {
  const scrub = scrubber(traces);
  return (text, most = mostKept) => {
    const out = scrub(withoutThemQuoted(text, traces, scrub, false), false, most);
    return out.length <= most ? out : scrub(withoutThemQuoted(text, traces, scrub, true), false, 0);
  };
}

/** Posts are rendered anew, which takes its time: no more of them than a portion may take. */
function scrubPosts(traces: Traces, after: number, to: number): number {
  const change = othersWords(traces);
  const until = performance.now() + goal;
  for (const { row: id, text: markdown, ...post } of rowsNaming<{ row: number; text: string; number: number; threadId: number; isOpening: 0 | 1 }>(traces, 'posts', 'markdown', ', number, thread_id as threadId, number = 1 and thread_id in (select id from threads where forum_id is not null) as isOpening', after, to)) {
    const without = change(markdown);
    if (without === markdown) continue;
    rewrite({ id, markdown, ...post }, without);
    if (post.isOpening) indexThread(post.threadId);
    else indexPost(id);
    bumpChanges();
    if (performance.now() > until) return id;
  }
  return to;
}

function scrubTitles(traces: Traces, after: number, to: number): void {
  const scrub = scrubber(traces);
  for (const { row, text } of rowsNaming<{ row: number; text: string }>(traces, 'threads', 'title', '', after, to)) retitle(row, scrub(text, false, 500));
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
