import assert from 'node:assert';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type Known, type Placement } from '../../functions/order-intake/order/decide.ts';
import type { OrderContent } from '../../shared/contracts/orders/routes.ts';
import { aPolicy, aSku, aStock, anOrder, noon } from '../support/builders.ts';
import { aDuty } from '../support/orders/placed-order.ts';

const aPlacement = (content: Partial<OrderContent> = {}, given: Partial<Placement> = {}): Placement => ({
  orderId: 'ord_0000000000000000000000000a',
  contentHash: 'hash',
  content: anOrder(content),
  channel: { channel: 'storefront', pricesItself: false },
  now: noon,
  ...given,
});

const known = (given: Partial<Known> = {}): Known => ({
  order: undefined,
  skus: new Map([['MUG', aSku()]]),
  stock: new Map([['MUG', aStock('MUG', { main: 10 })]]),
  ...given,
});

const inCatalogue = (...skus: ReturnType<typeof aSku>[]) => known({ skus: new Map(skus.map((sku) => [sku.sku, sku])) });
const pointers = (decision: ReturnType<typeof decide>) =>
  decision.kind === 'invalid' ? decision.errors.map(({ pointer }) => pointer) : undefined;

describe('an order that can be served', () => {
  test('is placed at the prices of the store, from where the stock lies', () => {
    const content = anOrder({ lines: [{ sku: 'MUG', quantity: 3, unitPriceMinor: 1200 }], note: 'Ring twice' });
    expect(decide(aPlacement(content), inCatalogue(aSku({ category: 'kitchen' })), aPolicy())).toEqual({
      kind: 'accepted',
      opening: {},
      takes: [{ sku: 'MUG', from: [{ warehouse: 'main', units: 3 }] }],
      order: {
        orderId: 'ord_0000000000000000000000000a',
        externalOrderId: 'order-1',
        channel: 'storefront',
        status: 'placed',
        currency: 'GBP',
        customer: content.customer,
        shippingAddress: { country: 'GB' },
        shippingMethod: 'standard',
        couponCodes: [],
        note: 'Ring twice',
        lines: [
          {
            lineId: 'line-1',
            sku: 'MUG',
            quantity: 3,
            unitPriceMinor: 1200,
            discountMinor: 0,
            taxMinor: 600,
            totalMinor: 3600,
            warehouse: 'main',
            category: 'kitchen',
          },
        ],
        subtotalMinor: 3600,
        discountMinor: 0,
        shippingMinor: 0,
        taxMinor: 600,
        taxIncluded: true,
        totalMinor: 3600,
        discounts: [],
        reservedUntil: null,
        placedAt: '2026-03-05T12:00:01.000Z',
      },
    });
  });

  test.each<[string, Partial<OrderContent>, object]>([
    [
      'by the shipping method asked for',
      { shippingMethod: 'express' },
      { shippingMethod: 'express', shippingMinor: 495, totalMinor: 1695 },
    ],
    ['with its duties', { charges: [aDuty(250)] }, { charges: [aDuty(250)], totalMinor: 1450 }],
    ['without duties where it names none', { charges: [] }, { charges: undefined, totalMinor: 1200 }],
    ['at its own time', { placedAt: '2011-12-01T08:26:00+01:00' }, { placedAt: '2011-12-01T08:26:00+01:00' }],
    [
      'at the time of a clock that is a little ahead',
      { placedAt: '2026-03-05T12:05:01Z' },
      { placedAt: '2026-03-05T12:05:01Z' },
    ],
    [
      'with its coupon codes shown as not applied',
      { couponCodes: ['SAVE10'] },
      {
        couponCodes: ['SAVE10'],
        discounts: [{ code: 'SAVE10', appliedMinor: 0, reason: 'unknown-code' }],
        discountMinor: 0,
      },
    ],
  ])('is placed %s', (_name, content, order) => {
    expect(decide(aPlacement(content), known(), aPolicy())).toMatchObject({ kind: 'accepted', order });
  });

  test('becomes two lines where two warehouses serve one', () => {
    const stock = new Map([['MUG', aStock('MUG', { main: 2, north: 1 })]]);
    const lines = [{ sku: 'MUG', quantity: 3 }];
    const decision = decide(aPlacement({ lines }), known({ stock }), aPolicy());
    expect(decision).toMatchObject({
      kind: 'accepted',
      takes: [
        {
          sku: 'MUG',
          from: [
            { warehouse: 'main', units: 2 },
            { warehouse: 'north', units: 1 },
          ],
        },
      ],
      order: {
        taxMinor: 600,
        totalMinor: 3600,
        lines: [
          { lineId: 'line-1', quantity: 2, taxMinor: 400, totalMinor: 2400, warehouse: 'main' },
          { lineId: 'line-2', quantity: 1, taxMinor: 200, totalMinor: 1200, warehouse: 'north' },
        ],
      },
    });
  });

  test.each([
    ['its own price', 999, 999],
    ['the price of the store where it names none', undefined, 1200],
  ])('of a channel that prices itself has %s', (_name, unitPriceMinor, expected) => {
    const channel = { channel: 'marketplace', pricesItself: true };
    const lines = [{ sku: 'MUG', quantity: 1, ...(unitPriceMinor !== undefined && { unitPriceMinor }) }];
    expect(decide(aPlacement({ lines }, { channel }), known(), aPolicy())).toMatchObject({
      kind: 'accepted',
      order: { totalMinor: expected },
    });
  });
});

