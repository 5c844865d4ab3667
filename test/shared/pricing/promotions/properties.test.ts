import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluatePromotions } from '../../../../shared/pricing/promotions/evaluate-promotions.ts';
import type {
  Cart,
  CompiledPromotion,
  PromotionOutcome,
  PromotionPolicy,
} from '../../../../shared/pricing/promotions/types.ts';
import {
  anyCart,
  anyMembers,
  aPromotionPolicy,
  combinable,
  ofAllGoods,
  promotionsOf,
} from '../../../support/promotions/arbitrary.ts';
import { aPromotion } from '../../../support/promotions.ts';

const evaluate = (cart: Cart, promotions: readonly CompiledPromotion[], policy: Partial<PromotionPolicy> = {}) =>
  evaluatePromotions(cart, { version: 1, promotions, categoryPaths: {} }, aPromotionPolicy(policy));

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
const goodsOf = ({ lines }: Cart) => sum(lines.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor));
const totalOf = (cart: Cart, { lineDiscounts, shippingDiscountMinor }: PromotionOutcome) =>
  goodsOf(cart) - sum(lineDiscounts) + cart.shipping.priceMinor - shippingDiscountMinor;
const ofOrder = (promotions: readonly CompiledPromotion[]) =>
  promotions.filter(({ discount }) => discount.level === 'order').length;
const resolution = fc.constantFrom('priority' as const, 'best-deal' as const);
const some = fc.array(anyMembers, { maxLength: 6 }).map(promotionsOf);

