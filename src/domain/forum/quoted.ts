import { prepared } from '#db/client.ts';
import { escapeHtml, plainText } from '#lib/markdown.ts';
import { isNamelessPost, nameApart, shownName } from '../anonymity.ts';
import { limitsFor } from '../people/limits.ts';
import type { Member } from '../people/types.ts';
import { postUrl } from './addresses.ts';
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

/** Words without what is between them, for comparing what was quoted with what was written. */
export const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Rendered Markdown with each outermost blockquote replaced. @param html as `renderMarkdown` writes it */
export function replaceQuotes(html: string, replace: (block: string) => string): string {
  let depth = 0;
  let from = 0;
  let out = '';
  for (const tag of html.matchAll(/<(\/?)blockquote>/g)) {
    if (!tag[1]) {
      if (depth++ === 0) {
        out += html.slice(from, tag.index);
        from = tag.index;
      }
    } else if (--depth === 0) {
      const end = tag.index + tag[0].length;
      out += replace(html.slice(from, end));
      from = end;
    }
  }
  return out + html.slice(from);
}

/** Other posts that one text may quote by name; what it quotes of more stands there without. */
const mostQuoted = 40;
/** Characters of those posts, and of what they said before, that are read for one text, and compared with its words: what more would ask for stands there without, too. */
const mostRead = 400_000;
const mostCompared = 10_000_000;

/** "Rosa Delgado wrote:" with a link to a post, at the beginning of a quotation, however it is typed. */
const says = /^\s*<p>([^<]*)<a href="([^"]*)"[^>]*>((?:(?!<\/a>).)*)<\/a>:?\s*(<\/p>)?/s;

/**
 * Rendered Markdown in which a quotation says whose it is only where the post it links to says so: with the name that is shown there, and without
 * name and link where a part of the words stands in it neither now nor in an earlier version that everybody may see.
 */
export function withTrueQuotes(html: string): string {
  const seen = new Map<number, Source | null>();
  const left = { read: mostRead, compared: mostCompared };
  const source = (id: number) => {
    const known = seen.get(id);
    if (known !== undefined) return known;
    const found = seen.size < mostQuoted ? sourceOf(id, left) : null;
    seen.set(id, found);
    return found;
  };
  return html.includes('<blockquote>') ? checked(html, source) : html;
}

function checked(html: string, source: (id: number) => Source | null): string {
  return replaceQuotes(html, (block) => {
    const inner = checked(block.slice('<blockquote>'.length, -'</blockquote>'.length), source);
    const [line = '', before = '', href = '', linked = '', closes = ''] = says.exec(inner) ?? [];
    const postId = postAt(href);
    if (postId === null || !/\bwrote:?$/i.test(plainText(before + linked).trim())) return `<blockquote>${inner}</blockquote>`;
    const words = inner.slice(line.length);
    const post = source(postId);
    const own = post !== null && (post.gone || partsOf(words).every((part) => post.says(part)));
    const name = own ? `<p><a href="${postUrl(postId)}">${escapeHtml(post.name)} wrote</a>:${closes || ' '}` : closes ? '' : '<p>';
    return `<blockquote>${name}${words}</blockquote>`;
  });
}

interface Source {
  /** As it is shown to everybody. */
  name: string;
  /** Out of view now: what is quoted of it is not shown at all (see blanked-quotes.ts), and is looked at when it comes back. */
  gone: boolean;
  says: (part: string) => boolean;
}

function sourceOf(postId: number, left: { read: number; compared: number }): Source | null {
  const row = post().get(postId) as { html: string; name: string; gone: 0 | 1 } | undefined;
  if (!row) return null;
  const texts = textsOf(postId, row.html);
  const read: string[] = [];
  const textAt = (n: number) => {
    const text = read[n] ?? texts.next().value;
    if (text === undefined || read[n] !== undefined) return text;
    if ((left.read -= text.length) < 0) return undefined;
    return read[n] = ` ${letters(text)} `;
  };
  const says = (part: string) => {
    for (let n = 0; ; n++) {
      const text = textAt(n);
      if (text === undefined || (left.compared -= text.length) < 0) return false;
      if (text.includes(` ${part} `)) return true;
    }
  };
  return { name: row.name, gone: row.gone === 1, says };
}

/** What it says now, and then what it said before. */
function* textsOf(postId: number, html: string): Generator<string, undefined> {
  yield plainText(html.replace(/<sup\b.*?<\/sup>/gs, ''));
  yield* versions().all({ id: postId }) as string[];
}
const post = prepared((d) => d.$client.prepare(`
  select p.html, p.removed_at is not null or t.removed_at is not null as gone, ${shownName(isNamelessPost('p.id'), 'm', nameApart('m'))} as name
  from posts p join threads t on t.id = p.thread_id join members m on m.id = p.author_id where p.id = ?`));
const versions = prepared((d) => d.$client.prepare(`
  select markdown from post_versions where post_id = @id and not exists (select 1 from withheld_versions w where w.post_id = @id and w.at >= replaced_at) order by id desc limit 5`).pluck());

/** What a quotation says, in the pieces that its marks and "…" leave, without the marks of footnotes and the lines that say whose an inner one is. */
function partsOf(html: string): string[] {
  const words = html.replace(/<blockquote>\s*<p>[^<]*<a href="[^"]*"[^>]*>[^<]* wrote<\/a>:/g, '').replace(/<sup\b.*?<\/sup>/gs, '');
  return words.split(/<\/?(?:p|li|h\d|td|th|br|pre|hr|blockquote)\b[^>]*>/).flatMap((part) => plainText(part).replace(/\[\^[^\]]*\]/g, '').split(/…|\.{3}/)).map(letters).filter(Boolean);
}
