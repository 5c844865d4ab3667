import { ownValue } from '../../../input/own-value.ts';
import { allocateByRank, sum } from '../amounts.ts';
import type { Facts } from '../candidates/facts.ts';
import type { Ledger, Proposal, Shares, Trimmed } from './ledger.ts';
import type { PreparedPromotion } from '../candidates/prepared-set.ts';
import type { Reason } from '../types.ts';

type Trim = { shares: Shares; trimmed?: Trimmed | undefined } | { reason: Reason };

/** Most discount of the promotion that is left of its budget; Infinity without one. */
export function budgetOf({ promotion: { limits, promotionId } }: PreparedPromotion, { cart }: Facts): number {
  const limit = limits?.budgetMinor && ownValue(limits.budgetMinor, cart.currency);
  return Math.min(limit ?? Infinity, cart.remaining.get(promotionId)?.budgetMinor ?? Infinity);
}

export const capOf = ({ promotion: { capMinor } }: PreparedPromotion, { cart }: Facts): number =>
  (capMinor && ownValue(capMinor, cart.currency)) ?? Infinity;

/**
 * The discounts of goods, reduced to the maximum of the promotion, the floors of the goods, the maximum of the order and the
 * budget. What is cut from a line at its floor is not allocated to others.
 */
export function trimGoods(
  prepared: PreparedPromotion,
  proposal: Proposal,
  facts: Facts,
  ledger: Ledger,
): Proposal | { reason: Reason } {
  const most = Math.min(
    capOf(prepared, facts),
    facts.maxDiscountMinor - ledger.goodsDiscountMinor,
    budgetOf(prepared, facts),
  );
  if (!facts.hasFloors && proposal.discountMinor <= most) return proposal;
  let { trimmed } = proposal;
  let shares: Shares = proposal;
  for (const step of [toCap, toFloor, toOrderCap, toBudget]) {
    const result: Trim = step(shares, { prepared, facts, ledger });
    if ('reason' in result) return result;
    shares = result.shares;
    trimmed = result.trimmed ?? trimmed;
  }
  const discountMinor = sum(shares.discounts);
  return discountMinor === 0 ? { reason: 'nothing-left' } : { ...proposal, ...shares, discountMinor, trimmed };
}

type Context = { prepared: PreparedPromotion; facts: Facts; ledger: Ledger };

const reallocated = ({ lines }: Shares, totalMinor: number, weights: readonly number[], { ranks }: Facts): Shares => ({
  lines,
  discounts: allocateByRank(totalMinor, weights, (index) => ranks[lines[index] ?? 0] ?? 0),
});

const remainingOf = ({ lines }: Shares, { remaining }: Ledger) => lines.map((line) => remaining[line] ?? 0);

function toCap(shares: Shares, { prepared, facts, ledger }: Context): Trim {
  const cap = capOf(prepared, facts);
  if (sum(shares.discounts) <= cap) return { shares };
  const weights = prepared.level === 'order' ? remainingOf(shares, ledger) : shares.discounts;
  return { shares: reallocated(shares, cap, weights, facts), trimmed: 'promotion-cap' };
}

function toFloor(shares: Shares, { prepared, facts, ledger }: Context): Trim {
  if (prepared.promotion.allowBelowFloor) return { shares };
  let isTrimmed = false;
  const discounts = shares.lines.map((line, index) => {
    const discount = shares.discounts[index] ?? 0;
    const { floorMinor = 0, quantity = 0 } = facts.cart.lines[line] ?? {};
    const most = Math.max(0, (ledger.remaining[line] ?? 0) - floorMinor * quantity);
    if (floorMinor === 0 || discount <= most) return discount;
    isTrimmed = true;
    return most;
  });
  return isTrimmed ? { shares: { lines: shares.lines, discounts }, trimmed: 'margin-floor' } : { shares };
}

function toOrderCap(shares: Shares, context: Context): Trim {
  const { facts, ledger } = context;
  const left = facts.maxDiscountMinor - ledger.goodsDiscountMinor;
  if (sum(shares.discounts) <= left) return { shares };
  if (left <= 0) return { reason: 'order-cap' };
  const discounted = {
    lines: shares.lines.filter((_line, index) => (shares.discounts[index] ?? 0) > 0),
    discounts: shares.discounts.filter((discount) => discount > 0),
  };
  // Allocated by the remaining amounts, a line may be below its floor again.
  const floored = toFloor(reallocated(discounted, left, remainingOf(discounted, ledger), facts), context);
  return 'reason' in floored ? floored : { shares: floored.shares, trimmed: 'order-cap' };
}

function toBudget(shares: Shares, { prepared, facts }: Context): Trim {
  const discountMinor = sum(shares.discounts);
  const budget = budgetOf(prepared, facts);
  if (discountMinor <= budget || discountMinor === 0) return { shares };
  if (budget <= 0 || prepared.promotion.limits?.budgetPolicy !== 'partial') return { reason: 'budget-exhausted' };
  return { shares: reallocated(shares, budget, shares.discounts, facts), trimmed: 'budget' };
}
