import { stemmer } from 'stemmer';

/** Words as the index splits them: letters, digits and marks; everything else stands between words. */
export function wordsIn(text: string): string[] {
  return text.normalize('NFC').match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
}

/** Lower case without accents, as the index keeps words. */
export function fold(text: string): string {
  // Most words: nothing to fold.
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Half of what is remembered is let go at a time, so that common words stay. */
const mostStems = 20_000;
let stems = new Map<string, string>();
let former = new Map<string, string>();

/** The stem of a word by Porter's algorithm (1980), as the index has it; remembered, for the same words come again and again. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const found = former.get(word) ?? stemmer(fold(word));
  if (stems.size >= mostStems) [former, stems] = [stems, new Map()];
  stems.set(word, found);
  return found;
}

/**
 * Words that mean another thing than the rest of those to which Porter gives the same stem, by that stem: a title about operations is none about
 * operators, and one about communities none about communications.
 */
const otherSenses: Readonly<Record<string, RegExp>> = {
  access: /^accessib/, account: /^accountab/, apart: /^apartment/, author: /^authori/, busi: /^business/, commun: /^communic/, convers: /^conversion/, custom: /^customer/, design: /^designat/, digit: /^digit(?:al|iz|is)/, emerg: /^emergenc/,
  experi: /^experiment/, gener: /^general/, import: /^importan/, inform: /^informal/, integr: /^integrit/, intern: /^internation/, offic: /^officer/, oper: /^operator/, organ: /^organi[sz]/, polit: /^polite/, posit: /^positiv/,
  product: /^productiv/, public: /^publi(?:cat|ci[tz])/, respons: /^responsib/, sever: /^several/, univers: /^universit/, util: /^utilit/,
};

/** The stem of a word, apart for words of another sense. Titles are compared by it, the index knows stems alone. */
export function sense(word: string): string {
  const found = stem(word);
  return Object.hasOwn(otherSenses, found) && otherSenses[found]?.test(fold(word)) ? `${found}/` : found;
}

/** The stem of a sense, or null where all words of the stem have one sense. */
export function stemOfSenses(sense: string): string | null {
  const found = sense.replace('/', '');
  return Object.hasOwn(otherSenses, found) ? found : null;
}

/** Whether Porter gives the stem of this word to words of another sense too. */
export const hasSenses = (word: string): boolean => Object.hasOwn(otherSenses, stem(word));

/** The senses of all words of a text, in order. */
export const sensesIn = (text: string): string[] => wordsIn(text).map(sense);

/** The stems of all words of a text, in order. */
export const stemsIn = (text: string): string[] => wordsIn(text).map(stem);

/** Words that say how somebody asks, not what about. */
export const stopWords: ReadonlySet<string> = new Set((
  'a about all am an and any anybody anyone are as at be because been being but by can cannot could did do does doing for from get gets getting had has have having he her hers him his how i if in into is it its '
  + 'just let like many may me might more most much must my need needs no not of on or other our ours out over own please s same she should so some somebody someone such t than that the their them then there '
  + 'these they this those to too us versus very vs was we were what when where which while who whom whose why will with would you your yours'
).split(' '));

/** Two titles are the same when their words are, whatever the case, accents and punctuation. */
export const sameWords = (a: string, b: string): boolean => bareWords(a) === bareWords(b);

const bareWords = (text: string) => wordsIn(fold(text)).join(' ');

/** A number that is the same for texts of the same words (FNV-1a, 32 bits), and seldom for others; 0 for a text without words. */
export function wordsKey(text: string): number {
  const words = bareWords(text);
  let key = 0x811c9dc5;
  for (let n = 0; n < words.length; n++) key = Math.imul(key ^ words.charCodeAt(n), 0x01000193);
  return words === '' ? 0 : key >>> 0 || 1;
}

/** Whether one list of words stands side by side in another. */
export function standsIn(run: readonly string[], words: readonly string[]): boolean {
  if (run.length === 0) return false;
  for (let at = words.indexOf(run[0] ?? ''); at >= 0; at = words.indexOf(run[0] ?? '', at + 1)) {
    if (run.every((word, n) => words[at + n] === word)) return true;
  }
  return false;
}
