import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayment, postPayment } from '../../../support/orders/order-api.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../../support/system/test-data.ts';

type Content = Record<string, unknown>;

let office: BackOffice;
/** 10.00 in the catalogue of a store whose prices include 20 % tax. */
let sku: string;
/** A SKU of which nothing is ever ordered. */
let refusedSku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office, { priceMinor: 1000, units: 1000 });
  refusedSku = await stockedSku(office, { priceMinor: 1000 });
});
afterAll(() => office.stop());

/** An order of two units at 12.00 of a channel that prices itself. */
const sellAt = (line: Content, order: Content, of = sku) =>
  office
    .client('marketplace')
    .post('/orders', orderOf(of, { lines: [{ sku: of, quantity: 2, unitPriceMinor: 1200, ...line }], ...order }));

describe('an order of a channel that prices itself', () => {
  test.each<[name: string, line: Content, order: Content, expected: Content]>([
    ['shipping', {}, { shippingMinor: 350, totalMinor: 2750 }, { shippingMinor: 350, taxMinor: 458, totalMinor: 2750 }],
    ['a discount', {}, { discountMinor: 400 }, { discountMinor: 400, taxMinor: 333, totalMinor: 2000 }],
    ['a discount of a line', { discountMinor: 240, totalMinor: 2160 }, {}, { discountMinor: 240, totalMinor: 2160 }],
    ['a discount of everything', {}, { discountMinor: 2400, totalMinor: 0 }, { taxMinor: 0, totalMinor: 0 }],
    ['tax', {}, { taxMinor: 111 }, { taxMinor: 111, totalMinor: 2400, lines: [{ taxMinor: 111, totalMinor: 2400 }] }],
    ['no tax', {}, { taxMinor: 0, shippingMinor: 100 }, { taxMinor: 0, totalMinor: 2500, lines: [{ taxMinor: 0 }] }],
    [
      'tax on top of its prices',
      {},
      { taxIncluded: false, taxMinor: 480, shippingMinor: 100, totalMinor: 2980 },
      { taxIncluded: false, taxMinor: 480, totalMinor: 2980, lines: [{ taxMinor: 461, totalMinor: 2861 }] },
    ],
    [
      'tax of a line on top of its price',
      { taxMinor: 240, totalMinor: 2640 },
      { taxIncluded: false, totalMinor: 2640 },
      { taxIncluded: false, taxMinor: 240, totalMinor: 2640 },
    ],
    [
      'tax on top of its prices that the store calculates',
      {},
      { taxIncluded: false, totalMinor: 2880 },
      { taxMinor: 480, totalMinor: 2880 },
    ],
    [
      'every amount',
      { discountMinor: 400, taxMinor: 333, totalMinor: 2000 },
      {
        subtotalMinor: 2400,
        discountMinor: 400,
        shippingMinor: 495,
        taxMinor: 416,
        taxIncluded: true,
        totalMinor: 2495,
      },
      { discountMinor: 400, shippingMinor: 495, taxMinor: 416, totalMinor: 2495 },
    ],
  ])('is placed with its own %s', async (_name, line, order, expected) => {
    const placed = await sellAt(line, order);
    expect(placed.status, placed.text).toBe(201);
    expect(placed.body).toMatchObject({ channel: 'marketplace', subtotalMinor: 2400, ...expected });
  });

  test.each<[name: string, line: Content, order: Content, pointer: string, detail: RegExp]>([
    ['total', {}, { totalMinor: 1 }, '/totalMinor', /^Expected 2400 .*received 1$/],
    ['subtotal', {}, { subtotalMinor: 2399 }, '/subtotalMinor', /^Expected 2400 .*received 2399$/],
    ['discount above the price', {}, { discountMinor: 2401 }, '/discountMinor', /^Expected 0 to 2400 .*received 2401$/],
    [
      'discount below that of its lines',
      { discountMinor: 240 },
      { discountMinor: 100 },
      '/discountMinor',
      /^Expected 240 .*received 100$/,
    ],
    [
      'discount of a line',
      { discountMinor: 2401 },
      {},
      '/lines/0/discountMinor',
      /^Expected 0 to 2400 .*received 2401$/,
    ],
    ['tax of a line', { taxMinor: 2401 }, {}, '/lines/0/taxMinor', /^Expected 0 to 2400 .*received 2401$/],
    ['total of a line', { totalMinor: 2399 }, {}, '/lines/0/totalMinor', /^Expected 2400 .*received 2399$/],
    ['tax', {}, { taxMinor: 2401 }, '/taxMinor', /^Expected 0 to 2400 .*received 2401$/],
    [
      'total without its shipping',
      {},
      { shippingMinor: 350, totalMinor: 2400 },
      '/totalMinor',
      /^Expected 2750 .*received 2400$/,
    ],
    [
      'total without the tax on top',
      {},
      { taxIncluded: false, taxMinor: 480, totalMinor: 2400 },
      '/totalMinor',
      /^Expected 2880 .*received 2400$/,
    ],
  ])('is refused with a wrong %s', async (_name, line, order, pointer, detail) => {
    const refused = await sellAt(line, order, refusedSku);
    expectProblem(refused, 422, 'amounts-differ');
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
    expect((await office.client('warehouse').get(`/stock/${refusedSku}`)).body).toMatchObject({ reserved: 0 });
  });

  test.each<[Content, Content, string]>([
    [{}, { shippingMinor: -1 }, '/shippingMinor'],
    [{}, { totalMinor: 0.5 }, '/totalMinor'],
    [{}, { taxIncluded: 'no' }, '/taxIncluded'],
    [{ discountMinor: '240' }, {}, '/lines/0/discountMinor'],
    [{ taxMinor: 1e300 }, {}, '/lines/0/taxMinor'],
  ])('is refused with %j %j, which is no amount', async (line, order, pointer) => {
    const refused = await sellAt(line, order, refusedSku);
    expectProblem(refused, 422, 'invalid-content');
    expect(refused.body.errors).toContainEqual(expect.objectContaining({ pointer }));
  });

  test.each<[name: string, order: Content, unit: Content, shipping: Content, totalMinor: number]>([
    [
      'included in its prices',
      { discountMinor: 400, shippingMinor: 495, taxMinor: 416 },
      { minor: 2000, taxMinor: 333, quantity: 2 },
      { minor: 495, taxMinor: 83, quantity: 0 },
      2495,
    ],
    [
      'on top of its prices',
      { taxIncluded: false, taxMinor: 480, shippingMinor: 100 },
      { minor: 2861, taxMinor: 461, quantity: 2 },
      { minor: 119, taxMinor: 19, quantity: 0 },
      2980,
    ],
  ])('is read and refunded by its own amounts, with tax %s', async (_name, order, line, shipping, totalMinor) => {
    const { body: placed } = await sellAt({}, order);
    const { orderId } = placed;
    const marketplace = office.client('marketplace');
    expect((await marketplace.get(`/orders/${orderId}`)).body).toMatchObject({ ...order, totalMinor });
    const paid = await postPayment(office, aPayment(orderId, { paymentId: orderId, amountMinor: totalMinor }));
    expect(paid.status, paid.text).toBeLessThan(300);
    const refundable = await office.client('service').get(`/orders/${orderId}/refundable`);
    expect(refundable.body).toMatchObject({
      capturedMinor: totalMinor,
      refundableMinor: totalMinor,
      lines: [{ refundable: line }],
      shipping: { refundable: shipping },
      overpaid: { refundable: { minor: 0 } },
      tax: { refundableMinor: order['taxMinor'] },
    });
    expect((await office.client('storefront').get(`/orders/${orderId}`)).status).toBe(404);
  });
});

