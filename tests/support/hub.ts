import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { simpleParser } from 'mailparser';

const root = resolve(import.meta.dirname, '../..');

export interface RunningHub {
  /** `http://localhost:<port>` */
  base: string;
  /** Its data folder, gone after `stop`. */
  folder: string;
  setUpLink: string | null;
}

/** A port nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? found(address.port) : failed(new Error('no port'))));
    });
  });
}

/** Starts the built hub the way `npm start` does, in a data folder of its own, and waits until it answers. */
export async function startHub(env: Record<string, string> = {}): Promise<{ hub: RunningHub; stop: () => Promise<number | null>; process: ChildProcess; output: () => string }> {
  const folder = mkdtempSync(join(tmpdir(), 'practice-hub-e2e-'));
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const child = spawn(process.execPath, ['src/server/serve.ts'], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], HUB_PORT: String(port), HUB_DATA_DIR: folder, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The hub did not start:\n${output}`);
    if (await fetch(`${base}/healthz`).then((r) => r.ok, () => false)) break;
    await wait(100);
  }
  return {
    hub: { base, folder, setUpLink: /http:\/\/\S*set-up\?token=\S+/.exec(output)?.[0] ?? null },
    process: child,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Waits until a hub has built its search bundle, which it does soon after the start. */
export async function bundleIsThere(base: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await wait(300)) {
    if (await fetch(`${base}/pagefind/bundle.json`).then((r) => r.ok, () => false)) return;
  }
  throw new Error(`${base} has no search bundle.`);
}

/** The newest letter to an address that the hub wrote into its folder; waits up to 15 seconds for it. */
export async function letterTo(hub: RunningHub, email: string, about: RegExp): Promise<{ subject: string; text: string; link: string | null }> {
  const folder = join(hub.folder, 'mail');
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await wait(200)) {
    const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith(`-${email}.eml`)).sort().reverse() : [];
    for (const file of files) {
      const letter = await simpleParser(readFileSync(join(folder, file)));
      if (about.test(letter.subject ?? '')) return { subject: letter.subject ?? '', text: letter.text ?? '', link: /https?:\/\/\S+token=\S+/.exec(letter.text ?? '')?.[0] ?? null };
    }
  }
  throw new Error(`No letter about ${about} to ${email}.`);
}
