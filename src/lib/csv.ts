/**
 * A cell of a CSV file (RFC 4180), quoted where it has to be. What a spreadsheet could take for a formula begins with an apostrophe, and so does what
 * begins with one of its own.
 */
export function csvCell(value: string | null): string {
  const text = (value ?? '').replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g, '').toWellFormed();
  const guarded = /^[=+\-@\t\r\n＝＋－＠]|^'['=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n;\t]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** A row of cells with its line end. */
export const csvRow = (cells: readonly (string | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** What a CSV file begins with: without it spreadsheets take UTF-8 for something else. */
export const byteOrderMark = '\uFEFF';
