import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderFiles } from '../../../support/orders/order-files.ts';
import { refundDriver } from '../../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';
import { expectProblem, stockedSku } from '../../../support/system/test-data.ts';

let office: BackOffice;
let sku: string;
const refunds = refundDriver(() => office);
const files = orderFiles(() => office);
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office, { units: 5 });
  await files.upload('history', Object.entries(history).flatMap(rowsOf), head);
});
afterAll(() => office.stop());

const head =
  'externalOrderId,channel,currency,placedAt,customerId,country,shippingMinor,sku,quantity,unitPriceMinor,discountMinor,taxMinor,totalMinor,orderTotalMinor';
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
/** When each order was placed. Each has three units at 12.00 less 6.00, tax 5.00, and shipping of 4.00. */
const history = { returned: daysAgo(10), 'too-old': daysAgo(400) };
const rowsOf = ([id, placedAt]: [string, string]) =>
  `${id},storefront,GBP,${placedAt},customer-${id},GB,400,${sku},3,1200,600,500,3000,3400`;

const orderIdOf = async (externalOrderId: string) => {
  const { body, text } = await office.client('storefront').get(`/orders?externalOrderId=${externalOrderId}`);
  expect(body.orders, text).toMatchObject([{ imported: true, status: 'completed', totalMinor: 3400 }]);
  return String(body.orders[0].orderId);
};
const stockOf = async () => {
  const { onHand, reserved, available } = await refunds.read(`/stock/${sku}`);
  return { onHand, reserved, available };
};

test('an imported order is refunded and returned like one that the store delivered', async () => {
  const orderId = await orderIdOf('returned');
  expect(await refunds.refundable(orderId)).toMatchObject({
    capturedMinor: 3400,
    refundableMinor: 3400,
    lines: [{ lineId: 'line-1', sku, refundable: { minor: 3000, taxMinor: 500, quantity: 3 } }],
    shipping: { refundable: { minor: 400 } },
    payments: [{ provider: 'imported', paymentId: 'returned', refundable: { minor: 3400 } }],
  });

  const content = { requestId: 'first', lines: [{ lineId: 'line-1', quantity: 2 }], shippingMinor: 400 };
  const { refund, refundId, path } = await refunds.requested(orderId, content);
  expect(refund).toMatchObject({ amountMinor: 2400, return: { status: 'expected' } });
  const again = await refunds.request(orderId, { ...content, restock: true });
  expect(again, again.text).toMatchObject({ status: 200, body: { refundId } });
  expect(again.headers['idempotent-replayed']).toBe('true');
  expectProblem(await refunds.request(orderId, { ...content, shippingMinor: 399 }), 409, 'refund-conflict');
  const tooMany = await refunds.request(orderId, { lines: content.lines });
  expect(tooMany.status, tooMany.text).toBe(409);
  expect(await refunds.refundable(orderId)).toMatchObject({
    pendingMinor: 2400,
    refundableMinor: 1000,
    lines: [{ refundable: { minor: 1000, quantity: 1 } }],
  });

  // No provider is known, so that finance pays it by hand and any provider may report it.
  await refunds.becomes(path, { status: 'paying' });
  const paid = { refundId: `${refundId}.0.1`, amountMinor: 2400, occurredAt: new Date().toISOString() };
  await refunds.notifyPayout({ orderId, paymentId: 'unknown' }, paid);
  await refunds.becomes(path, { status: 'paid' });

  const { rmaId } = refund.return;
  const received = await refunds.receive(rmaId, 'parcel', { restock: 1, damaged: 1 });
  expect(received.status, received.text).toBe(201);
  expect(received.body).toMatchObject({ status: 'received', units: [{ sku, expected: 2, restock: 1, damaged: 1 }] });
  await expect.poll(stockOf).toEqual({ onHand: 7, reserved: 0, available: 6 });
  const repeated = await refunds.receive(rmaId, 'parcel', { restock: 1, damaged: 1 });
  expect(repeated.status, repeated.text).toBe(200);
  expect(repeated.headers['idempotent-replayed']).toBe('true');
  expectProblem(await refunds.receive(rmaId, 'parcel', { restock: 2 }), 409, 'receipt-conflict');

  // The uploaded file imports nothing again, and keeps what was refunded.
  const { summary } = await files.upload('history-again', Object.entries(history).flatMap(rowsOf), head);
  expect(summary).toMatchObject({ imported: 0, alreadyImported: 2, badRows: 0 });
  expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor: 2400, refundableMinor: 1000 });
  await office.settled();
  expect(await stockOf()).toEqual({ onHand: 7, reserved: 0, available: 6 });
});

test('an imported order is refused a refund by the policy, counted from the day on which it was placed', async () => {
  const orderId = await orderIdOf('too-old');
  const refused = await refunds.request(orderId);
  expect(refused, refused.text).toMatchObject({ status: 201, body: { status: 'rejected' } });
  expect(await refunds.refundable(orderId)).toMatchObject({
    refundableMinor: 3400,
    policy: { rule: 'return-window-over', decision: 'refuse' },
  });
});

const byRows = '(by the rows of the order)';
const sum = '(quantity × unit price − discount + shipping + charges, + tax if prices exclude it)';

test.each<[name: string, rows: [amounts: string, reason: string][]]>([
  ['discount', [['2,1200,2401,0,,', 'discountMinor: Expected 0 to 2400 (the price of the line), received 2401']]],
  ['tax', [['2,1200,0,2401,,', 'taxMinor: Expected 0 to 2400 (the price of the line), received 2401']]],
  ['tax-of-rest', [['2,1200,2000,401,,', 'taxMinor: Expected 0 to 400 (the price of the line), received 401']]],
  [
    'second-row',
    [
      ['2,1200,2400,0,,', 'Another row of this order is bad'],
      ['1,100,101,0,,', 'discountMinor: Expected 0 to 100 (the price of the line), received 101'],
    ],
  ],
  [
    'both-rows',
    [
      ['1,100,200,0,,', 'discountMinor: Expected 0 to 100 (the price of the line), received 200'],
      ['1,100,300,0,,', 'discountMinor: Expected 0 to 100 (the price of the line), received 300'],
    ],
  ],
  ['order-total', [['2,1200,240,0,2160,2400', `orderTotalMinor: Expected 2160 ${byRows}, received 2400`]]],
  ['line-total', [['2,1200,240,0,2400,', `totalMinor: Expected 2160 ${sum}, received 2400`]]],
  ['large-line', [['1000000,100000000,0,0,,', 'An amount of this order is too large']]],
])('a file with a wrong %s names row, column, expected and received amount', async (name, rows) => {
  const placedAt = daysAgo(10);
  const row = (id: string, amounts: string) => `${id},storefront,GBP,${placedAt},ada,GB,0,${sku},${amounts}`;
  const { summary, badRows } = await files.upload(
    `wrong-${name}`,
    [row(`${name}-good`, '2,1200,240,360,,'), ...rows.map(([amounts]) => row(name, amounts))],
    head,
  );
  expect(summary).toMatchObject({ rows: rows.length + 1, imported: 1, badRows: rows.length });
  expect(badRows.map((line) => line.replaceAll('"', ''))).toEqual(
    rows.map(([, reason], index) => `${index + 3},${name},${reason}`),
  );
  const found = await office.client('storefront').get(`/orders?externalOrderId=${name}`);
  expect(found.body.orders).toEqual([]);
});
