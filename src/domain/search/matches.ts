import { prepared } from '#db/client.ts';
import { readQuery } from './query.ts';
import type { SearchAsk } from './results.ts';

/** Something new that a search finds. */
export interface Match {
  documentId: number;
  kind: string;
  ref: string;
  title: string;
  /** Path inside the hub. */
  url: string;
  meta: string;
  /** Words without markup. */
  snippet: string;
  at: Date;
}

/** What a search finds among the search documents after one of them, in their order, at most `limit`. */
export function newMatches(ask: SearchAsk, afterDocumentId: number, limit: number): Match[] {
  return matching(ask, afterDocumentId, limit, oldestFirst());
}

/** The newest that a search finds, the newest first, at most `limit`. */
export function newestMatches(ask: SearchAsk, limit: number): Match[] {
  return matching(ask, 0, limit, newestFirst());
}

/** The newest search document; 0 when there is none. */
export function lastDocumentId(): number {
  return (newest().get() as number | null) ?? 0;
}
const newest = prepared((d) => d.$client.prepare('select max(id) from search_documents').pluck());

interface Row { id: number; kind: string; ref: string; title: string; url: string; people: string; forum: string | null; snippet: string; at: number }

function matching(ask: SearchAsk, after: number, limit: number, statement: ReturnType<typeof oldestFirst>): Match[] {
  const query = readQuery(ask.q);
  if (!query) return [];
  const rows = statement.all({ match: query.all.begun, after, limit, home: ask.kind ?? '', type: ask.type ?? '', theme: ask.theme ?? '' }) as Row[];
  return rows.map(({ id, kind, ref, title, url, people, forum, snippet, at }) => ({
    documentId: id, kind, ref, title, url, meta: [forum, people].filter(Boolean).join(' · '), snippet, at: new Date(at),
  }));
}

const statementOf = (order: string) => prepared((d) => d.$client.prepare(`
  select d.id, d.kind, d.ref, coalesce(nullif(d.title, ''), t.title, d.url) as title, d.url, d.people, f.name as forum, coalesce(nullif(d.summary, ''), snippet(search_index, 3, '', '', '…', 32)) as snippet, d.at
  from search_index join search_documents d on d.id = search_index.rowid left join threads t on t.id = d.thread_id left join forums f on f.id = t.forum_id
  where search_index match @match and search_index.rowid > cast(@after as integer)
    and (@home = '' or @home = case when d.kind = 'resource' or d.type = 'comment' then 'resource' else 'thread' end)
    and (@type = '' or d.type = @type) and (@theme = '' or instr(d.themes, ' ' || @theme || ' ') > 0)
  order by ${order} limit @limit`));
const oldestFirst = statementOf('search_index.rowid');
const newestFirst = statementOf('d.at desc, d.id desc');
