import type { APIRoute } from 'astro';
import { readFilters, writeFilters } from '#domain/library/filters.ts';
import { latestResources } from '#domain/library/list.ts';
import { settings } from '#lib/settings.ts';

/** The newest 30 of a list of the library as a JSON Feed (version 1.1); the same query parameters as /library. */
export const GET: APIRoute = ({ url: { searchParams } }) => {
  const { name, url } = settings();
  const filters = readFilters(searchParams);
  const query = writeFilters({ ...filters, sort: 'newest', page: null });
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: `${name}: new in the library`, home_page_url: `${url}/library${query}`, feed_url: `${url}/library.json${query}`, language: 'en',
    items: latestResources(filters, 30).map((r) => ({
      id: `${url}/library/${r.slug}`, url: `${url}/library/${r.slug}`, title: r.title,
      content_text: r.summary || [r.type.label, r.people, r.venue, r.year].filter(Boolean).join(', '),
      date_published: r.publishedAt.toISOString(), date_modified: r.updatedAt.toISOString(), authors: r.people ? [{ name: r.people }] : undefined,
      tags: [r.type.label, ...r.themes.map((t) => t.label)],
    })),
  };
  return new Response(JSON.stringify(feed), { headers: { 'content-type': 'application/feed+json; charset=utf-8' } });
};
