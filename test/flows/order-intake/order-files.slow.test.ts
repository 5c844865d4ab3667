import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderFiles } from '../../support/orders/order-files.ts';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const { read, upload: uploadOrders } = orderFiles(() => office);

test('past orders are imported completely without stock changes and are listed like other orders', async () => {
  const sku = await stockedSku(office, { units: 5 });
  const { summary, badRows } = await uploadOrders('history', [
    `OLD-1,storefront,GBP,2019-07-01T10:00:00Z,ada,GB,${sku},3,1200,600`,
    'OLD-2,storefront,GBP,2019-07-02T10:00:00Z,ada,GB,OTHER,1,100,0',
    `OLD-1,storefront,GBP,2019-07-01T10:00:00Z,ada,GB,LONG-GONE,2,50,0`,
  ]);
  expect(badRows).toEqual([]);
  expect(summary).toMatchObject({ rows: 3, imported: 2, alreadyImported: 0, badRows: 0 });
  const storefront = office.client('storefront');
  const found = (await storefront.get('/orders?customerId=ada')).body.orders;
  expect(found).toMatchObject([
    { externalOrderId: 'OLD-2', totalMinor: 100 },
    { externalOrderId: 'OLD-1', status: 'completed', imported: true, totalMinor: 3700, taxMinor: 600 },
  ]);
  expect((await storefront.get('/orders?day=2019-07-01')).body.orders).toHaveLength(1);
  expect((await storefront.get(`/stock/${sku}`)).body).toMatchObject({ onHand: 5, reserved: 0 });
  await office.settled();
  const finance = office.client('finance');
  const { runId } = (await finance.post('/reports/runs', { date: '2019-07-01' })).body;
  const run = async () => (await finance.get(`/reports/runs/${runId}`)).body;
  await expect.poll(async () => (await run()).status).toBe('completed');
  const Manifest = { Bucket: office.credentials.reportsBucket, Key: (await run()).manifest };
  const { Body } = await s3Of(office.credentials).send(new GetObjectCommand(Manifest));
  expect(JSON.parse((await Body?.transformToString()) ?? '').reports).toContainEqual(
    expect.objectContaining({ name: 'orders', orders: 1, units: 5 }),
  );
  const timeline = (await storefront.get(`/orders/${found[1].orderId}/timeline`)).body.events;
  expect(timeline).toMatchObject([{ type: 'OrderImported', occurredAt: '2019-07-01T10:00:00Z' }]);
});

test('orders repeated in another file are imported once, and an existing order is never overwritten', async () => {
  const sku = await stockedSku(office);
  const content = orderOf(sku, { externalOrderId: 'LIVE-1' });
  const placed = await office.client('storefront').post('/orders', content);
  const rows = ['TWICE-1,storefront,GBP,2019-08-01T10:00:00Z,bob,GB,MUG,1,100,0'];
  expect((await uploadOrders('first', rows)).summary).toMatchObject({ imported: 1 });
  const again = await uploadOrders('second', [
    ...rows,
    'LIVE-1,storefront,GBP,2019-08-01T10:00:00Z,bob,GB,MUG,1,100,0',
  ]);
  expect(again.summary).toMatchObject({ imported: 0, alreadyImported: 1, badRows: 1 });
  expect(again.badRows).toEqual([expect.stringMatching(/^3,LIVE-1,order-conflict/)]);
  const live = await office.client('storefront').get(`/orders/${placed.body.orderId}`);
  const { customer, shippingAddress } = content;
  expect(live.body).toEqual({ ...placed.body, customer, shippingAddress, shippingMethod: 'standard' });
});

test('each malformed row is listed, and an order with a malformed row is not imported', async () => {
  const { summary, badRows } = await uploadOrders('bad', [
    'GOOD-1,storefront,GBP,2019-09-01T10:00:00Z,eve,GB,MUG,1,100,0',
    'BAD-1,storefront,GBP,2019-09-01T10:00:00Z,eve,GB,MUG,0,100,0',
    'BAD-1,storefront,GBP,2019-09-01T10:00:00Z,eve,GB,CUP,1,100,0',
    'BAD-2,storefront,GBP,2019-09-01T10:00:00Z,eve,GB,MUG,1,100,0',
    'BAD-2,storefront,EUR,2019-09-01T10:00:00Z,eve,GB,CUP,1,100,0',
    'BAD-3,nowhere,GBP,2019-09-01T10:00:00Z,eve,GB,MUG,1,100,0',
    '=BAD-4,storefront,GBP,2099-09-01T10:00:00Z,eve,GB,MUG,1,100,0',
  ]);
  expect(summary).toMatchObject({ rows: 7, imported: 1, badRows: 6 });
  expect(badRows.map((line) => line.split(',').slice(0, 2).join())).toEqual([
    '3,BAD-1',
    '4,BAD-1',
    '5,BAD-2',
    '6,BAD-2',
    '7,BAD-3',
    "8,'=BAD-4",
  ]);
  expect(badRows.join('\n')).toMatch(/differ in currency[^]*nowhere is no channel[^]*in the future/);
  expect((await office.client('storefront').get('/orders?customerId=eve')).body.orders).toHaveLength(1);
  const refused = await uploadOrders('other', ['1,2'], 'sku,colour');
  expect(refused.summary.refused).toBe(
    'The header lacks externalOrderId, channel, currency, placedAt, quantity, unitPriceMinor; it has "colour"',
  );
});

