import { and, asc, count, desc, eq, gt, gte, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, facts, invitations, members, prepared, transaction } from '#db/client.ts';
import { addDays, formatDate } from '#lib/dates.ts';
import { optionalText, rowId } from '#lib/fields.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { settings } from '#lib/settings.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { hasWebAddress } from '#lib/web-addresses.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { recordAct } from '../moderation/log.ts';
import { notWithdrawn } from '../people/admitting.ts';
import { countAttempt, isWithinLimit } from '../people/limits.ts';
import { asMember, emailField, memberByEmail, nameField } from '../people/members.ts';
import { canInvite, canModerate, mustCoordinate, mustWrite } from '../people/permissions.ts';
import { rulesOfJoining } from '../people/joining-rules.ts';
import type { Member, Viewer } from '../people/types.ts';

const days = 14;
/** Whose invitation has ended is forgotten after so many days. */
const daysKept = 60;

/** Whether the viewer may invite people now: a member not before they have been here for a while, since a letter of the hub carries their words. */
export const mayInvite = (viewer: Viewer): viewer is Member => canInvite(viewer, rulesOfJoining().membersInvite);

function mustInvite(actor: Viewer): asserts actor is Member {
  mustWrite(actor);
  if (!mayInvite(actor)) throw new Denied(rulesOfJoining().membersInvite ? 'New members do not invite yet. What changes this: see the page about trust.' : 'Coordinators of the whole hub invite here.');
}

/** For letters of members to people outside the hub, which begin with the name of who invites. Throws Denied, Invalid. */
function mustNotAdvertise(actor: Member, note: string | null): void {
  const { name } = actor;
  if (canModerate(actor)) return;
  if (note && hasWebAddress(note)) throw new Invalid({ note: 'Please leave web addresses out: the letter has the link to this hub. Put a blank after each full stop.' });
  if (hasWebAddress(name)) throw new Denied('Your name reads like a web address, and the letter begins with it. Change it on your profile, or put a blank after each full stop.');
}

const nothing = z.literal('').transform(() => null);
export const inviteInput = z.object({ email: emailField, name: nothing.or(nameField).nullish().transform((name) => name ?? null), note: optionalText(500) });

/**
 * Invites somebody by mail. A coordinator is told who is a member or invited already; to members the answer is the same whether or not the address has an account,
 * and the letter tells which, and whether or not somebody else has invited it: then no letter goes until that is withdrawn. Throws Denied, Invalid, TooMany.
 */
export function invite(actor: Member, { email, name, note }: z.output<typeof inviteInput>): void {
  mustInvite(actor);
  mustNotAdvertise(actor, note);
  countAttempt(canModerate(actor) ? 'invitePerCoordinator' : 'invitePerMember', actor.id);
  transaction(() => {
    const objection = objectionTo(actor, email);
    if (objection) throw new Invalid({ email: objection });
    if (canModerate(actor)) putInvitation(actor, { email, name, place: null, note });
    else {
      putQuietly(actor, { email, name, note });
      sendOldestQuiet(email);
    }
    recordAct(actor, 'invite', email, '/desk/invitations');
  });
}

/** Why this address is not to be invited, as far as the viewer may know; null where nothing speaks against it. */
export function objectionTo(viewer: Viewer, email: string): string | null {
  const member = canModerate(viewer) ? memberByEmail(email) : null;
  if (member?.emailConfirmedAt) return member.application === null ? `${member.name} is a member already.` : `${member.name} has asked to join and waits for a coordinator.`;
  const open = canModerate(viewer) ? openOf(email) : ownOpenOf(viewer, email);
  return open ? `This address was invited on ${formatDate(open.sentAt)} already.` : null;
}

const openOf = (email: string) => db.select().from(invitations).where(and(eq(invitations.email, email), isNull(invitations.usedAt), isNull(invitations.withdrawnAt), gt(invitations.expiresAt, new Date()))).get();

const ownOpenOf = (viewer: Viewer, email: string) => db.select().from(invitations)
  .where(and(eq(invitations.email, email), eq(invitations.invitedById, viewer?.id ?? 0), isNull(invitations.usedAt), notWithdrawn, gt(invitations.expiresAt, new Date()))).get();

