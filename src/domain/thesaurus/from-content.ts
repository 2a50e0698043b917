import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { bumpChanges, db, thesaurusEntries, transaction } from '#db/client.ts';
import { distinctWords, later, wordKey } from './words.ts';

/** An entry of content/thesaurus.yaml. */
export interface GivenEntry { term: string; also: readonly string[]; related: readonly string[]; note: string | null }

export interface ThesaurusChange {
  added: number; changed: number; removed: number;
  /** Terms left out because entries made in the browser have their words. */
  skipped: string[];
}

/**
 * Brings the thesaurus in step with the file: new and changed entries are put, entries that left the file go. What was written, changed or
 * removed in the browser is never touched, and its words belong to it: the file's entries do without them.
 */
export function putThesaurus(given: readonly GivenEntry[]): ThesaurusChange {
  return transaction(() => {
    const rows = db.select().from(thesaurusEntries).all();
    const ours = rows.filter((row) => row.origin === 'hub');
    const takenOver = new Set(ours.map((row) => row.contentKey));
    const taken = ours.filter((row) => row.removedAt === null).flatMap((row) => [row.term, ...row.also]);
    const change: ThesaurusChange = { added: 0, changed: 0, removed: 0, skipped: [] };
    const left = new Map<string, GivenEntry>();
    for (const entry of given) {
      const key = wordKey(entry.term);
      if (takenOver.has(key)) continue;
      const also = distinctWords(entry.also, [entry.term, ...taken]);
      if (!also.length || !distinctWords([entry.term], taken).length) change.skipped.push(entry.term);
      else left.set(key, { ...entry, also, related: distinctWords(entry.related, [entry.term, ...also]) });
    }
    for (const { id, contentKey, origin } of rows) {
      if (origin !== 'content' || (contentKey !== null && left.has(contentKey))) continue;
      db.delete(thesaurusEntries).where(eq(thesaurusEntries.id, id)).run();
      change.removed++;
    }
    const known = new Map(rows.map((row) => [row.contentKey, row]));
    for (const [key, entry] of left) {
      const before = known.get(key);
      const contentHash = hashOf(entry);
      if (before?.contentHash === contentHash) continue;
      const values = { ...entry, also: [...entry.also], related: [...entry.related], termKey: key, contentKey: key, contentHash, updatedAt: before ? later(before.updatedAt) : new Date() };
      if (before) db.update(thesaurusEntries).set(values).where(eq(thesaurusEntries.id, before.id)).run();
      else db.insert(thesaurusEntries).values({ ...values, origin: 'content' }).run();
      change[before ? 'changed' : 'added']++;
    }
    if (change.added || change.changed || change.removed) bumpChanges();
    return change;
  });
}

const hashOf = ({ term, also, related, note }: GivenEntry) => createHash('sha256').update(JSON.stringify([term, also, related, note])).digest('hex');
