import type { APIRoute } from 'astro';
import { settings } from '#lib/settings.ts';

/** Everything public may be read by machines; pages that are about one's own account are no use to them. */
export const GET: APIRoute = () => new Response(
  `User-agent: *\nDisallow: /account\nDisallow: /desk\nDisallow: /join\nDisallow: /reset\nDisallow: /sign-in\nDisallow: /search\nDisallow: /unsubscribe\nDisallow: /library.bib\nDisallow: /library.ris\nDisallow: /library.csl.json\nDisallow: /library.csv\n\nSitemap: ${settings().url}/sitemap.xml\n`,
  { headers: { 'content-type': 'text/plain; charset=utf-8' } },
);