function forgetOwn(by: Member, email: string): void {
  db.delete(invitations).where(and(eq(invitations.email, email), eq(invitations.invitedById, by.id), isNull(invitations.usedAt), notWithdrawn)).run();
}

/** Writes an invitation of which nothing is mailed yet. Call inside a transaction. */
function putQuietly(by: Member, { email, name, note }: { email: string; name: string | null; note: string | null }): void {
  forgetOwn(by, email);
  const end = addDays(new Date(), days);
  db.insert(invitations).values({ email, name, note, invitedById: by.id, token: hashToken(newToken(16)), expiresAt: end, withdrawnAt: end, quietAt: new Date() }).run();
}

/** One of the address that has expired makes way for another; whoever sent it still sees it as it was. */
function makeWay(email: string, id = 0): void {
  db.update(invitations).set({ withdrawnAt: invitations.expiresAt, quietAt: new Date() }).where(and(eq(invitations.email, email), ne(invitations.id, id), isNull(invitations.usedAt), isNull(invitations.withdrawnAt))).run();
}

/** Mails the oldest invitation of an address that only seemed to be sent, where none is open, within the limit; to whoever sent it nothing changes. Call inside a transaction. */
function sendOldestQuiet(email: string): void {
  if (openOf(email)) return;
  for (const { invitation, by } of quietOf(email)) {
    if (!mayInvite(asMember(by))) continue;
    if (!isWithinLimit('letterPerInvitation', email)) return;
    const token = newToken(16);
    makeWay(email, invitation.id);
    db.update(invitations).set({ token: hashToken(token), withdrawnAt: null, quietAt: null }).where(eq(invitations.id, invitation.id)).run();
    mailInvitation(signing(by), invitation, token);
    return;
  }
}

const isQuiet = and(isNotNull(invitations.quietAt), isNull(invitations.usedAt), notWithdrawn);
const quietOf = (email: string) => db.select({ invitation: invitations, by: members }).from(invitations).innerJoin(members, eq(members.id, invitations.invitedById))
  .where(and(eq(invitations.email, email), isQuiet, gt(invitations.expiresAt, new Date()))).orderBy(asc(invitations.id)).all();

/** Mails the invitations that seemed to be sent while another was open, or past the limit of letters, as soon as they can be. For the chores. */
export function sendWaitingInvitations(): void {
  const emails = db.selectDistinct({ email: invitations.email }).from(invitations).where(and(isQuiet, gt(invitations.expiresAt, new Date()))).all();
  for (const { email } of emails) transaction(() => { sendOldestQuiet(email); });
}

/** Writes an invitation of a coordinator and its letter; earlier ones of the same sender that were not used go. Call inside a transaction. Throws TooMany. */
export function putInvitation(by: Member, { email, name, place, note }: { email: string; name: string | null; place: string | null; note: string | null }): void {
  countAttempt('letterPerInvitationOfCoordinators', email);
  forgetOwn(by, email);
  makeWay(email);
  const token = newToken(16);
  const expiresAt = addDays(new Date(), days);
  db.insert(invitations).values({ email, name, place, note, invitedById: by.id, token: hashToken(token), expiresAt }).run();
  mailInvitation(by, { email, note, expiresAt }, token);
}

/** Whose name the letter begins with: the hub's where theirs reads like a web address by now. */
const signing = (by: { name: string } | undefined) => (by && !hasWebAddress(by.name) ? by : { name: settings().name });

function mailInvitation(by: { name: string }, { email, note, expiresAt }: { email: string; note: string | null; expiresAt: Date }, token: string): void {
  const { name, url } = settings();
  const left = Math.ceil((expiresAt.getTime() - Date.now()) / 86_400_000);
  if (memberByEmail(email)?.emailConfirmedAt) {
    post(email, `You already have an account on ${name}`, [`${by.name} has invited you to ${name}. You have an account already: ${url}/sign-in`, `If you have forgotten your password: ${url}/reset`]);
    return;
  }
  post(email, `${by.name} invites you to ${name}`, [
    `${by.name} invites you to ${name}, where people who run 311 lines and CRM in local government ask and answer each other.`,
    ...(note ? [`${by.name} writes: ${note}`] : []),
    'Please open this link and choose a password:', `${url}/join?token=${token}`,
    `It works once, for ${left === 1 ? 'a day' : `${left} days`}. If you do not want to join, leave it: nothing happens, and your address is forgotten.`,
  ]);
}

