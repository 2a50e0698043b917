import { prepared } from '#db/client.ts';
import { escapeHtml, plainText } from '#lib/markdown.ts';
import { limitsFor } from '../people/limits.ts';
import type { Member } from '../people/types.ts';
import { postUrl } from './addresses.ts';
import { withoutSayings, withoutSayingsBefore } from './attributions.ts';
import { markedIn, notesIn, type Notes } from './footnotes.ts';
import { postAt } from './post-links.ts';
import { replaceQuotes } from './quote-boxes.ts';
import { mostCompared, sayingOf, type Saying } from './said.ts';

/** Begins what the hub itself says over a quotation that it found true: nothing that a member types has a class. */
export const saidBy = '<p class="said-by" title="The hub has compared these words with the post">';

/** The posts that quotations in rendered HTML show as theirs, once for each. */
export const postsSaid = (html: string): number[] => html.split(saidBy).slice(1).flatMap((said) => postAt(/^<a href="([^"]*)"/.exec(said)?.[1] ?? '') ?? []);

/** Of each quotation in rendered HTML, in their order, the post that it is shown as of; null where it is shown as of none. */
export const postsSaidIn = (html: string): (number | null)[] => html.split('<blockquote>').slice(1).map((block) => (block.startsWith(saidBy) ? postsSaid(block)[0] ?? null : null));

/** Rendered HTML in which quotations that it shows as of these posts are folded, or otherwise put: who wrote stays to be seen. None of them has another inside. */
export function withFoldedQuotes(html: string, of: ReadonlySet<number>, fold = (words: string) => `<details class="fold"><summary>You blocked this member. Show it anyway</summary>${words}</details>`): string {
  if (of.size === 0) return html;
  return html.replace(saidIn, (whole, line: string, href: string, words: string) => (of.has(postAt(href) ?? 0) ? `<blockquote>${line}${fold(words)}</blockquote>` : whole));
}
const saidIn = new RegExp(`<blockquote>(${saidBy.replace(/[()]/g, '\\$&')}<a href="([^"]*)">(?:(?!</p>).)*</p>)((?:(?!</?blockquote>).)*)</blockquote>`, 'gs');

/**
 * Members whose posts a rendered post quotes under their name, each once, without its author: of posts that stand, and no
 * more of them than its author may name.
 */
export function membersQuoted(author: Member, html: string): number[] {
  const ids = postsSaid(html);
  if (ids.length === 0) return [];
  return (authors().all(JSON.stringify(ids), author.id) as number[]).slice(0, limitsFor(author).mentionsPerPost);
}
const authors = prepared((d) => d.$client.prepare(`
  select p.author_id from json_each(?) j join posts p on p.id = j.value join threads t on t.id = p.thread_id left join resources r on r.id = t.resource_id
  where p.author_id <> ? and p.removed_at is null and t.removed_at is null and (r.id is null or r.status = 'published') group by p.author_id order by min(j.key)`).pluck());

/** Other posts that one text may quote by name; what it quotes of more stands there without. */
const mostQuoted = 40;
/** Characters of those posts, and of what they said before, that are read for one text: what more would ask for stands there without, too. */
const mostRead = 400_000;

/** The line with which a quotation begins as `attribution` writes it (see quoting.ts), with whatever name. */
const line = /^\s*<p><a href="([^"]*)"[^>]*>([^<]*) wrote<\/a>:(<\/p>|\s)/;

/**
 * Rendered Markdown in which the hub says over a quotation whose it is, with the name that is shown there, where it begins with such a line and everybody
 * may read all that it says in the post's own words, now or in an earlier version: as it stands there or with "…" for what is left out. The line goes where
 * it is not true; what else looks as if it said whose it is, in it or right before it, is no link any more. No other word goes: what is left could say the
 * opposite.
 */
export function withTrueQuotes(html: string): string {
  if (!html.includes('<blockquote>')) return html;
  const seen = new Map<number, Saying | null>();
  const left = { read: mostRead, compared: mostCompared };
  const saying = (id: number) => {
    const known = seen.get(id);
    if (known !== undefined) return known;
    const found = seen.size < mostQuoted ? sayingOf(id, left) : null;
    seen.set(id, found);
    return found;
  };
  const notes = notesIn(html);
  return replaceQuotes(html, (block) => checked(block, saying, notes), withoutSayingsBefore);
}

function checked(block: string, saying: (id: number) => Saying | null, notes: Notes): string {
  const inside: string[] = [];
  const inner = replaceQuotes(block.slice('<blockquote>'.length, -'</blockquote>'.length), (quote) => {
    inside.push(checked(quote, saying, notes));
    return '\0';
  });
  const [whole = '', href = '', name = '', ends = ''] = line.exec(inner) ?? [];
  const postId = postAt(href);
  const words = inner.slice(whole.length);
  const post = postId === null ? null : saying(postId);
  const begins = ends === '</p>' ? '' : '\n<p>';
  const its = markedIn(words, notes);
  const own = post !== null && inside.length === 0 && post.says(words) && its.every(post.notes) && its.every(({ note }) => [...note.matchAll(link)].every(([, , href = '', text = '']) => href.startsWith('#') || post.links(href, text)));
  const isLine = post !== null && plainText(name) === plainText(escapeHtml(post.name)) && plainText(words) !== '';
  const shown = own ? `${saidBy}<a href="${postUrl(postId ?? 0)}">${escapeHtml(post.name)} wrote</a>:</p>${begins}${asInPost(post, words)}` : withoutSayings(isLine ? `${begins}${words}` : inner);
  let at = 0;
  return `<blockquote>${shown.replace(/\0/g, () => inside[at++] ?? '')}</blockquote>`;
}

const link = /(<sup>)?<a href="([^"]*)"[^>]*>((?:(?!<\/a>).)*)<\/a>/gs;

/** Words of a post with no other links than it has itself on these words; the numbers of footnotes stay. */
const asInPost = ({ links }: Saying, words: string) => words.replace(link, (whole, mark: string | undefined, href: string, text: string) => (mark || links(href, text) ? whole : text));
