import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const alertsOf = async (sku: string) => {
  const events = await office.lake.events('StockAlertRaised');
  const byId = new Map(events.map(({ detail }) => [detail.metadata.eventId, detail.data as Record<string, unknown>]));
  return [...byId]
    .filter(([, data]) => data.sku === sku)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, data]) => data.kind);
};
const setLevels = (sku: string, levels: object) => office.client('warehouse').put(`/stock/${sku}/alert-levels`, levels);

test('each crossing is told once, not each order, and again only after it was left', async () => {
  const sku = await stockedSku(office, { warehouses: { main: 15, north: 5 } });
  expect((await setLevels(sku, { reorderPoint: 8, overstockAbove: 30 })).body).toEqual({
    reorderPoint: 8,
    overstockAbove: 30,
  });
  const storefront = office.client('storefront');
  await Promise.all(Array.from({ length: 25 }, () => storefront.post('/orders', orderOf(sku))));
  const receive = (id: string, quantity: number) =>
    office.client('warehouse').post('/stock/movements', {
      movements: [{ movementId: `${sku}-${id}`, sku, warehouse: 'main', type: 'receipt', quantity }],
    });
  await receive('some', 3);
  await receive('many', 30);
  await Promise.all(Array.from({ length: 25 }, () => storefront.post('/orders', orderOf(sku))));
  await office.settled();
  const told = await alertsOf(sku);
  expect(told).toEqual(['low', 'out', 'back-in-stock', 'overstock', 'low']);
});

test('a change that the stream delivers again is not told again', async () => {
  const sku = await stockedSku(office, { units: 1 });
  const functionName = office.context.template
    .ofType('AWS::Lambda::Function')
    .find(({ properties }) => String(properties.Description).includes('alerts.handler'))?.name;
  const lambda = new LambdaClient({
    endpoint: office.credentials.gatewayUrl,
    region: office.credentials.region,
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
  });
  const image = (available: string) => ({
    sku: { S: sku },
    warehouses: { M: { main: { M: { available: { N: available } } } } },
  });
  const record = (SequenceNumber: string) => ({
    dynamodb: {
      SequenceNumber,
      ApproximateCreationDateTime: Date.now() / 1000,
      OldImage: image('1'),
      NewImage: image('0'),
    },
  });
  for (const records of [['100'], ['100', '100'], ['99'], ['1000']]) {
    const Payload = JSON.stringify({ Records: records.map(record) });
    const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload }));
    expect(FunctionError).toBeUndefined();
  }
  await office.settled();
  expect(await alertsOf(sku)).toEqual(['out', 'out']);
});

test('levels are set for a SKU of the catalogue, by who may change stock, before it has stock too', async () => {
  const sku = await stockedSku(office, { units: 0 });
  expect((await setLevels(sku, { reorderPoint: 2 })).status).toBe(200);
  expect((await setLevels(sku, { reorderPoint: 2 })).status).toBe(200);
  expectProblem(await setLevels('NO-SUCH-SKU', { reorderPoint: 2 }), 404, 'unknown-sku');
  expectProblem(await setLevels(sku, { reorderPoint: -1 }), 422, 'invalid-content');
  expectProblem(await setLevels(sku, { reorder: 1 }), 422, 'invalid-content');
  expectProblem(await office.client('storefront').put(`/stock/${sku}/alert-levels`, {}), 403);
  await office.settled();
  const set = (await office.lake.events('StockAlertLevelsSet')).filter(({ detail }) =>
    JSON.stringify(detail.data).includes(sku),
  );
  expect(new Set(set.map(({ detail }) => detail.metadata.eventId)).size).toBe(1);
});
