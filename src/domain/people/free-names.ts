import { inArray, ne, or } from 'drizzle-orm';
import unhomoglyph from 'unhomoglyph';
import { coordinatorAreas, db, members } from '#db/client.ts';
import { distance } from '#lib/search-words.ts';
import { settings } from '#lib/settings.ts';
import { hasWebAddress } from '#lib/web-addresses.ts';
import { namelessName } from '../anonymity.ts';
import { Invalid } from '../errors.ts';

/** Letters that look alike beyond those of Unicode's own table, by the letter they look like: of other scripts, syllabics too, small capitals, with a stroke or a hook, digits. A capital stands here where its small letter looks like another one. */
const alike: Record<string, string> = {
  a: 'аαɑᴀᎪⱥɐᶏᗩ', b: 'вβьʙᏴᏏƀɓƃᵬᶀꞗᗷ', c: 'сϲᴄᏟȼƈꞓᑕ', d: 'ԁđᴅᎠɗꝺᶁᶑɖȡᵭᗪ', e: 'еεҽᴇᎬɇᶒⱸᕮ', f: 'ꜰꝼƒᵮᶂᖴ', g: 'ɡցɢᏀǥɠᵹᶃꞡᘜ', h: 'нһհħʜΗᎻɦⱨɧⱶᕼ', i: 'іιı1lļɪӏ|łʟᏞᎥɨᵻᶖɫɬɭⱡȴᶅꝉᓰᓮᒪ', j: 'јյᴊᎫʝɉᒍ', k: 'кκᴋᏦƙꝁꝃꝅⱪᶄꞣ', m: 'мμᴍᎷɱᵯᶆᗰ', n: 'пηոɴΝŋꞑɲɳƞȵᵰᶇꞥᑎ', o: 'оο0օσøסᴏɵⱺꝋꝍᗝ', p: 'рρᴘᏢᵽƥꝑꝓꝕᵱᶈᑭ', q: 'ԛզɋꝗꝙᑫ', r: 'гɾʀᎡᏒɍɼɽꝛꞃᵲᵳᶉꞧᖇ', s: 'ѕ5ꜱᏚʂȿꞅᵴᶊꞩᔕ',
  t: 'тτŧᴛᎢⱦƭʈƫȶꞇᵵ', u: 'υսцᴜʉᵾᶙꞹᑌ', v: 'νѵᴠᏙʋⱴꝟᶌᐯ', w: 'ԝωѡᴡᎳⱳꞷᗯ', x: 'хχᶍ᙭', y: 'уүγʏΥᎩɏƴỿ', z: 'ᴢ2ζᏃƶʐȥɀⱬᵶᶎᘔ',
};
const looks = Object.entries(alike).flatMap(([letter, others]) => [...others].map((other) => [other, letter] as const));
const looksLike = new Map([...looks.map(([other, letter]) => [other.toLowerCase(), letter] as const), ...looks]);
/** Accents: in other scripts than these, marks are vowels. */
const accents = /(?=\p{M})[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/gu;
const withoutAccents = (text: string) => text.normalize('NFKD').replace(accents, '');
/** All but letters, their vowels and digits; signs that stand for the length or the sound of a letter too. */
const noLetters = /(?:[^\p{L}\p{N}\p{M}]|(?=\p{Lm})\p{Script=Common})+/gu;

/** What a name looks like at a glance: without accents, case, blanks and marks, and with one letter for all that look the same. */
export function lookOf(name: string): string {
  const plain = withoutAccents(unhomoglyph(withoutAccents(name)));
  return [...plain].map((letter) => looksLike.get(letter) ?? looksLike.get(letter.toLowerCase()) ?? letter.toLowerCase()).join('').replace(noLetters, '').replaceAll('rn', 'm').replaceAll('vv', 'w');
}

/** Words that make anybody's name an office of the hub, or a mark that only the hub gives. */
const officeWords = [
  'coordinator', 'coord', 'administrator', 'admin', 'sysadmin', 'moderator', 'moderation', 'webmaster', 'verified',
  'coordonnateur', 'coordonnatrice', 'coordinateur', 'coordinatrice', 'administrateur', 'administratrice', 'modérateur', 'modératrice', 'webmestre', 'vérifié', 'vérifiée',
  'координатор', 'администратор', 'админ', 'модератор',
];
/** Words of so many letters are nobody's two names: Ad Min may be. */
const fewestOfHalves = 9;
const looksOf = (words: readonly string[]) => new Set(words.flatMap((word) => [word, `${word}s`, word.toUpperCase()]).map(lookOf));
const offices = looksOf(officeWords);
/** Of those so long that another word hardly comes near them by chance. */
const longOffices = officeWords.map(lookOf).filter((look) => look.length >= fewestOfHalves);
/** Words that say nothing of who somebody is: a name is what stands beside them. */
const besides = looksOf([
  'official', 'staff', 'team', 'support', 'system', 'administration', 'coordination', 'help', 'desk', 'helpdesk', 'site', 'mod', 'hub', 'community', 'owner', 'manager', 'trusted', 'certified',
  'officiel', 'officielle', 'personnel', 'équipe', 'soutien', 'système', 'aide', 'assistance', 'modo',
]);
/** Words that stand between those; alone they are surnames: Le, Du. */
const between = looksOf(['the', 'one', 'an', 'a', 'le', 'la', 'les', 'l', 'un', 'une', 'de', 'du', 'des', 'd']);
const wordsOf = (name: string) => name.split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);

