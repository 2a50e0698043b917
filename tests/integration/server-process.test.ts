import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/hub.ts';

const folder = mkdtempSync(join(tmpdir(), 'practice-hub-process-'));
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the server around a slow page and lets one wait for its words and its end. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['tests/support/serve-slowly.ts'], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HUB_DATA_DIR: folder, ...env } });
  let output = '';
  let heard = () => { /* nobody waits */ };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => { output += part.toString(); heard(); });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  ends.push(async () => { child.kill('SIGKILL'); await ended; });
  return {
    child, ended, output: () => output,
    says: (words: string) => new Promise<void>((done) => {
      heard = () => { if (output.includes(words)) done(); };
      heard();
    }),
  };
}

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s lets a request in flight finish, closes the hub and ends with 0', async (signal) => {
    const port = await freePort();
    const { child, ended, says, output } = start({ HUB_PORT: String(port) });
    await says('chores');
    // A second connection that is kept alive and idle must not hold up the end.
    await fetch(`http://127.0.0.1:${port}/healthz`).then((r) => r.text());
    const asked = fetch(`http://127.0.0.1:${port}/slow`).then(async (r) => `${r.status} ${await r.text()}`);
    await says('asked');
    const at = Date.now();
    child.kill(signal);
    child.kill(signal);
    expect(await asked).toBe('200 slow but whole');
    expect(await ended).toBe(0);
    expect(Date.now() - at).toBeLessThan(5_000);
    expect(output()).toMatch(/closed\n$/);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
});

describe('a start that cannot be', () => {
  test('a busy port: one sentence that names it, and the data is not touched', async () => {
    const port = await freePort();
    await start({ HUB_PORT: String(port) }).says('chores');
    const second = start({ HUB_PORT: String(port) });
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(`Port ${port} is in use on 127.0.0.1: stop what uses it, or set HUB_PORT to another port.\n`);
  });

  test.each([
    ['a wrong setting', { HUB_PORT: 'eighty' }, 'HUB_PORT is "eighty", but must be a whole number from 1 to 65535.\n'],
    ['an address that is not here', { HUB_HOST: '192.0.2.1' }, 'HUB_HOST is "192.0.2.1", but the hub cannot listen there (EADDRNOTAVAIL).\n'],
    ['a data folder that is a file', { HUB_DATA_DIR: '/dev/null' }, 'HUB_DATA_DIR is "/dev/null", but this is not a folder that the hub can write to (ENOTDIR).\n'],
    ['a data folder in a file', { HUB_DATA_DIR: '/dev/null/a/b' }, 'HUB_DATA_DIR is "/dev/null/a/b", but this is not a folder that the hub can write to (ENOTDIR).\n'],
    ['a data folder where none can be made', { HUB_DATA_DIR: '/proc/none/at/all' }, 'HUB_DATA_DIR is "/proc/none/at/all", but this is not a folder that the hub can write to (ENOENT).\n'],
  ])('%s: one sentence', async (_, env, sentence) => {
    const { ended, output } = start({ HUB_PORT: String(await freePort()), ...env });
    expect(await ended).toBe(1);
    expect(output()).toBe(sentence);
  });

  const databaseIn = (file: string) => {
    const database = new Database(file);
    database.exec('create table facts (name text primary key, value any); create table words (word text)');
    for (let n = 0; n < 500; n++) database.prepare('insert into words values (?)').run('word '.repeat(100));
    database.close();
    return readFileSync(file);
  };
  test.each<[string, (file: string) => void, RegExp]>([
    ['random bytes', (file) => writeFileSync(file, randomBytes(9000)), /file is not a database/],
    ['cut short', (file) => writeFileSync(file, databaseIn(file).subarray(0, 20_000)), /malformed|out of range|not a database|invalid page/i],
    ['damaged inside', (file) => writeFileSync(file, databaseIn(file).fill(7, 60_000, 100_000)), /damaged|malformed/],
    ['a folder', (file) => mkdirSync(file), /unable to open|directory/],
    ['another program’s', (file) => { new Database(file).exec('create table facts (thing text)').close(); }, /no such column/],
  ])('a database that is %s: one sentence', async (_, spoil, reason) => {
    const data = mkdtempSync(join(tmpdir(), 'practice-hub-broken-'));
    const file = join(data, 'hub.sqlite');
    spoil(file);
    const { ended, output } = start({ HUB_PORT: String(await freePort()), HUB_DATA_DIR: data });
    expect(await ended).toBe(1);
    expect(output().replace(/^opened\n/, '')).toMatch(/^[^\n]+hub\.sqlite cannot be opened \([^\n]+\): restore it from a backup, see db\/README\.md\.\n$/);
    expect(output()).toMatch(reason);
    rmSync(data, { recursive: true });
  });
});
