import { describe, expect, test } from 'vitest';
import { isPublic, publicPromotions } from '../../../../shared/pricing/promotions/public-promotions.ts';
import type { CompiledPromotion, PromotionSet } from '../../../../shared/pricing/promotions/types.ts';
import { aSku, noon } from '../../../support/builders.ts';
import { aPromotionPolicy } from '../../../support/promotions/arbitrary.ts';
import { aPromotion } from '../../../support/promotions.ts';

const gbp = (minor: number) => ({ GBP: minor });
const half = { kind: 'percent', level: 'line', basisPoints: 5000 } as const;

describe('a promotion is public', () => {
  test.each<[string, Partial<CompiledPromotion>]>([
    ['a rate', {}],
    ['an amount', { discount: { kind: 'amount', level: 'line', amountMinor: gbp(100) } }],
    ['a fixed price', { discount: { kind: 'fixed-price', level: 'line', priceMinor: gbp(900) } }],
    ['a flash price of some units', { limits: { units: 100 } }],
    ['of a channel', { audience: { channels: ['storefront'], except: { channels: ['marketplace'] } } }],
  ])('if it is %s', (_name, given) => {
    expect(isPublic(aPromotion(given))).toBe(true);
  });

  test.each<[string, Partial<CompiledPromotion>]>([
    ['a code is needed', { codes: ['TEN'] }],
    ['a code of a batch is needed', { needsCode: true }],
    ['it is of a group', { audience: { customerGroups: ['members'] } }],
    ['it excludes a group', { audience: { except: { customerGroups: ['staff'] } } }],
    ['it is of a first order', { audience: { firstOrderOnly: true } }],
    ['it is of a country', { audience: { countries: ['GB'] } }],
    ['it is of a payment method', { audience: { paymentMethods: ['card'] } }],
    ['it is of a shipping method', { methods: ['standard'] }],
    ['more goods are needed', { condition: { minSubtotalMinor: gbp(100) } }],
    ['it is of the whole order', { discount: { ...half, level: 'order' } }],
    ['it is of shipping', { discount: { ...half, level: 'shipping' } }],
    ['each customer gets it some times', { limits: { perCustomer: 1 } }],
  ])('not if %s', (_name, given) => {
    expect(isPublic(aPromotion(given))).toBe(false);
  });
});

describe('the discount of one unit', () => {
  const hour = 3_600_000;
  const sku = aSku({ costMinor: 1000, category: 'toys' });
  const set = (promotions: CompiledPromotion[], given: Partial<PromotionSet> = {}): PromotionSet => ({
    version: 1,
    promotions,
    categoryPaths: { toys: ['toys'] },
    ...given,
  });
  const of = (timeline: { from: number; set: PromotionSet }[], until = noon + 48 * hour) =>
    publicPromotions(
      timeline,
      sku,
      { policy: aPromotionPolicy(), channel: 'storefront', currency: 'GBP' },
      { from: noon, until },
    );

  test.each<[string, PromotionSet, number]>([
    ['is that of its promotion', set([aPromotion({ eligible: { categories: ['toys'] } })]), 120],
    ['is none of other goods', set([aPromotion({ eligible: { skus: ['TEA'] } })]), 0],
    ['adds up', set([aPromotion(), aPromotion({ promotionId: 'more' })]), 228],
    ['is that of the exclusive one', set([aPromotion({ exclusive: 'line' }), aPromotion({ promotionId: 'z' })]), 120],
    [
      'is cut at the floor',
      set([aPromotion({ discount: half })], { minMarginBasisPoints: { default: 0, byCategory: {} } }),
      200,
    ],
    ['is none while promotions are switched off', set([aPromotion()], { disabled: true }), 0],
  ])('%s', (_name, given, discountMinor) => {
    expect(of([{ from: noon, set: given }]).discountAt(noon, 1200).discountMinor).toBe(discountMinor);
  });

  test('changes when a set does, and when a schedule starts, recurs, ends or is ended', () => {
    const happyHour = { hours: { from: '16:00', to: '17:00' }, zone: 'UTC' };
    const first = { from: noon - 1, set: set([aPromotion({ schedule: happyHour })]) };
    const equal = {
      from: noon + hour,
      set: set([aPromotion({ schedule: happyHour }), aPromotion({ promotionId: 'x', codes: ['X'] })]),
    };
    const ended = { from: noon + 30 * hour, set: set([aPromotion({ endedAt: noon + 29 * hour })]) };
    const { changesAt, discountAt } = of([first, equal, ended]);
    const hours = changesAt.map((at) => Math.round((at - noon) / hour)).filter((each) => each > 0);
    expect(hours.toSorted((a, b) => a - b)).toEqual([4, 5, 28, 29, 29, 30]);
    const at = (hourOfDay: number) => discountAt(noon + hourOfDay * hour, 1200).discountMinor;
    expect([at(3), at(4), at(5), at(28.5), at(31)]).toEqual([0, 120, 0, 120, 0]);
  });
});
