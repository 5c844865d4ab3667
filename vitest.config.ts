import { defineConfig } from 'vitest/config';

/** Tests through the running system; they share one synthesised template. */
const system = ['test/flows/**/*.test.ts', 'test/simulation/simulation.test.ts'];
/** Of these, the ones that take their time: hundreds of SKUs, a thousand orders, long waits. `npm run test:slow`. */
const slow = ['test/flows/**/*.slow.test.ts'];
/** No test fails because its machine does much else: what it waits for has long, and the test itself has longer. */
const patient = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 50_000 } } };
const running = { globalSetup: ['test/support/system/synthesise.ts'], ...patient };

export default defineConfig({
  test: {
    // Flows wait more than they work: for the journal's window, for schedules, for time limits.
    maxWorkers: 4,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: system,
          setupFiles: ['test/support/properties/seed.ts'],
          ...patient,
        },
      },
      { test: { name: 'system', include: system, exclude: slow, ...running } },
      { test: { name: 'slow', include: slow, ...running } },
    ],
  },
});
