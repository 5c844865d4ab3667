import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { failureText } from './summary.ts';
import { applySimulationSettings } from './simulated-store.ts';
import { simulate } from './simulation.ts';

test('every invariant holds after a short run with faults', async () => {
  const run = { seed: 1, orders: 45 };
  const cdkOut = mkdtempSync(join(tmpdir(), 'storeworks-simulation-'));
  cpSync(inject('cdkOut'), cdkOut, { recursive: true });
  applySimulationSettings(cdkOut);
  const { violations, state, faults } = await simulate({ ...run, cdkOut });
  expect(violations, failureText(run, violations)).toEqual([]);
  // Without faults of several kinds, the run would prove nothing.
  expect(faults.size).toBeGreaterThanOrEqual(8);
  expect(state.orders.length).toBeGreaterThan(10);
  const statusCodes = state.observed.orders.map(({ status }) => status);
  expect(statusCodes).toEqual(expect.arrayContaining([200, 201, 202, 409]));
  expect(state.refunds.map(({ status }) => status)).toContain('paid');
  expect(state.ledger.length).toBeGreaterThan(0);
  const statuses = state.orders.map(({ status }) => status);
  expect(statuses).toEqual(expect.arrayContaining(['completed', 'cancelled', 'expired', 'paid']));
  expect(state.observed.deliveries.filter(({ isAccepted }) => !isAccepted).length).toBeGreaterThan(0);
}, 600_000);
