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
  /** Whether an ordered list of it shows this number. */
  numbers: (number: number) => boolean;
}

/** What may still be read of other posts, in characters, and compared for one text. */
export interface Budget { read: number; compared: number }

/** Earlier versions of one post that are looked at. */
const mostVersions = 60;
/** Pieces of a text that a quotation puts together, divided by "…", and words that each needs where it is no whole paragraph, and not the only one. */
const mostPieces = 6;
const fewestWords = 3;

/** Stand for what is struck through, and for words that are left out: of characters that have no meaning of their own. */
const [struck, unstruck, gap, empty] = ['\uE000', '\uE001', '\uE002', '\uE003'];
/** Signs that may be missing where a quotation begins or ends: they end sentences, or stand around words. Those by which a sentence asks are none of them. */
const soft = /[[\p{Term}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Pd}"'¡@]--[?፧᥅‽⁇-⁉⸮꘏꛷]]/v;
const other = new RegExp(String.raw`[^${soft.source}\s\p{Z}\p{Cc}]`, 'v').source;
/** A word with all signs that stand at it or within it, and a sign that may be missing: "!" before a word, and "." before a number, are none. */
const wordOrSign = new RegExp(String.raw`(?:!{1,3}[\p{Ps}\p{Pi}"']{0,3}|[.,](?=\d))?${other}+(?:${soft.source}+${other}+)*|${soft.source}`, 'gv');
/** Letters of languages that are written without spaces: each is compared for itself, as pictures are, and two make a word. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const eachUnspaced = new RegExp(`${unspaced.source}[\\p{M}\\u30FC]*|(?:\\p{ExtPict}|\\p{RI}{2})(?:[\\uFE0F\\p{EMod}]|\\u200D\\p{ExtPict})*`, 'gu');
const blockTags = /<\/?(?:p|li|h\d|pre|t[dhr]|ul|ol|div|table|thead|tbody|hr|br|section|blockquote)\b[^>]*>/;
/** A number that stands for a footnote, or leads back from one. */
const noteMarks = /<sup><a href="#[^"]*"[^>]*>\d[\d-]*<\/a><\/sup>|<a href="#[^"]*"[^>]*>↩(?:<sup>\d+<\/sup>)?<\/a>/g;
/** Remarks that are usual in a quotation. */
const remarks = /[[(](?:<em>)?(?:sic!?|emphasis (?:mine|added|ours)|(?:my|our) emphasis)\.?(?:<\/em>)?[\])]/gi;
/** Half of what makes words bold, slanted, struck through or code, at a word: the other half is not quoted. */
const halves = /(?<![^\s>])(?:[*_`]+|~{2,})(?=[^\s<])|(?<=[^\s>])(?:[*_`]+|~{2,})(?![\p{L}\p{N}])/gu;

/**
 * Everything that is seen of HTML, block by block: words and signs, with a space between them, in small letters, and signs that look alike as one. What is
 * struck through is told apart.
 */
function blocksOf(html: string): string[] {
  const marked = html.replace(/[\uE000-\uE003]/g, '').replace(noteMarks, '').replace(/<(t[dh])\b[^>]*>\s*<\/\1>/g, `$& ${empty} `).replace(/<(\/?)del>/g, (_, closing) => ` ${closing ? unstruck : struck} `);
  return marked.split(blockTags).map((block) => wordsOf(plainText(block))).filter(Boolean);
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
  const isEdge = (word: string) => word === '' || word === gap || (word.length === 1 && soft.test(word));
  const first = each.findIndex((word) => !isEdge(word));
  return first < 0 ? '' : each.slice(first, each.findLastIndex((word) => !isEdge(word)) + 1).join(' ');
}

/** What a quotation says, to be compared with a text that has so many footnotes: without the numbers of these. Both with and without remarks that are usual in one, and signs of which it has half: they may be in the text. */
function quotedWords(html: string, notes: number): string[] {
  const plain = html.replace(/\[\^(\d{1,2})\]/g, (mark, number) => (Number(number) <= notes ? '' : mark));
  return [...new Set([plain.replace(remarks, ''), plain].flatMap((text) => [text, text.replace(halves, '')]))].map((text) => withoutEdges(blocksOf(text).join(' ')));
}

interface Text { words: string; blocks: Set<string>; html: string; lists?: Numbered[] }

function textOf(html: string): Text {
  // What it quotes is said by somebody else.
  const blocks = blocksOf(replaceQuotes(html, () => '<hr>'));
  return { words: ` ${blocks.join(' ')} `, blocks: new Set(blocks.map(withoutEdges)), html };
}

interface Numbered { from: number; /** Not among them. */ to: number }

/** The numbers of its ordered lists; where there are several, of the first ones a few more count. */
function listsIn(html: string): Numbered[] {
  const lists: (Numbered & { itemsBefore: number })[] = [];
  let items = 0;
  for (const [tag, start = '1'] of html.matchAll(/<ol(?: start="(\d+)")?>|<li/g)) {
    if (tag === '<li') items++;
    else lists.push({ from: Number(start), to: 0, itemsBefore: items });
  }
  for (const list of lists) list.to = list.from + items - list.itemsBefore;
  return lists;
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
  const numbers = (number: number) => {
    for (let n = 0; ; n++) {
      const text = textAt(n);
      if (text === undefined) return false;
      if ((text.lists ??= listsIn(text.html)).some(({ from, to }) => number >= from && number < to)) return true;
    }
  };
  return { name: row.name, says, notes: saysInNote, links: linksOf(row.html, left), numbers };
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
  const pieces = quoted.split(` ${gap} `).filter(withoutEdges);
  return pieces.length > 0 && (unstruckAt(text.words, ` ${quoted} `, 0, left) >= 0 || (pieces.length > 1 && pieces.length <= mostPieces && standsIn(text, pieces, left)));
}

/** Whether these pieces stand in a text one after the other; pieces between which its own "…" stands are one. */
function standsIn({ words, blocks }: Text, pieces: readonly string[], left: Budget): boolean {
  let from = 0;
  for (let first = 0; first < pieces.length;) {
    let last = pieces.length;
    let at = -1;
    for (; last > first; last--) {
      const run = withoutEdges(pieces.slice(first, last).join(` ${gap} `));
      at = isEnough(run, blocks) ? unstruckAt(words, ` ${run} `, from, left) : -1;
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
  if (blocks.has(run)) return true;
  const words = run.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word));
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
