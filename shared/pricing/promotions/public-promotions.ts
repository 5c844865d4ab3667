import type { SkuRecord } from '../../catalog/sku-item.ts';
import { contentHash } from '../../ids.ts';
import type { PublicPromotions } from '../offered-prices.ts';
import { prepare } from './candidates/prepared-set.ts';
import { evaluatePromotions } from './evaluate-promotions.ts';
import { floorOf, goodsOf } from './promotions-of.ts';
import { nextChange } from './schedule/in-force.ts';
import type { Cart, CompiledPromotion, PromotionPolicy, PromotionSet } from './types.ts';

/** The sets that were in force, the earliest first, each from its time (milliseconds) until the next one. */
export type SetTimeline = readonly { from: number; set: PromotionSet }[];

/** Starts and ends of one promotion that are calculated at most. */
const maxChanges = 2000;

/**
 * Whether everybody gets the promotion on one unit without a code, whatever else is in the cart: it changes the price that is
 * offered. A limit of its units or uses does not change that.
 */
export function isPublic(promotion: CompiledPromotion): boolean {
  const { discount, audience = {}, condition, codes = [], needsCode, methods, limits } = promotion;
  const { except = {}, channels: _channels, ...others } = audience;
  const { channels: _exceptChannels, ...otherExceptions } = except;
  const isNamed = [others, otherExceptions].some((each) => Object.values(each).some((value) => value !== undefined));
  return (
    discount.level === 'line' &&
    (discount.kind === 'percent' || discount.kind === 'amount' || discount.kind === 'fixed-price') &&
    !isNamed &&
    condition === undefined &&
    methods === undefined &&
    !(needsCode ?? codes.length > 0) &&
    limits?.perCustomer === undefined
  );
}

/**
 * What public promotions made of the price of a SKU in a channel. Promotions combine by the policy of today, and are cut at
 * the floor of today's cost.
 */
export function publicPromotions(
  timeline: SetTimeline,
  sku: SkuRecord,
  { policy, channel, currency }: { policy: PromotionPolicy; channel: string; currency: string },
  { from, until }: { from: number; until: number },
): PublicPromotions {
  const sets = withoutEqual(timeline.map((each) => ({ from: each.from, set: setOf(each.set, sku, policy) })));
  const changesAt = sets.flatMap(({ from: since, set }, index) => {
    const [start, end] = [Math.max(since, from), Math.min(sets[index + 1]?.from ?? until, until)];
    return [since, ...set.promotions.flatMap((promotion) => changesOf(promotion, policy.timeZone, start, end))];
  });
  return {
    changesAt,
    discountAt(at, unitPriceMinor) {
      const set = sets.findLast((each) => each.from <= at)?.set;
      if (!set || set.promotions.length === 0) return { discountMinor: 0, promotionIds: [] };
      const line = { ...goodsOf(sku.sku, sku), quantity: 1, unitPriceMinor, floorMinor: floorOf(sku, set, currency) };
      const outcome = evaluatePromotions({ ...emptyCart, currency, channel, lines: [line], at }, set, policy);
      return {
        discountMinor: outcome.lineDiscounts[0] ?? 0,
        promotionIds: outcome.applied.map(({ promotionId }) => promotionId),
      };
    },
  };
}

const emptyCart: Omit<Cart, 'currency' | 'channel' | 'lines' | 'at'> = {
  gifts: new Map(),
  shipping: { method: '', priceMinor: 0 },
  couponCodes: [],
  uniqueCodes: new Map(),
  remaining: new Map(),
};

/** The public promotions of a set whose goods the SKU is among. */
function setOf(set: PromotionSet, sku: SkuRecord, { timeZone }: PromotionPolicy): PromotionSet {
  const { index, byId } = prepare(set, timeZone);
  const linesIn = index.linesIn([goodsOf(sku.sku, sku)]);
  const isOfSku = ({ promotionId }: CompiledPromotion) => {
    const scope = byId.get(promotionId)?.scopes.eligible;
    return scope !== undefined && linesIn(scope).length > 0;
  };
  const promotions = set.disabled ? [] : set.promotions.filter((each) => isPublic(each) && isOfSku(each));
  return { ...set, promotions };
}

/** Sets that changed something else have the same promotions of the SKU. */
function withoutEqual(timeline: SetTimeline): SetTimeline {
  const hashes = timeline.map(({ set: { promotions, categoryPaths, minMarginBasisPoints } }) =>
    contentHash({ promotions, categoryPaths, minMarginBasisPoints }),
  );
  return timeline.filter((_each, index) => index === 0 || hashes[index] !== hashes[index - 1]);
}

/** When a promotion starts or stops to be in force in a period. */
function changesOf(
  { schedule, endedAt }: CompiledPromotion,
  timeZone: string,
  start: number,
  end: number,
): readonly number[] {
  const changes = endedAt === undefined ? [] : [endedAt];
  let at = start;
  for (let count = 0; count < maxChanges; count += 1) {
    const next = nextChange(schedule, timeZone, at);
    if (!next || next.at >= end) break;
    changes.push(next.at);
    at = next.at;
  }
  return changes;
}
