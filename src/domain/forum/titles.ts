import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import { db, formerSlugs, forums, posts, resources, threads } from '#db/client.ts';
import { mapText } from '#lib/html-text.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { pathInside } from './post-links.ts';
import { visibleThreads } from './visible.ts';

/* A bare address of the hub in a post is kept as `<a href="/…" class="address">` and gets the title of what it leads to each time it is shown. */

const linked = /<a href="(https?:[^"]*)"[^>]*>([^<]*)<\/a>/gi;
/** `/library/<slug>`, `/forums/<forum>/<thread>`, `/posts/<id>`, with query and fragment; what ends the sentence stays outside. */
const typed = /(?<![\w/.~@:=?#%&-])\/(?:library\/|forums\/[a-z0-9-]+\/|posts\/)[\w~%-]+(?:\.[\w~%-]+)*(?:\?[\w=;-]+(?:&amp;[\w=-]+)*)?(?:#[\w-]+)?(?![\w/])/g;

/** Rendered Markdown with every bare address of the hub marked as such. */
export function markAddresses(html: string): string {
  const marked = html.replace(linked, (link, href: string, text: string) => (text === href ? addressOf(href, text) ?? link : link));
  return mapText(marked, (text) => (text.includes('/') ? text.replace(typed, (path) => `<a href="${path}" class="address">${path}</a>`) : text));
}

function addressOf(href: string, text: string): string | null {
  const url = URL.parse(href.replaceAll('&amp;', '&'));
  if (!url || pathInside(url.href) === null) return null;
  return `<a href="${escapeHtml(url.pathname + url.search + url.hash)}" class="address">${text}</a>`;
}

const marked = /<a href="([^"]*)" class="address">[^<]*<\/a>/g;

/**
 * Posts as they are shown: where a bare address of the hub stands the title of what it leads to, as it is called now. What not everybody may see,
 * and what is not there any more, stays an address. Asks the database four times however many posts there are.
 */
export function withTitles(htmls: readonly string[]): string[] {
  const paths = new Set(htmls.flatMap((html) => (html.includes('class="address"') ? [...html.matchAll(marked)].map(([, href = '']) => pathOf(href)) : [])));
  if (paths.size === 0) return [...htmls];
  const titles = titlesOf([...paths]);
  const slugs = slugsOf([...paths]);
  return htmls.map((html) => html.replace(marked, (link, href: string) => {
    const title = titles.get(pathOf(href));
    return title === undefined ? link : `<a href="${withSlug(href, slugs)}" class="address">${escapeHtml(title)}</a>`;
  }));
}

const ofThread = /^(\/forums\/[^/]+\/(\d{1,15}))(?:-[^/?#]*)?/;

/** The address of a thread with its slug of today: an earlier one may say what had to go from its title. */
const withSlug = (href: string, slugs: ReadonlyMap<number, string>) => href.replace(ofThread, (path, upToId: string, id: string) => (slugs.has(Number(id)) ? `${upToId}-${slugs.get(Number(id))}` : path));

function slugsOf(paths: readonly string[]): Map<number, string> {
  const ids = paths.flatMap((path) => { const id = ofThread.exec(path)?.[2]; return id === undefined ? [] : [Number(id)]; });
  return new Map(ids.length === 0 ? [] : db.select({ id: threads.id, slug: threads.slug }).from(threads).where(inArray(threads.id, ids)).all().map(({ id, slug }) => [id, slug]));
}

const pathOf = (href: string) => href.replace(/[?#].*$/s, '').replace(/\/+$/, '');

function titlesOf(paths: readonly string[]): Map<string, string> {
  const keys = (shape: RegExp) => new Map(paths.flatMap((path) => { const [, key] = shape.exec(path) ?? []; return key ? [[path, key] as const] : []; }));
  const [slugs, threadIds, postIds] = [keys(/^\/library\/([^/]+)$/), keys(/^\/forums\/[^/]+\/(\d{1,15})(?:-[^/]*)?$/), keys(/^\/posts\/(\d{1,15})$/)];
  const [resourceTitles, threadTitles, postTitles] = [titlesOfResources([...slugs.values()]), titlesOfThreads([...threadIds.values()].map(Number)), titlesOfPosts([...postIds.values()].map(Number))];
  const found = (path: string) => resourceTitles.get(slugs.get(path) ?? '') ?? threadTitles.get(Number(threadIds.get(path))) ?? postTitles.get(Number(postIds.get(path)));
  return new Map(paths.flatMap((path) => { const title = found(path); return title === undefined ? [] : [[path, title] as const]; }));
}

/** Of published resources, by slug of today or former slug. */
function titlesOfResources(slugs: readonly string[]): Map<string, string> {
  if (slugs.length === 0) return new Map();
  const published = eq(resources.status, 'published');
  const now = db.select({ slug: resources.slug, title: resources.title }).from(resources).where(and(inArray(resources.slug, [...slugs]), published));
  const before = db.select({ slug: formerSlugs.slug, title: resources.title }).from(formerSlugs).innerJoin(resources, eq(resources.id, formerSlugs.resourceId)).where(and(inArray(formerSlugs.slug, [...slugs]), published));
  return new Map(before.unionAll(now).all().map((row) => [row.slug, row.title]));
}

/** Of threads in the forums that everybody sees, by id. */
function titlesOfThreads(ids: readonly number[]): Map<number, string> {
  if (ids.length === 0) return new Map();
  const rows = db.select({ id: threads.id, title: threads.title }).from(threads).where(and(inArray(threads.id, [...ids]), isNotNull(threads.forumId), visibleThreads(null))).all();
  return new Map(rows.map((row) => [row.id, row.title]));
}

/** What a post that everybody sees belongs to, by its id: the opening post has the title of its thread. */
function titlesOfPosts(ids: readonly number[]): Map<number, string> {
  if (ids.length === 0) return new Map();
  const rows = db.select({ id: posts.id, number: posts.number, title: threads.title, forum: forums.id, resource: resources.title, status: resources.status }).from(posts)
    .innerJoin(threads, eq(threads.id, posts.threadId)).leftJoin(forums, eq(forums.id, threads.forumId)).leftJoin(resources, eq(resources.id, threads.resourceId))
    .where(and(inArray(posts.id, [...ids]), isNull(posts.removedAt), visibleThreads(null))).all();
  return new Map(rows.filter((row) => row.status === null || row.status === 'published').map((row) => [
    row.id, row.resource !== null ? `a comment on “${row.resource}”` : row.number === 1 ? row.title : `a reply in “${row.title}”`,
  ]));
}
