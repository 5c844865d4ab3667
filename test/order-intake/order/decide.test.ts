import assert from 'node:assert';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type PlacementState, type Placement } from '../../../functions/order-intake/order/decide.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { aPolicy, aSku, aStock, anOrder, noon } from '../../support/builders.ts';
import { unreadLimits } from '../../../shared/promotions/price-with-limits.ts';
import { aPromotion } from '../../support/promotions.ts';
import { aDuty } from '../../support/orders/placed-order.ts';

const aPlacement = (content: Partial<OrderContent> = {}, given: Partial<Placement> = {}): Placement => ({
  orderId: 'ord_0000000000000000000000000a',
  contentHash: 'hash',
  content: anOrder(content),
  channel: { channel: 'storefront', pricesItself: false },
  now: noon,
  ...given,
});

const aState = (given: Partial<PlacementState> = {}): PlacementState => ({
  order: undefined,
  skus: new Map([['MUG', aSku()]]),
  stock: new Map([['MUG', aStock('MUG', { main: 10 })]]),
  ...given,
});

const inCatalogue = (...skus: ReturnType<typeof aSku>[]) =>
  aState({ skus: new Map(skus.map((sku) => [sku.sku, sku])) });
const pointers = (decision: ReturnType<typeof decide>) =>
  decision.kind === 'invalid' ? decision.errors.map(({ pointer }) => pointer) : undefined;

