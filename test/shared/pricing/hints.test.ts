import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Hint, hintsOf, withUnits } from '../../../shared/pricing/hints.ts';
import { type Basket, priceBasket } from '../../../shared/pricing/price-basket.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { aPolicy, aSku, noon } from '../../support/builders.ts';
import { aPromotion } from '../../support/promotions.ts';
import { anyCart, anyMembers, catalogueOfCarts, promotionsOf } from '../../support/promotions/arbitrary.ts';

const policy = {
  resolution: 'priority',
  codePolicy: 'lenient',
  timeZone: 'Europe/London',
  foldsEmailTags: false,
} as const;
const skus = new Map(
  [
    aSku({ sku: 'MUG', priceMinor: 1200 }),
    aSku({ sku: 'TEA', priceMinor: 500, category: 'tea' }),
    aSku({ sku: 'CAKE', priceMinor: 999, category: 'cake' }),
    ...catalogueOfCarts.map(aSku),
  ].map((sku) => [sku.sku, sku]),
);

type Given = { promotions: readonly CompiledPromotion[]; lines: readonly [sku: string, quantity: number][] };
function hinted({ promotions, lines }: Given) {
  const set = { version: 1, promotions, categoryPaths: {} };
  const rules = rulesOf(aPolicy(), {}, [], { set, policy });
  const basket: Basket = {
    currency: 'GBP',
    channel: { channel: 'storefront', pricesItself: false },
    lines: lines.map(([sku, quantity], index) => ({ sku, quantity, pointer: `/lines/${index}` })),
    at: noon,
    now: noon,
  };
  let prices = 0;
  const price = (wanted: Basket) => {
    prices += 1;
    return priceBasket(wanted, skus, rules);
  };
  const priced = priceBasket(basket, skus, rules);
  if ('refusal' in priced) throw new Error(priced.refusal.detail);
  const hints = hintsOf({ basket, priced, skus, promotions: { set, policy }, price });
  return { basket, hints, price, prices };
}

const ten = { kind: 'percent', level: 'order', basisPoints: 1000 } as const;
const tea = { categories: ['tea'] };
const free = { units: 1, of: tea, basisPoints: 10_000 };

describe('a hint', () => {
  test.each<[string, Given, Partial<Hint>[]]>([
    [
      'names the cheapest units that reach a subtotal',
      {
        promotions: [aPromotion({ discount: ten, condition: { minSubtotalMinor: { GBP: 2000 } } })],
        lines: [
          ['MUG', 1],
          ['TEA', 1],
        ],
      },
      [{ promotionId: 'sale', sku: 'TEA', addUnits: 1, addMinor: 500, newTotalMinor: 1980 }],
    ],
    [
      'names goods that count only',
      {
        promotions: [aPromotion({ discount: ten, condition: { minUnits: 4, of: { skus: ['MUG'] } } })],
        lines: [
          ['MUG', 2],
          ['TEA', 1],
        ],
      },
      [{ sku: 'MUG', addUnits: 2, newTotalMinor: 4770 }],
    ],
    [
      'reaches the lowest tier',
      {
        promotions: [
          aPromotion({
            eligible: tea,
            discount: {
              kind: 'tiers',
              level: 'line',
              tierOn: 'units',
              tiers: [{ fromUnits: 3, kind: 'percent', basisPoints: 1000 }],
            },
          }),
        ],
        lines: [['TEA', 2]],
      },
      [{ addUnits: 1, newTotalMinor: 1350 }],
    ],
    [
      'completes a set of the same goods',
      {
        promotions: [
          aPromotion({ discount: { kind: 'buy-get', level: 'line', buy: { units: 2, of: tea }, get: free } }),
        ],
        lines: [['TEA', 2]],
      },
      [{ sku: 'TEA', addUnits: 1, newTotalMinor: 1000 }],
    ],
    [
      'completes the side of a set that has too few units',
      {
        promotions: [
          aPromotion({
            discount: { kind: 'buy-get', level: 'line', buy: { units: 3, of: { skus: ['MUG'] } }, get: free },
          }),
        ],
        lines: [
          ['MUG', 1],
          ['TEA', 1],
        ],
      },
      [{ sku: 'MUG', addUnits: 2, newTotalMinor: 3600 }],
    ],
    [
      'completes a bundle by a SKU that the basket does not have',
      {
        promotions: [
          aPromotion({
            discount: { kind: 'bundle', level: 'line', bundle: { MUG: 1, CAKE: 1 }, priceMinor: { GBP: 2000 } },
          }),
        ],
        lines: [['MUG', 1]],
      },
      [{ sku: 'CAKE', addUnits: 1, addMinor: 999, newTotalMinor: 2000 }],
    ],
    [
      'is not given of two missing SKUs',
      {
        promotions: [
          aPromotion({
            discount: { kind: 'bundle', level: 'line', bundle: { TEA: 1, CAKE: 1 }, priceMinor: { GBP: 900 } },
          }),
        ],
        lines: [['MUG', 1]],
      },
      [],
    ],
    [
      'is not given if the promotion does not apply then',
      {
        promotions: [
          aPromotion({ promotionId: 'stop', stop: true, priority: 9 }),
          aPromotion({ discount: ten, condition: { minUnits: 2 } }),
        ],
        lines: [['MUG', 1]],
      },
      [],
    ],
  ])('%s', (_name, given, expected) => {
    const { basket, hints, price } = hinted(given);
    expect(hints).toMatchObject(expected);
    expect(hints).toHaveLength(expected.length);
    for (const { sku, addUnits, newTotalMinor } of hints) {
      expect(price(withUnits(basket, sku, addUnits))).toMatchObject({ totals: { totalMinor: newTotalMinor } });
    }
  });

  // The promised total has the discounts of shipping too.
  test('that is followed gives the price it promised, for every cart and promotions', () => {
    const some = fc.array(anyMembers, { minLength: 1, maxLength: 6 }).map(promotionsOf);
    let count = 0;
    fc.assert(
      fc.property(anyCart, some, (cart, promotions) => {
        const lines = cart.lines.map(({ sku, quantity }): [string, number] => [sku, quantity]);
        const { basket, hints, price } = hinted({ promotions, lines });
        count += hints.length;
        for (const { promotionId, sku, addUnits, newTotalMinor } of hints) {
          const followed = price(withUnits(basket, sku, addUnits));
          expect(followed).toMatchObject({ totals: { totalMinor: newTotalMinor } });
          const applied = 'refusal' in followed ? [] : followed.promotions.applied.map((each) => each.promotionId);
          expect(applied).toContain(promotionId);
        }
      }),
      { numRuns: 300 },
    );
    expect(count).toBeGreaterThan(50);
  });

  test('is found by eight prices at most', () => {
    const promotions = Array.from({ length: 20 }, (_promotion, index) =>
      aPromotion({ promotionId: `p${index}`, discount: ten, condition: { minUnits: 9 } }),
    );
    const { hints, prices } = hinted({ promotions, lines: [['MUG', 1]] });
    expect(hints).toHaveLength(8);
    expect(prices).toBe(8);
  });
});
