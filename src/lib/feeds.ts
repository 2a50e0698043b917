import { textOfHtml } from './html-as-text.ts';
import { escapeHtml } from './markdown.ts';
import { settings } from './settings.ts';

/** What is new somewhere, for feed readers. Addresses are absolute. */
export interface Feed {
  /** Permanent and unique; the address of the page serves. */
  id: string;
  title: string;
  /** The page that shows the same. */
  page: string;
  /** Where this feed itself is. */
  self: string;
  updated: Date;
  /** The newest first. */
  items: FeedItem[];
}

export interface FeedItem {
  /** Permanent and unique, where the address may change. */
  id?: string;
  url: string;
  title: string;
  /** Words without markup; may be empty. */
  summary: string;
  /** All of it as HTML with absolute addresses, where the feed carries more than the summary. */
  html?: string;
  published: Date;
  updated: Date;
  /** In words; null where nobody is named. */
  author: string | null;
  tags: { code: string; label: string }[];
}

/** The feed as Atom (RFC 4287). What names no author is by the hub. */
export function atomFeed({ id, title, page, self, updated, items }: Feed): string {
  const entries = items.map((item) => `  <entry>
    <id>${xml(item.id ?? item.url)}</id>
    <title>${xml(item.title)}</title>
    <link rel="alternate" type="text/html" href="${xml(item.url)}"/>
    <published>${item.published.toISOString()}</published>
    <updated>${item.updated.toISOString()}</updated>
${item.author ? `    <author><name>${xml(item.author)}</name></author>\n` : ''}${item.tags.map(({ code, label }) => `    <category term="${xml(code)}" label="${xml(label)}"/>\n`).join('')}    <summary>${xml(item.summary)}</summary>
${item.html === undefined ? '' : `    <content type="html">${xml(item.html)}</content>\n`}  </entry>
`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>${xml(id)}</id>
  <title>${xml(title)}</title>
  <author><name>${xml(settings().name)}</name></author>
  <link rel="alternate" type="text/html" href="${xml(page)}"/>
  <link rel="self" type="application/atom+xml" href="${xml(self)}"/>
  <updated>${updated.toISOString()}</updated>
${entries}</feed>
`;
}

/** The feed as JSON Feed (version 1.1). */
export function jsonFeed({ title, page, self, items }: Feed): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1', title, home_page_url: page, feed_url: self, language: 'en', authors: [{ name: settings().name }],
    items: items.map((item) => ({
      id: item.id ?? item.url, url: item.url, title: item.title, ...(item.html === undefined ? { content_text: item.summary } : { content_html: item.html, content_text: textOfHtml(item.html), summary: item.summary }), date_published: item.published.toISOString(), date_modified: item.updated.toISOString(),
      authors: item.author ? [{ name: item.author }] : undefined, tags: item.tags.map((tag) => tag.label),
    })),
  });
}

/** The feed as an answer, in the format that the ending of its address names. */
export function feedResponse(ending: 'atom' | 'json', feed: Feed): Response {
  return ending === 'atom'
    ? new Response(atomFeed(feed), { headers: { 'content-type': 'application/atom+xml; charset=utf-8' } })
    : new Response(jsonFeed(feed), { headers: { 'content-type': 'application/feed+json; charset=utf-8' } });
}

/** The moment of the newest item; 1970 for none, so that a feed without items stays the same. */
export function newestOf(items: readonly FeedItem[]): Date {
  return new Date(items.reduce((latest, item) => Math.max(latest, item.updated.getTime()), 0));
}

/** Text for XML 1.0, which has no control characters and no half surrogates. */
function xml(text: string): string {
  return escapeHtml(text.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, ''));
}
