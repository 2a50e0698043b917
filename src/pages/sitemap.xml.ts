import type { APIRoute } from 'astro';
import { forumNames } from '#domain/forum/forums.ts';
import { publicCollectionAddresses } from '#domain/library/collections.ts';
import { lastChanges } from '#domain/library/shelves.ts';
import { listThemes } from '#domain/library/themes.ts';
import { publicAddresses } from '#domain/search/addresses.ts';
import { isoDate } from '#lib/dates.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';

const fixed = ['/', '/themes', '/forums', '/places', '/thesaurus', '/about', '/guidelines', '/privacy', '/accessibility'];

/** Every public page (sitemaps.org 0.9; at most 50,000 addresses), with the day it last changed where that is known. */
export const GET: APIRoute = () => {
  const entry = (path: string, at?: Date | null) => `<url><loc>${escapeHtml(settings().url + path)}</loc>${at ? `<lastmod>${isoDate(at)}</lastmod>` : ''}</url>`;
  const { library, themes } = lastChanges();
  const collections = publicCollectionAddresses();
  const entries = [
    ...fixed.map((path) => entry(path)), entry('/library', library),
    ...listThemes().map(({ code }) => entry(`/themes/${code}`, themes.get(code))), ...forumNames().map((f) => entry(`/forums/${f.slug}`)),
    ...(collections.length ? [entry('/collections')] : []), ...collections.map(({ url, at }) => entry(url, at)),
    ...publicAddresses(44_000).map(({ url, at }) => entry(url, at)),
  ];
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join('\n')}\n</urlset>\n`, { headers: { 'content-type': 'application/xml; charset=utf-8' } });
};
