import type { PostView } from '#domain/forum/types.ts';

export interface PostAction { href: string; label: string; /** Said to screen readers after the label. */ of: string }

/** What this viewer may do with a post, as the quiet links below it. */
export function postActions(post: PostView, moderates: boolean, opening: boolean): PostAction[] {
  return [
    ...(post.mayEdit ? [{ href: `/posts/${post.id}/edit`, label: 'Edit', of: `your post ${post.number}` }] : []),
    ...(post.mayRemove || (moderates && !post.removed && !opening) ? [{ href: `/posts/${post.id}/remove`, label: 'Remove', of: `post ${post.number}` }] : []),
    ...(post.mayFlag ? [{ href: `/posts/${post.id}/flag`, label: 'Flag', of: `post ${post.number}` }] : []),
    ...(moderates && post.hidden ? [{ href: `/desk/flags?post=${post.id}`, label: 'Look at the flags', of: `of post ${post.number}` }] : []),
    ...(moderates && post.removed?.by === 'coordinator' ? [{ href: `/posts/${post.id}/restore`, label: 'Restore', of: `post ${post.number}` }] : []),
  ];
}
