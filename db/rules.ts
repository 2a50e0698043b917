import type { Database } from 'better-sqlite3';

/** Rules over more than one table, which no check can say, by name. */
const rules = {
  posts_by_members: `before insert on posts when (select application from members where id = new.author_id) is not null
    begin select raise(abort, 'Whoever has not been let in writes nothing.'); end`,
  vouches_by_verified: `before insert on vouches when not exists (select 1 from verifications where member_id = new.by_id and method <> 'denied')
    begin select raise(abort, 'Only verified members vouch.'); end`,
};

/** Takes the rules away while tables change: SQLite renames no table while a trigger names one that is just being rebuilt. */
export function dropRules(sqlite: Database): void {
  for (const name of Object.keys(rules)) sqlite.exec(`drop trigger if exists ${name}`);
}

/** Makes them again after the migrations; a database that was not brought up to the end has not all their tables yet. */
export function makeRules(sqlite: Database): void {
  if (!sqlite.prepare(`select 1 from sqlite_master where name = 'vouches'`).get()) return;
  for (const [name, rule] of Object.entries(rules)) sqlite.exec(`create trigger if not exists ${name} ${rule}`);
}
