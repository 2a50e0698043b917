import { validateCsl, type Csl } from './csl.ts';
import { bibEntries, type BibEntry } from './exchange/bibtex-entries.ts';
import { workOfEntry } from './exchange/bibtex-work.ts';
import { languageOf } from './work-types.ts';
import { resourceType } from '../vocabulary.ts';

/** A work of a bibliography, ready for the catalogue. */
export interface Work {
  key: string;
  /** Line of the entry in its file, from 1. */
  line: number;
  type: string;
  csl: Csl;
  themes: string[];
  venue: string | null;
  /** Somebody has seen the work (`note = {verified: …}`). */
  checked: boolean;
  /** What the note says of where the record comes from; for editors only. */
  provenance: string | null;
}

export interface BibProblem {
  line: number;
  field: string;
  message: string;
}

/**
 * Reads the hub's own bibliography and is strict with it: LaTeX accents and braces become plain text, people and organisations names, keywords
 * themes, the rest CSL-JSON. What cannot be read is told by line and field; the rest still comes back.
 */
export function readBibtex(source: string): { works: Work[]; problems: BibProblem[] } {
  const problems: BibProblem[] = [];
  const seen = new Set<string>();
  const works: Work[] = [];
  for (const entry of bibEntries(source)) {
    const problem = problemOf(entry, seen);
    seen.add(entry.key);
    const work = problem ? null : workOf(entry);
    const wrong = problem ?? (work && 'field' in work ? work : null);
    if (wrong) problems.push({ ...wrong, line: entry.fields.find(({ name }) => name === wrong.field)?.line ?? entry.line });
    else if (work && !('field' in work)) works.push(work);
  }
  return { works, problems };
}

type Wrong = Omit<BibProblem, 'line'>;

function problemOf({ key, problem }: BibEntry, seen: Set<string>): Wrong | null {
  if (problem) return { field: 'entry', message: problem };
  if (!key) return { field: 'key', message: 'An entry needs a key.' };
  if (!/^[A-Za-z0-9][A-Za-z0-9_:.-]*$/.test(key)) return { field: 'key', message: `"${key}" cannot be part of an address; use letters, digits, - and _.` };
  return seen.has(key) ? { field: 'key', message: `"${key}" is given twice.` } : null;
}

function workOf(entry: BibEntry): Work | Wrong {
  const { kind, csl, outlet, remark, keywords } = workOfEntry(entry);
  const type = kind.type ?? 'website';
  const checked = validateCsl({ ...csl, id: entry.key, type: resourceType(type).csl });
  const wrong = (field: string, message: string): Wrong => ({ field, message: `${entry.key}${message}` });
  const value = (name: string) => entry.fields.find((field) => field.name === name)?.value.trim() ?? '';
  if ('problems' in checked) return wrong(checked.problems[0]?.field ?? 'entry', checked.problems[0]?.field === 'title' ? ' has no title.' : `: ${checked.problems[0]?.message}`);
  const { DOI: doi, URL: url } = checked.csl;
  if (value('year') && !/^\d{4}$/.test(value('year'))) return wrong('year', `: "${value('year')}" is not a year.`);
  if (checked.csl.custom?.['month']) return wrong('month', `: "${checked.csl.custom['month']}" is not a month; use 1 to 12 or jan to dec.`);
  if (doi && !/^10\.\d{4,9}\/\S+$/.test(doi)) return wrong('doi', `: "${doi}" is not a DOI, such as 10.1111/puar.12092.`);
  if (url && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return wrong('url', `: "${url}" is not a web address that starts with https://.`);
  const { 'container-title': container, publisher } = checked.csl;
  return {
    key: entry.key, line: entry.line, type, csl: { ...checked.csl, language: checked.csl.language ?? languageOf(outlet, url ?? '') }, venue: container ?? publisher ?? null,
    themes: [...new Set(keywords)].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase())), checked: /^verified\b/i.test(remark), provenance: remark || null,
  };
}

/** Key → the lines of the entries that have it. */
export function entryLines(source: string): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  for (const { key, line } of bibEntries(source)) lines.set(key, [...lines.get(key) ?? [], line]);
  return lines;
}

/** The line on which an entry gives a field, or the entry's own line. */
export function fieldLine(source: string, entryLine: number, field: string): number {
  const rows = source.split('\n');
  for (let row = entryLine - 1; row < rows.length; row++) {
    const text = rows[row] ?? '';
    if (row >= entryLine && /^\s*@\w+\s*[{(]/.test(text)) break;
    if (new RegExp(`(?:^|[\\s,{])${field.replace(/\W/g, '')}\\s*=`, 'i').test(text)) return row + 1;
  }
  return entryLine;
}
