import { describe, expect, test } from 'vitest';
import { raiseIdleAlerts } from '../../../functions/stock-update/alerts/raise-idle-alerts.ts';
import { createAlertStore } from '../../../functions/stock-update/alerts/alert-store.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { aCause, aMovement, aStock, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { createSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);

const dayMs = 86_400_000;
let made = 0;

/** Applies the movements of each day. Returns the day on which the idle time of the SKU started. */
async function idleSinceDay(days: readonly Partial<Movement>[][], sku = `IDLE-${(made += 1)}`): Promise<number> {
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

describe('idle time starts', () => {
  test.each<[string, Partial<Movement>[][], number]>([
    ['with the receipt', [[], [{}]], 1],
    ['with a count as the first movement', [[], [count(5)]], 1],
    ['with the first receipt, not with the next', [[{}], [{}]], 0],
    ['with the receipt, not with a transfer', [[{}], [transfer('transfer-out')], [transfer('transfer-in')]], 0],
    ['with the receipt, not after a count of zero', [[{}], [count(0)], [count(10)]], 0],
    [
      'with the receipt, not after an adjustment to zero',
      [[{}], [{ type: 'adjustment', quantity: -10 }], [{ type: 'adjustment' }]],
      0,
    ],
    ['with the receipt after a write-off of all units', [[{}], [{ type: 'write-off' }], [{}]], 2],
    ['with the return after a write-off of all units', [[{}], [{ type: 'write-off' }], [{ type: 'return' }]], 2],
    ['with the receipt after a write-off on the same day', [[{}], [{ type: 'write-off' }, {}]], 1],
    [
      'with the first of more receipts than one transaction has',
      [[{}], Array.from({ length: 45 }, () => ({ quantity: 1 }))],
      0,
    ],
  ])('%s', async (_name, days, day) => {
    expect(await idleSinceDay(days)).toBe(day);
  });

  test('with the first movement after levels were set', async () => {
    const sku = `IDLE-${(made += 1)}`;
    await createAlertStore(database.db, tables).setLevels(sku, { reorderPoint: 1 }, aCause());
    expect(await idleSinceDay([[], [{ type: 'adjustment' }]], sku)).toBe(1);
  });
});

test.each([0, 1, 2])('an idle alert that fails (place %i) delays no other, also not of later pages', async (bad) => {
  const raised: string[] = [];
  const stock = (sku: number) => ({ ...aStock(String(sku), { main: 5 }), idleSince: '2020-01-01T00:00:00.000Z' });
  const store = {
    stocks: async function* stocks() {
      yield [stock(0), stock(1)];
      yield [stock(2)];
    },
    raisedIdle: async () => new Map<string, string>(),
    recordIdle: async ({ sku }: { sku: string }) => {
      if (sku === String(bad)) throw new TypeError('An item does not parse');
      raised.push(sku);
      return 'done' as const;
    },
  };
  const run = raiseIdleAlerts(
    { store, log: { info: () => undefined } },
    { slowMovingAfterDays: 90, deadAfterDays: 365 },
  );
  await expect(run(Date.parse('2026-01-01T00:00:00Z'), 'run')).rejects.toThrow('1 of 3 item(s) failed');
  expect(raised.toSorted()).toEqual(['0', '1', '2'].filter((sku) => sku !== String(bad)));
});
