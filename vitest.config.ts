import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests through the running system. They share one synthesised app. */
const system = ['test/flows/**/*.test.ts'];
/** System tests with hundreds of SKUs, a thousand orders or long waits: `npm run test:slow`. */
const slow = ['test/**/*.slow.test.ts'];
/** Time limits far above the normal duration, so that no test fails because its machine is slow or busy. */
const timeLimits = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 50_000 } } };
const running = { globalSetup: ['test/support/system/synthesise.ts'], ...timeLimits };

export default defineConfig({
  test: {
    // Two per core: system tests mostly wait, for batching windows, schedules and timeouts.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...system, ...slow],
          isolate: false,
          setupFiles: ['test/support/fresh-modules.ts', 'test/support/properties/seed.ts'],
          // Metrics are log lines of their own, which no log level silences.
          env: { POWERTOOLS_METRICS_DISABLED: 'true' },
          ...timeLimits,
        },
      },
      { test: { name: 'system', include: system, exclude: slow, ...running } },
      { test: { name: 'slow', include: slow, ...running } },
    ],
  },
});
