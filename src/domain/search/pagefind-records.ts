import type { Database } from 'better-sqlite3';
import { otherWords } from '#lib/search-words.ts';
import { resourceType } from '../vocabulary.ts';
import { mostLetters } from './pagefind-choice.ts';
import { openTwins } from './pagefind-twins.ts';

/** One thing that quick search finds. */
export interface BundleRecord {
  url: string;
  kind: string;
  title: string;
  /** What it is, in words. */
  type: string;
  people: string;
  year: string;
  /** All words that it is found by but those of the title. */
  content: string;
}

interface Row { url: string; title: string; people: string; summary: string; body: string; kind: string; type: string; year: number | null }

const threadTypes = new Map([['discussion', 'Discussion'], ['question', 'Question'], ['announcement', 'Announcement'], ['case-of-the-week', 'Case of the week']]);

/** The records of search documents by their ids, a thread with the words of its posts. What is no longer there is left out. */
export function recordsOf(sqlite: Database, ids: readonly number[]): BundleRecord[] {
  const rows = sqlite.prepare<[string], Row>(`
    select d.url, d.title, d.people, d.summary, d.kind, d.type, d.year,
      d.body || case d.kind when 'thread' then coalesce((select ' ' || group_concat(p.body, ' ' order by p.at) from search_documents p where p.thread_id = d.thread_id and p.kind = 'post'), '') else '' end as body
    from search_documents d where d.id in (select value from json_each(?)) order by d.id`).all(JSON.stringify(ids));
  const twinsIn = openTwins(sqlite);
  return rows.map((row) => {
    const words = [row.title, row.people, row.summary, row.body].filter(Boolean).join('. ').slice(0, mostLetters);
    return {
      url: row.url, kind: row.kind, title: row.title, type: threadTypes.get(row.type) ?? resourceType(row.type).label, people: shortened(row.people),
      year: row.year === null ? '' : String(row.year), content: [words, ...otherWords(words), ...twinsIn(words)].join(' '),
    };
  });
}

function shortened(people: string): string {
  const names = people.split('; ').map((name) => name.split(',')[0] ?? name);
  return names.length > 2 ? `${names[0]} et al.` : names.join(' & ');
}
