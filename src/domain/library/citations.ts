import { and, eq, inArray, sql } from 'drizzle-orm';
import { citations, db, resources } from '#db/client.ts';

/** One citation mark of a Markdown body: `[@key]`, `[@a; @b, p. 12]`. */
const mark = /\[(@[\w][\w:.-]*(?:\s*[;,]\s*@[\w][\w:.-]*)*)(?:,\s*([^\]@]{1,80}))?\]/g;
const code = /(^(```|~~~)[\s\S]*?^\2.*$|`[^`\n]*`)/gm;

/** Bibliography keys in the order of their first mention. */
export function citedKeys(markdown: string): string[] {
  return [...new Set([...markdown.replace(code, '').matchAll(mark)].flatMap((m) => keysOf(m[1] ?? '')))];
}
const keysOf = (list: string) => [...list.matchAll(/@([\w][\w:.-]*)/g)].map((m) => (m[1] ?? '').replace(/[.:]+$/, ''));

/** A work as a citation names it: "Nam & Pardo 2014". */
export interface CitedWork { id: string; slug: string; title: string; people: string | null; year: number | null; status: string }

/** "Nam & Pardo 2014"; a work without named people is called by its title. */
export function citationLabel(work: Pick<CitedWork, 'people' | 'year' | 'title'>): string {
  return `${work.people ?? (work.title.length > 60 ? `${work.title.slice(0, 57)}…` : work.title)} ${work.year ?? 'n.d.'}`;
}

/** The works these keys name, by key; unknown keys are missing. */
export function worksByKey(keys: readonly string[]): Map<string, CitedWork> {
  if (!keys.length) return new Map();
  const rows = db.select({ id: resources.id, slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, status: resources.status })
    .from(resources).where(inArray(resources.slug, [...keys])).all();
  return new Map(rows.map((row) => [row.slug, row]));
}

/** Markdown whose citation marks have become links: "([Nam & Pardo 2014](/library/nam2014changingface), p. 3)". Unknown keys stay as typed. */
export function linkCitations(markdown: string, works: Map<string, CitedWork>): string {
  return markdown.split(code).map((part, at) => {
    if (part === undefined || at % 3 === 2) return '';
    return at % 3 === 1 ? part : part.replace(mark, (typed: string, list: string, where?: string) => {
      const keys = keysOf(list);
      if (!keys.every((key) => works.has(key))) return typed;
      const links = keys.map((key) => {
        const work = works.get(key);
        return work ? `[${citationLabel(work).replace(/[[\]\\]/g, '\\$&')}](/library/${work.slug})` : '';
      });
      return `(${links.join('; ')}${where ? `, ${where.trim()}` : ''})`;
    });
  }).join('');
}

/** Remembers which works a resource cites, in order. Keys nobody knows are left out. Call inside a transaction. */
export function putCitations(citingId: string, keys: readonly string[]): void {
  const works = worksByKey(keys);
  db.delete(citations).where(eq(citations.citingId, citingId)).run();
  const cited = [...new Set(keys)].map((key) => works.get(key)?.id).filter((id) => id !== undefined && id !== citingId);
  cited.forEach((citedId, at) => {
    if (citedId !== undefined) db.insert(citations).values({ citingId, citedId, position: at + 1 }).run();
  });
}

/** Whether anything in the library cites this resource. */
export function isCited(id: string): boolean {
  return db.select({ one: sql`1` }).from(citations).where(and(eq(citations.citedId, id))).limit(1).get() !== undefined;
}
