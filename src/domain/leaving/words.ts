import { eq } from 'drizzle-orm';
import { db, posts } from '#db/client.ts';
import { quotationsIn, type LinkInMarkdown, type Quotation } from '#lib/markdown.ts';
import { postAt } from '../forum/post-links.ts';
import { areSaid, withTrueQuotes } from '../forum/quoted.ts';
import { linkedPost } from '../forum/rendering.ts';
import { formerName } from '../people/former.ts';
import { attributionsTo, mostKept, scrubber, type Change, type Scrub, type Traces } from './traces.ts';

/**
 * How their traces go out of a text: of their own words with their name, of others' without links, mentions, addresses and attributions. Quotations are the words of
 * whoever wrote the post that they say they are of. What comes out is no longer than `most`, if the text was not: where that takes it, `…` stands everywhere for whom it
 * was about, and nothing is shorter than that.
 */
export function wordsWithout(traces: Traces, mentions = true): Change {
  const scrub = scrubber(traces, { mentions, anyCase: true });
  const own = new Set(traces.own.posts);
  const without = (text: string, isOwn: boolean, isPlain: boolean, brief: boolean) => {
    const most = brief ? 0 : mostKept;
    if (isPlain) return scrub(text, isOwn, most);
    const said = unattributed(text, traces, isOwn ? null : own).split('\n');
    const parts = linesOf(text, traces, own, isOwn).map((line, at) => ({ ...line, text: said[at] ?? '' }));
    // A part may begin amid code, in which @ calls nobody: the whole is looked at too.
    return scrub(inParts(parts, (words) => scrub(words, true, most)), false, most).replaceAll('\0](', `[${brief ? '…' : formerName} wrote](`);
  };
  return (text, isOwn, most = mostKept, column = '') => {
    if (isOwn && column === 'name') return fileNameWithout(text, traces, scrub);
    // What a file says is no Markdown.
    const isPlain = column === 'text';
    const out = without(text, isOwn, isPlain, false);
    return out.length <= most ? out : without(text, isOwn, isPlain, true);
  };
}

const flat = (text: string) => text.normalize('NFKD').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** The name of a file of theirs: one in which theirs stands, however it is written, is called after nobody. */
function fileNameWithout(name: string, { names, handle }: Traces, scrub: Scrub): string {
  const isNamed = scrub(name, true) !== name || [...names, handle].map(flat).some((one) => one.length > 3 && flat(name).includes(one));
  return isNamed ? `file${/\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? ''}` : name;
}

/** Markdown in which no line says that they wrote these posts of theirs, in their own words any post, by their name; a sign stands for it, which is put into words at the end: these may hold a word that somebody is called. Where it is shown, the line says what is shown of the post (see quoted.ts). */
function unattributed(markdown: string, traces: Traces, posts: ReadonlySet<number> | null): string {
  if (!markdown.includes(' wrote](')) return markdown;
  return attributionsTo(traces).reduce((text, said) => text.split(said).reduce((before, after) => before + (posts === null || posts.has(postAt(/^[^()\s]{1,300}(?=\))/.exec(after)?.[0] ?? '') ?? 0) ? '\0](' : said) + after), markdown);
}

/** Whether a line holds the member's words, and the quotation in which it stands, if in any. */
interface Line { text: string; isTheirs: boolean; quotation: Quotation | null }

/**
 * Whose the lines of a text are. In others' texts theirs are quotations that lead to a post of theirs where they begin, with their name or with saying that somebody wrote; in
 * their own all but quotations of others that the hub has compared with the post: what only looks like one may be anything.
 */
