import { prepared } from '#db/client.ts';

/** Coordinators and administrators who can sign in and are not suspended, besides the given ones: who else could decide. */
export function coordinatorsBesides(ids: readonly number[], now = new Date()): { id: number; name: string; email: string; administrator: boolean }[] {
  const rows = others().all({ ids: JSON.stringify(ids), now: now.getTime() }) as { id: number; name: string; email: string; administrator: number }[];
  return rows.map((row) => ({ ...row, administrator: row.administrator === 1 }));
}
// The people of the sample community have no password: nobody can be asked to wait for them.
const others = prepared((d) => d.$client.prepare(`
  select m.id, m.name, m.email, m.role = 'administrator' as administrator from members m join passwords p on p.member_id = m.id
  where m.role <> 'member' and m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= @now)
    and m.id not in (select value from json_each(@ids)) order by m.id`));
