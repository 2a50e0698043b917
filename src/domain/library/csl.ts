import { z } from 'zod';
import type { Name } from './names.ts';

const nameSchema = z.looseObject({
  family: z.string().optional(), given: z.string().optional(), 'non-dropping-particle': z.string().optional(),
  suffix: z.string().optional(), literal: z.string().optional(),
});

/** A bibliographic record in CSL-JSON (citationstyles.org, schema 1.0.2), the parts this hub reads. */
export const cslSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  author: z.array(nameSchema).optional(),
  editor: z.array(nameSchema).optional(),
  issued: z.looseObject({ 'date-parts': z.array(z.array(z.number())) }).optional(),
  'container-title': z.string().optional(),
  'collection-title': z.string().optional(),
  'collection-number': z.string().optional(),
  publisher: z.string().optional(),
  'publisher-place': z.string().optional(),
  volume: z.string().optional(),
  issue: z.string().optional(),
  page: z.string().optional(),
  number: z.string().optional(),
  edition: z.string().optional(),
  genre: z.string().optional(),
  abstract: z.string().optional(),
  DOI: z.string().optional(),
  ISBN: z.string().optional(),
  URL: z.string().optional(),
  language: z.string().optional(),
  custom: z.record(z.string(), z.string()).optional(),
});

export type Csl = z.infer<typeof cslSchema>;

/** The record stored with a resource; a resource written in the browser may have only part of it. */
export function readCsl(stored: Record<string, unknown>): Partial<Csl> {
  const read = cslSchema.partial().safeParse(stored);
  return read.success ? read.data : {};
}

/** Authors, or the editors where there is no author. */
export function peopleOf(csl: Partial<Csl>): Name[] {
  return csl.author?.length ? csl.author : csl.editor ?? [];
}

/** Year and, where known, month (1–12) of publication. */
export function issued(csl: Partial<Csl>): { year: number | null; month: number | null } {
  const [year, month] = csl.issued?.['date-parts'][0] ?? [];
  return { year: year ?? null, month: month ?? null };
}
