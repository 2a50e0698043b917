import { and, desc, eq, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import { authenticators, db, recoveryCodes, sessions, transaction } from '#db/client.ts';
import { deviceWords } from '#lib/device-words.ts';
import { rowId, text } from '#lib/fields.ts';
import { Denied, NotFound } from '../errors.ts';
import { hasAuthenticator } from '../people/authenticators.ts';
import { memberById } from '../people/members.ts';
import { canEndSessionsOf, canRemoveSecondStep, mustAdminister } from '../people/permissions.ts';
import { mustHaveProved } from '../people/proving.ts';
import { tellOfChange } from '../people/security-letters.ts';
import { endSessionsOf, type Session } from '../people/sessions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { recordAct } from './log.ts';

/** A session of somebody else, as administrators see it: no address, nothing that was read. */
export interface OthersSession { id: string; device: string; since: Date; lastUsed: Date }

/** Where a member is signed in, the latest used first. For administrators. Throws Denied. */
export function sessionsOfMember(viewer: Viewer, memberId: number): OthersSession[] {
  mustAdminister(viewer);
  return db.select().from(sessions).where(eq(sessions.memberId, memberId)).orderBy(desc(sql`coalesce(${sessions.lastUsedAt}, ${sessions.createdAt})`)).all()
    .map((s) => ({ id: s.id, device: deviceWords(s.browser), since: s.createdAt, lastUsed: s.lastUsedAt ?? s.createdAt }));
}

export const endSessionOfInput = z.object({ memberId: rowId, /** Without one all of them end. */ id: z.string().max(100).optional() });

/** Ends one session of a member, or all, at once. For administrators. Throws Denied, NotFound. */
export function endSessionOf(actor: Member, { memberId, id }: z.output<typeof endSessionOfInput>): void {
  mustAdminister(actor);
  transaction(() => {
    const member = memberById(memberId);
    if (!canEndSessionsOf(actor, member)) throw new Denied('Your own sessions are on your account’s page.');
    if (id === undefined) endSessionsOf(member.id);
    else if (db.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.memberId, member.id))).run().changes === 0) throw new NotFound('This session has ended already.');
    recordAct(actor, 'end sessions', id === undefined ? `all of ${member.name}` : `one of ${member.name}`, `/members/${member.handle}`);
  });
}

/** Ends every session of everybody but this one, for the day on which something has leaked. For administrators who have just shown who they are. Throws Denied. */
export function endEverySession(session: Session): void {
  mustAdminister(session.member);
  mustHaveProved(session);
  transaction(() => {
    const { changes } = db.delete(sessions).where(ne(sessions.id, session.id)).run();
    recordAct(session.member, 'end sessions', `all of everybody, ${changes} of them`, null);
  });
}

export const removeSecondStepInput = z.object({ memberId: rowId, reason: text({ missing: 'Please give the reason: the member receives it.', max: 1_000 }) });

/**
 * Takes away the authenticator app and the recovery codes of a member who has lost them, ends their sessions, and tells them: from then on their
 * password or a mailed link lets them in. For administrators who have just shown who they are. Throws Denied.
 */
export function removeSecondStep(session: Session, { memberId, reason }: z.output<typeof removeSecondStepInput>): void {
  const actor = session.member;
  mustAdminister(actor);
  mustHaveProved(session);
  transaction(() => {
    const member = memberById(memberId);
    if (!canRemoveSecondStep(actor, member)) throw new Denied('Your own second step is on your account’s page.');
    if (!hasAuthenticator(member.id)) throw new Denied('This member has no second step.');
    db.delete(authenticators).where(eq(authenticators.memberId, member.id)).run();
    db.delete(recoveryCodes).where(eq(recoveryCodes.memberId, member.id)).run();
    endSessionsOf(member.id);
    tellOfChange(member.email, 'Your second step was removed', `An administrator has removed the second step of your account, so that signing in takes no code any more, and has signed you out everywhere. The reason given: ${reason}`);
    recordAct(actor, 'remove second step', member.name, `/members/${member.handle}`, reason);
  });
}
