import { db, facts, prepared, transaction } from '#db/client.ts';
import { settings } from '#lib/settings.ts';

/** A post that links to more places than this is a list; the rest of it mentions nobody. */
const most = 200;

/**
 * Addresses inside the hub that a rendered post links to, each once: paths such as `/library/behn2003why` without query and fragment.
 * @param html as `renderMarkdown` writes it: every link begins `<a href="`, with its address escaped
 */
export function linksIn(html: string): string[] {
  const paths = new Set<string>();
  for (const [, href = ''] of html.matchAll(/<a href="((?:\/|https?:)[^"]*)"/gi)) {
    const path = pathInside(href.replaceAll('&amp;', '&'));
    if (path) paths.add(path);
    if (paths.size === most) break;
  }
  return [...paths];
}

/** The path of an address of this hub, under http or https, that leads to something people talk about; null of any other. */
export function pathInside(href: string): string | null {
  const path = placeInside(href);
  return path !== null && /^\/(?:library|forums|posts)\/./.test(path) ? path : null;
}

/** The path of any address of this hub. */
export function placeInside(href: string): string | null {
  const home = URL.parse(settings().url);
  const url = URL.parse(href, home?.href);
  if (!url || url.host !== home?.host) return null;
  // Asked before anything looks for its end: a row of slashes would take long.
  if (url.pathname.length > 500) return null;
  return decoded(url.pathname).replace(/\/+$/, '');
}

/** A path as the server reads it, which knows `/%70osts/1` for `/posts/1`. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The number of the post that an address leads to; null of any other. @param href as it stands in rendered HTML */
export function postAt(href: string): number | null {
  const id = /^\/posts\/(\d{1,15})$/.exec(pathInside(href.replaceAll('&amp;', '&')) ?? '')?.[1];
  return id ? Number(id) : null;
}

/** Remembers what a new post links to. Call inside the transaction that writes it. */
export function putPostLinks(postId: number, html: string): void {
  for (const path of linksIn(html)) insert().run(postId, path);
}
const insert = prepared((d) => d.$client.prepare('insert into post_links (post_id, path) values (?, ?) on conflict do nothing'));

/** Remembers what a post links to after an edit. Call inside the transaction of the edit. */
export function replacePostLinks(postId: number, html: string): void {
  forget().run(postId);
  putPostLinks(postId, html);
}
const forget = prepared((d) => d.$client.prepare('delete from post_links where post_id = ?'));

/** Takes note of what the posts link to that were written before anybody did. Done once: later calls return at once. */
export function backfillPostLinks(): void {
  transaction(() => {
    if (!db.insert(facts).values({ name: 'post-links', value: 1 }).onConflictDoNothing().run().changes) return;
    for (let last = 0; ;) {
      const portion = withLinks().all(last) as { id: number; html: string }[];
      for (const { id, html } of portion) putPostLinks(id, html);
      const end = portion.at(-1);
      if (!end) return;
      last = end.id;
    }
  });
}
const withLinks = prepared((d) => d.$client.prepare(`select id, html from posts where id > ? and html like '%<a href=%' order by id limit 500`));
