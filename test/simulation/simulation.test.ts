import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { failureText } from './summary.ts';
import { asSimulated } from './simulated-store.ts';
import { simulate } from './simulation.ts';

test('a short storm of faults leaves every invariant whole', async () => {
  const run = { seed: 1, orders: 45 };
  const cdkOut = mkdtempSync(join(tmpdir(), 'storeworks-simulation-'));
  cpSync(inject('cdkOut'), cdkOut, { recursive: true });
  asSimulated(cdkOut);
  const { breaches, facts, faults } = await simulate({ ...run, cdkOut });
  expect(breaches, failureText(run, breaches)).toEqual([]);
  // A storm that does nothing proves nothing.
  expect(faults.size).toBeGreaterThanOrEqual(8);
  expect(facts.orders.length).toBeGreaterThan(10);
  const answers = facts.witness.orders.map(({ status }) => status);
  expect(answers).toEqual(expect.arrayContaining([200, 201, 202, 409]));
  expect(facts.refunds.map(({ status }) => status)).toContain('paid');
  expect(facts.ledger.length).toBeGreaterThan(0);
  const statuses = facts.orders.map(({ status }) => status);
  expect(statuses).toEqual(expect.arrayContaining(['completed', 'cancelled', 'expired', 'paid']));
  expect(facts.witness.deliveries.filter(({ isTaken }) => !isTaken).length).toBeGreaterThan(0);
}, 600_000);
