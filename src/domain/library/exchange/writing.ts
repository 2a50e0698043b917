import { writeBibEntry } from './bibtex-writing.ts';
import { writeCslItem } from './csl-json.ts';
import { csvHeadings, writeCsvRow } from './csv-writing.ts';
import { Keywords, themesAtStart } from './keywords.ts';
import { difference } from './note.ts';
import { readers } from './reading.ts';
import { writeRisRecord } from './ris-writing.ts';
import { looseRecord } from './settling.ts';
import type { ExchangeFormat, ExchangeRecord } from './record.ts';

interface Writer {
  /** What stands before all records, between two, and after all. */
  head: string;
  between: string;
  tail: string;
  write: (record: ExchangeRecord, note: unknown) => string;
}

const writers: Record<ExchangeFormat, Writer> = {
  bib: { head: '', between: '', tail: '', write: writeBibEntry },
  ris: { head: '', between: '', tail: '', write: writeRisRecord },
  'csl.json': { head: '[\n', between: ',\n', tail: '\n]\n', write: writeCslItem },
  csv: { head: csvHeadings, between: '', tail: '', write: writeCsvRow },
};

/**
 * Writes records, one after the other. Nothing is lost: each is written, read back, and what did not come back as it was goes into a note of the
 * hub beside it, from where `readRecords` takes it.
 */
export function* writeRecords(format: ExchangeFormat, records: Iterable<ExchangeRecord>): Generator<string> {
  const { head, between, tail, write } = writers[format];
  let text = head;
  for (const record of records) {
    yield text + write(record, lostBy(format, record));
    text = between;
  }
  yield text === head ? head + tail : tail;
}

/** What a format cannot carry of a record; null where it carries everything. */
function lostBy(format: ExchangeFormat, record: ExchangeRecord): Record<string, unknown> | null {
  const { head, tail, write } = writers[format];
  const known = usual.hasAll(record.themes) ? usual : new Keywords([...themesAtStart, ...record.themes.map((code) => ({ code, label: code }))]);
  const [back] = readers[format](head + write(record, null) + tail);
  return difference(back && 'csl' in back ? looseRecord(back, known) : null, record);
}

const usual = new Keywords();
