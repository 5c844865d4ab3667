import { defineConfig } from 'vitest/config';

/** Tests through the running system; they share one synthesised template. */
const system = ['test/flows/**/*.test.ts', 'test/simulation/simulation.test.ts'];
/** Of these, the ones that take their time: hundreds of SKUs, a thousand orders, long waits. `npm run test:slow`. */
const slow = ['test/flows/**/*.slow.test.ts'];
const running = {
  globalSetup: ['test/support/synthesise.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    // Flows wait more than they work: for the journal's window, for schedules, for time limits.
    maxWorkers: 4,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: system, testTimeout: 30_000 } },
      { test: { name: 'system', include: system, exclude: slow, ...running } },
      { test: { name: 'slow', include: slow, ...running } },
    ],
  },
});
