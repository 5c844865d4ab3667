import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { failureText } from './account.ts';
import { asSimulated } from './simulated-store.ts';
import { simulate } from './simulation.ts';

test('a short storm of faults leaves every invariant whole', async () => {
  const run = { seed: 1, orders: 60 };
  const cdkOut = join(inject('cdkOut'), '../simulation-test');
  cpSync(inject('cdkOut'), cdkOut, { recursive: true });
  asSimulated(cdkOut);
  const { breaches, facts, faults } = await simulate({ ...run, cdkOut });
  expect(breaches, failureText(run, breaches)).toEqual([]);
  // A storm that does nothing proves nothing.
  expect(faults.size).toBeGreaterThanOrEqual(8);
  expect(facts.orders.length).toBeGreaterThan(10);
  expect(new Set(facts.witness.orders.map(({ status }) => status))).toEqual(new Set([200, 201, 409]));
}, 180_000);
