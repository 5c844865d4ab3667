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
  const { count, ordersInWindow } = counters();
  for (const orderId of ['o1', 'o2', 'o1']) await count(orderId, subject, noon);
  expect(await ordersInWindow(subject, noon)).toEqual({ customer: 2, email: 2, card: 2, address: 2 });
  const disguised = {
    email: 'ada+other@EXAMPLE.com',
    address: { country: 'GB', postalCode: 'n19gu', line1: '1 REGENT ST' },
  };
  expect(await ordersInWindow(disguised, noon)).toEqual({ email: 2, address: 2 });
  expect(await ordersInWindow({ customerId: 'bob' }, noon)).toEqual({ customer: 0 });
  expect(await ordersInWindow({}, noon)).toEqual({});
});

test('an order counts for the whole window and not for much more', async () => {
  const subject = { customerId: 'window' };
  const { count, ordersInWindow } = counters();
  await count('o1', subject, noon);
  expect(await ordersInWindow(subject, noon + 60 * minute)).toEqual({ customer: 1 });
  expect(await ordersInWindow(subject, noon + 76 * minute)).toEqual({ customer: 0 });
});

test('whoever orders without end is counted up to 500 a slice', async () => {
  const subject = { customerId: 'robot' };
  const { count, ordersInWindow } = counters();
  for (let from = 0; from < 510; from += 30) {
    await Promise.all(Array.from({ length: 30 }, (_, index) => count(`o${from + index}`, subject, noon)));
  }
  const { customer = 0 } = await ordersInWindow(subject, noon);
  expect(customer).toBe(500);
});
