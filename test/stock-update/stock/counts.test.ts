import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { planMovements } from '../../../functions/stock-update/stock/write-plan.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { adjustReservationAction, releaseAction, shipActions } from '../../../shared/stock/reservation-actions.ts';
import { reserveAction } from '../../../shared/stock/reservation.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const hourMs = 3_600_000;
const hoursAgo = (hours: number) => new Date(noon - hours * hourMs).toISOString();

const database = databaseForAll();
let queries = 0;
/** Runs once between the read of the stock item and the read of the ledger. */
let duringRead: (() => Promise<unknown>) | undefined;
const send = async (command: Parameters<Database['send']>[0]) => {
  if (command instanceof QueryCommand) {
    queries += 1;
    const change = duringRead?.();
    duringRead = undefined;
    await change;
  }
  return database.db.send(command);
};
const store = createStockStore({ send } as Database, tables);

let made = 0;
/** A SKU with 10 units received a day ago, and functions that change its stock at a given time. */
async function aStockedSku() {
  const sku = await stockedSku(database.db, 0);
  const movement = (given: Partial<Movement>) => aMovement({ movementId: `late-${(made += 1)}`, sku, ...given });
  const post = async (...given: Partial<Movement>[]) => {
    const results = await applyMovements(store, given.map(movement), aCause());
    return results.map(({ status, reason }) => reason ?? status);
  };
  const from = (units: number) => ({ sku, from: [{ warehouse: 'main', units }] });
  const reserve = (units: number) => transact(database.db, [reserveAction(tables.STOCK_TABLE_NAME, from(units))]);
  const ship = (units: number, shippedAt: number, now = shippedAt) => {
    const shipment = { movementId: `s-${(made += 1)}`, shippedAt };
    return transact(database.db, shipActions(tables.STOCK_TABLE_NAME, from(units), shipment, aCause({ now })));
  };
  const release = (units: number, now: number) =>
    transact(database.db, [releaseAction(tables.STOCK_TABLE_NAME, from(units), now)]);
  const exchange = (units: number, now: number) =>
    transact(database.db, [adjustReservationAction(tables.STOCK_TABLE_NAME, from(units), now)]);
  const main = async () => (await store.stock(sku)).stock?.warehouses['main'];
  expect(await post({ quantity: 10, occurredAt: hoursAgo(24) })).toEqual(['applied']);
  return { sku, movement, post, reserve, ship, release, exchange, main };
}
const count = { type: 'count' as const, quantity: 10, occurredAt: hoursAgo(4) };

test('a late count keeps later receipts', async () => {
  const { post, main } = await aStockedSku();
  await post({ quantity: 5, occurredAt: hoursAgo(2) });
  expect(await post(count)).toEqual(['applied']);
  expect(await main()).toMatchObject({ onHand: 15, available: 15 });
});

test('a late count keeps later shipments', async () => {
  const { post, reserve, ship, main } = await aStockedSku();
  await reserve(3);
  await ship(3, noon - 2 * hourMs);
  expect(await post(count)).toEqual(['applied']);
  expect(await main()).toMatchObject({ onHand: 7, reserved: 0, available: 7 });
});

test('a late count includes earlier movements that were recorded later, and nothing of another warehouse', async () => {
  const { post, main } = await aStockedSku();
  await post({ quantity: 5, occurredAt: hoursAgo(5) }, { quantity: 7, occurredAt: hoursAgo(2), warehouse: 'north' });
  await post({ type: 'write-off', quantity: 2, occurredAt: hoursAgo(1) });
  expect(await post({ ...count, quantity: 12 })).toEqual(['applied']);
  expect(await main()).toMatchObject({ onHand: 10 });
});

test('a late count includes earlier movements of the same request', async () => {
  const { post, main } = await aStockedSku();
  const receipts = Array.from({ length: 25 }, () => ({ quantity: 1, occurredAt: hoursAgo(2) }));
  const outcomes = await post(...receipts, count, { quantity: 1, occurredAt: hoursAgo(1) }, count);
  expect(new Set(outcomes)).toEqual(new Set(['applied']));
  expect(await main()).toMatchObject({ onHand: 36 });
});

test('a late count after rejected movements keeps a shipment since the first read', async () => {
  const { movement, reserve, ship, main } = await aStockedSku();
  await reserve(3);
  const rejected = Array.from({ length: 20 }, () => movement({ type: 'write-off', warehouse: 'north' }));
  let shipped: Promise<unknown> | undefined;
  const read: typeof store.read = async (movements) => {
    const state = await store.read(movements);
    await (shipped ??= ship(3, noon));
    return state;
  };
  const results = await applyMovements({ ...store, read }, [...rejected, movement(count)], aCause());
  expect(results.map(({ status }) => status)).toEqual([...rejected.map(() => 'rejected'), 'applied']);
  expect(await main()).toMatchObject({ onHand: 7, reserved: 0 });
});

test.each([
  ['of an earlier time with a second read', count, 2],
  ['of now with one read', { ...count, occurredAt: undefined }, 1],
])('a count after other movements of its SKU is written without a conflict: %s', async (_name, last, expected) => {
  const { movement } = await aStockedSku();
  const receipts = Array.from({ length: 20 }, () => movement({ quantity: 1, occurredAt: hoursAgo(2) }));
  const done: string[] = [];
  const read: typeof store.read = (movements) => {
    done.push('read');
    return store.read(movements);
  };
  const write: typeof store.write = async (...plan) => {
    const outcome = await store.write(...plan);
    done.push(outcome);
    return outcome;
  };
  await applyMovements({ read, write }, [...receipts, movement(last)], aCause());
  expect(done.filter((each) => each === 'read')).toHaveLength(expected);
  expect(done.filter((each) => each !== 'read')).toEqual(['done', 'done']);
});

