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
      fresh = true;
      setImmediate(forget);
      const commit = commits.get();
      if (commit !== seen) {
        value = Number(counter.get() ?? 0);
        seen = commit;
      }
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
