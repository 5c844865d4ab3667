import type { PromotionDefinition } from '../../contracts/promotions/definition.ts';

/** A promotion of the compiled set: every approved one that has not ended long ago, whether in force now or not. */
export type CompiledPromotion = Omit<PromotionDefinition, 'codes'> & {
  promotionId: string;
  /** Version of the definition, which an order keeps. */
  version: number;
  paused?: boolean | undefined;
  /** Ended early, in milliseconds. */
  endedAt?: number | undefined;
  /** When the definition was put in force, in milliseconds. */
  approvedAt?: number | undefined;
  /** Shared codes in their normal form. */
  codes?: readonly string[] | undefined;
  /** A limit was lowered: an order reads the counters before it claims, because a shard may have used more than its part. */
  limitsLowered?: boolean | undefined;
  /** Number of counters of each limit. Fixed when the promotion is created. */
  shards: number;
};

/** The promotions that orders are priced by. */
export type PromotionSet = {
  version: number;
  promotions: readonly CompiledPromotion[];
  /** Ids of the categories from the top to each category, itself included. */
  categoryPaths: Readonly<Record<string, readonly string[]>>;
  /** Margin that prices need by category, inherited ones included; `default`: of all other goods. Absent: no floor. */
  minMarginBasisPoints?: { default?: number | undefined; byCategory: Readonly<Record<string, number>> } | undefined;
  /** All promotions are switched off. */
  disabled?: boolean | undefined;
};

/** How the promotions of a store combine. */
export type PromotionPolicy = {
  resolution: 'priority' | 'best-deal';
  codePolicy: 'lenient' | 'strict';
  /** Most discount of an order, as a rate of its goods at list price. */
  maxOrderDiscountBasisPoints?: number | undefined;
  /** A tag after + in an e-mail address is another customer, unless it is folded. */
  foldsEmailTags: boolean;
  /** Zone of schedules without one of their own. */
  timeZone: string;
  /** Channels that set their prices themselves and get promotions nevertheless. */
  selfPricingChannels?: readonly string[] | undefined;
};

/** What is known of stock and limits when a basket is priced. Absent: nothing is known to be used up. */
export type PromotionState = {
  /** Available units by SKU. Absent: there are enough units of each gift; a SKU that is not in the map has none. */
  available?: ReadonlyMap<string, number> | undefined;
  /** Promotions of entered codes of batches, by code in its normal form. */
  uniqueCodes?: Cart['uniqueCodes'] | undefined;
  /** What remains of limits, by promotion. */
  remaining?: Cart['remaining'] | undefined;
};

/** A line at its unit price. Equal SKUs with equal prices may be on several lines. */
export type CartLine = {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
  taxCategory?: string | undefined;
  productId?: string | undefined;
  categoryId?: string | undefined;
  attributes?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Lowest price of a unit, from cost and margin. */
  floorMinor?: number | undefined;
};

/** A SKU that may be given: what a line of it would be, and its available units. */
export type GiftChoice = Omit<CartLine, 'quantity'> & { available: number };

/** Everything that decides on promotions. The same cart, set and policy give the same outcome for ever. */
export type Cart = {
  currency: string;
  channel: string;
  lines: readonly CartLine[];
  gifts: ReadonlyMap<string, GiftChoice>;
  shipping: { method: string; priceMinor: number };
  customer?: { id?: string | undefined; email?: string | undefined; groups: readonly string[] } | undefined;
  /** Undefined: not known, so that promotions of the first order do not apply. */
  isFirstOrder?: boolean | undefined;
  country?: string | undefined;
  paymentMethod?: string | undefined;
  /** As entered. */
  couponCodes: readonly string[];
  /** Promotions of unique codes, by code in its normal form. */
  uniqueCodes: ReadonlyMap<string, { promotionId: string; isUsed: boolean }>;
  /** What remains of limits, by promotion; absent: nothing is known to be used up. */
  remaining: ReadonlyMap<string, Remaining>;
  /** Milliseconds. */
  at: number;
  /** Where prices are without tax. Absent: they contain it, or none is due. */
  tax?: CartTax | undefined;
};

/** Tax where prices are without it. */
export type CartTax = {
  /** The tax of an amount without tax. */
  onTop: (line: CartLine, amountMinor: number) => number;
  /** The amount without tax of one with it. */
  netOf: (line: CartLine, grossMinor: number) => number;
  /** The tax of an order, from the remaining amount of each line and of shipping. */
  ofOrder: (lineAmounts: readonly number[], shippingMinor: number) => number;
};

/** What remains of a promotion's limits; absent: not known to be limited. */
export type Remaining = {
  uses?: number | undefined;
  customerUses?: number | undefined;
  units?: number | undefined;
  budgetMinor?: number | undefined;
};

/** Why a promotion or an entered code did not apply. */
export type Reason =
  | 'paused'
  | 'not-started'
  | 'ended'
  | 'not-now'
  | 'not-this-customer'
  | 'not-this-channel'
  | 'currency'
  | 'identity-needed'
  | 'customer-limit-reached'
  | 'limit-reached'
  | 'below-threshold'
  | 'no-eligible-lines'
  | 'not-enough-units'
  | 'not-this-method'
  | 'quota-reached'
  | 'stopped'
  | 'not-combinable'
  | 'worse-than-other'
  | 'nothing-left'
  | 'order-cap'
  | 'budget-exhausted'
  | 'gift-out-of-stock';

export type NotApplied = {
  promotionId: string;
  name: string;
  reason: Reason;
  missingMinor?: number | undefined;
  missingUnits?: number | undefined;
};

export type CodeOutcome = {
  /** As entered. */
  code: string;
  outcome: 'applied' | 'duplicate-code' | 'unknown-code' | Reason;
  promotionId?: string | undefined;
};

/** What an order claims of a promotion's limits in its transaction. */
export type Claim = {
  promotionId: string;
  /** Present if the promotion limits uses in total, of each customer or of each code. */
  uses?: 1 | undefined;
  budgetMinor?: number | undefined;
  units?: number | undefined;
  /** The unique or shared code that was used, in its normal form. */
  code?: string | undefined;
};

/** The discount of one promotion. */
export type AppliedPromotion = {
  promotionId: string;
  version: number;
  name: string;
  code?: string | undefined;
  target: 'line' | 'order' | 'gift' | 'shipping';
  discountMinor: number;
  /** By index of the line, gift lines after the lines of the cart. Empty for shipping. */
  lines: readonly { line: number; discountMinor: number }[];
  trimmed?: 'margin-floor' | 'promotion-cap' | 'order-cap' | 'budget' | 'quota' | undefined;
};

export type PromotionOutcome = {
  /** In the order of evaluation. */
  applied: readonly AppliedPromotion[];
  notApplied: readonly NotApplied[];
  codes: readonly CodeOutcome[];
  /** Discount of each line of the cart, then of each gift line. */
  lineDiscounts: readonly number[];
  gifts: readonly (CartLine & { promotionId: string })[];
  shippingDiscountMinor: number;
  claims: readonly Claim[];
  /** Promotions that would apply, and that the customer does not get so that their effect can be measured. */
  holdouts: readonly string[];
  /** A gift whose promotion refuses the order without it. */
  missingGift?: { sku: string; requested: number; available: number } | undefined;
};
