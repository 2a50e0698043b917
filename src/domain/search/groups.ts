import { regions } from '#lib/regions.ts';
import { beginning, byPeople, firstPeople, hitsOf, inPeople, near, phrase } from './matching.ts';
import { ofTypes, ofYears, typesCalled, type Told } from './operators.ts';
import { withMended, type Clause, type Query, type Term } from './query.ts';
import { commonness, completionsOf, correctionsOf, spellingTwins } from './spelling.ts';
import { synonymsAt, thesaurusWords, type Found, type Synonym } from './synonyms.ts';
import { fold, hasSenses, sense, stem, stemsIn, stopWords, wordsIn } from './words.ts';

/** One way in which a part of the query can be met. */
export interface Alternative {
  /** For the index; null where attributes tell. */
  match: string | null;
  passes?: Told['passes'];
  /** Stems side by side in a title that has it; empty where a title cannot tell. */
  senses: readonly string[];
  /** How much it counts beside what was typed, which is 1. */
  weight: number;
  how: How;
}

export type How =
  | { by: 'typed' } | { by: 'author' } | { by: 'attribute'; says: Told['says'] }
  | { by: 'beginning'; typed: string } | { by: 'spelling'; typed: string; as: string } | { by: 'twin'; typed: string; as: string } | { by: 'synonym'; typed: string; as: string; /** Its words, where they stand near each other, but not side by side. */ apart?: readonly string[] } | { by: 'related'; typed: string; as: string };

/** A part of the query that a document meets by any of its alternatives. */
export interface Group {
  /** What was typed. */
  label: string;
  alternatives: Alternative[];
  /** Nothing is found without it. */
  required: boolean;
  /** Operators narrow; they say nothing about how well something fits. */
  weighs: boolean;
  /** A plain word, with its place among the words, for pairs of words that stand side by side. */
  word: { text: string; at: number } | null;
  /** How rare it is, once that is known: the logarithm of one over the share of documents that meet it. */
  rarity: number;
  /** Part of what the thesaurus has as it was typed: no typing error. */
  isTerm?: boolean;
}

export interface Expanded {
  groups: Group[];
  /** What was typed with its spelling mended; null where nothing was. */
  corrected: string | null;
  /** A likelier spelling of a word that is found, but hardly; null for none. */
  likelier: string | null;
}

const weights = { typed: 1, joined: 0.95, twin: 0.95, acronym: 0.85, synonym: 0.75, apart: 0.6, year: 0.8, type: 0.3, beginning: 0.45, corrected: 0.85, correctedTwice: 0.65, related: 0.35 };
/** With fewer documents than this a word is looked for in other forms too. */
const few = 5;
/** With fewer documents than this, words that begin like the last one count too; of a short one those are mostly of another family, and it takes fewer than `few`. */
const enough = 25;
/** A word that fewer documents have may be a mistyped one, where nothing has it together with the others. */
const mostDoubted = 3;
const mostSynonyms = 12;
/** The share of the documents with its stem that must have another name itself, where that stem has words of other meanings. */
const leastOwn = 1 / 3;
/** What a document meets is kept as one bit for each part of the query. */
const mostCounted = 30;

const typed: How = { by: 'typed' };
const found = (match: string) => hitsOf(match).ids.length;

/**
 * Turns the clauses of a query into groups of alternatives: other spellings, synonyms of runs of words, mended typing errors.
 * @param boldly also takes rare words for mistyped common ones, for a query that finds nothing as it is
 */
export function expand(query: Query, boldly = false): Expanded {
  const telling = query.clauses.some(({ terms }) => terms.some(isTelling));
  const clauses = query.clauses.filter((clause) => !telling || clause.terms.some(isTelling) || partOfRun(query.clauses, clause));
  const groups = clauses.map((clause, at) => groupOf(clause, at, clauses.length, boldly));
  addSynonyms(clauses, groups);
  addJoined(clauses, groups);
  const kept = groups.filter((_, at) => !telling || clauses[at]?.terms.some(isTelling));
  return { groups: countable(splitEmpty(kept)), ...mended(query, groups) };
}

/** Of the parts that weigh, as many as a number has bits to count them; operators all stay. */
function countable(groups: readonly Group[]): Group[] {
  let many = 0;
  return groups.filter(({ weighs }) => !weighs || many++ < mostCounted);
}

