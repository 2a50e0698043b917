import { db, members } from '#db/client.ts';
import { ne } from 'drizzle-orm';
import { namelessName } from '../anonymity.ts';
import { Invalid } from '../errors.ts';

/** Letters of other scripts and digits that look like Latin ones, by the letter they look like. */
const alike: Record<string, string> = {
  a: 'аαɑ', b: 'вβь', c: 'сϲ', d: 'ԁ', e: 'еεҽ', g: 'ɡ', h: 'нһ', i: 'іιı1lļɪӏ|', j: 'ј', k: 'кκ', m: 'мμ', n: 'пηո', o: 'оο0օσ', p: 'рρ', q: 'ԛ', r: 'гꮁ', s: 'ѕ5', t: 'тτ', u: 'υսц', v: 'νѵ', w: 'ԝω', x: 'хχ', y: 'уүγ', z: 'ᴢ2',
};
const looksLike = new Map(Object.entries(alike).flatMap(([letter, others]) => [...others].map((other) => [other, letter] as const)));

/** What a name looks like at a glance: without accents, case, blanks and marks, and with one letter for all that look the same. */
export function lookOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...plain].map((letter) => looksLike.get(letter) ?? letter).join('').replace(/[^\p{L}\p{N}]+/gu, '').replaceAll('rn', 'm').replaceAll('vv', 'w');
}

const kept = [namelessName, 'A former member'].map(lookOf);

/** Whether a name looks like one that the hub itself gives, or like that of a coordinator who is somebody else. */
export function isNameTaken(name: string, ownId = 0): boolean {
  const look = lookOf(name);
  if (kept.some((word) => look.startsWith(word))) return true;
  return db.select({ id: members.id, name: members.name }).from(members).where(ne(members.role, 'member')).all().some((one) => one.id !== ownId && lookOf(one.name) === look);
}

/** Throws Invalid beside the name where it is taken. A member keeps a name that they have. */
export function mustBeFree(name: string, own: { id: number; name: string } | null = null): void {
  if (name === own?.name) return;
  if (isNameTaken(name, own?.id)) throw new Invalid({ name: 'This name is taken here: it belongs to a coordinator, or stands for people without a name. Add a second name or an initial.' });
}
