import { dictionary } from '@zxcvbn-ts/language-common';

let known: Set<string> | null = null;

/** About 49,000 passwords that people use most (the list of zxcvbn-ts, MIT), in small letters. */
const common = () => (known ??= new Set(dictionary['passwords-common'].map(String)));

/** Whether so many people use this word, in small letters, that it stands in that list. */
export const isCommonWord = (word: string): boolean => common().has(word);

const longestWord = 24;
const shapes: Record<string, string> = { '@': 'a', '4': 'a', '8': 'b', '3': 'e', '1': 'i', '!': 'i', '0': 'o', $: 's', '5': 's', '7': 't' };
const unshaped = (text: string) => text.replace(/[@483!1$057]/g, (c) => shapes[c] ?? c);

/** What a piece that a guesser tries first is worth: any common password as much as three characters that nobody can foresee. */
const worth = { common: 3, own: 1, run: 1 };

/**
 * How many characters of a password nobody can foresee, at least: it is cut into common passwords (also with 0 for o and the like), words that belong to the
 * person or the place, runs such as "aaaa", "3456" and "hgf", and the characters that are left. Something repeated counts once. Takes well under a millisecond.
 * @param ownWords in small letters; those under three letters are not looked for
 */
export function unforeseen(password: string, ownWords: readonly string[] = []): number {
  const text = repeatedUnit(password.normalize('NFKC').toLowerCase());
  const plain = unshaped(text);
  const own = new Set(ownWords.filter((word) => word.length >= 3));
  const longest = Math.max(longestWord, ...[...own].map((word) => word.length));
  const cost = [0];
  for (let end = 1; end <= text.length; end++) {
    let least = (cost[end - 1] ?? 0) + 1;
    for (let start = Math.max(0, end - longest); start <= end - 3; start++) {
      const pieces = [text.slice(start, end), plain.slice(start, end)];
      const piece = pieces.some((p) => own.has(p)) ? worth.own : isRun(text.slice(start, end)) ? worth.run : pieces.some((p) => p.length > 3 && common().has(p)) ? worth.common : null;
      if (piece !== null) least = Math.min(least, (cost[start] ?? 0) + piece);
    }
    cost.push(least);
  }
  return cost[text.length] ?? 0;
}

function repeatedUnit(text: string): string {
  return /^(.+?)\1+$/su.exec(text)?.[1] ?? text;
}

/** Whether each character follows the one before it by the same step of at most one: aaa, 123, cba. */
function isRun(text: string): boolean {
  const step = text.charCodeAt(1) - text.charCodeAt(0);
  if (Math.abs(step) > 1) return false;
  for (let at = 2; at < text.length; at++) if (text.charCodeAt(at) - text.charCodeAt(at - 1) !== step) return false;
  return true;
}
