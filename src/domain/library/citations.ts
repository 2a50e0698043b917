import { eq, inArray } from 'drizzle-orm';
import { citations, db, resources } from '#db/client.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { readPractice } from '../practices/details.ts';
import { resourceIdAt } from './slugs.ts';
import { isPublic } from './types.ts';

/** One citation mark of a Markdown body: `[@key]`, `[@a; @b, p. 12]`. */
const mark = /\[(@[\w][\w:.-]*(?:\s*[;,]\s*@[\w][\w:.-]*)*)(?:,\s*([^\]@]{1,80}))?\]/g;
/** The blank before a mark goes with it: the number stands close to what it is for. */
const spacedMark = new RegExp(`[ ]?${mark.source}`, 'g');
const code = /(^(```|~~~)[\s\S]*?^\2.*$|`[^`\n]*`)/gm;

/** Bibliography keys in the order of their first mention. */
export function citedKeys(markdown: string): string[] {
  return [...new Set([...markdown.replace(code, '').matchAll(mark)].flatMap((m) => keysOf(m[1] ?? '')))];
}

/** The keys that a resource cites in its body and as sources of its results, in the order of their first mention. */
export function keysCitedBy({ body, details }: { body: string; details: Record<string, unknown> }): string[] {
  return [...new Set([...citedKeys(body), ...readPractice(details).results.flatMap((r) => (r.work ? [r.work] : []))])];
}

const keysOf = (list: string) => [...list.matchAll(/@([\w][\w:.-]*)/g)].map((m) => (m[1] ?? '').replace(/[.:]+$/, ''));

/** A work as a citation names it: "Nam & Pardo 2014". */
export interface CitedWork { id: string; slug: string; title: string; people: string | null; year: number | null; status: string }

/** "Nam & Pardo 2014"; a work without named people is called by its title. */
export function citationLabel(work: Pick<CitedWork, 'people' | 'year' | 'title'>): string {
  return `${work.people ?? (work.title.length > 60 ? `${work.title.slice(0, 57)}…` : work.title)} ${work.year ?? 'n.d.'}`;
}

/** What stands for a draft wherever visitors read: neither its title nor its authors. */
export const unpublished = { title: 'A work that is not published yet', people: null, year: null };

/** The works these keys name, by key; a former key and the key of a merged duplicate name the work of today. Unknown keys are missing, a draft has no name. */
export function worksByKey(keys: readonly string[]): Map<string, CitedWork> {
  const found = keys.map((key) => ({ key, id: resourceIdAt(key)?.id ?? '' })).filter(({ id }) => id !== '');
  if (!found.length) return new Map();
  const rows = db.select({ id: resources.id, slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, status: resources.status })
    .from(resources).where(inArray(resources.id, [...new Set(found.map(({ id }) => id))])).all();
  const works = new Map(rows.map((row) => [row.id, isPublic(row.status) ? row : { ...row, ...unpublished }]));
  return new Map(found.flatMap(({ key, id }): [string, CitedWork][] => {
    const work = works.get(id);
    return work ? [[key, work]] : [];
  }));
}

/** A citation in a text: the numbers its works have in the list "Works cited", as links there. */
export function citationMark(works: readonly { number: number; short: string; title: string }[], at?: string): string {
  const where = at ? `, ${at.trim()}` : '';
  const links = works.map(({ number, short, title }) =>
    `<a href="#work-${number}" aria-label="${escapeHtml(`Work ${number}: ${short}${where}`)}" title="${escapeHtml(title + where)}">${number}</a>`);
  return `<sup class="cite">[${links.join(', ')}]</sup>`;
}

/**
 * Renders Markdown with its citation marks as numbers in the order of first mention, as `putCitations` keeps them. Unknown keys stay as typed.
 * While `render` works, a private-use character and a number stand for each mark.
 */
export function renderCitations(markdown: string, works: Map<string, CitedWork>, render: (markdown: string) => string): string {
  const numbers = new Map([...new Set(citedKeys(markdown).flatMap((key) => works.get(key)?.id ?? []))].map((id, at) => [id, at + 1]));
  const marks: string[] = [];
  const held = markdown.replaceAll('\uE000', '').split(code).map((part, at) => {
    if (part === undefined || at % 3 === 2) return '';
    return at % 3 === 1 ? part : part.replace(spacedMark, (typed: string, list: string, where?: string) => {
      const cited = keysOf(list).map((key) => works.get(key));
      if (cited.includes(undefined)) return typed;
      const known = [...new Set(cited)].flatMap((work) => (work ? [{ number: numbers.get(work.id) ?? 0, short: citationLabel(work), title: work.title }] : []));
      return `\uE000${marks.push(citationMark(known, where))}\uE000`;
    });
  }).join('');
  return render(held).replace(/\uE000(\d+)\uE000/g, (_, number: string) => marks[Number(number) - 1] ?? '');
}

/** Remembers which works a resource cites, in order. Keys nobody knows are left out. Call inside a transaction. */
export function putCitations(citingId: string, keys: readonly string[]): void {
  const works = worksByKey(keys);
  db.delete(citations).where(eq(citations.citingId, citingId)).run();
  const cited = new Set(keys.flatMap((key) => works.get(key)?.id ?? []));
  cited.delete(citingId);
  [...cited].forEach((citedId, at) => db.insert(citations).values({ citingId, citedId, position: at + 1 }).run());
}

/** Looks up anew what these resources cite, after keys began to lead elsewhere. Call inside the transaction of that change. */
export function putCitationsAgain(citingIds: Iterable<string>): void {
  for (const id of new Set(citingIds)) {
    const row = db.select({ body: resources.body, details: resources.details }).from(resources).where(eq(resources.id, id)).get();
    if (row) putCitations(id, keysCitedBy(row));
  }
}

/** The resources that cite any of these. */
export function citingAnyOf(ids: readonly string[]): string[] {
  return db.selectDistinct({ id: citations.citingId }).from(citations).where(inArray(citations.citedId, [...ids])).all().map((row) => row.id);
}
