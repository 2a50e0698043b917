import { ownMarkdown, parseKept, plainText } from '#lib/markdown.ts';
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
  const text = own.length > mostQuoted ? `${beginning(own) ?? beginning(wordsBesideQuotes(post.html)) ?? upTo(own)} …` : own;
  return `> ${attribution(shown.author.name, postId)}\n>\n${text.split('\n').map((line) => `> ${line}`.trimEnd()).join('\n')}\n\n`;
}

/** Cut where all that is seen of it is seen of the whole, too: not amid what is bold, struck through, code, or a link. Null where that would leave less than half. */
function beginning(text: string): string | null {
  const seen = (markdown: string) => plainText(parseKept(markdown)).replace(/\s+/g, '');
  const whole = seen(text);
  let cut = upTo(text);
  for (let tries = 0; tries < 40 && cut.length > mostQuoted / 2; tries++) {
    if (whole.startsWith(seen(cut))) return cut;
    cut = cut.slice(0, Math.max(0, ...[...'*_~`[!'].map((sign) => cut.lastIndexOf(sign)))).trimEnd();
  }
  return null;
}

/** Up to a space not far from the end, or else to the end of a letter: not every language puts spaces between words. */
function upTo(text: string): string {
  const cut = text.slice(0, mostQuoted);
  const space = cut.search(/\s\S{0,100}$/);
  return space >= 0 ? cut.slice(0, space).trimEnd() : [...new Intl.Segmenter().segment(text.slice(0, mostQuoted + 100))].filter(({ index, segment }) => index + segment.length <= mostQuoted).map(({ segment }) => segment).join('');
}

/** "[Rosa Delgado wrote](/posts/12):", the first line of a quotation in Markdown. */
export function attribution(name: string, postId: number): string {
  return `[${escaped(name)} wrote](${postUrl(postId)}):`;
}

const escaped = (text: string) => text.replace(/[\\`*_[\]<>&~!#|]|^[-+=]|(?<=^\d{1,9})[.)]/g, '\\$&');

const strike = '\uE000';

/** The same but within addresses, in which a backslash would be seen. */
const escapedWords = (text: string) => text.split(/((?:https?:\/\/|www\.)[^\s<>*`[\]\\|]+)/).map((part, at) => (at % 2 === 1 ? part : escaped(part))).join('');

/** The words of a rendered post outside of its quotations and footnotes, as Markdown with no markup but of what is struck through. */
function wordsBesideQuotes(html: string): string {
  return besideQuotes(html).split(/<\/(?:p|li|h\d|pre|tr)>|<br>/).map((part) => escapedWords(plainText(part.replace(/<\/?del>/g, strike))).replaceAll(strike, '~~')).filter(Boolean).join('\n\n');
}
