import { parseDocument } from 'yaml';

/** One use of a component in an MDX body. */
export interface ComponentUse {
  name: string;
  /** Attribute values; a braced one is its source text. */
  attributes: Record<string, string>;
  /** Line in the body, from 1. */
  line: number;
  start: number;
  /** Where the opening tag ends. */
  inner: number;
  /** Where the closing tag starts; equal to `inner` for a tag that closes itself. */
  innerEnd: number;
  end: number;
}

/** The components of an MDX body in order of their start, outside code. `problems` tells of tags that do not close. */
export function scanComponents(body: string): { uses: ComponentUse[]; problems: { line: number; message: string }[] } {
  const text = body.replace(/^(```|~~~)[\s\S]*?^\1.*$|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '));
  const lineAt = (at: number) => text.slice(0, at).split('\n').length;
  const uses: ComponentUse[] = [];
  const open: ComponentUse[] = [];
  const problems: { line: number; message: string }[] = [];
  const tag = /<(\/?)([A-Z]\w*)/g;
  for (let match = tag.exec(text); match; match = tag.exec(text)) {
    const name = match[2] ?? '';
    const line = lineAt(match.index);
    if (match[1]) {
      const use = open.pop();
      const end = text.indexOf('>', match.index) + 1;
      if (!use || use.name !== name) problems.push({ line, message: `</${name}> closes nothing.` });
      else Object.assign(use, { innerEnd: match.index, end });
      continue;
    }
    const read = readTag(text, tag.lastIndex);
    if (!read) {
      problems.push({ line, message: `<${name}> does not close.` });
      break;
    }
    const use = { name, attributes: read.attributes, line, start: match.index, inner: read.end, innerEnd: read.end, end: read.end };
    uses.push(use);
    if (!read.closed) open.push(use);
    tag.lastIndex = read.end;
  }
  for (const use of open) problems.push({ line: use.line, message: `<${use.name}> has no </${use.name}>.` });
  return { uses, problems };
}

/** Reads attributes from after a tag's name to its end. */
function readTag(text: string, from: number): { attributes: Record<string, string>; end: number; closed: boolean } | null {
  const attributes: Record<string, string> = {};
  const part = /\s*(?:(\/?>)|([A-Za-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(\{)))?)/y;
  part.lastIndex = from;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    if (match[1]) return { attributes, end: part.lastIndex, closed: match[1] === '/>' };
    const name = match[2] ?? '';
    if (match[5]) {
      const end = closingBrace(text, part.lastIndex);
      if (end < 0) return null;
      attributes[name] = text.slice(part.lastIndex, end).trim();
      part.lastIndex = end + 1;
    } else attributes[name] = match[3] ?? match[4] ?? '';
  }
  return null;
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const c = text[at] ?? '';
    if (quote) { if (c === '\\') at++; else if (c === quote) quote = ''; }
    else if (c === '"' || c === "'" || c === '`') quote = c;
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return at;
  }
  return -1;
}

/** Bibliography keys of a Cite or Figure attribute, separated by blanks or commas. */
export function keysIn(attribute: string | undefined): string[] {
  return (attribute ?? '').split(/[\s,;]+/).filter(Boolean);
}

/** The bars of a Figure's `data`, or null when it is not a plain list of labels and numbers. */
export function figureData(source: string): { label: string; value: number }[] | null {
  const document = parseDocument(source.replace(/,(\s*[\]}])/g, '$1'));
  const rows: unknown = document.errors.length ? null : document.toJS();
  if (!Array.isArray(rows)) return null;
  const bars = rows.map((row: unknown) => {
    if (typeof row !== 'object' || row === null || !('label' in row) || !('value' in row)) return null;
    return typeof row.label === 'string' && typeof row.value === 'number' ? { label: row.label, value: row.value } : null;
  });
  return bars.every((bar) => bar !== null) ? bars : null;
}

/** What the plain text says of a measure. */
export type MeasureWords = (id: string) => { name: string; formula: string; unit: string; better: string; means: string; pitfall?: string | undefined } | undefined;

/** An MDX body as Markdown: citations as [@key], a callout as a quote, a checklist as a list, a figure as a table, a measure as its name and formula. */
export function mdxToMarkdown(body: string, measure: MeasureWords): string {
  const { uses } = scanComponents(body);
  const write = (from: number, to: number): string => {
    let out = '';
    let at = from;
    for (const use of uses) {
      if (use.start < at || use.end > to) continue;
      out += body.slice(at, use.start) + plainForm(use, write(use.inner, use.innerEnd).trim(), measure);
      at = use.end;
    }
    return out + body.slice(at, to);
  };
  return write(0, body.length).replace(/\n{3,}/g, '\n\n').trim();
}

function plainForm(use: ComponentUse, inner: string, measure: MeasureWords): string {
  const { attributes } = use;
  const title = attributes['title'] ? `**${attributes['title']}**` : '';
  const cite = (keys: string[], at?: string) => keys.length ? ` [${keys.map((k) => `@${k}`).join('; ')}${at ? `, ${at}` : ''}]` : '';
  if (use.name === 'Cite') return cite(keysIn(attributes['work']), attributes['at']);
  if (use.name === 'Callout') return [title, inner].filter(Boolean).join('\n\n').replace(/^/gm, '> ').replace(/^> $/gm, '>');
  if (use.name === 'Measure') {
    const words = measure(attributes['id'] ?? '');
    if (!words) return `**${attributes['id'] ?? ''}**`;
    const lines = [`**${words.name}** (${attributes['id']}): ${words.means}`, `- Formula: \`${words.formula}\``, `- Unit: ${words.unit}`, `- Better: ${words.better}`, ...(words.pitfall ? [`- Beware: ${words.pitfall}`] : [])];
    return [lines[0], lines.slice(1).join('\n')].join('\n\n');
  }
  if (use.name === 'Figure') {
    const bars = figureData(attributes['data'] ?? '');
    const table = bars && [`| What | ${attributes['unit'] ?? 'Value'} |`, '| --- | --- |', ...bars.map((b) => `| ${b.label} | ${b.value} |`)].join('\n');
    const under = [attributes['note'], cite(keysIn(attributes['source'])).trim()].filter(Boolean).join(' ');
    return [title, table ?? inner, under].filter(Boolean).join('\n\n');
  }
  return [title, inner].filter(Boolean).join('\n\n');
}
