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
const books = createReconciliationStore(database.db, tables);

const stock = tables.STOCK_TABLE_NAME;
const repairs = () => createRepairStore(database.db, { STOCK_TABLE_NAME: stock, STOCK_AUDIT_TABLE_NAME: 'none' });
const request = { auditId: 'A', repairId: 'R', reason: 'test' };

/** A SKU with 20 units, 4 of them reserved, and what is wrong with it. */
async function wrongSku(counter: Counter, by: number): Promise<string> {
  const sku = await stockedSku(database.db, 20);
  await take(sku, 4);
  await corrupt(sku, counter, by);
  return sku;
}
const from = (sku: string, units: number) => ({ sku, from: [{ warehouse: 'main', units }] });
const take = (sku: string, units: number) => transact(database.db, [reserveAction(stock, from(sku, units))]);
const release = (sku: string, units: number) => transact(database.db, [releaseAction(stock, from(sku, units), noon)]);
const corrupt = (sku: string, counter: Counter, by: number) =>
  database.db.send(
    new UpdateCommand({
      TableName: stock,
      Key: stockKey(sku),
      UpdateExpression: 'SET warehouses.main.#c = if_not_exists(warehouses.main.#c, :zero) + :by',
      ExpressionAttributeNames: { '#c': counter },
      ExpressionAttributeValues: { ':by': by, ':zero': 0 },
    }),
  );

/** What differs while orders hold so many units. */
async function look(sku: string, reserved: number) {
  const { stock, ledgerSums } = await books.snapshot(sku);
  const open = new Map();
  addReserved(open, from(sku, reserved));
  return { found, differences: differencesOf(stock, ledgerSums, open) };
}

/** Plans the repair of what an audit listed; `write` carries it out, as it was planned. */
async function planned(sku: string, listed: readonly Difference[], reserved = 4) {
  const { found, differences } = await look(sku, reserved);
  const { plan, outcomes } = planRepair(found, listed, differences);
  if (!plan) return { outcomes };
  return { outcomes, write: (repairId = 'R') => repairs().apply({ ...request, repairId }, plan, outcomes, aCause()) };
}

type Between = (sku: string) => Promise<unknown>;
const nothing: Between = async () => undefined;

test.each<[string, Counter, number, Between, 'done' | 'version-conflict', number]>([
  ['more on hand than was moved', 'onHand', 3, nothing, 'done', 4],
  ['more on hand, and an order comes meanwhile', 'onHand', 3, (sku) => take(sku, 2), 'done', 6],
  [
    'more on hand, and a receipt comes meanwhile',
    'onHand',
    3,
    (sku) => receive(database.db, sku, 1),
    'version-conflict',
    4,
  ],
  ['fewer reserved than orders hold', 'reserved', -1, nothing, 'done', 4],
  ['fewer reserved, and an order comes meanwhile', 'reserved', -1, (sku) => take(sku, 2), 'version-conflict', 6],
  [
    'fewer reserved, and an order comes and another goes meanwhile',
    'reserved',
    -1,
    async (sku) => [await take(sku, 2), await release(sku, 2)],
    'version-conflict',
    4,
  ],
  ['fewer reserved, and an order goes meanwhile', 'reserved', -1, (sku) => release(sku, 2), 'version-conflict', 2],
  ['more available than there is', 'available', 5, nothing, 'done', 4],
  ['more available, and an order comes meanwhile', 'available', 5, (sku) => take(sku, 2), 'version-conflict', 6],
  ['more unavailable than was moved', 'unavailable', 2, nothing, 'done', 4],
  ['fewer damaged than none', 'damaged', -1, nothing, 'done', 4],
  ['fewer kept back than none', 'safetyStock', -3, nothing, 'done', 4],
  ['part of a unit on hand', 'onHand', 0.5, nothing, 'done', 4],
])(
  '%s: written if nothing changed that matters, and right after it',
  async (_name, counter, by, between, outcome, held) => {
    const sku = await wrongSku(counter, by);
    const { differences: listed } = await look(sku, 4);
    expect(listed).toMatchObject(expect.arrayContaining([expect.objectContaining({ counter })]));
    const first = await planned(sku, listed);
    await between(sku);
    expect(await first.write?.()).toBe(outcome);
    // Where it was lost nothing was changed: it is still as wrong as it was, and can be repaired.
    const again = await planned(sku, listed, held);
    expect(await again.write?.()).toBe(outcome === 'version-conflict' ? 'done' : undefined);
    expect((await look(sku, held)).differences).toEqual([]);
  },
);

test('two repairs of the same difference, or one twice, repair it once', async () => {
  const sku = await wrongSku('onHand', 3);
  const { differences: listed } = await look(sku, 4);
  const [one, other] = [await planned(sku, listed), await planned(sku, listed)];
  expect(await one.write?.()).toBe('done');
  expect(await one.write?.()).toBe('version-conflict');
  expect(await other.write?.('R-2')).toBe('version-conflict');
  expect((await look(sku, 4)).differences).toEqual([]);
  expect((await planned(sku, listed)).outcomes).toMatchObject([{ outcome: 'already-right' }]);
  expect(await repairs().repaired(request)).toContainEqual({
    sku,
    warehouse: 'main',
    outcome: 'repaired',
    corrections: { onHand: -3 },
  });
});

test('what differs by something else than the audit found is left alone', async () => {
  const sku = await wrongSku('onHand', 3);
  const { differences: listed } = await look(sku, 4);
  await corrupt(sku, 'onHand', 1);
  expect(await planned(sku, listed)).toEqual({ outcomes: [expect.objectContaining({ outcome: 'moved-on' })] });
});

test('an order that holds a warehouse without counters gets them, and what was oversold is shown', async () => {
  const sku = await wrongSku('onHand', 0);
  await corrupt(sku, 'onHand', 30);
  await corrupt(sku, 'available', 30);
  await take(sku, 20);
  const { differences: listed } = await look(sku, 24);
  expect(await (await planned(sku, listed, 24)).write?.()).toBe('done');
  expect((await look(sku, 24)).differences).toEqual([]);
  const { found } = await look(sku, 24);
  expect(found.warehouses['main']).toMatchObject({ onHand: 20, reserved: 24, available: -4 });
  // A receipt is welcome then, though it does not make up for all of it.
  expect(await receive(database.db, sku, 1)).toMatchObject([{ status: 'applied', stock: { available: -3 } }]);

  await database.db.send(
    new UpdateCommand({ TableName: stock, Key: stockKey(sku), UpdateExpression: 'REMOVE warehouses.main' }),
  );
  const gone = (await look(sku, 24)).differences;
  expect(await (await planned(sku, gone, 24)).write?.('R-3')).toBe('done');
  expect((await look(sku, 24)).differences).toEqual([]);
});