/** The words of a name but those of a set, which may be written as two: co-ordinator. */
function wordsBut(name: string, left: ReadonlySet<string>): string[] {
  const words = wordsOf(name);
  const isHalf = words.map((word, at) => lookOf(word + (words[at + 1] ?? ''))).map((whole) => whole.length >= fewestOfHalves && left.has(whole));
  return words.filter((word, at) => !left.has(lookOf(word)) && !isHalf[at] && !isHalf[at - 1]);
}

/** Whether a name has the word of an office, or one, which may be written as two, that is a slip of the pen away from a long one: Adminstrator. A longer word that begins so is another one. */
function hasOffice(name: string): boolean {
  const words = wordsOf(name);
  const wholes = words.flatMap((word, at) => [word, word + (words[at + 1] ?? '')]).map(lookOf).filter((look) => look.length >= fewestOfHalves);
  return wordsBut(name, offices).length < words.length || wholes.some((look) => longOffices.some((office) => !look.startsWith(office) && distance(office, look, 1) <= 1));
}

/** What the hub calls members of a level, but for the level. */
const levels = ['member', 'members', 'membre', 'membres'].map(lookOf);
const beforeLevels = new Set([...between, ...looksOf(['new', 'nouveau', 'nouvelle', 'nouveaux'])]);
const withoutArticle = (look: string) => look.replace(/^(?:the|one|an|a)/, '');
const people = [namelessName, 'A former member', 'Former account', 'Former user', 'Deleted account', 'Deleted member', 'Deleted user', 'Ancien membre', 'Un ancien membre', 'Ancienne membre', 'Une ancienne membre', 'Compte supprimé', 'A former colleague', 'Ancien collègue', 'Un ancien collègue', 'Ancienne collègue', 'Une ancienne collègue', 'Deleted', 'Removed'];
const looksOfPeople = new Set([...looksOf(people)].map(withoutArticle));
const colleague = lookOf('asking for a colleague');
/** A hub's name of two words or more and of so many letters stands in nobody's name by chance; one word may be a place, and somebody's surname. */
const fewest = 8;

/** Words that stand before a name or behind it and make nobody somebody else; Jr. and Sr. do, and Ma is a surname. */
const before = new Set(['the', 'one', 'a', 'an', 'dr', 'prof', 'professor', 'mr', 'mrs', 'ms', 'mx', 'mme', 'madame', 'rev', 'reverend', 'hon', 'honourable', 'honorable'].map(lookOf));
const generations = new Set(['jr', 'sr', 'junior', 'senior', 'ii', 'iii', 'iv', 'fils', 'père'].map(lookOf));
const behind = new Set(['phd', 'edd', 'dpa', 'md', 'jd', 'mpa', 'mpp', 'mba', 'mph', 'msc', 'bsc'].map(lookOf));

const beginsWithInitial = (name: string) => /^[^\p{L}]*\p{L}\./u.test(name);

