import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOrderStore } from '../../functions/order-intake/store.ts';
import { place } from '../../functions/order-intake/place.ts';
import { store as settings } from '../../infra/store.ts';
import type { OrderContent } from '../../shared/http/orders.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { adminClient } from '../bench/order-lane.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { aCause } from '../support/builders.ts';
import { crashing } from '../support/crashing.ts';
import { expectProblem, orderOf } from '../support/shop.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

/** So many SKUs of their own with these units each, priced and stocked over HTTP. */
async function stockedSkus(count: number, units: (index: number) => number): Promise<string[]> {
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
const largeOrderOf = (skus: string[]) => orderOf('', { lines: skus.map((sku) => ({ sku, quantity: 1 })) });
const reservedOf = async (skus: string[]) => {
  const answers = await inParallel(16, skus, (sku) => office.client('warehouse').get(`/stock/${sku}`));
  for (const { body } of answers) expect(body.available).toBeGreaterThanOrEqual(0);
  return answers.reduce((sum, { body }) => sum + body.reserved, 0);
};

describe('an order of hundreds of SKUs over HTTP', { timeout: 180_000 }, () => {
  test.each([600, 1000])(
    'of %d is placed, read, replayed to the byte, and its one event reaches the lake',
    async (count) => {
      const skus = await stockedSkus(count, () => 2);
      const content = largeOrderOf(skus);
      const storefront = office.client('storefront');
      const placed = await storefront.post('/orders', content);
      expect(placed.status, placed.text).toBe(201);
      expect(placed.body.lines).toHaveLength(count);
      expect((await storefront.get(`/orders/${placed.body.orderId}`)).body).toEqual(placed.body);
      const again = await storefront.post('/orders', content);
      expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
      expect(again.text).toBe(placed.text);
      expectProblem(await storefront.post('/orders', { ...content, note: 'Changed' }), 409, 'order-conflict');
      expect(await reservedOf(skus)).toBe(count);
      await office.settled(150_000);
      const events = (await office.lake.events('OrderPlaced')).filter(({ detail }) =>
        JSON.stringify(detail.data).includes(placed.body.orderId),
      );
      expect(events).toHaveLength(1);
      expect(JSON.stringify(events[0]).length).toBeLessThan(400_000);
    },
  );

  test('eight at once that overlap in scarce SKUs: what is reserved is what was accepted, and none waits for ever', async () => {
    const skus = await stockedSkus(220, (index) => (index % 50 === 10 ? 3 : 50));
    const contents = Array.from({ length: 8 }, (_, index) => {
      const own = skus.slice(index * 5, index * 5 + 180);
      return largeOrderOf(index % 2 === 0 ? own : own.toReversed());
    });
    const answers = await Promise.all(contents.map((content) => office.client('storefront').post('/orders', content)));
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted.length).toBeGreaterThan(0);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expectProblem(refused, 409, 'out-of-stock');
      expect(refused.body.lines.length).toBeGreaterThan(0);
    }
    expect(await reservedOf(skus)).toBe(accepted.length * 180);
  });
});

/** Begins an order as its function would, on the running system's tables, and ends at that transaction. */
async function abandon(content: ReturnType<typeof largeOrderOf>, transaction: number, now: number): Promise<string> {
  const client = adminClient(office.credentials);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const named = (part: string) => TableNames.find((name) => name.includes(part)) ?? '';
  const tables = {
    ORDER_TABLE_NAME: named('OrderTable'),
    STOCK_TABLE_NAME: named('StockTable'),
    CATALOG_TABLE_NAME: named('CatalogTable'),
  };
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const store = createOrderStore(crashing(db, { transaction, when: 'after' }), tables, settings.selling.timeZone);
  const orderId = orderIdOf('storefront', content.externalOrderId);
  const given: OrderContent = content;
  const channel = { channel: 'storefront', pricesItself: false };
  const placement = { orderId, contentHash: contentHash(given), content: given, channel, now };
  await expect(place(store, placement, settings.selling, aCause({ now }))).rejects.toThrow('Crashed');
  return orderId;
}

describe('an order whose function ended between two steps', { timeout: 180_000 }, () => {
  test('is not to be seen, goes on when it is sent again, and takes its stock once', async () => {
    const skus = await stockedSkus(250, () => 2);
    const content = largeOrderOf(skus);
    const orderId = await abandon(content, 3, Date.now());
    const storefront = office.client('storefront');
    expect(await reservedOf(skus)).toBe(180);
    expectProblem(await storefront.get(`/orders/${orderId}`), 404, 'not-found');
    expect((await storefront.get('/orders?status=PLACEMENT')).body.orders).toEqual([]);
    expect((await storefront.post('/orders', content)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(250);
    expect((await storefront.get(`/orders/${orderId}/timeline`)).body.events).toHaveLength(1);
  });

  test('and that nobody sends again is undone by the schedule once its time is over', async () => {
    const skus = await stockedSkus(250, () => 2);
    const [young, old] = [largeOrderOf(skus), largeOrderOf(skus)];
    await abandon(young, 2, Date.now());
    await abandon(old, 4, Date.now() - 121_000);
    await sweep();
    expect(await reservedOf(skus)).toBe(90);
    expect((await office.client('storefront').post('/orders', old)).status).toBe(201);
    expect(await reservedOf(skus)).toBe(340);
  });
});

/** Sets off the function that the schedule sets off every minute. */
async function sweep(): Promise<void> {
  const { credentials, context } = office;
  const functions = context.template.ofType('AWS::Lambda::Function');
  const FunctionName = functions.find(({ logicalId }) => /UnfinishedSweep/.test(logicalId))?.name;
  const lambda = new LambdaClient({
    endpoint: credentials.gatewayUrl,
    region: credentials.region,
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
  });
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  expect(FunctionError).toBeUndefined();
}
