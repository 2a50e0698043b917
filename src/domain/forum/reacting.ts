import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, posts, reactions, transaction } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { isNamedInThread, nameless, personColumns } from '../anonymity.ts';
import { blockedBy } from '../blocked.ts';
import { Denied, Invalid } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustWrite } from '../people/permissions.ts';
import { computeTrust } from '../people/trust.ts';
import type { Author, Member, Viewer } from '../people/types.ts';
import { postPlace } from './addresses.ts';
import { findPost } from './posts.ts';
import { canReact, reactionsFor } from './reactions.ts';
import { reactionKinds, type ReactionKind } from './types.ts';

const kindField = z.enum(reactionKinds, { error: 'This reaction does not exist.' }).optional();
export const reactInput = z.object({ postId: rowId, give: kindField, take: kindField });

/** Gives a post a reaction or takes one's own back; asked twice it is done once. Returns where the post stands. Throws Denied, Invalid, NotFound, Gone, TooMany. */
export function react(actor: Member, { postId, give, take }: z.output<typeof reactInput>): { url: string } {
  mustWrite(actor);
  return transaction(() => {
    const post = findPost(actor, postId);
    if (!canReact(actor, post.thread) || post.removed) throw new Denied('Nothing can be added to this post any more.');
    if (post.authorId === actor.id) throw new Denied('This is your own post: let others say what they think of it.');
    if (give && !reactionsFor(post.thread, post.number).includes(give)) throw new Invalid({ give: 'This reaction does not fit this post.' });
    countAttempt('reactPerMember', actor.id);
    const changed = (give ? db.insert(reactions).values({ postId, memberId: actor.id, kind: give }).onConflictDoNothing().run().changes : 0)
      + (take ? db.delete(reactions).where(and(eq(reactions.postId, postId), eq(reactions.memberId, actor.id), eq(reactions.kind, take))).run().changes : 0);
    if (changed > 0) {
      if (give === 'helpful' || take === 'helpful') computeTrust(post.authorId);
      bumpChanges();
    }
    return { url: postPlace(post.thread.url, post.number) };
  });
}

/** Who reacted to a post, by kind, the first one first; of those whom the viewer has blocked, how many. Throws NotFound, Gone. */
export function whoReacted(viewer: Viewer, postId: number): { kind: ReactionKind; members: Author[]; blocked: number }[] {
  const post = findPost(viewer, postId);
  if (post.removed) return [];
  const rows = db.select({ kind: reactions.kind, member: personColumns(members) }).from(reactions).innerJoin(posts, eq(posts.id, reactions.postId))
    .leftJoin(members, isNamedInThread(members, reactions.memberId, posts.threadId))
    .where(eq(reactions.postId, postId)).orderBy(asc(reactions.at), asc(reactions.memberId)).all();
  const blocked = blockedBy(viewer);
  return reactionKinds.flatMap((kind) => {
    const all = rows.filter((row) => row.kind === kind).map((row) => row.member ?? nameless);
    const members = all.filter(({ id }) => !blocked.has(id));
    return all.length === 0 ? [] : [{ kind, members, blocked: all.length - members.length }];
  });
}
