/**
 * A long text for search: its first `running` characters as they stand, of the rest each word that has not occurred before, in order, up to
 * `most` characters in all. Every word is still found, while marking what was found costs as much as in a short text.
 */
export function condense(text: string, { running, most }: { running: number; most: number }): string {
  if (text.length <= running) return text;
  const cut = running - (/[\p{L}\p{N}\p{M}]*$/u.exec(text.slice(0, running))?.[0].length ?? 0) || running;
  const seen = new Set(text.slice(0, cut).toLowerCase().match(word));
  let words = text.slice(0, cut);
  for (const [one] of text.slice(cut).matchAll(word)) {
    if (words.length + one.length + 1 > most) break;
    const known = seen.size;
    if (seen.add(one.toLowerCase()).size > known) words += ` ${one}`;
  }
  return words;
}
const word = /[\p{L}\p{N}\p{M}]+/gu;
