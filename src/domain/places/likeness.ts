import { forms, kindName, regionName, countryName, stages } from './words.ts';
import { labelOf } from '../vocabulary.ts';

/** What likeness looks at. */
export interface Likenable {
  population: number | null;
  /** Code of a jurisdiction. */
  kind: string | null;
  form: string | null;
  stage: string | null;
  /** Names of the systems it works with. */
  systems: readonly string[];
  region: string | null;
  country: string | null;
}

export const parts = ['population', 'kind', 'form', 'stage', 'stack', 'region'] as const;
export type Part = (typeof parts)[number];

export const partNames: Record<Part, string> = {
  population: 'Population', kind: 'Kind of government', form: 'Form of government', stage: 'Stage of the programme', stack: 'Systems in use', region: 'State or province, country',
};

/** How much each part counts, from 0, not at all, to 3. */
export type Weights = Readonly<Record<Part, number>>;
export const usualWeights: Weights = { population: 3, kind: 1, form: 1, stage: 2, stack: 1, region: 1 };
export const weightWords = ['not at all', 'a little', 'some', 'a lot'] as const;

/** A hundred times as many people are as far apart as it gets. */
const farthest = 2;

/** How far apart two places are in one part, from 0 to 1: half where it is known of one only, null where of neither. */
function apart(part: Part, a: Likenable, b: Likenable): number | null {
  const [one, other] = [isKnown(part, a), isKnown(part, b)];
  if (!one || !other) return one || other ? 0.5 : null;
  if (part === 'population') return Math.min(1, Math.abs(Math.log10((a.population ?? 0) + 1) - Math.log10((b.population ?? 0) + 1)) / farthest);
  if (part === 'stage') return Math.abs(stageOf(a) - stageOf(b)) / (stages.length - 1);
  if (part === 'stack') return farInStack(stackOf(a), stackOf(b));
  if (part === 'region') return a.country !== b.country ? 1 : a.region === b.region ? 0 : 0.5;
  return Number(a[part] !== b[part]);
}

function isKnown(part: Part, place: Likenable): boolean {
  if (part === 'stack') return stackOf(place).size > 0;
  if (part === 'stage') return stageOf(place) >= 0;
  return (part === 'region' ? place.country : place[part]) !== null;
}

const stageNumbers = new Map(stages.map(({ code }, at) => [code, at]));
const stageOf = ({ stage }: Likenable): number => (stage === null ? -1 : stageNumbers.get(stage) ?? -1);

const nothing: ReadonlySet<string> = new Set();
/** Names of the systems, in lower case; that two places made something of their own does not make them alike. */
const stackOf = ({ systems }: Likenable): ReadonlySet<string> => (systems.length === 0 ? nothing : new Set(systems.map((name) => name.toLowerCase()).filter((name) => name !== 'own')));
const farInStack = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => 1 - a.intersection(b).size / a.union(b).size;

/**
 * How unlike two places are, from 0 to 1: the mean of the parts by their weights. A part of which nothing is known of either place does not count;
 * where it is known of one only it counts half, so that what is unknown is neither near nor far. Symmetric, and 0 for a place and itself.
 */
export function distance(a: Likenable, b: Likenable, weights: Weights): number {
  let sum = 0;
  let weighed = 0;
  for (const part of parts) {
    if (weights[part] === 0) continue;
    const far = apart(part, a, b);
    if (far === null) continue;
    sum += weights[part] * far;
    weighed += weights[part];
  }
  return weighed === 0 ? 0 : sum / weighed;
}

/** Whole percent of likeness, as it is shown. */
export const likenessPercent = (far: number): number => Math.round(100 * (1 - far));

/** Why another place is like or unlike ours, part by part, in words; parts without weight, and those of which nothing is known, are left out. */
export function explain(ours: Likenable, other: Likenable, weights: Weights): { part: Part; far: number; words: string }[] {
  return parts.flatMap((part) => {
    const far = weights[part] === 0 ? null : apart(part, ours, other);
    return far === null ? [] : [{ part, far, words: say[part](ours, other) }];
  });
}

