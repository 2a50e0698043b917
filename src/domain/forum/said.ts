import { parseKept, plainText } from '#lib/markdown.ts';
import { prepared } from '#db/client.ts';
import { isNamelessPost, nameApart, shownName } from '../anonymity.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { markedIn, notesIn, type Marked } from './footnotes.ts';
import { openVersions } from './open-versions.ts';
import { replaceQuotes } from './quote-boxes.ts';

/** What everybody may read of a post: the name that it shows, whether it says something, now or in an earlier version, and where it links to. */
export interface Saying {
  name: string;
  /** Given the HTML of a quotation. */
  says: (quoted: string) => boolean;
  /** Given a footnote of a quotation: whether one of the post says so that stands behind the same words. */
  notes: (quoted: Marked) => boolean;
  /** Whether the post links there, on words in which these stand. */
  links: (href: string, words: string) => boolean;
}

/** What may still be read of other posts, in characters, and compared for one text. */
export interface Budget { read: number; compared: number }

/** Characters that are compared for one text: what more would ask for is quoted without a name. */
export const mostCompared = 10_000_000;

/** Earlier versions of one post that are looked at. */
const mostVersions = 60;
/** Pieces of a text that a quotation puts together, divided by "…", and words that each needs where it is no whole paragraph, and not the only one. */
const mostPieces = 6;
const fewestWords = 3;

/** Stand for what is struck through, and for words that are left out: of characters that have no meaning of their own. */
const [struck, unstruck, gap, empty] = ['\uE000', '\uE001', '\uE002', '\uE003'];
/** Stand for the beginning of an item, with its number behind it, and for its end; for a table's, for either of a row's, and for a cell's end; and for "…" within a row. */
const [item, itemEnd, table, tableEnd, rowEdge, cellEnd, dots] = ['\uE004', '\uE005', '\uE006', '\uE007', '\uE008', '\uE009', '\uE00A'];
const eachPlace = /\uE004\d+|[\uE003\uE005-\uE00A]/g;
const eachRow = /\uE008[^\uE008]*\uE008/g;
/** A quotation may begin and end within a list or a table. */
const mayBeMissing: ReadonlySet<string> = new Set(['', gap, itemEnd, table, tableEnd]);
/** Signs that may be missing where a quotation begins or ends: they end sentences, or stand around words. Those by which a sentence asks are none of them. */
const soft = /[[\p{Term}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Pd}"'¡@]--[?፧᥅‽⁇-⁉⸮꘏꛷]]/v;
const other = new RegExp(String.raw`[^${soft.source}\s\p{Z}\p{Cc}]`, 'v').source;
/** A word with all signs that stand at it or within it, and a sign that may be missing: "!" before a word, and "." before a number, are none. */
const wordOrSign = new RegExp(String.raw`(?:!{1,3}[\p{Ps}\p{Pi}"']{0,3}|[.,](?=\d))?${other}+(?:${soft.source}+${other}+)*|${soft.source}`, 'gv');
/** Letters of languages that are written without spaces: each is compared for itself, as pictures are, and two make a word. */
export const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const eachUnspaced = new RegExp(`${unspaced.source}[\\p{M}\\u30FC]*|(?:\\p{ExtPict}|\\p{RI}{2})(?:[\\uFE0F\\p{EMod}]|\\u200D\\p{ExtPict})*`, 'gu');
/** A cell, or an item, in which no other is. */
const cells = /<(t[dh])\b[^>]*>((?:(?!<\/?t[dh]\b).)*)<\/\1>/gs;
const items = /<(li)\b[^>]*>((?:(?!<\/?li\b).)*)<\/\1>/gs;
/** What is not seen, where nothing else stands. */
const unseen = /[\s\p{DI}\p{Cf}\u2800]/gu;
const blockTags = /<\/?(?:p|li|h\d|pre|t[dhr]|ul|ol|div|table|thead|tbody|hr|br|section|blockquote)\b[^>]*>/;
/** A number that stands for a footnote, or leads back from one. */
const noteMarks = /<sup><a href="#[^"]*"[^>]*>\d[\d-]*<\/a><\/sup>|<a href="#[^"]*"[^>]*>↩(?:<sup>\d+<\/sup>)?<\/a>/g;
/** Remarks that are usual in a quotation. */
const remarks = /[[(](?:<em>)?(?:sic!?|emphasis (?:mine|added|ours)|(?:my|our) emphasis)\.?(?:<\/em>)?[\])]/gi;
/** Half of what makes words bold, slanted, struck through or code, at a word: the other half is not quoted. */
const halves = /(?<![^\s>])(?:[*_`]+|~{2,})(?=[^\s<])|(?<=[^\s>])(?:[*_`]+|~{2,})(?![\p{L}\p{N}])/gu;

