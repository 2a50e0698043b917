import { z } from 'zod';
import type { resources } from '#db/client.ts';
import { issued, peopleOf, readCsl, type Csl } from '../csl.ts';
import { shortPeople } from '../names.ts';
import { channels, resourceType, serviceAreas, typesOf } from '../../vocabulary.ts';
import { workKey } from './duplicates.ts';
import type { ExchangeRecord } from './record.ts';

const codesOf = (list: readonly { code: string }[]) => z.array(z.unknown()).transform((codes) => codes.filter((code): code is string => list.some((term) => term.code === code))).catch([]);
const detailsSchema = z.object({ channels: codesOf(channels), serviceAreas: codesOf(serviceAreas) });

/**
 * The record of a resource as it travels; what the columns say goes before what stands in its CSL-JSON. `themes` are codes. Rights that nobody
 * has determined say nothing, so that not every entry has to carry a note of them; they come back as that.
 */
export function recordOf(row: typeof resources.$inferSelect, themes: readonly string[]): ExchangeRecord {
  const { slug, type, title, summary, doi, url, place, region, country, population, language, evidence, rights, rightsNote } = row;
  const { abstract: _, DOI: __, URL: ___, ...stored } = readCsl(row.csl);
  const csl: Csl = { ...stored, id: slug, type: resourceType(type).csl, title, ...(summary && { abstract: summary }), ...(doi && { DOI: doi }), ...(url && { URL: url }) };
  return { key: slug, type, csl, themes: [...themes], place, region, country, population, language, evidence, rights: rights === 'undetermined' && !rightsNote ? null : rights, rightsNote, ...detailsSchema.parse(row.details) };
}

/** Our own two kinds come back as what they are for others. */
const comesAs: Record<string, string> = { article: 'website', practice: 'case-study' };

/** The columns of a `resources` row for a record, all but id, slug, status, origin, dates and whoever brought it. */
export function columnsOf(record: ExchangeRecord) {
  const { csl, place, region, country, population, language, evidence, rightsNote } = record;
  const type = comesAs[record.type] ?? (typesOf('reference').some((known) => known.code === record.type) ? record.type : 'report');
  return {
    kind: 'reference' as const, type, title: csl.title, summary: csl.abstract ?? '', people: shortPeople(peopleOf(csl)), year: issued(csl).year, venue: csl['container-title'] ?? csl.publisher ?? null,
    place, region, country, population, language, evidence, doi: csl.DOI ?? null, url: csl.URL ?? null, rights: record.rights ?? 'undetermined', rightsNote, workKey: workKey(csl),
    csl: { ...csl, type: resourceType(type).csl }, details: { channels: record.channels, serviceAreas: record.serviceAreas },
  };
}
