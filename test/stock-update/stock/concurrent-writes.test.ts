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
async function aStockedSku() {
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

/** Changes the stock concurrently. */
async function change(sku: string, what: Movement | 'order') {
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
    'a transfer-in after another one of the same units',
    { type: 'transfer-in', quantity: 3, lot: 'L', transferId: 'T', warehouse: 'north' },
    { type: 'transfer-in', quantity: 3, lot: 'L', transferId: 'T', warehouse: 'south' },
    'version-conflict',
  ],
  [
    'a write-off of a lot after a receipt of the lot',
    { type: 'write-off', quantity: 1, lot: 'L' },
    { quantity: 1, lot: 'L' },
    'version-conflict',
  ],
  [
    'damage in a lot after the same damage',
    { type: 'damage', quantity: 2, lot: 'L' },
    { type: 'damage', quantity: 2, lot: 'L' },
    'version-conflict',
  ],
  [
    'units from inspection after a write-off from inspection',
    { type: 'status-change', quantity: 3, from: 'inspection' },
    { type: 'write-off', quantity: 3, from: 'inspection' },
    'version-conflict',
  ],
  ['a count after a receipt', { type: 'count', quantity: 8 }, { quantity: 1 }, 'version-conflict'],
  ['a count after a newer count', { type: 'count', quantity: 10 }, { type: 'count', quantity: 10 }, 'version-conflict'],
  [
    'a count without open orders after a reservation',
    { type: 'count', quantity: 8, openOrders: 'deducted' },
    'order',
    'version-conflict',
  ],
  [
    'safety stock after another change of it',
    { type: 'safety-stock', quantity: 2 },
    { type: 'safety-stock', quantity: 3 },
    'version-conflict',
  ],
  [
    'a write-off of all available units after a reservation',
    { type: 'write-off', quantity: 6 },
    'order',
    'version-conflict',
  ],
  ['a receipt after a reservation', { quantity: 1 }, 'order', 'done'],
  ['a write-off of some available units after a receipt', { type: 'write-off', quantity: 5 }, { quantity: 1 }, 'done'],
])(
  'a decision on an older snapshot is written only if it is still valid: %s',
  async (_name, late, concurrent, outcome) => {
    const { sku, make } = await aStockedSku();
    const movement = make(late);
    const { plan } = planMovements(sku, [movement], await store.read([movement]), noon);
    expect(plan.changes).toHaveLength(1);
    expect(await change(sku, concurrent === 'order' ? 'order' : make(concurrent))).toMatch(/done|applied/);
    expect(await store.write(sku, plan, aCause())).toBe(outcome);
  },
);
