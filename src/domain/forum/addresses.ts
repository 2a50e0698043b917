/** How many posts a page of a thread shows. */
export const postsPerPage = 20;

/** Address of a thread: `/forums/measures/12-how-do-you-count`, or its resource's page for a thread of comments. */
export function threadUrl(thread: { id: number; slug: string; forumSlug: string | null; resourceSlug: string | null }): string {
  return thread.forumSlug === null ? `/library/${thread.resourceSlug}#comments` : `/forums/${thread.forumSlug}/${thread.id}-${thread.slug}`;
}

/** Where a post stands inside its thread. Numbers never change, so neither does its page. */
export function postPlace(thread: string, number: number): string {
  const page = Math.ceil(number / postsPerPage);
  const [path] = thread.split('#');
  const comments = thread.includes('#');
  return `${path}${page > 1 ? `?${comments ? 'comments' : 'page'}=${page}` : ''}#post-${number}`;
}

/** The permanent address of a post. */
export function postUrl(id: number): string {
  return `/posts/${id}`;
}
