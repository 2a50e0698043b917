import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    ['a data folder that is a file', { HUB_DATA_DIR: '/dev/null' }, 'HUB_DATA_DIR is "/dev/null", but this is not a folder that the hub can write to (EEXIST).\n'],
  ])('%s: one sentence', async (_, env, sentence) => {
    const { ended, output } = start({ HUB_PORT: String(await freePort()), ...env });
    expect(await ended).toBe(1);
    expect(output()).toBe(sentence);
  });

  test('a library that cannot be read ends the start', async () => {
    const data = mkdtempSync(join(tmpdir(), 'practice-hub-broken-'));
    writeFileSync(join(data, 'hub.sqlite'), 'this is not a database, though it is long enough to look at');
    const { ended, output } = start({ HUB_PORT: String(await freePort()), HUB_DATA_DIR: data });
    expect(await ended).toBe(1);
    expect(output()).toContain('file is not a database');
    rmSync(data, { recursive: true });
  });
});
