import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Grade } from './metrics.ts';

/** The classes of queries and how many each must have at least; a file of the same name in queries/ holds them. */
export const classes = { 'exact-title': 60, 'known-item': 40, typo: 40, synonym: 35, 'word-form': 20, question: 45, operator: 25, person: 10, place: 10 };
export type QueryClass = keyof typeof classes;
export const classNames = z.enum(['exact-title', 'known-item', 'typo', 'synonym', 'word-form', 'question', 'operator', 'person', 'place']);

/** In these somebody wants one thing, so that only grade 3 counts as found; elsewhere whatever is clearly useful does. */
const oneThing = new Set<QueryClass>(['exact-title', 'known-item', 'operator']);

export const splits = z.enum(['tune', 'hold']);

export interface Judged {
  q: string;
  class: QueryClass;
  split: z.infer<typeof splits>;
  /** Grades by address: a path (`/library/…`) or `thread: ` and the thread's exact title. */
  judged: Map<string, Grade>;
  /** The least grade that counts as found, for the reciprocal rank. */
  foundFrom: Grade;
}

const file = z.array(z.strictObject({
  q: z.string().min(1).max(200), split: splits,
  judged: z.record(z.string(), z.union([z.literal(1), z.literal(2), z.literal(3)])),
}));

/** The judged set, in the order of the files. Throws when a file does not have the form. */
export function readJudged(): Judged[] {
  return classNames.options.flatMap((name) => file.parse(parse(readFileSync(join(import.meta.dirname, 'queries', `${name}.yaml`), 'utf8'))).map(({ q, split, judged }) => ({
    q, class: name, split, judged: new Map(Object.entries(judged)), foundFrom: oneThing.has(name) ? 3 as const : 2 as const,
  })));
}