const isTelling = (term: Term) => term.kind !== 'word' || !stopWords.has(term.words[0].toLowerCase());

const isPlain = (clause: Clause | undefined): clause is { terms: [Extract<Term, { kind: 'word' }>] } => clause?.terms.length === 1 && clause.terms[0]?.kind === 'word';

/** Stop words stay between other words, since the thesaurus may have them: quality of service, hang up on. */
function partOfRun(clauses: readonly Clause[], clause: Clause): boolean {
  const at = clauses.indexOf(clause);
  return isPlain(clause) && (isPlain(clauses[at - 1]) || isPlain(clauses[at + 1]));
}

function groupOf(clause: Clause, at: number, many: number, boldly: boolean): Group {
  const alternatives = clause.terms.flatMap((term) => alternativesOf(term, many, boldly));
  const [only] = clause.terms;
  const plain = isPlain(clause) ? { text: clause.terms[0].words[0], at } : null;
  return {
    label: clause.terms.map((t) => (t.kind === 'field' ? `${t.field.name}:${t.field.value}` : t.words.join(' '))).join(' or '),
    alternatives, word: plain, rarity: 0,
    required: clause.terms.length > 1 || (only?.kind !== 'word' && only?.kind !== 'compound'),
    weighs: clause.terms.some((t) => t.kind !== 'field' || 'people' in t.field),
  };
}

function alternativesOf(term: Term, many: number, boldly: boolean): Alternative[] {
  if (term.kind === 'field') {
    return 'people' in term.field
      ? [{ match: byPeopleCalled(term.field.people), senses: [], weight: 1, how: { by: 'author' } }]
      : [told(term.field, 1)];
  }
  if (term.kind === 'phrase') return [as(term.words, weights.typed, typed)];
  if (term.kind === 'compound') return compound(term.words);
  return wordAlternatives(term.words[0], term.unfinished, many, boldly);
}

/** Names as they were typed; where nobody has them, as the beginnings of names: Ben Clark, B. Clark. */
function byPeopleCalled(names: readonly string[]): string {
  const whole = byPeople(names);
  return found(whole) ? whole : byPeople(names, beginning);
}

const as = (words: readonly string[], weight: number, how: How): Alternative => ({ match: phrase(words), senses: words.map(sense), weight, how });

const told = ({ passes, says }: Told, weight: number): Alternative => ({ match: null, passes, senses: [], weight, how: { by: 'attribute', says } });

/** Written as one with something between: call-centre is also call centre and callcentre, in either spelling. */
function compound(words: readonly string[]): Alternative[] {
  const [text, joined] = [words.join('-'), words.join('')];
  const isShared = joined.length < 3 && completionsOf(joined, 30).some((other) => stem(other) === stem(joined));
  // The stem of US is that of uses, too.
  const alternatives = [as(words, weights.typed, typed), ...(isShared ? [] : [as([joined], weights.joined, typed)])];
  words.forEach((word, n) => {
    for (const twin of spellingTwins(word)) {
      const other = words.with(n, twin);
      if (found(phrase(other))) alternatives.push(as(other, weights.twin, { by: 'twin', typed: text, as: other.join('-') }));
    }
  });
  return alternatives;
}

function wordAlternatives(word: string, unfinished: boolean, many: number, boldly: boolean): Alternative[] {
  const alternatives = [as([word], weights.typed, typed)];
  const hits = found(phrase([word]));
  for (const twin of spellingTwins(word)) {
    const written = stem(twin) !== stem(word) && found(phrase([twin])) ? inflectionOf(twin) : undefined;
    if (written !== undefined) alternatives.push(as([twin], weights.twin, { by: 'twin', typed: word, as: written }));
  }
  if (/^(19|20)\d\d$/.test(word)) alternatives.push(told(ofYears(Number(word)), weights.year));
  const types = many > 1 ? typesCalled(word).filter(() => fold(word).length > 3) : [];
  if (types.length === 1) alternatives.push(told(ofTypes(types), weights.type));
  const begun = mayBeBegun(word, unfinished, hits) ? begunWith(word) : [];
  alternatives.push(...begun);
  if (hits < few) alternatives.push(...inTwo(word));
  // Written in another way it is right as it was typed.
  const isRight = hits > 0 || alternatives.some(({ how }) => how.by === 'twin');
  if (!isRight && begun.reduce((sum, a) => sum + found(a.match ?? ''), 0) < few) alternatives.push(...corrected(word, 0));
  else if (boldly && hits < mostDoubted) alternatives.push(...corrected(word, 5 * hits, 1));
  return alternatives;
}

