import { existsSync, readFileSync } from 'node:fs';

/**
 * What a level's JSON report says. A test file that could not even be loaded counts as one failure, and so does a level that ended badly without naming one.
 * @param {string} file @param {number} code exit code of vitest
 * @returns {{ passed: number, failed: number }}
 */
export function countTests(file, code) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const unloaded = report.testResults.filter((/** @type {any} */ result) => result.status === 'failed' && result.assertionResults.length === 0).length;
  const failed = report.numFailedTests + unloaded;
  return { passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}
