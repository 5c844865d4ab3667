import { type Categories } from '../../../shared/catalog/category-tree.ts';
import { marginFor, minPriceOf } from '../../../shared/catalog/margin.ts';
import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import type { PromotionWarning } from '../../../shared/contracts/promotions/promotion.ts';
import { contentHash } from '../../../shared/ids.ts';
import { roundHalfUp } from '../../../shared/money.ts';
import { resolveWallTime, wallMsOf } from '../../../shared/pricing/promotions/schedule/wall-time.ts';
import type { PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { scopesOf } from '../promotion/compile-set.ts';
import { overlapOf } from '../promotion/goods-overlap.ts';
import { isInForce, nextBoundary, spanOf } from '../promotion/promotion-timing.ts';

export type WarningContext = {
  promotionId: string;
  set: PromotionSet;
  categories: Categories;
  skus: ReadonlyMap<string, SkuRecord>;
  priceGuard: Omit<PriceGuard, 'changeExpiresHours'>;
  storeZone: string;
  /** Milliseconds. */
  now: number;
};

/** Warnings of one kind that name a SKU or a promotion each. */
const maxNamed = 20;

/** What is noteworthy about a definition that is valid. */
export const warningsOf = (definition: PromotionDefinition, context: WarningContext): PromotionWarning[] => [
  ...timeWarnings(definition.schedule, context),
  ...monotoneWarnings(definition),
  ...floorWarnings(definition, context),
  ...overlapWarnings(definition, context),
];

function timeWarnings(
  schedule: PromotionDefinition['schedule'],
  { storeZone, now }: WarningContext,
): PromotionWarning[] {
  const { start, end, zone = storeZone } = schedule;
  const warnings = Object.entries({ start, end }).flatMap(([name, text]): PromotionWarning[] => {
    if (text === undefined) return [];
    const { at, occurs } = resolveWallTime(wallMsOf(text), zone);
    if (occurs === 'once') return [];
    const instant = new Date(at).toISOString();
    const pointer = `/schedule/${name}`;
    return occurs === 'never'
      ? [
          {
            type: 'skipped-time',
            pointer,
            detail: `The clocks of ${zone} skip ${text}. The ${name} is ${instant}.`,
            at: instant,
          },
        ]
      : [
          {
            type: 'repeated-time',
            pointer,
            detail: `${text} occurs twice in ${zone}. The first one is used: ${instant}.`,
            at: instant,
          },
        ];
  });
  const { startMs } = spanOf(schedule, storeZone);
  if (start !== undefined && startMs < now) {
    const instant = new Date(startMs).toISOString();
    warnings.push({
      type: 'past-start',
      pointer: '/schedule/start',
      detail: `The start is in the past: ${instant}.`,
      at: instant,
    });
  }
  if (!isInForce({ schedule }, storeZone, now) && !nextBoundary({ schedule }, storeZone, now)) {
    const pointer = schedule.rrule === undefined ? '/schedule/end' : '/schedule/rrule';
    warnings.push({
      type: 'no-occurrence',
      pointer,
      detail: 'The promotion is not in force now and has no later occurrence.',
    });
  }
  return warnings;
}

/** Settings by which one unit more can lower the total, or raise it by more than its price. */
function monotoneWarnings({ condition, discount }: PromotionDefinition): PromotionWarning[] {
  const warnings: PromotionWarning[] = [];
  if (condition?.basis === 'after-goods') {
    const detail =
      'Another discount can make the goods fall below the threshold: a larger cart can be dearer by more than its goods.';
    warnings.push({ type: 'not-monotone', pointer: '/condition/basis', detail });
  }
  if (
    discount.kind === 'buy-get' &&
    discount.select === 'cheapest' &&
    contentHash(discount.buy.of) === contentHash(discount.get.of)
  ) {
    const detail =
      'Where the same goods are bought and given, the cheapest of all units are given: a dearer unit more can lower the discount. Use per-set.';
    warnings.push({ type: 'not-monotone', pointer: '/discount/select', detail });
  }
  return warnings;
}

/** SKUs that the definition names and whose discounted price is below their cost with the margin. */
function floorWarnings(
  definition: PromotionDefinition,
  { skus, categories, priceGuard }: WarningContext,
): PromotionWarning[] {
  const warnings = (definition.eligible.skus ?? []).flatMap((code, index): PromotionWarning[] => {
    const sku = skus.get(code);
    if (!sku || sku.costMinor === undefined) return [];
    const price = discountedPrice(sku, definition);
    const { minMarginBasisPoints = 0 } = marginFor(sku.category, categories, priceGuard) ?? {};
    const floor = minPriceOf(sku.costMinor, { minMarginBasisPoints });
    if (price === undefined || price >= floor) return [];
    const end = definition.allowBelowFloor ? 'It is sold at that price.' : 'The discount is cut there.';
    const detail = `${code} would cost ${price} ${sku.currency}; its cost with the margin is ${floor}. ${end}`;
    return [{ type: 'below-floor', pointer: `/eligible/skus/${index}`, detail }];
  });
  return warnings.slice(0, maxNamed);
}

/** The price of a unit with this promotion alone, in minor units of the SKU's currency; undefined if it depends on the cart. */
function discountedPrice({ priceMinor, currency }: SkuRecord, { discount }: PromotionDefinition): number | undefined {
  const amountIn = (amounts: Readonly<Partial<Record<string, number>>>) =>
    new Map(Object.entries(amounts)).get(currency);
  switch (discount.kind) {
    case 'percent':
      return discount.level === 'shipping'
        ? undefined
        : priceMinor - roundHalfUp(BigInt(priceMinor) * BigInt(discount.basisPoints), 10_000n);
    case 'amount': {
      const amount = discount.level === 'line' ? amountIn(discount.amountMinor) : undefined;
      return amount === undefined ? undefined : Math.max(0, priceMinor - amount);
    }
    case 'fixed-price': {
      const fixed = amountIn(discount.priceMinor);
      return fixed === undefined ? undefined : Math.min(priceMinor, fixed);
    }
    case 'tiers':
    case 'buy-get':
    case 'gift':
    case 'bundle':
      return undefined;
    default:
      return discount satisfies never;
  }
}

/** Other promotions that can be in force together with it on the same goods. */
function overlapWarnings(definition: PromotionDefinition, context: WarningContext): PromotionWarning[] {
  const { promotionId, set, storeZone, now } = context;
  const span = spanOf(definition.schedule, storeZone);
  return set.promotions
    .filter((other) => {
      const isOfShipping = [definition, other].map(({ discount }) => discount.level === 'shipping');
      if (other.promotionId === promotionId || other.endedAt !== undefined || isOfShipping[0] !== isOfShipping[1]) {
        return false;
      }
      const { startMs, endMs } = spanOf(other.schedule, storeZone);
      return Math.max(startMs, span.startMs, now) < Math.min(endMs, span.endMs);
    })
    .filter((other) => {
      const scopes = scopesOf(other);
      return scopesOf(definition).some((scope) => scopes.some((each) => overlapOf(scope, each, context).meets));
    })
    .slice(0, maxNamed)
    .map((other): PromotionWarning => ({
      type: 'overlap',
      pointer: '/eligible',
      detail: `${other.promotionId} (${other.name}) can be in force at the same time on the same goods.`,
    }));
}
