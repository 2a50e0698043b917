import { fileSize } from '#lib/file-size.ts';
import { prepared } from '#db/client.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';
import { postUrl, threadUrl } from './addresses.ts';
import type { PostFile } from './post-files.ts';

/* A post where the hub is not around it: in feeds and letters. */

/** HTML of a post whose addresses lead to the hub from anywhere: its footnotes to the post, and what else has no scheme to where it leads from the page of the thread. */
export function elsewhere(postId: number, html: string): string {
  const hub = escapeHtml(settings().url);
  let page: string | undefined;
  const fromPage = (href: string) => URL.parse(href.replaceAll('&amp;', '&'), page ??= settings().url + threadUrl(threadOf().get(postId) as Parameters<typeof threadUrl>[0]))?.href;
  return html.replace(/<div class="scroll"[^>]*>/g, '<div>').replace(/<(a href|img src)="(?=(\/|#p\d+-\d+-fn))/g, (_, start: string, sign: string) => `<${start}="${hub}${sign === '/' ? '' : postUrl(postId)}`)
    .replace(/<a href="(?![a-z][a-z\d+.-]*:)([^"]*)"/gi, (_, href: string) => `<a href="${escapeHtml(fromPage(href) ?? href)}"`);
}
const threadOf = prepared((d) => d.$client.prepare(`
  select t.id, t.slug, f.slug as forumSlug, r.slug as resourceSlug from posts p join threads t on t.id = p.thread_id left join forums f on f.id = t.forum_id left join resources r on r.id = t.resource_id where p.id = ?`));

/** Pictures and documents of a post as HTML; for letters, which load nothing, pictures too are links. */
export function filesAsHtml(files: readonly PostFile[], shown: 'pictures' | 'links' = 'pictures'): string {
  const pictures = files.filter((file) => file.picture && shown === 'pictures');
  const links = files.filter((file) => !pictures.includes(file));
  const figures = pictures.map(({ url, label, picture }) => `<figure><a href="${escapeHtml(url)}"><img src="${escapeHtml(url)}" alt="${escapeHtml(label)}" width="${picture?.width}" height="${picture?.height}"></a></figure>`);
  const items = links.map(({ url, label, kind, size }) => `<li><a href="${escapeHtml(url)}">${escapeHtml(label || 'A picture')} (${escapeHtml(kind)}, ${fileSize(size)})</a></li>`);
  return figures.join('') + (items.length > 0 ? `<ul>${items.join('')}</ul>` : '');
}
