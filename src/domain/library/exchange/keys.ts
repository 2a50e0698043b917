import { issued, peopleOf, type Csl } from '../csl.ts';

const ascii = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/ß/g, 'ss').replace(/[æÆ]/g, 'ae').replace(/[øØ]/g, 'o').replace(/[łŁ]/g, 'l').replace(/[^\x20-\x7e]/g, '');
const small = new Set('a an the le la les un une des de du der die das and et or of on in for to from with what how why'.split(' '));

/** The key of a file where it can be a citation key of the hub; else one like "nam2014changing" from author, year and title. */
export function usableKey(key: string, csl: Partial<Csl>): string {
  const clean = ascii(key).replace(/[^A-Za-z0-9_:.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').replace(/-+$/, '').slice(0, 100);
  return clean && !/^\d+$/.test(clean) ? clean : ownKey(csl);
}

function ownKey(csl: Partial<Csl>): string {
  const [first] = peopleOf(csl);
  const words = (text: string) => ascii(text).toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim().split(' ');
  const family = words(first?.family ?? first?.literal ?? '').slice(0, 3).join('');
  const word = words(csl.title ?? '').find((w) => w.length > 1 && !small.has(w)) ?? '';
  const key = `${family}${issued(csl).year ?? ''}${word}`.slice(0, 60);
  return /^\d*$/.test(key) ? `work${key}` : key;
}
