import type { Place } from './draft.ts';

/** One row of a table: its cells, and where it stands. */
export interface CsvRow extends Place {
  cells: string[];
  /** A cell that begins with a quote has no other quote to end it. */
  open: boolean;
}

/**
 * Cuts a table into rows, one at a time (RFC 4180). Cells are separated by whatever the first line uses: commas, semicolons or tabs. A quote
 * opens a cell only where it stands first; elsewhere it is a letter like others.
 */
export function* csvRows(text: string): Generator<CsvRow> {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const delimiter = delimiterOf(text.slice(at, at + 20_000));
  for (let line = 1; at < text.length;) {
    const row = rowAt(text, at, delimiter);
    if (row.cells.some((cell) => cell.trim())) yield { line, ...row };
    line += text.slice(at, row.readTo).split(/\r\n|\n|\r/).length - 1;
    at = row.readTo;
  }
}

function delimiterOf(beginning: string): string {
  const [headings = ''] = beginning.replace(/"(?:[^"]|"")*"/g, '').split(/[\r\n]/);
  const count = (char: string) => headings.split(char).length;
  return ['\t', ';'].find((char) => count(char) > count(',') && count(char) > 1) ?? ',';
}

function rowAt(text: string, start: number, delimiter: string): Omit<CsvRow, 'line'> {
  const cells: string[] = [];
  for (let at = start; ; at++) {
    const { cell, end, open } = cellAt(text, at, delimiter);
    cells.push(cell);
    at = end;
    const char = text.charAt(at);
    if (char !== delimiter) return { cells, open, readTo: char === '\r' && text.charAt(at + 1) === '\n' ? at + 2 : Math.min(at + 1, text.length) };
  }
}

function cellAt(text: string, start: number, delimiter: string): { cell: string; end: number; open: boolean } {
  if (text.charAt(start) !== '"') {
    const end = endOfCell(text, start, delimiter);
    return { cell: text.slice(start, end), end, open: false };
  }
  let close = start + 1;
  for (close = text.indexOf('"', close); close >= 0 && text.charAt(close + 1) === '"'; close = text.indexOf('"', close + 2));
  if (close < 0) return { cell: text.slice(start + 1), end: text.length, open: true };
  // What stands after the closing quote belongs to the cell as well: some programs write it so.
  const end = endOfCell(text, close + 1, delimiter);
  return { cell: text.slice(start + 1, close).replaceAll('""', '"') + text.slice(close + 1, end).trim(), end, open: false };
}

function endOfCell(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === delimiter || char === '\n' || char === '\r') return at;
  }
  return text.length;
}
