import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { WorstCase } from '../../../shared/contracts/promotions/worst-case-routes.ts';
import { type Basket, priceBasket, type PricedBasket } from '../../../shared/pricing/price-basket.ts';
import { sumOf } from '../../../shared/pricing/price-order.ts';
import type { PricingRules } from '../../../shared/pricing/pricing-rules.ts';
import { floorOf } from '../../../shared/pricing/promotions/promotions-of.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { quantitiesOf, smallBaskets, type SmallBasket, unitsForThresholds } from './baskets.ts';
import { type Buying, buyersOf, instantsOf } from './contexts.ts';

/** Baskets that are priced at most: a few seconds. */
const defaultMaxPricings = 20_000;
/** SKUs that are combined: those whose price is nearest to their floor. */
const maxCombined = 12;
/** A code that stands for those of a batch, which are not known here. */
const batchCode = 'ANY';

type Search = {
  draft: CompiledPromotion;
  /** The promotions in force beside it, without an older version of it. */
  set: PromotionSet;
  /** SKUs of the goods concerned. */
  skus: readonly SkuRecord[];
  /** Other SKUs of past baskets, which are not combined. */
  beside?: readonly SkuRecord[] | undefined;
  rules: PricingRules & { promotions: NonNullable<PricingRules['promotions']> };
  channel: string;
  currency: string;
  now: number;
  /** Baskets of past orders, if they are known. */
  baskets?: readonly SmallBasket[] | undefined;
  /** @default 20,000 */
  maxPricings?: number | undefined;
};

type Found = { basket: Basket; priced: PricedBasket; slackMinor: number };

/**
 * The basket of these goods that is furthest below its floor, or nearest to it: the sum of the lowest prices of its units,
 * gifts included. All promotions that can meet are in force, and all codes entered. What was searched is stated.
 */
export function worstCase(search: Search): WorstCase {
  const {
    draft,
    set,
    rules,
    skus,
    channel,
    currency,
    now,
    baskets = [],
    beside = [],
    maxPricings = defaultMaxPricings,
  } = search;
  const { timeZone } = rules.promotions.policy;
  const others = set.promotions.filter(({ promotionId }) => promotionId !== draft.promotionId);
  const promotions = [...others, draft];
  const pricing = { ...rules, promotions: { ...rules.promotions, set: { ...set, disabled: undefined, promotions } } };
  const instants = instantsOf(draft, others, { timeZone, now });
  const { buyers, isAll } = buyersOf(promotions, channel);
  const known = [...beside, ...skus];
  const bySku = new Map(known.map((sku) => [sku.sku, sku]));
  const floors = new Map(known.map((sku) => [sku.sku, lowestPriceOf(sku, set, currency)]));
  const combined = nearestToFloor(skus, floors, currency).slice(0, maxCombined);
  const quantities = quantitiesOf(promotions);
  const unitsOf = (sku: string) => [
    ...new Set([...quantities, ...unitsForThresholds(promotions, bySku.get(sku)?.priceMinor ?? 0, currency)]),
  ];
  const state = { uniqueCodes: new Map(needingCodes(promotions)) };

  let worst: Found | undefined;
  let count = 0;
  let pricings = 0;
  let isWhole = isAll && combined.length === skus.length;
  const pricingsPerBasket = instants.length * buyers.length;
  // Half of the search is for small baskets, whatever was bought.
  const past = baskets.slice(0, Math.max(1, Math.floor(maxPricings / 2 / pricingsPerBasket)));
  const candidates = function* () {
    yield* past;
    yield* smallBaskets(combined, unitsOf);
  };
  for (const lines of candidates()) {
    if (pricings + pricingsPerBasket > maxPricings) {
      isWhole = false;
      break;
    }
    count += 1;
    for (const at of instants) {
      for (const buyer of buyers) {
        const basket = basketOf(lines, buyer, { currency, at });
        pricings += 1;
        const priced = priceBasket(basket, bySku, pricing, state);
        if ('refusal' in priced) continue;
        const slackMinor = slackOf(priced, floors);
        if (slackMinor !== undefined && (!worst || slackMinor < worst.slackMinor))
          worst = { basket, priced, slackMinor };
      }
    }
  }
  return {
    isBelowFloor: worst !== undefined && worst.slackMinor < 0,
    searched: {
      baskets: count,
      pricings,
      skus: combined.length,
      skusConcerned: skus.length,
      skusWithoutFloor: skus.filter(({ sku }) => floors.get(sku) === undefined).length,
      promotions: promotions.length,
      instants: instants.map((at) => new Date(at).toISOString()),
      pastBaskets: Math.min(past.length, count),
      isWhole,
    },
    ...(worst && { worst: shownOf(worst) }),
  };
}