describe('an order that is there already', () => {
  const order = { contentHash: 'hash', placedEventId: 'event-1' };
  test('is the same order, whatever became of stock, price, SKU and clock', () => {
    const placement = aPlacement({ placedAt: '2999-01-01T00:00:00Z' });
    const nothing = { order, skus: new Map(), stock: new Map() };
    expect(decide(placement, nothing, aPolicy())).toEqual({ kind: 'already-placed', placedEventId: 'event-1' });
  });

  test('is a conflict with other content', () => {
    expect(decide(aPlacement({}, { contentHash: 'other' }), known({ order }), aPolicy())).toEqual({
      kind: 'order-conflict',
      orderId: 'ord_0000000000000000000000000a',
    });
  });
});

describe('an order is refused', () => {
  const other = { sku: 'HAT', quantity: 1 };
  test.each<[string, Partial<OrderContent>, Known, string, string[]]>([
    ['for an unknown SKU', { lines: [{ sku: 'MUG', quantity: 1 }, other] }, known(), 'unknown-sku', ['/lines/1/sku']],
    ['for a SKU that is not on sale', {}, inCatalogue(aSku({ active: false })), 'inactive-sku', ['/lines/0/sku']],
    ['in another currency', { currency: 'EUR' }, known(), 'wrong-currency', ['/lines/0/sku']],
    [
      'for every line that cannot be sold',
      { lines: [other, { sku: 'MUG', quantity: 1, unitPriceMinor: 1 }, other] },
      known(),
      'unknown-sku',
      ['/lines/0/sku', '/lines/1/unitPriceMinor', '/lines/2/sku'],
    ],
    [
      'for an unknown shipping method',
      { shippingMethod: 'balloon' },
      known(),
      'unknown-shipping-method',
      ['/shippingMethod'],
    ],
    ['from the future', { placedAt: '2026-03-05T12:05:02Z' }, known(), 'placed-in-future', ['/placedAt']],
    [
      'for an amount above all bounds',
      { lines: [{ sku: 'MUG', quantity: 1_000_000 }] },
      inCatalogue(aSku({ priceMinor: 1_000_001 })),
      'amount-too-large',
      ['/lines'],
    ],
  ])('%s', (_name, content, facts, type, expected) => {
    const decision = decide(aPlacement(content), facts, aPolicy());
    expect(decision).toMatchObject({ kind: 'invalid', type });
    expect(pointers(decision)).toEqual(expected);
  });

  test('for another price than the current one, which it is told', () => {
    const lines = [{ sku: 'MUG', quantity: 1, unitPriceMinor: 1100 }];
    expect(decide(aPlacement({ lines }), known(), aPolicy())).toMatchObject({
      kind: 'invalid',
      type: 'price-changed',
      errors: [{ pointer: '/lines/0/unitPriceMinor' }],
      lines: [{ sku: 'MUG', unitPriceMinor: 1200, currency: 'GBP' }],
    });
  });

  test('for want of stock, summed over its lines', () => {
    const lines = [
      { sku: 'MUG', quantity: 6 },
      { sku: 'MUG', quantity: 5 },
    ];
    expect(decide(aPlacement({ lines }), known(), aPolicy())).toEqual({
      kind: 'out-of-stock',
      lines: [{ sku: 'MUG', requested: 11, available: 10 }],
    });
  });

  test('for a SKU that was never stocked', () => {
    expect(decide(aPlacement(), known({ stock: new Map() }), aPolicy())).toEqual({
      kind: 'out-of-stock',
      lines: [{ sku: 'MUG', requested: 1, available: 0 }],
    });
  });
});

