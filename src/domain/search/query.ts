import { operatorNames } from '#lib/search-words.ts';
import { leadsTo, offeredPlaces, offeredTypes, readField, themesCalled, typesCalled, type Field, type OperatorName } from './operators.ts';
import { wordsIn } from './words.ts';

/** One thing that was asked for: words that belong together, or what an operator says. */
export type Term =
  /** `unfinished`: the last word of what was typed may be the beginning of one. */
  | { kind: 'word'; words: readonly [string]; unfinished: boolean }
  /** Written as one with punctuation inside: call-centre, 3-1-1, O'Brien. */
  | { kind: 'compound'; words: readonly string[] }
  | { kind: 'phrase'; words: readonly string[] }
  | { kind: 'field'; field: Field };

/** Terms of which one is enough. */
export interface Clause { terms: readonly Term[] }

export interface Query {
  /** What was typed, cut to a sensible length. */
  text: string;
  /** Every one of them is asked for, in order. */
  clauses: readonly Clause[];
  /** Nothing that has one of these. */
  without: readonly Term[];
}

/** Letters that are read of what was typed. */
export const mostTyped = 400;
const mostClauses = 18;

/** A quotation begins after a blank and ends before one: 5" pipe has none. */
const token = new RegExp(`(?<=^|\\s)(-?)(?:(${operatorNames.join('|')}):(?:"([^"]*)"(?=\\s|$)|(\\S+))|"([^"]*)"(?=\\s|$)|(\\S+))`, 'giu');

/** What phones and word processors make of quotation marks, as they were meant. */
const straightened = (typed: string): string => typed.replace(/[“”„]/g, '"');

/**
 * Reads what was typed: words, "phrases", -without, OR, and operators such as year:2010..2020. What makes no sense as an operator is taken
 * literally, so that there is no wrong query.
 */
export function readQuery(typed: string): Query {
  const text = straightened(typed.toWellFormed()).slice(0, mostTyped);
  const clauses: { terms: Term[] }[] = [];
  const without: Term[] = [];
  let or = false;
  for (const match of text.matchAll(token)) {
    if (match[0] === 'OR' || match[0] === '|') {
      or = clauses.length > 0;
      continue;
    }
    const term = termOf(match, match.index + match[0].length === text.length);
    if (!term) continue;
    if (match[1]) {
      without.push(term);
      or = false;
    }
    else if (or) {
      clauses.at(-1)?.terms.push(term);
      or = false;
    } else clauses.push({ terms: [term] });
  }
  return { text, clauses: together(clauses).slice(0, mostClauses), without: without.slice(0, mostClauses) };
}

/** What was typed without what is not wanted and without operators and quotation marks. */
export const withoutOperators = (typed: string): string =>
  [...straightened(typed).matchAll(token)].filter((match) => !match[1] && !/^(?:OR|\|)$/.test(match[0]) && termOf(match, false)?.kind !== 'field').map((match) => match[5] ?? match[0]).join(' ');

/** What was typed with a word mended wherever it is looked for: among words and in quotations, authors and places, in nothing that is not wanted and in no other operator. */
export const withMended = (typed: string, word: string, by: string): string =>
  typed.replace(token, (whole: string, minus: string, name?: string) => (minus || (name && !/^(?:author|place)$/i.test(name)) ? whole : whole.replace(new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'gu'), () => by)));

/** What was typed without the quotation marks of what is looked for. */
export const withoutQuotes = (typed: string): string => typed.replace(token, (whole: string, minus: string, name?: string) => (minus || name ? whole : whole.replaceAll('"', '')));

/** Nothing is of two types or in two places: of these, asked for twice, one is enough. */
function together(clauses: readonly { terms: Term[] }[]): Clause[] {
  const known = new Map<string, { terms: Term[] }>();
  return clauses.filter((clause) => {
    const [only] = clause.terms;
    if (clause.terms.length !== 1 || only?.kind !== 'field' || !['type', 'in'].includes(only.field.name)) return true;
    const before = known.get(only.field.name);
    if (before) before.terms.push(only);
    else known.set(only.field.name, clause);
    return !before;
  });
}