/** A word as it stands somewhere: so, as more than one of it, or without its ending. The index has only stems, and "tired" is no "tire". */
const formOf = (word: string): string | undefined =>
  [word, `${word}s`].find((form) => commonness(form) > 0) ?? completionsOf(stem(word), 30).find((form) => stem(form) === stem(word) && form.length <= word.length && commonness(form) > 0);

/** A word as it stands somewhere: so, or with another of the endings that leave it the same word. "Customer" is no "customize", though they share a stem. */
const inflectionOf = (word: string): string | undefined => inflectionsOf(word).find((form) => commonness(form) > 0);

function inflectionsOf(word: string): string[] {
  const bare = word.replace(/(?:e[sd]?|s|ing)$/, '');
  const forms = [word, ...['', 'e', 's', 'es', 'ed', 'ing'].map((ending) => bare + ending), bare.replace(/y$/i, 'ies'), word.replace(/ies$/i, 'y')];
  return [...new Set(forms)].filter((form) => stem(form) === stem(word));
}

/** The last word may be unfinished, and any that stands nowhere may be short for another: Philly for Philly311. */
function mayBeBegun(word: string, unfinished: boolean, hits: number): boolean {
  if (!unfinished) return word.length > 4 && hits === 0;
  // Three letters that stand somewhere are a word.
  return word.length > 2 && hits < (word.length < 4 ? 1 : word.length < 5 ? few : enough);
}

/**
 * Words that begin like an unfinished one: the most common ones by themselves, for the index has only stems, and all others where its stem is the word
 * itself. That of "bus" is "bu", which is how "buddy" begins.
 */
function begunWith(word: string): Alternative[] {
  const how: How = { by: 'beginning', typed: word };
  const stems = new Set([stem(word)]);
  const completed = completionsOf(word, 30).flatMap((whole) => {
    if (stems.has(stem(whole))) return [];
    stems.add(stem(whole));
    return [as([whole], weights.beginning, how)];
  });
  const rest: Alternative = { match: beginning([word]), senses: [stem(word)], weight: weights.beginning, how };
  const hasRest = stem(word) === fold(word) && found(beginning([word])) > found(phrase([word]));
  return [...completed.slice(0, 8), ...(hasRest ? [rest] : [])];
}

/** Two words that were written as one; a name with an apostrophe is two for the index: O'Brien, D'Souza. */
function inTwo(word: string): Alternative[] {
  if (word.length < 6) return [];
  const name = [word.slice(0, 1), word.slice(1)];
  if (/^[dlo]/i.test(word) && commonness(name[1] ?? '') > 0 && found(phrase(name))) return [as(name, weights.joined, { by: 'twin', typed: word, as: name.join('’') })];
  for (let at = 3; at <= word.length - 3; at++) {
    const words = [word.slice(0, at), word.slice(at)];
    if (words.every((part) => commonness(part) > 0) && found(phrase(words))) return [as(words, weights.joined, { by: 'twin', typed: word, as: words.join(' ') })];
  }
  return [];
}

const regionWords: ReadonlySet<string> = new Set(Object.values(regions).flatMap((names) => Object.values(names)).flatMap(wordsIn).map(fold));

/** What a word that stands nowhere may have been meant to be; one that is no more common than what was found already is not. */
function corrected(word: string, than: number, furthest = Infinity): Alternative[] {
  // A word of the field or the name of a state is none that was mistyped, whether a document has it or not.
  if (synonymsAt([word], 0) || regionWords.has(fold(word))) return [];
  const known = new Set<string>();
  const some = correctionsOf(word, 12, thesaurusWords());
  const nearest = some[0]?.distance ?? 0;
  return some.flatMap(({ word: other, distance }) => {
    if (known.has(stem(other)) || known.size >= 3 || distance > nearest || distance > furthest) return [];
    // The thesaurus may lead from a word that no document has to one that some have.
    if (found(phrase([other])) <= than && !(than === 0 && synonymsAt([other], 0))) return [];
    known.add(stem(other));
    const weight = (distance === 1 ? weights.corrected : weights.correctedTwice) * (known.size === 1 ? 1 : 0.7);
    return [as([other], weight, { by: 'spelling', typed: word, as: asWritten(other) })];
  });
}

