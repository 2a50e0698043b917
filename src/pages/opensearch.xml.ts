import type { APIRoute } from 'astro';
import { escapeHtml } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';

/** Tells browsers how to search the hub (OpenSearch 1.1). */
export const GET: APIRoute = () => {
  const { name, url } = settings();
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>${escapeHtml(name.slice(0, 16))}</ShortName>
  <Description>${escapeHtml(`Search the library and the forums of ${name}`)}</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Url type="text/html" template="${escapeHtml(url)}/search?q={searchTerms}"/>
  <Url type="application/json" template="${escapeHtml(url)}/search.json?q={searchTerms}"/>
</OpenSearchDescription>
`, { headers: { 'content-type': 'application/opensearchdescription+xml; charset=utf-8' } });
};
