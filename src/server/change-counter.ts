import { statSync } from 'node:fs';
import Database from 'better-sqlite3';

/** What tells whether a kept page still stands. */
export interface ChangeCounter {
  /** A number that is another one after every commit that a visitor could see, by whatever process. Three microseconds at most once in a turn of the event loop. */
  read: () => number;
  /** Whether the database answers. */
  works: () => boolean;
  close: () => void;
}

/** Watches the change counter of a hub's database over a read-only connection of its own. */
export function watchChanges(file: string): ChangeCounter {
  const sqlite = new Database(file, { readonly: true, fileMustExist: true });
  const commits = sqlite.prepare('pragma data_version').pluck();
  const counter = sqlite.prepare("select value from facts where name = 'changes'").pluck();
  let seen: unknown = null;
  let value = 0;
  let fresh = false;
  const forget = () => { fresh = false; };
  return {
    read() {
      // Requests that the loop takes up in one turn were all sent before the first of them was looked at: one look serves them all.
      if (fresh) return value;
      const commit = commits.get();
      if (commit !== seen) {
        value = Number(counter.get() ?? 0);
        seen = commit;
      }
      fresh = true;
      setImmediate(forget);
      return value;
    },
    works() {
      try {
        counter.get();
        return true;
      } catch {
        return false;
      }
    },
    close: () => { sqlite.close(); },
  };
}

/** Reading a database whole takes a second for so many bytes; in a larger one damage shows where it is met. */
const soonRead = 100 * 1024 * 1024;

/** Throws the error of SQLite when the file is no database or a damaged one. */
export function checkDatabase(file: string): void {
  const sqlite = new Database(file);
  try {
    const sound = statSync(file).size > soonRead || sqlite.pragma('quick_check(1)', { simple: true }) === 'ok';
    if (!sound) throw new Database.SqliteError('it is damaged', 'SQLITE_CORRUPT');
  } finally {
    sqlite.close();
  }
}
