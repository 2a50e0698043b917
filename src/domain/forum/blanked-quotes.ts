import { and, eq, isNotNull } from 'drizzle-orm';
import { blankedQuotes, bumpChanges, db, posts, prepared, threads } from '#db/client.ts';
import { phraseFinder } from '#lib/find-phrases.ts';
import { plainText } from '#lib/markdown.ts';
import { withdrawLettersAbout } from '../mail/withdrawing.ts';
import { linksIn, postAt } from './post-links.ts';
import { letters, replaceQuotes, withTrueQuotes } from './quoted.ts';
import { indexPost, indexThread } from './searchable.ts';

/** A quotation shorter than this is a turn of phrase: it tells nothing, unless it is a number. */
const shortest = 12;
const placeholder = '<blockquote><p>This quotation is not shown: what it quotes is not shown either.</p></blockquote>';

/** A post that is out of view. Of one that its author took back only quotations that say so and lead to it count; of others all that repeat it. */
interface Hidden { id: number; html: string; takenBack: 0 | 1 }

/** What it says: nothing where only links to it count. */
interface Source { id: number; words: readonly string[]; ways: readonly string[] }

/** Characters of hidden posts that one text is compared with when it is saved, twenty of the longest; of more of them only links to them count. */
const mostRead = 400_000;

function sourcesOf(hidden: readonly Hidden[], most = mostRead): Source[] {
  let left = most;
  return hidden.map(({ id, html, takenBack }) => {
    const text = takenBack || (left -= html.length) < 0 ? '' : plainText(html);
    return { id, words: letters(text).split(' '), ways: waysToReach(text) };
  });
}

/**
 * The HTML of a post without its quotations of others, and of which: an outermost blockquote that begins with a link to one goes, or of which a paragraph
 * or list item stands in its text.
 */
function withoutQuotesOf(html: string, sources: readonly Source[]): { html: string; of: number[] } {
  const blocks: string[] = [];
  replaceQuotes(html, (block) => { blocks.push(block); return block; });
  const [leading, reaching] = [whereIs(blocks, leadsTo), whereIs(blocks, (block) => waysToReach(plainText(block)))];
  const repeating = phraseFinder(blocks.flatMap((block, key) => partsThatTell(block).map((part) => ({ words: part.split(' '), key }))));
  const gone = new Set<number>();
  const of = sources.filter(({ id, words, ways }) => {
    const before = gone.size;
    for (const at of [...leading.get(id) ?? [], ...ways.flatMap((way) => reaching.get(way) ?? []), ...repeating(words)]) gone.add(at);
    return gone.size > before;
  }).map(({ id }) => id);
  let at = 0;
  return { html: of.length === 0 ? html : replaceQuotes(html, (block) => (gone.has(at++) ? placeholder : block)), of };
}

/** In which of the blocks each thing stands. */
function whereIs<Thing>(blocks: readonly string[], thingsIn: (block: string) => readonly Thing[]): Map<Thing, number[]> {
  const found = new Map<Thing, number[]>();
  blocks.forEach((block, at) => { for (const thing of new Set(thingsIn(block))) found.set(thing, [...found.get(thing) ?? [], at]); });
  return found;
}

const digitsOf = (text: string) => text.replace(/\D/g, '');
/** Whether it has so many digits, and not those of two years. */
const isNumber = (text: string, digits: number) => digitsOf(text).length >= digits && !/^(?:(?:19|20)\d\d){2}$/.test(digitsOf(text));

/** Telephone numbers, as digits, and e-mail addresses in a text: by these a resident is found, however the words around them were changed. */
function waysToReach(text: string): string[] {
  // From the @ back and then on: a long word without one is not gone through again from each of its letters.
  const addresses = [...text.toLowerCase().matchAll(/(?<=([^\s@<>(),;:]{1,64}))@[\p{L}\p{N}.-]{1,100}/gu)].map(([host, name = '']) => `${name}${host}`.replace(/[.-]+$/, ''));
  const numbers = (text.match(/\d[\d ().\/-]{5,24}\d/g) ?? []).filter((number) => isNumber(number, 7)).map(digitsOf);
  return [...new Set([...addresses, ...numbers])];
}

/** Posts to which a quotation, or one inside it, leads that begins so: "Rosa Delgado wrote:". */
function leadsTo(block: string): number[] {
  return [...block.matchAll(/<blockquote>\s*<p>[^<]*<a href="([^"]*)"/g)].flatMap(([, href = '']) => postAt(href) ?? []);
}

/** Its paragraphs and list items, as far as each tells something. */
function partsThatTell(block: string): string[] {
  const parts = block.split(/<\/?(?:p|li|h\d|td|th|br|pre)\b[^>]*>/).map((part) => letters(plainText(part)));
  return parts.filter((part) => part.length >= shortest || isNumber(part, 5));
}

/** Of these posts those that are out of view, or whose whole thread is. */
function hiddenAmong(ids: readonly number[]): Hidden[] {
  return ids.length === 0 ? [] : hiddenRows().all(JSON.stringify(ids)) as Hidden[];
}
const hiddenRows = prepared((d) => d.$client.prepare(`
  select p.id, p.html, t.removed_at is null and not p.hidden and p.removed_by_id is p.author_id as takenBack from json_each(?) j join posts p on p.id = j.value join threads t on t.id = p.thread_id
  where p.removed_at is not null or t.removed_at is not null order by j.key`));

