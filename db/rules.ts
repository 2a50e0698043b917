/** Rules over more than one table, which no check can say. Idempotent: run after every migration. */
export const rules = `
create trigger if not exists posts_by_members before insert on posts
when (select application from members where id = new.author_id) is not null begin
  select raise(abort, 'Whoever has not been let in writes nothing.');
end;
create trigger if not exists vouches_by_verified before insert on vouches
when not exists (select 1 from verifications where member_id = new.by_id and method <> 'denied') begin
  select raise(abort, 'Only verified members vouch.');
end;
`;
