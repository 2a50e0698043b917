import { fileSize } from '#lib/file-size.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';
import type { PostFile } from './post-files.ts';

/* A post where the hub is not around it: in feeds and letters. */

/** HTML of a post whose addresses lead to the hub from anywhere, its footnotes to the post. @param url the permanent address of the post */
export function elsewhere(url: string, html: string): string {
  const hub = escapeHtml(settings().url);
  return html.replace(/<div class="scroll"[^>]*>/g, '<div>').replace(/<(a href|img src)="(?=([/#]))/g, (_, start: string, sign: string) => `<${start}="${hub}${sign === '#' ? url : ''}`);
}

/** Pictures and documents of a post as HTML; for letters, which load nothing, pictures too are links. */
export function filesAsHtml(files: readonly PostFile[], shown: 'pictures' | 'links' = 'pictures'): string {
  const pictures = files.filter((file) => file.picture && shown === 'pictures');
  const links = files.filter((file) => !pictures.includes(file));
  const figures = pictures.map(({ url, label, picture }) => `<figure><a href="${escapeHtml(url)}"><img src="${escapeHtml(url)}" alt="${escapeHtml(label)}" width="${picture?.width}" height="${picture?.height}"></a></figure>`);
  const items = links.map(({ url, label, kind, size }) => `<li><a href="${escapeHtml(url)}">${escapeHtml(label || 'A picture')} (${escapeHtml(kind)}, ${fileSize(size)})</a></li>`);
  return figures.join('') + (items.length > 0 ? `<ul>${items.join('')}</ul>` : '');
}
