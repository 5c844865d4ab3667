import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, s3Of, startBackOffice } from '../support/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../support/shop.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

/** Asks for an audit as the warehouse does; its result and the rows of its list. */
async function audited() {
  const warehouse = office.client('warehouse');
  const requested = await warehouse.send('POST', '/stock/audits');
  expect(requested.status, requested.text).toBe(202);
  expect(requested.headers.location).toBe(`/stock/audits/${requested.body.auditId}`);
  for (;;) {
    const { body: audit } = await warehouse.get(`/stock/audits/${requested.body.auditId}`);
    if (audit.status !== 'completed') {
      await sleep(50);
      continue;
    }
    const object = { Bucket: office.credentials.reportsBucket, Key: audit.file };
    const { Body } = await s3Of(office.credentials).send(new GetObjectCommand(object));
    const rows = parse((await Body?.transformToString()) ?? '', { columns: true }) as Record<string, string>[];
    return { audit, rows };
  }
}

/** Changes a counter behind everybody's back. */
async function corrupt(sku: string, counter: string, delta: number) {
  const { gatewayUrl: endpoint, region } = office.credentials;
  const credentials = { accessKeyId: 'administrator', secretAccessKey: 'local' };
  const table = office.context.template
    .ofType('AWS::DynamoDB::Table')
    .find(({ logicalId }) => logicalId === 'StockTable');
  await new DynamoDBClient({ endpoint, region, credentials }).send(
    new UpdateItemCommand({
      TableName: table?.name,
      Key: { pk: { S: `SKU#${sku}` }, sk: { S: 'STOCK' } },
      UpdateExpression: 'SET warehouses.main.#counter = warehouses.main.#counter + :delta',
      ExpressionAttributeNames: { '#counter': counter },
      ExpressionAttributeValues: { ':delta': { N: `${delta}` } },
    }),
  );
}

test('stock that only movements and orders changed is right, also while they go on', async () => {
  const skus = await Promise.all(
    Array.from({ length: 12 }, () => stockedSku(office, { warehouses: { main: 30, north: 5 } })),
  );
  const storefront = office.client('storefront');
  const orders = skus.flatMap((sku) => Array.from({ length: 10 }, () => storefront.post('/orders', orderOf(sku))));
  const damage = skus.map((sku) => ({ movementId: `${sku}-d`, sku, warehouse: 'main', type: 'damage', quantity: 2 }));
  const [during] = await Promise.all([
    audited(),
    office.client('warehouse').post('/stock/movements', { movements: damage }),
    ...orders,
  ]);
  expect(during.rows).toEqual([]);
  const { audit, rows } = await audited();
  expect(audit).toMatchObject({ differences: 0, skus: 12 });
  expect(rows).toEqual([]);
});

test('each counter that something else changed is listed with what it should be', async () => {
  const [one, two] = [await stockedSku(office, { units: 10 }), await stockedSku(office, { units: 10 })];
  await office.client('storefront').post('/orders', orderOf(two, { lines: [{ sku: two, quantity: 4 }] }));
  await corrupt(one, 'onHand', 3);
  await corrupt(two, 'reserved', -1);
  const { audit, rows } = await audited();
  expect(audit).toMatchObject({ differences: 4 });
  const found = rows.map(({ sku, counter, found: says, expected }) => [sku, counter, Number(says), Number(expected)]);
  expect(new Set(found)).toEqual(
    new Set([
      [one, 'onHand', 13, 10],
      [one, 'available', 10, 13],
      [two, 'reserved', 3, 4],
      [two, 'available', 6, 7],
    ]),
  );
  await office.settled();
  const told = await office.lake.events('StockAuditCompleted');
  expect(told.map(({ detail }) => detail.data)).toContainEqual(
    expect.objectContaining({ auditId: audit.auditId, differences: 4 }),
  );
});

test('an unknown audit is not found, and who may only read cannot ask for one', async () => {
  expectProblem(await office.client('warehouse').get('/stock/audits/none'), 404);
  expectProblem(await office.client('storefront').send('POST', '/stock/audits'), 403);
});
