import { parseKept, plainText } from '#lib/markdown.ts';
import { prepared } from '#db/client.ts';
import { isNamelessPost, nameApart, shownName } from '../anonymity.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { openVersions } from './open-versions.ts';
import { replaceQuotes } from './quote-boxes.ts';

/** What everybody may read of a post: the name that it shows, whether it says something, now or in an earlier version, and where it links to. */
export interface Saying { name: string; /** Given the HTML of a quotation. */ says: (quoted: string) => boolean; hrefs: ReadonlySet<string> }

/** What may still be read of other posts, in characters, and compared for one text. */
export interface Budget { read: number; compared: number }

/** Earlier versions of one post that are looked at. */
const mostVersions = 60;
/** Pieces of a text that a quotation puts together, divided by "…", and words that each needs where it is no whole paragraph, and not the only one. */
const mostPieces = 6;
const fewestWords = 3;

/** Stand for what is struck through, and for words that are left out: of characters that have no meaning of their own. */
const [struck, unstruck, gap] = ['\uE000', '\uE001', '\uE002'];
/** Signs by which a number, or a sentence, says another thing: part of its last word, as one such character. */
const telling: Record<string, string> = { '%': '\uE003', '٪': '\uE003', '‰': '\uE004', '‱': '\uE005', '′': '\uE006', '?': '\uE007', '؟': '\uE007' };
/** Letters of languages that are written without spaces: each is compared for itself, as pictures are, and two make a word. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const eachUnspaced = new RegExp(`${unspaced.source}[\\p{M}\\u30FC]*|(?:\\p{ExtPict}|\\p{RI}{2})(?:[\\uFE0F\\p{EMod}]|\\u200D\\p{ExtPict})*`, 'gu');
const blockTags = /<\/?(?:p|li|h\d|pre|t[dhr]|ul|ol|div|table|thead|tbody|hr|br|section|blockquote)\b[^>]*>/;
/** A number that stands for a footnote, or leads back from one. */
const noteMarks = /<sup><a href="#[^"]*"[^>]*>\d[\d-]*<\/a><\/sup>|<a href="#[^"]*"[^>]*>↩(?:<sup>\d+<\/sup>)?<\/a>/g;
/** Remarks that are usual in a quotation. */
const remarks = /\[sic!?\]|\((?:sic!?|emphasis (?:mine|added))\)/gi;

/**
 * Everything that is seen of HTML, block by block, but spaces and punctuation: in small letters of one kind, with the sign of a number and what stands
 * within it. What is struck through is told apart.
 */
function blocksOf(html: string, omission: string): string[] {
  const marked = html.replace(/[\uE000-\uE007]/g, '').replace(noteMarks, '').replace(/<(\/?)del>/g, (_, closing) => ` ${closing ? unstruck : struck} `);
  return marked.split(blockTags).map((block) => wordsOf(plainText(block), omission)).filter(Boolean);
}

function wordsOf(text: string, omission: string): string {
  return text.normalize('NFKC').toLowerCase().replace(eachUnspaced, ' $& ').replace(/[\u00AD\u200B-\u200D\u2060\uFEFF]/g, '').replace(/…|\.{3,}/g, ` ${omission} `)
    .replace(/!=/g, ' ≠ ').replace(/[^\S\n]?([%٪‰‱′?؟])/g, (_, sign: string) => telling[sign] ?? '').replace(/(?<=\p{L})['’](?=\p{L})/gu, 'ʼ').replace(/[\u2010-\u2015]/g, '-').replace(/(?<![\p{L}\p{N}])-(?=[.,]?\d)/gu, '−')
    .replace(/(?:(?<!\d)\p{P}|\p{P}(?!\d)|[\s\p{Z}\p{Cc}])+/gu, ' ').trim();
}

/**
 * What a quotation says, to be compared with a text that has so many footnotes: without the numbers of these, and with its first letter in brackets as one of
 * its word. Both with and without remarks that are usual in one: they may be in the text.
 */
function quotedWords(html: string, notes: number): string[] {
  const plain = html.replace(/\[\^(\d{1,2})\]/g, (mark, number) => (Number(number) <= notes ? '' : mark)).replace(/\[(\p{L})\](?=\p{L})/gu, '$1');
  return [...new Set([plain.replace(remarks, ''), plain])].map((text) => blocksOf(text, gap).join(' '));
}

interface Text { words: string; blocks: Set<string> }

function textOf(html: string): Text {
  // What it quotes is said by somebody else.
  const blocks = blocksOf(replaceQuotes(html, () => '<hr>'), ' ');
  return { words: ` ${blocks.join(' ')} `, blocks: new Set(blocks) };
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
    const pieces = quoted.split(gap).map((piece) => piece.trim()).filter(Boolean);
    if (pieces.length === 0 || pieces.length > mostPieces) return false;
    for (let n = 0; ; n++) {
      const text = textAt(n);
      if (text === undefined || left.compared < 0) return false;
      if (standsIn(text, pieces, left)) return true;
    }
  };
  return { name: row.name, says, hrefs: new Set([...row.html.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href)) };
}

/** Whether these pieces stand in a text one after the other; pieces between which its own "…" stands are one. */
function standsIn({ words, blocks }: Text, pieces: readonly string[], left: Budget): boolean {
  let from = 0;
  for (let first = 0; first < pieces.length;) {
    let last = pieces.length;
    let at = -1;
    for (; last > first; last--) {
      const run = pieces.slice(first, last).join(' ');
      at = pieces.length === 1 || isEnough(run, blocks) ? unstruckAt(words, ` ${run} `, from, left) : -1;
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
