import type { APIRoute } from 'astro';
import { readFilters, writeFilters } from '#domain/library/filters.ts';
import { latestResources } from '#domain/library/list.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';

/** The newest 30 of a list of the library as an Atom feed (RFC 4287); the same query parameters as /library. */
export const GET: APIRoute = ({ url: { searchParams } }) => {
  const { name, url } = settings();
  const filters = readFilters(searchParams);
  const query = writeFilters({ ...filters, sort: 'newest', page: null });
  const resources = latestResources(filters, 30);
  const updated = resources.reduce((latest, r) => Math.max(latest, r.updatedAt.getTime()), 0);
  const entries = resources.map((r) => `  <entry>
    <id>${escapeHtml(`${url}/library/${r.slug}`)}</id>
    <title>${escapeHtml(r.title)}</title>
    <link href="${escapeHtml(`${url}/library/${r.slug}`)}"/>
    <published>${r.publishedAt.toISOString()}</published>
    <updated>${r.updatedAt.toISOString()}</updated>
    <author><name>${escapeHtml(r.people ?? name)}</name></author>
    <category term="${escapeHtml(r.type.code)}" label="${escapeHtml(r.type.label)}"/>
${r.themes.map((t) => `    <category term="${escapeHtml(t.code)}" label="${escapeHtml(t.label)}"/>\n`).join('')}    <summary>${escapeHtml(r.summary || [r.type.label, r.people, r.venue, r.year].filter(Boolean).join(', '))}</summary>
  </entry>
`).join('');
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>${escapeHtml(`${url}/library${query}`)}</id>
  <title>${escapeHtml(`${name}: new in the library`)}</title>
  <link rel="alternate" type="text/html" href="${escapeHtml(`${url}/library${query}`)}"/>
  <link rel="self" type="application/atom+xml" href="${escapeHtml(`${url}/library.atom${query}`)}"/>
  <updated>${new Date(updated).toISOString()}</updated>
${entries}</feed>
`, { headers: { 'content-type': 'application/atom+xml; charset=utf-8' } });
};
