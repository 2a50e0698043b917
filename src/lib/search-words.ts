import { otherSpelling } from './spellings.ts';

/*
 * What counts as a word for the quick search. The build of the bundle and the browser use the same functions, so this file needs nothing of either.
 */

/** The words of a text in lower case without diacritics: "3-1-1" is 311, "call-center" two words, "city's" is citys. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/(?<=\b\d)-(?=\d\b)/g, '').replace(/['’]/g, '').match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** A title as it is sorted and compared: its words without an article before them. */
export function titleKey(title: string): string {
  return wordsOf(title).join(' ').replace(/^(?:the|an?) (?=.)/, '');
}

/** A word without the commonest English endings, at least three letters long; enough to say that two words are forms of one. */
export function stemOf(word: string): string {
  const stem = word.replace(/(?:ies|y|ied)$/, 'i').replace(/(?:ing|edly|ed|ers?|es|s|e|ment|ments|ation|ations)$/, '');
  return stem.length >= 3 ? stem : word;
}

/** Words that say nothing alone. */
export const emptyWords: ReadonlySet<string> = new Set('a an and are as at be by can did do does for from how i in into is it its my of on or our that the their there they this to was we what when where which who why will with you your'.split(' '));

/** Other ways of writing what is in a text, to be found with it: "center" for "centre", 311 for "3-1-1". */
export function otherWords(text: string): string[] {
  const others = new Set<string>();
  for (const word of new Set(wordsOf(text))) {
    const other = otherSpelling(word);
    if (other) others.add(other);
  }
  for (const [number] of text.matchAll(/\b\d(?:-\d)+\b/g)) others.add(number.replaceAll('-', ''));
  return [...others];
}

/** What stands before the colon of an operator. */
export const operatorNames = ['author', 'type', 'theme', 'place', 'year', 'in', 'has', 'before', 'after'] as const;
const named = new RegExp(`(?:^|\\s)-?(?:${operatorNames.join('|')}):\\S`, 'iu');
const marked = /(?:^|\s)(?:-?["“”„]\S|-[^\s"“”„-])|\S\s+(?:OR|\|)\s/u;

/** Whether something typed has more than words: an operator, a quotation, something that is not wanted, one or the other. Only the full search reads these. */
export const hasOperator = (typed: string): boolean => named.test(typed) || marked.test(typed.trimEnd());

/** How many letters must be added, left out, changed or exchanged with their neighbour to make one word of the other (optimal string alignment); more than `most` is `most` + 1. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let steps = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps = Math.min(steps, (before[j - 2] ?? 0) + 1);
      next.push(steps);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length] ?? most + 1;
}
