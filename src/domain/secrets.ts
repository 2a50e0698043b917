import { db, prepared, secrets } from '#db/client.ts';
import { newToken } from '#lib/tokens.ts';

/** A key that the hub made for itself, by its name. Made when it is first needed; another process may have been quicker. */
export function hubSecret(name: 'mail' | 'forms' | 'handles' | 'addresses'): string {
  const known = value().get(name);
  if (typeof known === 'string') return known;
  db.insert(secrets).values({ name, value: newToken() }).onConflictDoNothing().run();
  return String(value().get(name));
}
const value = prepared((d) => d.$client.prepare('select value from secrets where name = ?').pluck());
