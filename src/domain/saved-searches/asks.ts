import { addressOf, type SearchAsk } from '../search/narrowing.ts';
import { db, themes } from '#db/client.ts';
import { eq } from 'drizzle-orm';
import { mostTyped } from '../search/query.ts';
import { resourceType } from '../vocabulary.ts';

/** Reads a search from the query of its address, in which the page of results plays no part. */
export function askOf(query: string | URLSearchParams): SearchAsk & { place: string | null; year: string | null } {
  const params = new URLSearchParams(query);
  const value = (name: string) => params.get(name)?.trim().slice(0, 200) || null;
  return { q: (params.get('q') ?? '').trim().slice(0, mostTyped), kind: value('kind'), type: value('type'), theme: value('theme'), place: value('place'), year: value('year'), page: null };
}

/** The one way in which the hub writes a search as the query of an address; empty when it asks for nothing. */
export function queryOf(ask: SearchAsk): string {
  const query = addressOf({ ...ask, q: ask.q.trim(), page: null }).split('?')[1] ?? '';
  return [...new URLSearchParams(query).values()].some(Boolean) ? query : '';
}

const kinds = new Map([['resource', 'in the library'], ['thread', 'in discussions'], ['member', 'among people'], ['page', 'among themes and pages']]);

/** What a search asks for, in words: “pothole”, in the forums, on Equity and access. */
export function wordsOf(ask: ReturnType<typeof askOf>): string {
  const theme = ask.theme ? db.select({ label: themes.label }).from(themes).where(eq(themes.code, ask.theme)).get()?.label ?? ask.theme : null;
  return [
    ask.q && `“${ask.q}”`, ask.kind && (kinds.get(ask.kind) ?? ask.kind), ask.type && resourceType(ask.type).label, theme && `on ${theme}`, ask.place && `about ${ask.place}`, ask.year && `of ${ask.year}`,
  ].filter(Boolean).join(', ');
}
