import * as z from 'zod';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import { type FrozenOrder, PlacedOrder } from '../../../shared/pricing/frozen-order.ts';
import { priceAgain, type PricingSource } from '../../../shared/pricing/price-again.ts';
import { priceBasket } from '../../../shared/pricing/price-basket.ts';
import type { PricingRules } from '../../../shared/pricing/pricing-rules.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import type {
  PromotionPolicy,
  PromotionSet,
  PromotionState,
  Remaining,
} from '../../../shared/pricing/promotions/types.ts';
import { runningLimits } from './running-limits.ts';
import { createTally, type KeptTally } from './tally.ts';
import { type Draft, setsWith } from './variant.ts';

type Differing = { orderId: string; reason: string; chargedMinor: number; recomputedMinor?: number | undefined };

/** Orders that are named in the result; all are counted. */
const maxNamed = 100;

/** Counts of the orders of the days. `priced` are compared; the others are in none of the results. */
type Counts = {
  orders: number;
  priced: number;
  /** Of `priced`: if a limited promotion that the order does not have was used up then. */
  assumedLimits: number;
  notPricedByStore: number;
  differing: number;
  unreadable: number;
};
const noCounts: Counts = { orders: 0, priced: 0, assumedLimits: 0, notPricedByStore: 0, differing: 0, unreadable: 0 };

/** What a rehearsal keeps between two days, as JSON. */
export type KeptRehearsal = {
  counts: Counts;
  differing: Differing[];
  drafts: { tally: KeptTally; limits: [string, number][] }[];
};

type Setup = {
  drafts: readonly Draft[];
  /** The promotions of now, with all categories and margins: the set of then has those of its promotions only. */
  current: PromotionSet | undefined;
  policy: PromotionPolicy;
  source: PricingSource;
  /** Whether each order is priced as if its customer had entered a code of the draft. */
  assumesCodes: boolean;
};

const Ended = z.object({ orderId: z.string() });
/** Types of the events that a rehearsal reads. The end of an order gives back what it claimed. */
export const rehearsedEvents = ['OrderPlaced', 'OrderCancelled', 'OrderExpired'] as const;

/** Prices each order as it was and with each draft, in the order of their time. It has no effect on anything else. */
export function createRehearsal({ drafts, current, policy, source, assumesCodes }: Setup, kept?: KeptRehearsal) {
  const counts: Counts = { ...(kept?.counts ?? noCounts) };
  const differing: Differing[] = [...(kept?.differing ?? [])];
  const variants = drafts.map((draft, index) => ({
    draft,
    setWith: setsWith(draft, current),
    limits: runningLimits(draft.promotion, policy, kept?.drafts[index]?.limits),
    tally: createTally(kept?.drafts[index]?.tally),
  }));

  function addOrder(day: string, data: unknown, customer: string | undefined): void {
    counts.orders += 1;
    const parsed = PlacedOrder.safeParse(data);
    if (!parsed.success) {
      counts.unreadable += 1;
      return;
    }
    const order = parsed.data;
    const again = priceAgain(order, customer, source);
    if (again.kind === 'not-priced-by-store') counts.notPricedByStore += 1;
    if (again.kind === 'different') {
      counts.differing += 1;
      const recomputedMinor = again.differences.find(({ field }) => field === '/totalMinor')?.recomputedMinor;
      const { orderId, totalMinor } = order;
      if (differing.length < maxNamed) {
        differing.push({ orderId, reason: again.reason, chargedMinor: totalMinor, recomputedMinor });
      }
    }
    if (again.kind !== 'equal') return;
    counts.priced += 1;
    if (again.assumesLimits) counts.assumedLimits += 1;
    for (const { draft, setWith, limits, tally } of variants) {
      const { promotion } = draft;
      const { frozen, rules, priced: before } = again;
      const basket = assumesCodes ? withCode(frozen.basket, draft) : frozen.basket;
      const buyer = {
        currency: order.currency,
        customer: { id: customer },
        at: frozen.basket.now,
        codes: (basket.couponCodes ?? []).map(normalCode),
      };
      const remaining = limits.remaining(buyer);
      const state = stateWith(frozen, draft, remaining && [promotion.promotionId, remaining]);
      const changed: PricingRules = { ...rules, promotions: { set: setWith(rules.promotions?.set), policy } };
      const after = priceBasket(basket, skusWith(frozen, draft, source), changed, state);
      // A draft makes no order that was placed invalid, except by its price.
      if ('refusal' in after) continue;
      const claim = after.promotions.claims.find(({ promotionId }) => promotionId === promotion.promotionId);
      if (claim) limits.claim(order.orderId, claim, buyer);
      tally.add({ order, day, before, after, promotionId: promotion.promotionId, skuOf: source.skuOf });
    }
  }

  return {
    /** Adds an event of a business day. Events have to come in the order of their time. */
    add: (day: string, { type, data, customer }: LakeEvent): void => {
      if (type === 'OrderPlaced') return addOrder(day, data, customer);
      const ended = Ended.safeParse(data);
      if (ended.success) for (const { limits } of variants) limits.release(ended.data.orderId);
    },
    counts: () => ({ ...counts }),
    differing: () => differing,
    tallies: () => variants.map(({ draft, tally }) => ({ name: draft.name, tally })),
    kept: (): KeptRehearsal => ({
      counts,
      differing,
      drafts: variants.map(({ tally, limits }) => ({ tally: tally.kept(), limits: limits.kept() })),
    }),
  };
}
export type Rehearsal = ReturnType<typeof createRehearsal>;

/** A code that stands for those of a batch, which no customer has. */
const anyCode = 'REHEARSAL';

const codeOf = ({ promotion }: Draft): string | undefined =>
  promotion.codes?.[0] ?? (promotion.needsCode ? anyCode : undefined);

function withCode(basket: FrozenOrder['basket'], draft: Draft): FrozenOrder['basket'] {
  const code = codeOf(draft);
  return code === undefined ? basket : { ...basket, couponCodes: [...(basket.couponCodes ?? []), code] };
}

const giftsOf = ({ promotion: { discount } }: Draft): readonly string[] =>
  discount.kind === 'gift' ? discount.gifts : [];

/** How many units of a gift there were is not known: there are enough of the draft's. */
function stateWith({ state }: FrozenOrder, draft: Draft, remaining: [string, Remaining] | undefined): PromotionState {
  const gifts = giftsOf(draft).map((sku): [string, number] => [sku, Number.MAX_SAFE_INTEGER]);
  const { promotionId } = draft.promotion;
  return {
    available: new Map([...(state.available ?? []), ...gifts]),
    uniqueCodes: new Map([...(state.uniqueCodes ?? []), [anyCode, { promotionId, isUsed: false }]]),
    remaining: new Map([...(state.remaining ?? []), ...(remaining ? [remaining] : [])]),
  };
}

/** The SKUs of the order, and of the draft's gifts at their price of today. */
function skusWith({ skus }: FrozenOrder, draft: Draft, { skuOf }: PricingSource): FrozenOrder['skus'] {
  const gifts = giftsOf(draft).filter((sku) => !skus.has(sku));
  if (gifts.length === 0) return skus;
  return new Map([
    ...skus,
    ...gifts.flatMap((sku) => {
      const record = skuOf(sku);
      return record ? [[sku, record] as const] : [];
    }),
  ]);
}
