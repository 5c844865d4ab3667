import { describe, expect, test } from 'vitest';
import { comparisonOf } from '../../../functions/promotion-scheduling/effect/comparison.ts';
import { createEffect, type KeptEffect, type Measured } from '../../../functions/promotion-scheduling/effect/effect.ts';
import { EffectReport } from '../../../shared/contracts/promotions/effect-routes.ts';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import { sampleOf } from '../../../shared/reports/statistics.ts';
import { noon } from '../../support/builders.ts';
import { aSet, lakeScene } from '../../support/lake-orders.ts';
import { aPromotion } from '../../support/promotions.ts';

const dayMs = 86_400_000;
const measured: Measured = {
  promotionId: 'sale',
  startMs: noon,
  endMs: noon + dayMs,
  daysWith: ['2026-11-30'],
  daysBefore: ['2026-11-28', '2026-11-29'],
  hasHoldout: true,
};
const gift = aPromotion({ discount: { kind: 'gift', level: 'line', gifts: ['TEA'] } });
const reportOf = (events: readonly (readonly [string, LakeEvent])[], given: Partial<Measured> = {}) => {
  const { source } = lakeScene();
  let kept: KeptEffect | undefined;
  // Each order goes on from what was kept, as after a crash.
  for (const [day, event] of events) {
    const effect = createEffect({ ...measured, ...given }, source.skuOf, kept);
    effect.add(day, event);
    kept = JSON.parse(JSON.stringify(effect.kept())) as KeptEffect;
  }
  return createEffect({ ...measured, ...given }, source.skuOf, kept).report();
};

describe('the report of a promotion', () => {
  const set = aSet([gift]);
  const scene = lakeScene([set]);
  const at = (ms: number, id?: string) => ({ set, at: ms, now: ms, ...(id !== undefined && { customer: { id } }) });

  test('has uses, discount, cost of gifts, revenue, margin and new customers of the orders that have it', () => {
    const before = { at: noon - 1, now: noon - 1, customer: { id: 'old' } };
    const report = reportOf([
      ['2026-11-30', scene.order([['MUG', 1]], before)],
      ['2026-11-30', scene.order([['MUG', 1]], at(noon, 'old'))],
      ['2026-11-30', scene.order([['MUG', 2]], at(noon + 1, 'new'))],
      ['2026-11-30', scene.order([['MUG', 1]], at(noon + 2))],
      ['2026-12-01', scene.order([['MUG', 1]], at(noon + dayMs, 'late'))],
    ]);
    expect(report.currencies).toMatchObject([
      {
        currency: 'GBP',
        uses: 3,
        discountMinor: 1500,
        giftCostMinor: 3 * 450,
        revenueMinor: 1666 + 3332 + 1666,
        marginMinor: 1666 + 3332 + 1666 - 4 * 800 - 3 * 450,
        customers: 2,
        newCustomers: 1,
      },
    ]);
    expect(EffectReport.parse(report)).toEqual(report);
  });

  test('compares with the customers who are held out', () => {
    const heldOut = (id: string) =>
      scene.order([['MUG', 1]], {
        customer: { id },
        change: { pricing: { engine: 1, settingsVersions: { taxZones: 0, shippingMethods: 0 }, holdouts: ['sale'] } },
      });
    const events = [
      ...['a', 'b', 'c'].map((id) => ['2026-11-30', scene.order([['MUG', 2]], at(noon, id))] as const),
      ...['x', 'y', 'z'].map((id) => ['2026-11-30', heldOut(id)] as const),
      ['2026-11-30', scene.order([['MUG', 9]], { customer: { id: 'neither' } })] as const,
    ];
    const [found] = reportOf(events).currencies;
    expect(found?.comparison).toMatchObject({
      method: 'holdout',
      isWeaker: false,
      finding: 'uplift',
      withCount: 3,
      withoutCount: 3,
      differenceMinor: 1666,
    });
  });

  test('compares with the days before if there is no holdout, which is labelled as weaker', () => {
    const events = [
      ['2026-11-28', scene.order([['MUG', 1]])] as const,
      ['2026-11-30', scene.order([['MUG', 5]], at(noon))] as const,
    ];
    const [found] = reportOf(events, { hasHoldout: false, daysWith: ['2026-11-30', '2026-12-01'] }).currencies;
    expect(found?.comparison).toMatchObject({
      method: 'weeks-before',
      isWeaker: true,
      finding: 'no-difference-shown',
      unit: 'day',
      withCount: 2,
      withoutCount: 2,
    });
  });
});

describe('the word uplift', () => {
  const ten = Array.from({ length: 10 }, (_, index) => index);
  const group = (mean: number) => sampleOf(ten.map((each) => mean + each));
  test.each([
    ['holdout', 100, 100, 'no-difference-shown'],
    ['holdout', 102, 100, 'no-difference-shown'],
    ['holdout', 110, 100, 'uplift'],
    ['holdout', 90, 100, 'loss'],
    ['weeks-before', 110, 100, 'higher'],
    ['weeks-before', 90, 100, 'lower'],
  ] as const)('by %s, %d instead of %d is %s', (method, withIt, without, finding) => {
    expect(comparisonOf(method, group(withIt), group(without)).finding).toBe(finding);
  });

  test('is not used with too little data', () => {
    expect(comparisonOf('holdout', group(1), sampleOf([1])).finding).toBe('too-little-data');
  });
});
