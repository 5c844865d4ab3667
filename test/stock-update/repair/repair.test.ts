import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { planRepair } from '../../../functions/stock-update/repair/repair-plan.ts';
import { createRepairStore } from '../../../functions/stock-update/repair/repair-store.ts';
import { transact } from '../../../shared/dynamodb/database.ts';
import { createReconciliationStore } from '../../../shared/stock/reconciliation-store.ts';
import { type Counter, type Difference, differencesOf, addReserved } from '../../../shared/stock/differences.ts';
import { releaseAction } from '../../../shared/stock/reservation-actions.ts';
import { stockKey } from '../../../shared/stock/stock-item.ts';
import { reserveAction } from '../../../shared/stock/reservation.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { receive, stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const reconciliation = createReconciliationStore(database.db, tables);

const stockTable = tables.STOCK_TABLE_NAME;
const repairs = () => createRepairStore(database.db, { STOCK_TABLE_NAME: stockTable, STOCK_AUDIT_TABLE_NAME: 'none' });
const request = { auditId: 'A', repairId: 'R', reason: 'test' };

/** A SKU with 20 units on hand, 4 of them reserved, and one wrong counter. */
async function wrongSku(counter: Counter, by: number): Promise<string> {
  const sku = await stockedSku(database.db, 20);
  await reserve(sku, 4);
  await corrupt(sku, counter, by);
  return sku;
}
const from = (sku: string, units: number) => ({ sku, from: [{ warehouse: 'main', units }] });
const reserve = (sku: string, units: number) => transact(database.db, [reserveAction(stockTable, from(sku, units))]);
const release = (sku: string, units: number) =>
  transact(database.db, [releaseAction(stockTable, from(sku, units), noon)]);
const corrupt = (sku: string, counter: Counter, by: number) =>
  database.db.send(
    new UpdateCommand({
      TableName: stockTable,
      Key: stockKey(sku),
      UpdateExpression: 'SET warehouses.main.#c = if_not_exists(warehouses.main.#c, :zero) + :by',
      ExpressionAttributeNames: { '#c': counter },
      ExpressionAttributeValues: { ':by': by, ':zero': 0 },
    }),
  );

/** The stock of a SKU and its differences if orders reserve this number of units. */
async function compare(sku: string, reserved: number) {
  const { stock, ledgerSums } = await reconciliation.snapshot(sku);
  const reservedUnits = new Map();
  addReserved(reservedUnits, from(sku, reserved));
  return { stock, differences: differencesOf(stock, ledgerSums, reservedUnits) };
}

/** Plans the repair of listed differences. `write` applies the plan later. */
async function planned(sku: string, listed: readonly Difference[], reserved = 4) {
  const { stock, differences } = await compare(sku, reserved);
  const { plan, outcomes } = planRepair(stock, listed, differences);
  if (!plan) return { outcomes };
  return { outcomes, write: (repairId = 'R') => repairs().apply({ ...request, repairId }, plan, outcomes, aCause()) };
}

type Concurrent = (sku: string) => Promise<unknown>;
const nothing: Concurrent = async () => undefined;

