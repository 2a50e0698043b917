import type { APIContext } from 'astro';
import { logLines, readLogFilter } from '#domain/moderation/log.ts';
import { byteOrderMark, csvRow } from '#lib/csv.ts';
import { settings } from '#lib/settings.ts';

/** The coordinators' log as CSV, newest first; the same query parameters as /desk/log. */
export function GET({ locals, url }: APIContext): Response {
  const lines = logLines(locals.viewer, readLogFilter(url.searchParams));
  const rows = lines.map((line) => csvRow([line.at.toISOString(), line.actor?.name ?? '', line.actor?.handle ?? 'hub', line.words, line.object, line.url === null ? '' : settings().url + line.url, line.reason]));
  return new Response(byteOrderMark + csvRow(['when', 'who', 'handle', 'did what', 'to what', 'address', 'why']) + rows.join(''), {
    headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': 'attachment; filename="log.csv"', 'Cache-Control': 'no-store' },
  });
}
