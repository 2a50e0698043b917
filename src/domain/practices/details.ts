import { z } from 'zod';

const result = z.object({
  what: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  value: z.string().optional(),
  /** Where it is documented, in words. */
  source: z.string().optional(),
  /** Where it is documented, as a bibliography key. */
  work: z.string().optional(),
});

const details = z.object({
  jurisdiction: z.string().nullish(),
  populationYear: z.number().nullish(),
  populationSource: z.string().nullish(),
  channels: z.array(z.string()).default([]),
  serviceAreas: z.array(z.string()).default([]),
  results: z.array(result).default([]),
});

export type PracticeResult = z.infer<typeof result>;
export type PracticeDetails = z.infer<typeof details>;

/** What only a practice has, from the resource's `details`. */
export function readPractice(stored: Record<string, unknown>): PracticeDetails {
  const read = details.safeParse(stored);
  return read.success ? read.data : { channels: [], serviceAreas: [], results: [] };
}

/** Results as lines of a form: "911 calls put on hold | 18 % | 4 % | Baltimore Sun, 1998" or, without a before, "Share of calls | 36 % | source". */
export function writeResults(results: readonly PracticeResult[]): string {
  return results.map((r) => {
    const source = r.work ? `@${r.work}` : r.source ?? '';
    return (r.value === undefined ? [r.what, r.before ?? '', r.after ?? '', source] : [r.what, r.value, source]).join(' | ');
  }).join('\n');
}

/** Reads the lines of `writeResults`; a line that is none is told by its number. */
export function readResults(lines: string): { results: PracticeResult[]; wrong: number[] } {
  const results: PracticeResult[] = [];
  const wrong: number[] = [];
  lines.split('\n').forEach((line, at) => {
    if (!line.trim()) return;
    const [what = '', first = '', second = '', third = '', ...more] = line.split('|').map((part) => part.trim());
    const last = third || second;
    const source = last.startsWith('@') ? { work: last.slice(1) } : { source: last };
    if (!what || !first || !second || more.length) wrong.push(at + 1);
    else results.push(third ? { what, before: first, after: second, ...source } : { what, value: first, ...source });
  });
  return { results, wrong };
}
