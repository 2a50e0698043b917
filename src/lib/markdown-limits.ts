/** Quotations, lists and emphasis in each other. */
const deepest = 16;
/** Cells of all tables of a text, or one for ten characters of a long one. */
const mostCells = 2_000;
/** Marks of quotations and lists that one line begins with: some may be code. */
const mostMarks = 30;
/** Ordinary text grows to at most about six times its length. */
const mostGrowth = 12;

/*
 * Parsing costs much only where a line begins with many marks or short rows are filled up with cells, and cleaning where elements stand in each
 * other. So the first two are looked at roughly before a text is parsed, and everything exactly before what was parsed is cleaned.
 */

/** Whether a text may be parsed: no line begins with marks of thirty quotations and lists, and no table can come near what memory holds. Linear in its length. */
export function isWorthParsing(markdown: string): boolean {
  let columns = 0;
  let cells = 0;
  for (const line of markdown.split(/\r\n?|\n/)) {
    if (marksOf(line) > mostMarks) return false;
    // What else JavaScript calls blank is a row to Markdown.
    if (/^[ \t]*$/.test(line)) columns = 0;
    else if (isDelimiterRow(line)) columns = Math.max(columns, line.split('|').length);
    cells += columns;
    if (cells > 10 * cellsFor(markdown)) return false;
  }
  return true;
}

/** Of a line that is not one of dashes or stars all along. */
function marksOf(line: string): number {
  if (/^(?:[-\s]+|[*\s]+)$/.test(line)) return 0;
  const start = /^(?:\s|>|[-*+](?=\s|$)|\d{1,9}[.)](?=\s|$))*/.exec(line)?.[0] ?? '';
  return start.length <= mostMarks ? 0 : (start.match(/[>*+-]|\d[.)]/g) ?? []).length;
}

/** Whether it may stand below the head of a table: `|---|:-:|`, perhaps in a list or quotation. */
const isDelimiterRow = (line: string) => line.includes('|') && /^[\s|:>*+.)\d-]*$/.test(line) && line.includes('-');

const cellsFor = (markdown: string) => Math.max(mostCells, markdown.length / 10);

/** Whether what a text was parsed to is no larger and no deeper than a text can need. @param html that parsing gave */
export function isWithinLimits(markdown: string, html: string): boolean {
  if (html.length > 20_000 + mostGrowth * markdown.length) return false;
  let depth = 0;
  let cells = 0;
  for (const [tag] of html.matchAll(/<(?:\/?(?:blockquote|ul|ol|em|strong|del)|t[dh])\b/g)) {
    if (tag.startsWith('<t')) cells++;
    else depth += tag.startsWith('</') ? -1 : 1;
    if (depth > deepest || cells > cellsFor(markdown)) return false;
  }
  return true;
}