describe('an order of 1,000 SKUs with names as long as they may be', () => {
  const long = (index: number) => `SKU-${String(index).padStart(60, '0')}`;
  const skus = Array.from({ length: 1000 }, (_, index) => aSku({ sku: long(index), category: 'kitchen and dining' }));
  const lines = skus.map(({ sku }) => ({ sku, quantity: 3 }));
  const decideOn = (warehouses: Record<string, number>) => {
    const stock = new Map(skus.map(({ sku }) => [sku, aStock(sku, warehouses)]));
    const facts = known({ skus: new Map(skus.map((sku) => [sku.sku, sku])), stock });
    return decide(aPlacement({ lines, note: 'ä'.repeat(2000) }), facts, aPolicy());
  };

  test('is taken, and is smaller than 400 KB as an item', () => {
    const decision = decideOn({ main: 3 });
    assert(decision.kind === 'accepted');
    expect(Buffer.byteLength(JSON.stringify(decision.order))).toBeLessThan(400_000);
  });

  test('is refused when it comes from so many warehouses that its lines are more than the store can keep', () => {
    expect(decideOn({ main: 1, north: 1, south: 1 })).toMatchObject({ kind: 'invalid', type: 'order-too-large' });
  });
});

const sumOf = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);

test('an accepted order always adds up, and takes what it sells', () => {
  const sku = fc.constantFrom('MUG', 'HAT');
  const lines = fc.array(fc.record({ sku, quantity: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 6 });
  const duties = fc.array(fc.nat({ max: 1000 }), { maxLength: 3 });
  // Enough for every order, but seldom in one warehouse.
  const units = fc.integer({ min: 0, max: 54 }).map((main) => ({ main, north: 54 - main }));
  fc.assert(
    fc.property(lines, units, units, fc.boolean(), duties, (some, mugs, hats, taxIncluded, dutiesMinor) => {
      const skus = [aSku(), aSku({ sku: 'HAT', priceMinor: 333, taxCategory: 'reduced' })];
      const stock = [aStock('MUG', mugs), aStock('HAT', hats)];
      const facts = known({
        skus: new Map(skus.map((item) => [item.sku, item])),
        stock: new Map(stock.map((item) => [item.sku, item])),
      });
      const charges = dutiesMinor.map((amountMinor, index) => aDuty(amountMinor, `duty-${index}`));
      const placement = aPlacement({ lines: some, shippingMethod: 'express', charges });
      const decision = decide(placement, facts, aPolicy({ taxIncluded }));
      assert(decision.kind === 'accepted');
      const { order, takes } = decision;
      expect(order.subtotalMinor).toBe(sumOf(order.lines.map((line) => line.quantity * line.unitPriceMinor)));
      expect(order.totalMinor).toBe(
        order.subtotalMinor -
          order.discountMinor +
          order.shippingMinor +
          sumOf(dutiesMinor) +
          (taxIncluded ? 0 : order.taxMinor),
      );
      expect(sumOf(takes.flatMap(({ from }) => from.map((part) => part.units)))).toBe(
        sumOf(some.map(({ quantity }) => quantity)),
      );
      expect(new Set(order.lines.map(({ lineId }) => lineId)).size).toBe(order.lines.length);
    }),
  );
});