export type InvitationState = 'sent' | 'used' | 'expired' | 'withdrawn';
export interface InvitationRow { id: number; email: string; name: string | null; /** As it was typed; once they have joined, their profile says it as they want it seen. */ place: string | null; by: string | null; sentAt: Date; expiresAt: Date; state: InvitationState; member: { name: string; handle: string } | null; own: boolean; /** Sent by an invented member. */ sample: boolean }

/** One page of 50 invitations, the newest first: to coordinators all of them, to members who may invite their own. Throws Denied. */
export function listInvitations(viewer: Viewer, page: string | null, which: 'all' | 'own' = 'all'): { invitations: InvitationRow[]; total: number; paging: Paging } {
  mustInvite(viewer);
  if (which === 'all') mustCoordinate(viewer);
  const where = which === 'all' ? or(isNull(invitations.quietAt), gte(invitations.quietAt, invitations.expiresAt)) : eq(invitations.invitedById, viewer.id);
  const total = db.select({ n: count() }).from(invitations).where(where).get()?.n ?? 0;
  const slice = paging(total, 50, page);
  const rows = db.select({ invitation: invitations, by: members.name, sample: members.sample }).from(invitations).leftJoin(members, eq(members.id, invitations.invitedById)).where(where)
    .orderBy(desc(invitations.sentAt), desc(invitations.id)).limit(slice.size).offset(slice.offset).all();
  return {
    total, paging: slice,
    invitations: rows.map(({ invitation: { id, email, name, place, sentAt, expiresAt, memberId, ...row }, by, sample }) => ({
      id, email, name, place: memberId === null ? place : null, by, sentAt, expiresAt, state: stateOf({ ...row, expiresAt }), own: row.invitedById === viewer.id, sample: sample ?? false,
      member: memberId === null ? null : db.select({ name: members.name, handle: members.handle }).from(members).where(eq(members.id, memberId)).get() ?? null,
    })),
  };
}

function stateOf({ usedAt, withdrawnAt, quietAt, expiresAt }: Pick<typeof invitations.$inferSelect, 'usedAt' | 'withdrawnAt' | 'quietAt' | 'expiresAt'>): InvitationState {
  if (usedAt) return 'used';
  if (withdrawnAt && !(quietAt && withdrawnAt.getTime() === expiresAt.getTime())) return 'withdrawn';
  return expiresAt > new Date() ? 'sent' : 'expired';
}

export const invitationInput = z.object({ invitationId: rowId });

/**
 * Makes the link of an invitation stop working. A member's own: one that another member sent meanwhile goes out instead. A coordinator's word holds for the address: what others sent
 * meanwhile is withdrawn as well, but for one that had expired, which is all that goes then. Throws Denied, NotFound.
 */
export function withdrawInvitation(actor: Member, input: z.output<typeof invitationInput>): void {
  mustInvite(actor);
  transaction(() => {
    const { id, email, expiresAt } = unused(actor, input.invitationId);
    const which = canModerate(actor) && expiresAt > new Date() ? and(eq(invitations.email, email), isNull(invitations.usedAt), notWithdrawn) : eq(invitations.id, id);
    db.update(invitations).set({ withdrawnAt: new Date() }).where(which).run();
    if (!canModerate(actor)) sendOldestQuiet(email);
    recordAct(actor, 'withdraw invitation', email, '/desk/invitations');
  });
}

/** Sends an invitation again with a new link, good for as long as a new one; the former link stops working. Throws Denied, Invalid, NotFound, TooMany. */
export function sendInvitationAgain(actor: Member, input: z.output<typeof invitationInput>): void {
  mustInvite(actor);
  countAttempt(canModerate(actor) ? 'invitePerCoordinator' : 'invitePerMember', actor.id);
  const invitation = unused(actor, input.invitationId);
  mustNotAdvertise(actor, invitation.note);
  transaction(() => {
    const open = openOf(invitation.email);
    if (canModerate(actor) && open && open.id !== invitation.id) throw new Denied(`This address was invited on ${formatDate(open.sentAt)} already.`);
    if (canModerate(actor)) countAttempt('letterPerInvitationOfCoordinators', invitation.email);
    const goes = canModerate(actor) || ((!open || open.id === invitation.id) && isWithinLimit('letterPerInvitation', invitation.email));
    if (goes) sendAgain(invitation, actor);
    else seemSentAgain(invitation);
    recordAct(actor, 'send invitation', invitation.email, '/desk/invitations');
  });
}

