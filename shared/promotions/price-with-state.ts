import type { SkuRecord } from '../catalog/sku-item.ts';
import type {
  CompiledPromotion,
  PromotionOutcome,
  PromotionSet,
  PromotionState,
  Reason,
  Remaining,
} from '../pricing/promotions/types.ts';
import { isLimited } from './limit-counters.ts';

/** SKUs that promotions give, and their available units. */
export type Gifts = { skus: ReadonlyMap<string, SkuRecord>; available: ReadonlyMap<string, number> };

/** Reads limits and gifts for one basket. */
type Reads = {
  remaining: (promotions: readonly CompiledPromotion[]) => Promise<ReadonlyMap<string, Remaining>>;
  gifts: (skus: readonly string[]) => Promise<Gifts>;
  /** Undefined: the customer is not known. */
  isFirstOrder: (() => Promise<boolean>) | undefined;
};

type Outcome = { promotions: PromotionOutcome } | { refusal: unknown };

/** Reasons that promise the discount for a larger cart: they are wrong of a promotion that is used up. */
const promising: ReadonlySet<Reason> = new Set(['below-threshold', 'not-enough-units']);
/** Reasons that come before those of limits. */
const beforeLimits: ReadonlySet<Reason> = new Set([
  ...(['paused', 'not-started', 'ended', 'not-now', 'not-this-customer', 'not-this-channel'] as const),
  ...(['currency', 'identity-needed'] as const),
]);

/** A promotion that is used up may let another one apply. From this round on, all that are left are read at once. */
const roundsOfWhatApplies = 2;

/**
 * Prices a basket by what limits and gifts leave. It is priced as if nothing was used up first, so that only the limits and
 * gifts that decide on something are read: none for most baskets, which need no further request.
 */
export async function priceWithState<P extends Outcome>(
  price: (state: PromotionState, gifts: Gifts['skus'], isFirstOrder: boolean | undefined) => P,
  set: PromotionSet | undefined,
  read: Reads,
): Promise<P> {
  const byId = new Map((set?.promotions ?? []).map((promotion) => [promotion.promotionId, promotion]));
  const giftSkus = new Map<string, SkuRecord>();
  const available = new Map<string, number>();
  const remaining = new Map<string, Remaining>();
  const readGifts = new Set<string>();
  const readLimits = new Set<string>();
  // A known customer is taken for a new one until that decides on a promotion.
  let isFirstOrder: boolean | undefined = read.isFirstOrder && true;
  let isFirstOrderRead = false;
  for (let round = 0; ; round += 1) {
    const priced = price({ available, remaining }, giftSkus, isFirstOrder);
    if ('refusal' in priced) return priced;
    const { claims, notApplied, missingGift } = priced.promotions;
    const isLast = round >= roundsOfWhatApplies;
    const wantedLimits = (isLast && claims.length > 0 ? [...byId.keys()] : decidedByLimits(priced.promotions))
      .filter((promotionId) => !readLimits.has(promotionId))
      .flatMap((promotionId) => byId.get(promotionId) ?? [])
      .filter(isLimited);
    const withoutGift = notApplied.filter(({ reason }) => reason === 'gift-out-of-stock');
    const wantedGifts = withoutGift
      .flatMap(({ promotionId }) => giftsOf(byId.get(promotionId)))
      .concat(missingGift ? giftsOfAll(byId.values(), missingGift.sku) : [])
      .filter((sku) => !readGifts.has(sku));
    const wantsFirstOrder: boolean =
      !isFirstOrderRead && priced.promotions.applied.some(({ promotionId }) => isOfFirstOrder(byId.get(promotionId)));
    if (wantedLimits.length === 0 && wantedGifts.length === 0 && !wantsFirstOrder) return priced;
    const gifts = [...new Set(wantedGifts)];
    const [left, found, first]: [ReadonlyMap<string, Remaining>, Gifts | undefined, boolean | undefined] =
      await Promise.all([
        wantedLimits.length === 0 ? new Map<string, Remaining>() : read.remaining(wantedLimits),
        gifts.length === 0 ? undefined : read.gifts(gifts),
        wantsFirstOrder ? read.isFirstOrder?.() : isFirstOrder,
      ]);
    isFirstOrder = first;
    isFirstOrderRead ||= wantsFirstOrder;
    for (const { promotionId } of wantedLimits) readLimits.add(promotionId);
    for (const sku of gifts) readGifts.add(sku);
    for (const [promotionId, each] of left) remaining.set(promotionId, each);
    for (const [sku, record] of found?.skus ?? []) giftSkus.set(sku, record);
    for (const [sku, units] of found?.available ?? []) available.set(sku, units);
  }
}

/** Promotions that apply, that a larger cart is promised, or whose code was entered. */
function decidedByLimits({ claims, notApplied, codes }: PromotionOutcome): string[] {
  const entered = new Set(codes.map(({ promotionId }) => promotionId));
  const others = notApplied.filter(
    ({ promotionId, reason }) => promising.has(reason) || (entered.has(promotionId) && !beforeLimits.has(reason)),
  );
  return [...claims, ...others].map(({ promotionId }) => promotionId);
}

const isOfFirstOrder = (promotion: CompiledPromotion | undefined) => promotion?.audience?.firstOrderOnly === true;

const giftsOf = (promotion: CompiledPromotion | undefined): readonly string[] =>
  promotion?.discount.kind === 'gift' ? promotion.discount.gifts : [];

/** The gifts of every promotion that may give this SKU. */
const giftsOfAll = (promotions: Iterable<CompiledPromotion>, sku: string): readonly string[] =>
  [...promotions]
    .map((promotion) => giftsOf(promotion))
    .filter((gifts) => gifts.includes(sku))
    .flat();