/** How like another place is to ours: in percent, in how many of the points that count where not all are known, and why in words. */
export interface Alike { percent: number; points: string | null; why: string }

/** What is known of neither is counted and named, so that nobody takes a few points for all. */
export function likeness(ours: Likenable, other: Likenable, weights: Weights): Alike {
  const percent = likenessPercent(distance(ours, other, weights));
  if (ours === other) return { percent, points: null, why: 'this place' };
  const weighed = parts.filter((part) => weights[part] > 0);
  const known = explain(ours, other, weights);
  const unknown = weighed.filter((part) => !known.some((one) => one.part === part)).map((part) => partNames[part].toLowerCase());
  if (unknown.length === 0) return { percent, points: null, why: known.map(({ words }) => words).join(', ') };
  return { percent, points: `in ${known.length} of ${weighed.length} points`, why: [known.map(({ words }) => words).join(', '), `not known of either: ${unknown.join(', ')}`].filter(Boolean).join('; ') };
}

const say: Record<Part, (ours: Likenable, other: Likenable) => string> = {
  population: ({ population: a }, { population: b }) => (a === null || b === null ? 'population not known' : people((b + 1) / (a + 1))),
  kind: (a, b) => same('kind of government', a.kind, b.kind, kindName),
  form: (a, b) => same('form of government', a.form, b.form, (code) => labelOf(forms, code)),
  stage: (a, b) => same('stage', a.stage, b.stage, (code) => labelOf(stages, code)),
  stack: (a, b) => {
    if (stackOf(a).size === 0 || stackOf(b).size === 0) return 'systems not known';
    const both = b.systems.filter((name, at) => stackOf(a).has(name.toLowerCase()) && b.systems.indexOf(name) === at);
    return both.length > 0 ? `both use ${both.join(', ')}` : 'other systems';
  },
  region: (a, b) => {
    if (a.country === null || b.country === null) return 'country not known';
    if (a.country !== b.country) return `in ${countryName(b.country)}`;
    return a.region !== null && a.region === b.region ? `also in ${regionName(a.country, a.region)}` : a.region === null && b.region === null ? `also in ${countryName(a.country)}` : b.region === null ? 'same country' : `in ${regionName(b.country, b.region)}`;
  },
};

function people(ratio: number): string {
  if (ratio > 0.9 && ratio < 1.1) return 'about as many people';
  const times = ratio > 1 ? ratio : 1 / ratio;
  const number = times < 10 ? times.toFixed(1).replace(/\.0$/, '') : Math.round(times).toLocaleString('en-CA');
  return ratio > 1 ? `${number} times as many people` : `a population ${number} times smaller`;
}

function same(what: string, a: string | null, b: string | null, label: (code: string) => string): string {
  if (a === null || b === null) return `${what} not known`;
  return a === b ? `same ${what}` : `${what}: ${label(b).toLowerCase()}`;
}

/** Whether a query says of every part that it does not count. */
export const saysNothingCounts = (query: URLSearchParams): boolean => parts.every((part) => query.get(`by-${part}`) === '0');

/** Reads weights from the query part of an address, as `by-population=3`; what means nothing is the usual, and so are all where nothing would count. */
export function readWeights(query: URLSearchParams): Weights {
  if (saysNothingCounts(query)) return usualWeights;
  const weight = (part: Part) => {
    const given = query.get(`by-${part}`);
    return given !== null && /^[0-3]$/.test(given) ? Number(given) : usualWeights[part];
  };
  return { population: weight('population'), kind: weight('kind'), form: weight('form'), stage: weight('stage'), stack: weight('stack'), region: weight('region') };
}

/** Names and values that say the same in an address, without the usual ones. */
export const pairsOfWeights = (weights: Weights): [name: string, value: string][] =>
  parts.flatMap((part): [string, string][] => (weights[part] === usualWeights[part] ? [] : [[`by-${part}`, String(weights[part])]]));
