import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, cases, db, members, suspensions, transaction } from '#db/client.ts';
import { addDays, formatDate } from '#lib/dates.ts';
import { optionalText, rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { recordAct } from '../moderation/log.ts';
import { mustLeaveAnAdministrator } from '../people/administrators.ts';
import { memberById } from '../people/members.ts';
import { canModerate, canSuspend, isSuspended, mustCoordinate, mustSignIn } from '../people/permissions.ts';
import { endSessionsOf } from '../people/sessions.ts';
import type { Member, Viewer } from '../people/types.ts';
import type { Decision } from './subjects.ts';
import { howToAppeal } from './outcomes.ts';
import { keepAsDecision, keepOldSuspensions, reasonBesides } from './suspension-decisions.ts';

const days = z.coerce.number({ error: 'For how many days?' }).int('Whole days, please.').min(1, 'At least one day.').max(3650, 'At most ten years (3650 days).');
const reason = text({ missing: 'Please give the reason: the member receives it.', max: 1_000 });

export const suspendInput = z.object({ memberId: rowId, days, reason });

/** Keeps a member from writing for some days, ends their sessions, leaves what they were on to others, and tells them why by mail. Throws Denied, NotFound. */
export function suspendMember(actor: Member, input: z.output<typeof suspendInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const member = suspendable(actor, input.memberId);
    if (isSuspended(member)) throw new Denied('This member is suspended already: extend the suspension.');
    mustLeaveAnAdministrator(member);
    const until = addDays(new Date(), input.days);
    const decision = member.emailConfirmed ? keepAsDecision(actor, member, input) : null;
    setEnd(actor, member, 'suspended', until, input.reason);
    endSessionsOf(member.id);
    db.update(cases).set({ claimedById: null, claimedUntil: null }).where(eq(cases.claimedById, member.id)).run();
    tell(member, `Your account on ${settings().name} is suspended`, [
      `A coordinator has suspended your account until ${formatDate(until)}. It ends by itself on that day.`, `The reason given: ${input.reason}`, 'You have been signed out everywhere.', ...whatRemains(decision),
    ]);
    recordAct(actor, 'suspend member', `${member.name} until ${formatDate(until)}`, `/members/${member.handle}`, input.reason);
  });
}

export const extendInput = suspendInput;

/** Lets a suspension last some days longer than was said, and tells the member why. Throws Denied, NotFound. */
export function extendSuspension(actor: Member, input: z.output<typeof extendInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const member = suspendable(actor, input.memberId);
    if (!member.suspendedUntil || !isSuspended(member)) throw new Denied('This member is not suspended any more.');
    const until = addDays(member.suspendedUntil, input.days);
    keepOldSuspensions();
    const decision = member.emailConfirmed ? keepAsDecision(actor, member, input) : null;
    setEnd(actor, member, 'extended', until, input.reason);
    tell(member, `Your suspension on ${settings().name} lasts longer`, [
      `Your account was suspended until ${formatDate(member.suspendedUntil)}; now it is until ${formatDate(until)}.`, `The reason given: ${input.reason}`, ...whatRemains(decision),
    ]);
    recordAct(actor, 'extend suspension', `${member.name} until ${formatDate(until)}`, `/members/${member.handle}`, input.reason);
  });
}

const whatRemains = (decisionId: number | null) => [
  'You can sign in again, read everything, appeal decisions about what you wrote, take your own words with you, and leave.',
  ...(decisionId === null ? [] : [howToAppeal(decisionId)]), `Your account: ${settings().url}/account`,
];

export const restoreInput = z.object({ memberId: rowId, reason: optionalText(1_000).optional() });

/** Ends a suspension early and tells the member. Throws Denied, NotFound. */
export function restoreMember(actor: Member, input: z.output<typeof restoreInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const member = suspendable(actor, input.memberId);
    if (!isSuspended(member)) throw new Denied('This member is not suspended any more.');
    setEnd(actor, member, 'ended', null, input.reason ?? 'It was ended early.');
    tell(member, `Your account on ${settings().name} is open again`, ['Your suspension has ended: you can write again.', ...(input.reason ? [`The reason given: ${input.reason}`] : [])]);
    recordAct(actor, 'restore member', member.name, `/members/${member.handle}`, input.reason ?? null);
  });
}

/**
 * Takes the days of one decision off a suspension, after an appeal; when none are left, it ends. One that was decided by an earlier version of the hub, which did not keep its days, sets it back
 * to the end that it had before, never to a later one. The appeal's letter tells the member. Call inside a transaction.
 */
export function setSuspensionBack(actor: Member, member: Member, decision: Decision): void {
  if (!isSuspended(member) || !member.suspendedUntil) return;
  const { days, suspendedUntil } = decision.before;
  const end = days === undefined ? new Date(suspendedUntil ?? 0) : addDays(member.suspendedUntil, -days);
  if (end >= member.suspendedUntil) return;
  const until = end > new Date() ? end : null;
  setEnd(actor, member, until ? 'suspended' : 'ended', until, (until && reasonBesides(decision)) ?? 'After an appeal.');
}

/** Mails a member, and nobody where it is not known that the address is theirs. */
function tell({ email, emailConfirmed }: Member, subject: string, paragraphs: string[]): void {
  if (emailConfirmed) post(email, subject, paragraphs);
}

function suspendable(actor: Member, memberId: number): Member {
  const member = memberById(memberId);
  if (!canSuspend(actor, member)) throw new Denied('You cannot suspend this member, or end their suspension.');
  return member;
}

function setEnd(actor: Member, member: Member, kind: 'suspended' | 'extended' | 'ended', until: Date | null, why: string): void {
  db.update(members).set({ suspendedUntil: until, suspendedReason: until === null ? null : why }).where(eq(members.id, member.id)).run();
  db.insert(suspensions).values({ memberId: member.id, kind, until, reason: why, byId: actor.id }).run();
  bumpChanges();
}

/** One thing that became of somebody's right to write. */
export interface SuspensionStep { kind: 'suspended' | 'extended' | 'ended'; at: Date; until: Date | null; reason: string; by: string | null }

/** A member's suspensions, oldest first: for themselves, without who decided, and for coordinators. Throws SignInRequired, Denied. */
export function suspensionsOf(viewer: Viewer, memberId: number): SuspensionStep[] {
  mustSignIn(viewer);
  if (viewer.id !== memberId) mustCoordinate(viewer);
  return db.select({ kind: suspensions.kind, at: suspensions.at, until: suspensions.until, reason: suspensions.reason, by: members.name }).from(suspensions)
    .leftJoin(members, eq(members.id, suspensions.byId)).where(eq(suspensions.memberId, memberId)).orderBy(asc(suspensions.id)).all()
    .map((step) => ({ ...step, by: canModerate(viewer) ? step.by : null }));
}
