import { expect, test } from 'vitest';
import { planMovements } from '../../../functions/stock-update/stock/write-plan.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import { transact } from '../../../shared/dynamodb/database.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { reserveAction } from '../../../shared/stock/reservation.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);

let made = 0;
const moving = (sku: string) => (given: Partial<Movement>) =>
  aMovement({ movementId: `race-${(made += 1)}`, sku, ...given });

/** A SKU with 10 units of a lot, 4 of them in inspection, and 5 units in transit. */
async function aShelf() {
  const sku = await stockedSku(database.db, 0);
  const make = moving(sku);
  const opening = [
    make({ quantity: 15, lot: 'L' }),
    make({ type: 'status-change', quantity: 4, to: 'inspection' }),
    make({ type: 'transfer-out', quantity: 5, lot: 'L', transferId: 'T' }),
  ];
  const results = await applyMovements(store, opening, aCause());
  expect(results.map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
  return { sku, make };
}

/** Something else changes the stock meanwhile. */
async function happen(sku: string, what: Movement | 'order') {
  if (what === 'order') {
    return transact(database.db, [
      reserveAction(tables.STOCK_TABLE_NAME, { sku, from: [{ warehouse: 'main', units: 1 }] }),
    ]);
  }
  const [result] = await applyMovements(store, [what], aCause({ now: noon + 1 }));
  return result?.status;
}

test.each<[string, Partial<Movement>, Partial<Movement> | 'order', 'done' | 'version-conflict']>([
  [
    'an arrival after which too little is in transit',
    { type: 'transfer-in', quantity: 3, lot: 'L', transferId: 'T', warehouse: 'north' },
    { type: 'transfer-in', quantity: 3, lot: 'L', transferId: 'T', warehouse: 'south' },
    'version-conflict',
  ],
  ['units out of a lot', { type: 'write-off', quantity: 1, lot: 'L' }, { quantity: 1, lot: 'L' }, 'version-conflict'],
  [
    'damage in a lot of which as much was damaged meanwhile',
    { type: 'damage', quantity: 2, lot: 'L' },
    { type: 'damage', quantity: 2, lot: 'L' },
    'version-conflict',
  ],
  [
    'units out of inspection',
    { type: 'status-change', quantity: 3, from: 'inspection' },
    { type: 'write-off', quantity: 3, from: 'inspection' },
    'version-conflict',
  ],
  ['a count', { type: 'count', quantity: 8 }, { quantity: 1 }, 'version-conflict'],
  ['a count after a newer one', { type: 'count', quantity: 10 }, { type: 'count', quantity: 10 }, 'version-conflict'],
  ['a count without open orders', { type: 'count', quantity: 8, openOrders: 'deducted' }, 'order', 'version-conflict'],
  ['safety stock', { type: 'safety-stock', quantity: 2 }, { type: 'safety-stock', quantity: 3 }, 'version-conflict'],
  ['all that is available', { type: 'write-off', quantity: 6 }, 'order', 'version-conflict'],
  ['a receipt', { quantity: 1 }, 'order', 'done'],
  ['some of what is available', { type: 'write-off', quantity: 5 }, { quantity: 1 }, 'done'],
])('%s, decided on what was so before something else: %#', async (_name, late, between, outcome) => {
  const { sku, make } = await aShelf();
  const movement = make(late);
  const { plan } = planMovements(sku, [movement], await store.read([movement]), noon);
  expect(plan.changes).toHaveLength(1);
  expect(await happen(sku, between === 'order' ? 'order' : make(between))).toMatch(/done|applied/);
  expect(await store.write(sku, plan, aCause())).toBe(outcome);
});
