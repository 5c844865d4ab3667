import { factsOf, type Facts } from './candidates/facts.ts';
import { gateOf, type Obstacle } from './candidates/gates.ts';
import { isHeldOut } from './candidates/holdout.ts';
import { prepare, type PreparedPromotion } from './candidates/prepared-set.ts';
import { bestDeal } from './combination/best-deal.ts';
import { run, type Run } from './combination/run.ts';
import { outcomeOf } from './outcome.ts';
import type { Cart, PromotionOutcome, PromotionPolicy, PromotionSet } from './types.ts';

/** Discounts, gifts and reasons of a cart. The same cart, set and policy give the same outcome for ever. */
export function evaluatePromotions(cart: Cart, set: PromotionSet, policy: PromotionPolicy): PromotionOutcome {
  const prepared = prepare(set, policy.timeZone);
  const facts = factsOf(cart, prepared, policy);
  const obstacles = new Map<PreparedPromotion, Obstacle>();
  const candidates: PreparedPromotion[] = [];
  for (const each of prepared.promotions) {
    if (each.needsCode && !facts.codesOf.has(each)) continue;
    const reason = gateOf(each, facts, set.disabled ?? false);
    if (reason === undefined) candidates.push(each);
    else obstacles.set(each, { reason });
  }
  const { result, holdouts } = withoutHoldouts(candidates, facts);
  for (const [each, obstacle] of result.obstacles) obstacles.set(each, obstacle);
  return outcomeOf(result.ledger, obstacles, holdouts, facts, prepared.promotions);
}

/** Evaluates without the promotions that would apply, and whose effect is measured by that this customer has none. */
function withoutHoldouts(
  candidates: readonly PreparedPromotion[],
  facts: Facts,
): { result: Run; holdouts: readonly PreparedPromotion[] } {
  const evaluate = facts.policy.resolution === 'best-deal' ? bestDeal : run;
  const holdouts: PreparedPromotion[] = [];
  let members = candidates;
  for (;;) {
    const result = evaluate(members, facts);
    const heldOut = result.ledger.applied
      .map(({ prepared }) => prepared)
      .filter(({ promotion }) => isHeldOut(promotion, facts.cart.customer));
    if (heldOut.length === 0) return { result, holdouts };
    holdouts.push(...heldOut);
    members = members.filter((each) => !heldOut.includes(each));
  }
}