/** Whether the numbers of lists, and the rows and cells of tables, are compared: where a quotation has such itself, as its words may also be quoted alone. */
interface Places { lists: boolean; tables: boolean }

/**
 * Everything that is seen of HTML, block by block: words and signs, with a space between them, in small letters, and signs that look alike as one. What is
 * struck through is told apart.
 */
function blocksOf(html: string, { lists, tables }: Places = { lists: false, tables: false }): string[] {
  const plain = html.replace(/[\uE000-\uE00A]/g, '').replace(noteMarks, '');
  const placed = lists ? withItems(withEmpty(plain, items)) : plain;
  const marked = (tables ? withRows(withEmpty(placed, cells)) : placed).replace(/<(\/?)del>/g, (_, closing) => ` ${closing ? unstruck : struck} `);
  return marked.split(blockTags).map((block) => wordsOf(plainText(block))).filter(Boolean);
}

const withEmpty = (html: string, each: RegExp) => html.replace(each, (whole, name: string, inner: string) => (plainText(inner).replace(unseen, '') === '' ? `<${name}> ${empty} </${name}>` : whole));

const alone = (sign: string) => `<hr>${sign}<hr>`;

function withItems(html: string): string {
  // The next number of each list that is open there; NaN of one without.
  const next: number[] = [];
  return html.replace(/<(\/?)(ol|ul|li)\b[^>]*>/g, (tag, closing: string, name: string) => {
    if (name !== 'li') {
      if (closing) next.pop();
      else next.push(name === 'ol' ? Number(/ start="(\d+)"/.exec(tag)?.[1] ?? 1) : NaN);
      return tag;
    }
    const number = next.at(-1) ?? NaN;
    if (Number.isNaN(number)) return tag;
    if (closing) return alone(itemEnd);
    next[next.length - 1] = number + 1;
    return alone(`${item}${number}`);
  });
}

const withRows = (html: string) => html.replace(/<table\b[^>]*>/g, alone(table)).replaceAll('</table>', alone(tableEnd)).replace(/<\/?tr\b[^>]*>/g, alone(rowEdge)).replace(/<\/t[dh]>/g, alone(cellEnd));

/** The same in one line. A row of nothing but "…" stands for rows that are left out; in any other no word may be. */
function lineOf(html: string, places?: Places): string {
  const isLeftOut = (words: string) => words.includes(gap) && words.split(' ').every((word) => [rowEdge, cellEnd, empty].includes(word) || isEdge(word));
  return blocksOf(html, places).join(' ').replace(eachRow, (words) => (isLeftOut(words) ? gap : words.replaceAll(gap, dots)));
}

function wordsOf(text: string): string {
  const letters = text.normalize('NFC').replace(/[\uFB00-\uFFEF]+/g, (wide) => wide.normalize('NFKC')).toLowerCase().replace(eachUnspaced, ' $& ').replace(/[\u00AD\u200B-\u200D\u2060\uFEFF]/g, '');
  return signsAtWords(signsAlike(letters)).match(wordOrSign)?.join(' ') ?? '';
}

