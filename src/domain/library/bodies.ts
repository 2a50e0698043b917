import { escapeHtml, plainText, renderMarkdown } from '#lib/markdown.ts';
import { slugify } from '#lib/slug.ts';
import { linkCitations, type CitedWork } from './citations.ts';

export interface Heading { id: string; text: string; level: number }

/** A resource's Markdown as HTML for its page: citations are links, headings start at h2 and have ids. */
export function renderBody(markdown: string, works: Map<string, CitedWork>): string {
  const taken = new Set<string>();
  return renderMarkdown(linkCitations(markdown, works), 'body').replace(/<h([3-6])>([\s\S]*?)<\/h\1>/g, (_, level: string, inner: string) => {
    const slug = slugify(plainText(inner));
    let id = slug;
    for (let n = 2; taken.has(id); n++) id = `${slug}-${n}`;
    taken.add(id);
    return `<h${Number(level) - 1} id="${escapeHtml(id)}">${inner}</h${Number(level) - 1}>`;
  });
}

/** The headings of a rendered body, for its table of contents. */
export function headingsOf(html: string): Heading[] {
  return [...html.matchAll(/<h([2-5]) id="([^"]*)">([\s\S]*?)<\/h\1>/g)].map((m) => ({ level: Number(m[1]), id: m[2] ?? '', text: plainText(m[3] ?? '') }));
}

/** The words of a Markdown body, for search: no marks, no addresses, no citation keys. */
export function wordsOf(markdown: string): string {
  const html = renderMarkdown(markdown.replace(/ ?\[@[^\]]*\]/g, ''));
  return plainText(html.replace(/<\/?(?:a|strong|em|code|del|sup|sub|span)\b[^>]*>/g, ''));
}
