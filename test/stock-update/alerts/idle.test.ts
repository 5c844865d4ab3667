import { describe, expect, test } from 'vitest';
import { createAlertStore } from '../../../functions/stock-update/alerts/alert-store.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { createSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);

const dayMs = 86_400_000;
let made = 0;

/** Posts movements of a SKU, those of each day together; on which of the days its units began to lie. */
async function lyingSince(days: readonly Partial<Movement>[][], sku = `IDLE-${(made += 1)}`): Promise<number> {
  await createSku(database.db, { sku });
  for (const [day, given] of days.entries()) {
    const movements = given.map((each) => aMovement({ sku, movementId: `idle-${(made += 1)}`, ...each }));
    const results = await applyMovements(store, movements, aCause({ now: noon + day * dayMs }));
    expect(results.map(({ status }) => status)).toEqual(given.map(() => 'applied'));
  }
  const { stock } = await store.stock(sku);
  return (Date.parse(stock?.idleSince ?? '') - noon) / dayMs;
}

const transfer = (type: 'transfer-out' | 'transfer-in') => ({ type, transferId: 'T', quantity: 10 });
const count = (quantity: number) => ({ type: 'count' as const, quantity });

describe('units lie', () => {
  test.each<[string, Partial<Movement>[][], number]>([
    ['since they came in', [[], [{}]], 1],
    ['since they came in, also by a count', [[], [count(5)]], 1],
    ['since the first came in, more or not', [[{}], [{}]], 0],
    ['since they came in, wherever they are taken', [[{}], [transfer('transfer-out')], [transfer('transfer-in')]], 0],
    ['since they came in, though a count missed them', [[{}], [count(0)], [count(10)]], 0],
    [
      'since they came in, though they were taken out by mistake',
      [[{}], [{ type: 'adjustment', quantity: -10 }], [{ type: 'adjustment' }]],
      0,
    ],
    ['since new ones came in, after the last was written off', [[{}], [{ type: 'write-off' }], [{}]], 2],
    ['since one came back, after the last was written off', [[{}], [{ type: 'write-off' }], [{ type: 'return' }]], 2],
    ['since new ones came in, after the last was written off that day', [[{}], [{ type: 'write-off' }, {}]], 1],
    [
      'since they came in, in more movements than one transaction has',
      [[{}], Array.from({ length: 45 }, () => ({ quantity: 1 }))],
      0,
    ],
  ])('%s', async (_name, days, day) => {
    expect(await lyingSince(days)).toBe(day);
  });

  test('since they came in, though levels were set before', async () => {
    const sku = `IDLE-${(made += 1)}`;
    await createAlertStore(database.db, tables).setLevels(sku, { reorderPoint: 1 }, aCause());
    expect(await lyingSince([[], [{ type: 'adjustment' }]], sku)).toBe(1);
  });
});
