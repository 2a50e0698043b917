import { plainText } from '#lib/markdown.ts';
import { placeInside, postAt } from './post-links.ts';

/** A link this far into a quotation, in characters that are seen, is one of its words and does not say whose they are. */
const furthest = 100;
const endsBlock = /^(?:<\/?(?:p|li|h\d|pre|t[dhr]|ul|ol|div|table|thead|tbody|hr|section|blockquote)\b|\0)/;

/** Whether an address of this hub leads to somebody, or to what they wrote: a member, a thread or a post in it. @param href as it stands in rendered HTML */
function leadsToWriter(href: string): boolean {
  const path = placeInside(href.replaceAll('&amp;', '&')) ?? '';
  return /^\/(?:posts|members|forums\/[^/]+)\/./.test(path) || (path.startsWith('/library/') && href.includes('#'));
}

interface Link { href: string; words: string; start: number; end: number }

/** The links to writers, or to what they wrote, with which a text begins: in its first block that says something, and not far into it. */
function leadingLinks(html: string, from = 0): Link[] {
  const links: Link[] = [];
  let seen = 0;
  let open: { href: string; start: number; words: number } | null = null;
  const tokens = /<[^>]*>|[^<\0]+|\0/g;
  tokens.lastIndex = from;
  for (let found = tokens.exec(html); found && seen <= furthest; found = tokens.exec(html)) {
    const [token] = found;
    const href = /^<a href="([^"]*)"/.exec(token)?.[1];
    if (href !== undefined && leadsToWriter(href)) open = { href, start: found.index, words: tokens.lastIndex };
    else if (token === '</a>' && open) {
      links.push({ href: open.href, start: open.start, words: html.slice(open.words, found.index), end: tokens.lastIndex });
      open = null;
    } else if (endsBlock.test(token) && (seen > 0 || links.length > 0)) break;
    else if (!token.startsWith('<') && !open) seen += token.trim().length;
  }
  return links;
}

/** Posts to which a quotation, or one inside it, leads that begins with a link to one, however that is dressed. */
export function leadsTo(block: string): number[] {
  return [...block.matchAll(/<blockquote>/g)].flatMap(({ index }) => postAt(leadingLinks(block, index)[0]?.href ?? '') ?? []);
}

/** Whether a quotation, or one inside it, begins by saying that somebody wrote this post: no other word stands before. */
export function saysAtOnce(block: string, postId: number): boolean {
  return [...block.matchAll(/<blockquote>/g)].some(({ index }) => {
    const [link] = leadingLinks(block, index);
    return link !== undefined && postAt(link.href) === postId && plainText(block.slice(index, link.start)) === '' && (says.test(plainText(link.words)) || sayingAfter.test(plainText(block.slice(link.end, link.end + 200))));
  });
}

const sayingAfter = /^(?:wrote|writes|said|says)?\s*:/i;
const says = /\b(?:wrote|writes|said|says)\b/i;
const links = /<a href="([^"]*)"[^>]*>((?:(?!<\/a>).)*)<\/a>/gs;
/** A last line that says no more than who signed: "— Rosa Delgado". */
const signature = /<(p|li|h\d|td)\b[^>]*>(?:(?!<\/?(?:p|li|h\d|td)\b).)*<\/\1>(?:\s|<\/[^>]*>)*$/s;

/**
 * The inside of a quotation in which no link looks as if it said whose words these are: not one to a writer at its beginning or as its signature, and
 * nowhere one to a place of the hub like "Rosa Delgado wrote". What is written stays, every word of it. Inner quotations stand as \0.
 */
export function withoutAttributions(inner: string): string {
  const leading = new Set(leadingLinks(inner).map(({ start }) => start));
  const last = signature.exec(inner);
  const signed = last && noMoreThanWho.test(plainText(last[0].replace(links, ''))) ? last.index : Infinity;
  return inner.replace(links, (link, href: string, words: string, at: number) => (leading.has(at) || isSaying(href, words) || (at >= signed && leadsToWriter(href)) ? words : link));
}

/** What stands right before a quotation without the links in its last line that say who wrote. @param html up to where the quotation begins */
export function withoutSayingBefore(html: string): string {
  const from = Math.max(...['<p>', '<li', '<h', '<td', '<br'].map((tag) => html.lastIndexOf(tag)), 0);
  return html.slice(0, from) + html.slice(from).replace(links, (link, href: string, words: string) => (isSaying(href, words) ? words : link));
}

const noMoreThanWho = /^[\s\u2010-\u2015-]*$/;
/** The first line of what stands after a quotation. */
const firstLine = /^\s*<(?:p|h\d)>((?:(?!<\/?(?:p|h\d|br)\b).)*)/s;

/** What stands right after a quotation without the links in its first line where that says no more than who wrote: "— Rosa Delgado". @param html from where the quotation ends */
export function withoutSayingAfter(html: string): string {
  const [line = '', inner = ''] = firstLine.exec(html) ?? [];
  const beside = plainText(inner.replace(links, ''));
  if (!noMoreThanWho.test(beside)) return html;
  return line.replace(links, (link, href: string, words: string) => (isSaying(href, words) || (beside !== '' && leadsToWriter(href)) ? words : link)) + html.slice(line.length);
}

const isSaying = (href: string, words: string) => says.test(plainText(words)) && (/^[#?]/.test(href) || placeInside(href.replaceAll('&amp;', '&')) !== null);
