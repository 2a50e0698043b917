import { and, asc, eq, like, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, notifications, transaction, vouches } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { hasBlocked } from '../blocked.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { putNotification } from '../mail/notifications.ts';
import { withdrawLettersTo } from '../mail/withdrawing.ts';
import { recordAct } from '../moderation/log.ts';
import { countAttempt, forgetAttempts } from '../people/limits.ts';
import { findProfile, memberById } from '../people/members.ts';
import { canModerate, canReadAsMember, canWrite, mustWrite } from '../people/permissions.ts';
import { settleVouches, verificationOf } from '../people/verification.ts';
import type { Member, Viewer } from '../people/types.ts';

/** A member's word for another, as members read it. */
export interface Vouch { by: { id: number; name: string; handle: string; sample: boolean; vendor: boolean }; how: string; at: Date; mayRemove: boolean }

/** Who vouches for a member and how they know each other, the first first. For members: visitors are not told who knows whom. What somebody wrote whom the member has blocked only its writer reads. */
export function vouchesFor(viewer: Viewer, memberId: number): Vouch[] {
  if (!canReadAsMember(viewer)) return [];
  const rows = db.select({ id: members.id, name: members.name, handle: members.handle, sample: members.sample, vendor: members.vendor, how: vouches.how, at: vouches.at }).from(vouches).innerJoin(members, eq(members.id, vouches.byId))
    .where(and(eq(vouches.memberId, memberId), or(eq(vouches.byId, viewer.id), sql.raw(`not ${isUnwanted}`)))).orderBy(asc(vouches.at), asc(vouches.byId)).all();
  return rows.map(({ how, at, ...by }) => ({ by, how, at, mayRemove: canWrite(viewer) && (viewer.id === by.id || viewer.id === memberId || canModerate(viewer)) }));
}

const isUnwanted = hasBlocked('vouches.member_id', 'vouches.by_id');

/** Whether the viewer can vouch for a member now: verified themselves, and not for themselves, for a vendor, or twice. */
export function canVouch(viewer: Viewer, member: { id: number; vendor: boolean }): boolean {
  return canWrite(viewer) && viewer.id !== member.id && !member.vendor && verificationOf(viewer.id) !== null
    && !db.select({ by: vouches.byId }).from(vouches).where(and(eq(vouches.memberId, member.id), eq(vouches.byId, viewer.id))).get();
}

export const vouchInput = z.object({ memberId: rowId, how: text({ missing: 'Please say how you know each other.', min: 10, tooShort: 'Please say it in a sentence.', max: 300 }) });

/** Vouches for another member, who is told; whoever they have blocked is not told that it counts for nothing. What was taken away is not said again for 30 days. Throws Denied, Invalid, NotFound, TooMany. */
export function vouch(actor: Member, { memberId, how }: z.output<typeof vouchInput>): void {
  mustWrite(actor);
  countAttempt('vouchPerMember', actor.id);
  transaction(() => {
    const member = findProfile(actor, memberById(memberId).handle);
    if (verificationOf(actor.id) === null) throw new Denied('Only verified members vouch for others.');
    if (member.id === actor.id) throw new Denied('Nobody vouches for themselves.');
    if (!canVouch(actor, member)) throw new Invalid({ how: member.vendor ? 'A vendor is not verified as somebody who works for a government.' : 'You vouch for them already.' });
    countAttempt('vouchForMember', `${member.id} ${actor.id}`);
    db.insert(vouches).values({ memberId: member.id, byId: actor.id, how }).run();
    putNotification({ memberId: member.id, kind: 'word', reason: 'about-you', actorId: actor.id, words: `${actor.name} vouches for you.`, url: `/members/${member.handle}` });
    settleVouches();
  });
}

export const unvouchInput = z.object({ memberId: rowId, byId: rowId });

/** Takes a vouch away: whoever gave it, whom it is for, or a coordinator. Throws Denied, NotFound. */
export function removeVouch(actor: Member, { memberId, byId }: z.output<typeof unvouchInput>): void {
  mustWrite(actor);
  if (![memberId, byId].includes(actor.id) && !canModerate(actor)) throw new Denied('You can take back only what you have vouched yourself, or what stands on your own profile.');
  transaction(() => {
    const gone = db.delete(vouches).where(and(eq(vouches.memberId, memberId), eq(vouches.byId, byId))).run().changes;
    if (!gone) throw new NotFound('This was taken back already.');
    // The 30 days begin now.
    forgetAttempts('vouchForMember', `${memberId} ${byId}`);
    countAttempt('vouchForMember', `${memberId} ${byId}`);
    settleVouches();
    const member = memberById(memberId);
    withdrawLettersTo(memberId);
    db.delete(notifications).where(and(eq(notifications.memberId, memberId), eq(notifications.kind, 'word'), eq(notifications.actorId, byId), like(notifications.words, '% vouches for you.'))).run();
    if (![memberId, byId].includes(actor.id)) recordAct(actor, 'remove vouch', `${memberById(byId).name} for ${member.name}`, `/members/${member.handle}`);
  });
}
