/**
 * Replaces the text of HTML that `renderMarkdown` wrote, except in links and code.
 * @param replace is given a stretch of text, escaped as it stands there, and returns HTML
 */
export function mapText(html: string, replace: (escaped: string) => string): string {
  let within = 0;
  return html.replace(/<(\/?)(a|code|pre)\b[^>]*>|<[^>]*>|[^<]+/g, (part, closing: string | undefined, name: string | undefined) => {
    if (name) within += closing ? -1 : 1;
    return name || within > 0 || part.startsWith('<') ? part : replace(part);
  });
}