describe('for every cart and promotions', () => {
  test('parts sum to the whole, and nothing is below zero or not whole', () => {
    fc.assert(
      fc.property(anyCart, some, resolution, (cart, promotions, wanted) => {
        const outcome = evaluate(cart, promotions, { resolution: wanted });
        const goods = outcome.applied.filter(({ target }) => target !== 'shipping');
        const byLine = cart.lines.map((_line, index) =>
          sum(
            goods.flatMap(({ lines }) => lines.filter(({ line }) => line === index).map((each) => each.discountMinor)),
          ),
        );
        expect(byLine).toEqual(outcome.lineDiscounts);
        for (const { discountMinor, lines } of goods) {
          expect(sum(lines.map((line) => line.discountMinor))).toBe(discountMinor);
          expect(discountMinor).toBeGreaterThan(0);
        }
        for (const [index, { quantity, unitPriceMinor }] of cart.lines.entries()) {
          const discount = outcome.lineDiscounts[index] ?? -1;
          expect(Number.isSafeInteger(discount)).toBe(true);
          expect(discount).toBeGreaterThanOrEqual(0);
          expect(discount).toBeLessThanOrEqual(quantity * unitPriceMinor);
        }
        expect(Number.isSafeInteger(outcome.shippingDiscountMinor)).toBe(true);
        const mentioned = [...outcome.applied, ...outcome.notApplied].map(({ promotionId }) => promotionId);
        expect(mentioned.toSorted()).toEqual(promotions.map(({ promotionId }) => promotionId).toSorted());
      }),
      { numRuns: 300 },
    );
  });

  test('the order of lines is irrelevant to the price of each SKU', () => {
    const shuffled = anyCart.chain((cart) =>
      fc
        .shuffledSubarray([...cart.lines], { minLength: cart.lines.length })
        .map((lines): [Cart, Cart] => [cart, { ...cart, lines }]),
    );
    const bySku = (cart: Cart, { lineDiscounts }: PromotionOutcome) => {
      const discounts = new Map<string, number>();
      for (const [index, { sku }] of cart.lines.entries()) {
        discounts.set(sku, (discounts.get(sku) ?? 0) + (lineDiscounts[index] ?? 0));
      }
      return discounts;
    };
    fc.assert(
      fc.property(shuffled, some, resolution, ([cart, other], promotions, wanted) => {
        const policy = { resolution: wanted };
        expect(bySku(other, evaluate(other, promotions, policy))).toEqual(
          bySku(cart, evaluate(cart, promotions, policy)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('the order in which promotions are stored is irrelevant', () => {
    fc.assert(
      fc.property(anyCart, some, resolution, (cart, promotions, wanted) => {
        const policy = { resolution: wanted };
        expect(evaluate(cart, promotions.toReversed(), policy)).toEqual(evaluate(cart, promotions, policy));
      }),
      { numRuns: 100 },
    );
  });
});

/** Promotions whose thresholds are near the goods of the cart: at their list price, and some below. */
const atThresholds = (promotions: readonly CompiledPromotion[], cart: Cart): CompiledPromotion[] =>
  promotions.map((each, index) => ({
    ...each,
    ...(each.condition && {
      condition: { minSubtotalMinor: { GBP: Math.ceil((goodsOf(cart) * (4 - (index % 3))) / 4) } },
    }),
  }));

describe('one promotion more', () => {
  test('makes no cart dearer by more than a minor unit per promotion of the order', () => {
    fc.assert(
      fc.property(anyCart, fc.array(combinable, { minLength: 1, maxLength: 6 }), (cart, members) => {
        const more = atThresholds(promotionsOf(members), cart);
        const fewer = more.slice(0, -1);
        const [before, after] = [fewer, more].map((promotions) => totalOf(cart, evaluate(cart, promotions)));
        expect(after).toBeLessThanOrEqual((before ?? 0) + ofOrder(more));
      }),
      { numRuns: 500 },
    );
  });

  test('makes no cart dearer where promotions of the order are of all goods', () => {
    fc.assert(
      fc.property(anyCart, fc.array(ofAllGoods, { minLength: 1, maxLength: 6 }), (cart, members) => {
        const more = atThresholds(promotionsOf(members), cart);
        const [before, after] = [more.slice(0, -1), more].map((promotions) =>
          totalOf(cart, evaluate(cart, promotions)),
        );
        expect(after).toBeLessThanOrEqual(before ?? 0);
      }),
      { numRuns: 500 },
    );
  });

  test('that is exclusive makes no cart dearer by best deal', () => {
    fc.assert(
      fc.property(anyCart, fc.array(anyMembers, { minLength: 1, maxLength: 6 }), (cart, members) => {
        const last = members.length - 1;
        const more = promotionsOf(
          members.map((given, index) => (index === last ? { ...given, exclusive: 'order', group: undefined } : given)),
        );
        const [before, after] = [more.slice(0, -1), more].map((promotions) =>
          totalOf(cart, evaluate(cart, promotions, { resolution: 'best-deal' })),
        );
        expect(after).toBeLessThanOrEqual(before ?? 0);
      }),
      { numRuns: 500 },
    );
  });
});

/** The total before and after one unit more of a line, and the price of the unit. */
function oneMore(cart: Cart, position: number, price: (each: Cart) => number) {
  const index = position % cart.lines.length;
  const larger = {
    ...cart,
    lines: cart.lines.map((line, each) => (each === index ? { ...line, quantity: line.quantity + 1 } : line)),
  };
  return { before: price(cart), after: price(larger), priceMinor: cart.lines[index]?.unitPriceMinor ?? 0 };
}

describe('one unit more', () => {
  const all = { all: true } as const;
  // The exceptions are the rounding of each promotion on each line here, and the promotions of the test below.
  test.each(['priority', 'best-deal'] as const)(
    'raises the total by its price at most, but for the rounding of each promotion on each line (%s)',
    (resolutionOf) => {
      // Best deal chooses between exclusive promotions and all others.
      const member =
        resolutionOf === 'priority'
          ? combinable
          : fc
              .tuple(combinable, fc.constantFrom(undefined, 'order' as const))
              .map(([given, exclusive]) => Object.assign({}, given, { exclusive }));
      fc.assert(
        fc.property(anyCart, fc.array(member, { maxLength: 4 }), fc.nat(5), (cart, members, position) => {
          const promotions = promotionsOf(members);
          const price = (each: Cart) => totalOf(each, evaluate(each, promotions, { resolution: resolutionOf }));
          const { before, after, priceMinor } = oneMore(cart, position, price);
          expect(after).toBeLessThanOrEqual(before + priceMinor + promotions.length * cart.lines.length);
        }),
        { numRuns: 500 },
      );
    },
  );

  test('of any price raises the total by its price at most where sets of all goods have units given', () => {
    const counts = fc.record({ buy: fc.integer({ min: 1, max: 3 }), get: fc.integer({ min: 1, max: 2 }) });
    fc.assert(
      fc.property(anyCart, counts, fc.nat(5), (cart, { buy, get }, position) => {
        const promotions = promotionsOf([
          {
            discount: {
              kind: 'buy-get',
              level: 'line',
              buy: { units: buy, of: all },
              get: { units: get, of: all, basisPoints: 10_000 },
            },
          },
        ]);
        const { before, after, priceMinor } = oneMore(cart, position, (each) =>
          totalOf(each, evaluate(each, promotions)),
        );
        expect(after).toBeLessThanOrEqual(before + priceMinor);
      }),
      { numRuns: 500 },
    );
  });

  const line = (sku: string, quantity: number, unitPriceMinor: number) => ({ sku, quantity, unitPriceMinor });
  const half = { kind: 'percent', level: 'line', basisPoints: 5000 } as const;
  const gbp = (minor: number) => ({ GBP: minor });
  test.each<[string, Cart['lines'], number, Parameters<typeof promotionsOf>[0]]>([
    [
      'a threshold after discounts, below which another discount brings the goods',
      [line('A', 2, 1000)],
      0,
      [
        {
          discount: { kind: 'amount', level: 'line', amountMinor: gbp(1001) },
          condition: { minUnits: 3 },
          priority: 1,
        },
        {
          discount: { ...half, level: 'order', basisPoints: 9000 },
          condition: { minSubtotalMinor: gbp(2000), basis: 'after-goods' },
        },
      ],
    ],
    [
      'the cheapest of all units is given',
      [line('A', 2, 1000), line('B', 1, 900), line('C', 0, 10)],
      2,
      [
        {
          discount: {
            kind: 'buy-get',
            level: 'line',
            buy: { units: 1, of: { skus: ['A'] } },
            get: { units: 1, of: { skus: ['B', 'C'] }, basisPoints: 10_000 },
            select: 'cheapest',
            maxTimes: 1,
          },
        },
      ],
    ],
    [
      'a promotion that stops a better one applies from then on',
      [line('A', 2, 1000)],
      0,
      [
        { discount: { ...half, basisPoints: 100 }, condition: { minUnits: 3 }, stop: true, priority: 1 },
        { discount: half },
      ],
    ],
    [
      'a promotion that is exclusive on its lines applies from then on',
      [line('A', 2, 1000)],
      0,
      [
        { discount: { ...half, basisPoints: 100 }, condition: { minUnits: 3 }, exclusive: 'line', priority: 1 },
        { discount: half },
      ],
    ],
  ])('raises it by more only where it is a named exception: %s', (_name, lines, position, members) => {
    const cart = { ...fc.sample(anyCart, 1)[0], lines: lines.filter(({ quantity }) => quantity > 0) } as Cart;
    const promotions = promotionsOf(members.map((given) => ({ eligible: all, ...given })));
    const price = (each: Cart) => totalOf(each, evaluate(each, promotions));
    const larger = {
      ...cart,
      lines: lines.map((each, at) => (at === position ? { ...each, quantity: each.quantity + 1 } : each)),
    };
    expect(price(larger)).toBeGreaterThan(price(cart) + (lines[position]?.unitPriceMinor ?? 0));
  });
});

describe('a holdout', () => {
  const id = fc.nat(1_000_000).map((number) => `customer-${number}`);
  const sale = (promotionId: string) => [aPromotion({ promotionId, holdoutShare: 5000 })];
  const holdoutsOf = (cart: Cart, customer: NonNullable<Cart['customer']>, promotionId = 'sale') =>
    evaluate({ ...cart, customer }, sale(promotionId)).holdouts;

  test('is the same for a customer at every time, with every cart, and however the address is written', () => {
    fc.assert(
      fc.property(anyCart, anyCart, id, fc.nat(400), (cart, other, customer, days) => {
        const email = `${customer}@example.com`;
        const first = holdoutsOf(cart, { id: customer, email, groups: [] });
        const later = { ...other, at: other.at + days * 86_400_000, couponCodes: ['NONE'], channel: 'app' };
        const written = ` ${email.toUpperCase()} `;
        expect(holdoutsOf(later, { id: 'guest', email: written, groups: ['members'] })).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });

  test('has its share of customers, and is independent of that of another promotion', () => {
    const [cart] = fc.sample(anyCart, 1);
    const customers = Array.from({ length: 4000 }, (_, number) => ({ id: `c${number}`, groups: [] }));
    const isIn = (promotionId: string) =>
      customers.map((customer) => holdoutsOf(cart as Cart, customer, promotionId).length > 0);
    const [a, b] = [isIn('spring'), isIn('summer')];
    const share = (members: readonly boolean[]) => members.filter(Boolean).length / members.length;
    // Five standard deviations of 4,000 throws.
    expect(Math.abs(share(a) - 0.5)).toBeLessThan(0.04);
    expect(Math.abs(share(a.filter((_, index) => b[index])) - 0.5)).toBeLessThan(0.06);
  });
});
