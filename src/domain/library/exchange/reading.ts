import type { Term } from '../types.ts';
import { readBib } from './bibtex-reading.ts';
import { readCslJson } from './csl-json.ts';
import { readCsv } from './csv-reading.ts';
import { unreadable, type Found } from './draft.ts';
import { Keywords } from './keywords.ts';
import { readRis } from './ris-reading.ts';
import { settled } from './settling.ts';
import type { ExchangeFormat, ReadRecord } from './record.ts';

/** The reader of each format: cuts a text into what it finds. */
export const readers: Record<ExchangeFormat, (text: string) => Generator<Found>> = { bib: readBib, ris: readRis, 'csl.json': readCslJson, csv: readCsv };

const names: Record<ExchangeFormat, string> = { bib: 'BibTeX', ris: 'RIS', 'csl.json': 'CSL-JSON', csv: 'a table with headings' };

/** No file may be longer, in characters. */
export const longestText = 20 * 1024 * 1024;

/**
 * Reads the records of a file one after the other; nothing is read before it is asked for, so that the caller can pause and tell how far it is.
 * What cannot be read comes with the reason and no record, at its place. `themes` is the vocabulary of today; without it, that of the start.
 */
export function* readRecords(format: ExchangeFormat, text: string, options: { themes?: readonly Term[] } = {}): Generator<ReadRecord> {
  const whole = { line: 1, readTo: text.length };
  const wrong = wrongText(text);
  if (wrong) return yield unreadable(whole, 'The file', wrong);
  const known = new Keywords(options.themes);
  let found = false;
  for (const draft of readers[format](text)) {
    found = true;
    yield 'record' in draft ? draft : settled(draft, known);
  }
  if (!found) yield unreadable(whole, 'The file', `There is nothing in this file that could be read as ${names[format]}.`);
}

function wrongText(text: string): string | null {
  if (text.length > longestText) return 'This file is larger than 20 MB. Cut it into several.';
  if (!text.trim()) return 'This file is empty.';
  const beginning = text.slice(0, 20_000);
  const strange = beginning.match(/[\u0000-\u0008\u000E-\u001A\uFFFD]/g)?.length ?? 0;
  return beginning.includes('\0') || strange > beginning.length / 50 ? 'This is not a text file.' : null;
}
