import { compile, type BlockBuilder, type ElementNode, type Recurse } from 'html-to-text';
import { settings } from './settings.ts';

/** Rows of a table, a line each, their cells apart: columns that are drawn with spaces fall apart where lines are broken. */
function formatRow(row: ElementNode, walk: Recurse, builder: BlockBuilder): void {
  builder.openBlock({ leadingLineBreaks: 1 });
  const cells = row.children.filter(({ name }) => name === 'td' || name === 'th');
  cells.forEach((cell, at) => {
    if (at > 0) builder.addInline(' | ');
    walk(cell.children, builder);
  });
  builder.closeBlock({ trailingLineBreaks: 1 });
}

const heading = { options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 2 } };

/** What leads to a footnote, whose number is enough where nothing can be clicked. */
const footnoteMark = /<sup><a\b[^>]*>([^<]*)<\/a><\/sup>/g;

/** Before who wrote it stands a sign of the hub over a quotation that it has compared; in words of members such a sign stands in brackets, wherever a line may be broken. */
const own = '\uE000';
const signs = /<https?:[^>\s]*>|[✓✔☑✅🗸🗹][\uFE0E\uFE0F]*/gu;

let known: { url: string; convert: (html: string) => string } | null = null;

/** Rendered Markdown as text that people read in a letter or a feed: paragraphs, lists, quotations and rows of tables on lines of their own, addresses absolute and behind their words. */
export function textOfHtml(html: string): string {
  const { url } = settings();
  if (known?.url !== url) {
    known = {
      url, convert: compile({
        wordwrap: false, formatters: { row: formatRow, alt: (picture, _, builder) => builder.addInline(['Picture', picture.attribs['alt']].filter(Boolean).join(': ')) },
        selectors: [
          { selector: 'a', options: { baseUrl: url, linkBrackets: ['<', '>'], hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
          { selector: 'a[aria-label]', format: 'skip' }, { selector: 'del', format: 'inlineSurround', options: { prefix: '~~', suffix: '~~' } },
          { selector: 'img', format: 'alt' },
          { selector: 'table', format: 'block', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } }, { selector: 'tr', format: 'row' },
          { selector: 'ul', options: { itemPrefix: '- ', leadingLineBreaks: 2 } }, { selector: 'figure', format: 'paragraph' },
          ...['h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, ...heading })),
        ],
      }),
    };
  }
  const marked = html.replaceAll(own, '').replace(/<p class="said-by"[^>]*>/g, `$&${own} `).replace(/<span class="task">(.)<\/span>/g, (_, box) => (box === '☑' ? '[x]' : '[ ]'));
  return known.convert(marked.replace(footnoteMark, '[$1]')).replace(signs, (sign) => (sign.startsWith('<') ? sign : `(${sign})`)).replaceAll(own, '✓').replace(/[ \t]+$/gm, '');
}
