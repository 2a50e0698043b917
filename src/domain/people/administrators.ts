import { prepared } from '#db/client.ts';
import { Denied } from '../errors.ts';

/** How many administrators besides this member can act now: confirmed, not suspended, none of the invented people of the sample community. */
export function administratorsBesides(memberId: number, now = new Date()): number {
  return others().get(now.getTime(), memberId) as number;
}
const others = prepared((d) => d.$client.prepare(`
  select count(*) from members m where m.role = 'administrator' and m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= ?)
    and (not m.sample or exists (select 1 from passwords where member_id = m.id)) and m.id <> ?`).pluck());

/** Whether nobody else could give out roles without this member. */
export function isLastAdministrator(member: { id: number; role: string }, now = new Date()): boolean {
  return member.role === 'administrator' && administratorsBesides(member.id, now) === 0;
}

/** Whether there are others, who do not count, as they are invented people of the sample community. */
export const hasInventedBesides = (memberId: number): boolean => invented().get(memberId) !== undefined;
const invented = prepared((d) => d.$client.prepare(`select 1 from members where role = 'administrator' and sample and id <> ?`));

/**
 * For whatever takes an administrator away: appointing, suspending, leaving, deleting. Throws Denied when nobody else could give out roles
 * afterwards; triggers in the database (db/guards.ts) repeat it.
 */
export function mustLeaveAnAdministrator(member: { id: number; role: string }, now = new Date()): void {
  if (isLastAdministrator(member, now)) throw new Denied(`${hasInventedBesides(member.id) ? 'Besides this one only invented people of the sample community are administrators' : 'This is the last administrator who can sign in'}: appoint another one first.`);
}
