/** Full-text queries for the words as they are, and with the last one as the beginning of a word (the same when it is finished). */
export interface Terms { whole: string; begun: string }

/** What somebody typed, as questions to the full-text index. */
export interface TextQuery {
  /** Every word. */
  all: Terms;
  /** Any word: asked when all together find nothing. Null when there is only one. */
  any: Terms | null;
  /** The whole text as the beginning of a title, for the exact title. */
  title: string;
}

const stopWords = new Set(('a an and are as at be but by can do does for from has have how i if in is it its me my not of on or our should so than that the their then there these they '
  + 'this to us was we were what when where which who why will with you your').split(' '));
const most = 12;

/** Words as the index splits them: letters, digits and marks; everything else stands between words. */
export function wordsIn(text: string): string[] {
  return text.normalize('NFC').match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
}

/**
 * Turns any text into safe FTS5 queries, or null for one that can find nothing: every word is quoted, so nothing in it is an operator. "Quoted" parts and parts with inner
 * punctuation (call-centre, 3-1-1) are phrases; stop words count only when there is nothing else.
 */
export function readQuery(typed: string): TextQuery | null {
  const text = typed.slice(0, 200);
  const parts: { words: string[]; quoted: boolean }[] = [];
  for (const match of text.matchAll(/"([^"]*)"|[^\s"]+/g)) {
    const words = wordsIn(match[1] ?? match[0]);
    if (words.length) parts.push({ words: words.slice(0, most), quoted: match[1] !== undefined });
  }
  const told = parts.filter(({ words, quoted }) => quoted || words.length > 1 || !stopWords.has((words[0] ?? '').toLowerCase()));
  const used = (told.length ? told : parts).slice(0, most);
  const last = used[used.length - 1];
  if (!last) return null;
  const phrase = (words: readonly string[]) => `"${words.join(' ')}"`;
  const unfinished = !last.quoted && last.words.length === 1 && (last.words[0]?.length ?? 0) > 2 && /[\p{L}\p{N}]$/u.test(text);
  const whole = used.map((part) => phrase(part.words));
  const begun = unfinished ? [...whole.slice(0, -1), `${phrase(last.words)}*`] : whole;
  const joined = (operator: string): Terms => ({ whole: whole.join(operator), begun: begun.join(operator) });
  return { all: joined(' AND '), any: whole.length > 1 ? joined(' OR ') : null, title: `title : ^ ${phrase(wordsIn(text).slice(0, 40))}` };
}

/** Whether a title has every word that was typed, in one form or another: of two words the shorter one's beginning, less its ending, must agree. */
export function titleHasAll(title: string, typed: string): boolean {
  const told = wordsIn(plain(typed)).filter((word) => !stopWords.has(word));
  const words = wordsIn(plain(title));
  const alike = (a: string, b: string) => a === b || (a.length > 3 && b.length > 3 && a.slice(0, stem(a, b)) === b.slice(0, stem(a, b)));
  return told.length > 0 && told.every((word) => words.some((other) => alike(word, other)));
}
const stem = (a: string, b: string) => Math.max(4, Math.min(a.length, b.length) - 2);
const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Two titles are the same when their words are, whatever the case, accents and punctuation. */
export function sameWords(a: string, b: string): boolean {
  return wordsIn(plain(a)).join(' ') === wordsIn(plain(b)).join(' ');
}
