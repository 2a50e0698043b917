import { escapeHtml } from './markdown.ts';

/** Something that a letter points at. Its address is absolute. */
export interface LetterItem { title: string; url: string; meta: string; snippet: string }

/** A part of a letter. What a person reads of it is the same in plain text and in HTML. */
export type LetterPart =
  | { heading: string }
  | { text: string }
  /** Somebody's words: paragraphs between blank lines, and the same as HTML that is safe and loads nothing, where there is one. */
  | { quote: string; html?: string }
  /** A sentence that leads to an address. */
  | { link: string; url: string }
  | { items: LetterItem[] };

/** A title with something in it that can be taken for an address, which alone on a line would look as if the hub had put it there: its spaces are kept from being broken. */
const asOne = (title: string) => (/\S[.:]\S/.test(title) ? title.replaceAll(' ', '\0') : title);

/** Lines of at most 72 characters, as plain-text mail has them, each after `indent`; an address is never broken, and no title in which there is one. */
export function wrapped(paragraph: string, indent = ''): string {
  return paragraph.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let words = indent;
    for (const word of (indent === '' ? line.replace(/^([^“]*)(“.*”)/, (_, before: string, title: string) => before + asOne(title)) : line).split(' ')) {
      if (words !== indent && words.length + 1 + word.length > 72) {
        lines.push(words);
        words = indent;
      }
      words += words === indent ? word : ` ${word}`;
    }
    return [...lines, words.trimEnd()];
  }).join('\n').replaceAll('\0', ' ');
}

/** The letter as plain text, its parts joined by blank lines. */
export function letterText(parts: readonly LetterPart[]): string {
  return parts.map((part) => {
    if ('heading' in part) return `${wrapped(asOne(part.heading))}\n${'-'.repeat(Math.min(72, part.heading.length))}`;
    if ('text' in part) return wrapped(part.text);
    if ('quote' in part) return part.quote.split('\n').map(quotedLine).join('\n');
    if ('link' in part) return `${wrapped(`${part.link}:`)}\n${part.url}`;
    return part.items.map(({ title, url, meta, snippet }) => [`* ${wrapped(asOne(title), '  ').trimStart()}`, ...[meta, snippet].filter(Boolean).map((words) => wrapped(words, '  ')), `  ${url}`].join('\n')).join('\n\n');
  }).join('\n\n');
}

/** A line of somebody's words: what they quote themselves stays a quotation when it is wrapped, and what is set in stays set in. */
function quotedLine(line: string): string {
  const lead = /^(?:> ?)* */.exec(line)?.[0] ?? '';
  return wrapped(line.slice(lead.length), `> ${lead}`);
}

/** The letter as HTML that loads nothing from anywhere: no pictures, no fonts, nothing that tells whether it was read. */
export function letterHtml(subject: string, parts: readonly LetterPart[]): string {
  const link = (label: string, url: string) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`;
  const body = parts.map((part) => {
    if ('heading' in part) return `<h2 style="font-size:18px;margin:28px 0 8px">${escapeHtml(part.heading)}</h2>`;
    if ('text' in part) return `<p>${escapeHtml(part.text).replaceAll('\n', '<br>')}</p>`;
    if ('quote' in part) return `<blockquote style="margin:12px 0;padding-left:12px;border-left:3px solid #a9aeb1">${part.html ?? part.quote.split(/\n{2,}/).map((words) => `<p>${escapeHtml(words).replaceAll('\n', '<br>')}</p>`).join('')}</blockquote>`;
    if ('link' in part) return `<p>${link(part.link, part.url)}</p>`;
    return `<ul>${part.items.map(({ title, url, meta, snippet }) => `<li style="margin-bottom:12px">${link(title, url)}${[meta, snippet].filter(Boolean).map((words) => `<br>${escapeHtml(words)}`).join('')}</li>`).join('')}</ul>`;
  }).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:600px">
${body}
</body></html>
`;
}