/** The floor by which orders are priced; without a margin, the cost, so that a loss is found in any store. */
const lowestPriceOf = (sku: SkuRecord, set: PromotionSet, currency: string): number | undefined =>
  floorOf(sku, set, currency) ?? (sku.currency === currency ? sku.costMinor : undefined);

function nearestToFloor(
  skus: readonly SkuRecord[],
  floors: ReadonlyMap<string, number | undefined>,
  currency: string,
): string[] {
  const room = ({ sku, priceMinor }: SkuRecord) => {
    const floor = floors.get(sku);
    return floor === undefined || priceMinor === 0 ? 1 : (priceMinor - floor) / priceMinor;
  };
  return skus
    .filter((sku) => sku.active && (sku.currency === currency || sku.prices?.length))
    .toSorted((a, b) => room(a) - room(b) || (a.sku < b.sku ? -1 : 1))
    .map(({ sku }) => sku);
}

const needingCodes = (promotions: readonly CompiledPromotion[]) =>
  promotions
    .filter(({ needsCode, codes }) => needsCode && !codes?.length)
    .slice(0, 1)
    .map(({ promotionId }): [string, { promotionId: string; isUsed: boolean }] => [
      batchCode,
      { promotionId, isUsed: false },
    ]);

const basketOf = (lines: SmallBasket, buyer: Buying, { currency, at }: { currency: string; at: number }): Basket => ({
  currency,
  lines: lines.map(([sku, quantity], index) => ({ sku, quantity, pointer: `/lines/${index}` })),
  channel: { channel: buyer.channel, pricesItself: false },
  customer: { id: 'worst-case', group: buyer.group },
  destination: buyer.country === undefined ? undefined : { country: buyer.country },
  paymentMethod: buyer.paymentMethod,
  isFirstOrder: buyer.isFirstOrder,
  couponCodes: [...(buyer.couponCodes ?? []), batchCode],
  at,
  now: at,
});

/** What a basket costs more than its floor; undefined if the floor of a unit is not known. */
function slackOf({ lines }: PricedBasket, floors: ReadonlyMap<string, number | undefined>): number | undefined {
  const slacks = lines.map(({ sku, quantity, unitPriceMinor, discountMinor }) => {
    const floor = floors.get(sku);
    return floor === undefined ? undefined : quantity * (unitPriceMinor - floor) - discountMinor;
  });
  return slacks.every((slack) => slack !== undefined) ? sumOf(slacks) : undefined;
}

/** The basket as the content of `POST /quotes`. */
const shownOf = ({ basket, priced, slackMinor }: Found): NonNullable<WorstCase['worst']> => ({
  quote: {
    channel: basket.channel.channel,
    currency: basket.currency,
    lines: basket.lines.map(({ sku, quantity }) => ({ sku, quantity })),
    ...(basket.couponCodes && { couponCodes: basket.couponCodes.filter((code) => code !== batchCode) }),
    ...(basket.customer?.group !== undefined && { customer: { group: basket.customer.group } }),
    ...(basket.destination && { shippingAddress: { country: basket.destination.country } }),
    ...(basket.paymentMethod !== undefined && { paymentMethod: basket.paymentMethod }),
    at: new Date(basket.now).toISOString(),
  },
  goodsMinor: priced.totals.subtotalMinor - priced.totals.discountMinor,
  floorMinor: priced.totals.subtotalMinor - priced.totals.discountMinor - slackMinor,
  slackMinor,
  promotionIds: [...new Set(priced.promotions.applied.map(({ promotionId }) => promotionId))],
});
