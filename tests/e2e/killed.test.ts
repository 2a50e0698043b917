import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { closeDatabase, db, members, openDatabase, trustLevels } from '#db/client.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { asMember } from '#domain/people/members.ts';
import { startSession } from '#domain/people/sessions.ts';
import { startHub } from '../support/hub.ts';
import { randomFrom } from '../support/random.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'practice-hub-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Form { text: string; threadId: number; cookie: string; token: string }

/** Sends a reply's form and returns the status; 0 where no whole answer came. */
const send = (base: string, form: Form): Promise<number> => new Promise((done) => {
  const body = new URLSearchParams({ threadId: String(form.threadId), body: form.text, token: form.token }).toString();
  const call = request(`${base}/forums/x/${form.threadId}-x?_action=posts.create`, { method: 'POST', headers: { origin: base, cookie: form.cookie, 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } },
    (answer) => answer.resume().once('end', () => done(answer.statusCode ?? 0)).once('error', () => done(0)));
  call.once('error', () => done(0)).end(body);
});

test('killed while eight people post, again and again: every post that was acknowledged stands once, indexes and counters agree', async () => {
  const env = { HUB_DATA_DIR: folder };
  const random = randomFrom(911);
  let running = await startHub(env);
  const { people, threads } = await settle(80);
  const acknowledged = new Set<string>();
  const sent: Form[] = [];
  let n = 0;

  for (let storm = 1; storm <= 4; storm++) {
    const { base } = running.hub;
    let going = true;
    const before = acknowledged.size;
    const posting = Promise.all(Array.from({ length: 8 }, async () => {
      while (going) {
        const form = { text: `Kestrel${storm}x${n} saw the queue.`, threadId: threads[n % threads.length] ?? 0, cookie: people[n % people.length] ?? '', token: `storm-${n++}` };
        sent.push(form);
        // Every third finger is impatient.
        const answers = await Promise.all(Array.from({ length: n % 3 === 0 ? 2 : 1 }, () => send(base, form)));
        if (answers.includes(303)) acknowledged.add(form.text);
        else if (going) throw new Error(`A reply was answered with ${answers.join()}.`);
      }
    }));
    await wait(400 + random.below(1_200));
    // A slow machine has hardly begun by then.
    for (let tries = 0; acknowledged.size <= before + 5 && tries < 600; tries++) await wait(50);
    going = false;
    running.process.kill('SIGKILL');
    await posting;
    expect(acknowledged.size, `storm ${storm}`).toBeGreaterThan(before + 5);
    running = await startHub(env);
    look(`after storm ${storm}`);
  }

  // Who got no answer sends the form again, as browsers do; who got one may do so too.
  for (const form of sent.slice(-40)) expect(await send(running.hub.base, form)).toBe(303);
  const again = look('after sending again');
  for (const { text } of sent.slice(-40)) expect(again.filter((t) => t === text)).toEqual([text]);
  expect(await running.stop()).toBe(0);
  look('after a quiet stop');

  /** What the database holds, compared in every way that it is kept. Returns the texts. */
  function look(when: string): string[] {
    const data = new Database(join(folder, 'hub.sqlite'));
    const rows = <T>(sql: string) => data.prepare(sql).all() as T[];
    const texts = rows<{ markdown: string }>("select markdown from posts where markdown like 'Kestrel%'").map((row) => row.markdown);
    const known = new Set(texts);
    expect([...acknowledged].filter((text) => !known.has(text)), `lost ${when}`).toEqual([]);
    expect(texts.length, `doubled ${when}`).toBe(known.size);
    expect(data.pragma('integrity_check'), when).toEqual([{ integrity_check: 'ok' }]);
    expect(data.pragma('foreign_key_check'), when).toEqual([]);
    data.exec("insert into search_index (search_index, rank) values ('integrity-check', 1)");
    expect(rows(`select id, post_count, last_number from threads where post_count <> (select count(*) from posts where thread_id = threads.id and removed_at is null)
      or last_number <> (select max(number) from posts where thread_id = threads.id) or last_number <> (select count(*) from posts where thread_id = threads.id)
      or last_post_at <> (select max(created_at) from posts where thread_id = threads.id)`), `counters ${when}`).toEqual([]);
    expect(rows("select id from posts where number > 1 and cast(id as text) not in (select ref from search_documents where kind = 'post')"), `not in search ${when}`).toEqual([]);
    expect(rows("select ref from search_documents where kind = 'post' and cast(ref as integer) not in (select id from posts)"), `too much in search ${when}`).toEqual([]);
    // A form is remembered with what it wrote, or neither is there.
    expect(data.prepare("select count(*) from form_tokens").pluck().get(), `forms ${when}`).toBe(texts.length);
    data.close();
    return texts;
  }
}, 180_000);

/** Members who may write, each with a session, and threads to write in. */
async function settle(howMany: number): Promise<{ people: string[]; threads: number[] }> {
  openDatabase(join(folder, 'hub.sqlite'), join(root, 'db/migrations'));
  const people: string[] = [];
  const threads: number[] = [];
  for (let n = 0; n < howMany; n++) {
    const row = db.insert(members).values({ name: `Sample ${n}`, email: `sample${n}@test.example`, handle: `sample${n}`, role: 'member', emailConfirmedAt: new Date(), sample: true }).returning().get();
    db.insert(trustLevels).values({ memberId: row.id, level: 'trusted', locked: true }).run();
    const { name, value } = await startSession(row.id, 'a test');
    people.push(`${name}=${value}`);
    if (n < 3) threads.push(createThread(asMember(row), { forum: 'operations', kind: 'discussion', title: `What happened on night ${n + 1}?`, body: 'Tell us.', themes: [] }).id);
  }
  closeDatabase();
  return { people, threads };
}