const initialAndWord = /^\p{L}\.\s+\p{L}+$/u;

/** Whether a name is what the hub calls members, with nothing but an article or "new" before it. An initial is no article, and no letter of the word that follows. */
function isLevel(name: string): boolean {
  const words = wordsOf(name).map(lookOf);
  while (!beginsWithInitial(name) && words.length > 1 && beforeLevels.has(words[0] ?? '')) words.shift();
  return !initialAndWord.test(name.trim()) && levels.includes(words.join(''));
}

/** A name of two words or more without its article and titles, as they may be written: Ph. D., M.P.A.; and without the words of a set. An initial is no article. */
function withoutTitles(name: string, left: ReadonlySet<string> = new Set()): string {
  const words = wordsBut(name, left);
  const titled = () => [3, 2, 1].find((n) => words.length >= n + 2 && behind.has(lookOf(words.slice(-n).join(''))));
  for (let n = titled(); n !== undefined; n = titled()) words.splice(-n);
  while (!beginsWithInitial(name) && words.length > 2 && before.has(lookOf(words[0] ?? ''))) words.shift();
  return words.join(' ');
}

/** A name without what follows a comma or stands in brackets, but for what tells father and son apart; null where there is nothing of the kind, or no two words are left: Okafor, Nadia. */
function withoutAddition(name: string): string | null {
  const bare = name.replace(/[([{<]([^()[\]{}<>]*)[)\]}>]|,([^,([{<]*)/gu, (part, inside?: string, after?: string) => (wordsOf(inside ?? after ?? '').some((word) => generations.has(lookOf(word))) ? part : ' '));
  return bare !== name && wordsOf(bare).length > 1 ? bare : null;
}

/** Every way in which a name may look like somebody's: as it stands, without titles, without what is added to it. */
const looksOfPerson = (name: string, left?: ReadonlySet<string>): string[] =>
  [name, withoutAddition(name)].flatMap((one) => (one === null ? [] : [lookOf(one), lookOf(withoutTitles(one)), ...(left ? [lookOf(withoutTitles(one, left))] : [])]));

/** Whether something in brackets says no more than that: a badge. */
const hasBadge = (name: string) => [...name.matchAll(/[([{<]([^()[\]{}<>]*)[)\]}>]/gu)].some(([, inside = '']) => wordsOf(inside).length > 0 && wordsBut(inside, besides).length === 0);

/** What a whole name looks like, without words that say nothing of who somebody is, and without those between them too: nothing where what is left are numbers. */
interface Looks { look: string; bare: string; barest: string }

function looksOfName(name: string): Looks {
  const rest = wordsBut(name, besides);
  const bare = lookOf(rest.join(' '));
  const left = wordsBut(rest.join(' '), between).join(' ');
  const barest = /\p{L}/u.test(left) ? lookOf(left) : '';
  return { look: lookOf(name), bare, barest: rest.length < wordsOf(name).length ? barest : bare };
}

/** Whether a name looks like one that the hub itself gives: its own, an office's, or that of people without a name. */
function isKept(name: string, { look, bare, barest }: Looks): boolean {
  const hub = lookOf(settings().name);
  const isPhrase = hub.length >= fewest && wordsOf(settings().name).length > 1;
  const isOffice = hasOffice(name) || isLevel(name) || (bare !== look && ['', ...levels].includes(barest));
  return isOffice || hasBadge(name) || [look, bare, barest].some((one) => withoutArticle(one) === withoutArticle(hub)) || (isPhrase && look.includes(hub))
    || look.includes(colleague) || [look, bare, barest, lookOf((withoutAddition(name) ?? name).replace(/\p{Nd}/gu, ''))].some((one) => looksOfPeople.has(withoutArticle(one)));
}

/** The scripts that languages of today are written in (Unicode Standard Annex 31, table 5), those of nations of this continent, and those that others are taught in (table 7). */
const scripts = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Syriac', 'Thaana', 'Ethiopic', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Khmer', 'Canadian_Aboriginal', 'Cherokee', 'Osage', 'Nko', 'Adlam', 'Tifinagh', 'Ol_Chiki', 'Vai', 'Yi', 'Mongolian'];
/** Greek letters that languages of the Pacific coast are written with among Latin ones: Musqueam and others. */
const amongLatin = 'θλχβΘΛ';
/** A word of one script, or of those that Chinese, Japanese and Korean are written in together. */
const ofOneScript = [...scripts.map((script) => [script]), ['Han', 'Hiragana', 'Katakana', 'Bopomofo'], ['Han', 'Hangul']]
  .map((together) => new RegExp(`^(?:[${together.map((script) => `\\p{Script_Extensions=${script}}${script === 'Latin' ? amongLatin : ''}`).join('')}\\p{Nd}]|(?=\\p{Script=Inherited})\\p{M}|(?=\\p{Script=Common})\\p{Lm})+$`, 'u'));
/** Signs that no name has: what is not on every keyboard is there to look like a letter or a badge. */
const signs = /(?![ -~])\p{S}/u;

/** Why a name is not written as names are, in letters of scripts in use, each word in those of one; null where it is. */
function oddityOf(name: string): string | null {
  const sign = signs.exec(name)?.[0];
  if (sign) return `Please write your name without the sign “${sign}”.`;
  if (!/\p{L}/u.test(name)) return 'Please write your name in letters.';
  const odd = wordsOf(name).find((word) => !ofOneScript.some((one) => one.test(word)));
  return odd ? `Please write your name in ordinary letters, each word in one alphabet: “${odd}” is not.` : null;
}

const coordinating = () => db.select({ id: members.id, name: members.name }).from(members)
  .where(or(ne(members.role, 'member'), inArray(members.id, db.select({ id: coordinatorAreas.memberId }).from(coordinatorAreas)))).all();

/** A number of one or two digits at the end of a word: whoever comes second under a name. Of 311 lines longer ones say something. */
const number = /(?<!\p{Nd})\p{Nd}{1,2}(?![\p{L}\p{M}\p{Nd}])/gu;
/** How else a name is read: without such numbers, and as a register has it, the surname first. Without the comma it is another name: Scott James is not James Scott. */
function readingsOf(name: string): string[] {
  const plain = name.replace(number, ' ');
  return [...new Set([name, plain, plain.replace(/^([^,]+),([^,]+)(,.*)?$/, '$2 $1$3')])];
}

/** Initials and titles without the blank after their full stop: J.R. Smith, St.John. */
const closeInitial = /(?<![\p{L}\p{M}\p{N}])(\p{L}{1,2}\.)(?=\p{Lu})/gu;

/** Why a name is something else than a name, for mail programs, spreadsheets or the hub's own @mentions; null where it is none. */
function otherUseOf(name: string): string | null {
  if (hasWebAddress(name.replace(closeInitial, '$1 '))) return 'This reads like a web address. Please write your name alone, with a blank after each full stop.';
  const [first = ''] = name.normalize('NFKC');
  return '=+-@#'.includes(first) ? `Please leave out the “${first}” before your name.` : null;
}

/**
 * Why a name cannot be chosen; null where it can: it looks like one that the hub itself gives, or like that of a coordinator who is somebody else, with or without a
 * word beside it, is something else than a name, or is not written as names are.
 */
function objectionTo(name: string, ownId: number): string | null {
  const others = coordinating().filter(({ id }) => id !== ownId).flatMap((one) => looksOfPerson(one.name));
  const isTaken = (reading: string, looks = looksOfName(reading)) => isKept(reading, looks)
    || [...Object.values(looks), ...looksOfPerson(reading, besides)].some((look) => others.includes(look));
  if (readingsOf(name).some((reading) => isTaken(reading))) {
    return 'This name is taken here: it belongs to a coordinator or to the hub, or stands for people without a name. Add a second name or an initial, and leave out what only coordinators are, and marks such as “verified”.';
  }
  return otherUseOf(name) ?? oddityOf(name);
}

/** Whether a name cannot be chosen, by this member or by anybody. */
export const isNameTaken = (name: string, ownId = 0): boolean => objectionTo(name, ownId) !== null;

/** Throws Invalid beside the name where it cannot be chosen. A member keeps a name that they have. */
export function mustBeFree(name: string, own: { id: number; name: string } | null = null): void {
  const objection = name === own?.name ? null : objectionTo(name, own?.id ?? 0);
  if (objection) throw new Invalid({ name: objection });
}
