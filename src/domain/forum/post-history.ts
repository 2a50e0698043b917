import { asc, eq } from 'drizzle-orm';
import { db, postVersions, prepared } from '#db/client.ts';
import { diffText, type Part } from '#lib/text-diff.ts';
import { Gone, NotFound } from '../errors.ts';
import { canModerate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { findPost } from './posts.ts';

/** A post as it was from one moment until the next, with what that version changed; the first has nothing before it. */
export interface PostVersion { number: number; at: Date; markdown: string; changes: Part[] | null }

export interface PostHistory { id: number; title: string; url: string; /** The newest first. */ versions: PostVersion[]; /** Earlier ones are for its author and coordinators alone. */ withheld: boolean }

/**
 * What a post said from its beginning on, for everybody who sees it. What was edited away while it was flagged only its author and coordinators
 * see, with all before it. Throws NotFound, Gone.
 */
export function historyOfPost(viewer: Viewer, id: number): PostHistory {
  const post = findPost(viewer, id);
  if (post.hidden && post.markdown === '') throw new NotFound('This post is hidden while coordinators look at it.');
  if (post.removed && post.markdown === '') throw new Gone('This post was removed, and what it said before with it.');
  const all = db.select({ markdown: postVersions.markdown, at: postVersions.writtenAt, until: postVersions.replacedAt }).from(postVersions).where(eq(postVersions.postId, id)).orderBy(asc(postVersions.id)).all();
  const mended = viewer?.id === post.authorId || canModerate(viewer) ? -1 : (lastMended().get({ id }) as number | null) ?? -1;
  const before = all.filter((version) => version.until.getTime() > mended);
  const texts = [...before, { markdown: post.markdown, at: post.editedAt ?? post.createdAt }];
  const versions = texts.map(({ markdown, at }, n) => {
    const earlier = texts[n - 1];
    return { number: n + 1, at, markdown, changes: earlier ? diffText(earlier.markdown, markdown) : null };
  });
  return { id, title: post.thread.title, url: `/posts/${id}`, versions: versions.toReversed(), withheld: before.length < all.length };
}

/** When the last edit was made while the post was flagged: what it said before may be what had to go. */
const lastMended = prepared((d) => d.$client.prepare(`
  select max(v.replaced_at) from post_versions v join cases c on c.post_id = v.post_id and c.kind = 'flags'
  where v.post_id = @id and v.replaced_at >= c.opened_at and (c.closed_at is null or v.replaced_at <= c.closed_at)`).pluck());
