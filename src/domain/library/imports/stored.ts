import { z } from 'zod';
import { cslSchema } from '../csl.ts';
import type { ExchangeRecord } from '../exchange/record.ts';

const codes = z.array(z.string());
const word = z.string().nullable();
const recordSchema: z.ZodType<ExchangeRecord> = z.object({
  key: z.string(), type: z.string(), csl: cslSchema, themes: codes, place: word, region: word, country: word, population: z.number().nullable(), channels: codes, serviceAreas: codes,
  language: z.string(), evidence: word, rights: word, rightsNote: word,
});

/** The record that a row of an import keeps; null where it could not be read. */
export function readStored(record: Record<string, unknown> | null): ExchangeRecord | null {
  return record && recordSchema.safeParse(record).data || null;
}
