import { rightsStatements } from '../../vocabulary.ts';
import { columnsOf } from '../exchange/columns.ts';
import type { ExchangeRecord } from '../exchange/record.ts';
import { newId } from '../ids.ts';
import { freeSlug } from '../slugs.ts';
import type { ImportRecord } from './finding.ts';
import type { ResourceRecord } from './statements.ts';

/** What a coordinator's import makes of a work: whether it is public at once, and by whom and when it came. */
export type Standing = Pick<ResourceRecord, 'status' | 'publishedAt' | 'publishedById' | 'publishedAlone' | 'submittedById' | 'submittedAt' | 'createdAt' | 'updatedAt'>;

/** The resource that a record becomes. What the record does not say, the import says. */
export function resourceOf(record: ExchangeRecord, file: ImportRecord, line: number, standing: Standing): ResourceRecord {
  const slug = freeSlug(record.key);
  return {
    contentHash: null, body: '', checked: false, reviewBy: null, ownerId: null, attestedAt: null, suggestionNote: null, reviewerId: null,
    declinedReason: null, retiredReason: null, successorId: null, mergedIntoId: null,
    ...columnsOf({ ...record, rights: rightsOf(record, file), key: slug, csl: { ...record.csl, id: slug } }), ...standing,
    id: newId(), slug, origin: 'hub', importId: file.id, provenance: `Imported from “${file.fileName}”, line ${line}`,
  };
}

/** Codes of the one to four themes that a work gets. */
export function themesOf(record: ExchangeRecord, file: ImportRecord, vocabulary: ReadonlySet<string>): string[] {
  const codes = [...new Set(record.themes)].filter((code) => vocabulary.has(code)).slice(0, 4);
  return codes.length ? codes : [file.theme];
}

const rightsOf = (record: ExchangeRecord, file: ImportRecord) => (rightsStatements.some((r) => r.code === record.rights) ? record.rights : file.rights);
