/** The name under which a post is shown in notifications, letters and lists of what is new: the one place that decides it. */
export function shownAuthor(post: { authorName: string }): string {
  return post.authorName;
}
