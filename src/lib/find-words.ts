import { escapeHtml } from './markdown.ts';

/** Letters without their marks, in lower case: "Lévesque" is found by "levesque". */
export function foldWords(text: string): string {
  return text.normalize('NFKD').replace(/\p{Mark}/gu, '').toLowerCase();
}

/** What somebody looks for: folded words, each once, at most eight. */
export function wordsToFind(typed: string): string[] {
  return [...new Set(foldWords(typed).split(/[\s"“”]+/).filter(Boolean))].slice(0, 8);
}

/**
 * A piece of a text around the first of the words, as escaped HTML with <mark> around every occurrence.
 * @param words as `wordsToFind` gives them  @param around how many characters are shown before and after the first one
 */
export function snippetOf(text: string, words: readonly string[], around = 120): string {
  // Folding changes lengths: for each folded character, where in the text it came from.
  const chars = [...text];
  const from: number[] = [];
  let folded = '';
  chars.forEach((char, at) => {
    for (const piece of foldWords(char)) { folded += piece; for (let n = 0; n < piece.length; n++) from.push(at); }
  });
  const marked = new Set<number>();
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) for (let n = at; n < at + word.length; n++) marked.add(from[n] ?? 0);
  }
  const first = Math.min(...marked, chars.length);
  const start = first <= around ? 0 : startOfWord(chars, first - around);
  const end = Math.min(chars.length, first + around * 2);
  let html = start > 0 ? '…' : '';
  let open = false;
  for (let at = start; at < end; at++) {
    if (marked.has(at) !== open) html += (open = !open) ? '<mark>' : '</mark>';
    html += escapeHtml(chars[at] ?? '');
  }
  return `${html}${open ? '</mark>' : ''}${end < chars.length ? '…' : ''}`;
}

function startOfWord(chars: readonly string[], near: number): number {
  for (let at = near; at < near + 20; at++) if (chars[at] === ' ') return at + 1;
  return near;
}
