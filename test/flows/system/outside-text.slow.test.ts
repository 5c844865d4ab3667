import { randomUUID } from 'node:crypto';
import { PutCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skuKey } from '../../../shared/catalog/sku-item.ts';
import { tablesOf } from '../../support/orders/large-orders.ts';
import { orderFiles } from '../../support/orders/order-files.ts';
import { outcomesOf, stockInbox } from '../../support/stock/stock-inbox.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { aBuyer, expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
/** Of requests that are refused before its stock matters. */
let sku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office, { units: 0 });
});
afterAll(() => office.stop());

const { upload, resultOf, send } = stockInbox(() => office);
const orders = orderFiles(() => office);
const storefront = () => office.client('storefront');
const stockOf = async (code: string) => (await office.client('warehouse').get(`/stock/${code}`)).body;
const movement = (given: object = {}) => ({
  movementId: randomUUID(),
  sku,
  warehouse: 'main',
  type: 'receipt',
  quantity: 1,
  ...given,
});
const pointersOf = ({ body }: { body: { errors?: { pointer: string }[] } }) =>
  (body.errors ?? []).map(({ pointer }) => pointer);

/** Names that every object inherits. */
const inherited = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'toLocaleString'];

describe('a name that every object inherits is a text like others', () => {
  test.each(inherited)('as a SKU: %s is received, ordered and shown', async (name) => {
    const admin = office.client('admin');
    const created = await admin.put(`/catalog/skus/${name}`, { name, priceMinor: 250, currency: 'GBP' });
    expect(created.status, created.text).toBe(201);
    const received = await admin.post('/stock/movements', { movements: [movement({ sku: name, lot: name })] });
    expect(received.body.results, received.text).toMatchObject([{ status: 'applied' }]);
    const content = orderOf(name, { externalOrderId: name });
    const placed = await storefront().post('/orders', content);
    expect(placed.body, placed.text).toMatchObject({
      status: 'placed',
      totalMinor: 250,
      lines: [{ warehouse: 'main' }],
    });
    expect(await stockOf(name)).toMatchObject({ onHand: 1, reserved: 1, available: 0 });
    const { lots } = (await office.client('warehouse').get(`/stock/${name}/lots`)).body;
    expect(lots).toMatchObject([{ lot: name, units: 1 }]);
    expect((await storefront().get(`/orders?externalOrderId=${name}`)).body.orders).toHaveLength(1);
  });

  test.each(inherited)('as a setting: %s is refused', async (name) => {
    const content = { name: 'Mug', priceMinor: 1, currency: 'GBP', taxCategory: name };
    const created = await office.client('admin').put(`/catalog/skus/${randomUUID()}`, content);
    expectProblem(created, 422);
    expect(pointersOf(created)).toEqual(['/taxCategory']);
    const moved = await office.client('admin').post('/stock/movements', { movements: [movement({ warehouse: name })] });
    expectProblem(moved, 422);
    expect(pointersOf(moved)).toEqual(['/movements/0/warehouse']);
    const placed = await storefront().post('/orders', orderOf(sku, { shippingMethod: name }));
    expectProblem(placed, 422, 'unknown-shipping-method');
    const priced = await storefront().post('/orders', orderOf(sku, { currency: name }));
    expect(pointersOf(priced)).toEqual(['/currency']);
    expectProblem(await office.client('admin').get(`/refunds?awaiting=${name}`), 400, 'invalid-parameter');
    expectProblem(await office.client('admin').get(`/warehouses/${name}/pick-list`), 404, 'unknown-warehouse');
    const paid = await fetch(`${office.apiUrl}/payments/webhooks/${name}`, { method: 'POST', body: '{}' });
    expect(paid.status).toBe(401);
  });

  test.each(['__proto__', ...inherited])('as the name of a field: %s is refused', async (name) => {
    const text = JSON.stringify(orderOf(sku, { field: 1 })).replace('"field"', `"${name}"`);
    const refused = await storefront().post('/orders', text);
    expectProblem(refused, 422, 'invalid-content');
    expect(pointersOf(refused)).toEqual([`/${name}`]);
  });

  test('as the tax category of a SKU that is stored: its orders are taxed as standard, those behind it are placed', async () => {
    const stored = await stockedSku(office, { units: 50 });
    const other = await stockedSku(office, { units: 50 });
    const { db, tables } = await tablesOf(office);
    const TableName = tables.CATALOG_TABLE_NAME;
    const { Item } = await db.send(new GetCommand({ TableName, Key: skuKey(stored) }));
    const ids: string[] = [];
    for (const taxCategory of ['__proto__', ...inherited]) {
      await db.send(new PutCommand({ TableName, Item: { ...Item, taxCategory } }));
      const placed = await storefront().post('/orders', orderOf(stored));
      expect(placed.body, placed.text).toMatchObject({ status: 'placed', totalMinor: 250, taxMinor: 42 });
      const queued = await storefront().post('/orders/batch', { orders: [orderOf(stored), orderOf(other)] });
      ids.push(...queued.body.results.map(({ orderId }: { orderId: string }) => orderId));
    }
    await office.settled();
    const statuses = await Promise.all(ids.map(async (id) => (await storefront().get(`/orders/${id}`)).body.status));
    expect(statuses).toEqual(ids.map(() => 'placed'));
  });

  test('in a batch: the other orders are placed', async () => {
    const own = await stockedSku(office, { units: 50 });
    // Either unknown, or with a single unit.
    const unavailable = (name: string) => orderOf(name, { lines: [{ sku: name, quantity: 2 }] });
    const bad = inherited.flatMap((name) => [unavailable(name), orderOf(own, { shippingMethod: name })]);
    const contents = [orderOf(own), ...bad.flatMap((each) => [each, orderOf(own)])];
    const { body } = await storefront().post('/orders/batch', { orders: contents });
    await office.settled();
    const ids = body.results.map(({ orderId }: { orderId: string }) => orderId);
    const statuses = await Promise.all(
      ids.map(async (id: string) => (await storefront().get(`/orders/${id}`)).body.status),
    );
    expect(statuses).toEqual(contents.map((_content, index) => (index % 2 === 0 ? 'placed' : 'refused')));
  });

  test('in messages and files of movements: the others are applied', async () => {
    const code = await stockedSku(office, { units: 0 });
    const movements = inherited.flatMap((warehouse) => [movement({ sku: code, warehouse }), movement({ sku: code })]);
    await Promise.all([
      send({ movements }),
      ...movements.map((each) => send({ movements: [each] })),
      send(`{"movements":[],"__proto__":{}}`),
    ]);
    // Refused messages are delivered again for minutes before they reach the dead-letter queue.
    await expect.poll(async () => (await stockOf(code)).onHand).toBe(inherited.length);

    const rows = inherited.flatMap((name) => [
      `${name},${code},${name},receipt,1,`,
      `${name},no-${name},main,receipt,1,`,
      `${name},${code},main,${name},1,`,
      `${name}-${code},${code},main,receipt,1,${name}`,
    ]);
    await upload(code, ['movementId,sku,warehouse,type,quantity,lot', ...rows].join('\n'));
    const { rows: results } = await resultOf(code);
    const expected = [/^invalid: warehouse/, /^unknown-sku$/, /^invalid: type/, /^accepted$/];
    expect(outcomesOf(results)).toEqual(inherited.flatMap(() => expected.map((each) => expect.stringMatching(each))));
    expect(await stockOf(code)).toMatchObject({ onHand: 2 * inherited.length });
    for (const name of ['__proto__', ...inherited]) {
      await upload(`column${name}`, `movementId,sku,warehouse,type,quantity,${name}\n1,${code},main,receipt,1,1\n`);
      expect((await resultOf(`column${name}`)).summary).toMatchObject({ refused: expect.stringContaining(name) });
    }
  });

  test('in a file of orders: the others are imported', async () => {
    const row = (id: string, channel: string, currency: string, country: string, code: string) =>
      `${id},${channel},${currency},2019-07-01T10:00:00Z,proto,${country},${code},1,100,0`;
    const rows = inherited.flatMap((name) => [
      row(`${name}-1`, name, 'GBP', 'GB', 'MUG'),
      row(`${name}-2`, 'storefront', name, 'GB', 'MUG'),
      row(`${name}-3`, 'storefront', 'GBP', name, 'MUG'),
      row(`${name}-4`, 'storefront', 'GBP', 'GB', name),
    ]);
    const { summary, badRows } = await orders.upload('inherited', rows);
    expect(summary).toMatchObject({ imported: inherited.length, badRows: 3 * inherited.length });
    expect(badRows).toHaveLength(3 * inherited.length);
    expect((await storefront().get('/orders?customerId=proto')).body.orders).toHaveLength(inherited.length);
  });
});

