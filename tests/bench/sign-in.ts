import { join } from 'node:path';
import Database from 'better-sqlite3';
import { hashPassword } from '#domain/people/passwords.ts';
import { heldSince } from './loop.ts';
import { longestAnswer } from './pagefind.ts';

const people = 8;
const rounds = 12;
const password = 'four unrelated words here';

/** What it costs when eight people sign in at once, again and again, as lines to print; others meanwhile ask for something small. */
export async function measureSignIns({ folder, base, hub }: { folder: string; base: string; hub: number }): Promise<string[]> {
  const database = new Database(join(folder, 'hub.sqlite'));
  database.pragma('busy_timeout = 5000');
  const hash = await hashPassword(password, 'here');
  const put = database.prepare('insert into passwords (member_id, hash) values (?, ?) on conflict (member_id) do update set hash = excluded.hash');
  for (let id = 1; id <= people; id++) put.run(id, hash);
  const times: number[] = [];
  let refused = 0;
  const signIn = async (id: number) => {
    const before = performance.now();
    const response = await fetch(`${base}/sign-in?_action=members.signIn`, { method: 'POST', redirect: 'manual', headers: { origin: base }, body: new URLSearchParams({ email: `m${id}@bench.example`, password }) });
    await response.arrayBuffer();
    times.push(performance.now() - before);
    if (response.status !== 303) refused++;
  };
  const signingIn = async () => {
    for (let round = 0; round < rounds; round++) {
      // All come from one address here, which the limits would stop.
      database.exec('delete from attempts');
      await Promise.all(Array.from({ length: people }, (_, n) => signIn(n + 1)));
    }
  };
  await Promise.all(Array.from({ length: people }, (_, n) => signIn(n + 1)));
  times.length = 0;
  await heldSince(hub, folder);
  const started = performance.now();
  const longest = await longestAnswer(base, signingIn());
  const perSecond = times.length / ((performance.now() - started) / 1000);
  const held = await heldSince(hub, folder);
  database.close();
  times.sort((a, b) => a - b);
  return [`eight people sign in at once: ${perSecond.toFixed(0)} a second, each within ${Math.round(times[Math.floor(times.length * 0.95)] ?? 0)} ms (p95), ${refused} refused; meanwhile the longest answer to /healthz took ${longest.toFixed(0)} ms, asked every 10 ms, and the hub's event loop was held ${held.longest.toFixed(0)} ms at most, its own work at a stretch took ${held.work.toFixed(0)} ms at most`];
}
