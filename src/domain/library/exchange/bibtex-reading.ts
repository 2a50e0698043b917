import { bibEntries, type BibEntry } from './bibtex-entries.ts';
import { workOfEntry } from './bibtex-work.ts';
import { given, unreadable, type Found } from './draft.ts';

/** Reads BibTeX and BibLaTeX leniently: an entry that is broken is told with its line, the others come. */
export function* readBib(text: string): Generator<Found> {
  const parents = parentsIn(text);
  for (const entry of bibEntries(text)) {
    if (entry.type === 'xdata' || entry.type === 'set') continue;
    const title = entry.fields.find(({ name }) => name === 'title')?.value ?? entry.key;
    if (entry.problem) {
      yield unreadable(entry, title.replace(/[{}]/g, '') || `@${entry.type}`, entry.problem);
      continue;
    }
    const { kind, csl, keywords, note, remark, problems } = workOfEntry(withParent(entry, parents));
    yield { line: entry.line, readTo: entry.readTo, key: entry.key, kind, csl: { ...csl, ...given('note', remark) }, keywords, note, problems };
  }
}

/** Entries that others take fields from by `crossref`, by their key. */
function parentsIn(text: string): Map<string, BibEntry> {
  const named = new Set([...text.matchAll(/\bcrossref\s*=\s*[{"]\s*([^\s{}",]+)/gi)].map(([, key = '']) => key.toLowerCase()));
  const parents = new Map<string, BibEntry>();
  if (named.size) for (const entry of bibEntries(text)) if (named.has(entry.key.toLowerCase())) parents.set(entry.key.toLowerCase(), entry);
  return parents;
}

const notInherited = new Set(['title', 'subtitle', 'shorttitle', 'author', 'pages', 'doi', 'url', 'abstract', 'keywords', 'note', 'crossref', 'pagetotal']);

function withParent(entry: BibEntry, parents: Map<string, BibEntry>): BibEntry {
  const key = entry.fields.find(({ name }) => name === 'crossref')?.value.trim().toLowerCase();
  const parent = key === undefined ? undefined : parents.get(key);
  if (!parent || parent.key === entry.key) return entry;
  const own = new Set(entry.fields.map(({ name }) => name));
  const title = parent.fields.find(({ name }) => name === 'title');
  const inherited = parent.fields.filter(({ name }) => !own.has(name) && !notInherited.has(name));
  return { ...entry, fields: [...entry.fields, ...inherited, ...(title && !own.has('booktitle') && entry.type.startsWith('in') ? [{ ...title, name: 'booktitle' }] : [])] };
}
