import { describe, expect, test } from 'vitest';
import { worstCase } from '../../../functions/promotion-scheduling/worst-case/worst-case.ts';
import { QuoteContent } from '../../../shared/contracts/quotes/routes.ts';
import { WorstCase } from '../../../shared/contracts/promotions/worst-case-routes.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { aPolicy, aSku, noon } from '../../support/builders.ts';
import { aSet, promotionPolicy } from '../../support/lake-orders.ts';
import { aPromotion } from '../../support/promotions.ts';

const skus = [
  aSku({ sku: 'MUG', priceMinor: 2000, costMinor: 1000 }),
  aSku({ sku: 'TEA', priceMinor: 500, costMinor: 100 }),
  aSku({ sku: 'BOOK', priceMinor: 1000 }),
];
const percent = (basisPoints: number) => ({ kind: 'percent', level: 'line', basisPoints }) as const;
const search = (draft: Partial<CompiledPromotion>, others: Partial<CompiledPromotion>[] = [], given = {}) => {
  const set = aSet(others.map((each, index) => aPromotion({ promotionId: `other-${index}`, ...each })));
  const found = worstCase({
    draft: aPromotion({ promotionId: 'draft', allowBelowFloor: true, ...draft }),
    set,
    skus,
    rules: { ...rulesOf(aPolicy()), promotions: { set, policy: promotionPolicy } },
    channel: 'storefront',
    currency: 'GBP',
    now: noon,
    ...given,
  });
  expect(WorstCase.parse(found)).toEqual(found);
  return found;
};

describe('the worst case', () => {
  test('is above the floor, with what was searched', () => {
    const { isBelowFloor, searched, worst } = search({ discount: percent(4000) });
    expect(isBelowFloor).toBe(false);
    expect(searched).toMatchObject({ skus: 3, skusConcerned: 3, skusWithoutFloor: 1, promotions: 1, isWhole: true });
    expect(searched.baskets).toBeGreaterThan(15);
    // A mug at 12.00 is 2.00 above its cost, as one unit of tea at 3.00 is.
    expect(worst).toMatchObject({ slackMinor: 200, promotionIds: ['draft'] });
  });

  test.each<[string, Partial<CompiledPromotion>, Partial<CompiledPromotion>[], object]>([
    [
      'two promotions that are harmless alone',
      { discount: percent(4000) },
      [{ discount: percent(2000), allowBelowFloor: true }],
      { slackMinor: -80 },
    ],
    [
      'a code beside it',
      { discount: percent(4000) },
      [{ discount: percent(2000), codes: ['EXTRA'], allowBelowFloor: true }],
      { quote: { couponCodes: ['EXTRA'] } },
    ],
    [
      'a group of customers',
      { discount: percent(4000) },
      [{ discount: percent(2000), audience: { customerGroups: ['staff'] }, allowBelowFloor: true }],
      { quote: { customer: { group: 'staff' } } },
    ],
    [
      'units from which a tier applies',
      {
        discount: {
          kind: 'tiers',
          level: 'line',
          tierOn: 'units',
          tiers: [{ fromUnits: 7, kind: 'percent', basisPoints: 6000 }],
        },
      },
      [],
      { slackMinor: -1400 },
    ],
    [
      'a subtotal from which it applies',
      { discount: percent(6000), condition: { minSubtotalMinor: { GBP: 9000 } } },
      [],
      { slackMinor: -1000 },
    ],
    [
      'a gift',
      { discount: { kind: 'gift', level: 'line', gifts: ['MUG'] }, eligible: { skus: ['TEA'] } },
      [],
      { slackMinor: -600 },
    ],
    [
      'a later time at which another one starts',
      { discount: percent(4000) },
      [{ discount: percent(2000), schedule: { start: '2031-05-01T00:00' }, allowBelowFloor: true }],
      { quote: { at: '2031-04-30T23:00:00.000Z' } },
    ],
  ])('is found with %s', (_name, draft, others, expected) => {
    const { isBelowFloor, worst } = search(draft, others);
    expect(isBelowFloor).toBe(true);
    expect(worst).toMatchObject(expected);
    expect(QuoteContent.safeParse(worst?.quote).error).toBeUndefined();
  });

  test('is never below the floor with promotions that respect it', () => {
    const margins = { minMarginBasisPoints: { default: 0, byCategory: {} } };
    const set = { ...aSet([aPromotion({ discount: percent(5000) })]), ...margins };
    const draft = { discount: percent(9000), allowBelowFloor: false };
    expect(search(draft, [], { set })).toMatchObject({ isBelowFloor: false, worst: { slackMinor: 0 } });
  });

  test('includes baskets of past orders, and says when a part was not searched', () => {
    const past = [[['MUG', 77]]] as const;
    const { worst, searched } = search({ discount: percent(6000) }, [], { baskets: past });
    expect(worst).toMatchObject({ quote: { lines: [{ sku: 'MUG', quantity: 77 }] } });
    expect(searched.pastBaskets).toBe(1);
    const many = Array.from({ length: 60 }, (_, index) => aSku({ sku: `S${index}`, priceMinor: 500, costMinor: 1 }));
    expect(search({}, [], { skus: many }).searched).toMatchObject({ skus: 12, skusConcerned: 60, isWhole: false });
  });

  test('of a draft that is never in force is no basket', () => {
    expect(search({ schedule: { end: '2020-01-01T00:00' } })).toMatchObject({
      isBelowFloor: false,
      searched: { pricings: 0, instants: [] },
    });
  });
});
