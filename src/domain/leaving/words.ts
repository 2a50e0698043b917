import { and, eq } from 'drizzle-orm';
import { db, postLinks, posts } from '#db/client.ts';
import { quotationsIn, type LinkInMarkdown, type Quotation } from '#lib/markdown.ts';
import { postAt } from '../forum/post-links.ts';
import { postsSaidIn, withTrueQuotes } from '../forum/quoted.ts';
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
  const names = [...traces.names, traces.handle].map(flat);
  const isNamed = (text: string, flatText = flat(text)) => names.some((name) => flatText.includes(name)) || scrub(text, true) !== text;
  const without = (text: string, isOwn: boolean, column: string, brief: boolean) => {
    const most = brief ? 0 : mostKept;
    // What a file says is no Markdown.
    if (column === 'text') return scrub(text, isOwn, most);
    const said = unattributed(text, traces, isOwn ? null : own).split('\n');
    const lines = (isOwn ? ownLines(text, own, column === 'markdown') : othersLines(text, own, isNamed)).map((line, at) => ({ ...line, text: said[at] ?? '' }));
    // A part may begin amid code, in which @ calls nobody: the whole is looked at too.
    return scrub(inParts(lines, (words) => scrub(words, true, most)), false, most).replaceAll('\0](', `[${brief ? '…' : formerName} wrote](`);
  };
  return (given, isOwn, most = mostKept, column = '') => {
    if (isOwn && column === 'name') return fileNameWithout(given, traces, scrub);
    // To Markdown a lone CR ends a line too.
    const text = given.replace(/\r(?!\n)/g, '\n');
    const out = without(text, isOwn, column, false);
    return out.length <= most ? out : without(text, isOwn, column, true);
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

const plainLines = (markdown: string, isTheirs: boolean) => markdown.split('\n').map((text): Line => ({ text, isTheirs, quotation: null }));

/** The lines of a quotation, by the first and the last. */
function put(lines: Line[], from: number, to: number, what: Partial<Line>): void {
  for (const line of lines.slice(from, to + 1)) Object.assign(line, what);
}

/** Whose the lines of their own text are: theirs are all but quotations of others that the hub has compared with the post, where it does that. What only looks like one may be anything. */
function ownLines(markdown: string, own: ReadonlySet<number>, isPost: boolean): Line[] {
  const lines = plainLines(markdown, true);
  const quotations = quotationsIn(markdown);
  const lineAt = lineFinder(lines);
  const leadsToOthers = ({ address }: LinkInMarkdown) => {
    const post = postAt(address);
    return post !== null && !own.has(post);
  };
  const said = isPost && quotations.some(({ links }) => links.some(leadsToOthers)) ? postsSaidIn(withTrueQuotes(linkedPost(markdown, 'p'))) : [];
  for (const [n, quotation] of quotations.entries()) {
    const of = said[n] ?? null;
    put(lines, lineAt(quotation.start).at, lineAt(quotation.end - 1).at, { quotation, isTheirs: of === null || own.has(of) });
  }
  return lines;
}

/** Whose the lines of others' text are: theirs are quotations that lead to a post of theirs where they begin, with their name or with saying that somebody wrote. */
function othersLines(markdown: string, own: ReadonlySet<number>, isNamed: (text: string) => boolean): Line[] {
  const lines = plainLines(markdown, false);
  const lineAt = lineFinder(lines);
  // A line may have a thousand links.
  const leading: (boolean | undefined)[] = [];
  const leads = (at: number) => (leading[at] ??= says.test(lines[at]?.text ?? '') || isNamed(lines[at]?.text ?? ''));
  let said: (number | null)[] | undefined;
  for (const [n, quotation] of quotationsIn(markdown).entries()) {
    const isCompared = () => (said ??= postsSaidIn(withTrueQuotes(linkedPost(markdown, 'p'))))[n] != null;
    const [from, first, to] = [quotation.start, quotation.words, quotation.end - 1].map((offset) => lineAt(offset).at) as [number, number, number];
    put(lines, from, to, { quotation });
    let of: number | null = null;
    for (const { address, words, start, end } of quotation.links) {
      const post = postAt(address);
      if (post === null || post === of) continue;
      const { at, before, after } = lineAt(start, end);
      const isAttribution = says.test(words) && /^[\s*_~!]*$/.test(before.slice(markOf(before, quotation).length)) && /^[*_~]*\s*:/.test(after);
      const isTheirs = own.has(post);
      const begins = isAttribution ? isTheirs || isPost(post) : isTheirs && at <= first && leads(at);
      const goesOn = (before: number) => isAttribution && isTheirs !== own.has(before) && !(isTheirs ? isCompared() : linksTo(before, post));
      if (of === null ? !begins : !goesOn(of)) continue;
      put(lines, at, to, { isTheirs });
      of = post;
    }
    const leadsOn = ({ address, start }: LinkInMarkdown) => {
      const { at } = lineAt(start);
      return own.has(postAt(address) ?? 0) && leads(at) && lines.slice(at + 1, from).reduce((length, { text }) => length + text.length, 0) < farFromQuotation;
    };
    if (of === null && quotation.before.some(leadsOn)) put(lines, from, to, { isTheirs: true });
  }
  return lines;
}

/** Characters that may stand in lines between saying who wrote and the quotation. */
const farFromQuotation = 100;

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

/** What a line of a quotation begins with, in a list or footnote too; what looks like another mark may be code. */
const markOf = (line: string, { depth }: Quotation) => new RegExp(`^(?:\\s*(?:(?:[-*+]|\\d{1,9}[.)]|\\[\\^[^\\]\\s]{1,100}\\]:)\\s+)*> ?){1,${depth}}`).exec(line)?.[0] ?? '';

const isPost = (id: number) => db.select({ id: posts.id }).from(posts).where(eq(posts.id, id)).get() !== undefined;
/** Whether what a post says may itself say who wrote another. */
const linksTo = (id: number, other: number) => db.select({ path: postLinks.path }).from(postLinks).where(and(eq(postLinks.postId, id), eq(postLinks.path, `/posts/${other}`))).get() !== undefined;

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