/** Signs that look alike, or stand for each other, as one; a dash is apart from the words beside it, and a hyphen within one is not. */
function signsAlike(text: string): string {
  return text.replace(/[“”„‟«»]/g, '"').replace(/[‘’‚‛ʼ]/g, "'").replace(/!=|≠/g, ' ≠ ').replace(/٪/g, '%').replace(/؟/g, '?').replace(/(\p{Script=Greek}["')\].…]*);/gu, '$1?')
    .replace(/(?<![\p{L}\p{N}])[\p{Pd}−](?=[.,]?\d)|(?<![\p{L}\p{N}-])-(?=\p{L})/gu, '−').replace(/[\u2010\u2011]|(?<=\d)\p{Pd}(?=\d)/gu, '-').replace(/[\u2012-\u2015]|--+/g, ' - ');
}

/** What says something of a word right at it: a question before the "…" that it stands behind, a first letter without its brackets, no space between a number and its sign. */
function signsAtWords(text: string): string {
  return text.replace(/(?:…|\.{3,})[^\S\n]*(\?*)/g, `$1 ${gap} `).replace(/\[(\p{L})\](?=\p{L})/gu, '$1').replace(/[^\S\n]+(?=[?%‰‱′])|(?<=[¬−])[^\S\n]+/g, '');
}

/** Without the signs with which it begins and ends that may be missing there. */
function withoutEdges(words: string): string {
  const each = words.split(' ');
  const first = each.findIndex((word) => !isEdge(word));
  return first < 0 ? '' : each.slice(first, each.findLastIndex((word) => !isEdge(word)) + 1).join(' ');
}

const isEdge = (word: string) => mayBeMissing.has(word) || (word.length === 1 && soft.test(word));

/** What a quotation says, to be compared with a text that has so many footnotes: without the numbers of these. Both with and without remarks that are usual in one, and signs of which it has half: they may be in the text. */
function quotedWords(html: string, notes: number): string[] {
  const plain = html.replace(/\[\^(\d{1,2})\]/g, (mark, number) => (Number(number) <= notes ? '' : mark));
  return [...new Set([plain.replace(remarks, ''), plain].flatMap((text) => [text, text.replace(halves, '')]))].map((text) => lineOf(text, { lists: text.includes('<ol'), tables: text.includes('<table') }));
}

interface Text { /** As this quotation is to be compared with it. */ wordsFor: (quoted: string) => string; blocks: Set<string>; html: string }

function textOf(html: string): Text {
  // What it quotes is said by somebody else.
  const own = replaceQuotes(html, () => '<hr>');
  const blocks = blocksOf(own);
  const known = new Map([['false false', ` ${blocks.join(' ')} `]]);
  const wordsFor = (quoted: string) => {
    const places = { lists: quoted.includes(item), tables: quoted.includes(table) };
    const kind = `${places.lists} ${places.tables}`;
    const words = known.get(kind) ?? ` ${lineOf(own, places)} `;
    known.set(kind, words);
    return words;
  };
  return { wordsFor, blocks: new Set(blocks.map(withoutEdges)), html };
}

/** Whether a text says all that a quotation of it would show, but for its footnotes. Both in HTML. */
export function saysAll(html: string, quoted: string): boolean {
  const text = textOf(html);
  const left = { read: 0, compared: mostCompared };
  return quotedWords(quoted, 0).some((words) => standsWhole(text, words, left));
}

/** What everybody may read of a post; null of one that not everybody may read. */
export function sayingOf(postId: number, left: Budget): Saying | null {
  const row = post().get(postId) as { html: string; name: string } | undefined;
  if (!row) return null;
  const htmls = htmlsOf(postId, row.html, left);
  const read: Text[] = [];
  const textAt = (n: number): Text | undefined => {
    const known = read[n];
    if (known) return known;
    const html = htmls.next().value;
    if (html === undefined || (left.read -= html.length) < 0) return undefined;
    return read[n] = textOf(html);
  };
  const notes = new Set(row.html.match(/<sup><a href="#[^"]*"/g)).size;
  const says = (quoted: string) => {
    if ((left.read -= quoted.length) < 0) return false;
    return quotedWords(quoted, notes).some(stands);
  };
  const stands = (quoted: string) => {
    for (let n = 0; withoutEdges(quoted) !== ''; n++) {
      const text = textAt(n);
      if (text === undefined || left.compared < 0) return false;
      if (standsWhole(text, quoted, left)) return true;
    }
    return false;
  };
  const noted: { end: string; text: Text }[][] = [];
  const notedAt = (n: number) => {
    const text = textAt(n);
    return text && (noted[n] ??= notedIn(text.html, left));
  };
  const saysInNote = ({ before, note }: Marked) => {
    if ((left.read -= before.length + note.length) < 0) return false;
    const end = withoutEdges(blocksOf(before).join(' ')).split(' ').slice(-fewestWords).join(' ');
    const said = quotedWords(note, notes);
    for (let n = 0; end !== ''; n++) {
      const own = notedAt(n);
      if (own === undefined || left.compared < 0) return false;
      if (own.some((one) => ` ${one.end}`.endsWith(` ${end}`) && said.some((words) => standsWhole(one.text, words, left)))) return true;
    }
    return false;
  };
  return { name: row.name, says, notes: saysInNote, links: linksOf(row.html, left) };
}

/** The footnotes of a text, each with the words before its mark. */
function notedIn(html: string, left: Budget): { end: string; text: Text }[] {
  return markedIn(replaceQuotes(html, () => '<hr>'), notesIn(html)).flatMap(({ before, note }) => {
    if ((left.read -= before.length + note.length) < 0) return [];
    return [{ end: withoutEdges(blocksOf(before).join(' ')), text: textOf(note) }];
  });
}

function linksOf(html: string, left: Budget): Saying['links'] {
  let known: { href: string; words: string }[] | undefined;
  const wordsIn = (link: string) => withoutEdges(blocksOf(link).join(' '));
  const read = () => ((left.read -= html.length) < 0 ? [] : [...html.matchAll(/<a href="([^"]*)"[^>]*>((?:(?!<\/a>).)*)<\/a>/gs)].map(([, href = '', words = '']) => ({ href, words: ` ${wordsIn(words)} ` })));
  return (href, quoted) => {
    known ??= read();
    const words = wordsIn(quoted);
    return known.some((own) => own.href === href && (words === '' || own.words.includes(` ${words} `)));
  };
}

/** Whether a quotation stands in a text, whole or with words left out. */
function standsWhole(text: Text, quoted: string, left: Budget): boolean {
  const words = text.wordsFor(quoted);
  const pieces = piecesOf(quoted);
  return pieces.length > 0 && (unstruckAt(words, ` ${withoutEdges(quoted)} `, 0, left) >= 0 || (pieces.length > 1 && pieces.length <= mostPieces && standsIn(words, text.blocks, pieces, left)));
}

/** Words between which others are left out, and whether those before them are left out of an item of a list or a table. */
interface Piece { words: string; isInside: boolean }

function piecesOf(quoted: string): Piece[] {
  let depth = 0;
  return ` ${quoted} `.split(` ${gap} `).flatMap((words) => {
    const own = withoutEdges(words);
    // What ends right there is left before them.
    const isInside = depth + Math.min(0, ...depthsIn(words.slice(0, words.indexOf(own)))) > 0;
    depth += depthsIn(words).at(-1) ?? 0;
    return own === '' ? [] : [{ words: words.trim(), isInside }];
  });
}

/** How deep it is in items and tables after each place where one of them begins or ends, from where it begins on. */
function depthsIn(words: string): number[] {
  let depth = 0;
  return [...words.matchAll(/[\uE004\uE006]|[\uE005\uE007]/g)].map(([sign]) => depth += sign === item || sign === table ? 1 : -1);
}

/** Whether these pieces stand in a text one after the other; pieces between which its own "…" stands are one. What is left out within an item of a list, or a table, stands in it. */
function standsIn(words: string, blocks: Set<string>, pieces: readonly Piece[], left: Budget): boolean {
  let from = 0;
  for (let first = 0; first < pieces.length;) {
    let last = pieces.length;
    let at = -1;
    for (; last > first; last--) {
      const run = withoutEdges(pieces.slice(first, last).map((piece) => piece.words).join(` ${gap} `));
      at = isEnough(run, blocks) ? unstruckAt(words, ` ${run} `, from, left) : -1;
      if (at >= 0 && pieces[first]?.isInside && depthsIn(words.slice(from, at)).some((depth) => depth < 0)) at = -1;
      if (at < 0) continue;
      from = at + run.length + 1;
      break;
    }
    if (at < 0) return false;
    first = last;
  }
  return true;
}

/** Where it stands, from a place on, and is not struck through: without the line through it, it says the opposite. -1 where it does not. */
function unstruckAt(words: string, run: string, from: number, left: Budget): number {
  for (let at = from - 1; (left.compared -= words.length - from) >= 0;) {
    at = words.indexOf(run, at + 1);
    if (at < 0 || words.lastIndexOf(struck, at) <= words.lastIndexOf(unstruck, at)) return at;
  }
  return -1;
}

function isEnough(run: string, blocks: Set<string>): boolean {
  const said = withoutEdges(run.replace(eachPlace, '').replace(/ {2,}/g, ' '));
  // A row stands there whole, and an item of which no word is shown says nothing.
  if (blocks.has(said) || said === '' || run.includes(rowEdge)) return true;
  const words = said.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word));
  return words.reduce((sum, word) => sum + (unspaced.test(word) ? 0.5 : 1), 0) >= fewestWords;
}

/** What it says now, and then what it said before. */
function* htmlsOf(postId: number, html: string, left: Budget): Generator<string, undefined> {
  yield html;
  if (left.read > 0) for (const markdown of openVersions(postId, mostVersions)) yield parseKept(threadsByNumber(markdown));
}

const post = prepared((d) => d.$client.prepare(`
  select p.html, ${shownName(isNamelessPost('p.id'), 'm', nameApart('m'))} as name
  from posts p join threads t on t.id = p.thread_id join members m on m.id = p.author_id left join resources r on r.id = t.resource_id
  where p.id = ? and p.removed_at is null and t.removed_at is null and (r.id is null or r.status = 'published')`));
