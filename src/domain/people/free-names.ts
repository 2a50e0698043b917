import { inArray, ne, or } from 'drizzle-orm';
import { coordinatorAreas, db, members } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { namelessName } from '../anonymity.ts';
import { Invalid } from '../errors.ts';

/** Letters of other scripts, small capitals and digits that look like Latin ones, by the letter they look like. A capital stands here where its small letter looks like another one. */
const alike: Record<string, string> = {
  a: 'аαɑᴀᎪ', b: 'вβьʙᏴᏏ', c: 'сϲᴄᏟ', d: 'ԁđᴅᎠ', e: 'еεҽᴇᎬ', f: 'ꜰ', g: 'ɡցɢᏀ', h: 'нһհħʜΗᎻ', i: 'іιı1lļɪӏ|łʟᏞᎥ', j: 'јյᴊᎫ', k: 'кκᴋᏦ', m: 'мμᴍᎷ', n: 'пηոɴΝ', o: 'оο0օσøסᴏ', p: 'рρᴘᏢ', q: 'ԛզ', r: 'гɾʀᎡᏒ', s: 'ѕ5ꜱᏚ',
  t: 'тτŧᴛᎢ', u: 'υսцᴜ', v: 'νѵᴠᏙ', w: 'ԝωѡᴡᎳ', x: 'хχ', y: 'уүγʏΥᎩ', z: 'ᴢ2ζᏃ',
};
const looks = Object.entries(alike).flatMap(([letter, others]) => [...others].map((other) => [other, letter] as const));
const looksLike = new Map([...looks.map(([other, letter]) => [other.toLowerCase(), letter] as const), ...looks]);

/** What a name looks like at a glance: without accents, case, blanks and marks, and with one letter for all that look the same. */
export function lookOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '');
  return [...plain].map((letter) => looksLike.get(letter) ?? looksLike.get(letter.toLowerCase()) ?? letter.toLowerCase()).join('').replace(/[^\p{L}\p{N}]+/gu, '').replaceAll('rn', 'm').replaceAll('vv', 'w');
}

/** Words that make anybody's name an office. */
const offices = new Set(['coordinator', 'administrator', 'moderator', 'official'].map(lookOf));
/** The look of a name without these words. */
const bareLookOf = (name: string) => lookOf(name.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => !offices.has(lookOf(word))).join(' '));
const withoutArticle = (look: string) => look.replace(/^(?:the|an|a)/, '');
const people = [namelessName, 'A former member'].map(lookOf).map(withoutArticle);

/** Whether a name looks like one that the hub itself gives: its own, an office's, or that of people without a name. */
function isKept(look: string, bare: string): boolean {
  const isOffice = bare !== look && withoutArticle(bare) === '';
  return isOffice || [settings().name, 'hub'].some((word) => withoutArticle(bare) === withoutArticle(lookOf(word))) || people.some((words) => withoutArticle(look).startsWith(words));
}

const coordinating = () => db.select({ id: members.id, name: members.name }).from(members)
  .where(or(ne(members.role, 'member'), inArray(members.id, db.select({ id: coordinatorAreas.memberId }).from(coordinatorAreas)))).all();

/** Whether a name looks like one that the hub itself gives, or like that of a coordinator who is somebody else, with or without an office beside it. */
export function isNameTaken(name: string, ownId = 0): boolean {
  const [look, bare] = [lookOf(name), bareLookOf(name)];
  return isKept(look, bare) || coordinating().some((one) => one.id !== ownId && [look, bare].includes(lookOf(one.name)));
}

/** Throws Invalid beside the name where it is taken. A member keeps a name that they have. */
export function mustBeFree(name: string, own: { id: number; name: string } | null = null): void {
  if (name === own?.name) return;
  if (isNameTaken(name, own?.id)) throw new Invalid({ name: 'This name is taken here: it belongs to a coordinator or to the hub, or stands for people without a name. Add a second name or an initial.' });
}
