import { asc, isNull } from 'drizzle-orm';
import { db, prepared, thesaurusEntries as entries, untilChange } from '#db/client.ts';

/** Words that search takes for one another. */
export interface ThesaurusEntry {
  id: number;
  /** The preferred word. */
  term: string;
  /** What else it is called; at least one. */
  also: readonly string[];
  /** Near but not the same: tried, one way, when nothing else is found. */
  related: readonly string[];
  /** What is meant, in one line. */
  note: string | null;
}

/** All entries of the published thesaurus, in the order of the alphabet; the same array until one of them changes. No word stands in two of them. */
export const thesaurusEntries = untilChange((): readonly ThesaurusEntry[] => {
  // Anything that visitors see ends what is remembered; building on the entries is dear, and they change once a month.
  const version = String(readVersion().get());
  if (kept?.version === version) return kept.list;
  const list = db.select({ id: entries.id, term: entries.term, also: entries.also, related: entries.related, note: entries.note }).from(entries).where(isNull(entries.removedAt)).orderBy(asc(entries.id)).all()
    .sort((a, b) => alphabet.compare(a.term, b.term) || a.id - b.id);
  if (!db.$client.inTransaction) kept = { version, list };
  return list;
});

let kept: { version: string; list: readonly ThesaurusEntry[] } | null = null;

const readVersion = prepared((d) => d.$client.prepare(`select count(*) || ' ' || coalesce(max(id), 0) || ' ' || coalesce(sum(updated_at), 0) from thesaurus_entries`).pluck());

const alphabet = new Intl.Collator('en', { numeric: true, sensitivity: 'base', ignorePunctuation: true });

/** A number that is another one after each change of the thesaurus. */
export const thesaurusVersion = (): number => readNumber().get() as number;
const readNumber = prepared((d) => d.$client.prepare('select cast(coalesce(sum(updated_at), 0) as integer) from thesaurus_entries').pluck());
