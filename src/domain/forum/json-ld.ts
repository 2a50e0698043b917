import { ownWords, plainText } from '#lib/markdown.ts';
import type { Author } from '../people/types.ts';
import { postPlace, postUrl } from './addresses.ts';
import type { Thread } from './threads.ts';
import type { PostView } from './types.ts';

/** What the node needs to know of the hub. */
interface Hub { name: string; url: string }

/**
 * One page of a thread in the words of Schema.org: a QAPage for a question, a DiscussionForumPosting for all others, with the posts of this page.
 * @param posts those of the page; removed ones are left out
 * @param opening the first post of the thread, on whatever page it stands
 * @param accepted ids of the posts that answer the question
 * @see https://developers.google.com/search/docs/appearance/structured-data/qapage and …/discussion-forum
 */
export function jsonLdOfThread(thread: Thread, posts: readonly PostView[], opening: Pick<PostView, 'html' | 'author' | 'createdAt' | 'editedAt'>, accepted: ReadonlySet<number>, hub: Hub): object {
  const page = hub.url + thread.url;
  const replies = posts.filter((post) => post.number > 1 && !post.removed);
  const asked = { author: personOf(opening.author, hub), datePublished: opening.createdAt.toISOString(), ...(opening.editedAt && { dateModified: opening.editedAt.toISOString() }), text: plainText(opening.html) };
  if (thread.kind !== 'question') {
    return {
      '@context': 'https://schema.org', '@type': 'DiscussionForumPosting', '@id': page, url: page, mainEntityOfPage: page, headline: thread.title, ...asked,
      ...(thread.forum && { isPartOf: { '@type': 'CollectionPage', name: thread.forum.name, url: `${hub.url}/forums/${thread.forum.slug}` } }),
      commentCount: thread.replies, ...(replies.length > 0 && { comment: replies.map((post) => ({ '@type': 'Comment', ...replyOf(post, thread, hub) })) }),
    };
  }
  const answers = replies.map((post) => ({ yes: accepted.has(post.id), node: { '@type': 'Answer', ...replyOf(post, thread, hub) } }));
  const [right, others] = [answers.filter(({ yes }) => yes), answers.filter(({ yes }) => !yes)].map((list) => list.map(({ node }) => node));
  return {
    '@context': 'https://schema.org', '@type': 'QAPage', '@id': page, url: page, name: thread.title, isPartOf: { '@type': 'WebSite', name: hub.name, url: hub.url },
    mainEntity: {
      '@type': 'Question', name: thread.title, ...asked, answerCount: thread.replies,
      ...(right?.length && { acceptedAnswer: right }), ...(others?.length && { suggestedAnswer: others }),
    },
  };
}

function replyOf(post: PostView, thread: Thread, hub: Hub) {
  return {
    '@id': hub.url + postUrl(post.id), url: hub.url + postPlace(thread.url, post.number), author: personOf(post.author, hub), datePublished: post.createdAt.toISOString(),
    ...(post.editedAt && { dateModified: post.editedAt.toISOString() }), text: ownWords(post.html),
  };
}

const personOf = ({ name, handle }: Author, hub: Hub) => ({ '@type': 'Person', name, ...(handle && { url: `${hub.url}/members/${handle}` }) });
