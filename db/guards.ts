const able = (row: string) => `${row}.role = 'administrator' and ${row}.email_confirmed_at is not null and (${row}.suspended_until is null or ${row}.suspended_until <= unixepoch('subsec') * 1000)
  and (not ${row}.sample or exists (select 1 from passwords where member_id = ${row}.id))`;

/**
 * Rules that no check of one row can hold, by the newest table that they speak of. Idempotent: made again at every start, because a rebuilt table loses its
 * triggers. An administrator who can act is confirmed, not suspended, and not one of the invented people of the sample community, who have no password.
 */
export const guards: Record<string, string> = {
  members: `
create trigger if not exists members_last_administrator before update of role, email_confirmed_at, suspended_until on members
when ${able('old')}
  and not (new.role = 'administrator' and new.email_confirmed_at is not null and (new.suspended_until is null or new.suspended_until <= unixepoch('subsec') * 1000))
  and not exists (select 1 from members other where other.id <> old.id and ${able('other')})
begin select raise(abort, 'The hub must keep an administrator.'); end;
create trigger if not exists members_last_administrator_stays before delete on members
when ${able('old')} and not exists (select 1 from members other where other.id <> old.id and ${able('other')})
begin select raise(abort, 'The hub must keep an administrator.'); end;`,
  vouches: `
create trigger if not exists posts_by_members before insert on posts when (select application from members where id = new.author_id) is not null
begin select raise(abort, 'Whoever has not been let in writes nothing.'); end;
create trigger if not exists vouches_by_verified before insert on vouches
when not exists (select 1 from verifications where member_id = new.by_id and method <> 'denied')
begin select raise(abort, 'Only verified members vouch.'); end;`,
  place_changes: `
create trigger if not exists place_changes_not_by_vendors before insert on place_changes
when (select vendor and role = 'member' from members where id = new.by_id)
begin select raise(abort, 'Vendors do not change the facts of places.'); end;`,
  coordinator_areas: `
create trigger if not exists coordinator_areas_of_members before insert on coordinator_areas
when (select role from members where id = new.member_id) <> 'member'
begin select raise(abort, 'Areas are for members: a coordinator has them all.'); end;
create trigger if not exists members_without_areas after update of role on members when new.role <> 'member'
begin delete from coordinator_areas where member_id = new.id; end;`,
};
