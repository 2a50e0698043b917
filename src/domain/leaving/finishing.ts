import { setImmediate } from 'node:timers/promises';
import { and, asc, eq, notInArray, sql } from 'drizzle-orm';
import { attachments, bumpChanges, collections, db, foldLog, formerSlugs, leavingPosts, leavings, log, postFiles, posts, postVersions, resources, resourceVersions, threads, transaction } from '#db/client.ts';
import { reportFailure } from '#lib/failures.ts';
import { rendererVersion } from '#lib/markdown.ts';
import { seal, unseal } from '#lib/sealing.ts';
import { slugify } from '#lib/slug.ts';
import { postUrl } from '../forum/addresses.ts';
import { blankHidden, blankQuotes } from '../forum/blanked-quotes.ts';
import { replacePostLinks } from '../forum/post-links.ts';
import { recount } from '../forum/posts.ts';
import { renderPost } from '../forum/rendering.ts';
import { retitle } from '../forum/retitling.ts';
import { indexPost, indexThread } from '../forum/searchable.ts';
import { readCsl } from '../library/csl.ts';
import { workKey } from '../library/exchange/duplicates.ts';
import { themeCodesOf } from '../library/resource-themes.ts';
import { indexResource } from '../library/searchable.ts';
import { freeSlug } from '../library/slugs.ts';
import { purgeSome } from '../search/documents.ts';
import { inRow } from './row-by-row.ts';
import { earlierWritings, endOfPortion, mostKept, rowsNaming, scrubber, scrubRow, writings, type Change, type Own, type Traces, type Writing } from './traces.ts';
import { withoutTheirLines, wordsWithout } from './words.ts';

/*
 * Whoever leaves is gone at once, with all that is theirs. To take them out of what others wrote takes the hub through every text that it has (5 s where there are
 * 100,000 posts): that is done in portions, between which others are served, and goes on after a restart. A text that cannot be changed loses what they said in it whole, and
 * a leaving that cannot go on keeps no other waiting.
 */

/** A post that is still to be brought in step: see the table. */
export interface Left { postId: number; what: 'emptied' | 'kept' | 'quoting' }
interface Leaving { id: number; traces: string; tables: string[]; doneTo: number; purging: boolean }

const nameOf = ({ name, table }: Writing) => name ?? table;

