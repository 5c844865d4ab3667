import assert from 'node:assert';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../functions/order-intake/order/decide.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { isPlacedAs, isSameOrder, orderHash } from '../../../shared/orders/equal-order.ts';
import type { SellingSettings } from '../../../shared/settings/selling-settings.ts';
import { anOrder, aPolicy, aSku, aStock, noon } from '../../support/builders.ts';
import { aDuty } from '../../support/orders/placed-order.ts';

const policy = aPolicy();
const storefront = { channel: 'storefront', pricesItself: false };
const marketplace = { channel: 'marketplace', pricesItself: true };

/** The order as it is placed: the mugs of the first line come from two warehouses. */
function placed(content: OrderContent, channel = storefront, settings?: SellingSettings) {
  const skus = new Map([aSku(), aSku({ sku: 'HAT', priceMinor: 500 })].map((sku) => [sku.sku, sku]));
  const stock = new Map([
    ['MUG', aStock('MUG', { main: 2, north: 9 })],
    ['HAT', aStock('HAT', { main: 9 })],
  ]);
  const placement = { orderId: 'ord_0000000000000000000000000a', contentHash: '', content, channel, now: noon };
  const decision = decide(placement, { order: undefined, skus, stock, ...(settings && { settings }) }, policy);
  assert(decision.kind === 'accepted');
  return decision.order;
}

const lines = [
  { sku: 'MUG', quantity: 3 },
  { sku: 'HAT', quantity: 1 },
];
const content = anOrder({ lines });
const placedAt = '2026-03-05T11:00:00Z';
const priced = [
  { sku: 'MUG', quantity: 3, unitPriceMinor: 1200, discountMinor: 0, taxMinor: 600, totalMinor: 3600 },
  { sku: 'HAT', quantity: 1, unitPriceMinor: 500 },
];
const inExpress = { ...content, shippingMethod: 'express' };
const aMethod = (method: string, priceMinor: number) => ({ method, name: method, prices: { GBP: priceMinor } });
/** Staff made another method the default than the deployment has. */
const expressFirst = {
  shippingMethods: { version: 1, methods: [aMethod('express', 495), aMethod('standard', 0)] },
};
const totals = {
  subtotalMinor: 4100,
  discountMinor: 0,
  shippingMinor: 0,
  taxMinor: 683,
  taxIncluded: true,
  totalMinor: 4100,
};

