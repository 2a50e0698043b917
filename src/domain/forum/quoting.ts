import { ownMarkdown, parseKept, plainText } from '#lib/markdown.ts';
import type { Viewer } from '../people/types.ts';
import { postsPerPage, postUrl } from './addresses.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { hasBlankedQuotes } from './blanked-quotes.ts';
import { findPost, postsOnPage } from './posts.ts';
import { besideQuotes } from './quote-boxes.ts';
import { saysAll } from './said.ts';

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
  const text = ownOrWords(own, post.html);
  return `> ${attribution(shown.author.name, postId)}\n>\n${text.split('\n').map((line) => `> ${line}`.trimEnd()).join('\n')}\n\n`;
}

/** Its own Markdown, or its words alone where that would show something else: without what stood between them two lists are one, with other numbers. */
function ownOrWords(own: string, html: string): string {
  const short = shortened(own);
  if (short !== null && saysAll(html, parseKept(short))) return short;
  const words = shortened(wordsBesideQuotes(html));
  return words !== null && (short === null || saysAll(html, parseKept(words))) ? words : short ?? `${upTo(own)} …`;
}

/** What is too long by its beginning, null where it has none that is seen whole. Of a table only whole rows are quoted. */
function shortened(text: string): string | null {
  if (text.length <= mostQuoted) return text;
  const cut = beginning(text);
  if (cut === null || !endsInTable(cut)) return cut && `${cut} …`;
  const rows = cut.slice(0, cut.lastIndexOf('\n'));
  return `${endsInTable(rows) ? rows : cut}\n\n…`;
}

const endsInTable = (markdown: string) => /<\/table>(?:\s|<\/[a-z]+>)*$/.test(parseKept(markdown));

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