describe('half a surrogate pair is refused', () => {
  const high = '\ud800';
  const texts = [high, '\udc00', `Z${high}rich`, '\udc00\ud800', `${'x'.repeat(10)}${high}`];
  const { customer, shippingAddress } = aBuyer();
  const fields: [pointer: string, content: (text: string) => Record<string, unknown>][] = [
    ['/note', (note) => ({ note })],
    ['/externalOrderId', (externalOrderId) => ({ externalOrderId })],
    ['/customer/id', (id) => ({ customer: { ...customer, id } })],
    ['/customer/name', (name) => ({ customer: { ...customer, name } })],
    ['/customer/email', (text) => ({ customer: { ...customer, email: `${text}@example.com` } })],
    ['/shippingAddress/line1', (line1) => ({ shippingAddress: { ...shippingAddress, line1 } })],
    ['/shippingMethod', (shippingMethod) => ({ shippingMethod })],
    ['/lines/0/sku', (code) => ({ lines: [{ sku: code, quantity: 1 }] })],
  ];

  test.each(fields)('in %s of an order', async (pointer, content) => {
    for (const text of texts) {
      const refused = await storefront().post('/orders', orderOf(sku, content(text)));
      expectProblem(refused, 422, 'invalid-content');
      expect(pointersOf(refused)).toEqual([pointer]);
    }
  });

  const name = { name: 'Mug', priceMinor: 1, currency: 'GBP' };
  const requests: [method: 'POST' | 'PUT' | 'PATCH', path: string, body: object, pointer: string][] = [
    ['PUT', '/catalog/skus/MUG', { ...name, name: high }, '/name'],
    ['PUT', '/catalog/skus/MUG', { ...name, category: high }, '/category'],
    ['PUT', '/catalog/skus/MUG', { ...name, [high]: 1 }, '/\ufffd'],
    ['POST', '/stock/movements', { movements: [{ reason: high }] }, '/movements/0/reason'],
    ['POST', '/stock/movements', { movements: [{ lot: high }] }, '/movements/0/lot'],
    ['PATCH', `/orders/ord_${'0'.repeat(26)}`, { note: high }, '/note'],
    ['POST', `/orders/ord_${'0'.repeat(26)}/cancellation`, { requestId: '1', reason: high }, '/reason'],
    ['POST', `/orders/ord_${'0'.repeat(26)}/shipments`, { trackingNumber: high }, '/trackingNumber'],
    ['POST', '/refunds', { note: high }, '/note'],
    ['POST', `/refunds/ref_${'0'.repeat(26)}/decisions`, { comment: high }, '/comment'],
    ['PUT', '/webhooks/endpoints/erp?channel=storefront', { url: `https://a.example/${high}` }, '/url'],
    ['PUT', '/policies/refund', { rules: [{ rule: high }] }, '/rules/0/rule'],
    ['POST', `/stock/alerts/${'0'.repeat(26)}/acknowledgement`, { note: high }, '/note'],
  ];
  test.each(requests)('by %s %s %j', async (method, path, body, pointer) => {
    const refused = await office.client('admin').send(method, path, body, { 'if-match': '*' });
    expectProblem(refused, 422, 'invalid-content');
    expect(pointersOf(refused)).toContain(pointer);
  });

  test.each(['%ED%A0%80', 'a%ED%A0%80', '%FF', '%C3', '%00'])('in a path or query: %s', async (text) => {
    for (const path of [`/orders?customerId=${text}`, `/stock/${text}`, `/orders?cursor=${text}`]) {
      // API Gateway refuses bytes that are not UTF-8 itself, without a problem document.
      expect((await office.client('admin').get(path)).status).toBe(400);
    }
  });

  test('in a batch of orders', async () => {
    const own = await stockedSku(office, { units: 100 });
    for (const [pointer, content] of fields) {
      const bad = { ...orderOf(own), ...content(high) };
      const response = await storefront().post('/orders/batch', { orders: [orderOf(own), bad, orderOf(own)] });
      expect(response.status, response.text).toBe(202);
      const [first, refused, last] = response.body.results;
      expect([first, last]).toMatchObject([{ status: 'accepted' }, { status: 'accepted' }]);
      expect(refused).toMatchObject({ status: 'refused', problem: { errors: [{ pointer: `/orders/1${pointer}` }] } });
    }
  });

  test('in messages of movements, beside others', async () => {
    const code = await stockedSku(office, { units: 0 });
    const good = texts.map(() => movement({ sku: code }));
    const bad = texts.flatMap((text) => [
      movement({ sku: code, reason: text }),
      movement({ sku: code, lot: text }),
      movement({ sku: code, movementId: text }),
      movement({ sku: text }),
    ]);
    await Promise.all([...good, ...bad].map((each) => send({ movements: [each] })));
    await expect.poll(async () => (await stockOf(code)).onHand).toBe(good.length);
  });

  test('in rows of files, beside others', async () => {
    // As UTF-8 would encode it.
    const bytes = '\xed\xa0\x80';
    const row = (id: string, given: Record<string, string> = {}) => {
      const cells = { customerId: 'pair', sku: 'MUG', note: '', city: '', ...given };
      const { customerId, note, city } = cells;
      return `${id},storefront,GBP,2019-07-01T10:00:00Z,${customerId},GB,${cells.sku},1,100,${note},${city}`;
    };
    const head = 'externalOrderId,channel,currency,placedAt,customerId,country,sku,quantity,unitPriceMinor,note,city';
    const bad = [
      { customerId: bytes },
      { sku: bytes },
      { note: bytes },
      { city: `Z${bytes}` },
      { note: `a ${bytes} b` },
    ];
    const rows = bad.flatMap((given, index) => [row(`pair-${index}-good`), row(`pair-${index}`, given)]);
    const { summary, badRows } = await orders.upload('pairs', rows, head, 'latin1');
    expect(summary).toMatchObject({ imported: bad.length, badRows: bad.length });
    expect(badRows).toEqual(
      bad.map((_given, index) => expect.stringMatching(`^${3 + 2 * index},pair-${index},.*not readable`)),
    );
  });
});