describe('an order of a channel with the prices of the store', () => {
  const buy = (line: Content, order: Content, of = refusedSku) =>
    office.client('storefront').post('/orders', orderOf(of, { lines: [{ sku: of, quantity: 2, ...line }], ...order }));

  test.each<[name: string, line: Content, order: Content, pointer: string, expected: string]>([
    ['total', {}, { totalMinor: 1999 }, '/totalMinor', 'Expected 2000'],
    ['subtotal', {}, { subtotalMinor: 1 }, '/subtotalMinor', 'Expected 2000'],
    ['shipping', {}, { shippingMinor: 100 }, '/shippingMinor', 'Expected 0'],
    ['discount', {}, { discountMinor: 50 }, '/discountMinor', 'Expected 0'],
    ['tax', {}, { taxMinor: 0 }, '/taxMinor', 'Expected 333'],
    ['kind of tax', {}, { taxIncluded: false }, '/taxIncluded', 'Expected true'],
    ['total of a line', { totalMinor: 1 }, {}, '/lines/0/totalMinor', 'Expected 2000'],
    ['discount of a line', { discountMinor: 1 }, {}, '/lines/0/discountMinor', 'Expected 0'],
  ])('is refused with another %s than the current one', async (_name, line, order, pointer, expected) => {
    const refused = await buy(line, order);
    expectProblem(refused, 422, 'price-changed');
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.stringContaining(expected) }]);
    expect(refused.body.amounts).toMatchObject({ shippingMinor: 0, taxMinor: 333, totalMinor: 2000 });
  });

  test('is placed with the amounts of the refusal', async () => {
    const { amounts } = (await buy({ totalMinor: 1 }, {})).body;
    const placed = await buy({}, { ...amounts, lines: [{ ...amounts.lines[0], sku }] }, sku);
    expect(placed.status, placed.text).toBe(201);
  });
});
