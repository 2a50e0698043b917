const ligatures: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', '&': ' and ', '+': ' plus ' };

/** Words in lower case without accents, apostrophes and signs: what is the same however somebody typed it. */
export function foldWords(text: string): string {
  return text.replace(/<[^<>]{1,50}>/g, '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[ßæœøłđðþı&+]/g, (letter) => ligatures[letter] ?? letter)
    .replace(/['’‘ʼ`´]/g, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** A title folded, without the article it begins with. */
export function foldTitle(title: string): string {
  const begun = title.trim().replace(/^(?:l['’]|(?:the|a|an|le|les|un|une) +|[Ll]a +)(?=\S)/i, (article) => (article.startsWith('LA') ? article : ''));
  return foldWords(begun);
}

/** What stands before the first colon, dash or full stop of a title, folded; null where it is too short to stand for the whole. */
export function mainTitle(title: string): string | null {
  const cut = title.search(/[:;?!]\s|\s[-–—]{1,2}\s|—|\.\s+(?=\p{Lu})|\s\((?=[^()]*\)$)/u);
  const main = cut > 0 ? foldTitle(title.slice(0, cut)) : '';
  return main.length >= 14 && main.split(' ').length >= 3 ? main : null;
}

const numerals = new Map('zero one two three four five six seven eight nine ten eleven twelve'.split(' ').map((word, at) => [word, String(at)]));
for (const [at, word] of 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ').entries()) numerals.set(word, String(at + 1));
const romans = new Map('ii iii iv v vi vii viii ix x xi xii xiii xiv xv'.split(' ').map((word, at) => [word, String(at + 2)]));
const partWords = new Set('part parts volume vol band tome issue phase stage edition ed revised chapter section book round wave series no number appendix annex supplement partie'.split(' '));

/** The numbers in folded words, in order: 2, 2nd, two, second and II are all "2". */
function numbersIn(words: readonly string[]): string {
  return words.flatMap((word, at) => {
    const digits = /^(\d+)(?:st|nd|rd|th|e|er|eme)?$/.exec(word)?.[1];
    const roman = romans.get(word) ?? (word === 'i' && partWords.has(words[at - 1] ?? '') ? '1' : undefined);
    return digits?.replace(/^0+(?=\d)/, '') ?? numerals.get(word) ?? roman ?? [];
  }).sort().join(' ');
}

const small = new Set('a an the of in on at to for from by with and or as is are be its their your our de la le les des du et en un une'.split(' '));
/** One of these more or fewer, and it is another work about the first. */
const otherWork = new Set('erratum errata corrigendum correction corrected retraction retracted reply response comment commentary rejoinder addendum summary abstract draft appendix supplement supplementary update revised revisited review introduction preface foreword index slides presentation video webinar dataset data edition volume vol part phase annex translation interim preliminary companion workbook'.split(' '));
/** Titles with these come again each year. */
const yearly = new Set('annual report reports yearbook budget survey statistics plan scorecard dashboard minutes newsletter proceedings conference awards quarterly monthly review summary results audit'.split(' '));

/** Whether works of these folded titles come again year after year under the same title. */
export function comesAgain(folded: string): boolean {
  return folded.split(' ').some((word) => yearly.has(word));
}

/**
 * Whether two folded titles can name one work: the same numbers, no word of the one replaced by another, no word that makes it another work.
 * Misspelt, joined and missing words are allowed.
 */
export function canBeSame(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [one.split(' '), other.split(' ')];
  if (numbersIn(a) !== numbersIn(b)) return false;
  const [left, right] = leftOver(a, b);
  if ([...left, ...right].some((word) => otherWork.has(word))) return false;
  if (!left.length || !right.length) return true;
  if (left.join('') === right.join('')) return true;
  const unmatched = left.filter((word) => !right.some((near) => isNear(word, near)));
  return !unmatched.length || !right.some((word) => !left.some((near) => isNear(word, near)));
}

/** Whether what a title says after its main part makes it one of several: part 2, 2010. */
export function isOneOfSeveral(main: string, whole: string): boolean {
  const rest = whole.startsWith(main) ? whole.slice(main.length).trim().split(' ') : [];
  return rest.some((word, at) => /^(?:19|20)\d\d$/.test(word) || (partWords.has(word) && /^(?:\d+(?:st|nd|rd|th)?|[ivx]+|one|two|three|first|second|third|a|b|c)$/.test(rest[at + 1] ?? rest[at - 1] ?? '')))
    || numbersIn(rest.slice(0, 1)) !== '' || otherWork.has(rest[0] ?? '');
}

/** The words that only the one and only the other has; small words do not count. */
function leftOver(a: readonly string[], b: readonly string[]): [string[], string[]] {
  const spare = [...b];
  const left = a.filter((word) => {
    const at = spare.indexOf(word);
    if (at >= 0) spare.splice(at, 1);
    return at < 0;
  });
  const counts = (word: string) => !small.has(word);
  return [left.filter(counts), spare.filter(counts)];
}

/** Whether one word is the other misspelt, cut, in the plural, or joined with its neighbour. */
function isNear(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length >= 4 && long.startsWith(short) && long.length - short.length <= 3) return true;
  return distance(a, b, long.length < 5 ? 1 : 2) <= (long.length < 5 ? 1 : 2) && (short.length > 2 || short === long) && !(long.length < 4 && short.length < 4 && a.charAt(0) !== b.charAt(0));
}

/** How many letters must be put, taken, changed or swapped; counting ends above `most`. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a.charAt(i - 1) === b.charAt(j - 1);
      const swapped = i > 1 && j > 1 && a.charAt(i - 1) === b.charAt(j - 2) && a.charAt(i - 2) === b.charAt(j - 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1), swapped ? (before[j - 2] ?? 0) + 1 : Infinity));
    }
    [before, row] = [row, next];
    if (Math.min(...row) > most) return most + 1;
  }
  return row[b.length] ?? 0;
}
