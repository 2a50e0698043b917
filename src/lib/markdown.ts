import { defineMdastPlugin, markdownToHtml, markdownToMdast, type CompileOptions, type MdastNode } from 'satteri';
import sanitizeHtml from 'sanitize-html';
import { isWithinLimits, isWorthParsing } from './markdown-limits.ts';

/** Counts up when the same Markdown would give other HTML here or in a post, so that stored HTML can be made again. */
export const rendererVersion = 8;

/** Markdown that asks for more than a text can need: a few letters can ask for a million table cells. The message is for whoever wrote it. */
export class MarkdownTooLarge extends Error {
  constructor() {
    super('This has too much in it to be shown: too large a table, or too many quotations, lists or bold words inside each other. Please use smaller tables and less nesting.');
    this.name = 'MarkdownTooLarge';
  }
}

const lower: Record<string, string> = { h1: 'h3', h2: 'h3', h3: 'h4', h4: 'h5', h5: 'h6' };

const allowed: sanitizeHtml.IOptions = {
  allowedTags: [
    'p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'a', 'ul', 'ol', 'li',
    'table', 'thead', 'tbody', 'tr', 'th', 'td', 'sup', 'sub', 'section', 'span',
  ],
  allowedAttributes: {
    a: ['href', 'id', 'rel', 'class', 'aria-label'], th: ['class', 'scope'], td: ['class'], li: ['class', 'id'], ul: ['class'], ol: ['start'],
    code: ['class'], span: ['class'], section: ['class', 'aria-label'],
  },
  allowedClasses: {
    '*': ['task-list-item', 'contains-task-list', 'task', 'footnotes', 'data-footnote-backref', 'align-center', 'align-right', 'language-*', 'scroll'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  // What somebody typed stays readable: markup we do not take is shown as text.
  disallowedTagsMode: 'escape',
};

/** Markup becomes the text that was typed before anything else happens to it: nothing that is taken for HTML further on was written by a member. */
const typedMarkup = defineMdastPlugin({
  name: 'typed-markup',
  html(node, context) {
    const text = { type: 'text' as const, value: node.value };
    const standsAlone = ['root', 'blockquote', 'listItem', 'footnoteDefinition'].includes(context.parent(node)?.type ?? 'root');
    context.replaceNode(node, standsAlone ? { type: 'paragraph', children: linesOf(node.value) } : text);
  },
});

const linesOf = (text: string) => text.split('\n').flatMap((line, at) => [...(at > 0 ? [{ type: 'break' as const }] : []), { type: 'text' as const, value: line }]);

// A post that begins with a line of dashes has no front matter: every word of it is shown.
const plain = { features: { frontmatter: false } } satisfies CompileOptions;
const withMarkup = { ...plain, mdastPlugins: [typedMarkup] } satisfies CompileOptions;

/**
 * Members' Markdown (CommonMark, tables, task lists, footnotes, autolinks) as HTML that is safe to print in a page.
 * Headings start at h3, below the page's own. Links leave with rel="nofollow ugc".
 * Throws MarkdownTooLarge.
 * @param idPrefix makes footnote ids differ between posts on one page
 */
export function renderMarkdown(markdown: string, idPrefix = 'm'): string {
  const html = render(markdown);
  if (html === null) throw new MarkdownTooLarge();
  return html.replaceAll(prefixMark, idPrefix);
}

/** The same for a text that is kept already, maybe since before there was a limit: what is too large stands there as it was typed. */
export function renderKept(markdown: string, idPrefix = 'm'): string {
  return render(markdown)?.replaceAll(prefixMark, idPrefix) ?? `<pre><code>${escapeHtml(markdown)}</code></pre>`;
}

/**
 * HTML of a text that is kept, as it was parsed: for looking at its words and links, a hundred times as fast, and not to be shown. Pictures are their words,
 * as they are when it is shown.
 */
export function parseKept(markdown: string): string {
  if (!isWorthParsing(markdown)) return `<pre><code>${escapeHtml(markdown)}</code></pre>`;
  return parsed(markdown.replaceAll(prefixMark, '\uFFFD')).replace(/<h2[^>]* id="footnote-label"[^>]*>[^<]*<\/h2>/g, '').replace(/<input\b[^>]*>/g, (tag) => (/\schecked\b/.test(tag) ? '☑' : '☐'))
    .replace(/<img src="([^"]*)" alt="([^"]*)"[^>]*>/g, (_, src: string, alt: string) => (alt || src).replaceAll('>', '&gt;'));
}

/** Stands for the prefix of ids; in no text, as Markdown puts U+FFFD in its place. */
const prefixMark = '\0';
/** The text that was rendered last: what somebody sends is looked at for its links before it is kept. */
let latest: { markdown: string; html: string | null } | null = null;

function render(markdown: string): string | null {
  if (latest?.markdown !== markdown) latest = { markdown, html: isWorthParsing(markdown) ? cleaned(markdown, parsed(markdown.replaceAll(prefixMark, '\uFFFD'))) : null };
  return latest.html;
}

const parsed = (markdown: string) => markdownToHtml(markdown, /<[a-z!?/]/i.test(markdown) ? withMarkup : plain).html;

/** HTML that parsing gave without all that is not allowed; null when it is too large. */
function cleaned(markdown: string, html: string): string | null {
  if (!isWithinLimits(markdown, html)) return null;
  const local = (id: string) => `${prefixMark}-${id.replace(/^user-content-/, '')}`;
  const aligned = (tagName: string, attribs: sanitizeHtml.Attributes) => {
    const align = /text-align:\s*(center|right)/.exec(attribs['style'] ?? '')?.[1];
    return { tagName, attribs: { ...(align && { class: `align-${align}` }), ...(tagName === 'th' && { scope: 'col' }) } };
  };
  return unnested(sanitizeHtml(html, {
    ...allowed,
    transformTags: {
      ...Object.fromEntries(Object.entries(lower).map(([from, to]) => [from, (_: string, attribs: sanitizeHtml.Attributes) =>
        attribs['id'] === 'footnote-label' ? { tagName: 'span', attribs: { class: 'task' }, text: '' } : { tagName: to, attribs: {} }])),
      a: (tagName, attribs) => {
        const href = attribs['href'] ?? '';
        if (href.startsWith('#user-content-')) {
          return { tagName, attribs: {
            href: `#${local(href.slice(1))}`,
            ...(attribs['id'] && { id: local(attribs['id']) }),
            ...(attribs['aria-label'] && { 'aria-label': attribs['aria-label'] }),
          } };
        }
        return { tagName, attribs: { href, ...(/^https?:/i.test(href) && { rel: 'nofollow ugc noopener' }) } };
      },
      li: (tagName, attribs) => ({ tagName, attribs: {
        ...(attribs['class'] && { class: attribs['class'] }), ...(attribs['id'] && { id: local(attribs['id']) }),
      } }),
      input: (_, attribs) => ({ tagName: 'span', attribs: { class: 'task' }, text: 'checked' in attribs ? '☑' : '☐' }),
      section: (tagName) => ({ tagName, attribs: { class: 'footnotes', 'aria-label': 'Footnotes' } }),
      th: aligned,
      td: aligned,
      img: (_, attribs) => ({ tagName: 'a', attribs: { href: attribs['src'] ?? '', rel: 'nofollow ugc noopener' }, text: attribs['alt'] || attribs['src'] || 'picture' }),
    },
  })).replaceAll('<table>', '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>').replaceAll('</table>', '</table></div>')
    .replaceAll('<span class="task"></span>', '');
}

/** A link cannot stand in another: a picture or a footnote's number inside one is part of its words. */
function unnested(html: string): string {
  let depth = 0;
  return html.replace(/<a\b[^>]*>|<\/a>/g, (tag) => ((tag === '</a>' ? --depth : depth++) > 0 ? '' : tag));
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** The words of sanitised HTML, without tags, on one line; what stands within a line stays as near to what is beside it as it was. Single spaces, which are most of what there is, are not looked at twice: a page of a thread does this for each post. */
export function plainText(html: string): string {
  const text = html.replace(/<\/?(?:a|abbr|b|code|del|em|i|kbd|q|s|span|strong|sub|sup)\b[^>]*>/g, '').replace(/\s*(?:<[^>]*>\s*)+|\s{2,}|[^\S ]/g, ' ').trim();
  return text.includes('&') ? text.replace(/&(?:amp|lt|gt|quot|#39);/g, (e) => entities[e] ?? e) : text;
}

/** As `plainText`, of what its writer says themselves: without quotations, footnotes and their marks. All words where nothing else is left. */
export function ownWords(html: string): string {
  if (!/<(?:blockquote|section|sup)\b/.test(html)) return plainText(html);
  let depth = 0;
  const parts = html.split(/(<\/?(?:blockquote|section|sup)\b[^>]*>)/).filter((part) => {
    if (/^<(?:blockquote|section|sup)\b/.test(part)) depth++;
    else if (/^<\/(?:blockquote|section|sup)>$/.test(part)) depth--;
    else return depth === 0;
    return false;
  });
  return plainText(parts.join('')) || plainText(html);
}

/** The same in brief, with "…" for each table, whose cells in a row say nothing. */
export function ownWordsInBrief(html: string): string {
  return ownWords(html.replace(/<div class="scroll"[^>]*>.*?<\/div>/gs, '<p>…</p>')).replace(/…(?: …)+/g, '…');
}

/** What its writer says themselves in Markdown: without quotations, footnotes and the marks that lead to them, as the parser finds them. */
export function ownMarkdown(markdown: string): string {
  if (!/>|\[\^/.test(markdown) || !isWorthParsing(markdown)) return markdown;
  let [out, at] = ['', 0];
  for (const { start, end } of saidByOthers(markdownToMdast(markdown, plain))) {
    out += markdown.slice(at, start);
    at = end;
  }
  return (out + markdown.slice(at)).replace(/\n(?:[ \t]*\n){2,}/g, '\n\n').trim();
}

function saidByOthers(node: MdastNode): { start: number; end: number }[] {
  const at = placeOf(node);
  if (/^(?:footnote|blockquote)/.test(node.type) && at) return [at];
  return 'children' in node ? node.children.flatMap(saidByOthers) : [];
}

function placeOf({ position }: MdastNode): { start: number; end: number } | null {
  const [start, end] = [position?.start.offset, position?.end.offset];
  return start === undefined || end === undefined ? null : { start, end };
}

/** A link or picture in Markdown: the address that it leads to, its words, and where it stands, in characters. */
export interface LinkInMarkdown { address: string; words: string; start: number; end: number }

/** A quotation in Markdown, in characters: from its first mark on, where its words begin, in how many it stands with itself, its links that are in no quotation inside it, and those of a paragraph or heading right before it. */
export interface Quotation { start: number; words: number; end: number; depth: number; links: LinkInMarkdown[]; before: LinkInMarkdown[] }

/**
 * The quotations of a text as the parser finds them, in lists and in each other too, in the order of its HTML: each before those inside it, and those of footnotes as these are
 * referred to; at the end those that are not shown. None in what is too large to be parsed.
 */
export function quotationsIn(markdown: string): Quotation[] {
  if (!markdown.includes('>') || !isWorthParsing(markdown)) return [];
  const definitions = new Map<string, string>();
  const notes = new Map<string, { quotations: Quotation[]; refers: string[] }>();
  const linksOf = (node: MdastNode): LinkInMarkdown[] => {
    const at = placeOf(node);
    const address = node.type === 'link' || node.type === 'image' ? node.url : node.type === 'linkReference' || node.type === 'imageReference' ? definitions.get(node.identifier) : undefined;
    if (at && address !== undefined) return [{ address, words: wordsOf(node), ...at }];
    return 'children' in node && node.type !== 'blockquote' ? node.children.flatMap(linksOf) : [];
  };
  const define = (node: MdastNode): void => {
    if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node.url);
    if ('children' in node) node.children.forEach(define);
  };
  const unseen: Quotation[] = [];
  const look = (node: MdastNode, quotations: Quotation[], refers: string[], depth: number): void => {
    if (node.type === 'footnoteReference') refers.push(node.identifier);
    if (!('children' in node)) return;
    for (const [n, child] of node.children.entries()) {
      const at = placeOf(child);
      const before = node.children[n - 1];
      if (child.type === 'blockquote' && at) {
        const first = child.children.find(({ type }) => !/definition/i.test(type));
        quotations.push({ ...at, words: (first && placeOf(first)?.start) ?? at.start, depth: depth + 1, links: child.children.flatMap(linksOf), before: before?.type === 'paragraph' || before?.type === 'heading' ? linksOf(before) : [] });
      }
      if (child.type === 'footnoteDefinition') {
        const note: { quotations: Quotation[]; refers: string[] } = notes.has(child.identifier) ? { quotations: unseen, refers: [] } : { quotations: [], refers: [] };
        if (!notes.has(child.identifier)) notes.set(child.identifier, note);
        look(child, note.quotations, note.refers, depth);
      } else look(child, quotations, refers, child.type === 'blockquote' ? depth + 1 : depth);
    }
  };
  const tree = markdownToMdast(markdown, plain);
  if (markdown.includes(']:')) define(tree);
  const shown: Quotation[] = [];
  const refers: string[] = [];
  look(tree, shown, refers, 0);
  // What a footnote refers to comes after what was referred to before.
  for (const identifier of refers) {
    const note = notes.get(identifier);
    notes.delete(identifier);
    shown.push(...note?.quotations ?? []);
    refers.push(...note?.refers ?? []);
  }
  return [...shown, ...[...notes.values()].flatMap(({ quotations }) => quotations), ...unseen];
}

const wordsOf = (node: MdastNode): string => ('value' in node ? node.value : 'alt' in node ? node.alt ?? '' : 'children' in node ? node.children.map(wordsOf).join('') : '');

/** Text made safe to stand in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c);
}
