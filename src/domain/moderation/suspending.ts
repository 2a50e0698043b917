import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, transaction } from '#db/client.ts';
import { addDays, formatDate } from '#lib/dates.ts';
import { rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { memberById } from '../people/members.ts';
import { canSuspend, mustAdminister, mustCoordinate } from '../people/permissions.ts';
import { endSessionsOf } from '../people/sessions.ts';
import { roles, type Member } from '../people/types.ts';
import { recordAct } from './log.ts';

export const suspendInput = z.object({
  memberId: rowId,
  days: z.coerce.number({ error: 'For how many days?' }).int('Whole days, please.').min(1, 'At least one day.').max(3650, 'At most ten years (3650 days).'),
  reason: text({ missing: 'Please give the reason: the member receives it.', max: 1_000 }),
});

/** Keeps a member from writing for some days, ends their sessions, and tells them why by mail. Throws Denied, NotFound. */
export function suspendMember(actor: Member, input: z.output<typeof suspendInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const member = memberById(input.memberId);
    if (!canSuspend(actor, member)) throw new Denied('You cannot suspend this member.');
    const until = addDays(new Date(), input.days);
    db.update(members).set({ suspendedUntil: until, suspendedReason: input.reason }).where(eq(members.id, member.id)).run();
    endSessionsOf(member.id);
    post(member.email, `Your account on ${settings().name} is suspended`, [
      `A coordinator has suspended your account until ${formatDate(until)}. You can still read everything.`,
      `The reason given: ${input.reason}`,
      'If you think this is wrong, answer to any coordinator.',
    ]);
    recordAct(actor, 'suspend member', `${member.name} until ${formatDate(until)}`, `/members/${member.handle}`, input.reason);
    bumpChanges();
  });
}

export const restoreInput = z.object({ memberId: rowId });

/** Ends a suspension early and tells the member. */
export function restoreMember(actor: Member, input: z.output<typeof restoreInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const member = memberById(input.memberId);
    if (!canSuspend(actor, member)) throw new Denied('You cannot change this member.');
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(eq(members.id, member.id)).run();
    post(member.email, `Your account on ${settings().name} is open again`, ['Your suspension has ended: you can write again.']);
    recordAct(actor, 'restore member', member.name, `/members/${member.handle}`);
    bumpChanges();
  });
}

export const appointInput = z.object({ memberId: rowId, role: z.enum(roles, { error: 'Please choose a role.' }) });

/** Gives a member another role. For administrators; nobody changes their own, so the last administrator stays. Ends the member's sessions. */
export function appointMember(actor: Member, input: z.output<typeof appointInput>): void {
  mustAdminister(actor);
  transaction(() => {
    const member = memberById(input.memberId);
    if (member.id === actor.id) throw new Denied('You cannot change your own role: another administrator can.');
    if (!member.emailConfirmed) throw new Denied('This member has not confirmed their e-mail address yet.');
    if (member.waiting) throw new Denied('This member has not been let in yet.');
    if (member.role === input.role) return;
    db.update(members).set({ role: input.role }).where(eq(members.id, member.id)).run();
    // A session is never worth more, or less, than when its owner last signed in.
    endSessionsOf(member.id);
    recordAct(actor, 'appoint member', `${member.name}: ${member.role} → ${input.role}`, `/members/${member.handle}`);
    bumpChanges();
  });
}
