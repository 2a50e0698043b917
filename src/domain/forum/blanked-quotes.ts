import { eq } from 'drizzle-orm';
import { blankedQuotes, bumpChanges, db, posts, prepared } from '#db/client.ts';
import { phraseFinder } from '#lib/find-phrases.ts';
import { parseKept, plainText } from '#lib/markdown.ts';
import { withdrawLettersAbout } from '../mail/withdrawing.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { leadsIn } from './attributions.ts';
import { hasClosedVersions } from './open-versions.ts';
import { linksIn, postAt } from './post-links.ts';
import { replaceQuotes } from './quote-boxes.ts';
import { postsSaid, withTrueQuotes } from './quoted.ts';
import { linkedPost } from './rendering.ts';
import { indexWritten } from './searchable.ts';

/** A quotation shorter than this is a turn of phrase: it tells nothing, unless it is a number. */
const shortest = 12;
const placeholder = '<blockquote><p>This quotation is not shown: what it quotes is not shown either.</p></blockquote>';
/** Of a post that stands: some of what it said before is not shown. */
const placeholderOfChanged = '<blockquote><p>This quotation is not shown: what it quotes was changed since.</p></blockquote>';

/**
 * A post that is out of view. Of one that was hidden or removed quotations count that say so and lead to it, and all that repeat it. Of one that its author
 * took back, or whose resource is not in the library any more, only those that lead to it; of one of which not everybody reads what it said before, those of
 * them that begin by saying who wrote and are not in what everybody reads: whether they are in the rest is told to nobody.
 */
interface Hidden { id: number; html: string; counts: 'words' | 'links' | 'untrue' }

/** What it says: nothing where only links to it count. */
interface Source { id: number; counts: Hidden['counts']; words: readonly string[]; ways: readonly string[] }

/** Characters of hidden posts that one text is compared with when it is saved, twenty of the longest; of more of them only links to them count. */
const mostRead = 400_000;

function sourcesOf(hidden: readonly Hidden[], most = mostRead): Source[] {
  let left = most;
  return hidden.map(({ id, html, counts }) => {
    const text = counts !== 'words' || (left -= html.length) < 0 ? '' : plainText(html);
    return { id, counts, words: letters(text).split(' '), ways: waysToReach(text) };
  });
}

/**
 * The HTML of a post without its quotations of others, and of which: an outermost blockquote that begins with a link to one goes, or of which a paragraph
 * or list item stands in its text.
 * @param linked the same with the links of quotations that are not what they say
 */
function withoutQuotesOf(html: string, linked: string, sources: readonly Source[]): { html: string; of: number[] } {
  if (sources.length === 0) return { html, of: [] };
  const blocks = blocksOf(html);
  const leads = blocksOf(linked).map(leadsIn);
  const [leading, reaching] = [whereIs(leads, (ones) => ones.map(({ postId }) => postId)), whereIs(blocks, (block) => waysToReach(plainText(block)))];
  const repeating = phraseFinder(blocks.flatMap((block, key) => partsThatTell(block).map((part) => ({ words: part.split(' '), key }))));
  const gone = new Map<number, string>();
  const isUntrue = (at: number, id: number) => (leads[at] ?? []).filter(({ postId, atOnce }) => atOnce && postId === id).length > postsSaid(blocks[at] ?? '').filter((one) => one === id).length;
  const of = sources.filter(({ id, counts, words, ways }) => {
    const before = gone.size;
    const led = (leading.get(id) ?? []).filter((at) => counts !== 'untrue' || isUntrue(at, id));
    for (const at of [...led, ...ways.flatMap((way) => reaching.get(way) ?? []), ...repeating(words)]) if (gone.get(at) !== placeholder) gone.set(at, counts === 'untrue' ? placeholderOfChanged : placeholder);
    return gone.size > before;
  }).map(({ id }) => id);
  let at = 0;
  return { html: of.length === 0 ? html : replaceQuotes(html, (block) => gone.get(at++) ?? block), of };
}

function blocksOf(html: string): string[] {
  const blocks: string[] = [];
  replaceQuotes(html, (block) => { blocks.push(block); return block; });
  return blocks;
}