test.each<[string, Counter, number, Concurrent, 'done' | 'version-conflict', number]>([
  ['on hand above the ledger', 'onHand', 3, nothing, 'done', 4],
  ['on hand above the ledger, and a concurrent order', 'onHand', 3, (sku) => reserve(sku, 2), 'done', 6],
  [
    'on hand above the ledger, and a concurrent receipt',
    'onHand',
    3,
    (sku) => receive(database.db, sku, 1),
    'version-conflict',
    4,
  ],
  ['reserved below the open orders', 'reserved', -1, nothing, 'done', 4],
  [
    'reserved below the open orders, and a concurrent order',
    'reserved',
    -1,
    (sku) => reserve(sku, 2),
    'version-conflict',
    6,
  ],
  [
    'reserved below the open orders, and a concurrent reservation and release',
    'reserved',
    -1,
    async (sku) => [await reserve(sku, 2), await release(sku, 2)],
    'version-conflict',
    4,
  ],
  [
    'reserved below the open orders, and a concurrent release',
    'reserved',
    -1,
    (sku) => release(sku, 2),
    'version-conflict',
    2,
  ],
  ['available above on hand less reserved', 'available', 5, nothing, 'done', 4],
  ['available too high, and a concurrent order', 'available', 5, (sku) => reserve(sku, 2), 'version-conflict', 6],
  ['unavailable above the ledger', 'unavailable', 2, nothing, 'done', 4],
  ['negative damaged', 'damaged', -1, nothing, 'done', 4],
  ['negative safety stock', 'safetyStock', -3, nothing, 'done', 4],
  ['a fraction of a unit on hand', 'onHand', 0.5, nothing, 'done', 4],
])(
  'repairs the counter, and repeats after a version conflict: %s',
  async (_name, counter, by, concurrent, outcome, reserved) => {
    const sku = await wrongSku(counter, by);
    const { differences: listed } = await compare(sku, 4);
    expect(listed).toMatchObject(expect.arrayContaining([expect.objectContaining({ counter })]));
    const first = await planned(sku, listed);
    await concurrent(sku);
    expect(await first.write?.()).toBe(outcome);
    // A version conflict changes nothing, so that the second repair finds the same difference.
    const again = await planned(sku, listed, reserved);
    expect(await again.write?.()).toBe(outcome === 'version-conflict' ? 'done' : undefined);
    expect((await compare(sku, reserved)).differences).toEqual([]);
  },
);

test('two repairs of one difference, and a repeated repair, correct it once', async () => {
  const sku = await wrongSku('onHand', 3);
  const { differences: listed } = await compare(sku, 4);
  const [one, other] = [await planned(sku, listed), await planned(sku, listed)];
  expect(await one.write?.()).toBe('done');
  expect(await one.write?.()).toBe('version-conflict');
  expect(await other.write?.('R-2')).toBe('version-conflict');
  expect((await compare(sku, 4)).differences).toEqual([]);
  expect((await planned(sku, listed)).outcomes).toMatchObject([{ outcome: 'already-right' }]);
  expect(await repairs().repaired(request)).toContainEqual({
    sku,
    warehouse: 'main',
    outcome: 'repaired',
    corrections: { onHand: -3 },
  });
});

test('does not repair a counter that differs by another amount than in the audit', async () => {
  const sku = await wrongSku('onHand', 3);
  const { differences: listed } = await compare(sku, 4);
  await corrupt(sku, 'onHand', 1);
  expect(await planned(sku, listed)).toEqual({ outcomes: [expect.objectContaining({ outcome: 'moved-on' })] });
});

test('shows oversold units as negative available, and creates missing counters of a warehouse', async () => {
  const sku = await wrongSku('onHand', 0);
  await corrupt(sku, 'onHand', 30);
  await corrupt(sku, 'available', 30);
  await reserve(sku, 20);
  const { differences: listed } = await compare(sku, 24);
  expect(await (await planned(sku, listed, 24)).write?.()).toBe('done');
  expect((await compare(sku, 24)).differences).toEqual([]);
  const { stock } = await compare(sku, 24);
  expect(stock.warehouses['main']).toMatchObject({ onHand: 20, reserved: 24, available: -4 });
  // A receipt is applied even if available remains negative.
  expect(await receive(database.db, sku, 1)).toMatchObject([{ status: 'applied', stock: { available: -3 } }]);

  await database.db.send(
    new UpdateCommand({ TableName: stockTable, Key: stockKey(sku), UpdateExpression: 'REMOVE warehouses.main' }),
  );
  const missing = (await compare(sku, 24)).differences;
  expect(await (await planned(sku, missing, 24)).write?.('R-3')).toBe('done');
  expect((await compare(sku, 24)).differences).toEqual([]);
});
