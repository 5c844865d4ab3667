import { randomUUID } from 'node:crypto';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import { inParallel } from '../../../shared/in-parallel.ts';
import { adminClient } from '../../bench/order-lane.ts';
import type { BackOffice } from '../system/back-office.ts';
import { repetitions } from '../repetitions.ts';
import { orderOf } from '../system/test-data.ts';

/** SKUs of an order whose stock is reserved and released in transactions of at most 90 SKUs; three are enough for CI. */
export const largeOrderSkus = Math.max(240, repetitions(600));

/** Creates `count` new SKUs at 100 minor units each, with stock, over HTTP. */
export async function stockedSkus(office: BackOffice, count: number, units: (index: number) => number) {
  const series = randomUUID().slice(0, 8);
  const skus = Array.from({ length: count }, (_, index) => `L${series}-${String(index).padStart(4, '0')}`);
  const admin = office.client('admin');
  await inParallel(16, skus, (sku) =>
    admin.put(`/catalog/skus/${sku}`, { name: sku, priceMinor: 100, currency: 'GBP' }),
  );
  const movements = skus.map((sku, index) => ({
    movementId: `opening-${sku}`,
    sku,
    warehouse: 'main',
    type: 'receipt',
    quantity: units(index),
  }));
  for (let first = 0; first < count; first += 100) {
    const posted = await admin.post('/stock/movements', { movements: movements.slice(first, first + 100) });
    expect(posted.status, posted.text).toBe(200);
  }
  return skus;
}

/** Returns an order of one unit of each SKU. */
export const largeOrderOf = (skus: readonly string[]) =>
  orderOf('', { lines: skus.map((sku) => ({ sku, quantity: 1 })) });

/** Returns the total units of these SKUs. */
export async function unitsOf(office: BackOffice, skus: readonly string[]) {
  const responses = await inParallel(16, skus, (sku) => office.client('warehouse').get(`/stock/${sku}`));
  const sum = { onHand: 0, reserved: 0 };
  for (const { body } of responses) {
    expect(body.available).toBeGreaterThanOrEqual(0);
    expect(body.available).toBe(body.onHand - body.reserved);
    sum.onHand += body.onHand;
    sum.reserved += body.reserved;
  }
  return sum;
}

/** Returns the tables of the running system and a client for them. */
export async function tablesOf({ credentials }: BackOffice) {
  const client = adminClient(credentials);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const named = (part: string) => TableNames.find((name) => name.includes(part)) ?? '';
  return {
    db: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    tables: {
      ORDER_TABLE_NAME: named('OrderTable'),
      STOCK_TABLE_NAME: named('StockTable'),
      CATALOG_TABLE_NAME: named('CatalogTable'),
      SETTINGS_TABLE_NAME: named('SettingsTable'),
      PROMOTION_TABLE_NAME: named('PromotionTable'),
    },
  };
}
