import { prepared } from '#db/client.ts';
import { limitsFor } from '../people/limits.ts';
import type { Member } from '../people/types.ts';
import { postAt } from './post-links.ts';

/** The first line of a quotation as `attribution` writes it (see quoting.ts) and the renderer renders it. */
const attributed = /<blockquote>\s*<p><a href="([^"]*)"[^>]*>[^<]* wrote<\/a>:/g;

/**
 * Members whose posts a rendered post quotes with a line that says so and links to them, each once, without its author: of posts that stand, and no
 * more of them than its author may name.
 */
export function membersQuoted(author: Member, html: string): number[] {
  const ids = [...html.matchAll(attributed)].flatMap(([, href = '']) => postAt(href) ?? []);
  if (ids.length === 0) return [];
  return (authors().all(JSON.stringify(ids), author.id) as number[]).slice(0, limitsFor(author).mentionsPerPost);
}
const authors = prepared((d) => d.$client.prepare(`
  select p.author_id from json_each(?) j join posts p on p.id = j.value join threads t on t.id = p.thread_id left join resources r on r.id = t.resource_id
  where p.author_id <> ? and p.removed_at is null and t.removed_at is null and (r.id is null or r.status = 'published') group by p.author_id order by min(j.key)`).pluck());