/** An acronym of the field, and what is mostly a name, as they are written; all other words as they are. */
function asWritten(word: string): string {
  const acronym = synonymsAt([word], 0)?.text ?? '';
  if (acronym !== acronym.toLowerCase() && acronym === acronym.toUpperCase()) return acronym;
  const named = inPeople(phrase([word]));
  return found(named) > 0 && 2 * found(named) >= found(phrase([word])) ? wordsIn(firstPeople(named)).find((name) => fold(name) === word) ?? word : word;
}

/** The words to look up in the thesaurus: as they were typed, or with the spelling of a plain one mended; none where something else was typed. */
function wordsOf(clause: Clause | undefined, group?: Group): readonly string[] {
  const [only] = clause?.terms ?? [];
  if (clause?.terms.length !== 1 || (only?.kind !== 'word' && only?.kind !== 'compound')) return [];
  const mend = only.kind === 'word' ? group?.alternatives.find((a) => a.how.by === 'spelling') : undefined;
  // F.C.R. is FCR.
  const isDotted = only.kind === 'compound' && only.words.every((word) => /^\p{L}$/u.test(word));
  return mend?.how.by === 'spelling' ? [mend.how.as] : isDotted ? [only.words.join('')] : only.words;
}

/** The longest run from the beginning of these lists of words on that the thesaurus has and that ends where one of them ends. */
function runOf(lists: readonly (readonly string[])[]): { entry: Found; many: number } | null {
  const words = lists.flat();
  const ends = lists.map((_, n) => lists.slice(0, n + 1).flat().length);
  let entry = synonymsAt(words, 0);
  while (entry && !ends.includes(entry.length)) entry = synonymsAt(words.slice(0, entry.length - 1), 0);
  return entry && { entry, many: ends.indexOf(entry.length) + 1 };
}

/** Gives every word of a run that the thesaurus knows, as typed or else with its spelling mended, what else the run is called: a document that has it meets all of them. */
function addSynonyms(clauses: readonly Clause[], groups: readonly Group[]): void {
  for (let at = 0; at < clauses.length;) {
    let end = at;
    while (wordsOf(clauses[end]).length > 0) end++;
    const run = clauses.slice(at, end);
    const [asTyped, asMended] = [runOf(run.map((clause) => wordsOf(clause))), runOf(run.map((clause, n) => wordsOf(clause, groups[at + n])))];
    const isAsTyped = asTyped !== null && asTyped.entry.length >= (asMended?.entry.length ?? 0);
    const longest = isAsTyped ? asTyped : asMended;
    if (longest) addTo(groups.slice(at, at + longest.many), longest.entry, isAsTyped);
    at += longest?.many ?? 1;
  }
}

function addTo(groups: readonly Group[], { text, same, related }: Found, isAsTyped: boolean): void {
  const run = stemsIn(text);
  const called = (s: Synonym) => as(s.words, s.acronym ? weights.acronym : weights.synonym, { by: 'synonym', typed: text, as: s.text });
  const added = same.filter(isWritten).map(called).slice(0, mostSynonyms);
  if (added.length === 0) added.push(...same.flatMap((s) => apart(s, text)));
  const isFound = added.length > 0 || groups.every((g) => g.alternatives.some((a) => a.match !== null && a.how.by !== 'spelling' && found(a.match)));
  if (!isFound) added.push(...nearTo(related, text).slice(0, 3));
  for (const group of groups) {
    // What the thesaurus knows is no typing error.
    if (added.length > 0 || isAsTyped) group.alternatives = group.alternatives.filter((a) => a.how.by !== 'spelling' || (!isAsTyped && run.includes(stem(a.how.as))));
    group.alternatives.push(...added);
    if (isAsTyped) group.isTerm = true;
  }
}

