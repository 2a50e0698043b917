import { escapeHtml, plainText, renderKept, renderMarkdown } from '#lib/markdown.ts';
import { slugify } from '#lib/slug.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { renderCitations, type CitedWork } from './citations.ts';

export interface Heading { id: string; text: string; level: number }

/** A resource's Markdown as HTML for its page: citations are numbers, headings start at h2 and have ids that none of the page's own can be. Throws MarkdownTooLarge, unless it is rendered as what is kept. */
export function renderBody(markdown: string, works: Map<string, CitedWork>, render = renderMarkdown): string {
  const last = new Map<string, number>();
  return renderCitations(markdown, works, (held) => render(threadsByNumber(held), 'body')).replace(/<h([3-6])>([\s\S]*?)<\/h\1>/g, (_, level: string, inner: string) => {
    const slug = slugify(plainText(inner));
    let id = slug;
    let n = last.get(slug) ?? 1;
    while (last.has(id)) id = `${slug}-${++n}`;
    last.set(slug, n).set(id, id === slug ? n : 1);
    return `<h${Number(level) - 1} id="s-${escapeHtml(id)}">${inner}</h${Number(level) - 1}>`;
  });
}

/** The headings of a rendered body, for its table of contents. */
export function headingsOf(html: string): Heading[] {
  return [...html.matchAll(/<h([2-5]) id="([^"]*)">([\s\S]*?)<\/h\1>/g)].map((m) => ({ level: Number(m[1]), id: m[2] ?? '', text: plainText(m[3] ?? '') }));
}

/** The words of a Markdown body, for search: no marks, no addresses, no citation keys. */
export function wordsOf(markdown: string): string {
  const html = renderKept(threadsByNumber(markdown).replace(/ ?\[@[^\]]*\]/g, ''));
  return plainText(html.replace(/<\/?(?:a|strong|em|code|del|sup|sub|span)\b[^>]*>/g, ''));
}