/**
 * Takes quotations of a post that is out of view out of the posts that quote it: in its thread, or with a link to it. Of an opening post whose
 * thread is out of view: those of every post of the thread, where they stand in other threads. Call inside a transaction.
 */
export function blankQuotes(postId: number): void {
  const rows = quotations().all({ id: postId }) as { quotingId: number; ofId: number }[];
  const sources = new Map(sourcesOf(hiddenAmong([...new Set(rows.map(({ ofId }) => ofId))]), Infinity).map((source) => [source.id, source]));
  for (const [quotingId, of] of Map.groupBy(rows, (row) => row.quotingId)) blankIn(quotingId, of.flatMap(({ ofId }) => sources.get(ofId) ?? []));
}
const quotations = prepared((d) => d.$client.prepare(`
  with of as (select p.id, p.thread_id, p.number = 1 and t.removed_at is not null as whole from posts p join threads t on t.id = p.thread_id where p.id = @id)
  select q.id as quotingId, of.id as ofId from of join posts q on q.thread_id = of.thread_id where not of.whole and q.id <> of.id and q.html like '%<blockquote>%'
  union
  select q.id, s.id from of join posts s on s.id = of.id or (of.whole and s.thread_id = of.thread_id) join post_links l on l.path = '/posts/' || s.id join posts q on q.id = l.post_id
  where q.thread_id <> of.thread_id and q.html like '%<blockquote>%'`));

function blankIn(postId: number, sources: readonly Source[]): void {
  const html = db.select({ html: posts.html }).from(posts).where(eq(posts.id, postId)).get()?.html ?? '';
  const blanked = withoutQuotesOf(html, sources);
  if (blanked.of.length === 0) return;
  // Every row of a quoting post keeps it as it was before anything was taken out.
  const whole = db.select({ html: blankedQuotes.html }).from(blankedQuotes).where(eq(blankedQuotes.postId, postId)).limit(1).get()?.html ?? html;
  for (const ofPostId of blanked.of) db.insert(blankedQuotes).values({ postId, ofPostId, html: whole }).onConflictDoNothing().run();
  put(postId, blanked.html);
  withdrawLettersAbout([postId]);
}

/**
 * Brings quotations of a post, and of the others of its thread that are in view, back, except where something else that is not shown is quoted
 * too. Call inside a transaction, after it is shown again.
 */
export function restoreQuotes(postId: number): void {
  for (const id of quotingAgain().all(postId) as number[]) {
    const rows = db.select().from(blankedQuotes).where(eq(blankedQuotes.postId, id)).all();
    db.delete(blankedQuotes).where(eq(blankedQuotes.postId, id)).run();
    if (rows[0]) put(id, withTrueQuotes(rows[0].html));
    // Of two that are quoted in one place only the first was noted.
    blankAgain(id, rows.map((row) => row.ofPostId));
  }
}
const quotingAgain = prepared((d) => d.$client.prepare(`
  select distinct b.post_id from posts p join threads t on t.id = p.thread_id join posts s on s.thread_id = p.thread_id join blanked_quotes b on b.of_post_id = s.id
  where p.id = ? and t.removed_at is null and s.removed_at is null`).pluck());

/** After a post was written, edited or rendered again: what it quotes and must not is taken out. Call inside the same transaction. */
export function blankHidden(postId: number): void {
  const before = db.delete(blankedQuotes).where(eq(blankedQuotes.postId, postId)).returning({ of: blankedQuotes.ofPostId }).all().map(({ of }) => of);
  blankAgain(postId, before);
}

function blankAgain(postId: number, before: readonly number[]): void {
  const row = db.select({ threadId: posts.threadId, html: posts.html }).from(posts).where(eq(posts.id, postId)).get();
  const hidden = row ? hiddenFor(row.threadId, row.html, before) : [];
  if (hidden.length > 0) blankIn(postId, sourcesOf(hidden));
}

/** Whether something was taken out of this post. */
export function hasBlankedQuotes(postId: number): boolean {
  return db.select({ of: blankedQuotes.ofPostId }).from(blankedQuotes).where(eq(blankedQuotes.postId, postId)).limit(1).get() !== undefined;
}

/** Whether a text in this thread quotes what is out of view. @param html as `renderMarkdown` writes it */
export function quotesHidden(threadId: number, html: string): boolean {
  return withoutQuotesOf(html, sourcesOf(hiddenFor(threadId, html))).of.length > 0;
}

/** What is out of view and may be quoted in a text: what it links to, what was taken out of it before, and what was hidden in its thread lately. */
function hiddenFor(threadId: number, html: string, before: readonly number[] = []): Hidden[] {
  if (!html.includes('<blockquote>')) return [];
  const linked = linksIn(html).flatMap((path) => postAt(path) ?? []);
  return hiddenAmong([...new Set([...before, ...hiddenLately().all(threadId) as number[], ...linked])]);
}
const hiddenLately = prepared((d) => d.$client.prepare('select id from posts where thread_id = ? and removed_at is not null and (hidden or removed_by_id is not author_id) order by removed_at desc limit 50').pluck());

function put(postId: number, html: string): void {
  db.update(posts).set({ html }).where(eq(posts.id, postId)).run();
  const opened = db.select({ id: threads.id }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).where(and(eq(posts.id, postId), eq(posts.number, 1), isNotNull(threads.forumId))).get();
  if (opened) indexThread(opened.id);
  else indexPost(postId);
  bumpChanges();
}
