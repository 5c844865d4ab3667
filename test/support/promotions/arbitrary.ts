import * as fc from 'fast-check';
import type { Cart, CartLine, CompiledPromotion, PromotionPolicy } from '../../../shared/pricing/promotions/types.ts';
import { noon } from '../builders.ts';
import { aPromotion } from '../promotions.ts';

export const aPromotionPolicy = (given: Partial<PromotionPolicy> = {}): PromotionPolicy => ({
  resolution: 'priority',
  codePolicy: 'lenient',
  timeZone: 'Europe/London',
  foldsEmailTags: false,
  ...given,
});

const aCart = (given: Partial<Cart> = {}): Cart => ({
  currency: 'GBP',
  channel: 'storefront',
  lines: [{ sku: 'MUG', quantity: 1, unitPriceMinor: 1000 }],
  gifts: new Map(),
  shipping: { method: 'standard', priceMinor: 495 },
  couponCodes: [],
  uniqueCodes: new Map(),
  remaining: new Map(),
  at: noon,
  ...given,
});

const prices = { A: 1999, B: 250, C: 1000, D: 37, E: 1000 };
const categories = { A: 'toys', B: 'toys', C: 'books', D: 'pens', E: 'books' };
const skus = ['A', 'B', 'C', 'D', 'E'] as const;
/** The SKUs of the carts. */
export const catalogueOfCarts = skus.map((sku) => ({ sku, priceMinor: prices[sku], category: categories[sku] }));

const line = fc
  .record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 9 }) })
  .map(({ sku, quantity }): CartLine => ({
    sku,
    quantity,
    unitPriceMinor: prices[sku],
    categoryId: categories[sku],
  }));

/** Carts of up to six lines, also with several lines of a SKU. */
export const anyCart = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => aCart({ lines }));

type Discount = CompiledPromotion['discount'];
type Scope = CompiledPromotion['eligible'];

const all: Scope = { all: true };
const scope = fc.constantFrom<Scope[]>(
  all,
  { categories: ['toys'] },
  { skus: ['A', 'D'] },
  { ...all, except: { categories: ['books'] } },
);
const rate = fc.integer({ min: 1, max: 10_000 });
const amount = fc.integer({ min: 1, max: 4000 });
const gbp = (minor: number) => ({ GBP: minor });

const lineDiscount = fc.oneof(
  rate.map((basisPoints): Discount => ({ kind: 'percent', level: 'line', basisPoints })),
  amount.map((minor): Discount => ({ kind: 'amount', level: 'line', amountMinor: gbp(minor) })),
  amount.map((minor): Discount => ({ kind: 'fixed-price', level: 'line', priceMinor: gbp(minor) })),
  fc
    .record({ buy: fc.integer({ min: 1, max: 3 }), get: fc.integer({ min: 1, max: 2 }), of: scope, basisPoints: rate })
    .map(({ buy, get, of, basisPoints }): Discount => ({
      kind: 'buy-get',
      level: 'line',
      buy: { units: buy, of },
      get: { units: get, of, basisPoints },
    })),
  amount.map((minor): Discount => ({ kind: 'bundle', level: 'line', bundle: { A: 1, B: 2 }, priceMinor: gbp(minor) })),
  rate.map((basisPoints): Discount => ({
    kind: 'tiers',
    level: 'line',
    tierOn: 'units',
    tiers: [
      { fromUnits: 3, kind: 'percent', basisPoints: Math.ceil(basisPoints / 2) },
      { fromUnits: 6, kind: 'percent', basisPoints },
    ],
  })),
);
const orderDiscount = fc.oneof(
  rate.map((basisPoints): Discount => ({ kind: 'percent', level: 'order', basisPoints })),
  amount.map((minor): Discount => ({ kind: 'amount', level: 'order', amountMinor: gbp(minor) })),
  amount.map((minor): Discount => ({
    kind: 'tiers',
    level: 'order',
    tierOn: 'subtotal',
    tiers: [
      { fromMinor: gbp(2000), kind: 'amount', amountMinor: gbp(Math.ceil(minor / 2)) },
      { fromMinor: gbp(5000), kind: 'amount', amountMinor: gbp(minor) },
    ],
  })),
);
const shippingDiscount = rate.map((basisPoints): Discount => ({ kind: 'percent', level: 'shipping', basisPoints }));

type Members = Partial<Omit<CompiledPromotion, 'promotionId'>>;
const condition = fc.option(
  fc.integer({ min: 1, max: 6000 }).map((minor) => ({ minSubtotalMinor: gbp(minor) })),
  { nil: undefined },
);

/** A promotion that combines with all others, and whose thresholds are of list prices. */
export const combinable: fc.Arbitrary<Members> = fc.record({
  discount: fc.oneof(
    { weight: 3, arbitrary: lineDiscount },
    { weight: 2, arbitrary: orderDiscount },
    { weight: 1, arbitrary: shippingDiscount },
  ),
  eligible: scope,
  condition,
  priority: fc.integer({ min: 0, max: 3 }),
  capMinor: fc.option(amount.map(gbp), { nil: undefined }),
});

/** As `combinable`, and every promotion of the order is of all goods. */
export const ofAllGoods: fc.Arbitrary<Members> = combinable.map((given) =>
  given.discount?.kind !== 'gift' && given.discount?.level === 'order' ? { ...given, eligible: all } : given,
);

/** A promotion with any way of combining. */
export const anyMembers: fc.Arbitrary<Members> = fc
  .tuple(
    combinable,
    fc.record({
      exclusive: fc.constantFrom(undefined, undefined, 'line' as const, 'order' as const),
      stop: fc.constantFrom(undefined, undefined, true),
      group: fc.constantFrom(undefined, undefined, 'sale'),
    }),
  )
  .map(([given, combination]) => Object.assign({}, given, combination));

/** Promotions with ids by position. */
export const promotionsOf = (members: readonly Members[]): CompiledPromotion[] =>
  members.map((given, index) => aPromotion({ ...given, promotionId: `p${index}` }));
