import {
  claimCounters,
  countersOf,
  isLimited,
  nameOf,
  remainingFrom,
} from '../../../shared/promotions/limit-counters.ts';
import type { Claim, CompiledPromotion, PromotionPolicy, Remaining } from '../../../shared/pricing/promotions/types.ts';

type Buyer = Parameters<typeof remainingFrom>[1];

/** Limits and budgets of a draft that run out in the order of the rehearsed orders. They are counted here only. */
export function runningLimits(promotion: CompiledPromotion, policy: PromotionPolicy, kept: [string, number][] = []) {
  const counts = new Map(kept);
  const claimed = new Map<string, { name: string; count: number }[]>();
  const add = (name: string, count: number) => counts.set(name, (counts.get(name) ?? 0) + count);
  return {
    /** What remains for this buyer; undefined for a promotion without limits. */
    remaining: (buyer: Buyer): Remaining | undefined =>
      isLimited(promotion) ? remainingFrom(promotion, buyer, policy, countsOf(buyer)) : undefined,

    claim(orderId: string, claim: Claim, buyer: Buyer): void {
      const claims = claimCounters(claim, promotion, { buyer, policy, seed: 0, counts: countsOf(buyer) }) ?? [];
      const raised = claims.map((each) => ({ name: nameOf(each), count: each.count }));
      for (const { name, count } of raised) add(name, count);
      if (raised.length > 0) claimed.set(orderId, raised);
    },

    /** A cancelled or expired order gives back what it claimed, once. */
    release(orderId: string): void {
      for (const { name, count } of claimed.get(orderId) ?? []) add(name, -count);
      claimed.delete(orderId);
    },

    /** The counters, to go on with later. Orders of days before that are cancelled later release nothing. */
    kept: (): [string, number][] => [...counts],
  };

  function countsOf(buyer: Buyer): ReadonlyMap<string, number> {
    return new Map(
      countersOf(promotion, buyer, policy).map((key): [string, number] => [nameOf(key), counts.get(nameOf(key)) ?? 0]),
    );
  }
}
