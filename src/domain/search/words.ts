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

/** The stem of a word by Porter's algorithm (1980), as the index has it. */
export const porterStem = (word: string): string => stemmer(fold(word));

/**
 * Words that Porter joins though they mean different things, by the stem he gives them: how the words of each meaning begin. A word of none of
 * them is told from all. Organic waste is no organization, and a busy line no business.
 */
const joinedWrongly: Readonly<Record<string, readonly RegExp[]>> = {
  account: [/\baccountab/i, /\baccount(?!ab)/i], apart: [/\bapartments?\b/i, /\bapart\b/i], author: [/\bauthorit/i, /\bauthor(?!it|i[sz])/i], busi: [/\bbusiness/i, /\bbus(?:y|i(?:e[rs]|est|ed|ly))\b/i],
  collect: [/\bcollectiv/i, /\bcollect(?!iv)/i], commun: [/\bcommunit/i, /\bcommunic/i], comput: [/\bcomputer/i, /\bcomput(?!er)/i], contain: [/\bcontainment/i, /\bcontainers?\b/i, /\bcontain(?:s|ed|ing)?\b/i],
  continu: [/\bcontinuit/i, /\bcontinu(?!it)/i], convers: [/\bconversation/i, /\bconversion/i], custom: [/\bcustomer/i, /\bcustoms?\b/i], design: [/\bdesignat/i, /\bdesign(?!at)/i], digit: [/\bdigital/i, /\bdigits?\b/i],
  emerg: [/\bemergenc(?:y|ies)\b/i, /\bemerg(?!enc(?:y|ies)\b)/i], even: [/\bevenings?\b/i, /\beven(?:s|ed|ly|ness)?\b/i], experi: [/\bexperiment/i, /\bexperienc/i], gener: [/\bgeneral/i, /\bgenerat/i, /\bgenerous/i, /\bgeneric/i],
  import: [/\bimportan/i, /\bimport(?!an)/i], inform: [/\binformal/i, /\binform(?!al\b)/i], integr: [/\bintegrit/i, /\bintegrat/i], intern: [/\binternational/i, /\binternal/i, /\binterns?\b/i],
  offic: [/\bofficer/i, /\boffices?\b/i], oper: [/\boperator/i, /\boperat(?!or)/i], organ: [/\borganiz/i, /\borgan(?:s|ics?)?\b/i], polit: [/\bpolitic/i, /\bpolite/i], posit: [/\bposition/i, /\bpositiv/i],
  product: [/\bproductiv/i, /\bproduct(?!iv)/i], public: [/\bpublication/i, /\bpublicity/i, /\bpublic(?:ly)?\b/i], relat: [/\brelation/i, /\brelate/i], respons: [/\bresponsib/i, /\bresponsiv/i, /\bresponses?\b/i],
  sever: [/\bseveral/i, /\bsever(?!al)/i], univers: [/\buniversit/i, /\buniversal/i, /\buniverse/i], util: [/\butilit/i, /\butiliz/i], well: [/\bwellness/i, /\bwells?\b/i],
};

const meaningOf = (word: string, porter: string): number => (Object.hasOwn(joinedWrongly, porter) ? joinedWrongly[porter]?.findIndex((begins) => begins.test(fold(word))) ?? -1 : -1);

/** What is found in a text that has a form of this word, where the index gives words of another meaning the same stem; undefined for all other words. */
export function apartFrom(word: string): RegExp | undefined {
  const porter = porterStem(word);
  return joinedWrongly[porter]?.[meaningOf(word, porter)];
}

/** The stem of a word, which only words of its meaning have: mostly Porter's. Remembered, for the same words come again and again. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const found = former.get(word) ?? stemAfresh(word);
  if (stems.size >= mostStems) [former, stems] = [stems, new Map()];
  stems.set(word, found);
  return found;
}

function stemAfresh(word: string): string {
  const porter = porterStem(word);
  const meaning = meaningOf(word, porter);
  return meaning < 0 ? porter : `${porter}/${meaning}`;
}

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
