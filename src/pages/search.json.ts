import type { APIRoute } from 'astro';
import { readAsk } from '#domain/search/narrowing.ts';
import { blockedAmong, search, snippetText } from '#domain/search/results.ts';
import { settings } from '#lib/settings.ts';

/** The same results in the same order as /search, 20 a page, without what a member folds there: `{ query, total, results: [{ kind, title, url, snippet, why }] }`. */
export const GET: APIRoute = ({ locals, url: { searchParams } }) => {
  const ask = readAsk(searchParams);
  const { total, results } = search(ask);
  const blocked = blockedAmong(locals.viewer, results);
  return Response.json({
    query: ask.q, total, results: results.filter(({ documentId }) => !blocked.has(documentId)).map(({ kind, title, url, snippetHtml, why }) => ({ kind, title, url: settings().url + url, snippet: snippetText({ snippetHtml }), why })),
  });
};
