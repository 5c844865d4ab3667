import { sum } from '../amounts.ts';
import type { PreparedPromotion } from '../candidates/prepared-set.ts';
import type { Facts } from '../candidates/facts.ts';
import type { AppliedPromotion } from '../types.ts';

export type Trimmed = NonNullable<AppliedPromotion['trimmed']>;

/** The discount of a promotion by line. */
export type Shares = { lines: readonly number[]; discounts: readonly number[] };

/** What a promotion would discount of goods, of a gift or of shipping. */
export type Proposal = Shares & {
  discountMinor: number;
  /** Units at the discounted price. */
  units: number;
  trimmed?: Trimmed | undefined;
  gift?: { sku: string; quantity: number } | undefined;
};

/** What promotions left of a cart, in the order of their evaluation. */
export type Ledger = {
  /** Of each line. */
  remaining: number[];
  shippingMinor: number;
  goodsDiscountMinor: number;
  /** Lines that have a discount. */
  isDiscounted: boolean[];
  /** Lines whose promotion is exclusive. */
  isLocked: boolean[];
  hasLocks: boolean;
  gifts: { sku: string; quantity: number; promotionId: string }[];
  applied: { prepared: PreparedPromotion; proposal: Proposal }[];
  /** A promotion that applies alone. */
  hasExclusive: boolean;
  hasGoodsDiscount: boolean;
  isStopped: boolean;
  /** A gift without which its promotion refuses the order. */
  missingGift?: { sku: string; requested: number; available: number } | undefined;
};

export const newLedger = ({ cart, list }: Facts): Ledger => ({
  remaining: [...list],
  shippingMinor: cart.shipping.priceMinor,
  goodsDiscountMinor: 0,
  isDiscounted: list.map(() => false),
  isLocked: list.map(() => false),
  hasLocks: false,
  gifts: [],
  applied: [],
  hasExclusive: false,
  hasGoodsDiscount: false,
  isStopped: false,
});

/** Records the discount of a promotion. */
export function apply(ledger: Ledger, prepared: PreparedPromotion, proposal: Proposal): void {
  const { promotion, level } = prepared;
  ledger.applied.push({ prepared, proposal });
  if (promotion.exclusive === 'order') ledger.hasExclusive = true;
  if (level === 'shipping') {
    ledger.shippingMinor -= proposal.discountMinor;
    return;
  }
  ledger.hasGoodsDiscount = true;
  ledger.goodsDiscountMinor += proposal.discountMinor;
  if (promotion.stop) ledger.isStopped = true;
  if (proposal.gift) ledger.gifts.push({ ...proposal.gift, promotionId: promotion.promotionId });
  const { lines, discounts } = proposal;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? 0;
    const discountMinor = discounts[index] ?? 0;
    if (discountMinor === 0) continue;
    ledger.remaining[line] = (ledger.remaining[line] ?? 0) - discountMinor;
    ledger.isDiscounted[line] = true;
    if (promotion.exclusive === 'line') {
      ledger.isLocked[line] = true;
      ledger.hasLocks = true;
    }
  }
}

/** What the customer pays for goods, shipping and, where prices are without it, tax. */
export function totalOf({ remaining, shippingMinor }: Ledger, { cart }: Facts): number {
  return sum(remaining) + shippingMinor + (cart.tax?.ofOrder(remaining, shippingMinor) ?? 0);
}
