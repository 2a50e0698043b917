import unhomoglyph from 'unhomoglyph';
import { lookOf } from '../people/free-names.ts';
import { placeInside, postAt } from './post-links.ts';

/** A link this far into a quotation, in letters and digits, is one of its words and does not say whose they are. */
const furthest = 100;
const endsBlock = /^<\/?(?:p|li|h\d|pre|t[dhr]|ul|ol|div|table|thead|tbody|hr|section|blockquote)\b/;
const link = /<a(?: href="([^"]*)")?[^>]*>((?:(?!<\/a>).)*)<\/a>/gs;
const parts = new RegExp(`${link.source}|<[^>]*>|[^<]+`, 'gs');

/** Words that say whose others are, as they look. */
const verbs = new Set(['wrote', 'writes', 'said', 'says'].map(lookOf));

/** Of a piece of HTML its letters and digits, and its colons, whatever they are written with. */
function fold(html: string): string {
  const text = html.replace(/<\/?(?:a|code|del|em|span|strong|su[bp])\b[^>]*>/g, '').replace(/<[^>]*>|&\w+;/g, ' ').replace(/[\p{DI}\p{Cf}]/gu, '');
  return unhomoglyph(text.normalize('NFKC')).replace(/[^\p{L}\p{N}\p{M}:]+/gu, ' ');
}

/** Whether a link says that somebody wrote, or leads to a writer and up to what they wrote, by its words and those after it. Both folded. */
function isSaying(href: string, words: string, after: string): boolean {
  return (leadsToWriter(href) && (/: ?$/.test(words) || /^ ?:/.test(after))) || [...words.split(/[ :]/), /^ ?([^ :]*)/.exec(after)?.[1] ?? ''].some((word) => verbs.has(lookOf(word)));
}

/** What stands there without links that look as if they said who wrote, wherever these lead. Every word stays. */
export function withoutSayings(html: string): string {
  let [out, after, end] = ['', '', html.length];
  for (const { 0: whole, 1: href = '', 2: words = '', index } of [...html.matchAll(link)].reverse()) {
    const rest = html.slice(index + whole.length, end);
    const own = fold(words);
    after = beginning(fold(rest) + after);
    out = (isSaying(href, own, after) ? words : whole) + rest + out;
    after = beginning(own + after);
    end = index;
  }
  return html.slice(0, end) + out;
}

const beginning = (folded: string) => folded.slice(0, 200).replace(/ +/g, ' ');

/** The same for the last block that says something of what stands right before a quotation. @param html up to where the quotation begins */
export function withoutSayingsBefore(html: string): string {
  let end = html.length;
  for (const { index } of [...html.matchAll(/<(?:p|li|h\d|t[dh]|pre)\b/g)].reverse()) {
    if (/[\p{L}\p{N}]/u.test(fold(html.slice(index, end)))) return html.slice(0, index) + withoutSayings(html.slice(index));
    end = index;
  }
  return html;
}

/** A post to which a quotation leads that begins with a link to it, however that is dressed; `atOnce` where it begins by saying that somebody wrote it: no other word stands before. */
export interface Lead { postId: number; atOnce: boolean }

/** Where a quotation, and each inside it, leads by the first link to somebody, or to what they wrote, with which it begins: in its first block that says something, and not far into it. */
export function leadsIn(block: string): Lead[] {
  const leads: Lead[] = [];
  let [seen, looking] = [0, true];
  for (const { 0: part, 1: href, 2: words, index } of block.matchAll(parts)) {
    if (part === '<blockquote>') [seen, looking] = [0, true];
    if (!looking) continue;
    if (href !== undefined && leadsToWriter(href)) {
      const postId = postAt(href);
      const end = index + part.length;
      if (postId !== null) leads.push({ postId, atOnce: seen === 0 && isSaying(href, fold(words ?? ''), fold(block.slice(end, end + 200))) });
      looking = false;
    } else if (words !== undefined || !part.startsWith('<')) seen += (words ?? part).replace(/<[^>]*>|[^\p{L}\p{N}]+/gu, '').length;
    else if (seen > 0 && endsBlock.test(part)) looking = false;
    if (seen > furthest) looking = false;
  }
  return leads;
}

/** Whether an address of this hub leads to somebody, or to what they wrote: a member, a thread or a post in it. @param href as it stands in rendered HTML */
function leadsToWriter(href: string): boolean {
  const path = placeInside(href.replaceAll('&amp;', '&')) ?? '';
  return /^\/(?:posts|members|forums\/[^/]+)\/./.test(path) || (path.startsWith('/library/') && href.includes('#'));
}
