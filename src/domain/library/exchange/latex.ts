import { parse, type Creator } from '@retorquere/bibtex-parser';
import type { Name } from '../names.ts';
import { oneLine, tidied } from './draft.ts';

const options = {
  english: false, sentenceCase: false, caseProtection: false, applyCrossRef: false,
  // A command nobody knows is left out; what it applies to stays.
  unsupported: (node: { type: string; content?: unknown }, tex: string) => (node.type === 'macro' ? (node.content === 'textquotesingle' ? "'" : '') : tex),
} as const;

/** Stand for < and > while the parser makes markup of LaTeX. */
const [less, greater] = ['\uE000', '\uE001'];

/** Values of fields in LaTeX as plain text: accents composed, braces and markup gone. Where LaTeX is too broken to be understood, its signs are dropped. */
export function decodeTexts(values: readonly string[]): string[] {
  const pieces = values.map((value) => (isPlain(value) ? [] : cutAtBlanks(prepared(value))));
  const decoded = decodePieces(pieces.flat().filter(isShort).slice(0, mostPieces)).values();
  const textOf = (piece: string) => (isShort(piece) ? decoded.next().value : undefined) ?? stripped(piece);
  return values.map((value, at) => (pieces[at]?.length ? tidied(pieces[at].map(textOf).join(' ')) : tidied(value)));
}