describe('an order is the same', () => {
  test.each<[string, OrderContent, OrderContent]>([
    ['with no coupon codes and no charges spelled out', content, { ...content, couponCodes: [], charges: [] }],
    ['with an empty note', content, { ...content, note: '' }],
    ['with the default shipping method', content, { ...content, shippingMethod: 'standard' }],
    ['with the prices that it has', content, { ...content, lines: priced }],
    ['with the amounts that it has', content, { ...content, ...totals }],
    ['with the time that it has', content, { ...content, placedAt: '2026-03-05T12:00:01Z' }],
    [
      'with another offset of the same time',
      { ...content, placedAt },
      { ...content, placedAt: '2026-03-05T12:00:00+01:00' },
    ],
    [
      'with another case of its e-mail address',
      content,
      { ...content, customer: { id: 'customer-1', email: 'Ada@EXAMPLE.com' } },
    ],
    ['with blanks around its note', { ...content, note: 'Ring' }, { ...content, note: ' Ring ' }],
    [
      'with its charges in another order',
      { ...content, charges: [aDuty(1, 'a'), aDuty(2, 'b')] },
      { ...content, charges: [aDuty(2, 'b'), aDuty(1, 'a')] },
    ],
  ])('%s, and in the other direction', (_name, first, second) => {
    expect(isPlacedAs(second, placed(first), storefront)).toBe(true);
    expect(isPlacedAs(first, placed(second), storefront)).toBe(true);
    expect(isPlacedAs(first, placed(first), storefront)).toBe(true);
  });

  test.each<[string, Partial<OrderContent>]>([
    [
      'another quantity',
      {
        lines: [
          { sku: 'MUG', quantity: 2 },
          { sku: 'HAT', quantity: 1 },
        ],
      },
    ],
    [
      'another SKU',
      {
        lines: [
          { sku: 'MUG', quantity: 3 },
          { sku: 'MUG', quantity: 1 },
        ],
      },
    ],
    ['its lines in another order', { lines: lines.toReversed() }],
    ['a line less', { lines: lines.slice(0, 1) }],
    ['a line more', { lines: [...lines, { sku: 'HAT', quantity: 1 }] }],
    [
      'another price',
      {
        lines: [
          { sku: 'MUG', quantity: 3, unitPriceMinor: 1100 },
          { sku: 'HAT', quantity: 1 },
        ],
      },
    ],
    ['another total', { totalMinor: 4101 }],
    ['another shipping method', { shippingMethod: 'express' }],
    ['another time', { placedAt }],
    ['another customer', { customer: { id: 'customer-2', email: 'ada@example.com' } }],
    ['another country', { shippingAddress: { country: 'FR' } }],
    ['a billing address', { billingAddress: { country: 'GB' } }],
    ['a coupon code', { couponCodes: ['SAVE10'] }],
    ['a charge', { charges: [aDuty(1)] }],
    ['a note', { note: 'Ring' }],
    ['another currency', { currency: 'EUR' }],
  ])('but not with %s', (_name, other) => {
    expect(isPlacedAs({ ...content, ...other }, placed(content), storefront)).toBe(false);
  });

  test('of a channel that prices itself only with its own discount', () => {
    const discounted = { ...content, lines: lines.map(({ sku, quantity }) => ({ sku, quantity, discountMinor: 100 })) };
    const own = placed(discounted, marketplace);
    expect(isPlacedAs(discounted, own, marketplace)).toBe(true);
    expect(isPlacedAs({ ...discounted, discountMinor: 200, totalMinor: own.totalMinor }, own, marketplace)).toBe(true);
    expect(isPlacedAs({ ...content, discountMinor: 200 }, own, marketplace)).toBe(true);
    expect(isPlacedAs(content, own, marketplace)).toBe(false);
    expect(isPlacedAs({ ...content, discountMinor: 100 }, own, marketplace)).toBe(false);
  });

  test.each<[string, OrderContent, OrderContent, boolean]>([
    ['none again', content, content, true],
    ['none again, with its amounts', content, { ...content, shippingMinor: 495, totalMinor: 4595 }, true],
    ['none, then the method that it got', content, { ...content, shippingMethod: 'express' }, true],
    ["none, then the deployment's default", content, { ...content, shippingMethod: 'standard' }, false],
    ['a method, then none', { ...content, shippingMethod: 'standard' }, content, true],
    ['a method, then another', { ...content, shippingMethod: 'standard' }, inExpress, false],
    ['a method again', { ...content, shippingMethod: 'standard' }, { ...content, shippingMethod: 'standard' }, true],
  ])('with the default method of the settings at its time: %s', (_name, first, second, isSame) => {
    const order = placed(first, storefront, expressFirst);
    const isReplay = orderHash(first) === orderHash(second) || isPlacedAs(second, order, storefront);
    expect(isReplay).toBe(isSame);
  });

  test.each<[string | undefined, string | undefined, boolean]>([
    [undefined, undefined, true],
    [undefined, 'standard', true],
    ['express', undefined, true],
    ['express', 'express', true],
    ['express', 'standard', false],
  ])('while it waits: %s and %s', (first, second, isSame) => {
    const [a, b] = [anOrder({ lines, shippingMethod: first }), anOrder({ lines, shippingMethod: second })];
    expect(isSameOrder(a, b, storefront)).toBe(isSame);
  });

  test('while it waits in the queue, whatever prices a channel of the store expects', () => {
    const expecting = { ...content, ...totals, lines: priced, note: '', shippingMethod: 'standard' };
    expect(isSameOrder(content, expecting, storefront)).toBe(true);
    expect(isSameOrder(content, expecting, marketplace)).toBe(false);
    expect(isSameOrder(content, { ...content, note: 'Ring' }, storefront)).toBe(false);
    expect(orderHash(content)).toBe(orderHash({ ...content, note: '', couponCodes: [] }));
  });
});
