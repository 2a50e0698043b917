import { prepared } from '#db/client.ts';
import { narrow, type SearchAsk } from './narrowing.ts';
import { readQuery } from './query.ts';
import { rank, wholeOf, type Ranking } from './ranking.ts';
import { shownDocuments, snippetText } from './results.ts';

/** Something new that a search finds. */
export interface Match {
  documentId: number;
  kind: string;
  ref: string;
  title: string;
  /** Path inside the hub. */
  url: string;
  /** Path inside the hub that stays when a thread is called otherwise. */
  lasting: string;
  meta: string;
  /** Words without markup. */
  snippet: string;
  at: Date;
}

/** The documents that a search finds whole among those after one of them, in their order, at most `limit`; several of one thread where each is a match by itself. */
export function newMatches(ask: SearchAsk, afterDocumentId: number, limit: number): Match[] {
  const ranking = rank(readQuery(ask.q), afterDocumentId);
  const units = new Set(wholeUnits(ranking, ask));
  const everyBit = 2 ** ranking.expanded.groups.length - 1;
  const alone = ranking.documents.filter((id) => ranking.metAlone[id] === everyBit && units.has(ranking.all.unit[id] ?? id));
  const found = new Set([...alone, ...[...units].map((unit) => ranking.best[unit] ?? unit)]);
  return matches(ranking, [...found].sort((a, b) => a - b).slice(0, limit));
}

/** The newest that a search finds whole, the newest first, at most `limit`. */
export function newestMatches(ask: SearchAsk, limit: number): Match[] {
  const ranking = rank(readQuery(ask.q));
  const at = (unit: number) => ranking.all.at[ranking.best[unit] ?? unit] ?? 0;
  return matches(ranking, wholeUnits(ranking, ask).sort((a, b) => at(b) - at(a) || b - a).slice(0, limit).map((unit) => ranking.best[unit] ?? unit));
}

const wholeUnits = (ranking: Ranking, ask: SearchAsk) => [...wholeOf(ranking, narrow(ranking.all, ranking.units, ask).units)];

function matches(ranking: Ranking, documents: readonly number[]): Match[] {
  return shownDocuments(ranking, documents).map(({ documentId, title, url, meta, snippetHtml }) => {
    const { kind, ref, at, opening } = named().get(documentId) as { kind: string; ref: string; at: number; opening: number | null };
    return { documentId, kind, ref, title, url, lasting: opening === null ? url : `/posts/${opening}`, meta, snippet: snippetText({ snippetHtml }), at: new Date(at) };
  });
}
const named = prepared((d) => d.$client.prepare(`
  select kind, ref, at, case kind when 'thread' then (select id from posts where posts.thread_id = d.thread_id and number = 1) end as opening from search_documents d where id = ?`));

/** The newest search document; 0 when there is none. */
export function lastDocumentId(): number {
  return newest().get() as number;
}
const newest = prepared((d) => d.$client.prepare('select coalesce(max(id), 0) from search_documents').pluck());
