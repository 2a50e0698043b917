/**
 * Rendered Markdown with each outermost blockquote replaced, and what stands before each.
 * @param html as `renderMarkdown` writes it
 */
export function replaceQuotes(html: string, replace: (block: string) => string, replaceBefore = (text: string) => text): string {
  let depth = 0;
  let from = 0;
  let out = '';
  for (const tag of html.matchAll(/<(\/?)blockquote>/g)) {
    if (!tag[1]) {
      if (depth++ === 0) {
        out += replaceBefore(html.slice(from, tag.index));
        from = tag.index;
      }
    } else if (--depth === 0) {
      const end = tag.index + tag[0].length;
      out += replace(html.slice(from, end));
      from = end;
    }
  }
  return out + html.slice(from);
}

/** Rendered Markdown without its quotations, footnotes and the marks that lead to them. */
export const besideQuotes = (html: string): string => replaceQuotes(html, () => '').replace(/<section\b.*<\/section>|<sup\b.*?<\/sup>/gs, '');