/** Writes down what is left to be done about somebody who leaves. Call inside the transaction of their leaving. */
export function beginFinishing(traces: Traces, left: readonly Left[]): void {
  const { id } = db.insert(leavings).values({ traces: seal(JSON.stringify(traces), 'leaving'), tables: writings.map(nameOf) }).returning({ id: leavings.id }).get();
  // Some went whole, with their thread; some are there for two reasons.
  const put = db.$client.prepare('insert into leaving_posts (leaving_id, post_id, what) select ?, id, ? from posts where id = ? on conflict do nothing');
  for (const { postId, what } of left) put.run(id, what, postId);
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

/** Leavings that could not go on, by their sealed traces, and when they are tried again: the others have their turn meanwhile. */
const setAside = new Map<string, number>();
const untilAgain = 10 * 60_000;

/** One portion. Returns false where there is nothing to do. What fails is reported, for whoever left cannot do anything about it. */
function finishSome(): boolean {
  const aside = [...setAside].filter(([, until]) => until > Date.now()).map(([traces]) => traces);
  const leaving = db.select().from(leavings).where(notInArray(leavings.traces, aside)).orderBy(asc(leavings.id)).limit(1).get();
  if (!leaving) return false;
  try {
    const over = transaction(() => finishPosts(leaving) || finishTexts(leaving)) ? false : purge(leaving);
    if (over) foldLog();
  } catch (error) {
    setAside.set(leaving.traces, Date.now() + untilAgain);
    reportFailure(error, `leaving ${leaving.id}`);
  }
  return true;
}

function tracesOf(leaving: Leaving): Traces | null {
  const opened = unseal(leaving.traces, 'leaving');
  if (opened === null) return null;
  // Of who left while an earlier version of the hub ran, one name is known, and not what was theirs.
  const { name = '', ...traces } = JSON.parse(opened) as Omit<Traces, 'own'> & { own?: Partial<Own>; name?: string };
  return { ...traces, names: traces.names ?? [name], own: { posts: [], attachments: [], collections: [], resources: [], corrections: [], answers: [], ...traces.own } };
}

const shown = { id: posts.id, number: posts.number, threadId: posts.threadId, forumId: threads.forumId, removedAt: posts.removedAt, markdown: posts.markdown, html: posts.html };

/** Brings posts in step for as long as a portion takes, theirs before those that quote them: a quotation says what stands there. Returns false where none is left. */
function finishPosts(leaving: Leaving): boolean {
  const until = performance.now() + goal;
  const theirs = eq(leavingPosts.leavingId, leaving.id);
  // Each is read when it is its turn: what was done to one before it may have changed it.
  const next = () => db.select({ what: leavingPosts.what, ...shown }).from(leavingPosts)
    .innerJoin(posts, eq(posts.id, leavingPosts.postId)).innerJoin(threads, eq(threads.id, posts.threadId)).where(theirs).orderBy(asc(leavingPosts.what), asc(leavingPosts.postId)).limit(1).get();
  const traces = tracesOf(leaving);
  let row = next();
  if (!row) return false;
  const change = traces && wordsWithout(traces);
  for (; row && performance.now() < until; row = next()) {
    const post = row;
    inRow('posts', post.id, () => {
      if (post.what === 'emptied') {
        recount(post.threadId);
        blankQuotes(post.id);
      } else if (change) rewrite(leaving.id, post, change(post.markdown, post.what === 'kept', mostKept, 'markdown'));
      index(post);
    }, () => {
      if (post.what !== 'emptied' && traces) rewrite(leaving.id, post, withoutTheirLines(post.markdown, traces));
      index(post);
    });
    db.delete(leavingPosts).where(and(theirs, eq(leavingPosts.postId, post.id))).run();
  }
  bumpChanges();
  return true;
}

/** A post is found by what it says now; the first of a thread in a forum with the thread. */
function index({ id, number, threadId, forumId, removedAt }: { id: number; number: number; threadId: number; forumId: number | null; removedAt: Date | null }): void {
  if (number === 1 && forumId !== null) indexThread(threadId);
  else if (removedAt === null) indexPost(id);
}

interface Written { id: number; number: number; threadId: number; markdown: string; html: string }

/** Puts other Markdown in a post's place, rendered as after an edit: also where only what the hub says over a quotation may have their name. It is found by what it says now. */
function rewrite(leavingId: number, { id, number, threadId, markdown: before, html: shownBefore }: Written, markdown: string): void {
  if (markdown === before && !shownBefore.includes('<blockquote>')) return;
  const { html, linked } = renderPost(markdown, `p${threadId}-${number}`);
  db.update(posts).set({ markdown, html, renderedBy: rendererVersion }).where(eq(posts.id, id)).run();
  replacePostLinks(id, linked);
  blankHidden(id, linked);
  if (markdown !== before) takeTurnAfter(leavingId, id);
}

/** Gives those that quote a post, and have had their turn, another one: a post may be quoted by thousands. */
function takeTurnAfter(leavingId: number, postId: number): void {
  db.$client.prepare(`
    insert into leaving_posts (leaving_id, post_id, what) select @leavingId, q.id, 'quoting' from post_links l join posts q on q.id = l.post_id
    where l.path = @path and q.html like '%<blockquote>%' on conflict do nothing`).run({ leavingId, path: postUrl(postId) });
}

/** Gives their works and lists that are called after them other titles at once: until their turn came, all that is done to them would be noted under those. Call inside the transaction of their leaving. */
export function retitleOwn(traces: Traces): void {
  const change = scrubber(traces, { anyCase: true });
  for (const [table, ids] of [['resources', traces.own.resources], ['collections', traces.own.collections]] as const) {
    const writing = writings.find((one) => one.table === table);
    if (!writing) continue;
    const changeAll = wordsWithout(traces, !writing.cites);
    const rows = db.$client.prepare(`select x.rowid as row, x.title from ${table} x where x.id in (select value from json_each(?)) and (${writing.among ?? 'true'})`).all(JSON.stringify(ids)) as { row: number; title: string }[];
    for (const { row, title } of rows) if (change(title, true) !== title) lookAt(writing, row, true, changeAll, traces, 0);
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
  const writing = [...writings, ...earlierWritings].find((one) => nameOf(one) === table);
  const began = performance.now();
  const end = writing ? endOfPortion(traces, writing, leaving.doneTo, many) : null;
  const doneTo = !writing || end === null ? null : lookThrough(leaving.id, traces, writing, leaving.doneTo, end);
  many = doneTo === null ? few : Math.min(2_000, Math.max(1, performance.now() - began > goal ? many / 2 : many * 1.25) | 0);
  db.update(leavings).set(doneTo === null ? { tables: others, doneTo: 0 } : { doneTo }).where(eq(leavings.id, leaving.id)).run();
  return true;
}

/** Looks through the rows after one and up to another, for as long as a portion takes: some are rendered anew. Returns up to which it came. */
function lookThrough(leavingId: number, traces: Traces, writing: Writing, after: number, to: number): number {
  const until = performance.now() + goal;
  const change = wordsWithout(traces, !writing.cites);
  for (const { row, isOwn } of rowsNaming(traces, writing, after, to)) {
    lookAt(writing, row, isOwn === 1, change, traces, leavingId);
    if (performance.now() > until) return row;
  }
  return to;
}

function lookAt(writing: Writing, row: number, isOwn: boolean, change: Change, traces: Traces, leavingId: number): void {
  const { table } = writing;
  const changeRow = rowChanges[table] ?? ((_row, _change, usual) => { usual(); });
  const put = (how: Change) => { changeRow(row, how, () => scrubRow(writing, row, isOwn, how), leavingId); };
  inRow(table, row, () => { put(change); }, () => { put((text) => withoutTheirLines(text, traces)); });
}

/** How a row is changed that is shown otherwise than it is kept, or that is found: `usual` changes its columns and says whether there was anything to change. */
const rowChanges: Record<string, (row: number, change: Change, usual: () => boolean, leavingId: number) => void> = {
  threads: (id, change) => {
    const title = db.select({ title: threads.title }).from(threads).where(eq(threads.id, id)).get()?.title;
    if (title !== undefined) retitle(id, change(title, false, 500));
  },
  posts: (id, change, _, leavingId) => {
    const post = db.select(shown).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).where(eq(posts.id, id)).get();
    const markdown = post && change(post.markdown, false);
    if (!post || markdown === undefined || markdown === post.markdown) return;
    rewrite(leavingId, post, markdown);
    index(post);
    bumpChanges();
  },
  post_versions: (id, _, usual, leavingId) => {
    if (!usual()) return;
    const postId = db.select({ postId: postVersions.postId }).from(postVersions).where(eq(postVersions.id, id)).get()?.postId;
    // A quotation may be of what a post said before.
    if (postId !== undefined) takeTurnAfter(leavingId, postId);
    bumpChanges();
  },
  post_files: (id, _, usual) => {
    if (!usual()) return;
    const post = db.select(shown).from(postFiles).innerJoin(posts, eq(posts.id, postFiles.postId)).innerJoin(threads, eq(threads.id, posts.threadId)).where(eq(postFiles.id, id)).get();
    if (post) index(post);
    bumpChanges();
  },
  attachments: (id, _, usual) => {
    if (usual()) indexWork(db.select({ resource: resources }).from(attachments).innerJoin(resources, eq(resources.id, attachments.resourceId)).where(eq(attachments.id, id)).get()?.resource);
  },
  resources: (row, _, usual) => {
    const before = db.select({ title: resources.title }).from(resources).where(sql`rowid = ${row}`).get();
    if (!usual()) return;
    const work = db.select().from(resources).where(sql`rowid = ${row}`).get();
    if (work && work.publishedAt === null && work.mergedIntoId === null && work.title !== before?.title) putNewSlug(work);
    if (work) db.update(resources).set({ workKey: workKey(readCsl(work.csl)) }).where(eq(resources.id, work.id)).run();
    indexWork(work);
  },
  resource_versions: (id, _, usual) => {
    if (!usual()) return;
    const csl = db.select({ csl: sql<string | null>`${resourceVersions.fields} -> '$.csl'` }).from(resourceVersions).where(eq(resourceVersions.id, id)).get()?.csl;
    if (csl && csl !== 'null') db.update(resourceVersions).set({ fields: sql`json_replace(${resourceVersions.fields}, '$.workKey', ${workKey(readCsl(JSON.parse(csl)))})` }).where(eq(resourceVersions.id, id)).run();
  },
  collections: (id, _, usual) => {
    const titleOf = () => db.select({ title: collections.title }).from(collections).where(eq(collections.id, id)).get()?.title ?? '';
    const before = titleOf();
    if (!usual()) return;
    if (titleOf() !== before) db.update(collections).set({ slug: slugify(titleOf()) }).where(eq(collections.id, id)).run();
    bumpChanges();
  },
  collection_items: (_row, _, usual) => { if (usual()) bumpChanges(); },
  confirmations: (_row, _, usual) => { if (usual()) bumpChanges(); },
  corrections: (_row, _, usual) => { if (usual()) bumpChanges(); },
};

/** Another address for a work that was called after them and never published, everywhere where the desk has it. One that was public leads on for ever, whatever it is called, and so does one that was merged: texts may cite it. */
export function putNewSlug({ id, title }: Pick<typeof resources.$inferSelect, 'id' | 'title'>): void {
  const slug = freeSlug(title);
  readdress(id, slug);
  db.update(resourceVersions).set({ fields: sql`json_replace(${resourceVersions.fields}, '$.slug', ${slug}, '$.csl.id', ${slug})` }).where(and(eq(resourceVersions.resourceId, id), sql`${resourceVersions.fields} ->> '$.slug' is not null`)).run();
  db.delete(formerSlugs).where(eq(formerSlugs.resourceId, id)).run();
  db.update(resources).set({ slug, csl: sql`json_replace(${resources.csl}, '$.id', ${slug})` }).where(eq(resources.id, id)).run();
}

/** The addresses that a work has and had. */
export const slugsOf = (id: string): string[] => [
  ...db.select({ slug: resources.slug }).from(resources).where(eq(resources.id, id)).all(), ...db.select({ slug: formerSlugs.slug }).from(formerSlugs).where(eq(formerSlugs.resourceId, id)).all(),
].map((one) => one.slug);

/** Puts another address of the desk in the place of those that a work has and had, in log and notifications; null where the work goes, and leads to all works. A line about another address names both after the title. */
export function readdress(id: string, slug: string | null): void {
  const former = slugsOf(id);
  const addresses = JSON.stringify(former.map((one) => `/desk/resources/${one}`));
  const isThere = sql`exists (select 1 from json_each(${addresses}) a where ${log.url} = a.value or ${log.url} like a.value || '/%')`;
  const isFormer = new RegExp(`(?<![a-z0-9-])(?:${former.join('|')})(?![a-z0-9-])`, 'g');
  for (const line of db.select({ id: log.id, object: log.object }).from(log).where(isThere).all()) {
    const [title, ...after] = line.object.split(/(?<=”: )(?!.*”: )/s);
    const object = [title, ...after.map((words) => words.replace(isFormer, slug ?? '…'))].join('');
    if (object !== line.object) db.update(log).set({ object }).where(eq(log.id, line.id)).run();
  }
  for (const table of ['log', 'notifications']) {
    // What is below it, such as its files, goes along.
    db.$client.prepare(`update ${table} set url = @to || case when @goes then '' else substr(url, length(a.value) + 1) end from json_each(@addresses) a where url = a.value or url like a.value || '/%'`)
      .run({ to: slug === null ? '/desk/resources' : `/desk/resources/${slug}`, goes: slug === null ? 1 : 0, addresses });
  }
}

function indexWork(resource: typeof resources.$inferSelect | undefined): void {
  if (resource) indexResource(resource, themeCodesOf(resource.id));
  bumpChanges();
}

/** Takes what is no longer found out of the files of the search index, and forgets the leaving at the end. Returns whether it is over. */
function purge({ id, purging }: Leaving): boolean {
  return transaction(() => {
    const more = purgeSome(!purging);
    if (more) db.update(leavings).set({ purging: true }).where(eq(leavings.id, id)).run();
    else db.delete(leavings).where(eq(leavings.id, id)).run();
    if (!more) bumpChanges();
    return !more;
  });
}
