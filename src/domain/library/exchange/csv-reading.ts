import { cslVariables } from '../csl.ts';
import { channels, evidenceLevels, rightsStatements, serviceAreas } from '../../vocabulary.ts';
import { readName } from '../names.ts';
import type { Term } from '../types.ts';
import { columnOf, isOwn, isZotero, type Column } from './csv-columns.ts';
import { csvRows, type CsvRow } from './csv-entries.ts';
import { readDate } from './dates.ts';
import { given, longestRecord, tidied, tooLong, unreadable, type Draft, type Found } from './draft.ts';
import { keywordsIn } from './keywords.ts';
import { kindOfWord } from './kinds.ts';
import { parseJson, readNote } from './note.ts';

/** Reads a table with headings: the hub's own, Zotero's, or anybody's whose headings can be understood. Columns nobody knows stay in `custom`. */
export function* readCsv(text: string): Generator<Found> {
  let table: Table | null = null;
  let from = 0;
  for (const row of csvRows(text)) {
    if (!table) {
      table = tableOf(row.cells);
      from = row.readTo;
      if (table.columns.includes('title')) continue;
      yield unreadable({ line: row.line, readTo: text.length }, row.cells.slice(0, 20).join(', '), 'The first line must name the columns, and one of them must be “title”.');
      return;
    }
    const wrong = row.open ? 'A quotation mark opens here that is never closed.' : row.readTo - from > longestRecord ? tooLong : null;
    yield wrong ? unreadable(row, row.cells.slice(0, 20).join(', '), wrong) : draftOf(table, row);
    from = row.readTo;
  }
}

interface Table { headings: string[]; columns: (Column | 'custom' | null)[]; own: boolean; zotero: boolean }

function tableOf(cells: string[]): Table {
  const headings = cells.map((cell) => cell.trim());
  const zotero = isZotero(headings);
  return { headings, columns: headings.map((heading) => (heading ? columnOf(heading, zotero) : null)), own: isOwn(headings), zotero };
}

/** Takes away the mark that keeps spreadsheets from reading a cell as a formula. */
const unguarded = (cell: string) => (/^'['=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell);

function draftOf({ headings, columns, own, zotero }: Table, row: CsvRow): Draft {
  const values = new Map<Column, string[]>();
  const custom: Record<string, string> = {};
  for (const [at, column] of columns.entries()) {
    const cell = own ? unguarded(row.cells[at] ?? '') : (row.cells[at] ?? '').trim();
    if (!cell.trim() || !column) continue;
    if (column === 'custom') custom[headings[at] ?? ''] = cell;
    else values.set(column, [...values.get(column) ?? [], cell]);
  }
  const all = (column: Column, between = '; ') => (values.get(column) ?? []).join(between);
  const codes = (column: Column, list: readonly Term[]) => codesIn(all(column), list);
  const read = { evidence: codes('evidence', evidenceLevels), rights: codes('rights', rightsStatements), channels: codes('channels', channels), areas: codes('service-areas', serviceAreas) };
  const country = /^[A-Za-z]{2}$/.test(all('country').trim()) ? all('country').trim().toUpperCase() : null;
  const population = /^\d{1,9}$/.test(all('population').replace(/[\s,]/g, '')) ? Number(all('population').replace(/[\s,]/g, '')) : null;
  const left = {
    ...given('evidence', read.evidence.others), ...given('channels', read.channels.others), ...given('service-areas', read.areas.others), ...given('country', country ? '' : all('country')), ...given('population', population === null ? all('population') : ''),
  };
  const note = values.has('other') ? readNote(parseJson(all('other'))) : null;
  return {
    line: row.line, readTo: row.readTo, key: all('key'), kind: kindOfWord(zotero ? all('type') : values.get('type')?.[0] ?? ''),
    csl: { ...variables(values, all), ...given('custom', { ...custom, ...left }) }, keywords: [...keywordsIn(all('themes')), ...keywordsIn(all('keyword'))],
    own: {
      place: all('place') || null, region: all('region') || null, country, population, channels: read.channels.codes, serviceAreas: read.areas.codes,
      evidence: read.evidence.codes[0] ?? null, rights: read.rights.codes[0] ?? null, rightsNote: [read.rights.others, all('rights-note')].filter(Boolean).join('; ') || null,
    },
    note, ...(values.has('other') && !note && { problems: ['What stands in the column “other” is damaged and was left out.'] }),
  };
}

const hubOnly = new Set<Column>(['key', 'type', 'themes', 'keyword', 'place', 'region', 'country', 'population', 'channels', 'service-areas', 'evidence', 'rights', 'rights-note', 'other', 'year']);

function variables(values: Map<Column, string[]>, all: (column: Column, between?: string) => string): Record<string, unknown> {
  const issued = readDate(all('issued')) ?? readDate(all('year'));
  const read = [...values.keys()].filter((column) => !hubOnly.has(column)).map((column) => {
    if (column === 'issued') return {};
    if (cslVariables.people.includes(column)) return given(column, (all(column).match(/(?:\{[^{}]*\}|[^;])+/g) ?? []).map((line) => readName(tidied(line))).filter((name) => name.family ?? name.literal));
    return given(column, cslVariables.dates.includes(column) ? readDate(all(column)) : all(column, column === 'note' ? '\n' : '; '));
  });
  return Object.assign({}, ...read, given('issued', issued));
}

/** Codes of a list named by code or label, and the words that name none. */
function codesIn(text: string, list: readonly Term[]): { codes: string[]; others: string } {
  const found = new Map(list.flatMap(({ code, label }) => [[code, code], [label.toLowerCase(), code]]));
  const words = found.has(text.trim().toLowerCase()) ? [text] : text.split(/;/).map((word) => word.trim()).filter(Boolean);
  const codes = words.flatMap((word) => found.get(word.trim().toLowerCase()) ?? []);
  return { codes: [...new Set(codes)], others: words.filter((word) => !found.has(word.trim().toLowerCase())).join('; ') };
}
