import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, facts, prepared, transaction } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import { jurisdictions } from '../vocabulary.ts';
import { countPlaceChange } from './known.ts';
import { foldedPlace, lines, placeLabel, stages } from './words.ts';

/** Where the numbers of content/places.csv are from, by the code in its column `source`. */
export const populationSources: Record<string, { year: number; words: string }> = {
  'us-2022': { year: 2022, words: 'U.S. Census Bureau, estimate for July 1, 2022' },
  'us-2020': { year: 2020, words: 'U.S. census' },
  'ca-2021': { year: 2021, words: 'Statistics Canada, census' },
};

const codeOf = (list: readonly { code: string }[]) => z.string().refine((code) => list.some((term) => term.code === code));
const orNothing = <T extends z.ZodType>(schema: T) => z.literal('').transform(() => null).or(schema);
const number = z.string().regex(/^-?\d+(\.\d+)?$/).transform(Number);
const line = z.object({
  name: z.string().min(1).max(100), legal_type: z.string().max(60), kind: codeOf(jurisdictions), region: z.string().regex(/^[A-Z]{2}$/), country: z.string().regex(/^[A-Z]{2}$/),
  population: orNothing(number), source: orNothing(z.string().refine((code) => Object.hasOwn(populationSources, code))), latitude: orNothing(number), longitude: orNothing(number),
  stage: orNothing(codeOf(stages)), line: orNothing(codeOf(lines)), launched: orNothing(number),
}).refine((row) => (row.population === null) === (row.source === null) && (row.latitude === null) === (row.longitude === null));

/**
 * Brings the places in step with the file that the hub ships (CSV with a head of comments; content/README.md), unless it is the one that was read last.
 * What people say about a place stays; a place made or taken over in the browser is not touched, and none is ever removed. Throws for a line that makes no sense.
 */
export function putPlaces(csv: string): { read: number } {
  const hash = createHash('sha256').update(csv).digest().readUIntBE(0, 6);
  if (db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'places-file')).get()?.value === hash) return { read: 0 };
  const rows = (parse(csv, { columns: true, comment: '#', skip_empty_lines: true, info: true }) as { record: unknown; info: { lines: number } }[]).map(({ record, info }) => {
    const read = line.safeParse(record);
    if (!read.success) throw new Error(`content/places.csv:${info.lines} ${read.error.issues[0]?.path.join('.') || 'line'}: this makes no sense.`);
    return read.data;
  });
  const called = new Map<string, number>();
  const key = (row: (typeof rows)[number]) => `${row.name}|${row.region}|${row.country}`;
  for (const row of rows) called.set(key(row), (called.get(key(row)) ?? 0) + 1);
  const taken = new Set<string>();
  transaction(() => {
    for (const { legal_type: legalType, source, ...row } of rows) {
      const alike = (called.get(key({ legal_type: legalType, source, ...row })) ?? 0) > 1;
      const base = slugify(`${row.name} ${row.region}`);
      const slug = [base, `${base}-${slugify(legalType)}`].find((free) => !taken.has(free)) ?? `${base}-${taken.size}`;
      taken.add(slug);
      const from = source === null ? undefined : populationSources[source];
      put().run({
        ...row, slug, legalType, label: placeLabel({ ...row, sample: false }, alike ? legalType : ''), folded: foldedPlace(row), populationYear: from?.year ?? null, populationSource: from?.words ?? null,
      });
    }
    db.insert(facts).values({ name: 'places-file', value: hash }).onConflictDoUpdate({ target: facts.name, set: { value: hash } }).run();
    countPlaceChange();
    bumpChanges();
  });
  return { read: rows.length };
}
const put = prepared((d) => d.$client.prepare(`
  insert into places (slug, name, label, folded, legal_type, kind, region, country, population, population_year, population_source, latitude, longitude, stage, line, launched, origin)
  values (@slug, @name, @label, @folded, @legalType, @kind, @region, @country, @population, @populationYear, @populationSource, @latitude, @longitude, @stage, @line, @launched, 'file')
  on conflict (slug) do update set name = excluded.name, label = excluded.label, folded = excluded.folded, legal_type = excluded.legal_type, kind = excluded.kind, region = excluded.region, country = excluded.country,
    population = excluded.population, population_year = excluded.population_year, population_source = excluded.population_source, latitude = excluded.latitude, longitude = excluded.longitude
  where places.origin = 'file'`));
