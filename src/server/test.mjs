import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests } from './count-tests.mjs';
import { findBrowser } from './find-browser.mjs';
import { build, CannotPrepare, install, launch, run, runtime } from './prepare.mjs';

const levels = ['unit', 'integration', 'e2e'];

/** Tests must not see this machine's hub: not its settings, not its mail server. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HUB_') && name !== 'SMTP_URL'));
}

async function main() {
  const options = process.argv.slice(2);
  const first = options.findIndex((option) => !levels.includes(option));
  const chosen = first < 0 ? options : options.slice(0, first);
  const rest = first < 0 ? [] : options.slice(first);

  await install();
  const folder = mkdtempSync(join(tmpdir(), 'practice-hub-reports-'));
  const sum = { passed: 0, failed: 0 };
  for (const level of chosen.length > 0 ? chosen : levels) {
    const report = join(folder, `${level}.json`);
    let code = 1;
    try {
      code = await runLevel(level, report, rest);
    } catch (error) {
      if (!(error instanceof CannotPrepare)) throw error;
      console.error(error.message);
    }
    const { passed, failed } = countTests(report, code);
    sum.passed += passed;
    sum.failed += failed;
  }
  rmSync(folder, { recursive: true });
  if (sum.passed + sum.failed === 0) console.error('No test was run.');
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0;
}

/** @param {string} level @param {string} report @param {string[]} options */
async function runLevel(level, report, options) {
  let env = cleanEnvironment();
  if (level === 'e2e') {
    await build();
    env = { ...env, ...await findBrowser(env) };
  }
  const { code } = await run(runtime(), [
    'node_modules/vitest/vitest.mjs', 'run', '--project', level, '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...options,
  ], { env });
  return code;
}

await launch(main);
