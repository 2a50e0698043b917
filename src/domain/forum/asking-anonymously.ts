import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { isWrittenNamelessly } from '../anonymity.ts';
import { NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { postUrl } from './addresses.ts';
import { findPost, type FoundPost } from './posts.ts';

/** A post that was written without a name, wherever it stands, for the form that looks its author up. For coordinators. Throws NotFound, Denied. */
export function namelessPost(viewer: Viewer, postId: number): FoundPost {
  mustCoordinate(viewer);
  const post = findPost(viewer, postId);
  if (!isWrittenNamelessly(post.id)) throw new NotFound('This post was not written without a name.');
  return post;
}

export const lookUpInput = z.object({ postId: rowId, reason: text({ missing: 'Please give the reason: other coordinators read it in the log.', max: 500, min: 10, tooShort: 'A few more words, please: what makes it necessary?' }) });

/** Tells a coordinator who wrote without a name. Every look leaves a line in the coordinators' log, which names the thread and not the member. Throws NotFound, Denied. */
export function lookUpAuthor(actor: Member, { postId, reason }: z.output<typeof lookUpInput>): { name: string; handle: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const post = namelessPost(actor, postId);
    const author = db.select({ name: members.name, handle: members.handle }).from(members).where(eq(members.id, post.authorId)).get();
    if (!author) throw new NotFound();
    recordAct(actor, 'look up asker', post.thread.title, postUrl(post.id), reason);
    return author;
  });
}
