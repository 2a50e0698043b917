import { asc, eq } from 'drizzle-orm';
import { db, postVersions } from '#db/client.ts';
import { diffText, type Part } from '#lib/text-diff.ts';
import { Gone } from '../errors.ts';
import type { Viewer } from '../people/types.ts';
import { findPost } from './posts.ts';

/** A post as it was from one moment until the next, with what that version changed; the first has nothing before it. */
export interface PostVersion { number: number; at: Date; markdown: string; changes: Part[] | null }

export interface PostHistory { id: number; title: string; url: string; /** The newest first. */ versions: PostVersion[] }

/** What a post said from its beginning on, for everybody who sees it. Throws NotFound, Gone. */
export function historyOfPost(viewer: Viewer, id: number): PostHistory {
  const post = findPost(viewer, id);
  if (post.removed && post.markdown === '') throw new Gone('This post was removed, and what it said before with it.');
  const before = db.select({ markdown: postVersions.markdown, at: postVersions.writtenAt }).from(postVersions).where(eq(postVersions.postId, id)).orderBy(asc(postVersions.id)).all();
  const texts = [...before, { markdown: post.markdown, at: post.editedAt ?? post.createdAt }];
  const versions = texts.map(({ markdown, at }, n) => {
    const earlier = texts[n - 1];
    return { number: n + 1, at, markdown, changes: earlier ? diffText(earlier.markdown, markdown) : null };
  });
  return { id, title: post.thread.title, url: `/posts/${id}`, versions: versions.toReversed() };
}
