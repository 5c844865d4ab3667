import assert from 'node:assert';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import '../support/environment.ts';
import { applyMovements } from '../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../functions/stock-update/stock/store.ts';
import { defaultDocuments } from '../../functions/store-settings/defaults.ts';
import { documentApi } from '../../functions/store-settings/document-api.ts';
import { createSettingsStore } from '../../functions/store-settings/store.ts';
import { refuseUsedWarehouses } from '../../functions/store-settings/warehouse-removal.ts';
import { warehouseUses } from '../../functions/store-settings/warehouse-stock-store.ts';
import { store as deployed } from '../../infra/store.ts';
import { documents } from '../../shared/contracts/settings/documents.ts';
import * as routes from '../../shared/contracts/settings/routes.ts';
import type { Movement } from '../../shared/stock/movement.ts';
import { listKeyOf, stockKey, stockPartition } from '../../shared/stock/stock-item.ts';
import { createStockListStore } from '../../shared/stock/stock-list-store.ts';
import { warehousesOf } from '../../shared/store.ts';
import { aCause, aMovement } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { aRequest } from '../support/requests.ts';
import { createSku } from '../support/stock/stocked-skus.ts';

const { db } = databaseForAll();
const defaults = defaultDocuments({
  selling: deployed.selling,
  warehouses: warehousesOf(deployed),
  calendar: { ...deployed.calendar, timeZone: 'Europe/London' },
});
const stockList = createStockListStore(db, tables);
const stock = createStockStore(db, { ...tables, TIME_ZONE: 'Europe/London', DAYS_BEFORE_EXPIRY: '0' });

const put = (codes: readonly string[], maxMs?: number) => {
  const checks = { warehouses: refuseUsedWarehouses(warehouseUses(stockList, maxMs)) };
  const body = documents.warehouses.parse({ warehouses: codes.map((warehouse) => ({ warehouse, name: warehouse })) });
  const request = aRequest(routes.putWarehouseSettings, { headers: { 'if-match': '*' } }, 'finance');
  return documentApi(createSettingsStore(db, tables), defaults, checks, 60_000).write('warehouses')({
    ...request,
    body,
  });
};

let moved = 0;
const move = (sku: string, given: Partial<Movement>): Movement =>
  aMovement({ sku, movementId: `m-${(moved += 1)}`, quantity: 5, ...given });
const leaves = (warehouse: string): Partial<Movement>[] => [
  { type: 'receipt', warehouse },
  { type: 'transfer-out', warehouse, transferId: `from-${warehouse}` },
];
const arrives = (from: string, quantity: number): Partial<Movement> => ({
  type: 'transfer-in',
  warehouse: 'other',
  transferId: `from-${from}`,
  quantity,
});

const cases: [warehouse: string, Partial<Movement>[], detail: string | undefined][] = [
  ['received', [{ type: 'receipt', warehouse: 'received' }], 'received has 5 units on hand and 0 reserved of SKU-0'],
  [
    'damaged',
    [
      { type: 'receipt', warehouse: 'damaged' },
      { type: 'damage', warehouse: 'damaged' },
    ],
    'damaged has 5 units on hand and 0 reserved of SKU-1',
  ],
  ['sent', leaves('sent'), 'sent has open transfers: units of SKU-2'],
  ['partly-sent', [...leaves('partly-sent'), arrives('partly-sent', 4)], 'partly-sent has open transfers'],
  ['arrived', [...leaves('arrived'), arrives('arrived', 5)], undefined],
  ['lost', [...leaves('lost'), { type: 'transit-loss', warehouse: 'lost', transferId: 'from-lost' }], undefined],
  [
    'written-off',
    [
      { type: 'receipt', warehouse: 'written-off' },
      { type: 'write-off', warehouse: 'written-off' },
    ],
    undefined,
  ],
  ['never-used', [{ type: 'receipt', warehouse: 'other' }], undefined],
];
const codes = ['other', 'promised', ...cases.map(([warehouse]) => warehouse)];

describe('a warehouse that is left out of the list', () => {
  beforeAll(async () => {
    for (const [index, [, movements]] of cases.entries()) {
      const sku = `SKU-${index}`;
      await createSku(db, { sku });
      for (const movement of movements) {
        const [result] = await applyMovements(stock, [move(sku, movement)], aCause(), {
          retryBudgetMs: 60_000,
          skusAtOnce: 8,
        });
        assert.equal(result?.status, 'applied');
      }
    }
    // An order reserved more than a later count found.
    const promised = { onHand: 0, reserved: 2, unavailable: 0, available: -2 };
    const item = { ...stockKey('PROMISED'), sku: 'PROMISED', listKey: listKeyOf('PROMISED'), warehouses: { promised } };
    await db.send(new PutCommand({ TableName: tables.STOCK_TABLE_NAME, Item: item }));
    assert.equal((await put(codes)).status, 200);
  });

  const promised = ['promised', [], 'promised has 0 units on hand and 2 reserved of PROMISED'] as const;

  test.each([...cases, promised].filter(([, , detail]) => detail !== undefined))(
    'stays in use: %s',
    async (warehouse, _movements, detail) => {
      const response = await put(codes.filter((code) => code !== warehouse));
      expect(response).toMatchObject({ status: 409, body: { type: 'warehouse-in-use' } });
      expect(JSON.stringify(response.body)).toContain(`{"pointer":"/warehouses","detail":"${detail}`);
    },
  );

  test.each(cases.filter(([, , detail]) => detail === undefined))('is gone: %s', async (warehouse) => {
    expect(await put(codes.filter((code) => code !== warehouse))).toMatchObject({ status: 200 });
    expect(await put(codes)).toMatchObject({ status: 200 });
  });

  test('stays if the stock of all SKUs cannot be read in time', async () => {
    const response = await put(
      codes.filter((code) => code !== 'never-used'),
      0,
    );
    expect(response).toMatchObject({ status: 409, body: { type: 'warehouse-not-checked' } });
    expect(await put(codes)).toMatchObject({ status: 200 });
  });
});

test('the stock of a warehouse is found on any page of the list', async () => {
  const onHand = { onHand: 1, reserved: 0, unavailable: 0, available: 1 };
  const keys = Array.from({ length: 1000 }, (_, index) => stockPartition(`S${String(index).padStart(4, '0')}`));
  const uses = await warehouseUses({
    partitionKeys: async (shard, after = '', count) =>
      shard === 'STOCK#2' ? keys.filter((key) => key > after).slice(0, count) : [],
    read: async (partitions) =>
      new Map(
        partitions.map((key) => {
          const sku = key.slice(stockPartition('').length);
          return [key, { sku, warehouses: sku === 'S0999' ? { far: onHand } : { main: onHand } }];
        }),
      ),
  })(['far']);
  expect(uses).toMatchObject([{ warehouse: 'far', sku: 'S0999' }]);
});
