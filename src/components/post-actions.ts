import { nameless } from '#domain/anonymity.ts';
import type { PostView } from '#domain/forum/types.ts';

export interface PostAction {
  href: string;
  label: string;
  /** Said to screen readers after the label. */
  of: string;
  /** It begins a reply with this post quoted; scripts/quote.ts does it without leaving the page. */
  quotes?: boolean;
}

/**
 * What this viewer may do with a post, as the quiet links below it.
 * @param may whether they keep order where it stands, whether they may look up who wrote without a name, and which removed posts they may bring back, by id
 * @param appeals decisions about posts of the viewer's own that can be appealed, by id of the post
 * @param page the page it stands on, as an address without fragment: there a quotation is begun
 */
export function postActions(post: PostView, { moderates, looksUp, restores }: { moderates: boolean; looksUp: boolean; restores: ReadonlySet<number> }, opening: boolean, page: string, appeals: ReadonlyMap<number, number>): PostAction[] {
  return [
    ...(post.mayQuote ? [{ href: `${page}${page.includes('?') ? '&' : '?'}quote=${post.id}#write`, label: 'Quote', of: `post ${post.number}`, quotes: true }] : []),
    ...(post.mayEdit ? [{ href: `/posts/${post.id}/edit`, label: 'Edit', of: `your post ${post.number}` }] : []),
    ...(post.mayRemove || (moderates && !post.removed && !opening) ? [{ href: `/posts/${post.id}/remove`, label: 'Remove', of: `post ${post.number}` }] : []),
    ...(appeals.has(post.id) ? [{ href: `/appeals/${appeals.get(post.id)}`, label: 'Appeal', of: `the removal of your post ${post.number}` }] : []),
    ...(post.mayFlag ? [{ href: `/posts/${post.id}/flag`, label: 'Flag', of: `post ${post.number}` }] : []),
    ...(moderates && post.hidden ? [{ href: `/desk/flags?post=${post.id}`, label: 'Look at the flags', of: `of post ${post.number}` }] : []),
    ...(looksUp && post.author.id === nameless.id && !post.own ? [{ href: `/posts/${post.id}/author`, label: 'Look up who wrote it', of: `(post ${post.number})` }] : []),
    ...(restores.has(post.id) ? [{ href: `/posts/${post.id}/restore`, label: 'Restore', of: `post ${post.number}` }] : []),
  ];
}
