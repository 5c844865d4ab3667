import { defineConfig } from 'vitest/config';

/** Tests through the running system; they share one synthesised template. */
const system = ['test/flows/**/*.test.ts', 'test/simulation/simulation.test.ts'];

export default defineConfig({
  test: {
    // Flows wait more than they work: for the journal's window, for schedules, for time limits.
    maxWorkers: 4,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: system, testTimeout: 30_000 } },
      {
        test: {
          name: 'system',
          include: system,
          globalSetup: ['test/support/synthesise.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
