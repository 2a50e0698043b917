import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';

// What a test may reach by settings(): never the hub's own data.
const env = { HUB_DATA_DIR: join(tmpdir(), 'practice-hub-test') };

/** The three levels; tests/README.md says which for what. `npm test` runs them one after the other. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', env, include: ['tests/*.test.ts', 'tests/unit/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 } },
      { test: { name: 'integration', env, include: ['tests/integration/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'e2e', env, include: ['tests/e2e/**/*.test.ts'], globalSetup: 'tests/e2e/global-setup.ts',
          // One browser at a time: two cores also run two hubs.
          fileParallelism: false, testTimeout: 60_000, hookTimeout: 90_000,
        },
      },
    ],
  },
});
