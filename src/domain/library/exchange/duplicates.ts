import { issued, peopleOf, type Csl } from '../csl.ts';
import type { Name } from '../names.ts';
import { canBeSame, comesAgain, distance, foldTitle, foldWords, isOneOfSeveral, mainTitle } from './titles.ts';

/** A DOI without what is written before it, in lower case, as DOIs are compared. */
export function normaliseDoi(doi: string): string {
  return doi.trim().replace(/^(?:https?:\/\/)?(?:(?:dx\.)?doi\.org\/|doi:?\s*)/i, '').replace(/%2f/gi, '/').replace(/[.,;]+$/, '').toLowerCase();
}

/**
 * The key under which a work is found again whoever wrote its record: "title|year|family name of the first author", folded: no accents, case,
 * punctuation, leading article or particle. A subtitle counts. Empty where there is no title, or nothing but a title of less than four words.
 */
export function workKey(csl: Partial<Csl>): string {
  const title = foldTitle(csl.title ?? '');
  const { year } = issued(csl);
  const family = foldFamily(peopleOf(csl)[0]);
  return !title || (year === null && !family && title.split(' ').length < 4) ? '' : `${title}|${year ?? ''}|${family}`;
}

const particles = /^(?:(?:van|von|der|den|de|del|della|di|da|das|do|dos|du|la|le|ten|ter|zu|zum|af|av) )+(?=\S)/;

/** "De Maeyer", "de Maeyer" and {"particle": "de", "family": "Maeyer"} are one; so are Müller and Mueller. Of a name in one piece the last word, of the long name of a body all. */
function foldFamily(name: Name | undefined): string {
  const whole = foldWords(name?.family ?? name?.literal ?? '');
  const words = whole.split(' ');
  const family = name?.family === undefined && words.length <= 3 ? words.at(-1) ?? '' : whole.replace(particles, '');
  return family.replace(/([aou])e/g, '$1').replaceAll(' ', '');
}

interface Variant { id: string; text: string; whole: string; main: boolean; grams: readonly number[]; year: string; family: string }

/** Titles closer than this are told; 1 is the same. */
const closeEnough = 0.8;

/**
 * Finds titles that are nearly the same: misspelt, with or without a subtitle, with a word more or less; not those of another part, edition or
 * year. Compares the groups of three letters that two titles share. Made for some ten thousand titles.
 */
export class TitleIndex {
  readonly #variants: Variant[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #holders: number[][] = [];
  #shared = new Uint16Array(0);

  /** Takes up a title; `key` is the `workKey` of its work, from which year and first author are compared as well. */
  add(id: string, title: string, key = ''): void {
    for (const variant of this.#variantsOf(id, title, key, true)) {
      for (const gram of variant.grams) (this.#holders[gram] ??= []).push(this.#variants.length);
      this.#variants.push(variant);
    }
  }

  /** The titles taken up that are nearly this one, the nearest first, ten at most. */
  similar(title: string, key = ''): { id: string; score: number }[] {
    const best = new Map<string, number>();
    for (const asked of this.#variantsOf('', title, key, false)) {
      for (const { held, closeness } of this.#candidates(asked)) {
        const score = asked.main || held.main ? Math.min(closeness, 0.95) : closeness;
        if (score > (best.get(held.id) ?? 0) && mayBeOne(asked, held)) best.set(held.id, score);
      }
    }
    return [...best].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score).slice(0, 10);
  }

  #variantsOf(id: string, title: string, key: string, learn: boolean): Variant[] {
    const whole = foldTitle(title);
    const [, year = '', family = ''] = key.split('|');
    const main = mainTitle(title);
    const variant = (text: string, isMain: boolean): Variant => ({ id, text, whole, main: isMain, grams: this.#gramsOf(text, learn), year, family });
    return whole ? [variant(whole, false), ...(main && main !== whole ? [variant(main, true)] : [])] : [];
  }

  /** Numbers of the groups of three letters, each once; those that no title has are only counted, below zero. */
  #gramsOf(text: string, learn: boolean): readonly number[] {
    const padded = `  ${text} `;
    const grams = new Set<number>();
    for (let at = 0; at + 3 <= padded.length; at++) {
      const gram = padded.slice(at, at + 3);
      let number = this.#numbers.get(gram);
      if (number === undefined) {
        number = learn ? this.#numbers.size : -1 - at;
        if (learn) this.#numbers.set(gram, number);
      }
      grams.add(number);
    }
    return [...grams];
  }

  /**
   * The titles that share enough groups to be close enough, with their closeness: twice what is shared over what both have. Counted first among
   * the rarer half, which have few holders: who lacks too many of those cannot come close any more.
   */
  #candidates({ grams, main }: Variant): { held: Variant; closeness: number }[] {
    const rare = grams.map((gram) => this.#holders[gram] ?? []).sort((a, b) => a.length - b.length).slice(0, Math.ceil(grams.length * 0.5) + 1);
    const touched: number[] = [];
    if (this.#shared.length < this.#variants.length) this.#shared = new Uint16Array(this.#variants.length * 2);
    for (const holders of rare) for (const at of holders) if ((this.#shared[at] = (this.#shared[at] ?? 0) + 1) === 1) touched.push(at);
    const asked = new Set(grams);
    const found: { held: Variant; closeness: number }[] = [];
    for (const at of touched) {
      const held = this.#variants[at];
      const both = grams.length + (held?.grams.length ?? 0);
      const most = (this.#shared[at] ?? 0) + grams.length - rare.length;
      this.#shared[at] = 0;
      // Two works with the same main title and other subtitles are two.
      if (!held || 2 * most < closeEnough * both || (held.main && main)) continue;
      const closeness = (2 * held.grams.reduce((sum, gram) => sum + (asked.has(gram) ? 1 : 0), 0)) / both;
      if (closeness >= closeEnough) found.push({ held, closeness });
    }
    return found;
  }
}

/** Whether these can be one work, for all that is known of them. */
function mayBeOne(asked: Variant, held: Variant): boolean {
  if (!agree(asked, held) || !canBeSame(asked.text, held.text)) return false;
  return !(asked.main && isOneOfSeveral(asked.text, asked.whole)) && !(held.main && isOneOfSeveral(held.text, held.whole));
}

/** Year and author, where both are known: a year more or less unless the title comes again each year, a name misspelt. */
function agree(a: Variant, b: Variant): boolean {
  const apart = a.year && b.year ? Math.abs(Number(a.year) - Number(b.year)) : 0;
  const near = !a.family || !b.family || distance(a.family, b.family, 2) <= 2 || a.family.endsWith(b.family) || b.family.endsWith(a.family);
  return near && apart <= (comesAgain(a.whole) ? 0 : 1);
}
