import { and, count, eq, gt, isNotNull, isNull, or } from 'drizzle-orm';
import { bumpChanges, db, invitations, log, members, prepared, transaction } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { Denied } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { coordinatorsBesides } from './coordinators.ts';
import { takeOverStanding } from './former-standings.ts';
import { isWithinLimit } from './limits.ts';
import { rulesOfJoining } from './joining-rules.ts';
import { forgetConfirmLinks } from './links.ts';
import { freeHandle } from './members.ts';
import { settleVerification } from './verification.ts';

/** Said to whoever comes without an invitation where one is needed. */
export const byInvitation = 'Joining is by invitation at present. The page “Join” says whom to ask.';

/** Of invitations those that were not withdrawn: of one that only seemed to be sent, `withdrawnAt` is its end. */
export const notWithdrawn = or(isNull(invitations.withdrawnAt), and(isNotNull(invitations.quietAt), eq(invitations.withdrawnAt, invitations.expiresAt)));

/** The invitation of an address that can still be used. */
export function openInvitation(email: string): { id: number } | null {
  return db.select({ id: invitations.id }).from(invitations)
    .where(and(eq(invitations.email, email), isNull(invitations.usedAt), isNull(invitations.withdrawnAt), gt(invitations.expiresAt, new Date()))).get() ?? null;
}

/**
 * Confirms the address of somebody who has just shown that it is theirs, whichever way, by the rules of joining that hold now: an invitation lets them in
 * always; without one they are refused, or wait until a coordinator lets them in. They have a handle from now on. Does nothing where it is confirmed already. Call inside a transaction. Throws Denied.
 */
export function confirmAddress(memberId: number): void {
  const member = db.select().from(members).where(eq(members.id, memberId)).get();
  if (!member || member.emailConfirmedAt) return;
  const invitation = openInvitation(member.email);
  const { mode } = rulesOfJoining();
  if (mode === 'invitation' && !invitation) throw new Denied(byInvitation, { url: '/join', title: 'Join' });
  const waits = mode === 'approval' && !invitation;
  const handle = freeHandle(member.name, memberId);
  db.update(members).set({ emailConfirmedAt: new Date(), handle, application: waits ? member.application ?? '' : null }).where(eq(members.id, memberId)).run();
  // What was done about them before leads to their page from now on.
  db.update(log).set({ url: `/members/${handle}` }).where(eq(log.url, `/members/${member.handle}`)).run();
  // Those that went out and those that seemed to: to whoever sent them they are the same.
  db.update(invitations).set({ usedAt: new Date(), withdrawnAt: null, memberId })
    .where(and(eq(invitations.email, member.email), isNull(invitations.usedAt), notWithdrawn, gt(invitations.expiresAt, new Date()))).run();
  forgetConfirmLinks(memberId);
  takeOverStanding(memberId);
  if (waits) tellWhoLetsIn();
  else beginMembership(memberId);
}

/** Tells the coordinators that somebody waits for them: when nobody did before, and else once a day at most. */
function tellWhoLetsIn(): void {
  const waiting = db.select({ n: count() }).from(members).where(and(isNotNull(members.application), isNotNull(members.emailConfirmedAt))).get()?.n ?? 0;
  if (!isWithinLimit('letterOfWaiting', 'all') && waiting > 1) return;
  const { name, url } = settings();
  const words = waiting === 1 ? 'Somebody has asked to join and waits to be let in' : `${waiting} people have asked to join and wait to be let in`;
  for (const { email } of coordinatorsBesides([])) post(email, `${words} to ${name}`, [`${words}. Until then they read, and write nothing.`, `${url}/desk/members/waiting`, 'While people wait, a letter such as this one comes once a day at most.']);
}

/** Makes a member of somebody who may be one: their first hour begins, and a coordinator is to welcome them. Call inside the transaction that admits them. */
export function beginMembership(memberId: number): void {
  begin().run({ memberId, now: Date.now() });
  settleVerification(memberId);
  bumpChanges();
}
/** SQL: whether member `m` is somebody who welcomes, at `@now`. Only who can sign in. */
const welcomes = `m.role <> 'member' and m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= @now)
  and (exists (select 1 from passwords p where p.member_id = m.id) or exists (select 1 from passkeys p where p.member_id = m.id) or exists (select 1 from agency_accounts a where a.member_id = m.id))`;
// To the one with fewest newcomers to welcome, then to whom the last turn is longest ago. Coordinators before administrators.
const nextToWelcome = `(
  select m.id from members m where m.id <> @memberId and ${welcomes}
  order by m.role = 'administrator', (select count(*) from first_hours f where f.coordinator_id = m.id and f.welcomed_at is null),
    (select max(f.at) from first_hours f where f.coordinator_id = m.id), m.id limit 1)`;
const begin = prepared((d) => d.$client.prepare(`insert into first_hours (member_id, coordinator_id) values (@memberId, ${nextToWelcome}) on conflict do nothing`));

/** Gives every newcomer whom nobody has welcomed, and whose coordinator cannot do it any more or never was, to the one whose turn it is. Returns how many were given. */
export function giveWelcomesOn(now = new Date()): number {
  return transaction(() => {
    const given = (left().all({ now: now.getTime() }) as number[]).filter((memberId) => giving().run({ memberId, now: now.getTime() }).changes > 0);
    if (given.length > 0) bumpChanges();
    return given.length;
  });
}
const left = prepared((d) => d.$client.prepare(`
  select f.member_id from first_hours f where f.welcomed_at is null and not exists (select 1 from members m where m.id = f.coordinator_id and ${welcomes}) order by f.at, f.member_id`).pluck());
const giving = prepared((d) => d.$client.prepare(`update first_hours set coordinator_id = ${nextToWelcome} where member_id = @memberId and coordinator_id is not ${nextToWelcome}`));
