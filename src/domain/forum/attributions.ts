import { plainText } from '#lib/markdown.ts';
import { placeInside, postAt } from './post-links.ts';

/** A link this far into a block, in characters that are seen, is one of its words and does not say whose they are. */
const furthest = 100;
const endsBlock = /^(?:<\/?(?:p|li|h\d|pre|t[dhr]|ul|ol|div|table|thead|tbody|hr|section|blockquote)\b|\0)/;
const blockEnd = /(<\/?(?:p|li|h\d|pre|t[dhr]|ul|ol|div|table|thead|tbody|hr|br|section)\b[^>]*>|\0)/;
const emptied = /<(p|h\d|li|ul|ol|strong|em|del|code|span|sub|sup)\b[^>]*>\s*<\/\1>/g;

/** Whether an address of this hub leads to somebody, or to what they wrote: a member, a thread or a post in it. @param href as it stands in rendered HTML */
function leadsToWriter(href: string): boolean {
  const path = placeInside(href.replaceAll('&amp;', '&')) ?? '';
  return /^\/(?:posts|members|forums\/[^/]+)\/./.test(path) || (path.startsWith('/library/') && href.includes('#'));
}

/** The link to a writer, or to what they wrote, with which text begins, and where it ends; null where there is none, or much before it. */
function leadingLink(html: string, from = 0): { href: string; words: string; end: number } | null {
  let seen = 0;
  for (const tokens = /<[^>]*>|[^<\0]+|\0/g, at = { href: '', start: 0 }; ;) {
    if (tokens.lastIndex === 0) tokens.lastIndex = from;
    const token = tokens.exec(html)?.[0];
    if (token === undefined || seen > furthest) return null;
    const href = /^<a href="([^"]*)"/.exec(token)?.[1];
    if (href !== undefined && leadsToWriter(href)) Object.assign(at, { href, start: tokens.lastIndex });
    else if (token === '</a>' && at.href) return { href: at.href, words: html.slice(at.start, tokens.lastIndex - token.length), end: tokens.lastIndex };
    else if (endsBlock.test(token) && seen > 0) return null;
    else if (!token.startsWith('<') && !at.href) seen += token.trim().length;
  }
}

/** Posts to which a quotation, or one inside it, leads that begins with a link to one, however that is dressed. */
export function leadsTo(block: string): number[] {
  return [...block.matchAll(/<blockquote>/g)].flatMap(({ index }) => postAt(leadingLink(block, index)?.href ?? '') ?? []);
}

/** What may stand between such a link and the words: "wrote:", "said —". */
const saying = /^(?:(?:<[^>]*>|[^<:.!?]){0,25}?:(?=\s|<|$)|\s*(?:<[^>]*>)*\s*(?:wrote|writes|said|says)\b(?:<\/?(?:strong|em)>|[\s:\u2010-\u2015-])*)/i;
const says = /\b(?:wrote|writes|said|says)\b/i;

/** The inside of a quotation without what looks as if it said whose words these are: a link to a writer at the beginning, with what introduces it, and links like "Rosa Delgado wrote" further down. Inner quotations stand as \0. */
export function withoutAttributions(inner: string): string {
  let first = true;
  let changed = false;
  const parts = inner.split(blockEnd).map((part, at) => {
    if (at % 2 === 1 || plainText(part) === '') {
      if (part === '\0') first = false;
      return part;
    }
    const left = cut(part, first);
    changed ||= left !== part;
    // A line that says no more than whose the words are leaves the next one to begin.
    first &&= plainText(left) === '';
    return left;
  });
  let html = parts.join('');
  for (let before = ''; changed && before !== html;) [before, html] = [html, html.replace(emptied, '')];
  return html;
}

function cut(part: string, first: boolean): string {
  let left = part;
  for (let n = 0; ; n++) {
    const link = leadingLink(left);
    if (!link) return withoutSayings(left);
    if (n === 5) return left.replace(/<\/?a\b[^>]*>/g, '');
    const after = saying.exec(left.slice(link.end))?.[0];
    if (!first && after === undefined && !says.test(plainText(link.words))) return withoutSayings(left);
    const end = link.end + (after ?? /^[\s:\u2010-\u2015-]*/.exec(left.slice(link.end))?.[0] ?? '').length;
    left = `${tagsLeft(left.slice(0, end))}${left.slice(end).trimStart()}`;
  }
}

const withoutSayings = (html: string) => html.replace(/<a href="([^"]*)"[^>]*>((?:(?!<\/a>).)*)<\/a>:?/gs, (link, href: string, words: string) => (leadsToWriter(href) && says.test(plainText(words)) ? '' : link));

/** Tags of a piece of HTML that were opened before it, or are closed after it. */
function tagsLeft(html: string): string {
  const left: string[] = [];
  for (const [tag, closing] of html.matchAll(/<(\/?)[a-z][^>]*>/g)) {
    if (closing && left.at(-1)?.startsWith('</') === false) left.pop();
    else left.push(tag);
  }
  return left.join('');
}