/** Whether another name stands somewhere as it is, and not only words of its stems: "any" is no ANI. Of a single word they must not be mostly of another meaning: "public" is no publicity. */
function isWritten({ words }: Synonym): boolean {
  const hits = found(phrase(words));
  const [only = '', another] = words;
  if (hits === 0 || words.some((word) => /^\p{L}{3}/u.test(word) && inflectionOf(word) === undefined)) return false;
  return another !== undefined || !hasSenses(only) || leastOwn * hits <= inflectionsOf(only).reduce((sum, form) => sum + commonness(form), 0);
}

/** What is near in meaning, under any of its names. */
function nearTo(related: readonly Synonym[], typed: string): Alternative[] {
  const names = related.flatMap((s) => [s, ...synonymsAt(s.words, 0)?.same ?? []]);
  return names.filter(isWritten).map((s) => as(s.words, weights.related, { by: 'related', typed, as: s.text }));
}

const digit = /^(?:\p{N}|zero|one|two|three|four|five|six|seven|eight|nine)$/iu;

/** Another name that nobody writes, by its words near each other; none where that would be the word itself again: staff turnover for turnover. */
function apart({ words, text }: Synonym, typed: string): Alternative[] {
  const telling = words.filter((word) => !stopWords.has(word.toLowerCase()));
  if (telling.length < 2 || words.every((word) => digit.test(word)) || telling.some((word) => stemsIn(typed).includes(stem(word)))) return [];
  const match = near(telling);
  return found(match) ? [{ match, senses: [], weight: weights.apart, how: { by: 'synonym', typed, as: text, apart: telling } }] : [];
}

/** Two words that are written as one elsewhere: pot hole, web site. */
function addJoined(clauses: readonly Clause[], groups: readonly Group[]): void {
  for (let at = 0; at + 1 < clauses.length; at++) {
    const [a, b] = [groups[at]?.word?.text, groups[at + 1]?.word?.text];
    if (!a || !b || !isPlain(clauses[at]) || (a + b).length < 5 || stopWords.has(a.toLowerCase()) || !found(phrase([a + b]))) continue;
    const joined = as([a + b], weights.joined, { by: 'twin', typed: `${a} ${b}`, as: formOf(a + b) ?? a + b });
    for (const group of [groups[at], groups[at + 1]]) {
      if (group) group.alternatives = [...group.alternatives.filter((x) => x.how.by !== 'spelling'), joined];
    }
  }
}

/** A compound that stands nowhere is asked for as its single words. */
function splitEmpty(groups: readonly Group[]): Group[] {
  return groups.flatMap((group) => {
    const [first] = group.alternatives;
    const compoundOnly = group.word === null && group.weighs && group.alternatives.length > 1 && first?.how.by === 'typed' && group.alternatives[1]?.how.by === 'typed' && group.alternatives[1].senses.length === 1 && first.senses.length > 1;
    if (!compoundOnly || group.alternatives.some((a) => a.match !== null && found(a.match))) return [group];
    const words = group.label.split(' ');
    const telling = words.filter((word) => !stopWords.has(word.toLowerCase()));
    return (telling.length > 0 ? telling : words).map((word): Group => ({ label: word, alternatives: wordAlternatives(word, false, words.length, false).filter(({ how }) => !group.isTerm || how.by !== 'spelling'), required: false, weighs: true, word: null, rarity: 0 }));
  });
}

function mended(query: Query, groups: readonly Group[]): Pick<Expanded, 'corrected' | 'likelier'> {
  let [corrected, likelier] = [query.text, query.text];
  for (const { alternatives, word, isTerm } of groups) {
    if (!word || isTerm || regionWords.has(fold(word.text))) continue;
    const mend = alternatives.find((a) => a.how.by === 'spelling');
    if (mend?.how.by === 'spelling') corrected = withMended(corrected, word.text, mend.how.as);
    else if (alternatives.length === 1 && alternatives[0]?.match) {
      const hits = found(alternatives[0].match);
      const better = hits > 0 && hits <= 2 ? correctionsOf(word.text, 1)[0] : undefined;
      if (better?.distance === 1 && stem(better.word) !== stem(word.text) && found(phrase([better.word])) >= 10 * hits) likelier = withMended(likelier, word.text, better.word);
    }
  }
  return { corrected: corrected === query.text ? null : corrected, likelier: likelier === query.text ? null : likelier };
}