function termOf(match: RegExpExecArray, last: boolean): Term | null {
  const [whole = '', minus = '', name, quotedValue, plainValue, phrase, plain] = match;
  if (name) {
    const field = readField(name.toLowerCase() as OperatorName, quotedValue ?? plainValue ?? '');
    if (field) return { kind: 'field', field };
  }
  if (phrase !== undefined) {
    const words = wordsIn(phrase).slice(0, 20);
    return words.length ? { kind: 'phrase', words } : null;
  }
  const literal = plain ?? whole.slice(minus.length);
  // The ’s of a possessive is no word; nor is a lone letter that an apostrophe cut off.
  const words = wordsIn(literal.replace(/['’]s(?=$|[^\p{L}\p{N}])/giu, '')).slice(0, 12);
  const [only] = words;
  if (only === undefined) return null;
  return words.length > 1 ? { kind: 'compound', words } : { kind: 'word', words: [only], unfinished: last && /[\p{L}\p{N}\p{M}]$/u.test(literal) };
}

const quoted = (value: string) => (/^[^\s"]+$/.test(value) ? value : `"${value.replaceAll('"', '')}"`);

/** What the fields of the long form ask for. */
export interface LongForm {
  words?: string | null; phrase?: string | null; any?: string | null; without?: string | null; author?: string | null; type?: string | null; theme?: string | null;
  place?: string | null; from?: string | null; to?: string | null; in?: string | null; answered?: boolean; after?: string | null; before?: string | null;
}

/** The fields of the long form as one query: whatever the form can ask can be typed. */
export function writeQuery(form: LongForm): string {
  const text = (value: string | null | undefined) => straightened(value ?? '').trim();
  const pieces = (value: string | null | undefined) => text(value).match(/-?(?:\w+:)?"[^"]*"(?=\s|$)|\S+/g) ?? [];
  // A quotation mark that stands alone would pair with those of the phrase.
  const parts = pieces(form.words).map((piece) => (/^-?(?:\w+:)?"[^"]*"$/.test(piece) ? piece : piece.replaceAll('"', '')));
  if (text(form.phrase)) parts.push(`"${text(form.phrase).replaceAll('"', '')}"`);
  if (text(form.any)) parts.push(pieces(form.any).filter((w) => w !== 'OR').join(' OR '));
  if (text(form.without)) parts.push(...pieces(form.without).map((w) => `-${w.replace(/^-+/, '')}`));
  for (const name of ['author', 'type', 'theme', 'place', 'in', 'after', 'before'] as const) if (text(form[name])) parts.push(`${name}:${quoted(text(form[name]))}`);
  const [from, to] = [text(form.from), text(form.to)];
  if (from || to) parts.push(`year:${from === to ? from : `${from}..${to}`}`);
  if (form.answered) parts.push('has:answer');
  // What does not fit is left out whole.
  return parts.filter(Boolean).reduce((line, part) => (line.length + part.length < mostTyped ? `${line} ${part}`.trim() : line), '');
}

/** What a field of the long form holds for the value of an operator; null where there is no such choice. */
function choiceOf(name: string, value: string): string | null {
  if (name === 'in') return offeredPlaces.find(({ code }) => leadsTo(code) === leadsTo(value))?.code ?? null;
  if (name !== 'type' && name !== 'theme') return value;
  const [only, another] = name === 'type' ? typesCalled(value) : themesCalled(value);
  return only && !another && (name === 'theme' || offeredTypes.some(({ code }) => code === only)) ? only : null;
}

/** A query taken apart again into the fields of the long form. What has no field, and no choice in one, stays among the words as it was typed. */
export function readLongForm(typed: string): LongForm {
  const { clauses, without } = readQuery(typed);
  const form: Record<string, string> = {};
  const add = (name: string, value: string) => { form[name] = form[name] ? `${form[name]} ${value}` : value; };
  const shown = (t: Term) => (t.kind === 'field' ? `${t.field.name}:${quoted(t.field.value)}` : t.kind === 'phrase' ? `"${t.words.join(' ')}"` : t.words.join(t.kind === 'compound' ? '-' : ' '));
  let answered = false;
  for (const { terms } of clauses) {
    const [only] = terms;
    if (terms.length > 1) add(form['any'] || terms.some((t) => t.kind !== 'word') ? 'words' : 'any', form['any'] || terms.some((t) => t.kind !== 'word') ? terms.map(shown).join(' OR ') : terms.map(shown).join(' '));
    else if (only?.kind === 'field') {
      const { name, value } = only.field;
      const years = /^(\d{4})?(\.\.|–|-)?(\d{4})?$/.exec(value);
      const choice = choiceOf(name, value);
      if (name === 'has') answered = true;
      else if (name === 'year' && years && form['from'] === undefined) {
        form['from'] = years[1] ?? '';
        form['to'] = years[3] ?? (years[2] ? '' : years[1] ?? '');
      } else if (form[name] || name === 'year' || choice === null) add('words', shown(only));
      else form[name] = choice;
    } else if (only?.kind === 'phrase' && !form['phrase']) form['phrase'] = only.words.join(' ');
    else if (only) add('words', shown(only));
  }
  for (const term of without) add('without', shown(term));
  return { ...form, answered };
}
