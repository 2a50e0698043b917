import { prepared } from '#db/client.ts';

export interface Colleague { id: number; name: string; email: string; administrator: boolean }

/**
 * Coordinators and administrators who can sign in and are not suspended, besides the given ones: who else could decide. With a forum, those who
 * coordinate it without coordinating all come along.
 */
export function coordinatorsBesides(ids: readonly number[], now = new Date(), forumId: number | null = null): Colleague[] {
  const rows = others().all({ ids: JSON.stringify(ids), now: now.getTime(), forumId }) as (Omit<Colleague, 'administrator'> & { administrator: number })[];
  return rows.map((row) => ({ ...row, administrator: row.administrator === 1 }));
}
// The people of the sample community have no password: nobody can be asked to wait for them.
const others = prepared((d) => d.$client.prepare(`
  select m.id, m.name, m.email, m.role = 'administrator' as administrator from members m
  where (m.role <> 'member' or exists (select 1 from coordinator_areas a where a.member_id = m.id and a.forum_id = @forumId))
    and m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= @now)
    and (not m.sample or exists (select 1 from passwords p where p.member_id = m.id))
    and m.id not in (select value from json_each(@ids)) order by m.id`));

/** Whether a member is among those who can decide in a forum at present; with null, about what belongs to none. */
export function coordinates({ id }: { id: number }, forumId: number | null, now = new Date()): boolean {
  return coordinatorsBesides([], now, forumId).some((colleague) => colleague.id === id);
}

/** Why a coordinator does not decide about what an author wrote in a forum: they are the author. Null also when there is nobody else. */
export function whyNotOwn(actor: { id: number }, authorId: number, forumId: number | null, now = new Date()): string | null {
  return authorId === actor.id && coordinatorsBesides([actor.id], now, forumId).length > 0 ? 'This is about yourself: another coordinator decides.' : null;
}
