import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const eventually = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 100 });

test('a file sets prices of a list that start later, and every export is imported without a change', async () => {
  const admin = office.client('admin');
  const storefront = office.client('storefront');
  const header = 'listId,sku,from,until,minQuantity,unitPriceMinor\n';
  const imported = async (kind: string, csv: string) => {
    const { status, headers } = await admin.post('/catalog/imports', { kind, csv });
    expect(status).toBe(202);
    return eventually(async () => {
      const { body } = await admin.get(String(headers['location']));
      expect(body.status).toBe('completed');
      return body.summary;
    });
  };
  const skus =
    'sku,name,priceMinor,currency,costMinor\nFLOW-1,One,1000,GBP,400\nFLOW-2,Two,1000,GBP,400\nBAD SKU,Bad,1,GBP,\n';
  expect(await imported('skus', skus)).toMatchObject({ accepted: 2, changed: 2, rejected: 1, reasons: { invalid: 1 } });
  const list = {
    name: 'Wholesale',
    currency: 'EUR',
    priority: 10,
    channels: ['storefront'],
    customerGroups: ['wholesale'],
  };
  expect((await admin.put('/catalog/price-lists/wholesale', list)).status).toBe(201);
  expect((await admin.put('/catalog/price-lists/rival', list)).body.errors).toMatchObject([{ pointer: '/priority' }]);

  const start = new Date(Date.now() + 4000).toISOString();
  const rows = `wholesale,FLOW-1,,,,900\nwholesale,FLOW-1,${start},,,800\nwholesale,FLOW-1,${start},,10,700\nwholesale,NONE,,,,1\n`;
  expect(await imported('prices', header + rows)).toMatchObject({
    accepted: 3,
    rejected: 1,
    reasons: { 'unknown-sku': 1 },
  });
  const own = '/catalog/price-lists/wholesale/prices/FLOW-1';
  expect((await admin.get(own)).body.prices).toMatchObject([
    { until: start },
    { from: start, breaks: [{}, { minQuantity: 10 }] },
  ]);
  const current = async () => (await storefront.get('/catalog/skus/FLOW-1/prices')).body;
  await sleep(Math.max(0, Date.parse(start) - Date.now()));
  expect(await current()).toMatchObject({
    prices: [{ breaks: [{ unitPriceMinor: 800 }, { unitPriceMinor: 700 }] }, { listId: 'base' }],
  });
  expect(await current()).not.toHaveProperty('cost');
  const past = await admin.get(`/catalog/skus/FLOW-1/prices?at=${new Date(Date.parse(start) - 1).toISOString()}`);
  expect(past.body).toMatchObject({ prices: [{ breaks: [{ unitPriceMinor: 900 }] }, {}], cost: { costMinor: 400 } });

  const exported = async (kind: string) => {
    const requested = await admin.post('/catalog/exports', { kind });
    const { rows, file } = await eventually(async () => {
      const { body } = await admin.get(String(requested.headers['location']));
      expect(body.status).toBe('completed');
      return body;
    });
    const object = await s3Of(office.credentials).send(
      new GetObjectCommand({ Bucket: office.credentials.catalogFilesBucket, Key: file }),
    );
    return { rows, csv: (await object.Body?.transformToString()) ?? '' };
  };
  const prices = await exported('prices');
  expect(prices.rows).toBe(2);
  expect(await imported('prices', prices.csv)).toMatchObject({ accepted: 2, changed: 0, rejected: 0 });

  const tree = 'categoryId,name,parentId,attribute,attributeType\ntea,Tea,drinks,,\ndrinks,Drinks,,origin,text\n';
  expect(await imported('categories', tree)).toMatchObject({ accepted: 2, changed: 2 });
  const products =
    'productId,title,categoryId,status,launchAt,timeZone,sku,attribute,attributeType,attributeValue\n' +
    'green,Green tea,tea,published,2040-03-20T09:00,Asia/Taipei,,origin,text,Uji\ngreen,,,,,,FLOW-2,,,\nbad,Bad,te,,,,,,,\n';
  expect(await imported('products', products)).toMatchObject({ accepted: 2, changed: 2, rejected: 1 });
  expect((await admin.get('/catalog/products/green')).body).toMatchObject({
    publishedFrom: '2040-03-20T01:00:00.000Z',
    categoryPath: [{ categoryId: 'drinks' }, { categoryId: 'tea' }],
    variants: [{ sku: 'FLOW-2' }],
  });
  for (const kind of ['categories', 'products', 'skus'])
    expect(await imported(kind, (await exported(kind)).csv), kind).toMatchObject({ changed: 0, rejected: 0 });

  const { body } = await admin.get('/catalog/skus/FLOW-1/price-history');
  expect(body.changes).toMatchObject([
    { by: expect.stringMatching(/^file imports\/prices\//), lists: [{ listId: 'wholesale', before: [] }] },
    { lists: [{ listId: 'base', before: [] }], cost: { afterMinor: 400 } },
  ]);
  expect((await storefront.get('/catalog/skus/FLOW-1/price-history')).status).toBe(403);
  expect((await storefront.put('/catalog/price-lists/wholesale', list)).status).toBe(403);
});
