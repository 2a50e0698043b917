import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, postVersions, transaction, withheldVersions } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { Denied } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { whyNotOwn } from '../people/coordinators.ts';
import { mustModerateForum, mustModerateSomething } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { postUrl } from './addresses.ts';
import { findPost, type FoundPost } from './posts.ts';

export const withholdVersionsInput = z.object({ postId: rowId, reason: text({ missing: 'Please give the reason: it stands in the public log.', max: 1_000 }) });

/** Takes what a post said before out of view: its author and coordinators alone see it. Throws NotFound, Denied. */
export function withholdVersions(actor: Member, { postId, reason }: z.output<typeof withholdVersionsInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const post = findPost(actor, postId);
    mustModerateForum(actor, post.thread.forumId);
    if (!wasEdited(postId)) throw new Denied('This post was never edited: there are no earlier versions.');
    withholdFrom(actor, post, reason);
    return { url: `${postUrl(postId)}/history` };
  });
}

/** The same as part of a decision, where there are earlier versions at all. Call inside its transaction. */
export function withholdWithDecision(actor: Member, post: FoundPost, reason: string): void {
  if (wasEdited(post.id)) withholdFrom(actor, post, reason);
}

export const showVersionsInput = withholdVersionsInput;

/** Brings back what was taken out of view; what was edited away while the post was flagged stays withheld. Throws NotFound, Denied. */
export function showVersions(actor: Member, { postId, reason }: z.output<typeof showVersionsInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const post = findPost(actor, postId);
    mustModerateForum(actor, post.thread.forumId);
    const why = whyNotShow(actor, post);
    if (why !== null) throw new Denied(why);
    if (db.delete(withheldVersions).where(eq(withheldVersions.postId, postId)).run().changes === 0) throw new Denied('Nobody took earlier versions of this post out of view.');
    recordAct(actor, 'show versions', `a post in “${post.thread.title}”`, postUrl(postId), reason);
    bumpChanges();
    return { url: `${postUrl(postId)}/history` };
  });
}

/** Why a coordinator does not bring back what was taken out of view in this post: another took it, and the post is their own. */
export function whyNotShow(actor: { id: number }, post: FoundPost): string | null {
  const byId = db.select({ byId: withheldVersions.byId }).from(withheldVersions).where(eq(withheldVersions.postId, post.id)).get()?.byId;
  return byId === actor.id ? null : whyNotOwn(actor, post.authorId, post.thread.forumId);
}

const wasEdited = (postId: number) => db.select({ id: postVersions.id }).from(postVersions).where(eq(postVersions.postId, postId)).limit(1).get() !== undefined;

function withholdFrom(actor: Member, post: FoundPost, reason: string): void {
  const done = { at: new Date(), byId: actor.id, reason };
  db.insert(withheldVersions).values({ postId: post.id, ...done }).onConflictDoUpdate({ target: withheldVersions.postId, set: done }).run();
  recordAct(actor, 'withhold versions', `a post in “${post.thread.title}”`, postUrl(post.id), reason);
  bumpChanges();
}
