import type { APIRoute } from 'astro';
import { search } from '#domain/search/results.ts';
import { plainText } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';

/** The same results in the same order as /search, 20 a page: `{ query, total, results: [{ kind, title, url, snippet, why }] }`. */
export const GET: APIRoute = ({ url: { searchParams } }) => {
  const query = (searchParams.get('q') ?? '').trim().slice(0, 200);
  const { total, results } = search({ q: query, kind: searchParams.get('kind'), type: searchParams.get('type'), theme: searchParams.get('theme'), page: searchParams.get('page') });
  return Response.json({
    query, total, results: results.map(({ kind, title, url, snippetHtml, why }) => ({ kind, title, url: settings().url + url, snippet: plainText(snippetHtml.replace(/<\/?mark>/g, '')), why })),
  });
};
