import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { blocks, db, follows, members, transaction } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { Invalid, NotFound } from '../errors.ts';
import { withdrawLettersTo } from '../mail/withdrawing.ts';
import { countAttempt } from '../people/limits.ts';
import { authorColumns } from '../people/members.ts';
import { mustSignIn } from '../people/permissions.ts';
import { settleVouches } from '../people/verification.ts';
import type { Author, Member, Viewer } from '../people/types.ts';

export const blockInput = z.object({ memberId: rowId });

/** Blocks a member for the actor, which mutes them too: see domain/blocked.ts. Letters that wait for the actor are written anew, without them. Throws NotFound, Invalid, TooMany. */
export function blockMember(actor: Member, { memberId }: z.output<typeof blockInput>): void {
  mustSignIn(actor);
  countAttempt('followPerMember', actor.id);
  if (memberId === actor.id) throw new Invalid({ memberId: 'You cannot block yourself.' });
  transaction(() => {
    if (!db.select({ id: members.id }).from(members).where(and(eq(members.id, memberId), isNotNull(members.emailConfirmedAt))).get()) throw new NotFound('There is no such member.');
    db.insert(blocks).values({ memberId: actor.id, blockedId: memberId }).onConflictDoNothing().run();
    const muted = { memberId: actor.id, kind: 'member', ref: String(memberId), level: 'muted' } as const;
    db.insert(follows).values(muted).onConflictDoUpdate({ target: [follows.memberId, follows.kind, follows.ref], set: { level: 'muted' } }).run();
    settleVouches();
    withdrawLettersTo(actor.id);
  });
}

/** Ends a block, and the mute that came with it. */
export function unblockMember(actor: Member, { memberId }: z.output<typeof blockInput>): void {
  mustSignIn(actor);
  transaction(() => {
    const { changes } = db.delete(blocks).where(and(eq(blocks.memberId, actor.id), eq(blocks.blockedId, memberId))).run();
    if (changes) settleVouches();
    if (changes) db.delete(follows).where(and(eq(follows.memberId, actor.id), eq(follows.kind, 'member'), eq(follows.ref, String(memberId)))).run();
  });
}

/** Whom the viewer has blocked, the latest first. Throws SignInRequired. */
export function listBlocked(viewer: Viewer): (Author & { since: Date })[] {
  mustSignIn(viewer);
  return db.select({ ...authorColumns, since: blocks.at }).from(blocks).innerJoin(members, eq(members.id, blocks.blockedId)).where(eq(blocks.memberId, viewer.id)).orderBy(desc(blocks.at)).all();
}