function linesOf(markdown: string, traces: Traces, own: ReadonlySet<number>, isOwn: boolean): Line[] {
  const lines = markdown.split('\n').map((text): Line => ({ text, isTheirs: isOwn, quotation: null }));
  const quotations = quotationsIn(markdown);
  if (quotations.length === 0) return lines;
  const lineAt = lineFinder(lines);
  const names = [...traces.names, traces.handle].map(flat);
  const isNamed = (text: string) => names.some((name) => flat(text).includes(name));
  // A line may have a thousand links.
  const leading: (boolean | undefined)[] = [];
  const leads = (at: number) => (leading[at] ??= says.test(lines[at]?.text ?? '') || isNamed(lines[at]?.text ?? ''));
  let compared: boolean[] | undefined;
  for (const [n, quotation] of quotations.entries()) {
    const isCompared = () => (compared ??= areSaid(withTrueQuotes(linkedPost(markdown, 'p'))))[n] === true;
    const [from, first, to] = [quotation.start, quotation.words, quotation.end - 1].map((offset) => lineAt(offset).at) as [number, number, number];
    const put = (after: number, what: Partial<Line>) => { for (const line of lines.slice(Math.max(after, from), to + 1)) Object.assign(line, what); };
    put(from, { quotation });
    let whose: 'theirs' | 'of others' | null = null;
    for (const { address, words, start, end } of quotation.links) {
      const post = postAt(address);
      const { at, before, after } = lineAt(start, end);
      // What they wrote may say in turn who wrote something.
      if (post === null || whose === 'theirs') continue;
      const isAttribution = says.test(words) && /^[\s*_~]*$/.test(before.slice(markOf(before, quotation).length)) && /^[*_~]*\s*:/.test(after);
      if (own.has(post)) {
        if (!(isAttribution || (at <= first && leads(at))) || (whose && isCompared())) continue;
        put(at, { isTheirs: true });
        whose = 'theirs';
      } else if (!whose && isAttribution && (isOwn ? at === first && (!isNamed(markdown.slice(quotation.start, quotation.end)) || isCompared()) : isPost(post))) {
        put(at, { isTheirs: false });
        whose = 'of others';
      }
    }
    const leadsOn = ({ address, start }: LinkInMarkdown) => own.has(postAt(address) ?? 0) && leads(lineAt(start).at) && lines.slice(lineAt(start).at + 1, from).every(({ text }) => /^[\s>]*$/.test(text));
    if (!whose && quotation.before.some(leadsOn)) put(from, { isTheirs: true });
  }
  return lines;
}

/** Finds the line of what stands between two places of the text, and what stands before and after that in it. */
function lineFinder(lines: readonly Line[]): (start: number, end?: number) => { at: number; before: string; after: string } {
  let end = 0;
  const starts = lines.map(({ text }) => (end += text.length + 1) - text.length - 1);
  return (start, end = start) => {
    let [from, to] = [0, starts.length - 1];
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if ((starts[middle] ?? 0) > start) to = middle - 1;
      else from = middle;
    }
    const [text, begins] = [lines[from]?.text ?? '', starts[from] ?? 0];
    return { at: from, before: text.slice(0, start - begins), after: text.slice(end - begins) };
  };
}

const says = /\b(?:wrote|writes|said|says)\b/i;

/** What a line of a quotation begins with, in a list too; what looks like another mark may be code. */
const markOf = (line: string, { depth }: Quotation) => new RegExp(`^(?:\\s*(?:(?:[-*+]|\\d{1,9}[.)])\\s+)*> ?){1,${depth}}`).exec(line)?.[0] ?? '';

const isPost = (id: number) => db.select({ id: posts.id }).from(posts).where(eq(posts.id, id)).get() !== undefined;

/** Lines with the member's words changed, as many as before: what stands in one quotation together, without its marks. */
function inParts(lines: readonly Line[], change: (words: string) => string): string {
  const parts: Line[][] = [];
  for (const line of lines) {
    const [last] = parts.at(-1) ?? [];
    if (last?.isTheirs === line.isTheirs && last.quotation === line.quotation) parts.at(-1)?.push(line);
    else parts.push([line]);
  }
  return parts.flatMap((part) => {
    if (part[0]?.isTheirs !== true) return part.map(({ text }) => text);
    const marks = part.map(({ text, quotation }) => (quotation ? markOf(text, quotation) : ''));
    return change(part.map(({ text }, at) => text.slice(marks[at]?.length)).join('\n')).split('\n').map((words, at) => (marks[at] ?? '') + words);
  }).join('\n');
}

/** The last resort: a text without its quotations, and without every line in which something of theirs stands. */
export function withoutTheirLines(text: string, { names, handle, emails }: Traces): string {
  const theirs = [...names, `@${handle}`, `/members/${handle}`, ...emails].map((one) => one.toLowerCase());
  const kept = text.split('\n').filter((line) => !/^ {0,3}>/.test(line) && !theirs.some((one) => line.toLowerCase().includes(one)));
  return kept.join('\n').trim() || '…';
}
