import { beforeEach, describe, expect, test } from 'vitest';
import { listStock } from '../../../functions/stock-update/levels/levels-api.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import * as routes from '../../../shared/contracts/stock/level-routes.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { createStockListStore } from '../../../shared/stock/stock-list-store.ts';
import { cursors } from '../../support/cursors.ts';
import { aCause, aMovement } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { warehouses } from '../../support/environment.ts';
import { aRequest } from '../../support/requests.ts';
import { createSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForEach();
const settings = { TIME_ZONE: 'Europe/London', DAYS_BEFORE_EXPIRY: '0' };
const store = createStockStore(database.db, { ...tables, ...settings });
let moved = 0;

async function receive(sku: string, ...receipts: Partial<Movement>[]) {
  await createSku(database.db, { sku });
  const movements = receipts.map((given) => aMovement({ sku, movementId: `m-${(moved += 1)}`, ...given }));
  const results = await applyMovements(store, movements, aCause(), { retryBudgetMs: 60_000, skusAtOnce: 8 });
  expect(results.map(({ status }) => status)).toEqual(receipts.map(() => 'applied'));
}

const list = async (query: Record<string, unknown> = {}, client = 'warehouse') =>
  listStock(
    { levels: createStockListStore(database.db, tables), stock: store, cursors },
    settings,
    warehouses,
  )(aRequest(routes.listStock, { query: routes.listStock.query.parse(query) }, client));
async function pageOf(query: Record<string, unknown> = {}) {
  const { status, body } = await list(query);
  expect(status).toBe(200);
  return body as { stock: { sku: string; lots?: { lot: string }[] }[]; cursor?: string };
}
const skusOf = async (query: Record<string, unknown>) => (await pageOf(query)).stock.map(({ sku }) => sku);

// Today is 2026-03-05 (`noon`).
describe('the list of stock', () => {
  beforeEach(async () => {
    await receive(
      'TEA',
      { quantity: 20, lot: 'OLD', expiresOn: '2026-03-01' },
      { quantity: 5, lot: 'L-2', expiresOn: '2026-04-01' },
    );
    await receive('MILK', { quantity: 3, warehouse: 'north', lot: 'M-1', expiresOn: '2026-03-10' });
    await receive('CUP', { quantity: 9 }, { quantity: 1, warehouse: 'north' });
    await receive('BOX', { quantity: 100 });
    await receive('JAR', { quantity: 2 }, { type: 'damage', quantity: 2 });
  });

  test.each([
    [{}, ['BOX', 'CUP', 'JAR', 'MILK', 'TEA']],
    [{ warehouse: 'north' }, ['CUP', 'MILK']],
    [{ warehouse: 'south' }, []],
    [{ availableBelow: '10' }, ['JAR', 'MILK', 'TEA']],
    [{ availableBelow: '10', warehouse: 'main' }, ['CUP', 'JAR', 'TEA']],
    [{ availableBelow: '1' }, ['JAR']],
    [{ availableBelow: '0' }, []],
    [{ expired: 'true' }, ['TEA']],
    [{ expired: 'true', warehouse: 'north' }, []],
    [{ expired: 'false' }, ['BOX', 'CUP', 'JAR', 'MILK']],
    [{ expiringBefore: '2026-03-10' }, ['TEA']],
    [{ expiringBefore: '2026-03-11' }, ['MILK', 'TEA']],
    [{ expiringBefore: '2026-03-11', warehouse: 'north' }, ['MILK']],
    [{ expiringBefore: '2026-12-31', expired: 'false' }, ['MILK']],
  ])('with %j has %j', async (query, skus) => {
    expect(await skusOf(query)).toEqual(skus);
  });

  test('has the lots that match, and the counters of all warehouses', async () => {
    const { stock } = await pageOf({ expired: 'true' });
    expect(stock).toMatchObject([
      { sku: 'TEA', onHand: 25, available: 5, unavailableBy: { expired: 20 }, lots: [{ lot: 'OLD', isSold: false }] },
    ]);
    expect((await pageOf({ expiringBefore: '2026-04-02' })).stock.flatMap(({ lots = [] }) => lots)).toMatchObject([
      { lot: 'M-1', isExpired: false },
      { lot: 'L-2' },
      { lot: 'OLD', isExpired: true },
    ]);
    expect((await pageOf({ warehouse: 'north' })).stock[0]).toMatchObject({ sku: 'CUP', onHand: 10 });
    expect((await pageOf()).stock[0]).not.toHaveProperty('lots');
  });

  test('has the lots of the warehouse only', async () => {
    const lotOf = (lot: string, given: Partial<Movement> = {}) => ({
      quantity: 1,
      lot,
      expiresOn: '2026-03-01',
      ...given,
    });
    await receive('NUT', lotOf('MAIN-1'), lotOf('NORTH-1', { warehouse: 'north' }));
    for (const query of [{ expired: 'true' }, { expiringBefore: '2026-03-02' }]) {
      const { stock } = await pageOf({ ...query, warehouse: 'north' });
      expect(stock.map(({ sku, lots }) => [sku, lots?.map(({ lot }) => lot)])).toEqual([['NUT', ['NORTH-1']]]);
    }
  });

  test('is refused of a warehouse that the settings do not have', async () => {
    expect(await list({ warehouse: 'nroth' })).toMatchObject({ status: 400, body: { type: 'invalid-parameter' } });
  });

  test('has pages that neither repeat nor miss a SKU while stock changes', async () => {
    const first = await pageOf({ limit: '2', availableBelow: '10' });
    expect(first.stock.map(({ sku }) => sku)).toEqual(['JAR', 'MILK']);
    await receive('ANT', { quantity: 1 });
    await receive('PAN', { quantity: 1 });
    expect(await skusOf({ limit: '2', availableBelow: '10', cursor: first.cursor })).toEqual(['PAN', 'TEA']);
    const refused = { status: 400, body: { type: 'invalid-cursor' } };
    expect(await list({ limit: '2', availableBelow: '9', cursor: first.cursor })).toMatchObject(refused);
    expect(await list({ limit: '2', availableBelow: '10', cursor: first.cursor }, 'admin')).toMatchObject(refused);
  });
});
