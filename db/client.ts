import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import * as schema from './schema/index.ts';
import { dropRules, makeRules } from './rules.ts';
import { searchIndex } from './search-index.ts';

export * from './schema/index.ts';

type Db = BetterSQLite3Database<typeof schema> & { $client: Database.Database };

let open: Db | null = null;

/** Opens (or creates) the one database file, brings its tables up to date and makes it the database of this process. */
export function openDatabase(file: string, migrations: string): void {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const sqlite = new Database(file);
  keepPlans(sqlite);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('busy_timeout = 5000');
  sqlite.pragma('cache_size = -16000');
  const db = drizzle(sqlite, { schema });
  // A table rebuild with foreign keys on would cascade into the children; the pragma inside the migration is a no-op.
  sqlite.pragma('foreign_keys = OFF');
  dropRules(sqlite);
  migrate(db, { migrationsFolder: migrations });
  // A rebuild also drops that table's triggers: they are made again each time, and cost nothing when they stand.
  sqlite.exec(searchIndex);
  makeRules(sqlite);
  const broken = sqlite.pragma('foreign_key_check') as unknown[];
  if (broken.length) throw new Error(`The database has ${broken.length} broken references after its migration.`);
  sqlite.pragma('foreign_keys = ON');
  open = db;
}

/**
 * Our build of SQLite (STAT4 without the stability guarantee) plans a statement anew each time a value is bound to a parameter that is compared:
 * 200 µs for a query that runs in 10. An expression it does not look into, so every parameter is written as `+?`, which is the same value.
 */
function keepPlans(sqlite: Database.Database): void {
  const prepare = sqlite.prepare.bind(sqlite);
  sqlite.prepare = ((source: string) => prepare(withPlus(source))) as typeof sqlite.prepare;
}

/** SQL with a plus before each parameter; what stands in quotes or comments stays as it is. */
export function withPlus(source: string): string {
  return source.replace(/'[^']*'|"[^"]*"|`[^`]*`|--.*|\/\*[^]*?\*\/|[?@]\w*/g, (part) => (/^[?@]/.test(part) ? `+${part}` : part));
}

/** The open database; its queries are synchronous. */
export const db = new Proxy({} as Db, {
  get(_, property) {
    if (!open) throw new Error('The database is not open.');
    return Reflect.get(open, property, open);
  },
});

/**
 * A statement that is prepared once for the open database and again if another one is opened (tests do).
 * Building a query costs about thirty times as much as running a prepared one.
 */
export function prepared<T>(build: (db: Db) => T): () => T {
  let made: T | null = null;
  let madeFor: Db | null = null;
  return () => {
    if (!open) throw new Error('The database is not open.');
    if (made === null || madeFor !== open) [made, madeFor] = [build(open), open];
    return made;
  };
}

/**
 * Runs `work` in one immediate transaction: all of it is remembered or none. `work` must not be async.
 * A transaction inside a transaction joins it.
 */
export function transaction<T>(work: () => T): T {
  const sqlite = db.$client;
  if (sqlite.inTransaction) return work();
  return sqlite.transaction(work).immediate();
}

/** Like `transaction`, for what may be forgotten when the machine loses its power in the next moments: nobody waits for the disk. */
export function quickTransaction<T>(work: () => T): T {
  const sqlite = db.$client;
  if (sqlite.inTransaction) return work();
  sqlite.pragma('synchronous = NORMAL');
  try {
    return transaction(work);
  } finally {
    sqlite.pragma('synchronous = FULL');
  }
}

/** Tells the page caches of every process that something a visitor could see has changed. Call inside the transaction. */
export function bumpChanges(): void {
  bump().run();
}
const bump = prepared((d) => d.$client.prepare(
  `insert into facts (name, value) values ('changes', 1) on conflict (name) do update set value = value + 1`));

/** The change counter that `bumpChanges` counts. */
export function changes(): number {
  return (readChanges().get() as { value: number } | undefined)?.value ?? 0;
}
const readChanges = prepared((d) => d.$client.prepare(`select value from facts where name = 'changes'`));

/**
 * Remembers what a function returned, by its arguments (which must be plain values), until anything that a visitor could see changes, in
 * this process or another. For lists and counts that many pages show. Not inside a transaction: what it sees there may be rolled back.
 */
export function untilChange<Arguments extends (string | number | boolean | null | readonly string[])[], Value>(compute: (...given: Arguments) => Value): (...given: Arguments) => Value {
  const known = new Map<string, Value>();
  let madeFor: Db | null = null;
  let madeAt = -1;
  return (...given) => {
    if (!open || open.$client.inTransaction) return compute(...given);
    const now = changes();
    if (madeFor !== open || madeAt !== now || known.size > 500) {
      known.clear();
      [madeFor, madeAt] = [open, now];
    }
    const key = JSON.stringify(given);
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const value = compute(...given);
    known.set(key, value);
    return value;
  };
}

/** Folds the write-ahead log into the file and closes it. */
export function closeDatabase(): void {
  if (!open) return;
  open.$client.pragma('wal_checkpoint(TRUNCATE)');
  open.$client.close();
  open = null;
}
