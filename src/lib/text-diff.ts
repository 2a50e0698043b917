import { diffLines, diffWordsWithSpace } from 'diff';

/** A stretch of text that is the same in both versions, or only in the one before, or only in the one after. */
export interface Part { kind: 'same' | 'removed' | 'added'; text: string }

/** Above this many characters words are not compared one by one: it would take too long. */
const longText = 8_000;

/** More stretches than this nobody reads one by one. */
const mostParts = 1_000;

/**
 * What differs between two texts, word by word, in long ones line by line; of what stayed the same in between only the ends. Where that takes more
 * than `patience` milliseconds, or little stayed the same, one text whole and then the other.
 */
export function diffText(before: string, after: string, patience = 200): Part[] {
  const options = { timeout: patience };
  const found = patience <= 0 ? undefined : before.length + after.length > longText ? diffLines(before, after, options) : diffWordsWithSpace(before, after, options);
  const changes = found && found.length <= mostParts && !isRewritten(before, after, found) ? found : [{ value: before, added: false, removed: true }, { value: after, added: true, removed: false }];
  return changes.map(({ value, added, removed }) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text: added || removed ? value : shortened(value) }));
}

/** Whether so little stayed the same that words of both texts, mixed, would say nothing. */
function isRewritten(before: string, after: string, parts: readonly { value: string; added: boolean; removed: boolean }[]): boolean {
  const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '').length;
  const same = letters(parts.filter(({ added, removed }) => !added && !removed).map(({ value }) => value).join(''));
  return parts.length > 3 && same < 0.4 * Math.min(letters(before), letters(after));
}

/** Of a long stretch that stayed the same only its ends are shown. */
const shortened = (text: string) => (text.length > 400 ? `${text.slice(0, 160)} […] ${text.slice(-160)}` : text);