describe('an order in stock', () => {
  test('is placed at the store prices, from the warehouse that has the stock', () => {
    const content = anOrder({ lines: [{ sku: 'MUG', quantity: 3, unitPriceMinor: 1200 }], note: 'Ring twice' });
    expect(decide(aPlacement(content), inCatalogue(aSku({ category: 'kitchen' })), aPolicy())).toEqual({
      kind: 'accepted',
      initialState: {},
      reservations: [{ sku: 'MUG', from: [{ warehouse: 'main', units: 3 }] }],
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
        taxes: [
          {
            rateId: 'standard',
            name: 'Tax',
            jurisdiction: '*',
            percentage: '20',
            taxCategories: ['standard'],
            taxableMinor: 3000,
            taxMinor: 600,
          },
        ],
        totalMinor: 3600,
        discounts: [],
        reservedUntil: null,
        placedAt: '2026-03-05T12:00:01.000Z',
      },
    });
  });

  test.each<[string, Partial<OrderContent>, object]>([
    [
      'with the requested shipping method',
      { shippingMethod: 'express' },
      { shippingMethod: 'express', shippingMinor: 495, totalMinor: 1695 },
    ],
    ['with its duties', { charges: [aDuty(250)] }, { charges: [aDuty(250)], totalMinor: 1450 }],
    ['without duties if it has none', { charges: [] }, { charges: undefined, totalMinor: 1200 }],
    ['at the requested time', { placedAt: '2026-02-03T13:00:01+01:00' }, { placedAt: '2026-02-03T13:00:01+01:00' }],
    [
      'at a time within the clock tolerance of five minutes',
      { placedAt: '2026-03-05T12:05:01Z' },
      { placedAt: '2026-03-05T12:05:01Z' },
    ],
    [
      'with its coupon codes listed as unknown',
      { couponCodes: ['SAVE10'] },
      {
        couponCodes: ['SAVE10'],
        discounts: [{ code: 'SAVE10', appliedMinor: 0, reason: 'unknown-code' }],
        discountMinor: 0,
      },
    ],
  ])('is placed %s', (_name, content, order) => {
    expect(decide(aPlacement(content), aState(), aPolicy())).toMatchObject({ kind: 'accepted', order });
  });

  test('gets two lines for a line that two warehouses serve', () => {
    const stock = new Map([['MUG', aStock('MUG', { main: 2, north: 1 })]]);
    const lines = [{ sku: 'MUG', quantity: 3 }];
    const decision = decide(aPlacement({ lines }), aState({ stock }), aPolicy());
    expect(decision).toMatchObject({
      kind: 'accepted',
      reservations: [
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
    ['the requested price', 999, 999],
    ['the store price without a requested one', undefined, 1200],
  ])('of a channel with its own prices has %s', (_name, unitPriceMinor, expected) => {
    const channel = { channel: 'marketplace', pricesItself: true };
    const lines = [{ sku: 'MUG', quantity: 1, ...(unitPriceMinor !== undefined && { unitPriceMinor }) }];
    expect(decide(aPlacement({ lines }, { channel }), aState(), aPolicy())).toMatchObject({
      kind: 'accepted',
      order: { totalMinor: expected },
    });
  });
});

describe('an order that is placed already', () => {
  const order = { contentHash: 'hash', placedEventId: 'event-1' };
  test('is a replay with the same content, without a check of stock, price, SKU or time', () => {
    const placement = aPlacement({ placedAt: '2999-01-01T00:00:00Z' });
    const emptyState = { order, skus: new Map(), stock: new Map() };
    expect(decide(placement, emptyState, aPolicy())).toEqual({ kind: 'already-placed', placedEventId: 'event-1' });
  });

  test('is a replay if it was stored with the hash of the content as sent', () => {
    const placement = aPlacement({}, { contentHash: 'canonical', sentHash: 'hash' });
    expect(decide(placement, aState({ order }), aPolicy())).toMatchObject({ kind: 'already-placed' });
  });

  test('is a conflict with other content', () => {
    expect(decide(aPlacement({}, { contentHash: 'other' }), aState({ order }), aPolicy())).toEqual({
      kind: 'order-conflict',
      orderId: 'ord_0000000000000000000000000a',
      placedEventId: 'event-1',
    });
  });
});

describe('an order is refused', () => {
  const other = { sku: 'HAT', quantity: 1 };
  test.each<[string, Partial<OrderContent>, PlacementState, string, string[]]>([
    ['for an unknown SKU', { lines: [{ sku: 'MUG', quantity: 1 }, other] }, aState(), 'unknown-sku', ['/lines/1/sku']],
    ['for a SKU that is not on sale', {}, inCatalogue(aSku({ active: false })), 'inactive-sku', ['/lines/0/sku']],
    [
      'for a SKU of a draft',
      {},
      inCatalogue(aSku({ product: { productId: 'mugs', status: 'draft' } })),
      'inactive-sku',
      ['/lines/0/sku'],
    ],
    ['in another currency', { currency: 'EUR' }, aState(), 'wrong-currency', ['/lines/0/sku']],
    [
      'for every line that cannot be sold',
      { lines: [other, { sku: 'MUG', quantity: 1, unitPriceMinor: 1 }, other] },
      aState(),
      'unknown-sku',
      ['/lines/0/sku', '/lines/1/unitPriceMinor', '/lines/2/sku'],
    ],
    [
      'for an unknown shipping method',
      { shippingMethod: 'balloon' },
      aState(),
      'unknown-shipping-method',
      ['/shippingMethod'],
    ],
    [
      'for a time too far in the past',
      { placedAt: '2026-02-03T12:00:00Z' },
      aState(),
      'placed-too-early',
      ['/placedAt'],
    ],
    ['for a time in the future', { placedAt: '2026-03-05T12:05:02Z' }, aState(), 'placed-in-future', ['/placedAt']],
    [
      'for an amount above the limit',
      { lines: [{ sku: 'MUG', quantity: 1_000_000 }] },
      inCatalogue(aSku({ priceMinor: 1_000_001 })),
      'amount-too-large',
      ['/lines'],
    ],
  ])('%s', (_name, content, state, type, expected) => {
    const decision = decide(aPlacement(content), state, aPolicy());
    expect(decision).toMatchObject({ kind: 'invalid', type });
    expect(pointers(decision)).toEqual(expected);
  });

  test('for an outdated price, with the current price', () => {
    const lines = [{ sku: 'MUG', quantity: 1, unitPriceMinor: 1100 }];
    expect(decide(aPlacement({ lines }), aState(), aPolicy())).toMatchObject({
      kind: 'invalid',
      type: 'price-changed',
      errors: [{ pointer: '/lines/0/unitPriceMinor' }],
      lines: [{ sku: 'MUG', unitPriceMinor: 1200, currency: 'GBP' }],
    });
  });

  test('for a lack of stock, summed over its lines', () => {
    const lines = [
      { sku: 'MUG', quantity: 6 },
      { sku: 'MUG', quantity: 5 },
    ];
    expect(decide(aPlacement({ lines }), aState(), aPolicy())).toEqual({
      kind: 'out-of-stock',
      lines: [{ sku: 'MUG', requested: 11, available: 10 }],
    });
  });

  test('for a SKU that was never stocked', () => {
    expect(decide(aPlacement(), aState({ stock: new Map() }), aPolicy())).toEqual({
      kind: 'out-of-stock',
      lines: [{ sku: 'MUG', requested: 1, available: 0 }],
    });
  });
});

describe('an order of 1,000 SKUs with codes of the maximum length', () => {
  const long = (index: number) => `SKU-${String(index).padStart(60, '0')}`;
  const skus = Array.from({ length: 1000 }, (_, index) => aSku({ sku: long(index), category: 'kitchen and dining' }));
  const lines = skus.map(({ sku }) => ({ sku, quantity: 3 }));
  const decideOn = (warehouses: Record<string, number>) => {
    const stock = new Map(skus.map(({ sku }) => [sku, aStock(sku, warehouses)]));
    const state = aState({ skus: new Map(skus.map((sku) => [sku.sku, sku])), stock });
    return decide(aPlacement({ lines, note: 'ä'.repeat(2000) }), state, aPolicy());
  };

  test('is accepted, and its item is smaller than 400 KB', () => {
    const decision = decideOn({ main: 3 });
    assert(decision.kind === 'accepted');
    expect(Buffer.byteLength(JSON.stringify(decision.order))).toBeLessThan(400_000);
  });

  test('is refused if its warehouses give it more lines than fit the item limit', () => {
    expect(decideOn({ main: 1, north: 1, south: 1 })).toMatchObject({ kind: 'invalid', type: 'order-too-large' });
  });
});

const sumOf = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);

test('the total of an accepted order is the sum of its parts, and it reserves the units that it sells', () => {
  const sku = fc.constantFrom('MUG', 'HAT');
  const lines = fc.array(fc.record({ sku, quantity: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 6 });
  const duties = fc.array(fc.nat({ max: 1000 }), { maxLength: 3 });
  // Enough units for every order, but rarely in one warehouse.
  const units = fc.integer({ min: 0, max: 54 }).map((main) => ({ main, north: 54 - main }));
  fc.assert(
    fc.property(lines, units, units, fc.boolean(), duties, (some, mugs, hats, taxIncluded, dutiesMinor) => {
      const skus = [aSku(), aSku({ sku: 'HAT', priceMinor: 333, taxCategory: 'reduced' })];
      const stock = [aStock('MUG', mugs), aStock('HAT', hats)];
      const state = aState({
        skus: new Map(skus.map((item) => [item.sku, item])),
        stock: new Map(stock.map((item) => [item.sku, item])),
      });
      const charges = dutiesMinor.map((amountMinor, index) => aDuty(amountMinor, `duty-${index}`));
      const placement = aPlacement({ lines: some, shippingMethod: 'express', charges });
      const decision = decide(placement, state, aPolicy({ taxIncluded }));
      assert(decision.kind === 'accepted');
      const { order, reservations } = decision;
      expect(order.subtotalMinor).toBe(sumOf(order.lines.map((line) => line.quantity * line.unitPriceMinor)));
      expect(order.totalMinor).toBe(
        order.subtotalMinor -
          order.discountMinor +
          order.shippingMinor +
          sumOf(dutiesMinor) +
          (taxIncluded ? 0 : order.taxMinor),
      );
      expect(sumOf(reservations.flatMap(({ from }) => from.map((part) => part.units)))).toBe(
        sumOf(some.map(({ quantity }) => quantity)),
      );
      expect(new Set(order.lines.map(({ lineId }) => lineId)).size).toBe(order.lines.length);
    }),
  );
});

describe('the time of an order', () => {
  const day = 86_400_000;
  const ago = (ms: number) => new Date(noon - ms).toISOString();
  const placedBy = (channel: Partial<Placement['channel']>, placedAt: string | undefined) =>
    decide(
      aPlacement(placedAt === undefined ? {} : { placedAt }, {
        channel: { channel: 'storefront', pricesItself: false, ...channel },
      }),
      aState(),
      aPolicy(),
    );

  test.each([
    ['30 days ago', {}, ago(30 * day), true],
    ['more than 30 days ago', {}, ago(30 * day + 1), false],
    ['years ago', {}, '2009-12-01T08:26:00Z', false],
    ['as long ago as its channel may', { maxOrderAgeDays: 2 }, ago(2 * day), true],
    ['longer ago than its channel may', { maxOrderAgeDays: 2 }, ago(2 * day + 1), false],
    ['years ago, of a channel that may', { maxOrderAgeDays: 7300 }, '2009-12-01T08:26:00Z', true],
  ])('%s', (_name, channel, placedAt, isPlaced) => {
    // Velocity counts by the arrival.
    const accepted = { order: { placedAt }, initialState: { receivedAt: ago(0) } };
    expect(placedBy(channel, placedAt)).toMatchObject(isPlaced ? accepted : { type: 'placed-too-early' });
  });

  test('is stored once if the caller names none', () => {
    const decision = placedBy({}, undefined);
    expect(decision.kind === 'accepted' && decision.initialState.receivedAt).toBeUndefined();
  });
});

describe('the ceilings of a channel', () => {
  const ceilings = { unitPriceMinor: 100_000, orderMinor: 1_000_000 };
  const others = { ...ceilings, byChannel: { storefront: { unitPriceMinor: 500_000, orderMinor: 5_000_000 } } };

  test.each([
    ['the largest price', 100_000, 1, ceilings, undefined],
    ['a larger price', 100_001, 1, ceilings, ['/lines/0/unitPriceMinor']],
    ['the largest order', 100_000, 10, ceilings, undefined],
    ['a larger order', 90_000, 12, ceilings, ['/lines']],
    ['both', 200_000, 9, ceilings, ['/lines/0/unitPriceMinor', '/lines']],
    ['its own ceilings', 500_000, 10, others, undefined],
    ['a price above its own ceilings', 500_001, 1, others, ['/lines/0/unitPriceMinor']],
    ['no ceilings', 1_000_000_000, 1, undefined, undefined],
  ])('of an order with %s', (_what, priceMinor, quantity, given, expected) => {
    const state = aState({
      skus: new Map([['MUG', aSku({ priceMinor })]]),
      stock: new Map([['MUG', aStock('MUG', { main: 100 })]]),
    });
    const policy = { ...aPolicy(), ...(given && { ceilings: given }) };
    const decision = decide(aPlacement({ lines: [{ sku: 'MUG', quantity }] }), state, policy);
    expect(decision.kind).toBe(expected ? 'invalid' : 'accepted');
    expect(pointers(decision)).toEqual(expected);
  });
});

describe('an order with many limited promotions', () => {
  const customer = { id: 'ada', email: 'ada@example.com' };
  /** Each has five counters: uses, units, budget, and two of the customer. */
  const limits = { total: 9, units: 9, budgetMinor: { GBP: 90_000 }, perCustomer: 9 };
  const decideWith = (promotions: number, isExact: boolean) => {
    const ids = Array.from({ length: promotions }, (_, index) => `sale-${index}`);
    const set = {
      version: 1,
      categoryPaths: {},
      promotions: ids.map((promotionId) => aPromotion({ promotionId, limits })),
    };
    return decide(
      aPlacement({ customer }),
      aState({ promotions: set, limits: { ...unreadLimits, isExact, counted: new Set(ids), isFirstOrder: true } }),
      aPolicy(),
    );
  };

  test.each([
    [18, false, { kind: 'accepted' }],
    [18, true, { kind: 'accepted' }],
    [19, false, { kind: 'invalid', type: 'too-many-promotions' }],
    [19, true, { kind: 'invalid', type: 'too-many-promotions' }],
    [60, true, { kind: 'invalid', type: 'too-many-promotions' }],
  ])('of %i is placed in transactions or refused (exact: %s)', (promotions, isExact, expected) => {
    expect(decideWith(promotions, isExact)).toMatchObject(expected);
  });
});
