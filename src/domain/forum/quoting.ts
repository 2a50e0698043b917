import { ownMarkdown, plainText } from '#lib/markdown.ts';
import type { Viewer } from '../people/types.ts';
import { postsPerPage, postUrl } from './addresses.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { hasBlankedQuotes } from './blanked-quotes.ts';
import { findPost, postsOnPage } from './posts.ts';
import { besideQuotes } from './quote-boxes.ts';

/** Longer posts are quoted by their beginning. */
const mostQuoted = 4_000;

/**
 * What a reply begins with that quotes a post: who wrote it with a link to it, then its Markdown, each line after a `>`. What the post itself
 * quotes is left out, and its footnotes, which would stand under the words of whoever replies. Empty for a removed post, and for one that says nothing itself. Throws NotFound, Gone.
 */
export function quoteOf(viewer: Viewer, postId: number): string {
  const post = findPost(viewer, postId);
  const shown = postsOnPage(viewer, post.thread, Math.ceil(post.number / postsPerPage)).find(({ id }) => id === postId);
  if (post.removed || !shown) return '';
  // Where something was taken out of it, only what is shown of it is quoted: its Markdown still says all.
  const own = hasBlankedQuotes(postId) ? wordsBesideQuotes(post.html) : ownMarkdown(threadsByNumber(post.markdown));
  if (own.trim() === '') return '';
  const text = own.length > mostQuoted ? `${beginning(own)} …` : own;
  return `> ${attribution(shown.author.name, postId)}\n>\n${text.split('\n').map((line) => `> ${line}`.trimEnd()).join('\n')}\n\n`;
}

/** Up to a space not far from the end, or else to the end of a letter: not every language puts spaces between words. Not amid words that are struck through: they would be so no more. */
function beginning(text: string): string {
  const strikes = [...text.slice(0, mostQuoted).matchAll(/~{2,}/g)];
  const most = strikes.length % 2 === 1 && strikes.at(-1)?.index || mostQuoted;
  const cut = text.slice(0, most);
  const space = cut.search(/\s\S{0,100}$/);
  return space >= 0 ? cut.slice(0, space).trimEnd() : [...new Intl.Segmenter().segment(text.slice(0, most + 100))].filter(({ index, segment }) => index + segment.length <= most).map(({ segment }) => segment).join('');
}

/** "[Rosa Delgado wrote](/posts/12):", the first line of a quotation in Markdown. */
export function attribution(name: string, postId: number): string {
  return `[${escaped(name)} wrote](${postUrl(postId)}):`;
}

const escaped = (text: string) => text.replace(/[\\`*_[\]<>&~!#|]/g, '\\$&');

/** The words of a rendered post outside of its quotations and footnotes, as Markdown without markup. */
function wordsBesideQuotes(html: string): string {
  return besideQuotes(html).split(/<\/(?:p|li|h\d|pre|tr)>|<br>/).map((part) => escaped(plainText(part))).filter(Boolean).join('\n\n');
}
