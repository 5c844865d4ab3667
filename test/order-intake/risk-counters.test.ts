import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRiskCounters } from '../../functions/order-intake/risk-counters.ts';
import { noon } from '../support/builders.ts';
import { startDatabase, tables, type TestDatabase } from '../support/dynamodb.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const minute = 60_000;
const counters = () => createRiskCounters(database.db, tables, 60);

test('an order counts once under each of its values, however often it is told', async () => {
  const subject = {
    customerId: 'ada',
    email: 'Ada+shop@example.com',
    cardFingerprint: 'card-1',
    address: { country: 'GB', postalCode: 'N1 9GU', line1: '1 Regent St.' },
  };
  const risk = counters();
  for (const orderId of ['o1', 'o2', 'o1']) await risk.count(orderId, subject, noon);
  expect(await risk.ordersInWindow(subject, noon)).toEqual({ customer: 2, email: 2, card: 2, address: 2 });
  const disguised = {
    email: 'ada+other@EXAMPLE.com',
    address: { country: 'GB', postalCode: 'n19gu', line1: '1 REGENT ST' },
  };
  expect(await risk.ordersInWindow(disguised, noon)).toEqual({ email: 2, address: 2 });
  expect(await risk.ordersInWindow({ customerId: 'bob' }, noon)).toEqual({ customer: 0 });
  expect(await risk.ordersInWindow({}, noon)).toEqual({});
});

test('an order counts for the whole window and not for much more', async () => {
  const subject = { customerId: 'window' };
  const risk = counters();
  await risk.count('o1', subject, noon);
  expect(await risk.ordersInWindow(subject, noon + 60 * minute)).toEqual({ customer: 1 });
  expect(await risk.ordersInWindow(subject, noon + 76 * minute)).toEqual({ customer: 0 });
});

test('whoever orders without end is counted up to 500 a slice', async () => {
  const subject = { customerId: 'robot' };
  const risk = counters();
  for (let from = 0; from < 510; from += 30) {
    await Promise.all(Array.from({ length: 30 }, (_, index) => risk.count(`o${from + index}`, subject, noon)));
  }
  const { customer = 0 } = await risk.ordersInWindow(subject, noon);
  expect(customer).toBe(500);
});
