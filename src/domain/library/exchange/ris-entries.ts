import { longestRecord, type Place } from './draft.ts';

/** One record of a RIS file: its tags in their order, each with the line that carries it and the lines that go on from it. */
export interface RisEntry extends Place {
  tags: { tag: string; lines: string[] }[];
  /** It goes on further than any record can. */
  endless: boolean;
}

/**
 * Cuts a RIS file into records. A tag is two characters, two blanks and a dash (one blank where the whole file has one); a line without a tag
 * goes on from the line before, as EndNote writes lists and paragraphs. A record ends with ER, or where the next TY begins.
 */
export function* risEntries(text: string): Generator<RisEntry> {
  const tagged = /^\uFEFF?\s*TY - /m.test(text) && !/^\uFEFF?\s*TY {2}- /m.test(text) ? /^([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*)$/ : /^([A-Z][A-Z0-9]) {2}-(?: (.*)|\s*)$/;
  let entry: RisEntry | null = null;
  let begun = 0;
  for (const { line, content, end } of linesOf(text)) {
    const [, tag, value = ''] = tagged.exec(content) ?? /^(ER|TY) ?-(?: (.*)|\s*)$/.exec(content) ?? [];
    if (entry && (tag === 'TY' || tag === 'ER')) {
      yield entry;
      entry = null;
    }
    if (tag && tag !== 'ER') {
      if (!entry) begun = end;
      entry ??= { line, readTo: end, tags: [], endless: false };
      if (!entry.endless) entry.tags.push({ tag, lines: [value.trim()] });
    } else if (!tag && entry && !entry.endless) entry.tags.at(-1)?.lines.push(content.trim());
    if (!entry) continue;
    entry.readTo = end;
    entry.endless = end - begun > longestRecord;
  }
  if (entry) yield entry;
}

function* linesOf(text: string): Generator<{ line: number; content: string; end: number }> {
  const ends = /\r\n|\n|\r/g;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let line = 1; start < text.length; line++) {
    const found = ends.exec(text);
    const stop = found ? found.index : text.length;
    yield { line, content: text.slice(start, stop), end: found ? ends.lastIndex : text.length };
    start = found ? ends.lastIndex : text.length;
  }
}