test('a count with an expected figure is compared with on hand, and later movements are not added', async () => {
  const { post, main } = await aStockedSku();
  await post({ quantity: 5, occurredAt: hoursAgo(2) });
  expect(await post({ ...count, expectedOnHand: 10 })).toEqual(['count-outdated']);
  expect(await post({ ...count, expectedOnHand: 15 })).toEqual(['applied']);
  expect(await main()).toMatchObject({ onHand: 10 });
});

test('a late count without open orders is rejected if orders have reserved or shipped units', async () => {
  const { post, reserve, ship, main } = await aStockedSku();
  const deducted = { ...count, openOrders: 'deducted' as const };
  await post({ quantity: 5, occurredAt: hoursAgo(2) });
  await reserve(3);
  expect(await post(deducted)).toEqual(['count-outdated']);
  await ship(3, noon - hourMs);
  expect(await post(deducted)).toEqual(['count-outdated']);
  expect(await post({ ...deducted, occurredAt: hoursAgo(0.5) })).toEqual(['applied']);
  expect(await main()).toMatchObject({ onHand: 10, available: 10 });
});

test.each(['release', 'exchange'] as const)(
  'a late count without open orders is rejected if orders released units since: %s',
  async (kind) => {
    const { post, reserve, main, ...orders } = await aStockedSku();
    const deducted = (hours: number) => ({ ...count, openOrders: 'deducted' as const, occurredAt: hoursAgo(hours) });
    await reserve(3);
    await (kind === 'release' ? orders.release(3, noon - hourMs) : orders.exchange(-3, noon - hourMs));
    expect(await post({ ...deducted(4), quantity: 7 })).toEqual(['count-outdated']);
    expect(await main()).toMatchObject({ onHand: 10, available: 10 });
    expect(await post(deducted(0.5))).toEqual(['applied']);
  },
);

test('an edit that only reserves more units is not a release', async () => {
  const { post, reserve, ship, exchange } = await aStockedSku();
  await reserve(1);
  await exchange(2, noon - hourMs);
  await ship(3, noon - 3 * hourMs);
  expect(await post({ ...count, openOrders: 'deducted', occurredAt: hoursAgo(2) })).toEqual(['applied']);
});

test('a late count has a version conflict after movements since the read, even if they cancel out', async () => {
  const { sku, movement, post, main } = await aStockedSku();
  const late = movement(count);
  const state = await store.read([late]);
  await post({ quantity: 5, occurredAt: hoursAgo(5) }, { type: 'write-off', quantity: 5 });
  expect(await main()).toMatchObject({ onHand: 10 });
  const { plan } = planMovements(sku, [late], state, noon);
  expect(plan.changes).toHaveLength(1);
  expect(await store.write(sku, plan, aCause())).toBe('version-conflict');
  expect(await applyMovements(store, [late], aCause())).toMatchObject([{ status: 'applied' }]);
  expect(await main()).toMatchObject({ onHand: 5 });
});

test('a late count includes movements between the reads of the stock item and of the ledger', async () => {
  const { post, main } = await aStockedSku();
  duringRead = () => post({ quantity: 5, occurredAt: hoursAgo(2) }, { type: 'write-off', quantity: 3 });
  expect(await post(count)).toEqual(['applied']);
  expect(duringRead).toBeUndefined();
  expect(await main()).toMatchObject({ onHand: 12 });
});

test('a late count has a version conflict after a shipment and a receipt since the read', async () => {
  const { sku, movement, post, reserve, ship } = await aStockedSku();
  await reserve(5);
  const late = movement(count);
  const state = await store.read([late]);
  await post({ quantity: 5, occurredAt: hoursAgo(5) });
  await ship(5, noon);
  const { plan } = planMovements(sku, [late], state, noon);
  expect(plan.changes).toHaveLength(1);
  expect(await store.write(sku, plan, aCause())).toBe('version-conflict');
});

test('a late count with more than 1,000 later movements is rejected', async () => {
  const { post, main } = await aStockedSku();
  const receipts = (units: number) => Array.from({ length: units }, () => ({ quantity: 1, occurredAt: hoursAgo(2) }));
  await post(...receipts(990));
  expect(await post({ ...count, quantity: 0 })).toEqual(['applied']);
  expect(await main()).toMatchObject({ onHand: 990 });
  await post(...receipts(10));
  expect(await post(count)).toEqual(['count-outdated']);
});

test('a count after the last movement does not read the ledger, nor does a repeated count', async () => {
  const { movement, post } = await aStockedSku();
  const later = aCause({ now: noon + 3 * hourMs });
  const fresh = movement({ ...count, occurredAt: hoursAgo(-2) });
  queries = 0;
  expect(await applyMovements(store, [fresh], later)).toMatchObject([{ status: 'applied' }]);
  expect(queries).toBe(0);
  await post({ quantity: 1 });
  expect(await applyMovements(store, [fresh], later)).toMatchObject([{ status: 'already-applied' }]);
  expect(queries).toBe(0);
  expect(await applyMovements(store, [movement({ ...count, occurredAt: hoursAgo(-2) })], later)).toMatchObject([
    { status: 'applied' },
  ]);
  expect(queries).toBe(1);
});

// The last test, because event ids never decrease and its events are in the future.
test('a late count keeps a later shipment if nothing else moved', async () => {
  const { movement, reserve, ship, main } = await aStockedSku();
  await reserve(3);
  await ship(3, noon + 12 * hourMs);
  const late = movement({ ...count, occurredAt: hoursAgo(-10) });
  expect(await applyMovements(store, [late], aCause({ now: noon + 13 * hourMs }))).toMatchObject([
    { status: 'applied' },
  ]);
  expect(await main()).toMatchObject({ onHand: 7 });
});
