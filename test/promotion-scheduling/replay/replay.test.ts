import { describe, expect, test } from 'vitest';
import { createReplay, differingFile } from '../../../functions/promotion-scheduling/replay/replay.ts';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { noon } from '../../support/builders.ts';
import { aSet, lakeScene } from '../../support/lake-orders.ts';
import { aPromotion } from '../../support/promotions.ts';

const replayed = (events: readonly LakeEvent[], { source }: ReturnType<typeof lakeScene>) => {
  const replay = createReplay(source);
  for (const event of events) replay.add(event);
  return replay.result();
};

describe('an order is priced again to the amounts that were charged', () => {
  const gift: CompiledPromotion['discount'] = { kind: 'gift', level: 'line', gifts: ['TEA'] };
  test.each<[string, Partial<CompiledPromotion>, object]>([
    ['without a promotion that applies', { condition: { minUnits: 99 } }, {}],
    ['with a percentage', {}, {}],
    ['with a discount of the order', { discount: { kind: 'amount', level: 'order', amountMinor: { GBP: 333 } } }, {}],
    ['with free shipping', { discount: { kind: 'percent', level: 'shipping', basisPoints: 10_000 } }, {}],
    ['with a gift', { discount: gift }, {}],
    ['with a gift that was out of stock', { discount: gift }, { state: { available: new Map() } }],
    ['with a shared code', { codes: ['SPRING'] }, { couponCodes: ['spring'] }],
    [
      'with a code of a batch',
      { needsCode: true },
      {
        couponCodes: ['X-1'],
        state: { uniqueCodes: new Map([['X1', { promotionId: 'sale', isUsed: false }]]) },
      },
    ],
    ['of a group', { audience: { customerGroups: ['members'] } }, { customer: { group: 'members' } }],
    ['paid by card', { audience: { paymentMethods: ['card'] } }, { paymentMethod: 'card' }],
    ['that was a first order', { audience: { firstOrderOnly: true } }, { isFirstOrder: true, customer: { id: 'c' } }],
    ['for an exempt customer', {}, { customer: { taxExemption: { reason: 'Certificate' } } }],
    [
      'at the last millisecond of a promotion, although its own time is a later one',
      { schedule: { end: '2026-11-30T12:00' } },
      { now: Date.UTC(2026, 10, 30, 12) - 1, at: Date.UTC(2026, 10, 30, 13) },
    ],
  ])('%s', (_name, given, more) => {
    const set = aSet([aPromotion(given)]);
    const scene = lakeScene([set]);
    const event = scene.order(
      [
        ['MUG', 2],
        ['BOOK', 3],
        ['TEA', 1],
      ],
      { set, ...more },
    );
    const { counts, differing } = replayed([event], scene);
    expect(differing).toEqual([]);
    expect(counts).toMatchObject({ orders: 1, equal: 1, differing: 0 });
  });

  test('with a limit that was used up then, which is counted', () => {
    const set = aSet([aPromotion({ limits: { total: 10 } })]);
    const scene = lakeScene([set]);
    const usedUp = scene.order([['MUG', 1]], { set, state: { remaining: new Map([['sale', { uses: 0 }]]) } });
    const { counts } = replayed([usedUp, scene.order([['MUG', 1]], { set })], scene);
    expect(counts).toMatchObject({ equal: 2, assumedLimits: 1, differing: 0 });
  });

  test('by its own prices, whatever they are today', () => {
    const scene = lakeScene();
    const event = scene.order([['MUG', 2]]);
    const dearer = lakeScene([], new Map());
    expect(replayed([event], dearer).counts).toMatchObject({ equal: 1, differing: 0 });
  });
});

describe('an order that differs is listed with its amounts', () => {
  const set = aSet([aPromotion()]);
  const scene = lakeScene([set]);
  const order = (change: object) => scene.order([['MUG', 2]], { set, change });
  test.each<[string, LakeEvent, string, number]>([
    ['another total', order({ totalMinor: 1 }), 'amounts-differ', 1],
    ['another tax', order({ taxMinor: 1 }), 'amounts-differ', 1],
    ['another discount', order({ discountMinor: 1, totalMinor: 3997 }), 'amounts-differ', 2],
    ['another price of shipping', order({ shippingMinor: 77 }), 'amounts-differ', 1],
    [
      'promotions that are not kept',
      scene.order([['MUG', 1]], { set: aSet([aPromotion()], 7) }),
      'versions-not-kept',
      0,
    ],
    ['a shipping method that no longer exists', order({ shippingMethod: 'pigeon' }), 'unknown-shipping-method', 0],
    ['no order at all', { ...order({}), data: { orderId: 5 } }, 'unreadable', 0],
  ])('%s', (_name, event, reason, differences) => {
    const result = replayed([event], scene);
    expect(result.counts).toMatchObject({ orders: 1, equal: 0, differing: 1 });
    expect(result.differing).toMatchObject([{ reason }]);
    expect(result.differing[0]?.differences).toHaveLength(differences);
    expect(differingFile(result).text.split('\n')).toHaveLength(Math.max(1, differences) + 2);
  });

  test('a promotion without a limit that the order does not have', () => {
    const { counts } = replayed([scene.order([['MUG', 1]], { set: aSet([], 1), change: pricedBy(1) })], scene);
    expect(counts.differing).toBe(1);
  });

  test('orders of channels that price themselves, and exchanges, are not priced again', () => {
    const { counts } = replayed([order({ taxes: undefined }), order({ exchangeOf: {} })], scene);
    expect(counts).toMatchObject({ orders: 2, equal: 0, notPricedByStore: 2, differing: 0 });
  });
});

const pricedBy = (promotions: number) => ({
  pricing: {
    engine: 1,
    settingsVersions: { taxZones: 0, shippingMethods: 0, promotions },
    pricedAt: new Date(noon).toISOString(),
  },
});
