import { prepared } from '#db/client.ts';
import { quotationsIn, type LinkInMarkdown, type Quotation } from '#lib/markdown.ts';
import { postAt } from '../forum/post-links.ts';
import { postsSaidIn, withTrueQuotes } from '../forum/quoted.ts';
import { linkedPost } from '../forum/rendering.ts';
import { formerName } from '../people/former.ts';
import { attributionsTo, mostKept, scrubber, slugsOfNames, type Change, type Scrub, type Traces } from './traces.ts';

/**
 * How their traces go out of a text: of their own words with their name, of others' without links, mentions, addresses and attributions. Quotations are the words of
 * whoever wrote the post that they say they are of. What comes out is no longer than `most`, if the text was not: where that takes it, `…` stands everywhere for whom it
 * was about, and nothing is shorter than that.
 */
export function wordsWithout(traces: Traces, mentions = true): Change {
  const scrub = scrubber(traces, { mentions, anyCase: true });
  const own = new Set(traces.own.posts);
  // A short name is part of many words.
  const names = [...traces.names, traces.handle].map(flat).filter((name) => name.length > 3);
  const isNamed = (text: string, flatText = flat(text)) => names.some((name) => flatText.includes(name)) || scrub(text, true) !== text;
  const slugs = slugsOfNames(traces.names);
  const thread = new RegExp(`(/forums/[a-z0-9-]{1,100}/\\d{1,15})-(?:[a-z0-9-]{0,200}-)?(?:${slugs.join('|')})(?![a-z0-9])[a-z0-9-]*`, 'gi');
  const saying = (text: string, who: string) => text.replaceAll('\0](', `[${who} wrote](`);
  // As what others wrote is changed, or was already: one may quote another.
  const asOfOthers = (text: string) => saying(scrub(unattributed(text, traces, own), false), formerName);
  const without = (text: string, isOwn: boolean, column: string, brief: boolean) => {
    const most = brief ? 0 : mostKept;
    // What a file says is no Markdown.
    if (column === 'text') return scrub(text, isOwn, most);
    const isComparedWith = comparing(text, asOfOthers);
    const lines = isOwn ? ownLines(text, own, column === 'markdown' ? isComparedWith : () => null) : othersLines(text, own, isNamed, isComparedWith);
    const [ofOthers, theirs] = [own, null].map((posts) => unattributed(text, traces, posts).split('\n')) as [string[], string[]];
    const said = lines.map((line, at) => ({ ...line, text: (isOwn && line.isTheirs ? theirs : ofOthers)[at] ?? '' }));
    // A part may begin amid code, in which @ calls nobody: the whole is looked at too.
    return saying(scrub(inParts(said, (words) => scrub(words, true, most)), false, most), brief ? '…' : formerName);
  };
  return (given, isOwn, most = mostKept, column = '') => {
    if (isOwn && column === 'name') return fileNameWithout(given, traces, scrub);
    // To Markdown a lone CR ends a line too. A thread is found by its number alone.
    const text = given.replace(/\r(?!\n)/g, '\n').replace(thread, slugs.length > 0 ? '$1' : '$&');
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

/** The post with which the hub has compared a quotation of a text, by its place among them; null where it found none to be what was quoted. */
type Compared = (quotation: number) => number | null;

/** Compares the quotations of a text when they are asked for: as it is, and as the words of others are changed. */
function comparing(markdown: string, asOfOthers: (markdown: string) => string): Compared {
  const compared = (text: string) => postsSaidIn(withTrueQuotes(linkedPost(text, 'p')));
  let now: (number | null)[] | undefined;
  let then: (number | null)[] | undefined;
  // The post that is quoted may have been without them before its quotation.
  return (n) => (now ??= compared(markdown))[n] ?? (then ??= compared(asOfOthers(markdown)))[n] ?? null;
}

/** Whose the lines of their own text are: theirs are all but quotations of others that the hub has compared with the post. What only looks like one may be anything. */
function ownLines(markdown: string, own: ReadonlySet<number>, isComparedWith: Compared): Line[] {
  const lines = plainLines(markdown, true);
  const quotations = quotationsIn(markdown);
  const lineAt = lineFinder(lines);
  const isOfAnother = ({ address }: LinkInMarkdown) => {
    const post = postAt(address);
    return post !== null && !own.has(post);
  };
  for (const [n, quotation] of quotations.entries()) {
    const of = quotation.links.some(isOfAnother) ? isComparedWith(n) : null;
    put(lines, lineAt(quotation.start).at, lineAt(quotation.end - 1).at, { quotation, isTheirs: of === null || own.has(of) });
  }
  return lines;
}

/** Whose the lines of others' text are: theirs are quotations that lead to a post of theirs where they begin, with their name or with saying that somebody wrote. */
function othersLines(markdown: string, own: ReadonlySet<number>, isNamed: (text: string) => boolean, isComparedWith: Compared): Line[] {
  const lines = plainLines(markdown, false);
  const lineAt = lineFinder(lines);
  // A line may have a thousand links.
  const leading: (boolean | undefined)[] = [];
  const leads = (at: number) => (leading[at] ??= says.test(lines[at]?.text ?? '') || isNamed(lines[at]?.text ?? ''));
  const asked = new Map<string, boolean>();
  // A text that leads to many posts in turn is no quotation that somebody wrote.
  const leadsOnTo = (id: number, other: number) => {
    const key = `${id} ${other}`;
    const known = asked.get(key) ?? (asked.size >= mostAsked || linksTo(id, other));
    asked.set(key, known);
    return known;
  };
  for (const [n, quotation] of quotationsIn(markdown).entries()) {
    const [from, first, to] = [quotation.start, quotation.words, quotation.end - 1].map((offset) => lineAt(offset).at) as [number, number, number];
    put(lines, from, to, { quotation });
    const parts: { at: number; of: number; isTheirs: boolean }[] = [];
    for (const { address, words, start, end } of quotation.links) {
      const [post, last] = [postAt(address), parts.at(-1)];
      if (post === null || post === last?.of) continue;
      const { at, before, after } = lineAt(start, end);
      const isTheirs = own.has(post);
      const isAttribution = says.test(words) && /^[\s*_~!]*$/.test(before.slice(markOf(before, quotation).length)) && /^[*_~]*\s*:/.test(after);
      const begins = isAttribution ? isTheirs || isPost(post) : isTheirs && at <= first && leads(at);
      // What a post says may itself say who wrote another.
      if (last ? isAttribution && isTheirs !== last.isTheirs && !(isTheirs ? isComparedWith(n) !== null : leadsOnTo(last.of, post)) : begins) parts.push({ at, of: post, isTheirs });
    }
    const leadsOn = ({ address, start }: LinkInMarkdown) => {
      const { at } = lineAt(start);
      return own.has(postAt(address) ?? 0) && leads(at) && lines.slice(at + 1, from).reduce((length, { text }) => length + text.length, 0) < farFromQuotation;
    };
    if (parts.length === 0 && quotation.before.some(leadsOn)) put(lines, from, to, { isTheirs: true });
    for (const [part, { at, isTheirs }] of parts.entries()) put(lines, at, (parts[part + 1]?.at ?? to + 1) - 1, { isTheirs });
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

const isPost = (id: number) => standing().get(id) !== undefined;
const standing = prepared((d) => d.$client.prepare('select 1 from posts where id = ?'));
/** Pairs of posts of one text of which it is looked up whether the one links to the other. */
const mostAsked = 20;
/** Whether a post links to another, or did before one of its last edits; of one that is emptied nobody knows any more. */
const linksTo = (id: number, other: number) => linking().get({ id, path: `/posts/${other}` }) !== undefined;
const linking = prepared((d) => d.$client.prepare(`
  select 1 from post_links where post_id = @id and path = @path
  union all select 1 from posts where id = @id and removed_at is not null
  union all select 1 from (select markdown from post_versions where post_id = @id order by id desc limit 10) where instr(markdown, @path || ')') limit 1`));

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

/** The last resort: a text without its quotations, and without every line in which something of theirs stands; nothing of it where a name stands over lines. */
export function withoutTheirLines(text: string, { names, handle, emails }: Traces): string {
  const theirs = [...names, `@${handle}`, `/members/${handle}`, ...emails].map((one) => one.toLowerCase());
  const lines = text.split(/\r\n?|\n/).filter((line) => !/^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*>/.test(line) && !theirs.some((one) => line.toLowerCase().includes(one)));
  const kept = lines.join('\n').trim();
  return names.map(flat).some((name) => name.length > 3 && flat(kept).includes(name)) ? '…' : kept || '…';
}
