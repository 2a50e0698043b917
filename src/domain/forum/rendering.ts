import { escapeHtml, renderKept, renderMarkdown } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';
import type { Member } from '../people/types.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { handlesCalledIn, handlesIn, linkMentions, membersNamed, mustNameFew, type Named } from './mentions.ts';
import { withTrueQuotes } from './quoted.ts';
import { markAddresses, withTitles } from './titles.ts';

/** A post as it is kept: its HTML, the same with the links of quotations that are not what they say, the members whom it names, and those of them whom it calls: not only in what it quotes. */
export interface Rendered { html: string; linked: string; named: Named[]; called: Named[] }

/**
 * Renders the text of a post. Members who exist now are links to their pages, and so are bare addresses of the hub: `withTitles` gives them titles
 * when the post is shown. Those of threads go by their number. Quotations say whose they are where it is true.
 * @param place makes ids differ between posts on one page
 */
export function renderPost(markdown: string, place: string, render = renderKept): Rendered {
  const { linked, ...names } = linkedIn(markdown, place, render);
  return { html: withTrueQuotes(linked), linked, ...names };
}

function linkedIn(markdown: string, place: string, render: typeof renderKept): Omit<Rendered, 'html'> {
  const html = markAddresses(render(threadsByNumber(markdown), place));
  const named = membersNamed(handlesIn(html));
  const handles = new Set(handlesCalledIn(html));
  return { linked: linkMentions(html, named), named, called: named.filter(({ handle }) => handles.has(handle)) };
}

/** The text of a post with the links of quotations that are not what they say. */
export const linkedPost = (markdown: string, place: string): string => linkedIn(markdown, place, renderKept).linked;

/** What waits or was decided about, in Markdown, as it is shown: bare addresses of the hub are links with the titles of what they lead to. */
export function showKept(markdown: string, place?: string): string {
  const [html = ''] = withTitles([markAddresses(renderKept(threadsByNumber(markdown), place))]);
  return html;
}

/** The same for plain words. */
export function showPlain(words: string): string {
  const [html = ''] = withTitles([markAddresses(escapeHtml(threadsByNumber(words).replaceAll(`${settings().url}/`, '/')))]);
  return html;
}

/** The same for what somebody is about to send. Throws MarkdownTooLarge, and Invalid when it names too many. */
export function renderNewPost(author: Member, markdown: string, place: string): Rendered {
  const rendered = renderPost(markdown, place, renderMarkdown);
  mustNameFew(author, rendered.called);
  return rendered;
}
