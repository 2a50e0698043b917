/**
 * Rendered Markdown with each outermost blockquote replaced, what stands before each, and what stands after each.
 * @param html as `renderMarkdown` writes it
 */
export function replaceQuotes(html: string, replace: (block: string) => string, replaceBefore = (text: string) => text, replaceAfter = (text: string) => text): string {
  let depth = 0;
  let from = 0;
  let out = '';
  const between = (text: string) => (from === 0 ? text : replaceAfter(text));
  for (const tag of html.matchAll(/<(\/?)blockquote>/g)) {
    if (!tag[1]) {
      if (depth++ === 0) {
        out += replaceBefore(between(html.slice(from, tag.index)));
        from = tag.index;
      }
    } else if (--depth === 0) {
      const end = tag.index + tag[0].length;
      out += replace(html.slice(from, end));
      from = end;
    }
  }
  return out + between(html.slice(from));
}
