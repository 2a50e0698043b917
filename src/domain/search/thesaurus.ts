import { asc, isNull } from 'drizzle-orm';
import { db, thesaurusEntries as entries, untilChange } from '#db/client.ts';

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

/** All entries of the published thesaurus, in the order of the alphabet. No word stands in two of them. */
export const thesaurusEntries = untilChange((): readonly ThesaurusEntry[] =>
  db.select({ id: entries.id, term: entries.term, also: entries.also, related: entries.related, note: entries.note }).from(entries).where(isNull(entries.removedAt)).orderBy(asc(entries.id)).all()
    .sort((a, b) => alphabet.compare(a.term, b.term) || a.id - b.id));

const alphabet = new Intl.Collator('en', { numeric: true, sensitivity: 'base', ignorePunctuation: true });
