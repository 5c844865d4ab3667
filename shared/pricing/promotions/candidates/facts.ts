import { grossOf } from '../../price-order.ts';
import { percentOf, sum } from '../amounts.ts';
import { normalCode } from '../coupon-code.ts';
import type { PreparedPromotion, PreparedSet } from './prepared-set.ts';
import type { LinesByScope } from './scope.ts';
import type { Cart, PromotionPolicy } from '../types.ts';

/** What every promotion asks about a cart, computed once. */
export type Facts = {
  cart: Cart;
  policy: PromotionPolicy;
  /** Goods of each line at their unit price. */
  list: readonly number[];
  /** Position of each line by SKU, then the higher unit price, then more units, then position: it breaks ties. */
  ranks: readonly number[];
  linesIn: LinesByScope;
  /** Indexes of the lines of each SKU. */
  bySku: ReadonlyMap<string, readonly number[]>;
  hasFloors: boolean;
  /** Most discount of goods in the order. */
  maxDiscountMinor: number;
  /** Entered codes by promotion, in their normal form and in the order of entry. */
  codesOf: ReadonlyMap<PreparedPromotion, readonly EnteredCode[]>;
};
type EnteredCode = { code: string; isUsed: boolean };

export function factsOf(cart: Cart, { index, byCode, byId }: PreparedSet, policy: PromotionPolicy): Facts {
  const list = cart.lines.map(grossOf);
  const rate = policy.maxOrderDiscountBasisPoints;
  return {
    cart,
    policy,
    list,
    ranks: ranksOf(cart),
    linesIn: index.linesIn(cart.lines),
    bySku: Map.groupBy(list.keys(), (line) => cart.lines[line]?.sku ?? ''),
    hasFloors: cart.lines.some(({ floorMinor = 0 }) => floorMinor > 0),
    maxDiscountMinor: rate === undefined ? Infinity : percentOf(sum(list), rate),
    codesOf: codesOf(cart, byCode, byId),
  };
}

function ranksOf({ lines }: Cart): number[] {
  const order = lines
    .map(({ sku, unitPriceMinor, quantity }, index) => ({ sku, unitPriceMinor, quantity, index }))
    .toSorted(
      (a, b) =>
        compare(a.sku, b.sku) ||
        b.unitPriceMinor - a.unitPriceMinor ||
        // Else the position of lines of one SKU could decide on a unit that a later promotion rounds.
        b.quantity - a.quantity ||
        a.index - b.index,
    );
  const ranks = lines.map(() => 0);
  for (const [rank, { index }] of order.entries()) ranks[index] = rank;
  return ranks;
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function codesOf(
  { couponCodes, uniqueCodes }: Cart,
  byCode: PreparedSet['byCode'],
  byId: PreparedSet['byId'],
): Facts['codesOf'] {
  const found = new Map<PreparedPromotion, EnteredCode[]>();
  for (const code of new Set(couponCodes.map(normalCode))) {
    const unique = uniqueCodes.get(code);
    const own = unique && byId.get(unique.promotionId);
    const promotions = [...(byCode.get(code) ?? []), ...(own ? [own] : [])];
    for (const promotion of new Set(promotions)) {
      found.set(promotion, [...(found.get(promotion) ?? []), { code, isUsed: unique?.isUsed ?? false }]);
    }
  }
  return found;
}