/** Words without what is between them, of letters of one kind. */
const letters = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[\u00AD\u200B-\u200D\u2060\uFEFF]/g, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** In which of the blocks each thing stands. */
function whereIs<Block, Thing>(blocks: readonly Block[], thingsIn: (block: Block) => readonly Thing[]): Map<Thing, number[]> {
  const found = Map.groupBy(blocks.flatMap((block, at) => [...new Set(thingsIn(block))].map((thing) => ({ thing, at }))), ({ thing }) => thing);
  return new Map([...found].map(([thing, places]) => [thing, places.map(({ at }) => at)]));
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

/** Its paragraphs and list items, as far as each tells something. */
function partsThatTell(block: string): string[] {
  const parts = block.split(/<\/?(?:p|li|h\d|td|th|br|pre)\b[^>]*>/).map((part) => letters(plainText(part)));
  return parts.filter((part) => part.length >= shortest || isNumber(part, 5));
}

/** Of these posts those that are out of view, whose whole thread is, or a part of what they said. */
function hiddenAmong(ids: readonly number[]): Hidden[] {
  return ids.length === 0 ? [] : hiddenRows().all(JSON.stringify(ids)) as Hidden[];
}
const hiddenRows = prepared((d) => d.$client.prepare(`
  select * from (
    select j.key, p.id, p.html, case
      when t.removed_at is not null or (p.removed_at is not null and (p.hidden or p.removed_by_id is not p.author_id)) then 'words'
      when p.removed_at is not null or r.status <> 'published' then 'links'
      when ${hasClosedVersions('p.id')} then 'untrue' end as counts
    from json_each(?) j join posts p on p.id = j.value join threads t on t.id = p.thread_id left join resources r on r.id = t.resource_id)
  where counts is not null order by key`));

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

function blankIn(postId: number, sources: readonly Source[], given?: string): void {
  const html = db.select({ html: posts.html }).from(posts).where(eq(posts.id, postId)).get()?.html ?? '';
  // Every row of a quoting post keeps it as it was before anything was taken out.
  const whole = given ?? wholeOf(postId, html, sources);
  const blanked = withoutQuotesOf(html, whole, sources);
  if (blanked.of.length === 0) return;
  for (const ofPostId of blanked.of) db.insert(blankedQuotes).values({ postId, ofPostId, html: whole }).onConflictDoNothing().run();
  put(postId, blanked.html);
  withdrawLettersAbout([postId]);
}

/** A post with all the links that it was written with. Where it links to none of the sources they do not matter. */
function wholeOf(postId: number, html: string, sources: readonly Source[]): string {
  const kept = db.select({ html: blankedQuotes.html }).from(blankedQuotes).where(eq(blankedQuotes.postId, postId)).limit(1).get()?.html;
  return kept ?? (linksTo().get({ id: postId, ids: JSON.stringify(sources.map(({ id }) => id)) }) ? linkedAt(postId) : html);
}
const linksTo = prepared((d) => d.$client.prepare(`select 1 from json_each(@ids) j join post_links l on l.path = '/posts/' || j.value where l.post_id = @id limit 1`));

function linkedAt(postId: number): string {
  const row = db.select({ markdown: posts.markdown, threadId: posts.threadId, number: posts.number }).from(posts).where(eq(posts.id, postId)).get();
  return row ? linkedPost(row.markdown, `p${row.threadId}-${row.number}`) : '';
}

/**
 * Brings quotations of a post, and of the others of its thread that are in view, back, except where something else that is not shown is quoted
 * too. Call inside a transaction, after it is shown again.
 */
export function restoreQuotes(postId: number): void {
  for (const id of quotingAgain().all(postId) as number[]) {
    renewQuotes(id);
  }
}

/**
 * Looks again at what quotes a post, as when what everybody may read of it has changed; or at what quotes the posts of a thread elsewhere. Call inside
 * the transaction of the change.
 */
export function lookAgainAtQuotes(of: { postId: number } | { threadId: number }): void {
  for (const id of quoting().all({ postId: null, threadId: null, ...of }) as number[]) renewQuotes(id);
}
const quoting = prepared((d) => d.$client.prepare(`
  select distinct q.id from posts s join post_links l on l.path = '/posts/' || s.id join posts q on q.id = l.post_id
  where (s.id = @postId or (s.thread_id = @threadId and q.thread_id <> s.thread_id)) and q.html like '%<blockquote>%'`).pluck());

/** Makes the quotations in a post anew. */
function renewQuotes(postId: number): void {
  const rows = db.delete(blankedQuotes).where(eq(blankedQuotes.postId, postId)).returning().all();
  const whole = linkedAt(postId);
  put(postId, withTrueQuotes(whole));
  // Of two that are quoted in one place only the first was noted.
  blankAgain(postId, rows.map((row) => row.ofPostId), whole);
}
const quotingAgain = prepared((d) => d.$client.prepare(`
  select distinct b.post_id from posts p join threads t on t.id = p.thread_id join posts s on s.thread_id = p.thread_id join blanked_quotes b on b.of_post_id = s.id
  where p.id = ? and t.removed_at is null and s.removed_at is null`).pluck());

/** After a post was written, edited or rendered again: what it quotes and must not is taken out. Call inside the same transaction. @param linked as `renderPost` gives it */
export function blankHidden(postId: number, linked: string): void {
  const before = db.delete(blankedQuotes).where(eq(blankedQuotes.postId, postId)).returning({ of: blankedQuotes.ofPostId }).all().map(({ of }) => of);
  blankAgain(postId, before, linked);
}

function blankAgain(postId: number, before: readonly number[], linked: string): void {
  const row = db.select({ threadId: posts.threadId }).from(posts).where(eq(posts.id, postId)).get();
  const hidden = row ? hiddenFor(row.threadId, linked, before) : [];
  if (hidden.length > 0) blankIn(postId, sourcesOf(hidden), linked);
}

/** What is about to be sent without its quotations that lead to what is out of view; of others nothing is told before it is sent. */
export function withoutHidden({ html, linked }: { html: string; linked: string }): string {
  return withoutQuotesOf(html, linked, hiddenAmong(postsLinked(linked)).map(({ id, counts }) => ({ id, counts, words: [], ways: [] }))).html;
}

/** Whether something was taken out of this post. */
export function hasBlankedQuotes(postId: number): boolean {
  return db.select({ of: blankedQuotes.ofPostId }).from(blankedQuotes).where(eq(blankedQuotes.postId, postId)).limit(1).get() !== undefined;
}

/** Characters of different quotations that are looked at in one go. */
const mostLookedAt = 100_000;

/** Whether one of these texts in a thread, such as versions of a post, quotes what is out of view. Each quotation is looked at once; where there are too many for that, they do. */
export function quoteHidden(threadId: number, markdowns: readonly string[]): boolean {
  const htmls = markdowns.map((markdown) => parseKept(threadsByNumber(markdown)));
  const hidden = new Map(htmls.flatMap((html) => hiddenFor(threadId, html)).map((one) => [one.id, one]));
  if (hidden.size === 0) return false;
  const linked = [...new Set(htmls.flatMap(blocksOf))].join('');
  if (linked.length > mostLookedAt) return true;
  const html = [...hidden.values()].some(({ counts }) => counts === 'untrue') ? withTrueQuotes(linked) : linked;
  return withoutQuotesOf(html, linked, sourcesOf([...hidden.values()])).of.length > 0;
}

/** What is out of view and may be quoted in a text: what it links to, what was taken out of it before, and what was hidden in its thread lately. */
function hiddenFor(threadId: number, html: string, before: readonly number[] = []): Hidden[] {
  if (!html.includes('<blockquote>')) return [];
  return hiddenAmong([...new Set([...before, ...hiddenLately().all(threadId) as number[], ...postsLinked(html)])]);
}
const postsLinked = (html: string): number[] => linksIn(html).flatMap((path) => postAt(path) ?? []);
const hiddenLately = prepared((d) => d.$client.prepare('select id from posts where thread_id = ? and removed_at is not null and (hidden or removed_by_id is not author_id) order by removed_at desc limit 50').pluck());

function put(postId: number, html: string): void {
  db.update(posts).set({ html }).where(eq(posts.id, postId)).run();
  indexWritten(postId);
  bumpChanges();
}
