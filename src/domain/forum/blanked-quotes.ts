import { and, eq, isNotNull, like, ne, or, sql } from 'drizzle-orm';
import { blankedQuotes, bumpChanges, db, postLinks, posts, threads } from '#db/client.ts';
import { plainText } from '#lib/markdown.ts';
import { withdrawLettersAbout } from '../mail/withdrawing.ts';
import { indexPost, indexThread } from './searchable.ts';

/** A quotation shorter than this is a turn of phrase: it tells nothing. */
const shortest = 12;
const placeholder = '<blockquote><p>This quotation is not shown: what it quotes is not shown either.</p></blockquote>';

const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/**
 * The HTML of a post without its quotations of a text: an outermost blockquote of which a paragraph or list item stands in that text goes.
 * @param html as `renderMarkdown` writes it
 * @param quoted the text that must not show, as HTML
 */
export function withoutQuotesOf(html: string, quoted: string): string {
  const source = ` ${letters(plainText(quoted))} `;
  let depth = 0;
  let from = 0;
  let out = '';
  for (const tag of html.matchAll(/<(\/?)blockquote>/g)) {
    if (!tag[1]) {
      if (depth++ === 0) {
        out += html.slice(from, tag.index);
        from = tag.index;
      }
    } else if (--depth === 0) {
      const end = tag.index + tag[0].length;
      const block = html.slice(from, end);
      const parts = block.split(/<\/?(?:p|li|h\d|td|th|br|pre)\b[^>]*>/).map((part) => letters(plainText(part)));
      out += parts.some((part) => part.length >= shortest && source.includes(` ${part} `)) ? placeholder : block;
      from = end;
    }
  }
  return out + html.slice(from);
}

/** Takes quotations of a post out of the posts that quote it: in its thread, or with a link to it. Call inside a transaction. */
export function blankQuotes(postId: number): void {
  const of = db.select({ threadId: posts.threadId, html: posts.html }).from(posts).where(eq(posts.id, postId)).get();
  if (!of) return;
  const linking = sql`${posts.id} in (select ${postLinks.postId} from ${postLinks} where ${postLinks.path} = ${`/posts/${postId}`})`;
  const quoting = db.select({ id: posts.id, html: posts.html }).from(posts)
    .where(and(ne(posts.id, postId), like(posts.html, '%<blockquote>%'), or(eq(posts.threadId, of.threadId), linking))).all();
  for (const { id, html } of quoting) {
    const blanked = withoutQuotesOf(html, of.html);
    if (blanked === html) continue;
    // Every row of a quoting post keeps it as it was before anything was taken out.
    const whole = db.select({ html: blankedQuotes.html }).from(blankedQuotes).where(eq(blankedQuotes.postId, id)).limit(1).get()?.html ?? html;
    db.insert(blankedQuotes).values({ postId: id, ofPostId: postId, html: whole }).onConflictDoNothing().run();
    put(id, blanked);
    withdrawLettersAbout([id]);
  }
}

/** Brings quotations of a post back, except where something else that is not shown is quoted too. Call inside a transaction. */
export function restoreQuotes(postId: number): void {
  for (const { id } of db.select({ id: blankedQuotes.postId }).from(blankedQuotes).where(eq(blankedQuotes.ofPostId, postId)).all()) {
    const rows = db.select().from(blankedQuotes).where(eq(blankedQuotes.postId, id)).all();
    db.delete(blankedQuotes).where(eq(blankedQuotes.postId, id)).run();
    if (rows[0]) put(id, rows[0].html);
    for (const other of rows) if (other.ofPostId !== postId) blankQuotes(other.ofPostId);
  }
}

/** After an edit: what the post quotes and must not is taken out again. Call inside the transaction of the edit. */
export function blankAgain(postId: number): void {
  const rows = db.select({ of: blankedQuotes.ofPostId }).from(blankedQuotes).where(eq(blankedQuotes.postId, postId)).all();
  db.delete(blankedQuotes).where(eq(blankedQuotes.postId, postId)).run();
  for (const { of } of rows) blankQuotes(of);
}

function put(postId: number, html: string): void {
  db.update(posts).set({ html }).where(eq(posts.id, postId)).run();
  const opened = db.select({ id: threads.id }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).where(and(eq(posts.id, postId), eq(posts.number, 1), isNotNull(threads.forumId))).get();
  if (opened) indexThread(opened.id);
  else indexPost(postId);
  bumpChanges();
}