function sendAgain({ id, email, note }: { id: number; email: string; note: string | null }, by: { name: string }): void {
  const token = newToken(16);
  const expiresAt = addDays(new Date(), days);
  makeWay(email, id);
  db.update(invitations).set({ token: hashToken(token), sentAt: new Date(), expiresAt, withdrawnAt: null, quietAt: null }).where(eq(invitations.id, id)).run();
  mailInvitation(by, { email, note, expiresAt }, token);
}

/** What a member sees of sending again where no letter goes; the letter before, if there was one, stays good. */
function seemSentAgain({ id, quietAt }: typeof invitations.$inferSelect): void {
  const end = addDays(new Date(), days);
  db.update(invitations).set({ sentAt: new Date(), expiresAt: end, ...(quietAt && { withdrawnAt: end }) }).where(eq(invitations.id, id)).run();
}

export const lostInvitationInput = z.object({ email: emailField });

/**
 * Sends an invitation that still stands again to whoever says that they lost it; the former link stops working. The answer is the same for every address.
 * Past the limit of letters the last one stays good. Throws TooMany.
 */
export function sendLostInvitation({ email }: z.output<typeof lostInvitationInput>, address: string): void {
  countAttempt('lostPerAddress', address);
  const mayMail = isWithinLimit('lostPerInvitation', email);
  transaction(() => {
    // One write in either case, so that the time does not tell who was invited.
    db.insert(facts).values({ name: 'invitations-lost', value: 1 }).onConflictDoUpdate({ target: facts.name, set: { value: sql`${facts.value} + 1` } }).run();
    const open = openOf(email);
    if (!open || !mayMail) return;
    const by = open.invitedById === null ? undefined : db.select({ name: members.name }).from(members).where(eq(members.id, open.invitedById)).get();
    sendAgain(open, signing(by));
  });
}

function unused(actor: Member, id: number): typeof invitations.$inferSelect {
  const own = eq(invitations.invitedById, actor.id);
  const row = db.select().from(invitations).where(and(eq(invitations.id, id), isNull(invitations.usedAt), notWithdrawn, canModerate(actor) ? undefined : own)).get();
  if (!row) throw new NotFound('This invitation was used or withdrawn already.');
  return row;
}

/** Forgets that an address was invited, in the log too. Call inside a transaction. */
export function forgetInvitationsOf(email: string): void {
  db.delete(invitations).where(eq(invitations.email, email)).run();
  forgetOneInLog().run({ email });
}

/** Forgets the addresses of people whose invitation has ended long ago, in the log too. */
export function forgetOldInvitations(): void {
  const long = addDays(new Date(), -daysKept);
  transaction(() => {
    db.delete(invitations).where(or(lt(invitations.usedAt, long), lt(invitations.withdrawnAt, long), and(isNull(invitations.usedAt), lt(invitations.expiresAt, long)))).run();
    forgetInLog().run({ before: addDays(long, -days).getTime() });
  });
}
const isOfInviting = `act in ('invite', 'send invitation', 'withdraw invitation')`;
// The addresses stand in it one after the other, with commas between them.
const forgetInLog = prepared((d) => d.$client.prepare(`
  update log set object = iif(instr(object, ',') = 0, 'one person', (length(object) - length(replace(object, ',', '')) + 1) || ' people')
  where ${isOfInviting} and instr(object, '@') > 0 and at < @before`));
const forgetOneInLog = prepared((d) => d.$client.prepare(`
  update log set object = trim(replace(', ' || object || ', ', ', ' || @email || ', ', ', one person, '), ', ')
  where ${isOfInviting} and instr(', ' || object || ', ', ', ' || @email || ', ') > 0`));
