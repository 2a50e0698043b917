import { existsSync } from 'node:fs';
import { CannotPrepare, run, runtime } from './prepare.mjs';

const places = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

// Asked in a process of its own: with AWS_EXECUTION_ENV it also unpacks the system libraries it needs, and says where by LD_LIBRARY_PATH.
const unpack = `const { default: chromium } = await import('@sparticuz/chromium');
console.log(JSON.stringify({ CHROMIUM: await chromium.executablePath(), LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH ?? '' }));`;

/**
 * Finds a Chromium for the browser tests: the one named by CHROMIUM, the system's, or the one that npm brings. Returns the environment that names it.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function findBrowser(env = process.env, known = places) {
  if (env.CHROMIUM) {
    if (existsSync(env.CHROMIUM)) return { CHROMIUM: env.CHROMIUM };
    throw new CannotPrepare(`CHROMIUM is "${env.CHROMIUM}", but there is no such file.`);
  }
  const installed = known.find((place) => existsSync(place));
  if (installed) return { CHROMIUM: installed };
  for (const extra of [{}, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' }]) {
    const { code, output } = await run(runtime(), ['--input-type=module', '-e', unpack], { show: false, env: { ...env, ...extra } });
    if (code !== 0) continue;
    const found = /** @type {{ CHROMIUM: string, LD_LIBRARY_PATH: string }} */ (JSON.parse(output.trim().split('\n').at(-1) ?? ''));
    const works = await run(found.CHROMIUM, ['--version'], { show: false, env: { ...env, ...found } }).then((tried) => tried.code === 0, () => false);
    if (works) return found;
  }
  throw new CannotPrepare('The browser tests need Chromium and found none: install it (Debian: apt-get install chromium), or name one in the environment variable CHROMIUM.');
}
