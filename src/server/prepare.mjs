// Plain JavaScript without dependencies: this runs on whatever Node the machine has, before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The preparation stops for a reason that the message tells whole. */
export class CannotPrepare extends Error {}

/**
 * Runs a launcher: its result is the exit code, and a CannotPrepare is told as one plain message.
 * @param {() => Promise<number>} work
 */
export async function launch(work) {
  process.chdir(root);
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof CannotPrepare)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/**
 * Runs a command to its end and passes signals on to it. Returns its exit code, and its output if that is not shown at once.
 * @param {string} command @param {string[]} args @param {{ env?: NodeJS.ProcessEnv, show?: boolean, cwd?: string }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { env = process.env, show = true, cwd = root } = {}) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => { output += part; });
    /** @type {(signal: NodeJS.Signals) => void} */
    const pass = (signal) => { child.kill(signal); };
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of signals) process.on(signal, pass);
    const end = () => { for (const signal of signals) process.off(signal, pass); };
    child.once('error', (error) => { end(); failed(error); });
    child.once('close', (code, signal) => { end(); done({ code: code ?? 128 + constants.signals[signal ?? 'SIGTERM'], output }); });
  });
}

/** The Node that the hub runs on: the pinned one, or the machine's own where that is missing and new enough. */
export function runtime(folder = root, own = { path: process.execPath, version: process.versions.node }) {
  const pinned = join(folder, 'node_modules/.bin/node');
  if (existsSync(pinned)) return pinned;
  const [major = 0, minor = 0] = own.version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return own.path;
  throw new CannotPrepare(`npm has no Node for ${process.platform} ${process.arch} here, and this machine's own is ${own.version}: install Node 22.12 or newer.`);
}

/** Installs what package-lock.json names, unless that was done already. */
export async function install(folder = root) {
  const stampFile = join(folder, 'node_modules/.installed-from');
  const wanted = hash([readFileSync(join(folder, 'package-lock.json'))]);
  if (stampOf(stampFile) === wanted) return;
  await alone(folder, async () => {
    if (stampOf(stampFile) === wanted) return;
    if (stampOf(stampFile) === null && isInstalled(folder)) return writeFileSync(stampFile, wanted);
    console.log(existsSync(join(folder, 'node_modules')) ? 'Installing (package-lock.json is not the one installed, about a minute) …' : 'Installing (first time, about a minute) …');
    // npm run puts node_modules/.bin first: npm must not run on the Node that it is about to replace.
    const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.endsWith(join('node_modules', '.bin'))).join(delimiter);
    const { code, output } = await run('npm', ['ci'], { show: false, cwd: folder, env: { ...process.env, PATH: path } });
    if (code !== 0) throw new CannotPrepare(`${output.trim()}\n\nnpm ci failed (exit code ${code}): nothing was started.`);
    // npm ci removes node_modules first, and the stamp with it: an installation that was broken off is done again.
    writeFileSync(stampFile, wanted);
  });
}

/**
 * Whether somebody's own `npm ci` has installed what the lock names: npm leaves its own record of what it installed. Packages of other platforms are not in it.
 * @param {string} folder
 */
function isInstalled(folder) {
  const record = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const [wanted, installed] = [join(folder, 'package-lock.json'), record].map((file) => JSON.parse(readFileSync(file, 'utf8')).packages);
  return Object.entries(wanted).every(([path, { version, optional, link }]) => path === '' || link || (path in installed ? installed[path].version === version : optional));
}

/** Builds the hub into dist/ after checking content/, unless dist/ was built from the same files. */
export async function build(folder = root) {
  const stampFile = join(folder, 'dist/built-from');
  if (stampOf(stampFile) === inputs(folder)) return;
  await alone(folder, async () => {
    const wanted = inputs(folder);
    if (stampOf(stampFile) === wanted) return;
    const node = runtime(folder);
    const checked = await run(node, ['src/content-check.ts'], { show: false, cwd: folder });
    if (checked.code !== 0) throw new CannotPrepare(`${checked.output.trim()}\n\ncontent/ cannot be published like this: nothing was built or started.`);
    console.log(existsSync(stampFile) ? 'Building (something has changed, about half a minute) …' : 'Building (about half a minute) …');
    rmSync(stampFile, { force: true });
    const built = await run(node, ['node_modules/astro/bin/astro.mjs', 'build'], { show: false, cwd: folder, env: { ...process.env, NODE_ENV: 'production', ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' } });
    writeFileSync(join(folder, '.astro/build.log'), built.output);
    if (built.code !== 0) throw new CannotPrepare(`${built.output.trim()}\n\nastro build failed (exit code ${built.code}): nothing was started.`);
    // Last of all: a build that was broken off has no stamp.
    writeFileSync(stampFile, wanted);
  });
}

const built = ['src', 'content', 'db', 'astro.config.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** A hash over names and contents of everything the build is made from. The server and its launchers run from src/ as they are. */
export function inputs(folder = root) {
  /** @type {(path: string) => string[]} */
  const filesOf = (path) => {
    if (!existsSync(join(folder, path)) || path === 'src/server') return [];
    if (!statSync(join(folder, path)).isDirectory()) return [path];
    return readdirSync(join(folder, path)).sort().flatMap((name) => filesOf(`${path}/${name}`));
  };
  return hash(built.flatMap(filesOf).flatMap((path) => [path, '\0', hash([readFileSync(join(folder, path))])]));
}

/** @param {(string | Buffer)[]} parts */
function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}

/** @param {string} file */
function stampOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** A lock whose holder has not shown a sign of life for so long is left over, in milliseconds. */
const abandoned = 15_000;

/**
 * Does the work while no other start in this folder does; waits for its turn.
 * @param {string} folder @param {() => Promise<void>} work
 */
export async function alone(folder, work) {
  const lock = join(folder, '.astro/preparing.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; !take(lock);) {
    if (!told && existsSync(lock)) {
      console.log('Another start is preparing the hub; waiting for it …');
      told = true;
    }
    await new Promise((again) => setTimeout(again, 250));
  }
  const sign = setInterval(() => utimesSync(lock, new Date(), new Date()), 2_000);
  const leave = () => rmSync(lock, { force: true });
  process.once('exit', leave);
  try {
    await work();
  } finally {
    clearInterval(sign);
    process.off('exit', leave);
    leave();
  }
}

/** @param {string} lock */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (isAbandoned(lock)) try { unlinkSync(lock); } catch { /* Somebody else has cleared it. */ }
    return false;
  }
}

/** @param {string} lock */
function isAbandoned(lock) {
  try {
    if (Date.now() - statSync(lock).mtimeMs > abandoned) return true;
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return false;
  } catch (error) {
    // No such process. A lock that is gone meanwhile is not ours to clear.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
