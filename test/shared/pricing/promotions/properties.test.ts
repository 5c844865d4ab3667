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

describe('one promotion more', () => {
  test('makes no cart dearer by more than a minor unit per promotion of the order', () => {
    fc.assert(
      fc.property(anyCart, fc.array(combinable, { minLength: 1, maxLength: 6 }), (cart, members) => {
        const more = promotionsOf(members);
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
        const more = promotionsOf(members);
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

test('one unit more raises the total by its price at most, and by the rounding of each promotion on each line', () => {
  fc.assert(
    fc.property(anyCart, fc.array(combinable, { maxLength: 4 }), fc.nat(5), (cart, members, position) => {
      const promotions = promotionsOf(members);
      const index = position % cart.lines.length;
      const larger = {
        ...cart,
        lines: cart.lines.map((line, each) => (each === index ? { ...line, quantity: line.quantity + 1 } : line)),
      };
      const [before, after] = [cart, larger].map((each) => totalOf(each, evaluate(each, promotions)));
      const priceMinor = cart.lines[index]?.unitPriceMinor ?? 0;
      const roundings = promotions.length * cart.lines.length;
      expect(after).toBeLessThanOrEqual((before ?? 0) + priceMinor + roundings);
    }),
    { numRuns: 500 },
  );
});