/** No LaTeX in it at all. */
const isPlain = (value: string) => !/[\\{}$~`%<>\uE000\uE001]|--|''/.test(value);

/** The parser takes long for long texts: it gets them in pieces of about this many characters, and of an entry no more pieces than this. */
const pieceSize = 1000;
const mostPieces = 60;
/** Whether a piece is short enough to be parsed; one that is not has braces that nobody closed. */
const isShort = (piece: string) => piece.length <= 10 * pieceSize;

function decodePieces(pieces: readonly string[]): (string | undefined)[] {
  if (!pieces.length) return [];
  const [entry] = parse(`@misc{x,\n${pieces.map((piece, at) => `f${at} = {${piece}}`).join(',\n')}\n}`, options).entries;
  if (!entry && pieces.length > 1) return pieces.flatMap((piece) => decodePieces([piece]));
  return pieces.map((_, at) => (entry ? plain(entry.fields[`f${at}`] ?? '') : undefined));
}

/** Cuts where a blank stands outside of braces and formulas. */
function cutAtBlanks(value: string): string[] {
  if (value.length <= pieceSize) return [value];
  const pieces: string[] = [];
  let [start, depth, formula] = [0, 0, false];
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '\\') at++;
    else if (char === '{') depth++;
    else if (char === '}') depth--;
    else if (char === '$') formula = !formula;
    else if (/\s/.test(char) && depth === 0 && !formula && at - start >= pieceSize && !/\\[A-Za-z]+$/.test(value.slice(at - 30, at))) {
      pieces.push(value.slice(start, at));
      start = at + 1;
    }
  }
  return [...pieces, value.slice(start)];
}

/** The people of a field in LaTeX, as BibTeX cuts them: by "and", each by commas or by its last word; braces around a name make it an organisation. */
export function decodeNames(value: string): Name[] {
  const names = cutAtAnd(prepared(value).replace(/\s+/g, ' ')).slice(0, mostNames);
  return Array.from({ length: Math.ceil(names.length / namesAtOnce) }, (_, at) => decodeSomeNames(names.slice(at * namesAtOnce, (at + 1) * namesAtOnce))).flat();
}
const namesAtOnce = 20;
/** The longest list of authors known has some five thousand. */
const mostNames = 6000;

/** Cuts at every "and" that stands outside of braces. */
function cutAtAnd(value: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: sign, index } of value.matchAll(/\\.|[{}]| and /gi)) {
    if (sign === '{') depth++;
    else if (sign === '}') depth--;
    else if (depth === 0 && /^ and $/i.test(sign)) {
      names.push(value.slice(start, index));
      start = index + sign.length - 1;
    }
  }
  return [...names, value.slice(start)];
}

function decodeSomeNames(names: readonly string[]): Name[] {
  const [entry] = names.every((name) => name.length < 2 * pieceSize) ? parse(`@misc{x,\nauthor = {${names.join(' and ')}}\n}`, options).entries : [];
  return (entry?.fields.author ?? names.map((name): Creator => ({ name: stripped(name) }))).map(nameOf).filter((name) => name.family ?? name.literal);
}

function nameOf(creator: Creator): Name {
  const [family, given, literal] = [plain(creator.lastName ?? ''), plain(creator.firstName ?? ''), plain(creator.name ?? '')];
  if (!family || (family === 'others' && !given)) return { literal: literal || family };
  // "Donald Taylor, Jr.": what stands after the comma is no first name.
  if (/^(?:Jr|Sr|II|III|IV)\.?$/.test(given) && family.includes(' ')) return { family: family.slice(family.lastIndexOf(' ') + 1), given: family.slice(0, family.lastIndexOf(' ')), suffix: given };
  // "Philippe De Maeyer": BibTeX takes a particle with a capital for a first name.
  const particle = /^(.+?) ((?:(?:De|Van|Von|Du|Del|Della|Di|La|Le|Den|Der|Ten|Ter) ?)+)$/.exec(given);
  if (particle) return { family: `${particle[2]?.trim()} ${family}`, given: particle[1] ?? '' };
  return { family, ...(given && { given }), ...(creator.prefix && { 'non-dropping-particle': plain(creator.prefix) }), ...(creator.suffix && { suffix: plain(creator.suffix) }) };
}

/** An address or identifier as it was typed: no LaTeX in it but the signs that LaTeX needs. */
export function decodeVerbatim(value: string): string {
  return value.replace(/^\s*\\url\s*\{(.*)\}\s*$/s, '$1').replace(/\\textasciitilde(?:\{\}|\s)?|\\~(?:\{\})?|\{\\textasciitilde\}|\$\\sim\$/g, '~').replace(/\\([%&#_${}^])/g, '$1').replace(/^\{+|\}+$/g, '').replace(/\s+/g, '').trim();
}

/** The value with everything that would mislead the parser written so that it does not. */
function prepared(value: string): string {
  return evenDollars(value.replace(/[\uE000\uE001]/g, ''))
    .replace(/\\(?:url|path)\s*\{([^{}]*)\}/g, (_, address: string) => escapeLatex(decodeVerbatim(address)))
    .replace(/\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(\\|[ \t\n])/g, ' ').replace(/(?<!\\)%/g, '\\%')
    .replace(/\\textless(?:\{\}|(?![A-Za-z])\s?)|<|\$<\$/g, less ?? '').replace(/\\textgreater(?:\{\}|(?![A-Za-z])\s?)|>|\$>\$/g, greater ?? '');
}

/** Dollars that are money and not the signs of a formula are written as such. */
function evenDollars(value: string): string {
  const parts = value.split(/(?<!\\)\$/);
  if (parts.length === 1) return value;
  const formulas = parts.length % 2 === 1 && parts.every((part, at) => at % 2 === 0 || (part !== '' && (/[\\^_{}=<>]/.test(part) || !/\s/.test(part))));
  return parts.join(formulas ? '$' : '\\$');
}

function plain(text: unknown): string {
  const marked = Array.isArray(text) ? text.join(' and ') : typeof text === 'string' ? text : '';
  return tidied(marked.replace(/<a href="([^"]*)">[^<]*<\/a>/g, '$1').replace(/<[^<>]+>/g, '').replaceAll(less ?? '', '<').replaceAll(greater ?? '', '>').replace(/ı(?=[\u0300-\u036f])/g, 'i').replace(/ȷ(?=[\u0300-\u036f])/g, 'j'));
}

const stripped = (value: string) => tidied(value.replace(/\\[A-Za-z]+\s?|\\./g, '').replace(/[{}]/g, ''));

const signs: Record<string, string> = {
  '\\': '\\textbackslash{}', '{': '\\textbraceleft{}', '}': '\\textbraceright{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', '<': '\\textless{}', '>': '\\textgreater{}',
};

/** Plain text as LaTeX in UTF-8: the ten signs that LaTeX takes for itself, and those that it would join, are written so that they stay. */
export function escapeLatex(text: string): string {
  return oneLine(text).replace(/[\\{}~^<>]/g, (sign) => signs[sign] ?? sign).replace(/[#$%&_]/g, '\\$&').replace(/-(?=-)/g, '-{}').replace(/`(?=`)/g, '`{}').replace(/'(?=')/g, "'{}").replace(/–/g, '--').replace(/\u00a0/g, '~');
}