test('an export contains the orders of its days that are visible to the client', async () => {
  const sku = await stockedSku(office, { units: 1000 });
  const note = { customer: { id: '=cmd()', email: 'eve@example.com' } };
  // Two days on which no other test places orders.
  const from = Temporal.Now.plainDateISO('Europe/London').subtract({ days: 50 });
  const to = from.add({ days: 1 });
  const midnight = (days: number) => from.add({ days }).toZonedDateTime('Europe/London').toInstant();
  for (let index = 0; index < 105; index += 1) {
    await office.client('marketplace').post('/orders', orderOf(sku, { placedAt: midnight(1).toString() }));
  }
  const [early, late] = [midnight(0).toString(), midnight(2).subtract({ minutes: 1 }).toString()];
  const before = midnight(0).subtract({ minutes: 1 }).toString();
  for (const placedAt of [before, early, late, midnight(2).toString()]) {
    await office.client('storefront').post('/orders', orderOf(sku, { placedAt, ...note }));
  }
  const exported = async (client: string) => {
    const requested = await office.client(client).post('/orders/exports', { from: String(from), to: String(to) });
    expect(requested, requested.text).toMatchObject({ status: 202, body: { status: 'requested' } });
    const state = async () => (await office.client(client).get(String(requested.headers.location))).body;
    await expect.poll(state).toMatchObject({ status: 'completed' });
    const { file, orders } = await state();
    return {
      orders,
      lines: (await read(file)).trim().split('\n').slice(1),
      location: String(requested.headers.location),
    };
  };
  const all = await exported('finance');
  expect(all.orders).toBe(107);
  expect(new Set(all.lines.map((line) => line.split(',')[0])).size).toBe(107);
  const own = await exported('storefront');
  expect(own.lines.map((line) => line.split(',').slice(2, 7).join())).toEqual([
    `storefront,placed,GBP,${late},'=cmd()`,
    `storefront,placed,GBP,${early},'=cmd()`,
  ]);
  expect((await office.client('storefront').get(all.location)).status).toBe(404);
  expect((await office.client('finance').post('/orders/exports', { from: String(to), to: String(from) })).status).toBe(
    422,
  );
});

const rowOf = (id: string, { city = 'London', price = '100' } = {}) =>
  `${id},storefront,GBP,2019-10-01T10:00:00Z,${city},MUG,1,${price}`;
const cityHeader = 'externalOrderId,channel,currency,placedAt,city,sku,quantity,unitPriceMinor';

test.each<[name: string, line: string, reason: string]>([
  ['a quote in a cell', rowOf('Q-2', { city: '3" nail' }), 'Cell 5 has a quote but does not start with one'],
  ['text after a quote', rowOf('Q-2', { city: '"Stow" on the Wold' }), 'Cell 5 has text after its closing quote'],
  ['a comma in a cell', rowOf('Q-2', { city: 'Paris, France' }), 'has 9 cells, the header 8'],
  ['a decimal comma', rowOf('Q-2', { price: '"12,50"' }), 'unitPriceMinor: Not a whole number; write it like 1999'],
  ['a damaged letter', rowOf('Q-2', { city: 'Z\uFFFDrich' }), 'has characters that are not readable'],
  ['a local date', rowOf('Q-2').replace('2019-10-01T10:00:00Z', '31/12/2011'), 'write it like 2026-11-30T09:15:00Z'],
])('an order file with %s imports the other orders', async (name, line, reason) => {
  const tag = name.replaceAll(' ', '-');
  const own = (text: string) => text.replaceAll('Q-', `${tag}-`);
  const { summary, badRows } = await uploadOrders(
    `broken-${tag}`,
    [rowOf('Q-1'), line, rowOf('Q-3')].map(own),
    cityHeader,
  );
  expect(summary).toMatchObject({ rows: 3, imported: 2, badRows: 1 });
  expect(badRows).toEqual([expect.stringMatching(/^3,/)]);
  expect(badRows[0]).toContain(reason);
});

test('an order file that cannot be read to its end imports nothing, and the corrected file everything', async () => {
  const open = await uploadOrders(
    'open-quote',
    [rowOf('O-1'), rowOf('O-2', { city: '"London' }), rowOf('O-3')],
    cityHeader,
  );
  expect(open.summary).toMatchObject({ imported: 0, refused: expect.stringMatching(/^Row 3: Cell 5 opens a quote/) });
  expect(open.badRows).toEqual([expect.stringMatching(/^3,,Cell 5 opens a quote/)]);
  const corrected = await uploadOrders('corrected', [rowOf('O-1'), rowOf('O-2'), rowOf('O-3')], cityHeader);
  expect(corrected.summary).toMatchObject({ imported: 3, badRows: 0 });
});

test('an export of imported orders is imported again without a change', async () => {
  const text = ['00501', '+44 1', '=1+1', '1E5', 'MAR1', "'=x"];
  const head = 'externalOrderId,channel,currency,placedAt,postalCode,city,sku,quantity,unitPriceMinor';
  const line = (cell: string, at: number) =>
    `RT-${at},storefront,GBP,2018-05-01T10:00:00Z,${cell.replace(/^'?(?=[=+])/, "'")},Zürich,0012,1,100`;
  expect((await uploadOrders('round-trip', text.map(line), head)).summary).toMatchObject({
    imported: text.length,
    badRows: 0,
  });
  const finance = office.client('finance');
  const { headers } = await finance.post('/orders/exports', { from: '2018-05-01', to: '2018-05-01' });
  const state = async () => (await finance.get(String(headers.location))).body;
  await expect.poll(state).toMatchObject({ status: 'completed', orders: text.length });
  const file = await read((await state()).file);
  expect(file.startsWith('\uFEFForderId,')).toBe(true);
  const [exportHead = '', ...rows] = file.trim().split('\n');
  const again = await uploadOrders('round-trip-again', rows, exportHead);
  expect(again.summary, again.badRows.join('\n')).toMatchObject({
    rows: text.length,
    imported: 0,
    alreadyImported: text.length,
    badRows: 0,
  });
});
