import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { countTests } from '../../src/server/count-tests.mjs';
import { findBrowser } from '../../src/server/find-browser.mjs';
import { alone, build, inputs, install, runtime } from '../../src/server/prepare.mjs';

let folder = '';
const path = process.env['PATH'] ?? '';
const write = (file: string, text: string) => {
  mkdirSync(resolve(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
};
const times = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').length : 0);

/** A small repository whose npm, content check and build only note that they ran. */
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  folder = mkdtempSync(join(tmpdir(), 'practice-hub-launch-'));
  write('package-lock.json', '{}');
  write('content/articles/a.mdx', 'one');
  write('src/server/serve.ts', '');
  write('src/content-check.ts', "import { readFileSync } from 'node:fs';\nif (readFileSync('content/articles/a.mdx', 'utf8') === 'wrong') { console.error('content/articles/a.mdx:1 title: Give it a title.'); process.exit(1); }");
  write('node_modules/astro/bin/astro.mjs', "import { appendFileSync, existsSync, mkdirSync } from 'node:fs';\nappendFileSync('built', '.');\nif (existsSync('broken')) { console.log('cannot build'); process.exit(2); }\nmkdirSync('dist', { recursive: true });");
  write('bin/npm', '#!/bin/sh\nprintf . >> installed\n[ -f broken ] && { echo "npm ERR"; exit 7; }\nmkdir -p node_modules\n');
  chmodSync(join(folder, 'bin/npm'), 0o755);
  vi.stubEnv('PATH', `${join(folder, 'bin')}:${path}`);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('installing', () => {
  test('once, and again only when the lock has changed', async () => {
    await install(folder);
    await install(folder);
    expect(times('installed')).toBe(1);
    write('package-lock.json', '{"changed":true}');
    await install(folder);
    await install(folder);
    expect(times('installed')).toBe(2);
  });

  test('a failure shows what npm said, and is tried again the next time', async () => {
    write('broken', '');
    await expect(install(folder)).rejects.toThrow(/npm ERR[^]*npm ci failed \(exit code 7\)/);
    rmSync(join(folder, 'broken'));
    await install(folder);
    expect(times('installed')).toBe(2);
  });
});

describe('building', () => {
  test('once, and again when anything that is built has changed; the server itself is not built', async () => {
    await build(folder);
    await build(folder);
    expect(times('built')).toBe(1);
    write('src/server/serve.ts', '// changed');
    await build(folder);
    expect(times('built')).toBe(1);
    for (const file of ['content/articles/a.mdx', 'content/articles/new.mdx', 'src/pages/x.astro', 'db/schema/people.ts', 'astro.config.mjs', 'package-lock.json']) {
      const before = times('built');
      write(file, 'changed');
      await build(folder);
      expect([file, times('built')]).toEqual([file, before + 1]);
    }
    rmSync(join(folder, 'content/articles/new.mdx'));
    const before = times('built');
    await build(folder);
    expect(times('built')).toBe(before + 1);
  });

  test('only contents count, not when a file was written', () => {
    const before = inputs(folder);
    utimesSync(join(folder, 'content/articles/a.mdx'), new Date(0), new Date(0));
    expect(inputs(folder)).toBe(before);
  });

  test('a wrong piece of content stops it before anything is built, with file, line and field', async () => {
    write('content/articles/a.mdx', 'wrong');
    await expect(build(folder)).rejects.toThrow(/content\/articles\/a\.mdx:1 title: Give it a title\.[^]*nothing was built/);
    expect(times('built')).toBe(0);
  });

  test('a build that failed or was broken off is done again', async () => {
    write('broken', '');
    await expect(build(folder)).rejects.toThrow(/cannot build[^]*exit code 2/);
    rmSync(join(folder, 'broken'));
    await build(folder);
    expect(times('built')).toBe(2);
    rmSync(join(folder, 'dist/built-from'));
    await build(folder);
    expect(times('built')).toBe(3);
  });

  test('two starts at once build once', async () => {
    const program = `import { build } from ${JSON.stringify(resolve('src/server/prepare.mjs'))}; await build(${JSON.stringify(folder)});`;
    const codes = await Promise.all([1, 2, 3].map(() => new Promise((done) => spawn(process.execPath, ['--input-type=module', '-e', program]).once('exit', done))));
    expect(codes).toEqual([0, 0, 0]);
    expect(times('built')).toBe(1);
  });
});

describe('the lock', () => {
  const lock = () => join(folder, '.astro/preparing.lock');
  test.each([['of a process that is no more', '999999999', new Date()], ['without a sign of life', '1', new Date(Date.now() - 60_000)]])('%s is cleared', async (_, pid, touched) => {
    write('.astro/preparing.lock', pid);
    utimesSync(lock(), touched, touched);
    let done = false;
    await alone(folder, async () => { done = true; });
    expect([done, existsSync(lock())]).toEqual([true, false]);
  });
  test('is given back when the work fails', async () => {
    await expect(alone(folder, async () => { throw new Error('no'); })).rejects.toThrow('no');
    expect(existsSync(lock())).toBe(false);
  });
});

describe('the Node that the hub runs on', () => {
  test('is the pinned one, else the machine’s own where that is new enough, else a sentence', () => {
    expect(runtime(folder, { path: '/usr/bin/node', version: '22.12.0' })).toBe('/usr/bin/node');
    expect(() => runtime(folder, { path: '/usr/bin/node', version: '20.20.2' })).toThrow(/own is 20\.20\.2: install Node 22\.12 or newer\./);
    write('node_modules/.bin/node', '');
    expect(runtime(folder, { path: '/usr/bin/node', version: '20.20.2' })).toBe(join(folder, 'node_modules/.bin/node'));
  });
});

describe('the browser', () => {
  test('is the one that is named, else the first installed', async () => {
    write('chromium', '');
    expect(await findBrowser({ CHROMIUM: join(folder, 'chromium') })).toEqual({ CHROMIUM: join(folder, 'chromium') });
    expect(await findBrowser({}, ['/nowhere', join(folder, 'chromium')])).toEqual({ CHROMIUM: join(folder, 'chromium') });
    await expect(findBrowser({ CHROMIUM: '/nowhere' })).rejects.toThrow('CHROMIUM is "/nowhere", but there is no such file.');
  });
});

describe('counting tests', () => {
  const report = (numPassedTests: number, numFailedTests: number, testResults: object[] = []) => {
    write('report.json', JSON.stringify({ numPassedTests, numFailedTests, testResults }));
    return join(folder, 'report.json');
  };
  test('adds up, and lets no failure go uncounted', () => {
    expect(countTests(report(5, 0), 0)).toEqual({ passed: 5, failed: 0 });
    expect(countTests(report(5, 2), 1)).toEqual({ passed: 5, failed: 2 });
    expect(countTests(report(5, 0, [{ status: 'failed', assertionResults: [] }]), 1)).toEqual({ passed: 5, failed: 1 });
    expect(countTests(report(5, 0), 1)).toEqual({ passed: 5, failed: 1 });
    expect(countTests(join(folder, 'none.json'), 1)).toEqual({ passed: 0, failed: 1 });
  });
});
